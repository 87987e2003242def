"""Whose return of which month: one subject, from an address or a stored row, within the user's scope."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from django.db.models import QuerySet, Value
from django.db.models.functions import Greatest
from django.http import Http404
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import Organisation, Role, User
from core.dates import Period, add_months
from core.scope import visible_or_404
from reports.figures import Frame
from reports.models import MonthlyReturn, ReturnForm, ReturnLevel, ReturnRule, Summary
from staffing.models import Clinician, Posting
from staffing.models.attendance import month_period
from support.models import Agreement

BELOW = {
    ReturnLevel.CLINIC: ReturnLevel.PERSON,
    ReturnLevel.HOSPITAL: ReturnLevel.CLINIC,
    ReturnLevel.BUREAU: ReturnLevel.HOSPITAL,
}
EDITIONS = {
    ReturnLevel.PERSON: Summary.Edition.CLINIC,
    ReturnLevel.CLINIC: Summary.Edition.CLINIC,
    ReturnLevel.HOSPITAL: Summary.Edition.HOSPITAL,
    ReturnLevel.BUREAU: Summary.Edition.BUREAU,
}


@dataclass(frozen=True)
class Subject:
    """``clinician`` only at the level of a person, whose ``organisation`` is the unit of work."""

    form: str
    level: str
    organisation: Organisation
    month: date
    clinician: Clinician | None = None

    @classmethod
    def of(cls, row: MonthlyReturn) -> "Subject":
        return cls(row.form, row.level, row.organisation, row.month, row.clinician)

    @cached_property
    def period(self) -> Period:
        return month_period(self.month)

    @cached_property
    def frame(self) -> Frame:
        return Frame(self.organisation, EDITIONS[self.level], None, self.period)

    @property
    def name(self) -> str:
        if self.clinician:
            return f"{self.clinician.name}（{self.organisation.display_name}）"
        return self.organisation.display_name

    @property
    def form_label(self) -> str:
        return ReturnForm(self.form).label

    @property
    def title(self) -> str:
        return f"{self.name} {self.month:%Y-%m} {self.form_label}"

    @property
    def query(self) -> str:
        """The subject as it stands in an address."""
        asked = {
            "form": self.form,
            "level": self.level,
            "unit": self.organisation.pk,
            "month": f"{self.month:%Y-%m}",
        }
        if self.clinician:
            asked["person"] = self.clinician.pk
        return urlencode(asked)

    def other(self, form: str) -> "Subject":
        return replace(self, form=form)

    def stays(self) -> QuerySet[Posting]:
        """Stays of the month whose arrival is confirmed; no escorts, no liaison."""
        found = (
            Posting.objects.arrived()
            .staff()
            .filter(
                agreement__in=self.frame.agreement_ids,
                arrived_on__lte=self.period.end,
                end_on__gte=Greatest("arrived_on", Value(self.period.start)),
            )
        )
        return found.filter(clinician=self.clinician) if self.clinician else found

    def versions(self) -> QuerySet[MonthlyReturn]:
        """What was submitted of it, newest first."""
        return MonthlyReturn.objects.filter(
            form=self.form,
            level=self.level,
            organisation=self.organisation,
            clinician=self.clinician,
            month=self.month,
        ).order_by("-version")

    def newest(self) -> MonthlyReturn | None:
        return self.versions().select_related("submitted_by", "organisation", "clinician").first()


def last_month(today: date | None = None) -> date:
    return add_months((today or timezone.localdate()).replace(day=1), -1)


def subject_or_404(*, user: User, parameters) -> Subject:
    """?form=&level=&unit=&month=[&person=]; 404 for what is senseless or not the user's to see."""
    form, level = parameters.get("form", ""), parameters.get("level", "")
    if form not in ReturnForm.values or level not in ReturnLevel.values:
        raise Http404
    try:
        month = date.fromisoformat(f"{parameters.get('month', '')}-01")
    except ValueError as error:
        raise Http404 from error
    if not 1950 <= month.year <= 2200:
        raise Http404
    if level == ReturnLevel.PERSON:
        return _person(user, form, month, parameters)
    unit = visible_or_404(units_of(user), user, pk=parameters.get("unit"))
    if level not in levels_of(unit):
        raise Http404
    return Subject(form, level, unit, month)


