"""Month sheets: what opens, what can be marked, what submitting refuses, what nobody can change after it."""

from datetime import date

import pytest
from django.db import connection

from accounts.models import Role
from core.dates import Period
from core.errors import RuleBroken
from core.models import AuditEvent
from core.tests.frozen import all_refused, open_columns, refused, sql
from core.tests.together import split, together
from staffing.marks import ALL_DAY, Cell, fitted, in_words, mark_at, stay_in
from staffing.models import AttendanceCorrection, AttendanceRow, Half, MonthSheet, Posting
from staffing.selectors.attendance import service_days
from staffing.selectors.sheet_grid import today_people, unmarked_today
from staffing.selectors.sheets import (
    postings_without_attendance,
    sheet_people,
    sheets_for,
    sheets_missing,
)
from staffing.services.attendance import (
    Conflict,
    sheet_copy_week,
    sheet_fill_present,
    sheet_mark,
    sheet_open,
    sheet_submit,
)
from staffing.services.corrections import correction_approve, correction_refuse, correction_request
from testing import builders as build

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


class Place:
    """A clinic with a coordinator, under an agreement of 2026."""

    def __init__(self):
        self.bureau = build.bureau(build.COUNTY)
        self.hospital = build.organisation("hospital")
        self.clinic = build.organisation("township_clinic")
        self.agreement = build.agreement_in_force(
            self.hospital, self.clinic, within=build.cycle(build.programme(self.bureau))
        )
        self.keeper = build.coordinator(self.clinic)
        self.sender = build.coordinator(self.hospital)

    def posting(self, start=MARCH, end=date(2026, 8, 31), **fields):
        return build.posting(self.agreement, start=start, end=end, **fields)

    def open(self, month=MARCH):
        return sheet_open(recipient=self.clinic, month=month, by=self.keeper)


@pytest.fixture
def place():
    return Place()


def marks_of(sheet, posting) -> str:
    return AttendanceRow.objects.get(sheet=sheet, posting=posting).marks


def days(marks: str, *wanted: int) -> list[str]:
    return [marks[(day - 1) * 2 : day * 2] for day in wanted]


def test_opening_makes_a_row_for_everybody_who_was_there(place):
    whole = place.posting(date(2026, 2, 1), date(2026, 5, 31))
    arrives = place.posting(date(2026, 3, 10), date(2026, 5, 31), arrived=date(2026, 3, 12))
    leaves = place.posting(date(2026, 2, 1), date(2026, 3, 17), ended=True)
    place.posting(arrived=False)
    place.posting(date(2026, 4, 1))
    place.posting(role=Posting.Role.ESCORT)
    sheet = place.open()
    assert set(sheet.rows.values_list("posting", flat=True)) == {whole.pk, arrives.pk, leaves.pk}
    # 1 March 2026 is a Sunday, 28 February a make-up Saturday
    assert days(marks_of(sheet, whole), 1, 2, 7, 31) == ["RR", "..", "RR", ".."]
    assert days(marks_of(sheet, arrives), 11, 12, 31) == ["--", "..", ".."]
    assert days(marks_of(sheet, leaves), 2, 17, 18) == ["..", "..", "--"]
    assert place.open().pk == sheet.pk and AttendanceRow.objects.count() == 3


def test_two_stays_of_one_person_in_a_month_are_two_rows(place):
    person = build.clinician(place.hospital)
    first = place.posting(date(2026, 3, 1), date(2026, 3, 10), person=person, ended=True)
    second = place.posting(date(2026, 3, 20), date(2026, 6, 30), person=person)
    sheet = build.month_sheet(place.clinic, MARCH)
    assert days(marks_of(sheet, first), 10, 11, 20) == ["PP", "--", "--"]
    assert days(marks_of(sheet, second), 10, 19, 20) == ["--", "--", "PP"]
    done = service_days([first, second], Period(MARCH, date(2026, 3, 31)))
    assert [entry.working_days for entry in done] == [7, 8]


