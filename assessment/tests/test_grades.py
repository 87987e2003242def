"""Totals, grades at their boundaries (case C24) and who decides."""

from decimal import Decimal

from django.db import InternalError, transaction
from django.test import TestCase

from assessment.models import Assessment, ItemScore, ScoreTemplate
from assessment.models.template import Grade
from assessment.selectors.assessments import assessments_to_decide, assessments_to_score
from assessment.services.assessments import (
    Mark,
    assessment_decide,
    assessment_open,
    assessment_score,
    grade_of,
    item_key,
    total_of,
)
from assessment.services.templates import template_new_version
from core.errors import RuleBroken
from testing import builders as build

# ≥85 优秀, 75–85 合格, 60–75 基本合格, <60 不合格
XINYANG = ((Grade.EXCELLENT, 85), (Grade.PASS, 75), (Grade.BASIC, 60), (Grade.FAIL, 0))
# ≥90 / 80 / 60
FUJIAN = ((Grade.EXCELLENT, 90), (Grade.PASS, 80), (Grade.BASIC, 60), (Grade.FAIL, 0))


def table(bands, items=((Decimal(100),)), subject=ScoreTemplate.Subject.HOSPITAL) -> ScoreTemplate:
    template = ScoreTemplate.objects.create(code=build.unique("T"), name="试评分表", subject=subject)
    for order, weight in enumerate(items):
        template.items.create(code=f"A{order}", name=f"项目{order}", weight=weight, order=order)
    for grade, minimum in bands:
        template.bands.create(grade=grade, minimum=minimum)
    return template


class BandTests(TestCase):
    def grades(self, bands, *totals):
        known = table(bands).bands.all()
        return [grade_of(Decimal(total), known) for total in totals]

    def test_each_lower_bound_belongs_to_the_upper_band(self):
        found = self.grades(XINYANG, "59.9", "60", "74.9", "75", "84.9", "85", "90", "100", "0")
        self.assertEqual(
            found,
            ["fail", "basic", "basic", "pass", "pass", "excellent", "excellent", "excellent", "fail"],
        )

    def test_another_province_has_other_bands(self):
        found = self.grades(FUJIAN, "59.9", "60", "75", "79.9", "80", "85", "89.9", "90")
        self.assertEqual(found, ["fail", "basic", "basic", "basic", "pass", "pass", "pass", "excellent"])

    def test_a_total_below_every_band_is_told(self):
        with self.assertRaisesMessage(RuleBroken, "低于评分表的所有分数线"):
            self.grades(XINYANG[:-1], "59.9")

    def test_total_rounds_half_up(self):
        self.assertEqual(total_of([Decimal("37.25"), Decimal("37.70")]), Decimal("75.0"))
        self.assertEqual(total_of([Decimal("84.94")]), Decimal("84.9"))
        self.assertEqual(total_of([Decimal("0.25")]), Decimal("0.3"))


