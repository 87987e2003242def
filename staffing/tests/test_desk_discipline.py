"""The rule editor at the desk: from an example or from nothing, one in use."""

import pytest
from django.urls import reverse

from staffing.models import DisciplineRule
from testing import builders as build

pytestmark = pytest.mark.django_db
ADD = "admin:staffing_disciplinerule_add"


@pytest.fixture
def programme(client):
    bureau = build.bureau(build.COUNTY)
    client.force_login(build.officer(bureau))
    return build.programme(bureau)


def add(client, programme, **answers):
    data = {"programme": programme.pk, "example": "", "name": "", "basis": "", "findings_for_veto": 2}
    return client.post(reverse(ADD), data | answers)


def test_an_example_brings_its_figures_and_measures(client, programme):
    assert add(client, programme, example="gansu-2014").status_code == 302
    rule = DisciplineRule.objects.get()
    assert (rule.findings_for_veto, rule.working_days_minimum, rule.promotion_bar_years) == (2, 180, 2)
    assert rule.consequences.count() == 13 and not rule.is_active
    activate = reverse("admin:staffing_disciplinerule_verb", args=[rule.pk, "activate"])
    client.post(activate)
    rule.refresh_from_db()
    assert rule.is_active


def test_own_figures_win_over_those_of_the_example(client, programme):
    add(
        client,
        programme,
        example="gansu-2014",
        name="本县办法",
        working_days_minimum=150,
        findings_for_veto=3,
    )
    rule = DisciplineRule.objects.get()
    assert (rule.name, rule.working_days_minimum, rule.findings_for_veto) == ("本县办法", 150, 3)
    assert rule.promotion_bar_years == 2  # not typed: as in the example


def test_without_an_example_name_and_basis_are_needed(client, programme):
    page = add(client, programme)
    assert set(page.context["adminform"].form.errors) == {"name", "basis"}
    assert add(client, programme, name="本县办法", basis="县卫健〔2026〕1号").status_code == 302
    assert DisciplineRule.objects.get().consequences.count() == 0


def test_the_rule_in_use_is_not_removed(client, programme):
    rule = build.discipline_rule(programme)
    gone = reverse("admin:staffing_disciplinerule_delete", args=[rule.pk])
    assert client.post(gone, {"post": "yes"}).status_code == 403
    client.post(reverse("admin:staffing_disciplinerule_verb", args=[rule.pk, "deactivate"]))
    assert client.post(gone, {"post": "yes"}).status_code == 302
