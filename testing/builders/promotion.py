"""Builders: promotion rules and who applies them, the December list, service entered with evidence.

attended(posting)                                      # every month of the stay locked, all present
promotion_policy(bureau, "guangdong")                  # the bureau applies a shipped rule
candidate(person, target="associate", year=2026)
recognised(person, date(2024, 1, 1), date(2024, 6, 30))    # entered by the hospital, confirmed above
"""

from datetime import date, timedelta

from django.utils import timezone

from accounts.models import Organisation, User
from core.dates import add_months
from staffing.models import (
    AttendanceRow,
    Clinician,
    MonthSheet,
    Posting,
    PromotionCandidate,
    PromotionFacts,
    PromotionPolicy,
    PromotionRule,
    RecognisedService,
)
from staffing.services.promotion import candidates_add, facts_save
from staffing.services.promotion_rules import policy_save, rule_copy
from staffing.services.recognised import recognised_save
from testing.builders.places import bureau as a_bureau
from testing.builders.places import coordinator, officer, unique
from testing.builders.records import settle


def attended(*postings: Posting, leave_out: tuple[date, ...] = (), absent: tuple[date, ...] = ()) -> None:
    """Locks the sheets of every month of the stays up to today, present but for the days ``absent``.

    ``leave_out``: months, by first day, that stay unlocked.
    """
    wanted: dict[tuple[Organisation, date], list[Posting]] = {}
    for posting in postings:
        month, last = posting.arrived_on.replace(day=1), min(posting.end_on, timezone.localdate())
        while month <= last:
            if month not in leave_out:
                wanted.setdefault((posting.agreement.recipient, month), []).append(posting)
            month = add_months(month, 1)
    for (recipient, month), stays in wanted.items():
        sheet = MonthSheet.objects.create(recipient=recipient, month=month)
        for stay in stays:
            AttendanceRow.objects.create(sheet=sheet, posting=stay, marks=_marks(stay, month, absent))
        sheet.status, sheet.locked_by = MonthSheet.Status.LOCKED, coordinator(recipient, sending=False)
        sheet.locked_at = timezone.now()
        sheet.save()


def _marks(stay: Posting, month: date, absent: tuple[date, ...]) -> str:
    """On duty on every day of the stay, weekends included (the calendar decides what is due)."""
    length = (add_months(month, 1) - month).days
    days = [month + timedelta(days=offset) for offset in range(length)]
    return "".join(
        "--" if not stay.arrived_on <= day <= stay.end_on else "AA" if day in absent else "PP" for day in days
    )


def promotion_rule(
    code: str = "", *, like: str = "guangdong", by: User | None = None, **fields
) -> PromotionRule:
    """A rule of one's own, copied from a shipped one, with ``fields`` changed."""
    code = code or unique("rule-").lower()
    by = by or officer(a_bureau())
    made = rule_copy(rule=PromotionRule.objects.get(code=like), code=code, name=f"规定{code}", by=by)
    PromotionRule.objects.filter(pk=made.pk).update(**fields)
    made.refresh_from_db()
    return made


def promotion_policy(
    bureau: Organisation, rule: str | PromotionRule = "hunan-2016", start: date = date(2020, 1, 1), **fields
) -> PromotionPolicy:
    """The bureau applies a rule (or the shipped one of this code) from a day on."""
    if isinstance(rule, str):
        rule = PromotionRule.objects.get(code=rule)
    return policy_save(rule=rule, effective_from=start, by=officer(bureau), **fields)


def candidate(person: Clinician, *, target: str = "associate", year: int | None = None) -> PromotionCandidate:
    """On the list of his hospital; next year unless given."""
    (made,) = candidates_add(
        people=[person],
        target=target,
        year=year or timezone.localdate().year + 1,
        by=coordinator(person.organisation),
    )
    return made


def promotion_facts(person: Clinician, **fields) -> PromotionFacts:
    return facts_save(
        clinician=person,
        by=coordinator(person.organisation),
        source=fields.pop("source", "人事档案"),
        **fields,
    )


def recognised(
    person: Clinician,
    start: date = date(2024, 1, 1),
    end: date = date(2024, 6, 30),
    *,
    kind: str = "grassroots",
    status: str = "confirmed",
    by: User | None = None,
    confirmed_by: User | None = None,
    **fields,
) -> RecognisedService:
    """Entered by the person's hospital; confirmed by an officer of the bureau of its region."""
    entered_by = by or coordinator(person.organisation)
    made = recognised_save(
        clinician=person,
        start_on=start,
        end_on=end,
        by=entered_by,
        kind=kind,
        place=fields.pop("place", "某镇卫生院"),
        location=fields.pop("location", "township"),
        evidence=fields.pop("evidence", "县卫健局证明"),
        **fields,
    )
    above = Organisation.objects.filter(
        kind=Organisation.Kind.BUREAU, region=person.organisation.region
    ).first()
    other = confirmed_by or officer(above or a_bureau(person.organisation.region))
    return settle(made, status, entered_by=entered_by, other=other)
