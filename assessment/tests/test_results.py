"""Final grades reach the certificates of the room below; drafts do not."""

from datetime import date

import pytest

from assessment.models import Assessment, ScoreTemplate
from assessment.services.assessments import Mark, assessment_decide, assessment_open, assessment_score
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db


def test_a_final_grade_is_stated_and_a_draft_is_not():
    world = scene()
    officer, leader = world.people["bureau_officer"], world.people["bureau_leader"]
    build.proved(world.posting)
    template = ScoreTemplate.objects.filter(subject="person").order_by("version").first()
    opened = assessment_open(cycle=world.cycle, template=template, by=officer, clinician=world.clinician)
    full = {item: Mark(item.weight, "") for item in template.items.all()}
    opened = assessment_score(assessment=opened, scores=full, by=officer)
    assert build.certificate(world.posting).facts["results"] == []
    assessment_decide(assessment=opened, by=leader, final_grade=opened.computed_grade)
    grade = Assessment.objects.get().get_final_grade_display()
    later = build.certificate(world.posting, until=date(2026, 7, 31))
    assert later.facts["results"] == [{"cycle": world.cycle.name, "grade": grade}]
