"""All records in dispute that a person may see, of every kind that two sides confirm; the bureau settles them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation
from accounts.selectors.named import organisations_named
from core.lists import Listing, Order, Shown, Total, day, number
from core.pages import FilterForm
from support.forms import DisputeFilter
from support.models import TwoSidedRecord
from support.selectors.rights import RULE
from support.selectors.waiting import records_disputed, records_to_answer, records_to_rule
from support.views.records import record_kinds


@dataclass(frozen=True)
class Place:
    """Where a disputed record is to be found, and since when it is in dispute."""

    at: datetime
    kind: str
    pk: int


@dataclass(frozen=True)
class DisputeLine:
    kind: str
    record: TwoSidedRecord
    url: str
    other: Organisation
    days: int


class DisputeList(Listing):
    name = "dispute-list"
    title = "争议"
    permission = "support.view_disputes"
    template = "support/dispute_list.html"
    orders = (
        Order("since", "提出争议", ("at",)),
        Order("kind", "种类", ("kind", "at")),
    )
    default = "since"
    columns = (
        Shown("种类", "kind"),
        Shown("记录", "record", 40),
        Shown("支援单位", "record.agreement.sender.name", 24),
        Shown("受援单位", "record.agreement.recipient.name", 24),
        Shown("提出争议", "other.name", 24),
        day("提出日期", lambda line: timezone.localdate(line.record.disputed_at)),
        Shown("争议内容", "record.dispute_reason", 40),
        Shown("填报方说明", "record.dispute_answer", 40),
        number("已等（天）", "days", 0),
    )

    @property
    def _kinds(self) -> dict:
        return {name: views for name, views in record_kinds().items() if views.disputable}

    def make_filter(self) -> FilterForm:
        return DisputeFilter(self.data, kinds=[(name, views.label) for name, views in self._kinds.items()])

    def _waiting(self, rows):
        """What the person has to do: settle, or say something to."""
        waits = records_to_rule if self.user.has_perm(RULE) else records_to_answer
        return waits(rows, self.user)

    @cached_property
    def found(self) -> list[Place]:
        chosen, places = self.chosen, []
        for name, views in self._kinds.items():
            if chosen.get("kind", name) != name:
                continue
            rows = views.model.objects.visible_to(self.user)
            rows = self._waiting(rows) if "waiting" in chosen else records_disputed(rows)
            if "q" in chosen:
                rows = rows.filter(
                    Q(dispute_reason__icontains=chosen["q"])
                    | organisations_named(chosen["q"], "agreement__sender")
                    | organisations_named(chosen["q"], "agreement__recipient")
                )
            places += [Place(at, name, pk) for at, pk in rows.values_list("disputed_at", "pk")]
        return sorted(places, key=lambda place: (place.kind, place.pk))

    def prepare(self, rows: list[Place]) -> list[DisputeLine]:
        """The records of one page, fetched kind by kind."""
        kinds, found = self._kinds, {}
        for name, views in kinds.items():
            wanted = [place.pk for place in rows if place.kind == name]
            if wanted:
                found |= {(name, row.pk): row for row in views.rows().filter(pk__in=wanted)}
        today = timezone.localdate()
        return [
            DisputeLine(
                kind=kinds[place.kind].label,
                record=record,
                url=kinds[place.kind].page(record),
                other=record.confirming_organisation(),
                days=(today - timezone.localdate(place.at)).days,
            )
            for place in rows
            if (record := found.get((place.kind, place.pk)))
        ]

    def totals(self) -> list[Total]:
        counted = Counter(place.kind for place in self.found)
        return [
            Total(views.label, counted[name], "条") for name, views in self._kinds.items() if name in counted
        ]
