"""Lists of returns: what was submitted, and who below has or has not."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import Organisation, Role, User
from accounts.selectors.named import organisations_named
from reports.models import MonthlyReturn, ReturnForm, ReturnLevel
from reports.selectors.return_subjects import BELOW, Subject
from reports.selectors.returns_behind import with_changes
from staffing.selectors.named import people_named

HEAVY = ("lines", "people", "topics", "records", "versions", "sharing")


def returns_found(rows: QuerySet[MonthlyReturn], chosen: dict) -> QuerySet[MonthlyReturn]:
    """Narrowed as asked: month, form, level, state, and a unit or a person by name."""
    for name in ("month", "form", "level"):
        if name in chosen:
            rows = rows.filter(**{name: chosen[name]})
    if "q" in chosen:
        text = chosen["q"]
        units = Organisation.objects.filter(
            organisations_named(text) | Q(former_names__name__icontains=text)
        ).values("pk")
        rows = rows.filter(Q(organisation__in=units) | people_named(text, "clinician"))
    state = {"late": Q(is_late=True), "corrected": Q(version__gt=1), "behind": Q(is_behind=True)}
    return rows.filter(state[chosen["state"]]) if "state" in chosen else rows


@dataclass
class BelowRow:
    """A unit or person that reports to the user, with what was submitted by form (None: nothing yet)."""

    name: str
    level: str
    heads: dict[str, MonthlyReturn | None] = field(default_factory=dict)
    subject: Subject | None = None

    @property
    def asked(self) -> list[tuple[str, MonthlyReturn | None]]:
        """(form, newest return or None) of the forms that are asked for."""
        return list(self.heads.items())

    @property
    def in_order(self) -> list[tuple[str, MonthlyReturn | None | bool]]:
        """(label of the form, the return, False where it is missing, None where none is asked for)."""
        return [
            (form.label, (self.heads[form.value] or False) if form.value in self.heads else None)
            for form in ReturnForm
        ]

    @property
    def is_complete(self) -> bool:
        return all(head and not head.is_behind for _form, head in self.asked)


def levels_for(user: User) -> list[str]:
    """The levels that the user's own organisation reports at."""
    unit = user.organisation
    if unit is None:
        return []
    if unit.is_bureau and user.sees_region:
        return [ReturnLevel.BUREAU.value]
    found = []
    if user.has_role(Role.RECIPIENT_COORDINATOR):
        found.append(ReturnLevel.CLINIC.value)
    if user.has_role(Role.HOSPITAL_COORDINATOR, Role.HOSPITAL_LEADER):
        found.append(ReturnLevel.HOSPITAL.value)
    return found


def below(user: User, month: date) -> list[BelowRow]:
    """Who reports to the user's organisation for the month; those with something missing first.

    Attendance is asked only from where somebody was posted. A constant number of statements.
    """
    found: list[BelowRow] = []
    for level in levels_for(user):
        subject = Subject(ReturnForm.WORKLOAD.value, level, user.organisation, month)
        found += _people(subject) if level == ReturnLevel.CLINIC else _units(subject)
    return sorted(found, key=lambda row: (row.is_complete, row.level, row.name))


def _people(subject: Subject) -> list[BelowRow]:
    stays = subject.stays().select_related("clinician__organisation").order_by("clinician__name_key", "pk")
    people = {stay.clinician_id: stay.clinician for stay in stays}
    heads = _heads(
        MonthlyReturn.objects.filter(level=ReturnLevel.PERSON, organisation=subject.organisation), subject
    )
    return [
        BelowRow(
            person.name,
            ReturnLevel.PERSON.value,
            {form: heads.get((key, form)) for form in ReturnForm.values},
            Subject(
                ReturnForm.WORKLOAD.value,
                ReturnLevel.PERSON.value,
                subject.organisation,
                subject.month,
                person,
            ),
        )
        for key, person in people.items()
    ]


def _units(subject: Subject) -> list[BelowRow]:
    level = BELOW[subject.level]
    side = "recipient" if level == ReturnLevel.CLINIC else "sender"
    units = Organisation.objects.filter(pk__in=subject.frame.agreements.values(side))
    staffed = set(subject.stays().order_by().values_list(f"agreement__{side}", flat=True).distinct())
    heads = _heads(
        MonthlyReturn.objects.filter(level=level, organisation__in=units.order_by().values("pk")), subject
    )
    rows = []
    for unit in units:
        forms = [form for form in ReturnForm.values if form == ReturnForm.WORKLOAD or unit.pk in staffed]
        rows.append(
            BelowRow(unit.display_name, level.value, {form: heads.get((unit.pk, form)) for form in forms})
        )
    return rows


def _heads(rows: QuerySet[MonthlyReturn], subject: Subject) -> dict[tuple[int, str], MonthlyReturn]:
    found = with_changes(rows.newest().filter(month=subject.month)).defer(*HEAVY)
    return {(row.clinician_id or row.organisation_id, row.form): row for row in found}
