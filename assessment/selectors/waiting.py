"""Assessments that wait for somebody, as lines of 待办."""

from collections.abc import Iterator
from datetime import date

from accounts.models import User
from assessment.models import Assessment
from assessment.selectors.assessments import assessments_to_decide, assessments_to_score
from core.desk import list_url
from core.waiting import Waiting

TO_DECIDE, TO_SCORE = "to-decide", "to-score"


def assessment_lines(user: User, *, day: date) -> Iterator[Waiting]:
    if user.has_perm("assessment.decide_grade"):
        yield Waiting(
            assessments_to_decide(user=user).count(),
            "份考核待定等次",
            "去定等次",
            list_url(Assessment, waiting=TO_DECIDE),
            explain="评分已完成，核对后确定等次。",
        )
    if user.has_perm("assessment.change_assessment"):
        yield Waiting(
            assessments_to_score(user=user).count(),
            "份考核评分未完成",
            "去评分",
            list_url(Assessment, waiting=TO_SCORE),
            explain="还有项目没有得分。",
        )
