"""What a certificate would state, and everything that still speaks against it.

Both are read here and nowhere else: pages, the desk and the background job ask the same questions.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.apps import apps
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Role, User
from core.dates import Period, add_months
from core.errors import Problems
from staffing.models import (
    AttendanceRow,
    CertificateKind,
    Clinician,
    InspectionFinding,
    MonthSheet,
    Posting,
    PostingKind,
    ServiceCertificate,
)
from staffing.models.attendance import month_period
from staffing.models.inspection import Inspection
from staffing.selectors.attendance import ServiceDays, service_days

FINISHED = (Posting.Status.ENDED, Posting.Status.ENDED_EARLY)


def stays_to_certify(*, clinician: Clinician, user: User | None = None) -> QuerySet[Posting]:
    """The person's resident stays that were really begun, in order."""
    rows = Posting.objects.visible_to(user) if user else Posting.objects.all()
    return (
        rows.arrived()
        .staff()
        .filter(clinician=clinician, kind=PostingKind.RESIDENT)
        .select_related(
            "clinician__organisation",
            "agreement__sender",
            "agreement__recipient",
            "agreement__cycle__programme__bureau",
        )
        .order_by("start_on", "pk")
    )


def stretch_of(posting: Posting, until: date) -> Period | None:
    """The part of a stay that a certificate up to ``until`` covers: from the confirmed arrival."""
    last = min(posting.end_on, until)
    if posting.arrived_on is None or last < posting.arrived_on:
        return None
    return Period(posting.arrived_on, last)


def proved_until(postings: Iterable[Posting]) -> date | None:
    """The last day up to which every one of these stays is proved without a hole; None when no day is."""
    first_holes, last_days = [], []
    for entry in service_days(postings):
        if entry.unlocked:
            first_holes.append(entry.unlocked[0].start)
        last_days.append(entry.period.end)
    if not last_days:
        return None
    until = max(last_days)
    if first_holes:
        until = min(until, min(first_holes) - timedelta(days=1))
    begun = min(posting.arrived_on for posting in postings if posting.arrived_on)
    return until if until >= begun else None


def certificate_problems(
    *, kind: str, clinician: Clinician, postings: list[Posting], until: date, inside: bool = False
) -> Problems:
    """Everything that forbids this certificate, each in one sentence.

    ``inside``: also what only the bureau may know, an inspection that is still being recorded.
    """
    problems = Problems()
    if not postings:
        problems.add("请至少选择一段派驻。", field="postings")
        return problems
    if until > timezone.localdate():
        problems.add(f"截至日期 {until:%Y-%m-%d} 还没有到。", field="until")
    _bureau_problems(problems, postings)
    good = []
    for posting in postings:
        found = _stay_problems(kind, clinician, posting, until)
        for message in found:
            problems.add(message, field="postings")
        if not found:
            good.append(posting)
    for message in unlocked_messages(good, until):
        problems.add(message, field="postings")
    if inside:
        for finding in _draft_findings(good, until):
            problems.add(
                f"{finding.inspection.inspected_on:%Y-%m-%d} 对 {_place(finding.posting)} 的抽查涉及此人，还没有办结。",
                field="postings",
            )
    return problems


def _bureau_problems(problems: Problems, postings: list[Posting]) -> None:
    bureaus = {posting.agreement.cycle.programme.bureau for posting in postings}
    if len(bureaus) > 1:
        names = "、".join(sorted(bureau.name for bureau in bureaus))
        problems.add(f"所选派驻分属 {names} 的项目，请分别申请。", field="postings")


def _stay_problems(kind: str, clinician: Clinician, posting: Posting, until: date) -> list[str]:
    where = f"{_place(posting)} {posting.period}"
    if posting.clinician_id != clinician.pk:
        return [f"{where} 不是{clinician.name}的派驻。"]
    if posting.status == Posting.Status.CANCELLED:
        return [f"{where} 的派驻已取消。"]
    if posting.arrived_on is None:
        return [f"{where} 的派驻，受援单位还没有确认到岗。"]
    found = []
    if posting.kind != PostingKind.RESIDENT:
        found.append(f"{where} 是{posting.get_kind_display()}，只有驻点派驻可以出具证明。")
    if posting.role not in Posting.COUNTED_ROLES:
        found.append(f"{where} 的身份是{posting.get_role_display()}，不是派驻人员。")
    if stretch_of(posting, until) is None:
        found.append(f"{where} 到 {until:%Y-%m-%d} 还没有开始。")
    elif kind == CertificateKind.APPRAISAL:
        if posting.status not in FINISHED:
            found.append(f"{where} 的派驻还没有结束，鉴定表要在派驻结束后办理。")
        elif until < posting.end_on:
            found.append(f"鉴定表要包括整段派驻，截至日期应不早于 {posting.end_on:%Y-%m-%d}。")
    return found


