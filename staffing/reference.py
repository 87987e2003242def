"""Measures (计量项) and activity types (活动类型) of the canonical statistical form; promotion rules.

The same columns, in the same order, recur in the published totals of independent hospitals and
provinces; ``column`` is that order. Columns 1 (posted staff), 11 (trainees) and 14 (donations) are
counted from their own records and are no measures. A measure without a column is seen in summaries
but stands in no statutory column. Loading only adds what is missing.
"""

from decimal import Decimal

from django.db import transaction

from accounts.reference import create_missing
from staffing.activity_questions import QUESTIONS
from staffing.models import ActivityType, ActivityTypeMeasure, Measure
from staffing.promotion_reference import load_promotion_rules

WHOLE, MONEY = True, False

# code, name, unit, column, whole number?, definition (口径)
MEASURES = (
    ("patients_outpatient", "门急诊患者", "人次", 2, WHOLE, "派驻人员参与的门急诊诊疗人次。"),
    ("patients_inpatient", "住院患者", "人次", 2, WHOLE, "派驻人员参与诊疗的住院人次。"),
    (
        "patients_discharged",
        "出院患者",
        "人次",
        2,
        WHOLE,
        "派驻人员负责的出院人次；已计入住院，不与住院相加。",
    ),
    (
        "patients_treated",
        "参与诊疗（合计）",
        "人次",
        2,
        WHOLE,
        "来源只给出一个合计时填写；已分列门急诊、住院的不再填。",
    ),
    ("operations_led", "主刀手术", "例", 3, WHOLE, "派驻人员主刀的手术，例与台次同义。"),
    ("operations_assisted", "指导手术", "例", 3, WHOLE, "派驻人员指导或担任助手的手术。"),
    ("operations", "手术（合计）", "例", 3, WHOLE, "来源不区分主刀与指导时填写；已分列的不再填。"),
    ("consultations", "会诊", "次", 4, WHOLE, "现场会诊；远程会诊另计。"),
    ("case_discussions", "病例讨论", "次", 4, WHOLE, "疑难、死亡病例讨论。"),
    ("techniques", "新技术新业务", "项", 5, WHOLE, "受援单位首次开展的技术或业务。"),
    ("lectures", "讲座", "次", 6, WHOLE, "期与次同义；一次讲座无论几人主讲只计一次。"),
    ("lecture_audience", "听课", "人次", 6, WHOLE, "听课人次，与讲座次数不相加。"),
    ("trainings", "业务培训", "次", 7, WHOLE, "培训班或集中培训的次数。"),
    ("training_audience", "培训", "人次", 7, WHOLE, "参训人次，与培训次数不相加。"),
    ("teaching_rounds", "教学查房", "次", 8, WHOLE, "带教查房；普通查房另计。"),
    ("surgery_demos", "手术示教", "次", 9, WHOLE, "手术带教、示教。"),
    ("circuit_sessions", "巡回医疗", "次", 10, WHOLE, "巡回医疗、巡诊的次数。"),
    ("circuit_patients", "巡诊患者", "人次", 10, WHOLE, "巡回医疗、巡诊的诊疗人次。"),
    ("free_clinic_sessions", "义诊", "次", 10, WHOLE, "义诊场次。"),
    ("free_clinic_patients", "义诊患者", "人次", 10, WHOLE, "义诊的诊疗人次。"),
    ("departments_built", "建立特色专科", "个", 12, WHOLE, "帮助建立或恢复的专科。"),
    ("rules_revised", "建立（修订）制度", "项", 13, WHOLE, "帮助建立或修订并印发的制度。"),
    ("remote_consultations", "远程会诊", "例", 15, WHOLE, "通过远程系统完成的会诊。"),
    ("referrals_up", "上转", "例", 15, WHOLE, "受援单位转往支援单位。"),
    ("referrals_down", "下转", "例", 15, WHOLE, "支援单位转回受援单位。"),
    ("ward_rounds", "查房", "次", None, WHOLE, "普通查房；带教的计入教学查房。"),
    ("rescues", "抢救危重", "例", None, WHOLE, "参与抢救的急危重症。"),
    ("leaflets", "宣传资料", "份", None, WHOLE, "发放的健康教育资料。"),
    ("free_medicine_value", "免费药品", "元", None, MONEY, "义诊发放药品的价值；不是捐赠。"),
    ("tests_done", "免费检查", "人次", None, WHOLE, "血压、血糖、心电、超声等免费检查。"),
    ("village_doctors_trained", "培训乡村医生", "人次", None, WHOLE, "参训的乡村医生人次。"),
    ("equipment_repaired", "维修设备", "台件", None, WHOLE, "修复的设备台件。"),
    ("leader_visits", "领导到点指导", "次", None, WHOLE, "支援单位领导班子成员到受援单位。"),
    ("free_clinic_staff", "义诊医务人员", "人", None, WHOLE, "到场的医务人员人数，与义诊场次、患者不相加。"),
    ("glucose_tests", "血糖检测", "人次", None, WHOLE, "已计入免费检查，不与免费检查相加。"),
    ("ultrasound_tests", "超声检查", "人次", None, WHOLE, "已计入免费检查，不与免费检查相加。"),
    (
        "repair_cost_saved",
        "节约维修费用",
        "元",
        None,
        MONEY,
        "与送厂维修报价相比；不是捐赠，也不是减免费用。",
    ),
    ("cpr_trained", "心肺复苏培训", "人次", None, WHOLE, "练习过心肺复苏的人次；已计入培训人次，不相加。"),
    ("image_corrections", "影像诊断纠正", "例", None, WHOLE, "复核影像时更正了诊断的例数。"),
    ("expert_visits", "专家团队到点", "次", None, WHOLE, "支援单位专家团队到受援单位，一次来几人都计一次。"),
)