def test_an_open_sheet_follows_the_stay(place):
    posting = place.posting(date(2026, 3, 1), date(2026, 3, 20))
    late = place.posting(arrived=False)
    sheet = place.open()
    sheet_mark(sheet=sheet, cells=[Cell(posting.pk, date(2026, 3, 19), ALL_DAY, "P")], by=place.keeper)
    Posting.objects.filter(pk=posting.pk).update(end_on=date(2026, 4, 30), status=Posting.Status.EXTENDED)
    build.postings.posting_confirm_arrival(posting=late, arrived_on=date(2026, 3, 25), by=place.keeper)
    shown = {person.posting.pk: person.marks for person in sheet_people(sheet)}
    assert days(shown[posting.pk], 19, 20, 23) == ["PP", "..", ".."]
    assert days(shown[late.pk], 24, 25) == ["--", ".."]
    assert sheet.rows.count() == 1, "reading writes nothing"
    sheet_mark(sheet=sheet, cells=[Cell(late.pk, date(2026, 3, 25), "am", "B")], by=place.keeper)
    assert sheet.rows.count() == 2
    assert days(marks_of(sheet, posting), 19, 23) == ["PP", ".."]
    Posting.objects.filter(pk=posting.pk).update(end_on=date(2026, 3, 18))
    assert days({p.posting.pk: p.marks for p in sheet_people(sheet)}[posting.pk], 18, 19) == ["..", "--"]


def test_only_the_recipients_coordinator_keeps_the_sheet(place):
    posting = place.posting()
    sheet = place.open()
    cells = [Cell(posting.pk, date(2026, 3, 3), ALL_DAY, "P")]
    others = [
        place.sender,
        build.officer(place.bureau),
        build.coordinator(build.organisation("township_clinic")),
        build.user(Role.HOSPITAL_COORDINATOR, place.clinic),
    ]
    for other in others:
        for act in (
            lambda other=other: sheet_open(recipient=place.clinic, month=MARCH, by=other),
            lambda other=other: sheet_mark(sheet=sheet, cells=cells, by=other),
            lambda other=other: sheet_fill_present(sheet=sheet, by=other),
            lambda other=other: sheet_copy_week(sheet=sheet, day=date(2026, 3, 9), by=other),
            lambda other=other: sheet_submit(sheet=sheet, by=other),
        ):
            with pytest.raises(RuleBroken, match="受援单位的联络员"):
                act()
    assert "P" not in marks_of(sheet, posting)


def test_a_month_to_come_or_without_people_has_no_sheet(place, time_machine):
    time_machine.move_to("2026-03-31T12:00+08:00", tick=False)
    with pytest.raises(RuleBroken, match="还没有到"):
        place.open(date(2026, 4, 1))
    with pytest.raises(RuleBroken, match="没有已确认到岗"):
        place.open()


def test_all_problems_of_a_save_at_once_and_nothing_kept(place, time_machine):
    time_machine.move_to("2026-03-16T12:00+08:00", tick=False)
    posting = place.posting(date(2026, 3, 5))
    sheet = place.open()
    good = Cell(posting.pk, date(2026, 3, 9), ALL_DAY, "P")
    bad = [
        Cell(posting.pk, date(2026, 3, 4), "am", "P"),
        Cell(posting.pk, date(2026, 3, 17), "am", "P"),
        Cell(posting.pk, date(2026, 3, 10), "am", "X"),
        Cell(posting.pk, date(2026, 4, 1), "am", "P"),
        Cell(0, date(2026, 3, 10), "am", "P"),
    ]
    with pytest.raises(Conflict) as error:
        sheet_mark(sheet=sheet, cells=[good, *bad], by=place.keeper)
    told = "\n".join(error.value.messages)
    for part in ("不在岗期内", "还没有到", "不认识", "不在 2026-03 内", "没有这个人"):
        assert part in told
    assert len(error.value.cells) == 5
    assert days(marks_of(sheet, posting), 9) == [".."]


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(place):
    posting = place.posting()
    sheet, day = place.open(), date(2026, 3, 9)
    sheet_mark(sheet=sheet, cells=[Cell(posting.pk, day, "am", "A", ".")], by=place.keeper)
    with pytest.raises(Conflict, match="已被改为“旷工”"):
        sheet_mark(sheet=sheet, cells=[Cell(posting.pk, day, "am", "P", ".")], by=place.keeper)
    # typed twice the same is no conflict: a retry after a lost answer must go through
    sheet_mark(sheet=sheet, cells=[Cell(posting.pk, day, "am", "A", ".")], by=place.keeper)
    sheet_mark(sheet=sheet, cells=[Cell(posting.pk, day, "am", "P", "A")], by=place.keeper)
    assert mark_at(marks_of(sheet, posting), day, Half.MORNING) == "P"


