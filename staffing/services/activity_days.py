"""Several days at once: one record a day, all of them or none."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from core.advice import Advice, Unconfirmed
from core.errors import Problems
from staffing.models import Activity
from staffing.services.activities import activity_save

MOST_DAYS = 31


def key_of_day(form_key: uuid.UUID, day: date) -> uuid.UUID:
    """The same form and the same day always give the same key, so that repeating is harmless."""
    return uuid.uuid5(form_key, day.isoformat())


@transaction.atomic
def activity_save_days(
    *,
    days: Sequence[date],
    by: User,
    client_key: uuid.UUID,
    submit: bool = False,
    acknowledged: Collection[str] | None = None,
    **entry,
) -> list[Activity]:
    """``entry``: what ``activity_save`` takes beside the day. Files of the form belong to the first day.

    Every problem of every day is told at once, naming the days it concerns; then nothing is written.
    """
    days = sorted(set(days))
    problems, advice, saved = Problems(), [], []
    if len(days) > MOST_DAYS:
        problems.add(f"一次最多登记 {MOST_DAYS} 天，现在是 {len(days)} 天。", field="days")
        problems.raise_if_any()
    told: dict[tuple[str, str], list[date]] = {}
    for day in days:
        try:
            with transaction.atomic():
                saved.append(
                    activity_save(
                        start_on=day,
                        by=by,
                        client_key=key_of_day(client_key, day),
                        entry_key=client_key if day == days[0] else None,
                        submit=submit,
                        acknowledged=acknowledged,
                        **entry,
                    )
                )
        except Unconfirmed as error:
            advice += error.advice
        except ValidationError as error:
            for field, message in _messages(error):
                told.setdefault((field, message), []).append(day)
    for (field, message), concerned in told.items():
        which = (
            "" if len(concerned) == len(days) else f"{'、'.join(f'{day:%Y-%m-%d}' for day in concerned)}："
        )
        problems.add(which + message, field="days" if which else field)
    problems.raise_if_any()
    if advice:
        raise Unconfirmed(_once(advice))
    return saved


def _messages(error: ValidationError) -> list[tuple[str, str]]:
    if hasattr(error, "error_dict"):
        return [(field, text) for field, texts in error.message_dict.items() for text in texts]
    return [("__all__", text) for text in error.messages]


def _once(advice: Sequence[Advice]) -> list[Advice]:
    """What concerns every day is said a single time."""
    return list({one.key: one for one in advice}.values())
