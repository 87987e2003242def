"""Lists ask the database as often for twice as many rows: counts at n and 2n are equal."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from staffing.services.plans import plan_save
from testing import builders as build

pytestmark = pytest.mark.django_db

ROUTES = (
    "workspace",
    "agreement-list",
    "posting-list",
    "batch-list",
    "activity-list",
    "study-list",
    "donation-list",
    "clinician-list",
    "outcome-list",
)
SEVERAL = 3


def fill(hospital, number: int) -> None:
    """As many of everything, each with relations of its own, so that a missing join shows."""
    today = timezone.localdate()
    for _ in range(number):
        clinic = build.organisation("township_clinic")
        agreement = build.agreement_in_force(hospital, clinic, today - timedelta(90), today + timedelta(90))
        stay = build.posting(agreement, start=today - timedelta(5), end=today + timedelta(5))
        people = [stay.clinician, build.clinician(hospital)]
        on = today - timedelta(2)
        build.activity(agreement, on=on, participants=people)
        build.activity(agreement, on=on, status="submitted", by_sender=False)
        build.study(agreement, start=on, end=today)
        build.donation(agreement, on=on)
        build.outcome_value(clinic, 100, 2025)
        build.agreement_draft(hospital, build.organisation("township_clinic"))


def queries(client, url: str) -> int:
    client.get(url)  # session and content types are warm
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_lists_keep_their_query_count(client):
    hospital = build.organisation("hospital")
    client.force_login(build.user(Role.HOSPITAL_COORDINATOR, hospital))
    routes = [reverse(route) for route in ROUTES] + [reverse("activity-list") + "?waiting=on&q=a"]
    fill(hospital, SEVERAL)
    first = {url: queries(client, url) for url in routes}
    fill(hospital, SEVERAL)
    assert {url: queries(client, url) for url in routes} == first
    assert max(first.values()) <= 40, first


def test_one_record_keeps_its_query_count(client):
    hospital, clinic = build.organisation("hospital"), build.organisation("township_clinic")
    agreement = build.agreement_in_force(hospital, clinic)
    person = build.clinician(hospital)
    batch = build.batch(agreement, "short_term")
    build.stay_rule(agreement.cycle.programme)
    plan, by = build.plan(agreement), build.coordinator(hospital, sending=True)
    client.force_login(build.user(Role.HOSPITAL_COORDINATOR, hospital))
    urls = [
        reverse("person-detail", args=[person.pk]),
        reverse("batch-detail", args=[batch.pk]),
        reverse("plan-edit", args=[plan.pk]),
        f"{reverse('plan-candidates', args=[plan.pk])}?line=1",
        reverse("agreement-detail", args=[agreement.pk]),
        f"{reverse('activity-new')}?type=lecture",
    ]

    def add(number: int):
        for month in range(number, number + SEVERAL):
            build.posting(agreement, person, date(2026, month, 1), date(2026, month, 9), kind="short_term")
            build.posting(
                agreement, start=date(2026, 3, 1), end=date(2026, 3, 9), kind="short_term", within=batch
            )
            build.activity(agreement, participants=[person, build.clinician(hospital)])
        lines = [
            {"agreement": agreement, "clinician": build.clinician(hospital), "start_on": date(2026, 9, 1)}
            for _ in range(number + SEVERAL)
        ]
        plan_save(batch=plan, header={}, lines=lines, by=by)

    add(1)
    first = {url: queries(client, url) for url in urls}
    add(1 + SEVERAL)
    assert {url: queries(client, url) for url in urls} == first
