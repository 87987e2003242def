"""Names against numbers: the roster of a batch or an agreement beside the head-count somebody stated.

A plan says five in one place and four in another; both stay as written, and the difference is told.
Escorts and liaison officers are not counted as posted people.
"""

from collections.abc import Collection

from django.db.models import Count

from staffing.models import Batch, Posting, PostingKind
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


def agreement_mismatches(agreements: Collection[Agreement]) -> dict[int, str]:
    """By agreement: against the number of resident people that its text in force promises (at least, or

    from–to). Those that agree are left out. Two statements however many there are.
    """
    versions = {row.current_version_id: row.pk for row in agreements if row.current_version_id}
    targets = AgreementTarget.objects.filter(
        version__in=versions, kind=AgreementTarget.Kind.RESIDENT_STAFF
    ).order_by("-pk")
    promised = {versions[target.version_id]: target for target in targets}
    posted = (
        Posting.objects.filter(agreement__in=promised, kind=PostingKind.RESIDENT)
        .staff()
        .exclude(status=Posting.Status.CANCELLED)
        .order_by()
        .values("agreement")
        .annotate(people=Count("clinician", distinct=True))
    )
    people = {row["agreement"]: row["people"] for row in posted}
    found = {}
    for pk, target in promised.items():
        number = people.get(pk, 0)
        if number < target.minimum:
            found[pk] = mismatch(int(target.minimum), number, "协议")
        elif target.maximum is not None and number > target.maximum:
            found[pk] = mismatch(int(target.maximum), number, "协议")
    return found
