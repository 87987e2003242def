"""Regions: the path that every bureau's reach stands on."""

import pytest

from accounts.models import Organisation, Region
from testing import builders as build

pytestmark = pytest.mark.django_db


def paths() -> dict[str, str]:
    return dict(Region.objects.values_list("code", "path"))


def test_path_names_everything_above():
    build.region("451027")
    assert paths() == {
        "450000": "/450000/",
        "451000": "/450000/451000/",
        "451027": "/450000/451000/451027/",
    }


def test_path_stays_when_saved_again():
    county = build.region("451027")
    county.name = "凌云县（更名）"
    county.save()
    county.save(update_fields=["name"])
    assert paths()["451027"] == "/450000/451000/451027/"


def test_moved_subtree_moves_along_and_neighbours_stay():
    county, clinic_town = build.region("451027"), build.region("451027001", "逻楼镇")
    stays = build.region("451028")
    city = build.region("450700")
    county.parent = city
    county.save()
    assert paths()["451027"] == "/450000/450700/451027/"
    assert paths()["451027001"] == "/450000/450700/451027/451027001/"
    assert paths()["451028"] == stays.path == "/450000/451000/451028/"
    clinic_town.refresh_from_db()
    assert clinic_town.path == "/450000/450700/451027/451027001/"


def test_move_with_update_fields_still_writes_the_path():
    county = build.region("451027")
    county.parent = build.region("450700")
    county.save(update_fields=["parent"])
    assert paths()["451027"] == "/450000/450700/451027/"


def test_bureau_reaches_a_county_that_moved_below_it():
    city_bureau = build.bureau("450700")
    hospital = build.organisation("hospital", at="451027")
    officer = build.officer(city_bureau)
    assert not Organisation.objects.owned_by(officer).filter(pk=hospital.pk).exists()
    county = build.region("451027")
    county.parent = build.region("450700")
    county.save()
    assert Organisation.objects.owned_by(officer).filter(pk=hospital.pk).exists()
