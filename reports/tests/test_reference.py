"""The code lists shipped with the house: complete, repeatable, never over a bureau's own changes."""

from datetime import date

import pytest
from django.db.models import Sum

from accounts.models import Region
from accounts.reference import latest_name, load_regions
from assessment.models import ScoreTemplate
from assessment.reference import BASIS
from assessment.reference import load_reference as load_templates
from staffing.models import ActivityType, Measure
from staffing.reference import load_reference as load_measures
from support.models import OutcomeIndicator, Speciality
from support.reference import load_reference as load_lists

pytestmark = pytest.mark.django_db

# canonical statistical form (domain handbook 7.1): column → codes and units
CANONICAL = {
    2: {"patients_outpatient", "patients_inpatient", "patients_discharged", "patients_treated"},
    3: {"operations_led", "operations_assisted", "operations"},
    4: {"consultations", "case_discussions"},
    5: {"techniques"},
    6: {"lectures", "lecture_audience"},
    7: {"trainings", "training_audience"},
    8: {"teaching_rounds"},
    9: {"surgery_demos"},
    10: {"circuit_sessions", "circuit_patients", "free_clinic_sessions", "free_clinic_patients"},
    12: {"departments_built"},
    13: {"rules_revised"},
    15: {"remote_consultations", "referrals_up", "referrals_down"},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("东城区", ("东城区", None, None)),
        ("[-2010]崇文区", ("崇文区", None, date(2010, 12, 31))),
        ("[1983-2003]新城区,[2004-]青秀区", ("青秀区", date(2004, 1, 1), None)),
        ("[-1982]忻县地区,[1983-1999]忻州地区", ("忻州地区", date(1983, 1, 1), date(1999, 12, 31))),
        ("[1983-1982]大丰区", ("大丰区", None, date(1982, 12, 31))),
    ],
)
def test_names_with_years(text, expected):
    assert latest_name(text) == expected


def test_regions(django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        added = load_regions()
    assert added == Region.objects.count() > 6800
    lingyun = Region.objects.get(code="451027")
    assert (lingyun.name, lingyun.level, lingyun.path) == ("凌云县", "county", "/450000/451000/451027/")
    assert lingyun.full_name == "百色市凌云县"
    assert Region.objects.get(code="450103").name == "青秀区"
    # counties directly below a province
    assert Region.objects.get(code="460001").parent.code == "460000"
    broken = [
        row.code
        for row in Region.objects.select_related("parent")
        if row.path != f"{row.parent.path if row.parent else '/'}{row.code}/"
    ]
    assert broken == []
    # the table's few traditional characters are simplified
    assert not Region.objects.filter(name__regex="[區門東嶺達別員會]").exists()
    assert Region.objects.get(code="820000").name == "澳门特别行政区"


def test_regions_again():
    load_regions()
    Region.objects.filter(code="451027").update(name="凌云旧名", valid_to=date(2030, 1, 1))
    assert load_regions() == 0
    lingyun = Region.objects.get(code="451027")
    assert (lingyun.name, lingyun.valid_to) == ("凌云县", date(2030, 1, 1))


def test_measures_stand_in_their_canonical_columns():
    found = {}
    for measure in Measure.objects.exclude(column=None):
        found.setdefault(measure.column, set()).add(measure.code)
    assert found == CANONICAL
    assert Measure.objects.get(code="ward_rounds").column is None


def test_lectures_ask_for_sessions_and_offer_an_audience():
    rows = ActivityType.objects.get(code="lecture").type_measures.order_by("order")
    assert [(row.measure.code, row.measure.unit, row.is_required, row.initial) for row in rows] == [
        ("lectures", "次", True, 1),
        ("lecture_audience", "人次", False, None),
    ]


def test_every_measure_can_be_entered_somewhere():
    carried = set(ActivityType.measures.through.objects.values_list("measure__code", flat=True))
    assert carried == set(Measure.objects.values_list("code", flat=True))


def test_templates_are_of_one_hundred_points_and_say_whose_they_are():
    assert set(ScoreTemplate.objects.values_list("code", flat=True)) == {"HOSPITAL", "PERSON", "RECIPIENT"}
    for template in ScoreTemplate.objects.all():
        assert template.items.aggregate(total=Sum("weight"))["total"] == 100
        assert template.basis == BASIS
        assert [(band.grade, band.minimum) for band in template.bands.all()] == [
            ("excellent", 90),
            ("pass", 80),
            ("basic", 60),
            ("fail", 0),
        ]


def test_directions_of_indicators():
    down = set(OutcomeIndicator.objects.filter(direction="down").values_list("code", flat=True))
    assert down == {
        "mortality_rate",
        "infection_rate",
        "referral_out_rate",
        "out_of_town_visits",
        "drug_share",
        "cost_per_visit",
    }
    assert OutcomeIndicator.objects.get(code="revenue").unit == "万元"


def test_subjects():
    codes = set(Speciality.objects.values_list("code", flat=True))
    assert {f"03.{number:02d}" for number in range(1, 12)} <= codes
    assert {f"04.{number:02d}" for number in range(1, 9)} <= codes
    assert {"01", "10", "28", "30", "32", "50", "52"} <= codes
    assert "29" not in codes


def test_a_bureaus_changes_survive_loading_again():
    Measure.objects.filter(code="lectures").update(definition="本局口径")
    ActivityType.objects.get(code="lecture").type_measures.filter(measure__code="lecture_audience").delete()
    ScoreTemplate.objects.get(code="PERSON").items.filter(code="B1").update(weight=20)
    Speciality.objects.filter(code="01").delete()
    assert (load_lists(), load_measures(), load_templates()) == (1, 0, 0)
    assert Measure.objects.get(code="lectures").definition == "本局口径"
    assert ActivityType.objects.get(code="lecture").type_measures.count() == 1
    assert ScoreTemplate.objects.get(code="PERSON").items.get(code="B1").weight == 20
