"""One state of the database, and again when somebody wrote in between."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from core.consistent import consistently
from core.models import ServiceBeat
from core.tests.together import split, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_repeatable_read():
    def level():
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            return cursor.fetchone()[0]

    assert consistently(level) == "repeatable read"


def test_counting_together_loses_nothing():

    now = timezone.now().replace(microsecond=0)
    ServiceBeat.objects.create(name="n", seen_at=now)

    def one_more():
        row = ServiceBeat.objects.get(name="n")
        ServiceBeat.objects.filter(name="n").update(seen_at=row.seen_at + timedelta(seconds=1))
        return row.seen_at

    came, raised = split(together(*[lambda: consistently(one_more) for _ in range(5)]))
    assert not raised and len(set(came)) == 5
    assert (ServiceBeat.objects.get(name="n").seen_at - now).seconds == 5


def test_other_errors_are_not_tried_again():
    tried = []

    def wrong():
        tried.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with pytest.raises(DatabaseError):
        consistently(wrong)
    assert tried == [1]