class AssessmentTests(TestCase):
    def setUp(self):
        self.bureau = build.bureau(build.COUNTY)
        self.officer = build.officer(self.bureau)
        self.leader = build.user("bureau_leader", self.bureau)
        self.hospital = build.organisation("hospital")
        self.cycle = build.cycle(build.programme(self.bureau))
        self.template = table(XINYANG, items=(Decimal(60), Decimal(40)))

    def open(self, **subject):
        return assessment_open(
            cycle=self.cycle,
            template=self.template,
            by=self.officer,
            **(subject or {"organisation": self.hospital}),
        )

    def score(self, assessment, *points, by=None):
        items = self.template.items.order_by("order")
        marks = {
            item: Mark(None if value is None else Decimal(str(value)))
            for item, value in zip(items, points, strict=False)
        }
        return assessment_score(assessment=assessment, scores=marks, by=by or self.officer)

    def test_opening_makes_one_empty_score_for_each_item(self):
        assessment = self.open()
        self.assertEqual(list(assessment.scores.values_list("score", flat=True)), [None, None])
        self.assertEqual(assessment.assessor, self.bureau)

    def test_a_table_for_persons_needs_a_person(self):
        self.template = table(XINYANG, subject=ScoreTemplate.Subject.PERSON)
        with self.assertRaises(RuleBroken) as refused:
            self.open()
        self.assertIn("clinician", refused.exception.message_dict)
        person = build.clinician(self.hospital)
        self.assertEqual(self.open(clinician=person).subject, person)

    def test_grade_follows_once_every_item_has_points(self):
        assessment = self.score(self.open(), 50)
        self.assertEqual((assessment.total, assessment.computed_grade), (None, ""))
        assessment = self.score(assessment, 50, 25)
        self.assertEqual((assessment.total, assessment.computed_grade), (Decimal("75.0"), "pass"))
        assessment = self.score(assessment, 50, "24.9")
        self.assertEqual((assessment.total, assessment.computed_grade), (Decimal("74.9"), "basic"))

    def test_points_beyond_the_weight_are_all_told_and_nothing_is_written(self):
        assessment = self.open()
        first, second = self.template.items.order_by("order")
        with self.assertRaises(RuleBroken) as refused:
            self.score(assessment, "60.1", -1)
        self.assertEqual(set(refused.exception.message_dict), {item_key(first), item_key(second)})
        self.assertFalse(ItemScore.objects.filter(assessment=assessment, score__isnull=False).exists())
        self.score(assessment, 60, 40)  # the weight itself is allowed

    def test_only_the_leader_decides_and_never_who_scored(self):
        assessment = self.score(self.open(), 50, 30)
        with self.assertRaisesMessage(RuleBroken, "只有考核部门的领导"):
            assessment_decide(assessment=assessment, by=self.officer, final_grade="pass")
        both = build.user(["bureau_officer", "bureau_leader"], self.bureau)
        self.score(assessment, 50, 31, by=both)
        with self.assertRaisesMessage(RuleBroken, "评分人不能"):
            assessment_decide(assessment=assessment, by=both, final_grade="pass")
        decided = assessment_decide(assessment=assessment, by=self.leader, final_grade="pass")
        self.assertEqual((decided.final_grade, decided.decided_by), ("pass", self.leader))

    def test_another_grade_needs_a_reason(self):
        assessment = self.score(self.open(), 60, 35)
        with self.assertRaises(RuleBroken) as refused:
            assessment_decide(assessment=assessment, by=self.leader, final_grade="pass", reason="  ")
        self.assertIn("reason", refused.exception.message_dict)
        decided = assessment_decide(
            assessment=assessment, by=self.leader, final_grade="pass", reason="发生二级医疗事故，最高合格"
        )
        self.assertEqual((decided.computed_grade, decided.final_grade), ("excellent", "pass"))

    def test_an_unfinished_assessment_gets_no_grade(self):
        assessment = self.score(self.open(), 60)
        with self.assertRaisesMessage(RuleBroken, "还有项目没有评分"):
            assessment_decide(assessment=assessment, by=self.leader, final_grade="pass")

    def test_a_decided_assessment_is_frozen(self):
        assessment = self.score(self.open(), 60, 35)
        assessment_decide(assessment=assessment, by=self.leader, final_grade="excellent")
        with self.assertRaisesMessage(RuleBroken, "已定等次"):
            self.score(assessment, 1, 1)
        with self.assertRaises(InternalError), transaction.atomic():
            Assessment.objects.filter(pk=assessment.pk).update(total=1)

    def test_a_leader_of_another_place_decides_nothing(self):
        assessment = self.score(self.open(), 50, 30)
        far = build.user("bureau_leader", build.bureau(build.FAR_AWAY))
        with self.assertRaisesMessage(RuleBroken, "只有考核部门的领导"):
            assessment_decide(assessment=assessment, by=far, final_grade="pass")

    def test_what_waits_for_officer_and_leader(self):
        begun, done = self.open(), self.open(organisation=build.organisation("hospital"))
        self.score(begun, 10)
        self.score(done, 10, 10)
        self.assertEqual(list(assessments_to_score(user=self.officer)), [begun])
        self.assertEqual(list(assessments_to_decide(user=self.leader)), [done])

    def test_a_new_version_copies_items_and_bands(self):
        copy = template_new_version(template=self.template)
        self.assertEqual((copy.version, copy.items.count(), copy.bands.count()), (2, 2, 4))
        self.assertEqual(self.template.items.count(), 2)
