"""A second off-post finding vetoes the grade; a better one needs two leaders and the facts as they stand."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from assessment.models import Assessment, ScoreTemplate
from assessment.models.template import Grade
from assessment.selectors.veto import veto_facts
from assessment.services.assessments import (
    Mark,
    assessment_decide,
    assessment_lift_veto,
    assessment_open,
    assessment_score,
)
from core.errors import RuleBroken
from staffing.services.inspections import inspection_revoke
from testing import builders as build

pytestmark = pytest.mark.django_db
DAYS = (date(2026, 3, 10), date(2026, 6, 20))


class Case:
    """A person with 95 points, under the example rule of Gansu."""

    def __init__(self):
        self.bureau = build.bureau(build.COUNTY)
        self.officer = build.officer(self.bureau)
        self.leader, self.deputy = (build.user("bureau_leader", self.bureau) for _ in range(2))
        cycle = build.cycle(build.programme(self.bureau))
        build.discipline_rule(cycle.programme)
        agreement = build.agreement_in_force(
            build.organisation(), build.organisation("township_clinic"), within=cycle
        )
        self.stay = build.posting(agreement, start=date(2026, 1, 1), end=date(2026, 11, 1))
        template = ScoreTemplate.objects.filter(subject="person").order_by("version").first()
        made = assessment_open(cycle=cycle, template=template, by=self.officer, clinician=self.stay.clinician)
        marks = {item: Mark(item.weight) for item in template.items.all()}
        self.assessment = assessment_score(assessment=made, scores=marks, by=self.officer)

    def find(self, *days):
        clinic = self.stay.agreement.recipient
        return [build.inspection(clinic, day, {self.stay: "absent"}, by=self.officer) for day in days]

    def decide(self, grade, by=None, reason=""):
        return assessment_decide(
            assessment=self.assessment, by=by or self.leader, final_grade=grade, reason=reason
        )


@pytest.fixture
def case():
    return Case()


def refusal(call) -> str:
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        call()
    return "；".join(caught.value.messages)


def test_one_finding_leaves_the_grade_to_the_points(case):
    case.find(DAYS[0])
    decided = case.decide(case.assessment.computed_grade)
    assert decided.final_grade == Grade.EXCELLENT and decided.veto == []


def test_the_second_finding_makes_it_fail_and_the_facts_stay_cited(case):
    done = case.find(*DAYS)
    told = refusal(lambda: case.decide(Grade.EXCELLENT, reason="工作突出"))
    assert "只能定为“不合格”" in told and "2026-03-10" in told and "2026-06-20" in told
    decided = case.decide(Grade.FAIL)
    assert (decided.total, decided.computed_grade, decided.final_grade) == (100, "fail", "fail")
    (fact,) = decided.veto
    assert (fact["kind"], fact["on"], len(fact["findings"])) == ("repeated", "2026-06-20", 2)
    # what was cited stays, though the finding is revoked later
    inspection_revoke(inspection=done[0], by=case.leader, reason="核实有误")
    assert veto_facts(Assessment.objects.get(pk=decided.pk)) == [fact]


def test_a_better_grade_needs_two_leaders_and_a_reason(case):
    case.find(*DAYS)
    assert "请写明" in refusal(
        lambda: assessment_lift_veto(assessment=case.assessment, by=case.deputy, reason=" ")
    )
    assert "只有考核部门的领导" in refusal(
        lambda: assessment_lift_veto(assessment=case.assessment, by=case.officer, reason="有批件")
    )
    assessment_lift_veto(assessment=case.assessment, by=case.deputy, reason="两次均有会议通知，事后补证")
    assert "须由另一位领导" in refusal(lambda: case.decide(Grade.PASS, by=case.deputy, reason="补证"))
    assert "必须写明原因" in refusal(lambda: case.decide(Grade.PASS))
    decided = case.decide(Grade.PASS, reason="经核实不作一票否决")
    assert (decided.computed_grade, decided.final_grade, decided.lifted_by) == ("fail", "pass", case.deputy)
    assert len(decided.veto) == 1


def test_what_was_agreed_covers_only_the_facts_of_that_day(case):
    case.find(*DAYS)
    assessment_lift_veto(assessment=case.assessment, by=case.deputy, reason="事后补证")
    case.find(date(2026, 8, 3))
    assert "先行同意" in refusal(lambda: case.decide(Grade.PASS, reason="补证"))


def test_without_facts_there_is_nothing_to_agree_upon(case):
    assert "没有一票否决事实" in refusal(
        lambda: assessment_lift_veto(assessment=case.assessment, by=case.deputy, reason="x")
    )


def test_scoring_again_after_a_finding_shows_the_veto_at_once(case):
    case.find(*DAYS)
    item = case.assessment.template.items.first()
    again = assessment_score(assessment=case.assessment, scores={item: Mark(Decimal(1))}, by=case.officer)
    assert again.computed_grade == Grade.FAIL


def test_the_database_holds_the_second_leader_by_any_way(case):
    case.find(*DAYS)
    assessment_lift_veto(assessment=case.assessment, by=case.deputy, reason="事后补证")
    row = Assessment.objects.get(pk=case.assessment.pk)
    row.status, row.final_grade, row.computed_grade, row.reason = "final", "pass", "fail", "x"
    row.decided_by, row.decided_at = case.deputy, row.lifted_at
    with pytest.raises(IntegrityError, match="assessment_veto_lifted_by_another"), transaction.atomic():
        row.save()


def test_a_hospital_has_no_veto_of_this_kind(case):
    table = ScoreTemplate.objects.filter(subject="hospital").first()
    made = assessment_open(
        cycle=case.assessment.cycle,
        template=table,
        by=case.officer,
        organisation=case.stay.agreement.sender,
    )
    case.find(*DAYS)
    assert veto_facts(made) == []


class TestDesk:
    def verb(self, case, name: str) -> str:
        return reverse("admin:assessment_assessment_verb", args=[case.assessment.pk, name])

    def test_the_leader_reads_the_facts_before_deciding(self, case, client):
        case.find(*DAYS)
        client.force_login(case.leader)
        page = client.get(self.verb(case, "decide"))
        assert "2026-03-10" in page.content.decode()
        assert page.context["form"].initial["final_grade"] == "fail"
        refused = client.post(self.verb(case, "decide"), {"final_grade": "excellent", "reason": "突出"})
        assert "先行同意" in refused.content.decode()
        row = reverse("admin:assessment_assessment_change", args=[case.assessment.pk])
        assert "一票否决事实" in client.get(row).content.decode()

    def test_two_leaders_at_the_desk(self, case, client):
        case.find(*DAYS)
        client.force_login(case.deputy)
        assert client.post(self.verb(case, "lift-veto"), {"reason": "事后补证"}).status_code == 302
        client.force_login(case.leader)
        answers = {"final_grade": "pass", "reason": "经核实"}
        assert client.post(self.verb(case, "decide"), answers).status_code == 302
        decided = Assessment.objects.get(pk=case.assessment.pk)
        assert (decided.final_grade, decided.lifted_by) == ("pass", case.deputy)
        row = reverse("admin:assessment_assessment_change", args=[decided.pk])
        assert "事后补证" in client.get(row).content.decode()

    def test_without_facts_the_verb_is_not_offered(self, case, client):
        client.force_login(case.deputy)
        assert client.get(self.verb(case, "lift-veto")).status_code == 302