REQUIRED, OPTIONAL = True, False
ONE = Decimal(1)
NAMED = True

# code, name, (measure, required?, initial), lists named outcomes?
ACTIVITY_TYPES = (
    ("lecture", "讲座", (("lectures", REQUIRED, ONE), ("lecture_audience", OPTIONAL, None)), False),
    ("training", "业务培训", (("trainings", REQUIRED, ONE), ("training_audience", OPTIONAL, None)), False),
    (
        "teaching_round",
        "教学查房",
        (("teaching_rounds", REQUIRED, ONE), ("training_audience", OPTIONAL, None)),
        False,
    ),
    ("ward_round", "查房", (("ward_rounds", REQUIRED, ONE),), False),
    (
        "surgery_demo",
        "手术示教",
        (("surgery_demos", REQUIRED, ONE), ("training_audience", OPTIONAL, None)),
        False,
    ),
    (
        "operation",
        "手术",
        (
            ("operations_led", OPTIONAL, None),
            ("operations_assisted", OPTIONAL, None),
            ("operations", OPTIONAL, None),
        ),
        False,
    ),
    ("consultation", "会诊", (("consultations", REQUIRED, ONE),), False),
    ("case_discussion", "疑难病例讨论", (("case_discussions", REQUIRED, ONE),), False),
    ("death_discussion", "死亡病例讨论", (("case_discussions", REQUIRED, ONE),), False),
    (
        "care",
        "门诊与住院诊疗",
        (
            ("patients_outpatient", OPTIONAL, None),
            ("patients_inpatient", OPTIONAL, None),
            ("patients_discharged", OPTIONAL, None),
            ("patients_treated", OPTIONAL, None),
        ),
        False,
    ),
    ("technique", "新技术新业务", (("techniques", REQUIRED, ONE),), NAMED),
    ("rules", "建立（修订）制度", (("rules_revised", REQUIRED, ONE),), NAMED),
    ("department", "建立特色专科", (("departments_built", REQUIRED, ONE),), NAMED),
    (
        "free_clinic",
        "义诊",
        (
            ("free_clinic_sessions", REQUIRED, ONE),
            ("free_clinic_staff", OPTIONAL, None),
            ("free_clinic_patients", OPTIONAL, None),
            ("leaflets", OPTIONAL, None),
            ("tests_done", OPTIONAL, None),
            ("glucose_tests", OPTIONAL, None),
            ("ultrasound_tests", OPTIONAL, None),
            ("free_medicine_value", OPTIONAL, None),
        ),
        False,
    ),
    (
        "circuit",
        "巡回医疗",
        (
            ("circuit_sessions", REQUIRED, ONE),
            ("circuit_patients", OPTIONAL, None),
            ("leaflets", OPTIONAL, None),
            ("tests_done", OPTIONAL, None),
        ),
        False,
    ),
    ("remote_consultation", "远程会诊", (("remote_consultations", REQUIRED, ONE),), False),
    (
        "referral",
        "双向转诊",
        (("referrals_up", OPTIONAL, None), ("referrals_down", OPTIONAL, None)),
        False,
    ),
    ("rescue", "急危重症抢救", (("rescues", REQUIRED, ONE),), False),
    ("leader_visit", "领导到点指导", (("leader_visits", REQUIRED, ONE),), False),
    ("expert_visit", "专家团队到点", (("expert_visits", REQUIRED, ONE),), False),
    ("village_training", "乡村医生培训", (("village_doctors_trained", REQUIRED, None),), False),
    (
        "equipment_repair",
        "设备维修",
        (("equipment_repaired", REQUIRED, ONE), ("repair_cost_saved", OPTIONAL, None)),
        False,
    ),
    (
        "cpr_training",
        "心肺复苏培训",
        (
            ("trainings", REQUIRED, ONE),
            ("training_audience", OPTIONAL, None),
            ("cpr_trained", OPTIONAL, None),
        ),
        False,
    ),
    ("image_reading", "影像读片", (("image_corrections", REQUIRED, None),), False),
)


@transaction.atomic
def load_reference() -> int:
    """Adds missing measures and types; a type that exists keeps what its bureau gave it."""
    added = create_missing(
        Measure,
        (
            {
                "code": code,
                "name": name,
                "unit": unit,
                "column": column,
                "is_whole": is_whole,
                "definition": definition,
                "order": number * 10,
            }
            for number, (code, name, unit, column, is_whole, definition) in enumerate(MEASURES, 1)
        ),
    )
    known = set(ActivityType.objects.values_list("code", flat=True))
    added += create_missing(
        ActivityType,
        (
            {
                "code": code,
                "name": name,
                "names_outcomes": names_outcomes,
                "order": number * 10,
                **QUESTIONS[code].values(),
            }
            for number, (code, name, _, names_outcomes) in enumerate(ACTIVITY_TYPES, 1)
        ),
    )
    types = {row.code: row for row in ActivityType.objects.all()}
    measures = {row.code: row for row in Measure.objects.all()}
    joins = [
        ActivityTypeMeasure(
            activity_type=types[code],
            measure=measures[measure],
            is_required=required,
            initial=initial,
            order=number * 10,
        )
        for code, _, carried, _ in ACTIVITY_TYPES
        if code not in known
        for number, (measure, required, initial) in enumerate(carried, 1)
    ]
    ActivityTypeMeasure.objects.bulk_create(joins)
    return added + len(joins) + load_promotion_rules()
