"""Mentorship: the month table with its minimum, and what a pair still lacks.

Below the minimum is flagged, above it is not an error. A month that is not over, or that the pair holds
only in part, is not judged; a month that nobody stated is missing, not zero.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from core.dates import Period, add_months, whole_months
from staffing.models import MentorContact, MentorDeed, Mentorship, MentorSummary
from staffing.models.attendance import month_period


@dataclass(frozen=True)
class MonthRow:
    """One month of a pair; ``visits`` and ``days`` are None where nobody stated them."""

    month: date
    visits: int | None
    days: int | None
    visits_required: int
    days_required: int
    is_whole: bool
    is_over: bool
    notes: tuple[str, ...] = ()

    @property
    def is_judged(self) -> bool:
        return self.is_whole and self.is_over

    @property
    def visits_short(self) -> bool:
        return self.is_judged and self.visits is not None and self.visits < self.visits_required

    @property
    def days_short(self) -> bool:
        return self.is_judged and self.days is not None and self.days < self.days_required

    @property
    def is_missing(self) -> bool:
        return self.is_judged and (self.visits is None or self.days is None)

    @property
    def is_good(self) -> bool:
        return self.is_judged and not (self.is_missing or self.visits_short or self.days_short)


def month_table(mentorship: Mentorship, *, today: date | None = None) -> list[MonthRow]:
    """Every month from the beginning to the end or to this month, with the contacts of ``contacts``."""
    today = today or timezone.localdate()
    contacts = {row.month: row for row in mentorship.contacts.all()}
    rows, month = [], mentorship.start_on.replace(day=1)
    while month <= min(mentorship.end_on, today):
        days = month_period(month)
        row = contacts.get(month) or MentorContact()
        rows.append(
            MonthRow(
                month=month,
                visits=row.mentor_visits,
                days=row.apprentice_days,
                visits_required=mentorship.monthly_visits,
                days_required=mentorship.monthly_days,
                is_whole=mentorship.start_on <= days.start and days.end <= mentorship.end_on,
                is_over=days.end < today,
                notes=tuple(note for note in (row.recipient_note, row.sender_note) if note),
            )
        )
        month = add_months(month, 1)
    return rows


def due_years(mentorship: Mentorship, *, today: date) -> list[int]:
    """Years whose summaries are due: those that are over, and the last one once the pair has ended."""
    years = range(mentorship.start_on.year, mentorship.end_on.year + 1)
    return [year for year in years if year < today.year or mentorship.end_on < today]


def completeness(mentorship: Mentorship, *, today: date | None = None) -> list[str]:
    """What a confirmed pair still lacks, in words; from prefetched rows it costs no statement."""
    today = today or timezone.localdate()
    missing = []
    if mentorship.signed_on is None:
        missing.append("师徒协议没有签订日期")
    if mentorship.ceremony_on is None:
        missing.append("没有拜师日期")
    plan = list(mentorship.plan.all())
    if not plan:
        missing.append("没有带教计划")
    if mentorship.end_on < today:
        missing += [f"计划“{item.what}”没有完成" for item in plan if not item.is_reached]
    months = month_table(mentorship, today=today)
    for told, found in (
        ("往来没有填", [row for row in months if row.is_missing]),
        ("师傅到访不足", [row for row in months if row.visits_short]),
        ("徒弟到院不足", [row for row in months if row.days_short]),
    ):
        if found:
            missing.append(f"{told}：{'、'.join(f'{row.month:%Y-%m}' for row in found)}")
    done = {deed.kind for deed in mentorship.deeds.all()}
    undone = [label for kind, label in MentorDeed.Kind.choices if kind not in done]
    if undone:
        missing.append(f"“五个一”还差：{'、'.join(undone)}")
    if not mentorship.techniques.all():
        missing.append("没有登记掌握的技术")
    written = {(row.side, row.year) for row in mentorship.summaries.all()}
    for year in due_years(mentorship, today=today):
        missing += [
            f"{label}没有交 {year} 年总结"
            for side, label in MentorSummary.Side.choices
            if (side, year) not in written
        ]
    return missing


def months_reached(mentorship: Mentorship, *, today: date | None = None) -> int:
    """Whole months of the pair up to today; 12 or 24 are the usual condition for being assessed."""
    today = today or timezone.localdate()
    last = min(mentorship.end_on, today)
    return 0 if last < mentorship.start_on else whole_months(Period(mentorship.start_on, last))[0]


PARTS = ("contacts", "plan", "deeds", "techniques", "summaries")


def mentorship_list(user: User) -> QuerySet[Mentorship]:
    """Visible pairs with everything that ``completeness`` asks."""
    return (
        Mentorship.objects.visible_to(user)
        .select_related(
            "mentor", "apprentice", "agreement__sender", "agreement__recipient", "entered_for", "speciality"
        )
        .prefetch_related(*PARTS)
    )
