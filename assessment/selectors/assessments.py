"""Questions about assessments: which wait for the leader, who scored, whether a table is in use."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from assessment.models import Assessment, ItemScore, ScoreTemplate
from core.models import AuditEvent


def assessments_to_decide(*, user: User) -> QuerySet[Assessment]:
    """Every item has points and no grade is decided."""
    missing = ItemScore.objects.filter(assessment=OuterRef("pk"), score__isnull=True)
    return Assessment.objects.visible_to(user).filter(
        ~Exists(missing), status=Assessment.Status.DRAFT, total__isnull=False
    )


def assessments_to_score(*, user: User) -> QuerySet[Assessment]:
    """Some item still lacks its points."""
    return Assessment.objects.visible_to(user).filter(status=Assessment.Status.DRAFT, total__isnull=True)


def has_scored(*, assessment: Assessment, user: User) -> bool:
    """Whether the audit log names the user as one who gave points here."""
    return AuditEvent.objects.filter(
        subject_type=Assessment._meta.label_lower,
        subject_id=str(assessment.pk),
        verb=AuditEvent.Verb.TRANSITION,
        note="评分",
        user=user,
    ).exists()


def template_in_use(*, template: ScoreTemplate) -> bool:
    return template.assessments.exists()
