"""Builders: what is being typed, and templates."""

import uuid

from accounts.models import User
from staffing.models import ActivityTemplate, ActivityType, EntryDraft
from staffing.services.entry_drafts import draft_save, template_save


def entry_draft(user: User, data: dict[str, list[str]], kind: str = "lecture") -> EntryDraft:
    """``kind`` is an activity type's code, ``data`` {field name: [typed texts]}."""
    return draft_save(
        user=user, client_key=uuid.uuid4(), activity_type=ActivityType.objects.get(code=kind), data=data
    )


def activity_template(
    by: User, name: str, data: dict[str, list[str]], kind: str = "lecture"
) -> ActivityTemplate:
    """A template of the person's own organisation."""
    return template_save(by=by, name=name, activity_type=ActivityType.objects.get(code=kind), data=data)
