"""Activities by their words and by the people who took part, for ledgers of any size."""

from django.db.models import Q, QuerySet

from core.grams import containing
from staffing.models import Activity, Clinician
from staffing.selectors.named import people_named

TEXTS = ("topic", "place", "content")
FEW = 1_000


def activities_found(rows: QuerySet[Activity], text: str) -> QuerySet[Activity]:
    """Rows whose words or whose people fit. One short statement looks how many there are at all.

    Few: they are named by their keys, whatever else is asked. Many: reading the rows in their order meets
    the first page soon, so they are tested one after the other.
    """
    people = list(Clinician.objects.filter(people_named(text)).order_by().values_list("pk", flat=True)[:FEW])
    through = Activity.participants.through.objects
    words = containing(Activity.objects.order_by(), text, *TEXTS).values("pk")
    took_part = through.filter(clinician__in=people).values("activity")
    hits = list(words.union(took_part, all=True).values_list("pk", flat=True)[: FEW + 1])
    if len(hits) <= FEW:
        return rows.filter(pk__in=set(hits))
    fits = Q()
    for field in TEXTS:
        fits |= Q(**{f"{field}__icontains": text})
    return rows.filter(fits | Q(pk__in=took_part))
