"""One event entered twice: same recipient, type and day, somebody in common, near-equal numbers."""

from datetime import date

import pytest

from staffing.models import ActivityType
from staffing.selectors.duplicates import duplicates_of, possible_duplicates
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
ON = date(2026, 4, 10)


@pytest.fixture
def world():
    return scene()


@pytest.fixture
def coordinator(world):
    return world.people["hospital_coordinator"]


def asked(world, user, **changed):
    values = {
        "agreement": world.agreement,
        "activity_type": ActivityType.objects.get(code="lecture"),
        "start_on": ON,
        "end_on": ON,
        "participants": [world.clinician],
        "measures": build.quantities({"lectures": 1, "lecture_audience": 31}),
    }
    return [found.activity for found in possible_duplicates(user=user, **values | changed)]


def test_the_same_event_by_both_sides_is_found(world, coordinator):
    (found,) = possible_duplicates(
        user=coordinator,
        agreement=world.agreement,
        activity_type=world.activity.activity_type,
        start_on=ON,
        end_on=ON,
        participants=[world.clinician],
    )
    assert found.activity == world.activity and world.clinician.name in "".join(found.reasons)
    assert found.url.endswith(f"/activities/{world.activity.pk}/")
    assert asked(world, coordinator) == [world.activity]


@pytest.mark.parametrize(
    ("changed", "is_found"),
    [
        ({"start_on": date(2026, 4, 9)}, True),
        ({"start_on": date(2026, 4, 8), "end_on": date(2026, 4, 9)}, False),
        ({"start_on": date(2026, 4, 11), "end_on": date(2026, 4, 11)}, False),
        ({"measures": {"lectures": 1, "lecture_audience": 33}}, True),
        ({"measures": {"lectures": 1, "lecture_audience": 34}}, False),
        ({"measures": {"lectures": 2, "lecture_audience": 30}}, False),
        ({"measures": {"techniques": 3}}, True),
        ({"measures": None}, True),
        ({"participants": []}, False),
        ({"participants": "others"}, False),
        ({"participants": "both"}, True),
        ({"activity_type": "technique"}, False),
        ({"exclude": "self"}, False),
    ],
)
def test_what_makes_it_another_event(world, coordinator, changed, is_found):
    other = build.clinician(world.hospital)
    people = {"others": [other], "both": [other, world.clinician]}
    if changed.get("measures") is not None:
        changed = changed | {"measures": build.quantities(changed["measures"])}
    if "activity_type" in changed:
        changed = changed | {"activity_type": ActivityType.objects.get(code=changed["activity_type"])}
    if isinstance(changed.get("participants"), str):
        changed = changed | {"participants": people[changed["participants"]]}
    if "exclude" in changed:
        changed = changed | {"exclude": world.activity}
    assert bool(asked(world, coordinator, **changed)) is is_found


def test_nobody_named_on_either_side(world, coordinator):
    nobody = build.activity(world.agreement, on=date(2026, 6, 1))
    days = {"start_on": date(2026, 6, 1), "end_on": date(2026, 6, 1)}
    assert asked(world, coordinator, participants=[], **days) == [nobody]
    assert asked(world, coordinator, **days) == []


def test_several_in_common_are_told_once_and_replaced_records_are_left_out(world, coordinator):
    other = build.clinician(world.hospital)
    both = build.activity(world.agreement, on=date(2026, 6, 1), participants=[other, world.clinician])
    days = {"start_on": date(2026, 6, 1), "end_on": date(2026, 6, 1)}
    assert asked(world, coordinator, participants=[other, world.clinician], **days) == [both]
    type(both).objects.filter(pk=both.pk).update(status="superseded")
    assert asked(world, coordinator, participants=[other], **days) == []


def test_records_out_of_sight_are_not_told(world):
    stranger = world.strangers["hospital_coordinator"]
    assert asked(world, stranger) == []


def test_the_confirmer_is_told_about_a_record_that_is_there(world):
    twice = build.activity(world.agreement, participants=[world.clinician], status="submitted")
    (found,) = duplicates_of(twice, world.people["recipient_coordinator"])
    assert found.activity == world.activity and "不到一成" in "".join(found.reasons)


def test_statements_do_not_grow(world, coordinator, django_assert_max_num_queries):
    for _ in range(4):
        build.activity(world.agreement, participants=[world.clinician])
    with django_assert_max_num_queries(6):
        assert len(asked(world, coordinator)) == 5
