"""The working-day calendar: announced years, corrections in the table, years nobody announced, notices."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dates import Period
from core.errors import RuleBroken
from core.models import AuditEvent, CalendarDay
from core.selectors.workdays import day_kinds, unknown_years, working_day_count, working_days
from core.services.calendar import calendar_notice, notice_read
from testing import builders as build

pytestmark = pytest.mark.django_db


def every_day(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]


# the State Council's notice for 2026, typed here from the notice itself
HOLIDAYS_2026 = [
    (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 2, 15), date(2026, 2, 23)),
    (date(2026, 4, 4), date(2026, 4, 6)),
    (date(2026, 5, 1), date(2026, 5, 5)),
    (date(2026, 6, 19), date(2026, 6, 21)),
    (date(2026, 9, 25), date(2026, 9, 27)),
    (date(2026, 10, 1), date(2026, 10, 7)),
]
MAKE_UP_2026 = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]


def test_2026_day_by_day_against_the_notice():
    off = {day for first, last in HOLIDAYS_2026 for day in every_day(2026) if first <= day <= last}
    made_up = {date(2026, month, day) for month, day in MAKE_UP_2026}
    right = {day for day in every_day(2026) if day in made_up or (day.weekday() < 5 and day not in off)}
    assert working_days(Period.year(2026)) == right
    assert len(right) == 248  # 13 holidays since 2025
    names = {kind.day: kind.name for kind in day_kinds(Period.year(2026)) if kind.is_special}
    assert set(names) >= made_up
    assert names[date(2026, 10, 1)] == "国庆节" and names[date(2026, 10, 10)] == "国庆节调休上班"
    assert names[date(2026, 2, 17)] == "春节"


def test_the_table_wins_over_the_library():
    day, saturday = date(2026, 3, 11), date(2026, 3, 14)
    assert day in working_days(Period(day, day)) and saturday not in working_days(Period(saturday, saturday))
    CalendarDay.objects.create(day=day, is_working=False, name="壮族三月三")
    CalendarDay.objects.create(day=saturday, is_working=True, name="补班")
    assert working_days(Period(day, saturday)) == {date(2026, 3, 12), date(2026, 3, 13), saturday}
    assert [(k.name, k.is_working) for k in day_kinds(Period(day, day))] == [("壮族三月三", False)]


def test_an_unannounced_year_is_the_plain_week_and_says_so():
    year = Period.year(2027)
    assert working_days(year) == {day for day in every_day(2027) if day.weekday() < 5}
    assert unknown_years(Period(date(2026, 12, 1), date(2027, 1, 31))) == [2027]
    assert unknown_years(Period.year(2026)) == []
    CalendarDay.objects.create(day=date(2027, 1, 1), is_working=False, name="元旦")
    assert unknown_years(year) == [2027], "New Year's Day alone may stand in the notice of 2026"
    CalendarDay.objects.create(day=date(2027, 10, 1), is_working=False, name="国庆节")
    assert unknown_years(year) == []


@settings(max_examples=15)
@given(
    spans=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 60)), max_size=5),
    table=st.dictionaries(st.integers(0, 960), st.booleans(), max_size=12),
)
def test_counting_against_a_walk_over_the_days(spans, table):
    start = date(2025, 6, 1)
    CalendarDay.objects.all().delete()
    days = {start + timedelta(days=n): works for n, works in table.items()}
    CalendarDay.objects.bulk_create(CalendarDay(day=d, is_working=w, name="试") for d, w in days.items())
    periods = [Period(start + timedelta(days=a), start + timedelta(days=a + n)) for a, n in spans]
    walked = 0
    for offset in range(961):
        day = start + timedelta(days=offset)
        known = days[day] if day in days else next(iter(working_days(Period(day, day))), None) is not None
        walked += known and any(p.start <= day <= p.end for p in periods)
    assert working_day_count(periods) == walked


NOTICE = """
2027-01-01 至 2027-01-03 元旦 放假
2027年2月5日至2027年2月13日 春节 放假
2027/2/14 春节调休 上班

2027-10-01 至 2027-10-07 国庆节 放假
2027-10-10 国庆节调休上班
"""


def test_a_whole_years_notice_at_once():
    officer = build.officer(build.bureau())
    CalendarDay.objects.create(day=date(2027, 10, 10), is_working=False, name="写错了")
    assert calendar_notice(text=NOTICE, basis="国办发明电〔2026〕1号", by=officer) == 3 + 9 + 1 + 7 + 1
    row = CalendarDay.objects.get(day=date(2027, 10, 10))
    assert (row.is_working, row.basis) == (True, "国办发明电〔2026〕1号")
    assert CalendarDay.objects.get(day=date(2027, 2, 9)).name == "春节"
    working = working_days(Period.year(2027))
    assert date(2027, 2, 14) in working and date(2027, 10, 10) in working
    assert not any(date(2027, 10, n) in working for n in range(1, 8))
    assert unknown_years(Period.year(2027)) == []
    assert AuditEvent.objects.filter(note__contains="21 天").count() == 1


def test_every_wrong_line_is_told_and_nothing_is_kept():
    text = (
        "2027-10-01 至 2027-10-07 国庆节 放假\n"
        "国庆节放假七天\n"
        "2027-02-30 春节 放假\n"
        "2027-05-05 至 2027-05-01 劳动节 放假\n"
        "2027-06-01 端午\n"
        "2027-10-03 国庆节 上班\n"
        "2027-01-01 至 2028-01-03 元旦 放假"
    )
    with pytest.raises(RuleBroken) as error:
        calendar_notice(text=text, basis="通知", by=build.officer(build.bureau()))
    told = error.value.messages
    assert [f"第 {n} 行" in message for n, message in zip((2, 3, 4, 5, 6, 7), told, strict=True)] == [
        True
    ] * 6
    for part, message in zip(
        ("没有读出日期", "日期不存在", "早于", "放假”还是“上班", "这里相反", "超过 30 天"), told, strict=True
    ):
        assert part in message
    assert not CalendarDay.objects.exists()


def test_nothing_and_no_basis():
    for text, basis in (("", "通知"), (NOTICE, " ")):
        with pytest.raises(RuleBroken):
            calendar_notice(text=text, basis=basis, by=build.officer(build.bureau()))
    assert len(notice_read("2027-10-01 放假")) == 1
