"""Scoring hospitals and persons: opened by the bureau's officer, graded by its leader.

The total is rounded half up to one decimal. The computed grade is the highest band whose lower bound
(inclusive) the total reaches: notices that write “75~85” and “60~75” leave 75 open, here it belongs to
the upper band. A final grade that differs carries its reason.

A veto (second off-post finding, too few working days) makes the computed grade 不合格 whatever the
points. A better final grade then needs two leaders: one agrees, for the facts as they stand, another
decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, Role, User
from assessment.models import Assessment, GradeBand, ItemScore, ScoreItem, ScoreTemplate
from assessment.models.template import Grade
from assessment.selectors.assessments import has_scored
from assessment.selectors.veto import is_lifted, veto_facts
from core.errors import Problems, RuleBroken, checked
from core.models import AuditEvent
from core.numbers import plain, rounded
from core.services.audit import audit_record
from staffing.models import Clinician
from support.models import Cycle

Subject = ScoreTemplate.Subject


@dataclass(frozen=True)
class Mark:
    """Points for one item; None is not yet scored."""

    score: Decimal | None
    note: str = ""


def total_of(scores: Iterable[Decimal]) -> Decimal:
    """Sum of the items, one decimal, ROUND_HALF_UP."""
    return rounded(sum(scores, Decimal(0)), 1)


def grade_of(total: Decimal, bands: Iterable[GradeBand]) -> str:
    """The grade of a total; RuleBroken when it lies below every band."""
    reached = [band for band in bands if band.minimum <= total]
    if not reached:
        raise RuleBroken(f"总分 {plain(total)} 低于评分表的所有分数线，请在评分表中补上最低一档。")
    return max(reached, key=lambda band: band.minimum).grade


def _subject_problems(template, organisation, clinician) -> Problems:
    problems = Problems()
    if (organisation is None) == (clinician is None):
        problems.add("请在“被考核单位”和“被考核人员”中选择且只选择一项。")
    elif template.subject == Subject.PERSON and clinician is None:
        problems.add(f"“{template.name}”用于考核人员，请选择被考核人员。", field="clinician")
    elif template.subject != Subject.PERSON and organisation is None:
        problems.add(f"“{template.name}”用于考核单位，请选择被考核单位。", field="organisation")
    if not template.items.exists():
        problems.add("这张评分表还没有考核项目。", field="template")
    if not template.bands.exists():
        problems.add("这张评分表还没有等次分数线。", field="template")
    return problems


@transaction.atomic
def assessment_open(
    *,
    cycle: Cycle,
    template: ScoreTemplate,
    by: User,
    organisation: Organisation | None = None,
    clinician: Clinician | None = None,
) -> Assessment:
    """A new assessment with an empty score for each item. The assessor is the officer's own bureau."""
    problems = _subject_problems(template, organisation, clinician)
    if not by.has_role(Role.BUREAU_OFFICER):
        problems.add("只有主管部门的经办人员可以建立考核。")
    problems.raise_if_any()
    assessment = Assessment(
        cycle=cycle,
        template=template,
        organisation=organisation,
        clinician=clinician,
        assessor=by.organisation,
    )
    checked(assessment)
    assessment.save()
    ItemScore.objects.bulk_create(
        ItemScore(assessment=assessment, item=item) for item in template.items.order_by("order", "pk")
    )
    return assessment


def _locked(assessment: Assessment) -> Assessment:
    current = (
        Assessment.objects.select_for_update(of=("self",)).select_related("template").get(pk=assessment.pk)
    )
    if current.status == Assessment.Status.FINAL:
        raise RuleBroken("考核已定等次，不能再改。")
    return current


def item_key(item: ScoreItem) -> str:
    """Under which name a refusal of this item's score is told."""
    return f"item-{item.pk}"


@transaction.atomic
def assessment_score(*, assessment: Assessment, scores: Mapping[ScoreItem, Mark], by: User) -> Assessment:
    """Set points of single items; total and computed grade follow once every item has points.

    Raises RuleBroken with every problem, each under ``item_key(item)``.
    """
    current = _locked(assessment)
    problems = Problems()
    if not by.has_role(Role.BUREAU_OFFICER) or not Assessment.objects.owned_by(by).filter(pk=current.pk):
        problems.add("只有考核部门的经办人员可以评分。")
    rows = {row.item_id: row for row in current.scores.select_related("item")}
    for item, mark in scores.items():
        if item.pk not in rows:
            problems.add(f"“{item}”不在这张评分表中。", field=item_key(item))
        elif mark.score is not None and not 0 <= mark.score <= item.weight:
            problems.add(
                f"“{item}”应在 0 到 {plain(item.weight)} 分之间，现在是 {plain(mark.score)}。",
                field=item_key(item),
            )
        elif mark.score is not None and mark.score != rounded(mark.score, 1):
            problems.add(f"“{item}”最多一位小数。", field=item_key(item))
    problems.raise_if_any()
    for item, mark in scores.items():
        row = rows[item.pk]
        row.score, row.note = mark.score, mark.note.strip()
        row.save(update_fields=["score", "note"])
    _compute(current)
    current.save()
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=current, note="评分")
    return current


