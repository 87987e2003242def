"""The rule editor, plans and requests on the desk of the bureau."""

from core.desk import list_url, object_url
from staffing.models import Batch, PostingChange, StayRule
from staffing.stay_rule_examples import EXAMPLES
from testing import builders as build
from tests.desk.case import DeskCase, url_of


class RuleTests(DeskCase):
    def data(self, **changes):
        return {
            "programme": self.world.cycle.programme.pk,
            "kind": "resident",
            "measure": "continuous",
            "minimum": 12,
            "unit": "months",
            "basis": "医院下乡工作通知",
            "quoted": "服务一年",
            "tolerance_days": 0,
            "warning_days": 30,
        } | changes

    def test_two_contradicting_rules_stand_side_by_side_and_one_is_active(self):
        """C13.1: one year and one month in the same document."""
        self.client.post(url_of(StayRule), self.data())
        month = self.data(measure="cumulative", minimum=1, quoted="累计不得少于1个月")
        self.client.post(url_of(StayRule), month)
        year, month = StayRule.objects.order_by("pk")
        for rule in (year, month):
            page = self.client.get(object_url(rule))
            self.assertContains(page, "与下列要求矛盾")
            for text in ("每次连续不少于12个月", "周期内累计不少于1个月", "服务一年", "累计不得少于1个月"):
                self.assertContains(page, text)
            self.client.post(url_of(StayRule, "verb", rule.pk, "activate"))
        year.refresh_from_db()
        month.refresh_from_db()
        self.assertEqual((year.is_active, month.is_active), (False, True))
        self.assertContains(self.client.get(url_of(StayRule, "history", year.pk)), "与新启用的")
        self.assertContains(self.client.get(list_url(StayRule)), "现行", count=None)

    def test_every_example_fills_the_form(self):
        page = self.client.get(url_of(StayRule))
        for example in EXAMPLES:
            self.assertContains(page, example.label)
        first = EXAMPLES[0]
        form = self.client.get(f"{url_of(StayRule)}?{first.query}").context["adminform"].form
        self.assertEqual(form.initial["minimum"], str(first.minimum))
        self.assertEqual(form.initial["basis"], first.basis)

    def test_the_figures_of_an_active_rule_are_text(self):
        rule = build.stay_rule(self.world.cycle.programme)
        page = self.client.get(object_url(rule))
        self.assertNotContains(page, 'name="minimum"')
        self.assertContains(page, 'name="basis"')
        self.client.post(object_url(rule), self.data(minimum=1, basis="更正的依据"))
        rule.refresh_from_db()
        self.assertEqual((rule.minimum, rule.basis), (6, "更正的依据"))

    def test_wrong_units_are_told(self):
        response = self.client.post(url_of(StayRule), self.data(measure="floor"))
        self.assertContains(response, "人数要求的单位是“人”")
        self.assertFalse(StayRule.objects.exists())


class PlanTests(DeskCase):
    def test_a_plan_is_read_with_its_reminders_and_filed(self):
        build.stay_rule(self.world.cycle.programme, minimum=6, basis="方案第二条")
        plan = build.plan(self.world.agreement, {"note": "带教"}, upto="accepted", explanation="单一专科")
        listed = self.client.get(list_url(Batch, waiting="to-file"))
        self.assertEqual([row.pk for row in listed.context["cl"].queryset], [plan.pk])
        page = self.client.get(object_url(plan))
        for text in ("单一专科", "带教", "要求不少于6个月（方案第二条）"):
            self.assertContains(page, text)
        self.assertNotContains(page, 'name="_save"')
        self.client.post(url_of(Batch, "verb", plan.pk, "file"))
        plan.refresh_from_db()
        self.assertEqual((plan.status, plan.filed_by), ("filed", self.officer))

    def test_a_plan_is_sent_back_with_a_reason(self):
        plan = build.plan(self.world.agreement, upto="accepted")
        returning = url_of(Batch, "verb", plan.pk, "return")
        self.assertIn("reason", self.client.post(returning, {}).context["form"].errors)
        self.client.post(returning, {"reason": "人数不足"})
        plan.refresh_from_db()
        self.assertEqual((plan.status, plan.return_reason), ("returned", "人数不足"))

    def test_a_batch_of_the_bureau_is_filed_at_once(self):
        data = {
            "cycle": self.world.cycle.pk,
            "sender": self.world.hospital.pk,
            "code": "PC-77",
            "kind": "circuit",
            "departed_on": "2026-03-01",
            "stated_people": 5,
        }
        self.client.post(url_of(Batch), data)
        batch = Batch.objects.get(code="PC-77")
        self.assertEqual((batch.status, batch.filed_by, batch.stated_people), ("filed", self.officer, 5))
        self.assertContains(self.client.get(object_url(batch)), "方案写明 5 人，名册为 0 人，少 5 人")


class ChangeTests(DeskCase):
    def test_a_request_is_refused_with_a_reason(self):
        change = build.change_request(self.world.posting, self.world.agreement.effective_to)
        listed = self.client.get(list_url(PostingChange, waiting="to-decide"))
        self.assertEqual([row.pk for row in listed.context["cl"].queryset], [change.pk])
        refusing = url_of(PostingChange, "verb", change.pk, "refuse")
        self.assertIn("note", self.client.post(refusing, {}).context["form"].errors)
        self.client.post(refusing, {"note": "人手不足"})
        change.refresh_from_db()
        self.assertEqual((change.status, change.decided_by), ("refused", self.officer))
        self.assertContains(self.client.get(object_url(change)), "人手不足")
