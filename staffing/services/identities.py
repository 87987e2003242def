"""Keeping and showing identity and telephone numbers. Nothing but these verbs touches the plain numbers."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from accounts.models import Role, User
from core.errors import Problems, RuleBroken
from core.id_numbers import IdNumber, read_id_number, read_phone
from core.models import AuditEvent
from core.personal import all_hashes, decrypt, encrypt, fingerprint, keyed_hash
from core.services.audit import audit_record
from staffing.models import Clinician, ClinicianIdentity

SHORTEST_REASON = 4


@dataclass(frozen=True)
class Revealed:
    id_number: str
    phone: str


def unmasked(text: str | None) -> str | None:
    """None for a masked number that came back from an export or a page: it means “as it was”."""
    return None if text is not None and ("*" in text or "＊" in text) else text


def identity_problems(
    *, clinician: Clinician, id_number: str | None, phone: str | None, by: User | None = None
) -> tuple[Problems, IdNumber | None, str]:
    """(problems by field, the number read, the telephone read). None means “leave as it is”.

    The number must agree with the recorded sex and birth month and belong to nobody else.
    """
    problems, number, plain_phone = Problems(), None, ""
    if id_number:
        try:
            number = read_id_number(id_number)
        except ValueError as error:
            problems.add(str(error), field="id_number")
    if phone:
        try:
            plain_phone = read_phone(phone)
        except ValueError as error:
            problems.add(str(error), field="phone")
    if number:
        _agrees(problems, clinician, number)
        _nobody_elses(problems, clinician, "id_number", "身份证号", number.text, by)
    if plain_phone:
        _nobody_elses(problems, clinician, "phone", "手机号", plain_phone, by)
    return problems, number, plain_phone


def _agrees(problems: Problems, clinician: Clinician, number: IdNumber) -> None:
    sex = Clinician.Sex.MALE if number.is_male else Clinician.Sex.FEMALE
    if clinician.sex not in (Clinician.Sex.UNKNOWN, sex):
        problems.add(
            f"身份证号表示性别为{sex.label}，档案中是{clinician.get_sex_display()}，请核对。",
            field="id_number",
        )
    month = number.born_on.replace(day=1)
    if clinician.birth_month and clinician.birth_month.replace(day=1) != month:
        problems.add(
            f"身份证号中的出生年月是 {month:%Y-%m}，档案中是 {clinician.birth_month:%Y-%m}，请核对。",
            field="id_number",
        )


def _nobody_elses(problems, clinician, field: str, label: str, text: str, by: User | None) -> None:
    others = ClinicianIdentity.objects.filter(**{f"{field}_hash__in": all_hashes(text)}).exclude(
        clinician=clinician.pk
    )
    other = others.select_related("clinician__organisation").first()
    if other is None:
        return
    if by is not None and ClinicianIdentity.objects.visible_to(by).filter(pk=other.pk).exists():
        person = other.clinician
        problems.add(
            f"这个{label}已登记在{person.organisation.display_name}{person.name}（工号 {person.staff_no}）名下，"
            "同一个人不要重复建档。",
            field=field,
        )
    else:
        problems.add(f"这个{label}已登记在另一单位的人员名下，请联系卫健局核对。", field=field)


@transaction.atomic
def identity_save(
    *, clinician: Clinician, id_number: str | None = None, phone: str | None = None, by: User | None = None
) -> ClinicianIdentity | None:
    """Store what was typed; None or a masked text leaves a number as it is, "" removes it.

    Blank sex and birth month of the record are filled from the number. Raises RuleBroken by field.
    """
    id_number, phone = unmasked(id_number), unmasked(phone)
    problems, number, plain_phone = identity_problems(
        clinician=clinician, id_number=id_number, phone=phone, by=by
    )
    problems.raise_if_any()
    if id_number is None and phone is None:
        return None
    known = ClinicianIdentity.objects.select_for_update(of=("self",)).filter(clinician=clinician).first()
    if known is None and not (id_number or phone):
        return None
    row = known or ClinicianIdentity(clinician=clinician)
    rewrap(row)  # both halves of a row are under one key
    if id_number is not None:
        text = number.text if number else ""
        row.id_number_cipher, row.id_number_hash = encrypt(text), keyed_hash(text) if text else None
    if phone is not None:
        row.phone_cipher = encrypt(plain_phone)
        row.phone_hash = keyed_hash(plain_phone) if plain_phone else None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise RuleBroken("这个身份证号或手机号刚刚由别人登记，请刷新后核对。") from error
    if number:
        _fill_blanks(clinician, number)
    return row


def _fill_blanks(clinician: Clinician, number: IdNumber) -> None:
    fields = []
    if clinician.sex == Clinician.Sex.UNKNOWN:
        clinician.sex = Clinician.Sex.MALE if number.is_male else Clinician.Sex.FEMALE
        fields.append("sex")
    if clinician.birth_month is None:
        clinician.birth_month = number.born_on.replace(day=1)
        fields.append("birth_month")
    if fields:
        clinician.save(update_fields=fields)


def rewrap(row: ClinicianIdentity) -> bool:
    """Bring a row under the newest key; False when it already is. Does not save."""
    if row.key_fingerprint == fingerprint():
        return False
    for name in ("id_number", "phone"):
        text = decrypt(getattr(row, f"{name}_cipher"))
        setattr(row, f"{name}_cipher", encrypt(text))
        setattr(row, f"{name}_hash", keyed_hash(text) if text else None)
    row.key_fingerprint = fingerprint()
    return True


def may_reveal(*, clinician: Clinician, by: User) -> bool:
    """The bureau's officer above, and the coordinator of the person's own organisation."""
    return (
        by.has_role(Role.BUREAU_OFFICER, Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR)
        and Clinician.objects.owned_by(by).filter(pk=clinician.pk).exists()
    )


@transaction.atomic
def identity_reveal(*, clinician: Clinician, reason: str, by: User, request=None) -> Revealed:
    """Both numbers in full. The reason and who asked go to the audit log in the same transaction."""
    if not may_reveal(clinician=clinician, by=by):
        raise RuleBroken("只有本单位联络员和主管卫健局的经办人可以查看完整号码。")
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise RuleBroken({"reason": f"请写明查看用途（至少 {SHORTEST_REASON} 个字），会记入审计日志。"})
    row = ClinicianIdentity.objects.filter(clinician=clinician).first()
    if row is None:
        raise RuleBroken("这个人还没有登记身份证号和手机号。")
    audit_record(
        verb=AuditEvent.Verb.REVEAL,
        user=by,
        subject=clinician,
        note=f"查看完整号码：{reason[:300]}",
        request=request,
    )
    return Revealed(decrypt(row.id_number_cipher), decrypt(row.phone_cipher))


def identities_rotate(*, batch: int = 200) -> int:
    """Bring every row under the newest key, a batch a transaction; returns how many changed.

    May be stopped and run again at any point.
    """
    changed = 0
    while True:
        with transaction.atomic():
            rows = list(
                ClinicianIdentity.objects.select_for_update(of=("self",), skip_locked=False)
                .exclude(key_fingerprint=fingerprint())
                .order_by("pk")[:batch]
            )
            for row in rows:
                rewrap(row)
                row.save()
        if not rows:
            return changed
        changed += len(rows)
