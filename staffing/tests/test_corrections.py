"""Corrections of a locked sheet: a second person decides, and only what was approved changes."""

from datetime import date

import pytest
from django.db import connection

from accounts.models import Role
from core.dates import Period
from core.errors import RuleBroken
from core.models import AuditEvent
from core.tests.frozen import refused
from core.tests.together import split, together
from staffing.marks import Cell
from staffing.models import AttendanceCorrection, AttendanceRow, Posting
from staffing.selectors.attendance import service_days
from staffing.selectors.sheets import (
    sheet_people,
)
from staffing.services.corrections import correction_approve, correction_refuse, correction_request
from staffing.tests.attendance_place import MARCH, Place, days, marks_of
from testing import builders as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def locked(place):
    place.one = place.posting()
    place.sheet = build.month_sheet(place.clinic, MARCH)
    return place


def ask(place, *cells, posting=None, reason="签到表漏记", by=None):
    posting = posting or place.one
    found = [Cell(posting.pk, date(2026, 3, day), half, mark) for day, half, mark in cells]
    return correction_request(
        sheet=place.sheet, posting=posting, cells=found, reason=reason, by=by or place.keeper
    )


def test_a_correction_needs_a_second_person(locked):
    made = ask(locked, (9, "am", "A"))
    assert days(marks_of(locked.sheet, locked.one), 9) == ["PP"]
    for nobody in (locked.keeper, locked.sender, build.officer(build.bureau(build.OTHER_COUNTY))):
        with pytest.raises(RuleBroken, match="不能审核"):
            correction_approve(correction=made, by=nobody)
    correction_approve(correction=made, by=build.user(Role.RECIPIENT_COORDINATOR, locked.clinic))
    assert days(marks_of(locked.sheet, locked.one), 9) == ["AP"]
    told = AuditEvent.objects.filter(subject_type="staffing.attendancecorrection").values_list(
        "note", flat=True
    )
    assert any("03-09 上午 在岗→旷工" in note and "签到表漏记" in note for note in told)
    assert service_days([locked.one])[0].absent_halves == 1
    with pytest.raises(RuleBroken, match="已更正"):
        correction_approve(correction=made, by=build.officer(locked.bureau))


def test_an_approved_correction_opens_the_row_once_only(locked):
    officer = build.officer(locked.bureau)
    correction_approve(correction=ask(locked, (9, "am", "A")), by=officer)
    correction_approve(correction=ask(locked, (9, "am", "P")), by=officer)
    row = AttendanceRow.objects.get(sheet=locked.sheet)
    first = AttendanceCorrection.objects.earliest("pk")
    row.marks = first.marks_after
    assert refused(row.save), "an old correction was used again"
    made = ask(locked, (10, "am", "A"))
    row.marks = made.marks_after
    assert refused(row.save), "a correction that nobody approved"
    assert refused(lambda: AttendanceCorrection.objects.filter(pk=first.pk).update(note="改"))
    assert refused(lambda: AttendanceCorrection.objects.filter(pk=made.pk)._raw_delete(connection.alias))


def test_refusing_keeps_the_row_and_needs_words(locked):
    officer, made = build.officer(locked.bureau), ask(locked, (9, "am", "A"))
    with pytest.raises(RuleBroken, match="写明理由"):
        correction_refuse(correction=made, by=officer, note=" ")
    correction_refuse(correction=made, by=officer, note="没有证据")
    assert days(marks_of(locked.sheet, locked.one), 9) == ["PP"]


def test_a_correction_says_everything_that_is_wrong_with_it(locked):
    with pytest.raises(RuleBroken) as error:
        ask(locked, (9, "am", "X"), (31, "am", "."), reason="")
    assert error.value.messages == ["请写明更正原因。"]
    with pytest.raises(RuleBroken) as error:
        ask(locked, (9, "am", "X"))
    assert len(error.value.messages) == 2  # unknown mark, and so nothing changes
    with pytest.raises(RuleBroken, match="没有改动"):
        ask(locked, (9, "am", "P"))
    with pytest.raises(RuleBroken, match="受援单位的联络员"):
        ask(locked, (9, "am", "A"), by=locked.sender)
    ask(locked, (9, "am", "A"))
    with pytest.raises(RuleBroken, match="已有一份更正"):
        ask(locked, (10, "am", "A"))


def test_a_stay_extended_after_the_lock_is_unproved_until_corrected(place, time_machine):
    time_machine.move_to("2026-03-20T18:00+08:00", tick=False)
    place.one = place.posting(date(2026, 3, 1), date(2026, 3, 20))
    place.sheet = build.month_sheet(place.clinic, MARCH)
    Posting.objects.filter(pk=place.one.pk).update(end_on=date(2026, 4, 10), status=Posting.Status.EXTENDED)
    time_machine.move_to("2026-04-02T18:00+08:00", tick=False)
    place.one.refresh_from_db()
    march = Period(MARCH, date(2026, 3, 31))
    [before] = service_days([place.one], march)
    assert before.unlocked == [Period(date(2026, 3, 21), date(2026, 3, 31))]
    assert before.qualifying_days == 20, "'-' in a locked row proves nothing"
    with pytest.raises(RuleBroken, match="03-23 至 03-27、03-30 上午、03-31 没有填"):
        ask(place, (30, "pm", "P"))
    made = ask(place, *[(day, half, "P") for day in (*range(23, 28), 30, 31) for half in ("am", "pm")])
    correction_approve(correction=made, by=build.officer(place.bureau))
    [after] = service_days([place.one], march)
    assert after.is_proved and after.qualifying_days == 31


def test_somebody_whose_arrival_was_confirmed_after_the_lock_gets_a_row_by_correction(locked):
    late = locked.posting(date(2026, 3, 30), arrived=date(2026, 3, 30))
    assert [p.posting.pk for p in sheet_people(locked.sheet) if p.row is None] == [late.pk]
    made = ask(locked, *[(day, half, "P") for day in (30, 31) for half in ("am", "pm")], posting=late)
    assert made.marks_before == ""
    correction_approve(correction=made, by=build.officer(locked.bureau))
    assert days(marks_of(locked.sheet, late), 29, 30, 31) == ["--", "PP", "PP"]


@pytest.mark.django_db(transaction=True)
def test_two_people_decide_a_correction():
    place = Place()
    place.one = place.posting()
    place.sheet = build.month_sheet(place.clinic, MARCH)
    made = ask(place, (9, "am", "A"))
    officers = [build.officer(place.bureau), build.user(Role.BUREAU_OFFICER, place.bureau)]
    done, raised = split(
        together(
            lambda: correction_approve(correction=made, by=officers[0]),
            lambda: correction_refuse(correction=made, by=officers[1], note="没有证据"),
        )
    )
    assert len(done) == 1 and len(raised) == 1 and isinstance(raised[0], RuleBroken)
    assert (days(marks_of(place.sheet, place.one), 9) == ["AP"]) == (done[0].status == "approved")
