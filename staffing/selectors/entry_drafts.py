"""What a person left unfinished, and what they may start from."""

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from staffing.models import Activity, ActivityTemplate, ActivityType, EntryDraft


@dataclass(frozen=True)
class Unfinished:
    """One draft with the address on which it goes on, and its first words."""

    draft: EntryDraft
    url: str
    words: str


def draft_of(user: User, client_key: uuid.UUID) -> EntryDraft | None:
    return EntryDraft.objects.visible_to(user).filter(user=user, client_key=client_key).first()


def drafts_of(user: User) -> list[Unfinished]:
    """Newest first; those of records that are being rewritten lead to the record's own form."""
    drafts = list(EntryDraft.objects.visible_to(user).filter(user=user).select_related("activity_type"))
    known = dict(
        Activity.objects.visible_to(user)
        .filter(client_key__in=[draft.client_key for draft in drafts])
        .values_list("client_key", "pk")
    )
    return [
        Unfinished(draft, address_of(draft, known.get(draft.client_key)), words_of(draft)) for draft in drafts
    ]


def address_of(draft: EntryDraft, record: int | None = None) -> str:
    query = {"draft": draft.client_key}
    if record is not None:
        return f"{reverse('activity-edit', args=[record])}?{urlencode(query)}"
    query = {"type": draft.activity_type.code, **query}
    if draft.data.get("replaces"):
        query["replaces"] = draft.data["replaces"][0]
    return f"{reverse('activity-new')}?{urlencode(query)}"


def words_of(draft: EntryDraft) -> str:
    data = draft.data
    words = [data[name][0] for name in ("start_on", "topic", "department", "place") if data.get(name)]
    return "　".join(words)[:60]


def templates_for(user: User) -> QuerySet[ActivityTemplate]:
    """Those of the person's own organisation whose type is still in use."""
    return (
        ActivityTemplate.objects.visible_to(user)
        .filter(organisation=user.organisation_id, activity_type__is_active=True)
        .select_related("activity_type", "saved_by")
    )


def last_activity(user: User, activity_type: ActivityType) -> Activity | None:
    """The last one of this type that the person entered."""
    return (
        Activity.objects.visible_to(user)
        .filter(entered_by=user, activity_type=activity_type)
        .order_by("-entered_at", "-pk")
        .first()
    )
