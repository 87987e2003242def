"""Figures from activities: each sums measures of one unit over confirmed events.

The order is that of the canonical statistical form; an event counts once, however many took part.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from reports.figures.frame import Frame
from reports.figures.registry import FIGURES, Figure, register
from staffing.models import ActivityMeasure
from support.models.confirmation import RecordStatus, stands

CONFIRMED = Q(activity__status=RecordStatus.CONFIRMED)
GROUPS = {
    "recipient": "activity__agreement__recipient",
    "sender": "activity__agreement__sender",
    "agreement": "activity__agreement",
    "measure": "measure__code",
    "qualifier": "qualifier",
}


def measured(*codes: str):
    """Rows of the given measures for activities that began in the period; those corrected or withdrawn aside."""

    def rows(frame: Frame) -> QuerySet[ActivityMeasure]:
        return ActivityMeasure.objects.filter(
            measure__code__in=codes,
            activity__agreement__in=frame.agreement_ids,
            activity__start_on__range=(frame.period.start, frame.period.end),
        ).filter(stands("activity__"))

    return rows


def together(codes: Collection[str], frame: Frame) -> dict[str, dict[date, Decimal]]:
    """{figure: {first day of the month: value}} of many activity figures in one statement: what each one's
    ``by_month`` gives, for pages that show a whole form."""
    wanted = defaultdict(list)
    for code in set(codes):
        for measure in FIGURES[code].measures:
            wanted[measure].append(code)
    rows = (
        measured(*wanted)(frame)
        .filter(CONFIRMED)
        .order_by()
        .annotate(month=TruncMonth("activity__start_on"))
        .values_list("measure__code", "month")
        .annotate(total=Sum("value"))
    )
    found: dict[str, dict[date, Decimal]] = {code: defaultdict(Decimal) for code in codes}
    for measure, month, total in rows:
        for code in wanted[measure]:
            found[code][month] += total
    return found


def _declare(code, label, unit, column, definition, codes=None):
    measures = codes or (code,)
    register(
        Figure(
            code=code,
            label=label,
            unit=unit,
            measures=measures,
            definition=f"{definition}；按活动开始日期归入本期，只计对方已确认的记录。",
            rows=measured(*measures),
            counted=CONFIRMED,
            aggregate=Sum("value"),
            listing="activities",
            record="activity",
            groups=GROUPS,
            day="activity__start_on",
            column=column,
        )
    )


_declare(
    "patients",
    "参与诊疗",
    "人次",
    2,
    "门急诊、住院诊疗人次和来源未分项的诊疗人次之和，不含出院人次、义诊和巡回医疗",
    ("patients_outpatient", "patients_inpatient", "patients_treated"),
)
_declare(
    "operations",
    "开展手术",
    "例",
    3,
    "主刀、协助和来源未分项的手术之和",
    ("operations", "operations_led", "operations_assisted"),
)
_declare(
    "consultations",
    "会诊及疑难病例讨论",
    "次",
    4,
    "会诊与疑难、死亡病例讨论之和，两项分别登记",
    ("consultations", "case_discussions"),
)
_declare("techniques", "新技术新业务", "项", 5, "受援单位首次开展的新技术、新业务")
_declare("lectures", "学术讲座", "期", 6, "一场为一期，听课人次另计")
_declare("lecture_audience", "听课", "人次", 6, "来源没有给出人次的讲座不推测")
_declare("trainings", "业务培训", "次", 7, "按场次计，不与培训人次相加")
_declare("training_audience", "培训", "人次", 7, "按到场人次计，不与场次相加")
_declare("teaching_rounds", "教学查房", "次", 8, "不含一般查房")
_declare("surgery_demos", "手术示教", "次", 9, "不与开展手术相加")
_declare(
    "outreach_patients",
    "巡回医疗、义诊",
    "人次",
    10,
    "巡回医疗与义诊的诊疗人次之和",
    ("circuit_patients", "free_clinic_patients"),
)
_declare(
    "outreach_sessions",
    "巡回医疗、义诊场次",
    "次",
    10,
    "按场次计，不与人次相加",
    ("circuit_sessions", "free_clinic_sessions"),
)
_declare("free_clinic_sessions", "义诊", "次", None, "义诊场次，诊疗人次另计")
_declare("circuit_sessions", "巡回医疗", "次", None, "巡回医疗、巡诊的次数，诊疗人次另计")
_declare("departments_built", "建立特色专科", "个", 12, "帮助建立的专科、专病门诊")
_declare("rules_revised", "建立（修订）制度", "项", 13, "帮助建立和修订的制度、规范")
_declare("remote_consultations", "远程会诊", "例", 15, "通过远程方式开展的会诊")
_declare("referrals_up", "上转", "例", 15, "由受援单位转往支援单位")
_declare("referrals_down", "下转", "例", 15, "由支援单位转回受援单位")
_declare("ward_rounds", "查房", "次", None, "一般查房，带教的计入教学查房")
_declare("rescues", "抢救危重", "例", None, "参与抢救的急危重症")
_declare("leader_visits", "领导到点指导", "次", None, "支援单位领导班子成员到受援单位的次数")
_declare("expert_visits", "专家团队到点", "次", None, "支援单位专家团队到受援单位的次数，一次来几人都计一次")
_declare("village_doctors_trained", "培训乡村医生", "人次", None, "参训的乡村医生人次")
_declare(
    "guidance",
    "业务指导",
    "次",
    None,
    "查房、教学查房、会诊、病例讨论、手术示教和义诊的次数之和，用于“每月至少指导一次”一类的约定",
    (
        "ward_rounds",
        "teaching_rounds",
        "consultations",
        "case_discussions",
        "surgery_demos",
        "free_clinic_sessions",
    ),
)
