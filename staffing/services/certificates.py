"""The life of a certificate: asked for, allowed or declined by the bureau, revoked. Whoever asks never issues.

Number, code and paper come from the background job, see certificate_freezing.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role, User
from core.errors import Problems, RuleBroken, broken_constraint
from core.models import AuditEvent, Job
from core.services.audit import audit_record
from core.services.jobs import job_request
from staffing.models import (
    CertificateStay,
    Clinician,
    Posting,
    ServiceCertificate,
)
from staffing.selectors.certificates import certificate_problems, proved_until, stretch_of

RENDER = "staffing.render_certificate"
Status = ServiceCertificate.Status


@transaction.atomic
def certificate_request(
    *, kind: str, clinician: Clinician, postings: list[Posting], by: User, until: date | None = None
) -> ServiceCertificate:
    """Ask for a certificate over these stays, up to ``until`` (as far as attendance proves them).

    Asked by the person, the sender's or a recipient's coordinator. Refused with every problem at once.
    """
    postings = sorted(postings, key=lambda posting: (posting.start_on, posting.pk))
    _require_party(clinician, postings, by)
    if until is None:
        until = proved_until(postings) or timezone.localdate()
    problems = certificate_problems(kind=kind, clinician=clinician, postings=postings, until=until)
    if kind not in ServiceCertificate.Kind.values:
        problems.add("请选择证明的种类。", field="kind")
    stretches = [(posting, stretch_of(posting, until)) for posting in postings]
    if not problems:
        days = [stretch for _, stretch in stretches]
        _repeated(problems, kind, clinician, days[0].start, max(day.end for day in days))
    problems.raise_if_any()
    certificate = ServiceCertificate(
        kind=kind,
        clinician=clinician,
        sender=postings[0].agreement.sender,
        issuer=postings[0].agreement.cycle.programme.bureau,
        start_on=days[0].start,
        end_on=max(day.end for day in days),
        requested_by=by,
    )
    try:
        with transaction.atomic():
            certificate.save()
    except IntegrityError as error:
        if broken_constraint(error) != "certificate_one_request":
            raise
        raise RuleBroken(_waiting_already(clinician, kind)) from error
    CertificateStay.objects.bulk_create(
        CertificateStay(certificate=certificate, posting=posting, start_on=days.start, end_on=days.end)
        for posting, days in stretches
    )
    audit_record(
        verb=AuditEvent.Verb.TRANSITION, user=by, subject=certificate, note=f"申请{certificate.period}"
    )
    return certificate


def may_request(*, clinician: Clinician, by: User) -> bool:
    """The person, a coordinator of the own hospital, or of a recipient where the person served."""
    if clinician.user_id is not None and clinician.user_id == by.pk:
        return True
    if by.has_role(Role.HOSPITAL_COORDINATOR) and clinician.organisation_id == by.organisation_id:
        return True
    return by.has_role(Role.RECIPIENT_COORDINATOR) and (
        Posting.objects.filter(clinician=clinician, agreement__recipient=by.organisation_id).exists()
    )


def _require_party(clinician: Clinician, postings: list[Posting], by: User) -> None:
    own = clinician.user_id == by.pk or (
        by.has_role(Role.HOSPITAL_COORDINATOR) and clinician.organisation_id == by.organisation_id
    )
    here = by.has_role(Role.RECIPIENT_COORDINATOR) and all(
        posting.agreement.recipient_id == by.organisation_id for posting in postings
    )
    if not (own or here):
        raise RuleBroken("只有本人、派出单位和受援单位的联络员可以申请，受援单位只能申请在本单位的服务。")


def _repeated(problems: Problems, kind: str, clinician: Clinician, start: date, end: date) -> None:
    same = ServiceCertificate.objects.filter(clinician=clinician, kind=kind)
    if same.filter(status=Status.REQUESTED).exists():
        problems.add(_waiting_already(clinician, kind))
    known = same.filter(status=Status.ISSUED, start_on=start, end_on=end).first()
    if known:
        problems.add(f"这段服务已出具 {known.number}，不重复出具；内容有误的请由出具部门先撤销。")


def _waiting_already(clinician: Clinician, kind: str) -> str:
    return f"{clinician.name}已有一份{ServiceCertificate.Kind(kind).label}等待出具，不需要重复申请。"


# ---- the bureau


def may_issue(*, certificate: ServiceCertificate, by: User) -> bool:
    """An officer of the very bureau whose name stands on the paper, who did not ask for it."""
    return (
        by.has_role(Role.BUREAU_OFFICER)
        and by.organisation_id == certificate.issuer_id
        and by.pk != certificate.requested_by_id
    )


def _require_issuer(certificate: ServiceCertificate, by: User) -> None:
    if not may_issue(certificate=certificate, by=by):
        raise RuleBroken(f"只有{certificate.issuer}的经办人员可以办理，申请人不能办理自己的申请。")


def locked_certificate(certificate: ServiceCertificate) -> ServiceCertificate:
    rows = ServiceCertificate.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("clinician", "sender", "issuer").get(pk=certificate.pk)


def locked_postings(certificate: ServiceCertificate) -> list[Posting]:
    """The covered postings, locked: their dates cannot change while we look."""
    rows = Posting.objects.filter(certificate_stays__certificate=certificate)
    return list(
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("agreement__recipient", "agreement__sender", "agreement__cycle__programme__bureau")
        .order_by("pk")
    )


def problems_now(certificate: ServiceCertificate, postings: list[Posting]) -> Problems:
    """What speaks against issuing now; the stays must still be cut as they would be cut today."""
    problems = certificate_problems(
        kind=certificate.kind,
        clinician=certificate.clinician,
        postings=postings,
        until=certificate.end_on,
        inside=True,
    )
    stays = {stay.posting_id: stay.period for stay in certificate.stays.all()}
    for posting in postings:
        now = stretch_of(posting, certificate.end_on)
        if now is not None and now != stays[posting.pk]:
            problems.add(
                f"{posting.agreement.recipient.display_name} 的派驻在申请后改为 {now}，申请时是 {stays[posting.pk]}，请重新申请。"
            )
    return problems


@transaction.atomic
def certificate_issue(*, certificate: ServiceCertificate, by: User) -> Job:
    """The officer's word that it may be issued; number, code and paper come from the background job.

    Again after a failed job. A double click gives the same job.
    """
    certificate = locked_certificate(certificate)
    _require_issuer(certificate, by)
    if certificate.status != Status.REQUESTED:
        raise RuleBroken("只有待出具的申请可以出具。")
    problems_now(certificate, locked_postings(certificate)).raise_if_any()
    certificate.approved_by, certificate.approved_at = by, timezone.now()
    certificate.job = _ask_job(certificate, by)
    certificate.save(update_fields=["approved_by", "approved_at", "job"])
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=certificate, note="同意出具")
    return certificate.job


@transaction.atomic
def certificate_draw_again(*, certificate: ServiceCertificate, by: User) -> Job:
    """The file of an issued certificate once more: it must come out byte for byte the same."""
    certificate = locked_certificate(certificate)
    _require_issuer(certificate, by)
    if not certificate.is_frozen:
        raise RuleBroken("只有已出具的证明可以重新生成文件。")
    certificate.job = _ask_job(certificate, by)
    certificate.save(update_fields=["job"])
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=certificate, note="重新生成文件")
    return certificate.job


def _ask_job(certificate: ServiceCertificate, by: User) -> Job:
    return job_request(
        kind=RENDER,
        unique_key=f"certificate-{certificate.pk}",
        label=f"{certificate.clinician.name}的{certificate.get_kind_display()}",
        requester=by,
        payload={"certificate": certificate.pk},
    )


@transaction.atomic
def certificate_decline(*, certificate: ServiceCertificate, reason: str, by: User) -> ServiceCertificate:
    """The bureau does not issue it; the request stays as a record with the reason."""
    certificate = locked_certificate(certificate)
    _require_issuer(certificate, by)
    if certificate.status != Status.REQUESTED:
        raise RuleBroken("只有待出具的申请可以不予出具。")
    if certificate.is_in_work:
        raise RuleBroken("证明正在生成，请等它结束后再办理。")
    certificate.decline_reason = _reason(reason)
    certificate.status = Status.DECLINED
    certificate.save(update_fields=["status", "decline_reason"])
    audit_record(
        verb=AuditEvent.Verb.TRANSITION, user=by, subject=certificate, note=f"不予出具：{reason.strip()}"
    )
    return certificate


@transaction.atomic
def certificate_revoke(*, certificate: ServiceCertificate, reason: str, by: User) -> ServiceCertificate:
    """Withdraw an issued certificate for good. Its number stays used; verification says 已撤销."""
    certificate = locked_certificate(certificate)
    _require_issuer(certificate, by)
    if certificate.status != Status.ISSUED:
        raise RuleBroken("只有有效的证明可以撤销。")
    certificate.revoke_reason = _reason(reason)
    certificate.status, certificate.revoked_by, certificate.revoked_at = Status.REVOKED, by, timezone.now()
    certificate.save(update_fields=["status", "revoked_by", "revoked_at", "revoke_reason"])
    audit_record(
        verb=AuditEvent.Verb.TRANSITION, user=by, subject=certificate, note=f"撤销：{reason.strip()}"
    )
    return certificate


def _reason(reason: str) -> str:
    if not reason.strip():
        raise RuleBroken({"reason": "请写明原因。"})
    return reason.strip()[:300]
