"""Activities: the list with the totals of what is shown, one record, and confirming by the other side."""

from django.db.models import Q, Sum
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.roles import UNITS
from core.access import access
from core.pages import page_of
from staffing.activity_forms import ActivityFilter
from staffing.models import Activity, ActivityMeasure, Clinician
from staffing.selectors.duplicates import possible_duplicates
from staffing.views.postings import agreement_choices
from support.models.confirmation import RecordStatus, stands
from support.models.donation import Qualifier
from support.selectors.waiting import records_to_confirm
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
    below={
        "数量": _measures,
        "参加人员": lambda activity: [person.name for person in activity.participants.all()],
        "查出病种": _words("findings"),
        "成果": _words("outcomes"),
    },
)


def visible_activity(request, pk) -> Activity:
    return RECORDS.visible(request, pk)


def _found(rows, chosen, user):
    if "q" in chosen:
        text = chosen["q"]
        people = Clinician.objects.filter(Q(name__icontains=text) | Q(name_key__startswith=text.lower()))
        rows = rows.filter(
            Q(topic__icontains=text)
            | Q(place__icontains=text)
            | Q(pk__in=Activity.participants.through.objects.filter(clinician__in=people).values("activity"))
        )
    names = {"type": "activity_type", "agreement": "agreement", "status": "status"}
    for name, lookup in names.items():
        if name in chosen:
            rows = rows.filter(**{lookup: chosen[name]})
    if "since" in chosen:
        rows = rows.filter(start_on__gte=chosen["since"])
    if "until" in chosen:
        rows = rows.filter(start_on__lte=chosen["until"])
    if "waiting" in chosen:
        rows = records_to_confirm(rows, user)
    return rows


def measure_totals(activities) -> list[dict]:
    """Sum of each measure over the activities and the confirmed part of it; one statement."""
    confirmed = Sum("value", filter=Q(activity__status=RecordStatus.CONFIRMED))
    return list(
        ActivityMeasure.objects.filter(activity__in=activities.order_by().values("pk"))
        .filter(stands("activity__"))
        .values("measure__name", "measure__unit")
        .annotate(all=Sum("value"), sure=confirmed)
        .order_by("measure__order", "measure__code")
    )


@require_GET
@access("staffing.view_activity")
def activity_list(request):
    filters = ActivityFilter(request.GET, agreements=agreement_choices(request.user))
    if not request.user.has_role(*UNITS):
        filters.drop("waiting")
    chosen = filters.chosen
    rows = _found(Activity.objects.visible_to(request.user), chosen, request.user)
    listed = rows.select_related(
        "activity_type", "agreement__sender", "agreement__recipient", "entered_for"
    ).prefetch_related("participants", "measures__measure")
    confirms = "waiting" in chosen and request.user.has_perm("support.confirm_record")
    return render(
        request,
        "staffing/activity_list.html",
        {
            "filter": filters,
            "page": page_of(request, listed),
            "totals": measure_totals(rows),
            "confirms": confirms,
        },
    )


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
            "duplicates": _duplicates(request.user, activity) if context["rights"].confirm else [],
        },
    )


def _duplicates(user, activity) -> list:
    """What may be the same event, for whoever is about to confirm it."""
    return possible_duplicates(
        user=user,
        agreement=activity.agreement,
        activity_type=activity.activity_type,
        start_on=activity.start_on,
        end_on=activity.end_on,
        participants=list(activity.participants.all()),
        texts=[activity.topic, activity.content],
        exclude=activity,
    )