def test_all_present_fills_up_to_today_and_leave_where_approved(place, time_machine):
    time_machine.move_to("2026-02-20T12:00+08:00", tick=False)
    posting = place.posting(date(2026, 2, 1))
    other = place.posting(date(2026, 2, 1))
    time_machine.move_to("2026-03-16T12:00+08:00", tick=False)  # a Monday
    build.leave(posting, date(2026, 3, 6), date(2026, 3, 9), start_half="pm")
    sheet = place.open()
    sheet_mark(sheet=sheet, cells=[Cell(posting.pk, date(2026, 3, 3), "am", "A")], by=place.keeper)
    assert sheet_fill_present(sheet=sheet, by=place.keeper, posting=posting) > 0
    assert days(marks_of(sheet, posting), 1, 3, 6, 7, 8, 9, 10, 16, 17) == [
        "RR", "AP", "PL", "LL", "LL", "LL", "PP", "PP", "..",
    ]  # fmt: skip
    assert "P" not in marks_of(sheet, other)
    assert sheet_fill_present(sheet=sheet, by=place.keeper, day=date(2026, 3, 16)) == 2
    assert days(marks_of(sheet, other), 13, 16) == ["..", "PP"]
    with pytest.raises(RuleBroken):
        sheet_fill_present(sheet=sheet, by=place.keeper, day=date(2026, 3, 17))
    sheet_fill_present(sheet=sheet, by=place.keeper)
    assert sheet_fill_present(sheet=sheet, by=place.keeper) == 0


def test_copying_the_week_before(place):
    posting = place.posting(date(2026, 2, 1))
    february = place.open(date(2026, 2, 1))
    pattern = {24: "PB", 25: "PP", 26: "AA", 27: "LP", 28: "PP"}  # 28 February is a make-up Saturday
    cells = [
        Cell(posting.pk, date(2026, 2, day), half, mark)
        for day, marks in pattern.items()
        for half, mark in zip(("am", "pm"), marks, strict=True)
    ]
    sheet_mark(sheet=february, cells=cells, by=place.keeper)
    march = place.open()
    sheet_mark(sheet=march, cells=[Cell(posting.pk, date(2026, 3, 4), "am", "C")], by=place.keeper)
    assert sheet_copy_week(sheet=march, by=place.keeper, day=date(2026, 3, 5)) == 4
    # Tuesday copied, Wednesday morning kept, absence and leave not copied, Saturday rests
    assert days(marks_of(march, posting), 2, 3, 4, 5, 6, 7) == ["..", "PB", "CP", "..", ".P", "RR"]
    with pytest.raises(RuleBroken):
        sheet_copy_week(sheet=march, by=place.keeper, day=date(2026, 4, 5))


def test_submitting_names_everything_that_is_missing(place, time_machine):
    first, second = place.posting(), place.posting()
    sheet = place.open()
    sheet_fill_present(sheet=sheet, by=place.keeper)
    taken = [
        Cell(first.pk, date(2026, 3, 3), "am", "."),
        Cell(first.pk, date(2026, 3, 5), ALL_DAY, "."),
        Cell(first.pk, date(2026, 3, 6), ALL_DAY, "."),
        Cell(second.pk, date(2026, 3, 31), "pm", "."),
    ]
    sheet_mark(sheet=sheet, cells=taken, by=place.keeper)
    with pytest.raises(RuleBroken) as error:
        sheet_submit(sheet=sheet, by=place.keeper)
    assert set(error.value.messages) == {
        f"{first.clinician.name}：03-03 上午、03-05 至 03-06 没有填。",
        f"{second.clinician.name}：03-31 下午 没有填。",
    }
    sheet.refresh_from_db()
    assert not sheet.is_locked
    time_machine.move_to("2026-03-30T12:00+08:00", tick=False)
    with pytest.raises(RuleBroken, match="2026-03-31 才结束"):
        sheet_submit(sheet=sheet, by=place.keeper)


