"""Two people send the same person away at the same moment: the database decides, and says it in words.

Every request has already looked and found nothing when the first one writes; only the exclusion
constraint stands between them. With the constraint dropped the same requests both get through.
"""

import threading
import time
from contextlib import contextmanager
from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import RuleBroken, broken_constraint
from core.tests.together import PATIENCE, somebody_waits_for_a_lock, split, together
from staffing.models import Clinician, Posting
from staffing.services import postings
from staffing.services.postings import posting_change, posting_create
from testing import builders as build

pytestmark = pytest.mark.django_db(transaction=True)

CONSTRAINT = next(found for found in Posting._meta.constraints if found.name == "posting_no_resident_overlap")


@contextmanager
def constraint_dropped():
    with connection.schema_editor() as editor:
        editor.remove_constraint(Posting, CONSTRAINT)
    try:
        yield
    finally:
        Posting.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Posting, CONSTRAINT)


@pytest.fixture
def look_together(monkeypatch):
    """Holds each request after its look until all have looked, so that no check can help."""

    def arm(requests: int) -> None:
        barrier = threading.Barrier(requests)
        look = postings.posting_problems

        def look_and_wait(**kwargs):
            found = look(**kwargs)
            barrier.wait(PATIENCE)
            return found

        monkeypatch.setattr(postings, "posting_problems", look_and_wait)

    return arm


class Race:
    """One person, and a hospital with an agreement and a batch for each request."""

    def __init__(self, requests: int = 2):
        hospital = build.organisation("hospital")
        self.person = build.clinician(hospital)
        self.by = build.coordinator(hospital)
        cycle = build.cycle()
        self.clinics = [build.organisation("township_clinic") for _ in range(requests)]
        self.agreements = [
            build.agreement_in_force(hospital, clinic, within=cycle) for clinic in self.clinics
        ]
        self.batches = [build.batch(agreement) for agreement in self.agreements]

    def request(self, number: int, start=date(2026, 3, 1), end=date(2026, 8, 31)):
        return partial(
            posting_create,
            batch=self.batches[number],
            agreement=self.agreements[number],
            clinician=self.person,
            start_on=start,
            end_on=end,
            by=self.by,
        )

    def two_overlapping(self) -> list:
        """2026-03-01 to 08-31 at one clinic, 08-31 to 12-31 at the other: one common day."""
        return together(self.request(0), self.request(1, date(2026, 8, 31), date(2026, 12, 31)))


def test_exactly_one_of_two_wins_and_the_other_is_told(look_together):
    race = Race()
    look_together(2)
    made, refused = split(race.two_overlapping())
    assert len(made) == len(refused) == Posting.objects.count() == 1
    assert isinstance(refused[0], RuleBroken), refused
    winner = made[0]
    assert refused[0].message_dict == {
        "clinician": [
            f"{race.person.name}与 {winner.agreement.recipient.name} {winner.start_on} 至 {winner.end_on} 的派驻重叠。"
        ]
    }


def test_without_the_constraint_the_same_two_both_get_through(look_together):
    race = Race()
    look_together(2)
    with constraint_dropped():
        made, refused = split(race.two_overlapping())
        assert refused == [] and len(made) == Posting.objects.count() == 2
        assert made[0].period.overlaps(made[1].period)


def test_the_constraint_is_back():
    with constraint_dropped():
        pass
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_constraint where conname = %s", [CONSTRAINT.name])
        assert cursor.fetchone() == (1,)


def test_five_at_once_leave_one_again_and_again(monkeypatch):
    """Many writers of one person must queue: rows waiting for each other in a ring would be a deadlock."""
    race = Race(5)
    look = postings.posting_problems
    for _ in range(8):
        barrier = threading.Barrier(5)
        monkeypatch.setattr(
            postings,
            "posting_problems",
            lambda barrier=barrier, **kwargs: (look(**kwargs), barrier.wait(PATIENCE))[0],
        )
        made, refused = split(together(*(race.request(number) for number in range(5))))
        assert len(made) == Posting.objects.count() == 1
        assert [type(error) for error in refused] == [RuleBroken] * 4, refused
        assert all("的派驻重叠。" in error.messages[0] for error in refused)
        Posting.objects.all().delete()


# ---- the same without any service: what an import or a hand on the database would do
def bare_row(race: Race, number: int, start: date, end: date) -> Posting:
    return Posting(
        batch=race.batches[number],
        agreement=race.agreements[number],
        clinician=race.person,
        kind="resident",
        start_on=start,
        end_on=end,
        planned_end_on=end,
    )


def two_bare_transactions(race: Race) -> list:
    """The first transaction has written and is still open when the second writes."""
    written, second_begins = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            Posting.objects.bulk_create([bare_row(race, 0, date(2026, 3, 1), date(2026, 8, 31))])
            written.set()
            assert second_begins.wait(PATIENCE)
            time.sleep(0.2)  # let the second one reach the database

    def second():
        assert written.wait(PATIENCE)
        with transaction.atomic():
            second_begins.set()
            Posting.objects.bulk_create([bare_row(race, 1, date(2026, 8, 31), date(2026, 9, 30))])

    return together(first, second)


def test_bare_transactions_cannot_overlap_either():
    _, error = two_bare_transactions(Race())
    assert isinstance(error, IntegrityError) and broken_constraint(error) == CONSTRAINT.name
    assert Posting.objects.get().start_on == date(2026, 3, 1)


def test_bare_transactions_overlap_once_the_constraint_is_dropped():
    race = Race()
    with constraint_dropped():
        assert two_bare_transactions(race) == [None, None]
        assert Posting.objects.filter(clinician=race.person).count() == 2


def test_writers_of_one_person_queue_on_the_person():
    """Without that queue two rows can each wait for the other's end, and the database kills one."""
    race = Race(1)
    made = []
    writer = threading.Thread(
        target=lambda: (made.append(race.request(0)()), connection.close()), daemon=True
    )
    with transaction.atomic():
        Clinician.objects.select_for_update(no_key=True).get(pk=race.person.pk)
        writer.start()
        assert somebody_waits_for_a_lock() and not made
    writer.join(PATIENCE)
    assert made


def test_under_one_agreement_the_second_waits_and_is_told():
    race = Race(1)
    made, refused = split(together(race.request(0), race.request(0, date(2026, 8, 31), date(2026, 9, 30))))
    assert len(made) == 1 and "的派驻重叠。" in refused[0].messages[0]


def test_touching_stays_do_not_disturb_each_other(look_together):
    race = Race()
    look_together(2)
    made, refused = split(together(race.request(0), race.request(1, date(2026, 9, 1), date(2026, 12, 31))))
    assert refused == [] and len(made) == 2


def test_two_corrections_at_once_into_each_other(look_together):
    """Two planned stays that lie apart are both lengthened into the gap between them."""
    race = Race()
    first = race.request(0, date(2026, 3, 1), date(2026, 4, 30))()
    second = race.request(1, date(2026, 8, 1), date(2026, 9, 30))()
    look_together(2)
    done, refused = split(
        together(
            partial(posting_change, posting=first, by=race.by, end_on=date(2026, 6, 30)),
            partial(posting_change, posting=second, by=race.by, start_on=date(2026, 6, 1)),
        )
    )
    assert len(done) == len(refused) == 1
    assert isinstance(refused[0], RuleBroken) and "的派驻重叠。" in refused[0].messages[0]
    one, other = Posting.objects.order_by("start_on")
    assert not one.period.overlaps(other.period)
