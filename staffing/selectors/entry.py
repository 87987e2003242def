"""What a person may choose from when entering: agreements, people, what was used last."""

from datetime import date

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accounts.models import User
from staffing.models import Activity, Clinician, Posting
from support.models import Agreement
from support.selectors.agreements import agreements_as_party


def sees_only_own_rows(user: User) -> bool:
    """A clinician without a further duty."""
    reach = user.reach()
    return reach.organisations is None and not reach.everything


def agreements_for_activity(user: User) -> QuerySet[Agreement]:
    """Filed agreements of the user's organisation; for a clinician those of the own postings."""
    if not sees_only_own_rows(user):
        return agreements_as_party(user)
    mine = Posting.objects.filter(agreement=OuterRef("pk"), clinician__user=user).exclude(
        status=Posting.Status.CANCELLED
    )
    return (
        Agreement.objects.filter(Exists(mine), effective_from__isnull=False)
        .with_state()
        .select_related("sender", "recipient", "cycle")
        .order_by("-effective_to", "number")
    )


def participants_for(
    user: User, agreements, keep: Activity | None = None, day: date | None = None
) -> QuerySet[Clinician]:
    """People posted under the agreements, with ``posts``; ``keep`` adds those already entered.

    ``day``: who is posted on it comes first. A post reads “agreement:first day:last day”.
    """
    live = [status for status in Posting.Status.values if status != Posting.Status.CANCELLED]
    if sees_only_own_rows(user):
        chosen = Q(user=user)
    else:
        chosen = Q(
            pk__in=Posting.objects.filter(agreement__in=agreements, status__in=live).values("clinician")
        )
    if keep is not None:
        chosen |= Q(pk__in=keep.participants.values("pk"))
    posts = ArrayAgg(
        Concat(
            Cast("postings__agreement_id", CharField()),
            Value(":"),
            Cast("postings__start_on", CharField()),
            Value(":"),
            Cast("postings__end_on", CharField()),
        ),
        distinct=True,
        filter=Q(postings__status__in=live),
        default=[],
    )
    day = day or timezone.localdate()
    there = Posting.objects.filter(
        clinician=OuterRef("pk"),
        agreement__in=agreements,
        status__in=live,
        start_on__lte=day,
        end_on__gte=day,
    )
    return (
        Clinician.objects.filter(chosen)
        .select_related("organisation")
        .annotate(posts=posts, is_there=Exists(there))
        .order_by("-is_there", "name_key", "pk")
    )


def last_agreement(user: User, agreements: QuerySet[Agreement]) -> Agreement | None:
    """The one of the last activity this person entered, else the only one there is in force."""
    last = Activity.objects.filter(entered_by=user, agreement__in=agreements).order_by("-entered_at").first()
    if last is not None:
        return last.agreement
    in_force = [agreement for agreement in agreements if agreement.state == Agreement.State.IN_FORCE]
    return in_force[0] if len(in_force) == 1 else None


def own_clinicians(user: User) -> QuerySet[Clinician]:
    """The people of the user's organisation (for a bureau: of its region)."""
    return (
        Clinician.objects.owned_by(user)
        .select_related("organisation", "speciality")
        .order_by("organisation__name_key", "organisation", "name_key", "staff_no")
    )


def agreement_choices(user: User) -> QuerySet[Agreement]:
    """Agreements to filter a list by: those one sees, for a clinician those of the own postings."""
    seen = Agreement.objects.visible_to(user).select_related("sender", "recipient")
    return seen if user.reach().organisations is not None else agreements_for_activity(user)
