"""Activities: the list with the totals of what is shown, one record, and confirming by the other side."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.access import access
from core.lists import show_list
from staffing.lists.activities import ActivityList
from staffing.models import Activity, Clinician
from staffing.selectors.duplicates import duplicates_of
from staffing.services.activities import activity_submit
from support.models.donation import Qualifier
from support.views.records import RecordViews

ENTER = "staffing.enter_activity"


def _rows():
    return Activity.objects.select_related(
        "agreement__sender",
        "agreement__recipient",
        "agreement__cycle__programme",
        "activity_type",
        "speciality",
        "entered_for",
        "entered_by",
        "confirmed_for",
        "confirmed_by",
    )


def _words(*paths: str):
    """Rows below an activity, in words."""

    def told(activity) -> list[str]:
        return [str(row) for path in paths for row in getattr(activity, path).all()]

    return told


def _measures(activity) -> list[str]:
    told = []
    for row in activity.measures.select_related("measure"):
        exactness = "" if row.qualifier == Qualifier.EXACT else f"（{row.get_qualifier_display()}）"
        told.append(f"{row}{exactness}")
    return told


RECORDS = RecordViews(
    name="activity",
    label="活动",
    model=Activity,
    enter=ENTER,
    rows=_rows,
    correct=lambda activity: f"{reverse('activity-new')}?replaces={activity.pk}",
    home=lambda activity: reverse("activity-list"),
    submit=activity_submit,
    below={
        "数量": _measures,
        "参加人员": lambda activity: [person.name for person in activity.participants.all()],
        "查出病种": _words("findings"),
        "成果": _words("outcomes"),
    },
)


def visible_activity(request, pk) -> Activity:
    return RECORDS.visible(request, pk)


@require_GET
@access("staffing.view_activity")
def activity_list(request):
    return show_list(request, ActivityList)


@require_GET
@access("staffing.view_activity")
def activity_detail(request, pk):
    activity = visible_activity(request, pk)
    context = RECORDS.context(request, activity)
    return render(
        request,
        "staffing/activity_detail.html",
        context
        | {
            "measures": activity.measures.select_related("measure"),
            "outcomes": activity.outcomes.select_related("person"),
            "people": activity.participants.select_related("organisation"),
            "known_people": set(
                Clinician.objects.visible_to(request.user)
                .filter(activities=activity)
                .values_list("pk", flat=True)
            ),
            "duplicates": duplicates_of(activity, request.user) if context["rights"].confirm else [],
        },
    )
