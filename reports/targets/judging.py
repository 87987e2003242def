"""The judgement of one agreement's targets from what the ledger holds."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from core.dates import Period, add_months
from reports.figures import FIGURES
from reports.targets import outcomes, staff
from reports.targets.calendar import (
    STEPS,
    calendar_start,
    due_units,
    in_window,
    periods_expected,
    periods_planned,
)
from reports.targets.kinds import FIGURE_OF, Kind
from reports.targets.readings import Entry, Readings
from reports.targets.row import Occurrence, TargetProgress
from reports.targets.verdicts import Verdict
from support.models import Agreement, AgreementTarget

ZERO = Decimal(0)


class Judge:
    """One agreement in one window on one day."""

    def __init__(
        self, agreement: Agreement, window: Period, today: date, found: Readings, year: int | None = None
    ):
        self.agreement, self.window, self.today, self.found, self.year = (
            agreement,
            window,
            today,
            found,
            year,
        )

    @property
    def is_over(self) -> bool:
        return self.window.end < self.today

    def of(self, target: AgreementTarget) -> TargetProgress:
        row = TargetProgress(
            self.agreement, target, self.window, Verdict.NOT_STARTED, unit=target.unit, year=self.year
        )
        if target.kind in FIGURE_OF:
            self._counted(row, target)
        elif target.kind in (Kind.MENTOR_VISITS, Kind.APPRENTICE_DAYS):
            self._mentored(row, target)
        elif target.kind in OTHER_WAYS:
            OTHER_WAYS[target.kind](self, row, target)
        else:
            row.verdict, row.says = Verdict.UNKNOWN, ("文字约定，系统不计数，由双方书面说明。",)
        if self.window.start > self.today:
            row.verdict, row.gap = Verdict.NOT_STARTED, Fraction(0)
        return row

    def _entries(self, code: str) -> list[Entry]:
        """Those of the window; activities come under the first day of their month."""
        start = self.window.start.replace(day=1) if FIGURES[code].measures else self.window.start
        found = self.found.entries.get((code, self.agreement.pk), ())
        return [entry for entry in found if start <= entry.day <= self.window.end]

    def _counted(self, row: TargetProgress, target: AgreementTarget) -> None:
        figure = FIGURES[FIGURE_OF[target.kind]]
        entries = self._entries(figure.code)
        row.unit = target.unit or figure.unit

        def amount(of: list[Entry]) -> Decimal:
            if figure.counts_rows:
                # one person in two years of the agreement is one of each year's
                keys = {(self._year_of(entry.day, target.per), entry.key) for entry in of}
                return Decimal(len(keys))
            return sum((entry.amount for entry in of), ZERO)

        def settled(of: list[Entry]) -> tuple[Decimal, Decimal]:
            if not of:
                return ZERO, ZERO
            confirmed = amount([entry for entry in of if entry.confirmed])
            return confirmed, amount(of) - confirmed

        row.reached, row.unconfirmed = settled(entries)
        if target.per in STEPS:
            by_unit: dict[date, list[Entry]] = defaultdict(list)
            for entry in entries:
                by_unit[calendar_start(target.per, entry.day)].append(entry)

            def within(period: Period) -> tuple[Decimal, Decimal]:
                found = by_unit.get(period.start)
                return settled(found) if found else (ZERO, ZERO)

            self._occurring(row, target, within)
        else:
            self._total(row, target)

    def _year_of(self, day: date, per: str) -> int:
        if per != AgreementTarget.Per.YEAR:
            return 0
        start, number = self.agreement.current_version.start_on, 0
        while add_months(start, 12 * (number + 1)) <= day:
            number += 1
        return number

    def _mentored(self, row: TargetProgress, target: AgreementTarget) -> None:
        """Per pair and month: the pair that stands worst decides, a month that nobody stated is missing."""
        name = "mentor_visits" if target.kind == Kind.MENTOR_VISITS else "apprentice_days"
        pairs = self.found.mentorships.get(self.agreement.pk, [])
        if not pairs:
            row.verdict, row.says = Verdict.UNKNOWN, ("没有经确认的师带徒，无法计算。",)
            return

        def within(period: Period) -> tuple[Decimal | None, Decimal]:
            least = [self._contacts(pair, name, period) for pair in pairs if pair.period.overlaps(period)]
            stated = [value for value in least if value is not None]
            return (Decimal(min(stated)) if stated and len(stated) == len(least) else None), ZERO

        self._occurring(row, target, within)
        amounts = [item.amount for item in row.occurrences if item.amount is not None]
        row.reached = sum(amounts, ZERO)

    def _contacts(self, pair, name: str, period: Period) -> int | None:
        months = self.found.contacts.get(pair.pk, {})
        values = [getattr(row, name) for month, row in months.items() if period.contains(month)]
        values = [value for value in values if value is not None]
        return sum(values) if values else None

    def _occurring(self, row: TargetProgress, target: AgreementTarget, within: Callable) -> None:
        """Each month or quarter by itself: two lectures in one do not fill the next."""
        units = in_window(due_units(target.per, self.agreement.effective_period), self.window)
        found = []
        for unit in units:
            reached, open_ones = within(unit.calendar)
            state = "missing" if unit.is_over(self.today) else "running"
            if unit.period.start > self.today:
                state = "ahead"
            if reached is not None and reached >= target.minimum:
                state = "met"
            found.append(Occurrence(unit, state, reached, open_ones))
        row.occurrences = tuple(found)
        row.planned = Fraction(target.minimum) * len(units)
        row.most = Fraction(target.maximum) * len(units) if target.maximum is not None else None
        over = [item for item in found if item.unit.is_over(self.today)]
        row.expected = Fraction(target.minimum) * len(over)
        missing = sum(item.state == "missing" for item in found)
        row.gap = Fraction(missing, len(over)) if over else Fraction(0)
        early = any(item.state == "met" for item in found if not item.unit.is_over(self.today))
        if all(item.state == "met" for item in found) and found:
            row.verdict = Verdict.MET
        elif len(over) == len(units) and found:
            row.verdict = Verdict.MISSED
        elif missing:
            row.verdict = Verdict.BEHIND
        elif early:
            row.verdict = Verdict.AHEAD
        else:
            row.verdict = Verdict.ON_PACE if over else Verdict.NOT_DUE

    def _total(self, row: TargetProgress, target: AgreementTarget) -> None:
        """Over the window, pro rata where it cuts a year or the term; what comes in wholes is asked in wholes."""
        units = due_units(target.per, self.agreement.current_version.period)
        periods = periods_planned(units, self.window)
        row.planned = Fraction(target.minimum) * periods
        row.most = Fraction(target.maximum) * periods if target.maximum is not None else None
        row.expected = Fraction(target.minimum) * periods_expected(units, self.window, self.today)
        asked = row.planned if periods.denominator == 1 else Fraction(floor(row.planned))
        if row.reached >= asked and (asked > 0 or self.is_over):
            row.verdict = Verdict.MET
        elif self.is_over:
            row.verdict, row.gap = Verdict.MISSED, 1 - Fraction(row.reached) / asked
        elif row.reached < floor(row.expected):
            row.verdict, row.gap = Verdict.BEHIND, 1 - Fraction(row.reached) / row.expected
        else:
            row.verdict = Verdict.AHEAD if row.reached > ceil(row.expected) else Verdict.ON_PACE

    def _resident(self, row: TargetProgress, target: AgreementTarget) -> None:
        stays = [period for _, period in self.found.stays.get(self.agreement.pk, ())]
        staff.judge_presence(row, target, stays, self.found.tolerance.get(self.agreement.pk, 0), self.today)

    def _stays(self, row: TargetProgress, target: AgreementTarget) -> None:
        staff.judge_stays(row, target, self.found.stays.get(self.agreement.pk, []), self.today)

    def _study_months(self, row: TargetProgress, target: AgreementTarget) -> None:
        studies = [
            study
            for study in self.found.studies.get(self.agreement.pk, ())
            if self.window.contains(study.start_on)
        ]
        staff.judge_studies(row, target, studies, self.today)

    def _outcome(self, row: TargetProgress, target: AgreementTarget) -> None:
        values = self.found.outcomes.get((self.agreement.recipient_id, target.indicator_id), [])
        outcomes.judge(row, target, values, self.today)


OTHER_WAYS = {
    Kind.RESIDENT_STAFF: Judge._resident,
    Kind.STAY_MONTHS: Judge._stays,
    Kind.TRAINEE_MONTHS: Judge._study_months,
    Kind.OUTCOME_GROWTH: Judge._outcome,
    Kind.OUTCOME_LEVEL: Judge._outcome,
}
