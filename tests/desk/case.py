"""What the desk's tests share: a signed-in officer in a small world, and a way to make it larger."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from testing import builders as build
from testing.scene import scene

NO_ROWS = {
    f"{prefix}-{name}": 0
    for prefix in ("measures", "outcomes", "findings", "items")
    for name in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def url_of(model, page="add", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


class DeskCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.world = scene()

    def setUp(self):
        self.officer = self.world.people["bureau_officer"]
        self.client.force_login(self.officer)

    def as_role(self, role):
        self.client.force_login(self.world.people[role])


def grow(world):
    """Everything that lists show, once more: other people, places, records."""
    clinic = build.organisation("township_clinic")
    cycle = build.cycle(build.programme(world.bureau))
    agreement = build.agreement_in_force(world.hospital, clinic, within=cycle)
    build.agreement_draft(world.hospital, build.organisation("central_clinic"), within=cycle)
    build.posting(agreement, build.clinician(world.hospital))
    build.posting(agreement, build.clinician(world.hospital), arrived=False)
    build.stay_rule(cycle.programme)
    for step in ("draft", "submitted", "accepted"):
        build.plan(agreement, {"department": "内科"}, upto=step)
    build.change_request(build.posting(agreement), date(2026, 10, 31))
    for status in ("confirmed", "returned", "submitted"):
        build.activity(agreement, status=status)
    build.study(agreement)
    build.donation(agreement)
    build.outcome_value(clinic, 1000, status="submitted")
    build.user("hospital_coordinator", build.organisation("hospital"))
