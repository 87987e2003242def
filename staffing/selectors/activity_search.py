"""Activities by their words and by the people who took part, for ledgers of any size."""

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import StrIndex, Upper
from django.db.models.lookups import GreaterThan

from core.grams import with_grams
from staffing.models import Activity, Clinician
from staffing.selectors.named import people_named

TEXTS = ("topic", "place", "content")
FEW, SHORT = 1_000, 5_000


def _occurs(field: str, text: str) -> Q:
    """``icontains``, put so that the planner takes every third row to fit. Of LIKE it takes next to none to
    fit, and reads and sorts everything instead of reading in order up to the first page.
    """
    return Q(GreaterThan(StrIndex(Upper(field), Upper(Value(text))), 0))


def activities_found(rows: QuerySet[Activity], text: str) -> QuerySet[Activity]:
    """Rows whose words or whose people fit. One short statement of the index looks how many there may be.

    Few: they are named by their keys, whatever else is asked. Many among few rows: all of these are read.
    Many among many: reading the rows in their order meets the first page soon.
    """
    people = list(Clinician.objects.filter(people_named(text)).order_by().values_list("pk", flat=True)[:FEW])
    through = Activity.participants.through.objects
    words = with_grams(Activity.objects.order_by(), text, *TEXTS).values("pk")
    took_part = through.filter(clinician__in=people).values("activity")
    hits = list(words.union(took_part, all=True).values_list("pk", flat=True)[: FEW + 1])
    if len(hits) <= FEW:
        rows = rows.filter(pk__in=set(hits))
        is_short = True
    else:
        is_short = rows.order_by()[: SHORT + 1].count() <= SHORT
    fits = Q()
    for field in TEXTS:
        fits |= Q(**{f"{field}__icontains": text}) if is_short else _occurs(field, text)
    return rows.filter(fits | Q(pk__in=took_part) if people else fits)
