"""Shipped questions of the types: complete, consistent, never over a bureau's own, and brought to older installations."""

from importlib import import_module

import pytest
from django.apps import apps

from staffing.activity_questions import QUESTIONS
from staffing.models import ActivityType, Asked, Measure
from staffing.reference import ACTIVITY_TYPES, load_reference

pytestmark = pytest.mark.django_db
MIGRATION = import_module("staffing.migrations.0007_types_ask_what_concerns_them")


def test_every_shipped_type_has_its_questions():
    assert set(QUESTIONS) == {code for code, *_ in ACTIVITY_TYPES}
    for code, questions in QUESTIONS.items():
        kind = ActivityType.objects.get(code=code)
        assert (kind.asks, kind.requires, kind.evidence) == (
            list(questions.asks),
            list(questions.requires),
            questions.evidence,
        )
        assert set(questions.requires) <= set(questions.asks) <= set(Asked.values), code


def test_nothing_shipped_holds_history_up():
    assert not ActivityType.objects.filter(evidence="required").exists()
    statistical = ActivityType.objects.filter(measures__column__isnull=False).exclude(code="cpr_training")
    assert not [kind.code for kind in statistical if kind.requires]


def test_where_proof_is_wanted():
    wanted = set(ActivityType.objects.filter(evidence="wanted").values_list("code", flat=True))
    assert {"lecture", "training", "free_clinic", "teaching_round", "circuit"} <= wanted
    assert not {"ward_round", "care", "operation", "referral"} & wanted


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("free_clinic_staff", "人"),
        ("glucose_tests", "人次"),
        ("ultrasound_tests", "人次"),
        ("equipment_repaired", "台件"),
        ("repair_cost_saved", "元"),
        ("cpr_trained", "人次"),
        ("image_corrections", "例"),
        ("village_doctors_trained", "人次"),
    ],
)
def test_measures_also_seen(code, unit):
    measure = Measure.objects.get(code=code)
    assert (measure.unit, measure.column) == (unit, None)
    assert measure.activitytype_set.exists()


def test_what_a_bureau_decided_stays(django_assert_max_num_queries):
    kind = ActivityType.objects.get(code="lecture")
    kind.asks, kind.requires, kind.evidence = ["topic"], ["topic"], "required"
    kind.save()
    assert load_reference() == 0
    kind.refresh_from_db()
    assert (kind.asks, kind.requires, kind.evidence) == (["topic"], ["topic"], "required")


def test_older_installations_get_the_same_questions():
    old = set(MIGRATION.QUESTIONS)
    ActivityType.objects.filter(code__in=old).update(asks=[], evidence="optional")
    own = ActivityType.objects.create(code="own", name="本局自设", asks=["hours"])
    MIGRATION.ask(apps, None)
    for kind in ActivityType.objects.filter(code__in=old):
        assert (kind.asks, kind.evidence) == (list(QUESTIONS[kind.code].asks), QUESTIONS[kind.code].evidence)
    own.refresh_from_db()
    assert own.asks == ["hours"]