def test_a_stay_that_ends_within_the_month_can_be_submitted_that_day(place, time_machine):
    time_machine.move_to("2026-03-17T17:00+08:00", tick=False)
    place.posting(date(2026, 2, 1), date(2026, 3, 17))
    sheet = place.open()
    sheet_fill_present(sheet=sheet, by=place.keeper)
    assert sheet_submit(sheet=sheet, by=place.keeper).is_locked
    assert AuditEvent.objects.filter(subject_type="staffing.monthsheet").count() == 1


def test_nobody_changes_a_locked_sheet_by_any_route(place):
    posting = place.posting()
    sheet = build.month_sheet(place.clinic, MARCH)
    for act in (
        lambda: sheet_mark(sheet=sheet, cells=[Cell(posting.pk, MARCH, "am", "P")], by=place.keeper),
        lambda: sheet_fill_present(sheet=sheet, by=place.keeper),
        lambda: sheet_submit(sheet=sheet, by=place.keeper),
    ):
        with pytest.raises(RuleBroken, match="已提交锁定"):
            act()
    row = AttendanceRow.objects.get(sheet=sheet, posting=posting)
    assert open_columns(row) == set() and open_columns(sheet) == set()
    row.marks = "PP" * 31
    other = place.posting()
    all_refused(
        {
            "save": refused(row.save),
            "update": refused(lambda: AttendanceRow.objects.update(marks="PP" * 31)),
            "bulk": refused(lambda: AttendanceRow.objects.bulk_update([row], ["marks"])),
            "delete": refused(lambda: sql("delete from staffing_attendancerow where id = %s", row.pk)),
            "insert": refused(
                lambda: AttendanceRow.objects.create(sheet=sheet, posting=other, marks="PP" * 31)
            ),
            "unlock": refused(
                lambda: MonthSheet.objects.update(status="open", locked_at=None, locked_by=None)
            ),
            "sheet": refused(lambda: sql("delete from staffing_monthsheet where id = %s", sheet.pk)),
        }
    )
    april = place.open(date(2026, 4, 1))
    moved = AttendanceRow.objects.get(sheet=april, posting=posting)
    moved.sheet = sheet
    assert refused(moved.save), "a row cannot be moved into a locked sheet"


# ---- corrections
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


# ---- who sees which sheet, what is missing
def test_the_sender_sees_submitted_sheets_only(place):
    posting = place.posting()
    stranger = build.coordinator(build.organisation("hospital"))
    sheet = place.open()
    keeper, sender, officer = place.keeper, place.sender, build.officer(place.bureau)
    assert [list(sheets_for(user)) for user in (keeper, officer)] == [[sheet], [sheet]]
    assert not sheets_for(sender).exists()
    account = build.user(Role.CLINICIAN, place.hospital)
    posting.clinician.user = account
    posting.clinician.save()
    assert list(sheets_for(account)) == [sheet], "the person sees the own row at any time"
    sheet = build.month_sheet(place.clinic, MARCH)
    assert list(sheets_for(sender)) == [sheet] and not sheets_for(stranger).exists()


def test_each_sender_sees_its_own_people(place):
    mine = place.posting()
    other = build.organisation("hospital")
    second = build.agreement_in_force(other, place.clinic, within=place.agreement.cycle)
    theirs = build.posting(second)
    sheet = build.month_sheet(place.clinic, MARCH)
    seen = {
        user: {p.posting.pk for p in sheet_people(sheet, user=user)} for user in (place.sender, place.keeper)
    }
    assert seen == {place.sender: {mine.pk}, place.keeper: {mine.pk, theirs.pk}}


def test_missing_sheets(place, time_machine):
    time_machine.move_to("2026-06-10T12:00+08:00", tick=False)
    posting = place.posting(date(2026, 3, 1), date(2026, 8, 31))
    place.posting(date(2026, 4, 1), date(2026, 4, 20), ended=True)
    april = place.open(date(2026, 4, 1))
    build.month_sheet(place.clinic, MARCH)
    today = date(2026, 6, 10)
    for user in (place.keeper, build.officer(place.bureau)):
        missing = sheets_missing(user, day=today)
        assert [(one.month, one.people, one.sheet) for one in missing] == [
            (date(2026, 5, 1), 1, None),
            (date(2026, 4, 1), 2, april),
        ]
    assert sheets_missing(build.officer(build.bureau(build.FAR_AWAY)), day=today) == []
    officer = build.officer(place.bureau)
    assert postings_without_attendance(user=officer).count() == 2
    for month in (date(2026, 4, 1), date(2026, 5, 1)):
        build.month_sheet(place.clinic, month)
    assert not postings_without_attendance(user=officer).exists() and sheets_missing(officer, day=today) == []
    # a year later what lies further back is no longer asked for
    time_machine.move_to("2027-07-10T12:00+08:00", tick=False)
    assert [one.month for one in sheets_missing(officer, day=date(2027, 7, 10))] == [
        date(2026, 8, 1),
        date(2026, 7, 1),
    ]
    assert list(postings_without_attendance(user=officer)) == [posting]


