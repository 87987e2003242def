"""Names against numbers: the roster of a batch or an agreement beside the head-count somebody stated.

A plan says five in one place and four in another; both stay as written, and the difference is told.
Escorts and liaison officers are not counted as posted people.
"""

from decimal import Decimal

from staffing.models import Batch, Posting
from support.models import Agreement, AgreementTarget


def roster_size(**lookup) -> int:
    """Distinct posted people, not called off."""
    found = Posting.objects.filter(**lookup).staff().exclude(status=Posting.Status.CANCELLED)
    return found.values("clinician").distinct().count()


def mismatch(stated: int, found: int, what: str) -> str:
    """One sentence, or empty when both agree."""
    if stated == found:
        return ""
    side = "多" if found > stated else "少"
    return f"{what}写明 {stated} 人，名册为 {found} 人，{side} {abs(found - stated)} 人，请核对。"


def batch_mismatch(batch: Batch, *, found: int | None = None) -> str:
    """``found``: people of the plan, where there are no postings yet."""
    if batch.stated_people is None:
        return ""
    return mismatch(batch.stated_people, roster_size(batch=batch) if found is None else found, "方案")


def agreement_mismatch(agreement: Agreement) -> str:
    """Against the number of resident people that the agreement in force promises (at least, or from–to)."""
    target = AgreementTarget.objects.filter(
        version=agreement.current_version_id, kind=AgreementTarget.Kind.RESIDENT_STAFF
    ).first()
    if target is None:
        return ""
    found = roster_size(agreement=agreement, kind="resident")
    if Decimal(found) < target.minimum:
        return mismatch(int(target.minimum), found, "协议")
    if target.maximum is not None and Decimal(found) > target.maximum:
        return mismatch(int(target.maximum), found, "协议")
    return ""
