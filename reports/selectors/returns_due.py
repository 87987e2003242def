"""Which returns are due, and from whom.

A month is looked for ``LOOK_BACK`` months back, as with the attendance sheets: what was before the system
was used stays out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from accounts.models import Role, User
from core.dates import Period, add_months
from reports.models import MonthlyReturn, ReturnForm, ReturnLevel
from reports.selectors.return_subjects import Subject, due_on, is_owed, rules
from staffing.models import Posting
from support.models import Agreement

LOOK_BACK = 12


@dataclass(frozen=True)
class Due:
    subject: Subject
    due_on: date
    is_overdue: bool


def returns_due(user: User, *, day: date, back: int = LOOK_BACK) -> list[Due]:
    """What the user still has to submit, the last month first; a constant number of statements.

    A clinic's coordinator also reports for people without an account of their own.
    """
    span = Period(add_months(day.replace(day=1), -back), day)
    subjects = [*_own_units(user, span), *_people(user, span)]
    done = _submitted(subjects, span)
    known = rules() if subjects else []
    found = []
    for subject in subjects:
        if _key(subject) not in done and subject.period.end < day and is_owed(subject, known):
            last = due_on(subject, known)
            found.append(Due(subject, last, last < day))
    order = list(ReturnLevel.values)
    return sorted(
        found,
        key=lambda one: (-one.subject.month.toordinal(), order.index(one.subject.level), one.subject.name),
    )


def _key(subject: Subject) -> tuple:
    person = subject.clinician.pk if subject.clinician else None
    return subject.form, subject.level, subject.organisation.pk, person, subject.month


def _submitted(subjects: list[Subject], span: Period) -> set[tuple]:
    if not subjects:
        return set()
    rows = MonthlyReturn.objects.filter(
        organisation__in={subject.organisation.pk for subject in subjects},
        month__range=(span.start, span.end),
    )
    return set(rows.order_by().values_list("form", "level", "organisation", "clinician", "month"))


def months_of(spans: Iterable[tuple[date, date]], within: Period) -> set[date]:
    """First days of the months that the spans touch."""
    found = set()
    for start, end in spans:
        month, last = max(start, within.start).replace(day=1), min(end, within.end)
        while month <= last:
            found.add(month)
            month = add_months(month, 1)
    return found


def _own_units(user: User, span: Period) -> list[Subject]:
    """Workload for every month with an agreement in force, attendance for every month with somebody there."""
    unit = user.organisation
    if unit is None:
        return []
    found: list[Subject] = []
    for level, role in (
        (ReturnLevel.CLINIC, Role.RECIPIENT_COORDINATOR),
        (ReturnLevel.HOSPITAL, Role.HOSPITAL_COORDINATOR),
        (ReturnLevel.BUREAU, Role.BUREAU_OFFICER),
    ):
        if not user.has_role(role) or (level == ReturnLevel.BUREAU and not unit.is_bureau):
            continue
        pairs = Subject("", level, unit, span.start).frame.agreement_ids
        agreements = Agreement.objects.filter(
            pk__in=pairs, effective_from__lte=span.end, effective_to__gte=span.start
        )
        stays = stays_within(span).filter(agreement__in=pairs)
        months = {
            ReturnForm.WORKLOAD: months_of(agreements.values_list("effective_from", "effective_to"), span),
            ReturnForm.ATTENDANCE: months_of(stays.order_by().values_list("arrived_on", "end_on"), span),
        }
        found += [
            Subject(form.value, level.value, unit, month) for form, those in months.items() for month in those
        ]
    return found


def stays_within(span: Period) -> QuerySet[Posting]:
    """Confirmed stays with a day in the span; no escorts, no liaison."""
    return (
        Posting.objects.arrived()
        .staff()
        .filter(arrived_on__lte=span.end, end_on__gte=span.start)
        .exclude(end_on__lt=F("arrived_on"))
    )


def _people(user: User, span: Period) -> list[Subject]:
    """The user's own months, and for a clinic's coordinator those of people who cannot sign in."""
    mine = Q(clinician__user=user)
    if user.has_role(Role.RECIPIENT_COORDINATOR):
        nobody = Q(clinician__user__isnull=True) | Q(clinician__user__is_active=False)
        mine |= Q(agreement__recipient=user.organisation_id) & nobody
    stays = (
        stays_within(span)
        .filter(mine)
        .select_related("clinician__user", "clinician__organisation", "agreement__recipient__region")
    )
    found: dict[tuple, Subject] = {}
    for stay in stays:
        for month in months_of([(stay.arrived_on, stay.end_on)], span):
            for form in ReturnForm.values:
                one = Subject(form, ReturnLevel.PERSON.value, stay.agreement.recipient, month, stay.clinician)
                found[_key(one)] = one
    return list(found.values())
