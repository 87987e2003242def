"""待办: the order in which lines stand, and the headings under which they do."""

from datetime import date, timedelta

import pytest

from core import waiting
from core.waiting import DRAFT, OVERDUE, RETURNED, SOON, SOON_DAYS, TO_DO, Waiting, grouped, work_waiting

TODAY = date(2026, 11, 22)


def line(what: str, *, count: int = 1, tone: str = TO_DO, due: int | None = None) -> Waiting:
    due_on = None if due is None else TODAY + timedelta(due)
    return Waiting(count, what, "去办", "/x/", tone=tone, due_on=due_on)


@pytest.fixture
def given(monkeypatch):
    def give(*lines):
        monkeypatch.setattr(waiting, "_sources", [lambda user, day: iter(lines)])
        return work_waiting(None, day=TODAY)

    return give


def test_order(given):
    found = given(
        line("草稿", tone=DRAFT),
        line("以后", due=SOON_DAYS + 1),
        line("没有日期"),
        line("退回", tone=RETURNED),
        line("下周", due=7),
        line("明天", due=1),
        line("没有", count=0, due=-9),
        line("昨天", due=-1),
        line("上月", due=-30),
    )
    assert [row.what for row in found] == [
        "上月",
        "昨天",
        "明天",
        "下周",
        "退回",
        "没有日期",
        "以后",
        "草稿",
    ]
    assert [row.what for row in found if not row.waits_now] == ["以后", "草稿"]
    assert [(group.title, [row.what for row in group.lines]) for group in grouped(found)] == [
        ("逾期", ["上月", "昨天"]),
        ("近期到期", ["明天", "下周"]),
        ("待处理", ["退回", "没有日期", "以后"]),
        ("草稿", ["草稿"]),
    ]


@pytest.mark.parametrize(
    ("due", "tone", "becomes"),
    [
        (0, TO_DO, SOON),
        (SOON_DAYS, TO_DO, SOON),
        (SOON_DAYS + 1, TO_DO, TO_DO),
        (-1, TO_DO, OVERDUE),
        (3, RETURNED, RETURNED),
        (-1, RETURNED, OVERDUE),
        (3, DRAFT, DRAFT),
        (-1, DRAFT, OVERDUE),
        (None, OVERDUE, OVERDUE),
    ],
)
def test_the_calendar_makes_the_urgency(given, due, tone, becomes):
    assert [row.tone for row in given(line("一", tone=tone, due=due))] == [becomes]


def test_nothing_to_do_stands_at_the_end_only_when_asked_for(monkeypatch):
    monkeypatch.setattr(
        waiting, "_sources", [lambda user, day: [line("没有", count=0, due=-1), line("有", tone=DRAFT)]]
    )
    assert [row.what for row in work_waiting(None, day=TODAY)] == ["有"]
    assert [row.what for row in work_waiting(None, day=TODAY, empty=True)] == ["有", "没有"]
    assert grouped([]) == []
