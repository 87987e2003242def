"""Case C01, two assessments with invented points: of the hospital, and of the first posted person.

The person's final grade differs from the computed one, as published lists show (a quota), with its reason.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from accounts.models import User
from assessment.models import Assessment, ScoreTemplate
from assessment.models.template import Grade
from assessment.services.assessments import Mark, assessment_decide, assessment_open, assessment_score
from reports.demo.c01_staff import Staff
from reports.demo.clock import as_of
from support.models import Cycle

SCORED_ON, DECIDED_ON = date(2026, 5, 12), date(2026, 5, 20)
# item: points lost and why; all other items have full marks
HOSPITAL_LOSSES = {
    "A2": ("1", "协议签订晚于首次讲座"),
    "A5": ("3", "逻楼、加尤驻点期满后未及时轮换"),
    "A7": ("2", "部分讲座没有登记主题"),
    "A10": ("1", "师徒总结缺一份"),
}
PERSON_LOSSES = {
    "B2": ("3", "门诊工作量略低于计划"),
    "B3": ("4", "教学查房少两次"),
    "B5": ("2", "日志缺两次"),
}
QUOTA = "优秀名额已满，经研究定为合格"


def load(cycle: Cycle, staff: Staff) -> None:
    judge(cycle, "HOSPITAL", HOSPITAL_LOSSES, Grade.EXCELLENT, organisation=staff.pool[0].organisation)
    judge(cycle, "PERSON", PERSON_LOSSES, Grade.PASS, reason=QUOTA, clinician=staff.residents[0][0])


def judge(
    cycle: Cycle, template: str, losses: Mapping[str, tuple], final_grade: str, reason: str = "", **subject
) -> Assessment:
    """The officer opens and scores, the leader decides."""
    officer, leader = User.objects.get(username="weijian"), User.objects.get(username="juzhang")
    form = ScoreTemplate.objects.get(code=template, version=1)
    with as_of(SCORED_ON):
        assessment = assessment_open(cycle=cycle, template=form, by=officer, **subject)
        marks = {}
        for item in form.items.all():
            lost, why = losses.get(item.code, ("0", ""))
            marks[item] = Mark(item.weight - Decimal(lost), why)
        assessment_score(assessment=assessment, scores=marks, by=officer)
    with as_of(DECIDED_ON):
        return assessment_decide(assessment=assessment, by=leader, final_grade=final_grade, reason=reason)