def test_today(place, time_machine):
    time_machine.move_to("2026-03-16T08:00+08:00", tick=False)
    today = date(2026, 3, 16)
    first, second = place.posting(), place.posting()
    place.posting(date(2026, 3, 1), date(2026, 3, 10), ended=True)
    assert {p.posting.pk for p in today_people(place.clinic.pk, today=today)} == {first.pk, second.pk}
    assert unmarked_today(place.keeper, day=today) == 2 and not MonthSheet.objects.exists()
    sheet = place.open()
    sheet_mark(sheet=sheet, cells=[Cell(first.pk, today, "am", "P")], by=place.keeper)
    assert unmarked_today(place.keeper, day=today) == 2
    sheet_mark(sheet=sheet, cells=[Cell(first.pk, today, "pm", "B")], by=place.keeper)
    assert unmarked_today(place.keeper, day=today) == 1
    time_machine.move_to("2026-03-21T08:00+08:00", tick=False)
    assert unmarked_today(place.keeper, day=date(2026, 3, 21)) == 0, "nobody is due on a Saturday"


def test_a_constant_number_of_statements(place, django_assert_num_queries):
    for _ in range(2):
        place.posting()
    sheet = place.open()
    with django_assert_num_queries(5):
        assert len(sheet_people(sheet, user=place.keeper)) == 2
    for _ in range(4):
        build.leave(place.posting(), date(2026, 3, 3))
    with django_assert_num_queries(5):
        assert len(sheet_people(sheet, user=place.keeper)) == 6


def test_marks_in_words_and_fitting():
    keys = [(date(2026, 3, 5), "am"), *[(date(2026, 3, d), h) for d in (6, 7, 9) for h in ("am", "pm")]]
    assert in_words(keys) == "03-05 上午、03-06 至 03-07、03-09"
    stay = stay_in(MARCH, date(2026, 2, 1), date(2026, 3, 2))
    assert fitted("", MARCH, stay, {date(2026, 3, 2)}) == "RR.." + "--" * 29
    assert stay_in(MARCH, None, MARCH) is None and stay_in(MARCH, date(2026, 4, 1), date(2026, 4, 2)) is None


# ---- two people at once
@pytest.mark.django_db(transaction=True)
def test_a_mark_and_the_submit_at_the_same_moment():
    place = Place()
    posting = place.posting()
    sheet = place.open()
    sheet_fill_present(sheet=sheet, by=place.keeper)
    colleague = build.user(Role.RECIPIENT_COORDINATOR, place.clinic)
    for number in range(3):
        cell = Cell(posting.pk, date(2026, 3, 9 + number), "am", ".", "P")
        made, raised = split(
            together(
                lambda: sheet_submit(sheet=sheet, by=place.keeper),
                lambda cell=cell: sheet_mark(sheet=sheet, cells=[cell], by=colleague),
            )
        )
        assert len(made) + len(raised) == 2
        assert all(isinstance(error, RuleBroken) for error in raised)
        fresh = MonthSheet.objects.get()
        assert not (fresh.is_locked and "." in marks_of(fresh, posting)), "locked with an open half-day"
        if fresh.is_locked:
            break


@pytest.mark.django_db(transaction=True)
def test_two_people_open_the_same_month():
    place = Place()
    place.posting()
    colleague = build.user(Role.RECIPIENT_COORDINATOR, place.clinic)
    made, raised = split(
        together(place.open, lambda: sheet_open(recipient=place.clinic, month=MARCH, by=colleague))
    )
    assert raised == [] and MonthSheet.objects.count() == 1 and AttendanceRow.objects.count() == 1


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
