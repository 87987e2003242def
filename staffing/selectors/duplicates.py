"""Activities that may be the same event written down twice, and texts that repeat another's (可能重复).

Shown before saving and to the confirmer; nothing is blocked. Of a record that the reader may not open
they learn only that there is one, of which year and how near it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from staffing.models import (
    Activity,
    ActivityType,
    Clinician,
    Measure,
    SimilarityVerdict,
    SimilarPair,
    TextPrint,
)
from staffing.selectors.near_texts import NearText, near_texts, visible_keys
from staffing.text_sources import joined
from support.models import Agreement
from support.models.confirmation import RecordStatus

MOST = 5
NEAR_NUMBER = Decimal("0.1")


@dataclass(frozen=True)
class Duplicate:
    """Another record and why it looks like the same: Chinese sentences. ``visible``: may the reader open it?

    ``activity`` is None when it is another kind of text or not the reader's to see.
    """

    activity: Activity | None
    reasons: tuple[str, ...]
    visible: bool = True
    title: str = ""
    url: str = ""
    percent: int | None = None


def possible_duplicates(
    *,
    user: User,
    agreement: Agreement,
    activity_type: ActivityType,
    start_on: date,
    end_on: date,
    participants: Sequence[Clinician],
    texts: Sequence[str] = (),
    exclude: Activity | None = None,
    measures: Mapping[Measure, object] | None = None,
) -> list[Duplicate]:
    """The same event twice, then repeated texts. Read only; ``exclude`` is the record itself.

    ``measures`` (values or Quantity by measure): with them, records whose numbers differ by more than a
    tenth are another event. ``texts`` in the order topic, content, note.
    """
    unit = exclude.entered_for_id if exclude is not None else user.organisation_id
    events = list(
        _same_event(
            user=user,
            agreement=agreement,
            activity_type=activity_type,
            days=(start_on, end_on),
            people={person.pk for person in participants},
            numbers=None if measures is None else _numbers(measures),
            exclude=exclude,
        )
    )
    near = near_texts(
        text=joined(*texts), unit=unit, year=start_on.year, without=_settled(exclude) if exclude else ()
    )
    replaced = {pk for pk in (exclude.pk, exclude.replaces_id) if pk} if exclude is not None else set()
    near = [found for found in near if found.source.code != "activity" or found.row.pk not in replaced]
    known = {found.activity.pk for found in events}
    seen = visible_keys([found.print for found in near], user)
    repeated = [
        _repeated(found, found.print.pk in seen)
        for found in near
        if found.source.code != "activity" or found.row.pk not in known
    ]
    return events[:MOST] + repeated[:MOST]


def duplicates_of(activity: Activity, user: User) -> list[Duplicate]:
    """The same for a record that is there: for its page and whoever is to confirm it."""
    return possible_duplicates(
        user=user,
        agreement=activity.agreement,
        activity_type=activity.activity_type,
        start_on=activity.start_on,
        end_on=activity.end_on,
        participants=list(activity.participants.all()),
        texts=(activity.topic, activity.content, activity.note),
        exclude=activity,
        measures={row.measure: row.value for row in activity.measures.select_related("measure")},
    )


def _same_event(*, user, agreement, activity_type, days, people, numbers, exclude) -> Iterable[Duplicate]:
    """Same recipient, type and day, somebody in common (or nobody named on either), near-equal numbers."""
    start_on, end_on = days
    rows = Activity.objects.filter(
        Q(agreement=agreement) | Q(agreement__recipient=agreement.recipient_id),
        activity_type=activity_type,
        start_on__lte=end_on,
        end_on__gte=start_on,
        is_withdrawal=False,
    ).exclude(status=RecordStatus.SUPERSEDED)
    if exclude is not None:
        rows = rows.exclude(pk=exclude.pk)
        if exclude.replaces_id:
            rows = rows.exclude(pk=exclude.replaces_id)
    rows = rows.filter(participants__in=people) if people else rows.filter(participants__isnull=True)
    keys = rows.visible_to(user).order_by().values("pk")
    found = Activity.objects.filter(pk__in=keys).select_related("activity_type", "entered_for")
    for other in found.prefetch_related("participants", "measures__measure")[: MOST * 4]:
        theirs = {row.measure_id: row.value for row in other.measures.all()}
        if numbers is not None and not _near(numbers, theirs):
            continue
        names = [person.name for person in other.participants.all() if person.pk in people]
        reasons = ["同一受援单位、同一类型，日期相同或相交。"]
        reasons.append(f"人员相同：{'、'.join(names)}。" if names else "双方都没有填写参加人员。")
        if numbers and theirs:
            reasons.append("数量相同或相差不到一成。")
        yield Duplicate(
            other, tuple(reasons), title=str(other), url=reverse("activity-detail", args=[other.pk])
        )


def _numbers(measures: Mapping[Measure, object]) -> dict[int, Decimal]:
    return {measure.pk: Decimal(getattr(value, "value", value)) for measure, value in measures.items()}


def _near(ours: Mapping[int, Decimal], theirs: Mapping[int, Decimal]) -> bool:
    """All numbers that both give differ by a tenth at most; nothing in common says nothing."""
    return all(
        abs(ours[pk] - theirs[pk]) <= NEAR_NUMBER * max(ours[pk], theirs[pk])
        for pk in ours.keys() & theirs.keys()
    )


def _settled(activity: Activity) -> set[int]:
    """Prints of the texts that a bureau found to be no copies of this one."""
    own = TextPrint.objects.filter(source="activity", source_id=activity.pk).values("pk")
    pairs = SimilarPair.objects.filter(verdict__result=SimilarityVerdict.Result.DIFFERENT)
    return {
        pk
        for pair in pairs.filter(Q(first__in=own) | Q(second__in=own)).values_list("first", "second")
        for pk in pair
    }


def _repeated(near: NearText, visible: bool) -> Duplicate:
    year, percent = near.print.year, near.likeness.percent
    if not visible:
        told = f"其他单位 {year} 年的一条记录，文字有 {percent}% 与这里相同。请核实是否照抄。"
        return Duplicate(None, (told,), visible=False, title="其他单位的记录", percent=percent)
    return Duplicate(
        near.row if near.source.code == "activity" else None,
        (f"{year} 年的{near.source.label}，文字有 {percent}% 与这里相同。请核实是否照抄。",),
        title=str(near.row),
        url=near.source.url(near.row),
        percent=percent,
    )
