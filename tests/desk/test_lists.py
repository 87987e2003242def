"""Lists cost the same number of queries whatever their length; each card opens the rows it counts."""

from datetime import date

from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.desk import list_url
from core.waiting import work_waiting
from support.models import Agreement, AgreementVersion
from testing import builders as build
from tests.desk.case import DeskCase, grow

Status = AgreementVersion.Status


class ListTests(DeskCase):
    def lists(self):
        return [
            (model, reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
            for model in admin.site._registry
        ]

    def queries(self):
        counts = {}
        for role in ("bureau_officer", "system_admin", "audit_admin"):
            self.as_role(role)
            for model, url in self.lists():
                with CaptureQueriesContext(
                    connection,
                ) as captured:
                    response = self.client.get(url)
                if response.status_code == 200:
                    counts[role, model._meta.label] = len(captured)
        return counts

    def test_lists_cost_the_same_whatever_their_length(self):
        grow(self.world)
        self.queries()  # warm what is read once
        before = self.queries()
        grow(self.world)
        grow(self.world)
        after = self.queries()
        self.assertGreater(len(before), 20)
        self.assertEqual({key: (before[key], after[key]) for key in before if before[key] != after[key]}, {})

    def test_every_card_opens_exactly_the_rows_it_counts(self):
        grow(self.world)
        version = build.open_version(
            build.agreement_draft(
                self.world.hospital, build.organisation("township_clinic"), within=self.world.cycle
            )
        )
        AgreementVersion.objects.filter(pk=version.pk).update(
            status=Status.RECIPIENT_CONFIRMED,
            sender_confirmed_at="2026-01-01T00:00Z",
            recipient_confirmed_at="2026-01-01T00:00Z",
        )
        some = 0
        for role in ("bureau_officer", "bureau_leader", "system_admin"):
            self.as_role(role)
            lines = work_waiting(self.world.people[role], day=timezone.localdate(), empty=True)
            for line in lines:
                if not line.url.startswith(reverse("admin:index")):
                    continue  # a page beside the desk, held in its own tests
                with self.subTest(role=role, line=line.what):
                    listed = self.client.get(line.url).context["cl"]
                    self.assertTrue(listed.has_active_filters)
                    self.assertEqual(listed.result_count, line.count)
                    some += line.count > 0
        self.assertGreaterEqual(some, 5)

    def test_the_index_costs_the_same_whatever_waits(self):
        self.client.get(reverse("admin:index"))
        with CaptureQueriesContext(connection) as before:
            self.client.get(reverse("admin:index"))
        grow(self.world)
        with CaptureQueriesContext(connection) as after:
            self.client.get(reverse("admin:index"))
        self.assertEqual(len(after), len(before), [q["sql"][:150] for q in after])

    def test_state_filter_follows_the_days(self):
        lapsed = build.agreement_in_force(
            self.world.hospital,
            build.organisation("township_clinic"),
            date(2025, 1, 1),
            date(2025, 12, 31),
            within=self.world.cycle,
        )
        listed = self.client.get(list_url(Agreement, state="expired")).context["cl"].result_list
        self.assertEqual([row.pk for row in listed], [lapsed.pk])
