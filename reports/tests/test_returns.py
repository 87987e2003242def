"""Monthly returns from the ledger up: person, clinic, hospital, bureau; one event counted once."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import InternalError, transaction

from core.dates import Period
from core.errors import RuleBroken
from reports.figures import FIGURES, Frame
from reports.models import MonthlyReturn, ReturnRule
from reports.return_columns import ATTENDANCE, WORKLOAD, added
from reports.selectors import return_checks
from reports.selectors.return_lines import live
from reports.selectors.return_subjects import due_on, due_rule, rules
from reports.selectors.returns_behind import with_changes
from reports.selectors.returns_due import returns_due
from reports.services.monthly_returns import return_submit, returns_submit
from support.services.records import record_confirm
from testing import builders as build

pytestmark = pytest.mark.django_db
APRIL = date(2026, 4, 1)


@pytest.fixture
def pairs():
    """Two hospitals, two clinics of a county, three pairs; two doctors of the first at the first clinic."""
    bureau = build.bureau(build.COUNTY)
    cycle = build.cycle(build.programme(bureau))
    near, far = (build.organisation("hospital") for _ in range(2))
    first, second = (build.organisation("township_clinic") for _ in range(2))
    made = {
        "near_first": build.agreement_in_force(near, first, within=cycle),
        "near_second": build.agreement_in_force(near, second, within=cycle),
        "far_first": build.agreement_in_force(far, first, within=cycle),
    }
    doctors = [build.clinician(near) for _ in range(2)]
    for doctor in doctors:
        build.posting(made["near_first"], doctor)
    return bureau, near, far, first, second, made, doctors


def work(agreement, day, measures, kind="lecture", **fields):
    return build.activity(agreement, kind, date(2026, 4, day), measures=measures, **fields)


def lectures(agreement, day, number=1, **fields):
    return work(agreement, day, {"lectures": number, "lecture_audience": 30 * number}, **fields)


def value(row, code):
    return Decimal(row.totals[code])


def head(row: MonthlyReturn) -> MonthlyReturn:
    return MonthlyReturn.objects.get(pk=row.pk)


def test_columns_are_the_figures_of_activities_in_the_official_order():
    assert [column.number for column in WORKLOAD] == [
        *"23456677", "8", "9", "10", "10", "12", "13", "15", "15", "15", "", "",
    ]  # fmt: skip
    assert all((FIGURES[c.code].label, FIGURES[c.code].unit) == (c.label, c.unit) for c in WORKLOAD)
    assert [column.label for column in ATTENDANCE][:2] == ["应出勤", "在岗"]


def test_an_event_with_three_people_is_one_event(pairs):
    *_, first, _second, made, doctors = pairs
    lectures(made["near_first"], 3, participants=doctors)
    lectures(made["near_first"], 4, 2, participants=doctors[:1])
    lectures(made["near_first"], 5, 4)  # nobody named
    lectures(made["near_first"], 6, status="submitted", participants=doctors)
    found = live(build.return_subject("clinic", first, APRIL))
    assert found.totals["lectures"] == 7
    assert {line.clinician.pk: line.values["lectures"] for line in found.people} == {
        doctors[0].pk: 3,
        doctors[1].pk: 1,
    }
    assert (found.sharing.unnamed["lectures"], found.sharing.shared["lectures"]) == (4, 1)
    assert (found.sharing.unnamed["lecture_audience"], found.sharing.shared["lecture_audience"]) == (120, 30)
    assert return_checks.checked(found).differences == []


def test_every_level_states_the_figure_of_the_summary(pairs):
    bureau, near, far, first, second, made, doctors = pairs
    lectures(made["near_first"], 3, participants=doctors)
    lectures(made["far_first"], 4, 2)
    lectures(made["near_second"], 5, 3)
    wanted = {("clinic", first): 3, ("clinic", second): 3, ("hospital", near): 4, ("hospital", far): 2}
    for (level, unit), number in (wanted | {("bureau", bureau): 6}).items():
        row = build.monthly_return(level, unit, APRIL)
        assert value(row, "lectures") == number
        period = Period(APRIL, date(2026, 4, 30))
        assert FIGURES["lectures"].value(Frame(unit, level, None, period)) == number
        assert sum(Decimal(line["values"]["lectures"]) for line in row.lines) == number


def test_a_month_without_anything_is_reported_as_zero(pairs):
    *_, second, made, _doctors = pairs
    row = build.monthly_return("clinic", second, APRIL)
    assert len(row.totals) == len(WORKLOAD) and set(row.totals.values()) == {"0"}
    assert row.lines[0]["values"]["techniques"] == "0"
    assert "按 0 上报" in row.warnings[0]


def test_what_is_missing_below_is_named_and_blocks_nothing(pairs):
    _bureau, near, *_, first, second, made, doctors = pairs
    lectures(made["near_first"], 3, status="submitted", participants=doctors)
    row = build.monthly_return("hospital", near, APRIL)
    assert first.display_name in row.gaps[0] and second.display_name in row.gaps[0]
    assert "1 条" in row.gaps[1] and doctors[0].name in row.gaps[1]
    attendance = build.monthly_return("hospital", near, APRIL, form="attendance")
    assert any("没有提交锁定" in gap and first.display_name in gap for gap in attendance.gaps)


def test_a_return_whose_parts_no_longer_fit_is_held_back_until_the_clinic_corrects(pairs):
    bureau, near, _far, first, _second, made, doctors = pairs
    lectures(made["near_first"], 3, participants=doctors)
    old = build.monthly_return("clinic", first, APRIL)
    lectures(made["near_first"], 9, 2)
    with pytest.raises(RuleBroken) as caught:
        build.monthly_return("hospital", near, APRIL)
    text = "".join(caught.value.messages)
    assert "“学术讲座”上报 1 期，台账 3 期，上报少 2 期" in text and "更正为第 2 版" in text
    assert first.display_name in text
    build.monthly_return("clinic", first, APRIL, reason="补登一次讲座")
    row = build.monthly_return("hospital", near, APRIL)
    assert value(row, "lectures") == 3
    assert {line["source"] and line["source"]["version"] for line in row.lines} == {2, None}
    assert head(old).totals["lectures"] == "1" and head(old).replaced_by.reason == "补登一次讲座"
    assert value(build.monthly_return("bureau", bureau, APRIL), "lectures") == 3


def test_the_clinic_is_held_back_by_a_persons_old_return(pairs):
    *_, first, _second, made, doctors = pairs
    lectures(made["near_first"], 3, participants=doctors)
    build.monthly_return("person", first, APRIL, clinician=doctors[0])
    lectures(made["near_first"], 4, participants=doctors[:1])
    with pytest.raises(RuleBroken, match=doctors[0].name):
        build.monthly_return("clinic", first, APRIL)
    build.monthly_return("person", first, APRIL, clinician=doctors[0], reason="补登")
    row = build.monthly_return("clinic", first, APRIL)
    assert value(row, "lectures") == 2 and doctors[1].name in row.gaps[0]


def test_a_submitted_return_never_changes(pairs):
    *_, first, _second, _made, _doctors = pairs
    row = build.monthly_return("clinic", first, APRIL)
    for write in (
        lambda: MonthlyReturn.objects.filter(pk=row.pk).update(remark="改"),
        lambda: MonthlyReturn.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            write()


def test_a_correction_needs_a_reason_and_something_to_correct(pairs):
    *_, first, _second, made, _doctors = pairs
    build.monthly_return("clinic", first, APRIL)
    with pytest.raises(RuleBroken, match="请写明更正原因"):
        build.monthly_return("clinic", first, APRIL)
    with pytest.raises(RuleBroken, match="没有可更正的内容"):
        build.monthly_return("clinic", first, APRIL, reason="核对")
    again = build.monthly_return("clinic", first, APRIL, reason="补备注", remark="数字无误")
    assert (again.version, again.replaces.version) == (2, 1)
    with pytest.raises(RuleBroken, match="没有提交过"):
        build.monthly_return("clinic", first, date(2026, 5, 1), reason="更正")


def test_late_is_marked_by_the_rule_of_the_nearest_bureau(pairs):
    bureau, _near, _far, first, second, _made, _doctors = pairs
    province = build.bureau("450000")
    for unit, day in ((province, 20), (bureau, 12)):
        ReturnRule.objects.create(
            bureau=unit, level="clinic", due_day=day, from_month=date(2026, 1, 1), basis="测试文件"
        )
    subject = build.return_subject("clinic", first, APRIL)
    assert due_on(subject) == date(2026, 5, 12)
    assert due_on(build.return_subject("clinic", first, date(2025, 12, 1))) == date(2026, 1, 5)
    assert due_on(build.return_subject("hospital", first, APRIL)) == date(2026, 5, 8)
    assert due_rule(subject, rules()).bureau == bureau
    with time_machine.travel("2026-05-12T23:30:00+08:00"):
        assert not build.monthly_return("clinic", first, APRIL).is_late
    with time_machine.travel("2026-05-13T00:30:00+08:00"):
        late = build.monthly_return("clinic", second, APRIL)
        again = build.monthly_return("clinic", second, APRIL, reason="备注", remark="迟报说明")
    assert late.is_late and again.is_late and late.due_on == date(2026, 5, 12)


def test_a_month_is_submitted_when_it_is_over(pairs):
    *_, first, _second, _made, _doctors = pairs
    with time_machine.travel("2026-04-30T12:00:00+08:00"), pytest.raises(RuleBroken, match="还没有结束"):
        build.monthly_return("clinic", first, APRIL)


def test_who_may_submit(pairs):
    bureau, near, far, first, second, _made, doctors = pairs
    account = build.user("clinician", near)
    doctors[0].user = account
    doctors[0].save()
    of_first = build.coordinator(first, sending=False)
    person = dict(form="workload", clinician=doctors[0])
    own = build.monthly_return("person", first, APRIL, by=account, **person)
    assert not own.is_on_behalf
    assert build.monthly_return("person", first, APRIL, clinician=doctors[1], by=of_first).is_on_behalf
    refused = [
        ("clinic", first, build.coordinator(near)),
        ("clinic", first, build.coordinator(second, sending=False)),
        ("hospital", near, of_first),
        ("hospital", near, build.officer(bureau)),
        ("bureau", bureau, build.user("bureau_leader", bureau)),
        ("clinic", first, account),
    ]
    for level, unit, user in refused:
        with pytest.raises(RuleBroken, match="提交"):
            build.monthly_return(level, unit, APRIL, by=user)
    with pytest.raises(RuleBroken, match="本人或"):
        build.monthly_return(
            "person", first, APRIL, by=build.coordinator(far), clinician=doctors[0], reason="改"
        )


def test_attendance_goes_up_as_days(pairs):
    bureau, near, _far, first, _second, _made, doctors = pairs
    with pytest.raises(RuleBroken, match="月表还没有提交锁定"):
        build.monthly_return("clinic", first, APRIL, form="attendance")
    posting = doctors[0].postings.get()
    build.month_sheet(first, APRIL, absent={posting: [date(2026, 4, 8)]})
    days = {"form": "attendance"}
    mine = build.monthly_return("person", first, APRIL, clinician=doctors[0], **days)
    assert (value(mine, "absent"), value(mine, "due") - value(mine, "present")) == (1, 1)
    clinic = build.monthly_return("clinic", first, APRIL, **days)
    hospital = build.monthly_return("hospital", near, APRIL, **days)
    county = build.monthly_return("bureau", bureau, APRIL, **days)
    assert clinic.totals == hospital.totals == county.totals
    assert value(county, "due") == 2 * value(mine, "due") and value(county, "absent") == 1
    assert len(clinic.people) == 2 and county.people == []


def test_two_forms_of_a_person_with_one_click(pairs):
    *_, first, _second, _made, doctors = pairs
    subject = build.return_subject("person", first, APRIL, clinician=doctors[0])
    by = build.coordinator(first, sending=False)
    with pytest.raises(RuleBroken, match="月表还没有提交锁定"):
        returns_submit(subject=subject, by=by)
    assert not MonthlyReturn.objects.exists()  # both or none
    build.month_sheet(first, APRIL)
    assert len(returns_submit(subject=subject, by=by)) == 2
    with pytest.raises(RuleBroken, match="都已提交"):
        returns_submit(subject=subject, by=by)


def test_the_submission_remembers_records_and_versions_and_knows_when_it_is_left_behind(pairs):
    bureau, near, _far, first, _second, made, doctors = pairs
    counted = lectures(made["near_first"], 3, participants=doctors)
    waiting = lectures(made["near_first"], 4, status="submitted")
    for level, unit in (("clinic", first), ("hospital", near), ("bureau", bureau)):
        row = build.monthly_return(level, unit, APRIL)
        assert row.records == [counted.pk] and all(row.versions)
    mine = build.monthly_return("person", first, APRIL, clinician=doctors[0])

    def behind():
        rows = with_changes(MonthlyReturn.objects.newest())
        return set(rows.filter(is_behind=True).values_list("level", flat=True))

    assert behind() == set()
    record_confirm(record=waiting, by=build.side(made["near_first"], False))
    assert behind() == {"clinic", "hospital", "bureau"}
    lectures(made["near_first"], 5, participants=doctors[:1])
    assert "person" in behind() and head(mine).records == [counted.pk]


def test_what_is_due(pairs):
    bureau, near, _far, first, _second, _made, doctors = pairs
    today = date(2026, 5, 9)
    clinic = build.coordinator(first, sending=False)
    due = returns_due(clinic, day=today)
    own = [one for one in due if one.subject.level == "clinic"]
    assert [(one.subject.month.month, one.is_overdue) for one in own if one.subject.form == "workload"] == [
        (4, True), (3, True), (2, True), (1, True)
    ]  # fmt: skip
    assert {one.subject.month.month for one in own if one.subject.form == "attendance"} == {3, 4}
    people = [one for one in due if one.subject.level == "person"]
    assert len(people) == 2 * 2 * 2  # two without accounts, two months, two forms
    for doctor, active in ((doctors[0], True), (doctors[1], False)):
        doctor.user = build.user("clinician", near)
        doctor.user.is_active = active
        doctor.user.save()
        doctor.save()
    mine = returns_due(doctors[0].user, day=today)
    assert {one.subject.clinician for one in mine} == {doctors[0]} and len(mine) == 4
    people = {one.subject.clinician for one in returns_due(clinic, day=today) if one.subject.clinician}
    assert people == {doctors[1]}
    officers = returns_due(build.officer(bureau), day=date(2026, 5, 10))
    assert [one.is_overdue for one in officers if one.subject.month == APRIL] == [False, False]
    build.monthly_return("bureau", bureau, APRIL)
    after = returns_due(build.officer(bureau), day=date(2026, 5, 11))
    assert [(one.subject.form, one.is_overdue) for one in after if one.subject.month == APRIL] == [
        ("attendance", True)
    ]
    assert returns_due(build.user("system_admin"), day=today) == []


def test_what_looks_odd_only_warns(pairs):
    *_, second, made, _doctors = pairs
    work(made["near_second"], 3, {"operations": 300}, kind="operation")
    work(made["near_second"], 4, {"surgery_demos": 304}, kind="surgery_demo")
    lectures(made["near_second"], 5)
    row = build.monthly_return("clinic", second, APRIL)
    assert row.warnings == ["手术示教 304 次多于开展手术 300 例，请核对。"]


def test_parts_of_a_return_always_add_up(pairs):
    *_, first, _second, made, doctors = pairs
    for day, people in ((3, doctors), (4, doctors[:1]), (5, [])):
        lectures(made["near_first"], day, day, participants=people)
        lectures(made["far_first"], day, 1)
    found = live(build.return_subject("clinic", first, APRIL))
    people = added("workload", (line.values for line in found.people))
    for column in WORKLOAD:
        code = column.code
        assert sum(line.values[code] for line in found.lines) == found.totals[code]
        assert people[code] + found.sharing.unnamed[code] - found.sharing.shared[code] == found.totals[code]


def test_nothing_to_report_is_no_return():
    lonely = build.organisation("township_clinic")
    subject = build.return_subject("clinic", lonely, APRIL)
    with pytest.raises(RuleBroken, match="不需要这份月报"):
        return_submit(subject=subject, by=build.coordinator(lonely, sending=False))
