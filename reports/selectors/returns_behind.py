"""Which submitted returns the ledger has left behind: since then it counts other records in that month."""

from django.db.models import (
    BooleanField,
    Case,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from reports.models import MonthlyReturn, ReturnForm, ReturnLevel
from staffing.models import Activity, AttendanceCorrection, AttendanceRow, MonthSheet
from support.models.confirmation import RecordStatus

# level → paths from an agreement to what the return's organisation must equal
REGION = OuterRef("organisation__region__path")
PAIRS = {
    ReturnLevel.PERSON: [{"recipient": OuterRef("organisation")}],
    ReturnLevel.CLINIC: [{"recipient": OuterRef("organisation")}],
    ReturnLevel.HOSPITAL: [{"sender": OuterRef("organisation")}],
    ReturnLevel.BUREAU: [
        {"recipient__region__path__startswith": REGION},
        {"sender__region__path__startswith": REGION},
    ],
}


class _Among(Func):
    """``value = ANY(array)``"""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class _NextMonth(Func):
    template = "(%(expressions)s + interval '1 month')::date"
    output_field = DateField()


COUNTED = _Among(F("pk"), OuterRef("records"))


def with_changes(rows: QuerySet[MonthlyReturn]) -> QuerySet[MonthlyReturn]:
    """Annotates ``is_behind``, in the same statement.

    Workload: an activity is counted now and was not, or the other way round; compared record by record, so
    that a confirmation which was under way during the submission is not overlooked. Attendance: a sheet
    was locked or a correction approved afterwards.
    """
    changed = {ReturnForm.WORKLOAD: _work, ReturnForm.ATTENDANCE: _days}
    whens = [
        When(Q(level=level, form=form), then=test(level)) for level in PAIRS for form, test in changed.items()
    ]
    return rows.annotate(is_behind=Case(*whens, default=Value(False), output_field=BooleanField()))


def _of(level: str, prefix: str) -> Q:
    found = Q()
    for way in PAIRS[level]:
        found |= Q(**{f"{prefix}agreement__{path}": value for path, value in way.items()})
    return found


def _work(level: str) -> Q:
    counts = Q(status=RecordStatus.CONFIRMED, is_withdrawal=False)
    now = Activity.objects.filter(
        _of(level, ""),
        counts,
        start_on__gte=OuterRef("month"),
        start_on__lt=_NextMonth(OuterRef("month")),
    )
    if level == ReturnLevel.PERSON:
        now = now.filter(participants=OuterRef("clinician"))
    fresh = now.annotate(counted=COUNTED).filter(counted=False)
    gone = Activity.objects.annotate(counted=COUNTED).filter(~counts, counted=True)
    return Exists(fresh) | Exists(gone)


def _days(level: str) -> Q:
    month = Q(_of(level, "posting__"), sheet__month=OuterRef("month"))
    rows = AttendanceRow.objects.filter(month, sheet__status=MonthSheet.Status.LOCKED)
    corrections = AttendanceCorrection.objects.filter(
        month, status=AttendanceCorrection.Status.APPROVED, decided_at__gt=OuterRef("submitted_at")
    )
    if level == ReturnLevel.PERSON:
        rows = rows.filter(posting__clinician=OuterRef("clinician"))
        corrections = corrections.filter(posting__clinician=OuterRef("clinician"))
    return Exists(rows.annotate(counted=COUNTED).filter(counted=False)) | Exists(corrections)