def units_of(user: User) -> QuerySet[Organisation]:
    """Organisations whose returns the user may look into; none for those who see only their own rows."""
    reach, found = user.reach(), Organisation.objects.select_related("region")
    if reach.everything:
        return found
    return found.none() if reach.organisations is None else found.filter(pk__in=reach.organisations)


def _person(user: User, form: str, month: date, parameters) -> Subject:
    """Of the month's stays one that the user may see; the unit need not be in the user's own reach."""
    try:
        unit = Organisation.objects.select_related("region").get(pk=int(parameters.get("unit", "")))
        person = Clinician.objects.select_related("organisation", "user").get(
            pk=int(parameters.get("person", ""))
        )
    except (ValueError, OverflowError, Organisation.DoesNotExist, Clinician.DoesNotExist) as error:
        raise Http404 from error
    subject = Subject(form, ReturnLevel.PERSON.value, unit, month, person)
    if not subject.stays().visible_to(user).exists():
        raise Http404
    return subject


def levels_of(unit: Organisation) -> tuple[str, ...]:
    """At which levels an organisation reports: a hospital may both send and receive."""
    if unit.kind == Organisation.Kind.BUREAU:
        return (ReturnLevel.BUREAU.value,)
    if unit.kind == Organisation.Kind.GOVERNMENT:
        return ()
    return (ReturnLevel.CLINIC.value, ReturnLevel.HOSPITAL.value)


REPORTERS: Mapping[str, str] = {
    ReturnLevel.PERSON.value: Role.RECIPIENT_COORDINATOR,
    ReturnLevel.CLINIC.value: Role.RECIPIENT_COORDINATOR,
    ReturnLevel.HOSPITAL.value: Role.HOSPITAL_COORDINATOR,
    ReturnLevel.BUREAU.value: Role.BUREAU_OFFICER,
}


def is_own_person(subject: Subject, user: User) -> bool:
    return subject.clinician is not None and subject.clinician.user_id == user.pk


def may_submit(subject: Subject, user: User) -> bool:
    """The coordinator or officer of the unit; for a person also that person, for whom the coordinator
    of the unit of work reports where there is no account or the person has left."""
    if is_own_person(subject, user):
        return True
    return user.organisation_id == subject.organisation.pk and user.has_role(REPORTERS[subject.level])


# ---- by which day
def rules() -> list[ReturnRule]:
    return list(ReturnRule.objects.select_related("bureau__region"))


def due_rule(subject: Subject, known: list[ReturnRule]) -> ReturnRule | None:
    """The newest rule of the nearest bureau above the unit; without one the shipped rule."""

    def nearness(rule: ReturnRule) -> tuple:
        return len(rule.bureau.region.path) if rule.bureau else 0, rule.from_month

    path = subject.organisation.region.path
    fitting = [
        rule
        for rule in known
        if rule.level == subject.level
        and rule.from_month <= subject.month
        and (rule.bureau is None or path.startswith(rule.bureau.region.path))
    ]
    return max(fitting, key=nearness, default=None)


def is_owed(subject: Subject, known: list[ReturnRule]) -> bool:
    """Whether the month is asked for at all: where a bureau has its own rules, from the first of them on.

    What was before a county began to report here stands in its old papers.
    """
    path = subject.organisation.region.path
    began = [
        rule.from_month
        for rule in known
        if rule.bureau and rule.level == subject.level and path.startswith(rule.bureau.region.path)
    ]
    return not began or min(began) <= subject.month


def due_on(subject: Subject, known: list[ReturnRule] | None = None) -> date:
    """Without any rule the last day of the following month."""
    rule = due_rule(subject, rules() if known is None else known)
    following = add_months(subject.month, 1)
    if rule is None:
        return add_months(following, 1) - timedelta(days=1)
    return following.replace(day=rule.due_day)


def agreements_of(subject: Subject) -> QuerySet[Agreement]:
    """Agreements that a line is due for even when nothing happened: in force on a day of the month."""
    found = subject.frame.agreements
    if subject.clinician:
        found = found.filter(pk__in=subject.stays().values("agreement"))
    return found
