"""The desk page of a kind of activity: questions as check boxes, measures with units; and activities in full."""

from datetime import date

from django.urls import reverse

from staffing.models import Activity, ActivityType, ActivityTypeMeasure, Asked
from tests.desk.case import NO_ROWS, DeskCase, url_of


class TypeDesk(DeskCase):
    def setUp(self):
        super().setUp()
        self.kind = ActivityType.objects.get(code="free_clinic")
        self.url = url_of(ActivityType, "change", self.kind.pk)

    def posted(self, **changes) -> dict:
        rows = list(self.kind.type_measures.all())
        data = {
            "name": self.kind.name,
            "code": self.kind.code,
            "order": self.kind.order,
            "is_active": "on",
            "asks": self.kind.asks,
            "requires": self.kind.requires,
            "evidence": self.kind.evidence,
            "type_measures-TOTAL_FORMS": len(rows),
            "type_measures-INITIAL_FORMS": len(rows),
        }
        for number, row in enumerate(rows):
            data |= {
                f"type_measures-{number}-id": row.pk,
                f"type_measures-{number}-activity_type": self.kind.pk,
                f"type_measures-{number}-measure": row.measure_id,
                f"type_measures-{number}-initial": "" if row.initial is None else row.initial,
                f"type_measures-{number}-order": row.order,
            } | ({f"type_measures-{number}-is_required": "on"} if row.is_required else {})
        return data | changes

    def test_every_question_is_a_check_box_and_every_measure_shows_its_unit(self):
        page = self.client.get(self.url).content.decode()
        for name in ("asks", "requires"):
            assert page.count(f'type="checkbox" name="{name}"') == len(Asked.values)
        assert page.count('name="evidence"') == 4
        assert "元" in page and "人次" in page

    def test_saving_it_unchanged_changes_nothing(self):
        before = ActivityType.objects.filter(pk=self.kind.pk).values().get()
        rows = list(ActivityTypeMeasure.objects.filter(activity_type=self.kind).values())
        assert self.client.post(self.url, self.posted()).status_code == 302
        assert ActivityType.objects.filter(pk=self.kind.pk).values().get() == before
        assert list(ActivityTypeMeasure.objects.filter(activity_type=self.kind).values()) == rows

    def test_the_bureau_decides_what_is_asked_required_and_proved(self):
        asked = {"asks": ["place", "filing"], "requires": ["filing"], "evidence": "required"}
        self.client.post(self.url, self.posted(**asked))
        self.kind.refresh_from_db()
        assert (self.kind.asks, self.kind.requires, self.kind.evidence) == (
            ["place", "filing"],
            ["filing"],
            "required",
        )
        page = self.client.post(self.url, self.posted(asks=["place"], requires=["topic", "hours"]))
        assert "必填的“主题、课时/小时”没有列在填报内容中" in page.content.decode()

    def test_an_activity_is_entered_in_full(self):
        session = self.kind.type_measures.get(is_required=True)
        data = NO_ROWS | {
            "agreement": self.world.agreement.pk,
            "activity_type": self.kind.pk,
            "start_on": "2026-05-01",
            "department": "门诊",
            "content": "测血压",
            "filing_number": "3号",
            "filed_on": "2026-04-01",
            "measures-TOTAL_FORMS": 1,
            "measures-0-measure": session.measure_id,
            "measures-0-value": "1",
            "measures-0-qualifier": "exact",
            "findings-TOTAL_FORMS": 2,
            "findings-0-disease": "高血压",
            "findings-0-patients": "9",
        }
        assert self.client.post(reverse("admin:staffing_activity_add"), data).status_code == 302
        made = Activity.objects.latest("pk")
        assert (made.department, made.content, made.filed_on) == ("门诊", "测血压", date(2026, 4, 1))
        assert [str(row) for row in made.findings.all()] == ["高血压9人"]
