"""From an approved request to a paper: numbered, frozen and drawn by the background job.

Every question is asked again inside the transaction that freezes: a row that somebody made by hand, or
whose months were opened again, gives no paper.
"""

import secrets

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from core.consistent import consistently
from core.errors import RuleBroken
from core.models import AuditEvent
from core.rendering import missing_characters
from core.services.audit import audit_record
from staffing.certificate_document import compose_certificate
from staffing.models import CertificateSeries, MonthSheet, ServiceCertificate
from staffing.models.certificate import CODE_ALPHABET, CODE_GROUP, CODE_GROUPS
from staffing.selectors.certificate_facts import certificate_facts
from staffing.services.certificates import locked_certificate, locked_postings, may_issue, problems_now

Status = ServiceCertificate.Status


def certificate_freeze(*, certificate_id: int) -> ServiceCertificate:
    """Read the facts in one look, number and store them. An issued row comes back untouched.

    Raises RuleBroken when nobody allowed it or anything still speaks against it; nothing is written then.
    """
    return consistently(lambda: _freeze(certificate_id))


def _freeze(certificate_id: int) -> ServiceCertificate:
    certificate = ServiceCertificate.objects.filter(pk=certificate_id).first()
    if certificate is None:
        raise RuleBroken("没有这份证明的申请。")
    certificate = locked_certificate(certificate)
    if certificate.is_frozen:
        return certificate
    if certificate.status != Status.REQUESTED or certificate.approved_by is None:
        raise RuleBroken("这份证明还没有经办人员同意出具，不能生成。")
    if not may_issue(certificate=certificate, by=certificate.approved_by):
        raise RuleBroken(f"同意出具的人不是{certificate.issuer}的经办人员，不能生成。")
    postings = locked_postings(certificate)
    # corrections and re-openings write these rows: they wait, or we start again after them
    sheets = MonthSheet.objects.filter(
        rows__posting__in=postings,
        month__gte=certificate.start_on.replace(day=1),
        month__lte=certificate.end_on,
    )
    list(MonthSheet.objects.filter(pk__in=sheets).select_for_update(no_key=True).order_by("pk"))
    problems_now(certificate, postings).raise_if_any()
    now = timezone.localtime().replace(microsecond=0)
    certificate.series, certificate.serial = _next_number(certificate, now.year)
    certificate.number = certificate.series.number(certificate.serial)
    certificate.code = new_code()
    certificate.issued_at = now
    certificate.facts = certificate_facts(certificate)
    document = compose_certificate(
        facts=certificate.facts,
        number=certificate.number,
        code=certificate.code,
        address=verify_address(certificate.code),
        issued_on=now.date(),
        data_time=now,
    )
    if missing := missing_characters(document):
        raise RuleBroken(
            f"“{missing}”在服务器的字体中没有字形，印出来会是空缺。请管理员安装含这些字的字体后重试。"
        )
    certificate.document = document.to_json()
    certificate.content_hash = document.fingerprint()
    certificate.status = Status.ISSUED
    certificate.save()
    audit_record(
        verb=AuditEvent.Verb.TRANSITION,
        user=certificate.approved_by,
        subject=certificate,
        note="出具，内容定稿",
    )
    return certificate


def _next_number(certificate: ServiceCertificate, year: int) -> tuple[CertificateSeries, int]:
    """Count the bureau's series up by one; a new year goes on with last year's prefix."""
    wanted = dict(bureau=certificate.issuer, kind=certificate.kind)
    known = CertificateSeries.objects.filter(**wanted)
    series = known.filter(year=year).first()
    if series is None:
        before = known.filter(year__lt=year).order_by("-year").first()
        prefix = before.prefix if before else default_prefix(certificate)
        # somebody else's row that we cannot see yet makes this transaction start again
        CertificateSeries.objects.bulk_create(
            [CertificateSeries(year=year, prefix=prefix, **wanted)], ignore_conflicts=True
        )
        series = known.filter(year=year).first()
        if series is None:
            raise RuleBroken(f"字号“{prefix}”已被其他证明使用，请先在“证明字号”中另定字号。")
    CertificateSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    series.refresh_from_db()
    return series, series.last


def default_prefix(certificate: ServiceCertificate) -> str:
    """Until the bureau sets its own 字号: its name and what the paper is."""
    short = {"certificate": "基服证", "appraisal": "基服鉴"}[certificate.kind]
    return f"{certificate.issuer.display_name}{short}"[-30:]


def new_code() -> str:
    """120 random bits in groups that can be read aloud."""
    groups = ("".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_GROUP)) for _ in range(CODE_GROUPS))
    return "-".join(groups)


def verify_address(code: str) -> str:
    """Where the code is verified, for the QR code; empty when this site has no public address."""
    return f"{settings.SITE_URL}{reverse('verify-code', args=[code])}" if settings.SITE_URL else ""


def certificate_file_name(certificate: ServiceCertificate) -> str:
    """One name for one content: a repeated drawing replaces the file by itself."""
    return f"certificates/{certificate.pk}/{certificate.content_hash[:20]}.pdf"


def check_same_file(*, certificate: ServiceCertificate, sha256: str) -> None:
    """Refuse another file for a paper that is already out: copies of the first one would no longer verify."""
    if certificate.file_sha256 and certificate.file_sha256 != sha256:
        raise RuleBroken(
            "重新生成的文件与出具时的不同（通常是服务器上的字体变了），没有替换。请恢复原来的字体或从备份恢复原文件。"
        )


def certificate_attach(*, certificate: ServiceCertificate, name: str, sha256: str, pages: int) -> None:
    """Record the drawn file of an issued certificate; its hash only once."""
    rows = ServiceCertificate.objects.filter(pk=certificate.pk)
    if rows.filter(file_sha256=sha256).exists():
        rows.update(rendered_at=timezone.now())
    else:
        rows.update(file=name, file_sha256=sha256, pages=pages, rendered_at=timezone.now())


def download_name(certificate: ServiceCertificate) -> str:
    return f"{certificate.title}（{certificate.number}）.pdf"
