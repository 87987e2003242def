"""Builders: monthly returns, submitted through the real service.

monthly_return("clinic", clinic, date(2026, 3, 1))                     # workload, by its coordinator
monthly_return("person", clinic, date(2026, 3, 1), clinician=doctor, form="attendance")
"""

from datetime import date

from accounts.models import Organisation, User
from reports.models import MonthlyReturn, ReturnLevel, ReturnRule
from reports.selectors.return_subjects import Subject
from reports.services.monthly_returns import return_submit
from staffing.models import Clinician
from testing.builders.places import coordinator, officer


def return_subject(
    level: str,
    of: Organisation,
    month: date,
    *,
    form: str = "workload",
    clinician: Clinician | None = None,
) -> Subject:
    return Subject(form, level, of, month.replace(day=1), clinician)


def monthly_return(
    level: str,
    of: Organisation,
    month: date,
    *,
    form: str = "workload",
    clinician: Clinician | None = None,
    by: User | None = None,
    **fields,
) -> MonthlyReturn:
    """Submitted by the unit's own coordinator or officer; ``fields`` as of return_submit."""
    subject = return_subject(level, of, month, form=form, clinician=clinician)
    if by is None:
        by = officer(of) if level == ReturnLevel.BUREAU else coordinator(of, sending=level == "hospital")
    return return_submit(subject=subject, by=by, **fields)


def returns_begin(bureau: Organisation, month: date) -> None:
    """The bureau asks for returns from this month on."""
    for level in ReturnLevel:
        ReturnRule.objects.create(bureau=bureau, level=level, due_day=5, from_month=month, basis="本局通知")
