"""Builders: locked months of stays, and certificates over them.

stay = posting(agreement, ended=True)
proved(stay)                                    # every month of the stay locked, present on working days
proved(stay, marks={date(2026, 4, 7): "AA"})    # with two half-days of absence
certificate(stay)                               # asked for by the hospital, issued by the bureau
"""

from collections.abc import Mapping
from datetime import date

from django.utils import timezone

from core.dates import Period, add_months
from core.models import Job
from core.selectors.workdays import days_of, working_days
from core.services.jobs import job_run
from staffing.models import AttendanceRow, MonthSheet, Posting, ServiceCertificate
from staffing.models.attendance import OUTSIDE, month_period
from staffing.services.certificate_freezing import certificate_freeze
from staffing.services.certificates import certificate_issue, certificate_request
from testing.builders.places import coordinator, officer


def proved(
    *postings: Posting,
    until: date | None = None,
    marks: Mapping[date, str] | None = None,
    locked: bool = True,
) -> list[MonthSheet]:
    """Sheets of all months of the stays (up to ``until``), present on working days, rest on others.

    All stays of one unit are entered before its sheets are locked; ``marks`` are for every stay given.
    """
    sheets: dict[int, MonthSheet] = {}
    for posting in postings:
        last = min(posting.end_on, until or posting.end_on, timezone.localdate())
        stay = Period(posting.arrived_on, last)
        month = stay.start.replace(day=1)
        while month <= stay.end:
            sheet, _ = MonthSheet.objects.get_or_create(recipient=posting.agreement.recipient, month=month)
            row = AttendanceRow(sheet=sheet, posting=posting, marks=_month(stay, month, marks or {}))
            row.save()
            sheets[sheet.pk] = sheet
            month = add_months(month, 1)
    for sheet in sheets.values():
        if locked and sheet.status != MonthSheet.Status.LOCKED:
            sheet.status, sheet.locked_at = MonthSheet.Status.LOCKED, timezone.now()
            sheet.locked_by = coordinator(sheet.recipient, sending=False)
            sheet.save()
    return list(sheets.values())


def _month(stay: Period, month: date, marks: Mapping[date, str]) -> str:
    period = month_period(month)
    working = working_days(period)
    return "".join(
        marks.get(day, "PP" if day in working else "RR") if stay.contains(day) else OUTSIDE * 2
        for day in days_of(period)
    )


def certificate(
    *postings: Posting, kind: str = "certificate", status: str = "issued", drawn: bool = False, **how
) -> ServiceCertificate:
    """Asked for by the sender's coordinator. ``status`` requested, approved or issued.

    ``drawn``: the whole background job is run, with its PDF; otherwise the row is only frozen.
    """
    sender = postings[0].agreement.sender
    made = certificate_request(
        kind=kind,
        clinician=postings[0].clinician,
        postings=list(postings),
        by=how.pop("by", None) or coordinator(sender, sending=True),
        **how,
    )
    if status == "requested":
        return made
    job = certificate_issue(certificate=made, by=officer(made.issuer))
    if drawn:
        job_run(job_id=job.pk)
    elif status == "issued":
        certificate_freeze(certificate_id=made.pk)
        Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, finished_at=timezone.now())
    return ServiceCertificate.objects.get(pk=made.pk)
