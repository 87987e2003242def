"""A final grade of the cycle lets a stay count where the rule asks for 合格; a draft says nothing."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Role
from assessment.models import ScoreTemplate
from assessment.services.assessments import Mark, assessment_decide, assessment_open, assessment_score
from staffing.promotion.ledger import Verdict
from staffing.selectors.promotion import Application, promotion_account
from staffing.titles import TitleLevel
from testing import builders as build

pytestmark = pytest.mark.django_db


def ledger_of(person):
    return promotion_account(Application(person, TitleLevel.ASSOCIATE, 2026)).ledger


@pytest.mark.parametrize(
    ("points", "verdict", "reason"), [(95, Verdict.ELIGIBLE, "计入"), (10, Verdict.SHORT, "考核不合格")]
)
def test_the_final_grade_decides(points, verdict, reason):
    bureau, hospital = build.bureau(build.COUNTY), build.organisation("hospital")
    cycle = build.cycle(build.programme(bureau), date(2025, 1, 1), date(2025, 12, 31))
    agreement = build.agreement_in_force(
        hospital, build.organisation("township_clinic"), date(2025, 1, 1), date(2025, 12, 31), within=cycle
    )
    build.promotion_policy(bureau, "hunan-2023")
    person = build.clinician(hospital)
    build.attended(build.posting(agreement, person, date(2025, 1, 1), date(2025, 12, 31), ended=True))
    template = ScoreTemplate.objects.filter(subject=ScoreTemplate.Subject.PERSON).first()
    opened = assessment_open(cycle=cycle, template=template, by=build.officer(bureau), clinician=person)
    share = Decimal(points) / 100
    scores = {item: Mark((item.weight * share).quantize(Decimal("0.1"))) for item in template.items.all()}
    scored = assessment_score(assessment=opened, scores=scores, by=build.officer(bureau))
    assert ledger_of(person).awaits_proof, "not decided yet"
    assessment_decide(
        assessment=scored, by=build.user(Role.BUREAU_LEADER, bureau), final_grade=scored.computed_grade
    )
    found = ledger_of(person)
    assert (found.verdict, found.lines[0].reason) == (verdict, reason)
