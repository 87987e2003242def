"""What activities add up to, measure by measure."""

from django.db.models import Q, QuerySet, Sum

from staffing.models import Activity, ActivityMeasure
from support.models.confirmation import RecordStatus, stands


def measure_totals(activities: QuerySet[Activity]) -> list[dict]:
    """Sum of each measure over the activities and the confirmed part of it; one statement."""
    confirmed = Sum("value", filter=Q(activity__status=RecordStatus.CONFIRMED))
    return list(
        ActivityMeasure.objects.filter(activity__in=activities.order_by().values("pk"))
        .filter(stands("activity__"))
        .values("measure__name", "measure__unit")
        .annotate(all=Sum("value"), sure=confirmed)
        .order_by("measure__order", "measure__code")
    )