def _compute(assessment: Assessment) -> bool:
    """Total and computed grade from the items; False (and both empty) while points are missing."""
    scores = list(assessment.scores.values_list("score", flat=True))
    if not scores or None in scores:
        assessment.total, assessment.computed_grade = None, ""
        return False
    assessment.total = total_of(scores)
    by_points = grade_of(assessment.total, assessment.template.bands.all())
    assessment.computed_grade = Grade.FAIL.value if veto_facts(assessment) else by_points
    return True


@transaction.atomic
def assessment_lift_veto(*, assessment: Assessment, by: User, reason: str) -> Assessment:
    """A leader agrees that the facts as they stand shall not veto the grade; another leader decides."""
    current = _locked(assessment)
    facts = veto_facts(current)
    problems = Problems()
    if not by.has_role(Role.BUREAU_LEADER) or not Assessment.objects.owned_by(by).filter(pk=current.pk):
        problems.add("只有考核部门的领导可以同意不作一票否决。")
    elif has_scored(assessment=current, user=by):
        problems.add("评分人不能为自己评的考核作这个决定。")
    if not facts:
        problems.add("没有一票否决事实，不需要同意。")
    if not reason.strip():
        problems.add("请写明不作一票否决的理由。", field="reason")
    problems.raise_if_any()
    current.veto, current.lifted_by, current.lifted_at = facts, by, timezone.now()
    current.lift_reason = reason.strip()[:300]
    current.save(update_fields=["veto", "lifted_by", "lifted_at", "lift_reason"])
    audit_record(
        verb=AuditEvent.Verb.TRANSITION,
        user=by,
        subject=current,
        note=f"同意不作一票否决：{current.lift_reason}",
    )
    return current


def _veto_problems(assessment: Assessment, facts: list[dict], by: User, final_grade: str) -> Problems:
    problems = Problems()
    if not facts or final_grade == Grade.FAIL:
        return problems
    cited = "；".join(fact["text"] for fact in facts)
    if not is_lifted(assessment, facts):
        problems.add(
            f"有一票否决事实（{cited}），只能定为“不合格”；要定其他等次，须由另一位领导先行同意不作一票否决。",
            field="final_grade",
        )
    elif assessment.lifted_by_id == by.pk:
        problems.add("同意不作一票否决的人不能再定等次，须由另一位领导定。", field="final_grade")
    return problems


@transaction.atomic
def assessment_decide(*, assessment: Assessment, by: User, final_grade: str, reason: str = "") -> Assessment:
    """The leader's decision. From here on nothing in the assessment changes."""
    current = _locked(assessment)
    if not by.has_role(Role.BUREAU_LEADER) or not Assessment.objects.owned_by(by).filter(pk=current.pk):
        raise RuleBroken("只有考核部门的领导可以定等次。")
    if has_scored(assessment=current, user=by):
        raise RuleBroken("评分人不能为自己评的考核定等次。")
    if not _compute(current):
        raise RuleBroken("还有项目没有评分，不能定等次。")
    if final_grade not in Grade.values:
        raise RuleBroken({"final_grade": "请选择等次。"})
    facts = veto_facts(current)
    _veto_problems(current, facts, by, final_grade).raise_if_any()
    if final_grade != current.computed_grade and not reason.strip():
        raise RuleBroken(
            {"reason": f"最终等次与计算等次“{Grade(current.computed_grade).label}”不同，必须写明原因。"}
        )
    current.veto = facts
    current.final_grade, current.reason = final_grade, reason.strip()[:300]
    current.decided_by, current.decided_at = by, timezone.now()
    current.status = Assessment.Status.FINAL
    current.save()
    audit_record(
        verb=AuditEvent.Verb.TRANSITION,
        user=by,
        subject=current,
        note=f"定等次：{Grade(final_grade).label} {current.reason}".strip(),
    )
    return current
