"""A month sheet as a grid of people and half-days, and the same people for today alone."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from core.dates import Period
from core.selectors.workdays import DayKind, day_kinds, working_days
from staffing.marks import fitted, mark_at, stay_in, unfilled
from staffing.models import Half, MonthSheet, Posting
from staffing.models.attendance import OUTSIDE, UNFILLED
from staffing.selectors.sheets import PersonMonth, leave_of, postings_of_month, sheet_people


@dataclass
class GridCell:
    day: DayKind
    half: str
    mark: str
    is_open: bool  # may be marked now
    is_improper: bool = False

    @property
    def is_outside(self) -> bool:
        return self.mark == OUTSIDE

    @property
    def is_unfilled(self) -> bool:
        return self.mark == UNFILLED


@dataclass
class GridRow:
    person: PersonMonth
    cells: list[GridCell]
    missing: int


def grid(sheet: MonthSheet, people: list[PersonMonth], *, today: date) -> tuple[list[DayKind], list[GridRow]]:
    """Days of the month and a row a person, two cells a day."""
    days = day_kinds(sheet.period)
    rows = []
    for person in people:
        improper = set(person.improper)
        cells = []
        for day in days:
            for half in Half.values:
                mark = mark_at(person.marks, day.day, half)
                is_open = mark != OUTSIDE and day.day <= today and not sheet.is_locked
                cells.append(GridCell(day, half, mark, is_open, (day.day, half) in improper))
        due = [key for key in unfilled(person.marks, sheet.month) if key[0] <= today]
        rows.append(GridRow(person, cells, len(due)))
    return days, rows


# ---- today
@dataclass
class PersonToday:
    posting: Posting
    morning: str
    afternoon: str
    on_leave: bool

    @property
    def is_done(self) -> bool:
        return UNFILLED not in (self.morning, self.afternoon)


def today_people(recipient_id: int, *, today: date) -> list[PersonToday]:
    """Everybody who should be there today, with today's marks; no sheet need exist yet."""
    sheet = MonthSheet.objects.filter(recipient=recipient_id, month=today.replace(day=1)).first()
    sheet = sheet or MonthSheet(recipient_id=recipient_id, month=today.replace(day=1))
    if sheet.pk is None:
        working = working_days(Period(today, today))
        people = [
            (
                posting,
                fitted("", sheet.month, stay_in(sheet.month, posting.arrived_on, posting.end_on), working),
            )
            for posting in postings_of_month(recipient_id, sheet.month)
        ]
    else:
        people = [(person.posting, person.marks) for person in sheet_people(sheet)]
    here = [(posting, marks) for posting, marks in people if mark_at(marks, today, Half.MORNING) != OUTSIDE]
    leave = leave_of(posting.pk for posting, _ in here)
    return [
        PersonToday(
            posting,
            mark_at(marks, today, Half.MORNING),
            mark_at(marks, today, Half.AFTERNOON),
            any(key[0] == today for key in leave[posting.pk][0]),
        )
        for posting, marks in here
    ]


def unmarked_today(user: User, *, day: date) -> int:
    """How many people of the user's unit still have no mark for the day."""
    return sum(not person.is_done for person in today_people(user.organisation_id, today=day))