def unlocked_messages(postings: list[Posting], until: date) -> list[str]:
    """One sentence for every month that is not proved, stay by stay."""
    holes = [
        (entry.posting, part)
        for entry in service_days(postings)
        if (covered := stretch_of(entry.posting, until))
        for hole in entry.unlocked
        if (cut := hole.clip(covered))
        for part in _by_month(cut)
    ]
    if not holes:
        return []
    sheets = {
        (sheet.recipient_id, sheet.month): sheet.status
        for sheet in MonthSheet.objects.filter(
            recipient__in={posting.agreement.recipient_id for posting, _ in holes},
            month__in={part.start.replace(day=1) for _, part in holes},
        )
    }
    messages: dict[str, None] = {}
    for posting, part in holes:
        month = part.start.replace(day=1)
        status = sheets.get((posting.agreement.recipient_id, month))
        messages[_month_message(posting, month, part, status)] = None
    return list(messages)


def _month_message(posting: Posting, month: date, days: Period, status: str | None) -> str:
    sheet = f"{month:%Y-%m} {_place(posting)} 的考勤月表"
    if status is None:
        return f"{sheet}还没有建立。"
    if status != MonthSheet.Status.LOCKED:
        return f"{sheet}还没有提交锁定。"
    return f"{sheet}已锁定，但没有本人 {days} 的考勤，需要更正考勤。"


def _by_month(period: Period) -> list[Period]:
    parts, month = [], period.start.replace(day=1)
    while month <= period.end:
        parts.append(month_period(month).clip(period))
        month = add_months(month, 1)
    return [part for part in parts if part]


def _draft_findings(postings: list[Posting], until: date) -> QuerySet[InspectionFinding]:
    return (
        InspectionFinding.objects.filter(
            posting__in=postings,
            inspection__status=Inspection.Status.DRAFT,
            inspection__inspected_on__lte=until,
        )
        .select_related("inspection", "posting__agreement__recipient")
        .order_by("inspection__inspected_on", "pk")
    )


def _place(posting: Posting) -> str:
    return posting.agreement.recipient.display_name


def covered_days(certificate: ServiceCertificate) -> list[ServiceDays]:
    """The days of each stay of the certificate, cut as the certificate cuts it."""
    found = []
    for stay in certificate.stays.select_related("posting__agreement__recipient").order_by("start_on", "pk"):
        found += service_days([stay.posting], stay.period)
    return found


def rows_counted(certificate: ServiceCertificate) -> QuerySet[AttendanceRow]:
    """The attendance rows behind the certificate."""
    return AttendanceRow.objects.filter(
        posting__certificate_stays__certificate=certificate,
        sheet__month__gte=certificate.start_on.replace(day=1),
        sheet__month__lte=certificate.end_on,
    ).order_by("sheet__month", "pk")


def certificates_to_issue(*, user: User) -> QuerySet[ServiceCertificate]:
    """Requests that the user's bureau has not answered."""
    return ServiceCertificate.objects.visible_to(user).filter(
        status=ServiceCertificate.Status.REQUESTED, issuer=user.organisation_id
    )


def people_to_certify(*, user: User) -> QuerySet[Clinician]:
    """People with a resident stay for whom the user's organisation may ask."""
    served = Posting.objects.arrived().staff().filter(clinician=OuterRef("pk"), kind=PostingKind.RESIDENT)
    own = Q(organisation=user.organisation_id) & Exists(served)
    if user.has_role(Role.RECIPIENT_COORDINATOR):
        own |= Q(Exists(served.filter(agreement__recipient=user.organisation_id)))
    return (
        Clinician.objects.visible_to(user)
        .filter(own)
        .select_related("organisation")
        .order_by("name_key", "pk")
    )


def changed_since(certificate: ServiceCertificate) -> list[str]:
    """What the ledger says today otherwise than the issued paper: grounds to look at it again."""
    if not certificate.is_frozen:
        return []
    then, now = certificate.facts["sources"], latest_entries(certificate)
    if then == now:
        return []
    lines = []
    for row in rows_counted(certificate).select_related("sheet__recipient"):
        if then.get(str(row.pk)) != now.get(str(row.pk)):
            lines.append(f"{row.sheet.month:%Y-%m} {row.sheet.recipient.display_name} 的考勤在出具后有更正。")
    return lines or ["证明所依据的考勤在出具后有变动。"]


def latest_entries(certificate: ServiceCertificate) -> dict[str, int]:
    """Each attendance row behind the certificate with its latest history entry: {row: entry}."""
    keys = list(rows_counted(certificate).values_list("pk", flat=True))
    history = apps.get_model("staffing", "AttendanceRowEvent")
    found = history.objects.filter(pgh_obj_id__in=keys).order_by("pgh_obj_id").values_list("pgh_obj_id")
    return {str(row): entry for row, entry in found.annotate(Max("pgh_id"))}
