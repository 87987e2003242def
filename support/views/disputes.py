"""All records in dispute that a person may see, the longest waiting first; the bureau settles them."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.access import access
from core.pages import page_of
from support.forms import DisputeFilter
from support.selectors.waiting import records_disputed, records_to_rule
from support.views.records import KINDS


@require_GET
@access("support.view_disputes")
def dispute_list(request):
    user = request.user
    kinds = {name: views for name, views in KINDS.items() if views.disputable}
    filters = DisputeFilter(request.GET, kinds=[(name, views.label) for name, views in kinds.items()])
    if not user.has_perm("support.rule_record"):
        filters.drop("waiting")
    chosen = filters.chosen
    places = []
    for name, views in kinds.items():
        if chosen.get("kind", name) != name:
            continue
        rows = views.model.objects.visible_to(user)
        rows = records_to_rule(rows, user) if "waiting" in chosen else records_disputed(rows)
        if "q" in chosen:
            rows = rows.filter(dispute_reason__icontains=chosen["q"])
        places += [(at, name, pk) for at, pk in rows.values_list("disputed_at", "pk")]
    page = page_of(request, sorted(places))
    page.object_list = _lines(page.object_list, kinds)
    return render(request, "support/dispute_list.html", {"filter": filters, "page": page})


def _lines(places, kinds) -> list[dict]:
    """The records of one page, fetched kind by kind."""
    found = {}
    for name, views in kinds.items():
        wanted = [pk for _, of, pk in places if of == name]
        if wanted:
            found |= {(name, row.pk): row for row in views.rows().filter(pk__in=wanted)}
    today = timezone.localdate()
    return [
        {
            "kind": kinds[name].label,
            "record": found[name, pk],
            "url": kinds[name].page(found[name, pk]),
            "other": found[name, pk].confirming_organisation(),
            "days": (today - timezone.localdate(at)).days,
        }
        for at, name, pk in places
        if (name, pk) in found
    ]
