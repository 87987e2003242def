"""The coverage calendar counted the slow way: day by day, one question after the other.

Written from the definitions, without intervals, so that it shares no thought with the statement it is
held against. Works on the rows of the database as they are.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from core.dates import Period
from staffing.models import Posting, StayRule
from staffing.selectors.coverage import Unit
from support.models import Agreement

DAY = timedelta(days=1)


def days_of(period: Period) -> list[date]:
    return [period.start + DAY * number for number in range(period.days)]


def unit_of(agreement: Agreement, by: str) -> Unit:
    return Unit(
        None if by == "recipient" else agreement.sender_id,
        None if by == "sender" else agreement.recipient_id,
    )


def is_there(posting: Posting, day: date, today: date) -> bool:
    if posting.kind != "resident" or posting.role not in ("member", "leader"):
        return False
    if posting.status == "cancelled" or day > posting.end_on:
        return False
    if posting.arrived_on:
        return day >= posting.arrived_on
    return day > today and day >= posting.start_on


@dataclass
class Day:
    """What holds on one day of one unit; ``floor`` 0 means that nobody is due."""

    present: int = 0
    floor: int = 0
    tolerance: int = 0
    warning: int = 0
    rules: set[int] = field(default_factory=set)


class Oracle:
    def __init__(self, by: str, today: date):
        self.by, self.today = by, today
        self.agreements = list(Agreement.objects.select_related("cycle").exclude(effective_from=None))
        self.postings = list(Posting.objects.select_related("agreement", "clinician__speciality"))
        self.rules = [
            rule
            for rule in StayRule.objects.all()
            if rule.is_active and rule.measure == "floor" and rule.kind == "resident"
        ]
        self.units = {unit_of(agreement, by) for agreement in self.agreements}

    def rule_for(self, agreement: Agreement, day: date) -> StayRule | None:
        def speaks(rule, recipient):
            return (
                rule.programme_id == agreement.cycle.programme_id
                and rule.recipient_id == recipient
                and (rule.effective_from is None or rule.effective_from <= day)
                and (rule.effective_to is None or day <= rule.effective_to)
            )

        for recipient in (agreement.recipient_id, None):
            for rule in self.rules:
                if speaks(rule, recipient):
                    return rule
        return None

    def in_force(self, unit: Unit, day: date) -> list[Agreement]:
        return [
            row
            for row in self.agreements
            if unit_of(row, self.by) == unit and row.effective_from <= day <= row.effective_to
        ]

    def present(self, unit: Unit, day: date) -> list[Posting]:
        return [
            row
            for row in self.postings
            if unit_of(row.agreement, self.by) == unit and is_there(row, day, self.today)
        ]

    def day(self, unit: Unit, day: date) -> Day:
        told = Day(present=len(self.present(unit, day)))
        asked: dict[int, tuple] = {}
        for agreement in self.in_force(unit, day):
            rule = self.rule_for(agreement, day)
            found = (
                (rule.minimum, 1, -rule.tolerance_days, rule.warning_days, -rule.pk)
                if rule
                else (1, 0, 0, 30, 0)
            )
            asked[agreement.recipient_id] = max(asked.get(agreement.recipient_id, found), found)
        if asked:
            told.floor = sum(row[0] for row in asked.values())
            told.tolerance = min(-row[2] for row in asked.values())
            told.warning = max(row[3] for row in asked.values())
            told.rules = {-row[4] for row in asked.values() if row[4]}
        return told

    def is_empty(self, unit: Unit, day: date) -> bool:
        told = self.day(unit, day)
        return told.floor > 0 and told.present == 0

    def gaps(self, unit: Unit, period: Period) -> list[tuple[Period, bool]]:
        """(days within the period, whether tolerated); a run is followed beyond the period as far as it goes."""
        found, day = [], period.start
        while day <= period.end:
            if not self.is_empty(unit, day):
                day += DAY
                continue
            first, last = day, day
            while self.is_empty(unit, first - DAY):
                first -= DAY
            while self.is_empty(unit, last + DAY):
                last += DAY
            tolerance = min(self.day(unit, each).tolerance for each in days_of(Period(first, last)))
            whole = Period(first, last)
            found.append((whole.clip(period), whole.days <= tolerance))
            day = last + DAY
        return found
