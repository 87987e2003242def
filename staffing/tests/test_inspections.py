"""Unannounced inspections: recorded as a draft, concluded whole, frozen, revoked by another person."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone

from core.errors import RuleBroken
from core.tests.together import split, together
from staffing.models import Inspection, InspectionFinding, InspectionPhoto, Leave
from staffing.selectors.inspections import findings_shown, people_expected
from staffing.services.inspections import (
    Found,
    inspection_change,
    inspection_conclude,
    inspection_delete,
    inspection_record,
    inspection_revoke,
    photo_add,
    photo_remove,
)
from testing import builders as build
from testing.files import png
from testing.scene import scene

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 15)
PNG = png()


@pytest.fixture
def world():
    return scene()


def refusal(call) -> dict[str, list[str]]:
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        call()
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}


def record(world, **fields) -> Inspection:
    known = {"recipient": world.clinic, "inspected_on": DAY, "half": "am", "inspectors": "梁某、韦某"}
    return inspection_record(**{**known, "by": world.people["bureau_officer"], **fields})


def leave(posting, start=DAY, end=DAY, *, approved_at=None, **fields) -> Leave:
    return Leave.objects.create(
        posting=posting,
        kind="personal",
        start_on=start,
        end_on=end,
        reason="家事",
        levels=["recipient"],
        requested_by=posting.entered_by,
        status="approved" if approved_at else "requested",
        approved_at=approved_at,
        **fields,
    )


def at(day: date, hour: int = 9):
    return timezone.make_aware(timezone.datetime(day.year, day.month, day.day, hour))


class TestWhoIsExpected:
    def test_those_whose_stay_holds_the_day(self, world):
        here = world.posting
        build.posting(world.agreement, start=DAY + timedelta(1), end=date(2026, 8, 31))
        build.posting(world.agreement, start=date(2026, 3, 1), end=DAY - timedelta(1), ended=True)
        build.posting(world.agreement, arrived=False)
        build.posting(world.agreement, role="escort")
        circuit = build.posting(world.agreement, kind="circuit")
        expected = people_expected(recipient=world.clinic, day=DAY, half="am")
        assert [entry.posting for entry in expected] == [here]
        # whoever goes round on single days is not waited for, but may be added
        draft = record(world)
        found = [Found(row.posting, "present") for row in draft.findings.all()] + [Found(circuit, "present")]
        changed = inspection_change(
            inspection=draft, by=world.people["bureau_officer"], inspectors="梁某", note="", findings=found
        )
        assert changed.findings.count() == 2

    def test_leave_approved_in_time_is_suggested_and_late_leave_as_irregular(self, world):
        proper, late, refused = world.posting, build.posting(world.agreement), build.posting(world.agreement)
        leave(proper, approved_at=at(DAY - timedelta(1)))
        leave(late, approved_at=at(DAY, 8))
        gone = leave(refused)
        Leave.objects.filter(pk=gone.pk).update(status="refused")
        found = {row.posting_id: row for row in record(world).findings.all()}
        assert found[proper.pk].result == "on_leave" and "事假" in found[proper.pk].note
        assert found[late.pk].result == "irregular" and "晚于开始" in found[late.pk].note
        assert found[refused.pk].result == ""

    def test_leave_of_the_other_half_day_says_nothing(self, world):
        leave(world.posting, start_half="pm", approved_at=at(DAY - timedelta(1)))
        assert [row.suggested for row in people_expected(recipient=world.clinic, day=DAY, half="am")] == [""]
        assert [row.suggested for row in people_expected(recipient=world.clinic, day=DAY, half="pm")] == [
            "on_leave"
        ]

    def test_the_list_costs_the_same_for_more_people(self, world, django_assert_num_queries):
        for _ in range(3):
            leave(build.posting(world.agreement), approved_at=at(DAY - timedelta(1)))
        with django_assert_num_queries(2):
            assert len(people_expected(recipient=world.clinic, day=DAY, half="am")) == 4


class TestRecording:
    def test_tomorrow_and_a_stranger_are_told_together(self, world):
        tomorrow = timezone.localdate() + timedelta(1)
        far = world.strangers["recipient_coordinator"].organisation
        found = refusal(lambda: record(world, recipient=far, inspected_on=tomorrow, inspectors=" "))
        assert set(found) == {"recipient", "inspected_on", "inspectors"}
        assert f"{tomorrow:%Y-%m-%d} 在今天之后" in found["inspected_on"][0]

    @pytest.mark.parametrize(
        "role", ["bureau_leader", "leadership", "hospital_coordinator", "recipient_coordinator"]
    )
    def test_only_the_officer_records(self, world, role):
        found = refusal(lambda: record(world, by=world.people[role]))
        assert found == {"__all__": ["只有主管部门的经办人员可以登记抽查。"]}

    def test_once_a_half_day(self, world):
        record(world)
        assert "已有一份抽查记录" in str(refusal(lambda: record(world)))
        record(world, half="pm")

    def test_only_people_posted_there_that_day(self, world):
        draft = record(world)
        later = build.posting(world.agreement, start=DAY + timedelta(1), end=date(2026, 8, 31))
        elsewhere = build.posting(
            build.agreement_in_force(world.hospital, build.organisation("township_clinic"))
        )
        found = refusal(
            lambda: inspection_change(
                inspection=draft,
                by=world.people["bureau_officer"],
                inspectors="",
                note="",
                findings=[Found(later, "present"), Found(elsewhere, "absent"), Found(elsewhere, "nonsense")],
            )
        )
        assert found["inspectors"] == ["请写明检查人员。"]
        clinic, name = world.clinic.display_name, elsewhere.clinician.name
        absent = f"在 2026-04-15 没有派驻在{clinic}，不能列入。"
        assert found["__all__"] == [
            f"{later.clinician.name}{absent}",
            f"{name}{absent}",
            f"{name}重复了。",
            f"{name}{absent}",
            f"{name}的结果“nonsense”不认识。",
        ]
        assert draft.findings.get().posting == world.posting

    def test_another_bureau_above_reads_but_does_not_write(self, world):
        draft = record(world)
        above = build.officer(build.bureau("450000"))
        assert draft in Inspection.objects.visible_to(above)
        found = refusal(lambda: inspection_conclude(inspection=draft, by=above))
        assert found == {"__all__": ["只有登记抽查的主管部门的经办人员可以修改。"]}


class TestConcluding:
    def test_every_problem_at_once(self, world):
        other = build.posting(world.agreement)
        draft = record(world)
        draft.findings.filter(posting=other).update(result="irregular")
        found = refusal(lambda: inspection_conclude(inspection=draft, by=world.people["bureau_officer"]))[
            "__all__"
        ]
        assert sorted(found) == sorted(
            [
                f"{world.clinician.name}还没有核对结果。",
                f"{other.clinician.name}请假手续不规范，请写明哪里不规范。",
            ]
        )

    def test_nobody_checked(self, world):
        draft = record(world, inspected_on=date(2026, 1, 15))
        assert draft.findings.count() == 0
        found = refusal(lambda: inspection_conclude(inspection=draft, by=world.people["bureau_officer"]))
        assert "至少核对一人" in found["__all__"][0]

    def test_the_database_refuses_an_incomplete_one_by_any_way(self, world):
        draft = record(world)
        officer = world.people["bureau_officer"]
        now = timezone.now()
        with pytest.raises(DatabaseError, match="complete findings"), transaction.atomic():
            Inspection.objects.filter(pk=draft.pk).update(
                status="concluded", concluded_at=now, concluded_by=officer
            )

    def test_what_is_concluded_never_changes(self, world):
        done = build.inspection(
            world.clinic, DAY, {world.posting: "absent"}, by=world.people["bureau_officer"]
        )
        row = done.findings.get()
        for change in (
            lambda: Inspection.objects.filter(pk=done.pk).update(note="别的"),
            lambda: Inspection.objects.filter(pk=done.pk).update(status="draft"),
            lambda: Inspection.objects.filter(pk=done.pk).delete(),
            lambda: InspectionFinding.objects.filter(pk=row.pk).update(result="present"),
            lambda: InspectionFinding.objects.filter(pk=row.pk).delete(),
            lambda: InspectionFinding.objects.create(
                inspection=done, posting=build.posting(world.agreement), result="present"
            ),
            lambda: InspectionPhoto.objects.create(
                inspection=done, file="x.png", uploaded_by=world.people["bureau_officer"]
            ),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        found = refusal(lambda: inspection_conclude(inspection=done, by=world.people["bureau_officer"]))
        assert found == {"__all__": ["抽查已办结，不能再改。"]}

    def test_revoked_by_the_leader_it_stays_and_no_longer_counts(self, world):
        officer, leader = world.people["bureau_officer"], world.people["bureau_leader"]
        done = build.inspection(world.clinic, DAY, {world.posting: "absent"}, by=officer)
        found = refusal(lambda: inspection_revoke(inspection=done, by=officer, reason=" "))
        assert set(found) == {"__all__", "reason"}
        inspection_revoke(inspection=done, by=leader, reason="当日受局里委派参加会议")
        assert not InspectionFinding.objects.concluded().exists()
        assert [row.inspection.revoke_reason for row in findings_shown(world.people["clinician"])] == [
            "当日受局里委派参加会议"
        ]
        with pytest.raises(DatabaseError), transaction.atomic():
            Inspection.objects.filter(pk=done.pk).update(status="concluded")
        record(world)  # the half-day is free for the true record

    def test_a_person_with_both_duties_does_not_revoke_the_own_conclusion(self, world):
        both = build.user(["bureau_officer", "bureau_leader"], world.bureau)
        done = build.inspection(world.clinic, DAY, by=both)
        found = refusal(lambda: inspection_revoke(inspection=done, by=both, reason="弄错了"))
        assert found == {"__all__": ["办结人不能撤销自己办结的抽查。"]}


class TestWhoSees:
    def seen(self, world, role) -> tuple[int, int]:
        user = world.people[role]
        return (
            Inspection.objects.visible_to(user).count(),
            InspectionFinding.objects.visible_to(user).count(),
        )

    def test_a_draft_is_the_bureaus_alone(self, world):
        record(world)
        for role in ("bureau_officer", "bureau_leader"):
            assert self.seen(world, role) == (1, 1)
        for role in ("hospital_coordinator", "hospital_leader", "recipient_coordinator", "clinician"):
            assert self.seen(world, role) == (0, 0)

    def test_concluded_it_is_shown_to_both_parties_and_the_person(self, world):
        build.inspection(world.clinic, DAY, by=world.people["bureau_officer"])
        for role in ("hospital_coordinator", "hospital_leader", "recipient_coordinator", "clinician"):
            assert self.seen(world, role) == (1, 1)
            stranger = world.strangers[role]
            assert not Inspection.objects.visible_to(stranger).exists()
            assert not InspectionFinding.objects.visible_to(stranger).exists()
        # seen as a party is not owned
        for role in ("hospital_coordinator", "recipient_coordinator"):
            assert not Inspection.objects.owned_by(world.people[role]).exists()

    def test_a_hospital_sees_only_its_own_people_of_one_inspection(self, world):
        other = build.organisation("hospital")
        theirs = build.posting(build.agreement_in_force(other, world.clinic, within=world.cycle))
        build.inspection(world.clinic, DAY, {theirs: "absent"}, by=world.people["bureau_officer"])
        mine = findings_shown(world.people["hospital_coordinator"])
        assert [row.posting for row in mine] == [world.posting]
        assert [row.posting for row in findings_shown(build.coordinator(other))] == [theirs]
        assert findings_shown(world.people["recipient_coordinator"]).count() == 2
        assert [row.posting for row in findings_shown(world.people["clinician"])] == [world.posting]


class TestPhotos:
    def test_only_real_pictures_and_only_while_recording(self, world, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        officer, draft = world.people["bureau_officer"], record(world)
        photo = photo_add(
            inspection=draft, by=officer, file=SimpleUploadedFile("大门.png", PNG), caption="门诊"
        )
        assert photo.file.name.startswith("inspections/") and "大门" not in photo.file.name
        fakes = {"a.png": b"%PDF-1.4", "a.pdf": b"%PDF-1.4", "a.exe": b"MZ"}
        for name, content in fakes.items():
            file = SimpleUploadedFile(name, content)
            assert set(refusal(lambda f=file: photo_add(inspection=draft, by=officer, file=f))) == {"file"}
        coordinator = world.people["recipient_coordinator"]
        refusal(lambda: photo_add(inspection=draft, by=coordinator, file=SimpleUploadedFile("b.png", PNG)))
        assert not InspectionPhoto.objects.visible_to(coordinator).exists()
        draft.findings.update(result="present")
        inspection_conclude(inspection=draft, by=officer)
        refusal(lambda: photo_remove(photo=photo, by=officer))
        assert list(InspectionPhoto.objects.visible_to(coordinator)) == [photo]
        # other hospitals' people may be in the picture
        assert not InspectionPhoto.objects.visible_to(world.people["hospital_coordinator"]).exists()

    def test_a_draft_thrown_away_takes_its_files_along(
        self, world, settings, tmp_path, django_capture_on_commit_callbacks
    ):
        settings.MEDIA_ROOT = tmp_path
        officer, draft = world.people["bureau_officer"], record(world)
        for number in range(2):
            photo_add(inspection=draft, by=officer, file=SimpleUploadedFile(f"{number}.png", PNG))
        with django_capture_on_commit_callbacks(execute=True):
            inspection_delete(inspection=draft, by=officer)
        assert not Inspection.objects.exists() and not list(tmp_path.rglob("*.png"))


@pytest.mark.django_db(transaction=True)
def test_concluding_twice_at_once_concludes_once():
    world = scene()
    officer = world.people["bureau_officer"]
    draft = record(world)
    draft.findings.update(result="present")
    done, refused = split(together(*[lambda: inspection_conclude(inspection=draft, by=officer)] * 3))
    assert len(done) == 1 and len(refused) == 2
    assert all("不能再改" in error.messages[0] for error in refused)
