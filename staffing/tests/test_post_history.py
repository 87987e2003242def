"""Who held a post before: the chain of stays, days in common and days between."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Organisation
from core.dates import Period
from staffing.models import Clinician, Posting
from staffing.selectors.post_history import by_post, counted_days, handovers, neighbours, succession
from staffing.tests.coverage_oracle import days_of, is_there
from support.models import Agreement
from testing import builders as build

DAY = timedelta(days=1)
TODAY = date(2026, 6, 1)
FIRST = date(2026, 1, 1)


def stay(number, start, end, department="内科", recipient=1, arrived=True):
    clinic = Organisation(pk=recipient, name=f"卫生院{recipient}", name_key=f"w{recipient}")
    return Posting(
        pk=number,
        agreement=Agreement(recipient=clinic, sender=Organisation(pk=99)),
        clinician=Clinician(pk=number, name=f"人{number}"),
        kind="resident",
        role="member",
        department=department,
        start_on=start,
        end_on=end,
        arrived_on=start if arrived else None,
    )


def told(rows) -> dict:
    return {
        row.posting.pk: (row.before and row.before.pk, row.after and row.after.pk, row.apart) for row in rows
    }


def test_one_after_the_other():
    """Adjoining, three days in common, ten days empty."""
    rows = [
        stay(1, date(2026, 1, 1), date(2026, 1, 31)),
        stay(2, date(2026, 2, 1), date(2026, 2, 28)),
        stay(3, date(2026, 2, 26), date(2026, 3, 31)),
        stay(4, date(2026, 4, 11), date(2026, 5, 31)),
    ]
    found = succession(reversed(rows), TODAY)
    assert told(found) == {1: (None, 2, None), 2: (1, 3, 0), 3: (2, 4, -3), 4: (3, None, 10)}
    assert [(row.overlap, row.gap) for row in found] == [(0, 0), (0, 0), (3, 0), (0, 10)]
    (handover,) = handovers(found, Period.year(2026))
    assert (handover.leaving.pk, handover.following.pk) == (2, 3)
    assert handover.period == Period(date(2026, 2, 26), date(2026, 2, 28))
    assert handovers(found, Period.year(2025)) == []
    (cut,) = handovers(found, Period(date(2026, 2, 27), date(2026, 2, 27)))
    assert cut.period.days == 1


def test_a_team_is_followed_by_a_team():
    """Two who leave together are followed by two, each by one; a third is an addition."""
    rows = [stay(n, date(2026, 1, 1), date(2026, 3, 31)) for n in (1, 2)]
    rows += [stay(n, date(2026, 4, 1), date(2026, 6, 30)) for n in (3, 4, 5)]
    assert told(succession(rows, TODAY)) == {
        1: (None, 3, None),
        2: (None, 4, None),
        3: (1, None, 0),
        4: (2, None, 0),
        5: (None, None, None),
    }


def test_the_nearest_end_is_the_predecessor():
    """Two people turn about: whoever leaves on 30 June is followed on 1 July, not the one who stays."""
    rows = [
        stay(1, date(2026, 1, 1), date(2026, 6, 30)),
        stay(2, date(2026, 4, 1), date(2026, 9, 30)),
        stay(3, date(2026, 7, 1), date(2026, 12, 31)),
    ]
    assert told(succession(rows, TODAY)) == {1: (None, 3, None), 2: (None, None, None), 3: (1, None, 0)}


def test_departments_and_clinics_apart():
    rows = [
        stay(1, date(2026, 1, 1), date(2026, 1, 31), " 内科"),
        stay(2, date(2026, 2, 1), date(2026, 2, 28), "外科"),
        stay(3, date(2026, 2, 1), date(2026, 2, 28), "内科", recipient=2),
        stay(4, date(2026, 3, 1), date(2026, 3, 31), "内科 "),
        stay(5, date(2026, 3, 1), date(2026, 3, 31), ""),
    ]
    found = succession(rows, TODAY)
    assert {number: row[0] for number, row in told(found).items()} == {
        1: None,
        2: None,
        3: None,
        4: 1,
        5: None,
    }
    posts = [
        (row.recipient.pk, row.department, [t.posting.pk for t in row.tenures]) for row in by_post(found)
    ]
    assert posts == [(1, "内科", [4, 1]), (1, "外科", [2]), (1, "", [5]), (2, "内科", [3])]


def test_a_stay_that_never_began_is_nobodys_predecessor():
    rows = [
        stay(1, date(2026, 1, 1), date(2026, 3, 31), arrived=False),
        stay(2, date(2026, 4, 1), date(2026, 6, 30)),
    ]
    assert told(succession(rows, TODAY)) == {2: (None, None, None)}


days = st.integers(0, 200)
stays = st.lists(
    st.tuples(days, st.integers(0, 80), st.sampled_from(["内科", "外科"]), st.booleans()), max_size=9
)


@settings(max_examples=200)
@given(stays)
def test_what_holds_of_every_chain(drawn):
    rows = [
        stay(number, FIRST + DAY * start, FIRST + DAY * (start + length), where, arrived=arrived)
        for number, (start, length, where, arrived) in enumerate(drawn, 1)
    ]
    span = days_of(Period(FIRST, FIRST + DAY * 300))
    there = {row.pk: {day for day in span if is_there(row, day, TODAY)} for row in rows}
    for row in rows:
        counted = counted_days(row, TODAY)
        assert (set(days_of(counted)) if counted else set()) == there[row.pk]
    found = {row.posting.pk: row for row in succession(rows, TODAY)}
    assert set(found) == {number for number, days in there.items() if days}
    followed = [row.before.pk for row in found.values() if row.before]
    assert len(followed) == len(set(followed)), "each has one successor at most"
    for row in found.values():
        if row.before:
            earlier = found[row.before.pk]
            assert earlier.after.pk == row.posting.pk
            assert earlier.posting.department == row.posting.department
            mine, theirs = there[row.posting.pk], there[row.before.pk]
            assert min(theirs) < min(mine) and max(theirs) < max(mine)
            assert row.overlap == len(mine & theirs)
            assert row.gap == len([day for day in span if max(theirs) < day < min(mine)])
    for later in found.values():
        for earlier in found.values():
            mine, theirs = there[later.posting.pk], there[earlier.posting.pk]
            if (
                earlier.posting.department == later.posting.department
                and min(theirs) < min(mine)
                and max(theirs) < max(mine)
            ):
                apart = abs((min(mine) - max(theirs)).days - 1)
                tied = [row.apart for row in (later, earlier.after and found[earlier.after.pk]) if row]
                near = [abs(days) for days in tied if days is not None]
                assert near and min(near) <= apart, "the two would have been nearer"
    for handover in handovers(found.values(), Period(FIRST, FIRST + DAY * 100)):
        both = there[handover.leaving.pk] & there[handover.following.pk]
        assert set(days_of(handover.period)) == {day for day in both if day <= FIRST + DAY * 100}


@pytest.mark.django_db
def test_a_person_sees_who_came_before_as_far_as_the_reader_may():
    """The clinic sees the other hospital's doctor who held the post; the hospital sees its own people only."""
    clinic = build.organisation("township_clinic")
    agreements = [build.agreement_in_force(build.organisation("hospital"), clinic) for _ in range(2)]
    before = build.posting(agreements[0], start=date(2026, 1, 1), end=date(2026, 2, 28), department="内科")
    after = build.posting(agreements[1], start=date(2026, 3, 4), end=date(2026, 5, 31), department="内科")
    for reader, wanted in (
        (build.coordinator(clinic), (before.pk, None, 3)),
        (build.coordinator(agreements[1].sender), (None, None, None)),
    ):
        assert told(neighbours([after], user=reader, today=TODAY).values()).get(after.pk) == wanted
