"""Identity and telephone numbers: encrypted, one person each, masked, revealed with a reason only."""

import base64
import secrets
from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.urls import reverse

from core.doctor import examine
from core.errors import RuleBroken
from core.models import AuditEvent
from core.personal import fingerprint
from core.tests.test_id_numbers import by_hand
from staffing.models import Clinician, ClinicianIdentity
from staffing.services.clinicians import clinician_save
from staffing.services.identities import identity_reveal, identity_save
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
NUMBER, PHONE = by_hand("451027", date(1980, 5, 17), 123), "13812341234"
MASKED = f"451027********{NUMBER[-4:]}"


@pytest.fixture
def world():
    return scene()


@pytest.fixture
def person(world):
    return build.clinician(world.hospital, "岑试", staff_no="T-1")


def told(verb) -> dict[str, list[str]]:
    with pytest.raises(RuleBroken) as caught:
        verb()
    return caught.value.message_dict


def everything_stored() -> str:
    """Every text of every table that concerns people, as the database holds it."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            if table.startswith(("staffing_clinician", "core_audit", "pghistory")):
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
                found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


def test_kept_encrypted_and_shown_masked(person):
    identity_save(clinician=person, id_number=NUMBER.lower(), phone="138 1234 1234")
    stored = everything_stored()
    assert "岑试" in stored
    for secret in (NUMBER, PHONE, NUMBER[:14], "19800517"):
        assert secret not in stored
    row = ClinicianIdentity.objects.get(clinician=person)
    assert (row.id_number_masked, row.phone_masked) == (MASKED, "138****1234")
    assert "***" not in row.id_number_cipher


def test_blank_sex_and_birth_month_follow_from_the_number(person):
    Clinician.objects.filter(pk=person.pk).update(sex="0", birth_month=None)
    person.refresh_from_db()
    identity_save(clinician=person, id_number=NUMBER)
    person.refresh_from_db()
    assert (person.sex, person.birth_month) == ("1", date(1980, 5, 1))


def test_the_number_must_agree_with_the_record(world):
    told_all = told(
        lambda: clinician_save(
            organisation=world.hospital,
            staff_no=world.clinician.staff_no,
            name="岑试",
            sex="2",
            birth_month=date(1981, 5, 1),
            id_number=NUMBER,
            phone="1381234",
        )
    )
    assert set(told_all) == {"staff_no", "id_number", "phone"}
    assert told_all["id_number"] == [
        "身份证号表示性别为男，档案中是女，请核对。",
        "身份证号中的出生年月是 1980-05，档案中是 1981-05，请核对。",
    ]
    assert not Clinician.objects.filter(name="岑试").exists()


def test_one_number_one_person_and_who_it_is_only_within_reach(world, person):
    identity_save(clinician=person, id_number=NUMBER, phone=PHONE)
    other = build.clinician(world.hospital, staff_no="T-2", sex="0", birth_month=None)
    near = world.people["hospital_coordinator"]
    far = world.strangers["hospital_coordinator"]
    known = told(lambda: identity_save(clinician=other, id_number=NUMBER, phone=PHONE, by=near))
    assert "岑试（工号 T-1）" in known["id_number"][0] and "岑试" in known["phone"][0]
    stranger = build.clinician(far.organisation, staff_no="T-3", sex="0", birth_month=None)
    unknown = told(lambda: identity_save(clinician=stranger, id_number=NUMBER, by=far))
    assert unknown == {"id_number": ["这个身份证号已登记在另一单位的人员名下，请联系卫健局核对。"]}


def test_masked_text_leaves_as_it_was_and_empty_removes(person):
    identity_save(clinician=person, id_number=NUMBER, phone=PHONE)
    identity_save(clinician=person, id_number=MASKED, phone="139 0000 1111")
    row = ClinicianIdentity.objects.get(clinician=person)
    assert (row.id_number_masked, row.phone_masked) == (MASKED, "139****1111")
    identity_save(clinician=person, phone="")
    row.refresh_from_db()
    assert (row.id_number_masked, row.phone_cipher, row.phone_hash) == (MASKED, "", None)


@pytest.mark.parametrize("reason", ["", "   ", "看看"])
def test_reveal_needs_a_reason(world, person, reason):
    identity_save(clinician=person, id_number=NUMBER)
    by = world.people["hospital_coordinator"]
    assert (
        "请写明查看用途" in told(lambda: identity_reveal(clinician=person, reason=reason, by=by))["reason"][0]
    )
    assert not AuditEvent.objects.filter(verb="reveal").exists()


@pytest.mark.parametrize(
    "role", ["recipient_coordinator", "hospital_leader", "bureau_leader", "leadership", "clinician"]
)
def test_nobody_else_reveals(world, role):
    """The clinic where somebody is posted sees the person, never the number."""
    identity_save(clinician=world.clinician, phone=PHONE)
    with pytest.raises(RuleBroken):
        identity_reveal(clinician=world.clinician, reason="核对申报材料", by=world.people[role])


def test_reveal_on_the_page_is_logged_and_not_kept(client, world, person):
    identity_save(clinician=person, id_number=NUMBER, phone=PHONE)
    client.force_login(world.people["hospital_coordinator"])
    page = client.get(reverse("person-detail", args=[person.pk])).content.decode()
    assert MASKED in page and NUMBER not in page and PHONE not in page
    address = reverse("identity-reveal", args=[person.pk])
    assert NUMBER not in client.get(address).content.decode()
    shown = client.post(address, {"reason": "核对职称申报材料"})
    assert NUMBER in shown.content.decode() and PHONE in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    (event,) = AuditEvent.objects.filter(verb="reveal")
    assert event.username == world.people["hospital_coordinator"].username
    assert "核对职称申报材料" in event.note and NUMBER not in event.note
    assert NUMBER not in client.get(address).content.decode()


def test_the_form_keeps_what_was_typed_and_saves_masked_back_unchanged(client, world, person):
    identity_save(clinician=person, id_number=NUMBER, phone=PHONE)
    before = ClinicianIdentity.objects.get(clinician=person).id_number_cipher
    client.force_login(world.people["hospital_coordinator"])
    address = reverse("clinician-edit", args=[person.pk])
    page = client.get(address)
    data = {name: value for name, value in page.context["form"].initial.items() if value}
    data |= {
        "birth_month": person.birth_month.strftime("%Y-%m") if person.birth_month else "",
        "sex": person.sex,
    }
    wrong = client.post(address, data | {"phone": "123"}).content.decode()
    assert 'value="123"' in wrong and "11 位手机号" in wrong
    assert client.post(address, data | {"post": "组长"}).status_code == 302
    person.refresh_from_db()
    assert person.post == "组长"
    assert ClinicianIdentity.objects.get(clinician=person).id_number_cipher == before


def new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def test_rotation_rewrites_every_row_and_keeps_numbers_unique(settings, world, person, capsys):
    old, new = settings.PERSONAL_DATA_KEYS[0], new_key()
    people = [person] + [
        build.clinician(world.hospital, staff_no=f"R-{i}", sex="0", birth_month=None) for i in range(4)
    ]
    for order, one in enumerate(people):
        identity_save(clinician=one, phone=f"1390000000{order}")
    settings.PERSONAL_DATA_KEYS = [new, old]
    assert dict(examine())["身份信息密钥"].text == "5 人的号码还用旧密钥保存。"
    late = build.clinician(world.hospital, staff_no="R-9")
    assert "phone" in told(lambda: identity_save(clinician=late, phone="13900000003"))
    call_command("rotate_personal_keys")
    assert "5 人" in capsys.readouterr().out
    settings.PERSONAL_DATA_KEYS = [new]
    rows = ClinicianIdentity.objects.order_by("pk")
    assert {row.key_fingerprint for row in rows} == {fingerprint()}
    assert [row.phone_masked for row in rows] == [f"139****000{i}" for i in range(5)]
    assert "phone" in told(lambda: identity_save(clinician=late, phone="13900000003"))
    call_command("rotate_personal_keys")
    assert "0 人" in capsys.readouterr().out


def test_rotation_without_the_old_key_changes_nothing(settings, person):
    identity_save(clinician=person, phone=PHONE)
    before = ClinicianIdentity.objects.get().phone_cipher
    settings.PERSONAL_DATA_KEYS = [new_key()]
    assert "无法读出" in dict(examine())["身份信息密钥"].text
    with pytest.raises(CommandError, match="请把原来的密钥放在新密钥之后"):
        call_command("rotate_personal_keys")
    assert ClinicianIdentity.objects.get().phone_cipher == before
