"""Which units the coverage pages list for a person, narrowed by place and words, the worst first."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Min, Q, QuerySet

from accounts.models import Region, User
from staffing.selectors.coverage import Totals, Unit
from staffing.selectors.coverage_sql import By
from support.models import Agreement

SIDES = {By.RECIPIENT: ("recipient",), By.SENDER: ("sender",), By.PAIR: ("sender", "recipient")}


@dataclass(frozen=True)
class Choices:
    """What a person may look at: ways that have something to show, first and last year with agreements."""

    ways: tuple[By, ...]
    first_year: int
    last_year: int


def agreements_by(user: User, by: str) -> QuerySet[Agreement]:
    """The agreements from which the units are read.

    A clinic or a hospital as a whole is shown only to those who see all its agreements; a partner, who
    sees some of them, looks at the pair.
    """
    if by == By.PAIR:
        return Agreement.objects.visible_to(user).filter(effective_from__isnull=False)
    found = Agreement.objects.owned_by(user).filter(effective_from__isnull=False)
    reach = user.reach()
    if reach.everything:
        return found
    # whoever reaches no organisation owns no agreement either
    return found if reach.organisations is None else found.filter(**{f"{by}__in": reach.organisations})


def coverage_choices(user: User, today: date) -> Choices:
    ways = tuple(by for by in By if agreements_by(user, by).exists())
    years = agreements_by(user, By.PAIR).aggregate(first=Min("effective_from"), last=Max("effective_to"))
    if not ways:
        return Choices((By.PAIR,), today.year, today.year)
    return Choices(ways, min(years["first"].year, today.year), max(years["last"].year, today.year))


def units_found(agreements: QuerySet[Agreement], by: str, text: str) -> QuerySet[Agreement]:
    """By the name, short name or pinyin initials of the organisations that are listed."""
    found = Q()
    for side in SIDES[By(by)]:
        found |= (
            Q(**{f"{side}__name__icontains": text})
            | Q(**{f"{side}__short_name__icontains": text})
            | Q(**{f"{side}__name_key__startswith": text.lower()})
        )
    return agreements.filter(found)


def units_within(agreements: QuerySet[Agreement], by: str, region: Region) -> QuerySet[Agreement]:
    """Those whose listed place lies in the region: the recipient's, for senders their own."""
    return agreements.filter(**{f"{SIDES[By(by)][-1]}__region__path__startswith": region.path})


def of_units(agreements: QuerySet[Agreement], units: list[Unit]) -> QuerySet[Agreement]:
    """The agreements of these units alone."""
    if not units:
        return agreements.none()
    if units[0].sender and units[0].recipient:
        wanted = Q()
        for unit in units:
            wanted |= Q(sender=unit.sender, recipient=unit.recipient)
        return agreements.filter(wanted)
    if units[0].recipient:
        return agreements.filter(recipient__in=[unit.recipient for unit in units])
    return agreements.filter(sender__in=[unit.sender for unit in units])


PLACES = (
    "recipient",
    "sender",
    "recipient__region__code",
    "recipient__name_key",
    "sender__region__code",
    "sender__name_key",
)


def in_order(totals: list[Totals], agreements: QuerySet[Agreement], *, by_place: bool) -> list[Totals]:
    """The worst first, or by region and name of the recipient and the sender; that decides among equals."""
    place: dict[int | None, tuple[str, str]] = {None: ("", "")}
    for recipient, sender, *names in agreements.order_by().values_list(*PLACES).distinct():
        place[recipient], place[sender] = tuple(names[:2]), tuple(names[2:])

    def where(row: Totals) -> tuple:
        return (
            place[row.unit.recipient],
            place[row.unit.sender],
            row.unit.recipient or 0,
            row.unit.sender or 0,
        )

    return sorted(totals, key=where if by_place else lambda row: (row.worst_first, where(row)))


def regions_below(user: User) -> QuerySet[Region]:
    """Cities and counties inside the user's own region."""
    own = user.organisation.region
    return (
        Region.objects.filter(
            path__startswith=own.path, level__in=[Region.Level.PREFECTURE, Region.Level.COUNTY]
        )
        .exclude(pk=own.pk)
        .order_by("code")
    )
