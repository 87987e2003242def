"""Code lists of agreements and outcomes: diagnosis and treatment subjects, outcome indicators.

Subjects: 诊疗科目名录 (卫医发〔1994〕27号) with later additions. Indicators: what published summaries
compare before and after support. Loading only adds what is missing.
"""

from django.db import transaction

from accounts.reference import create_missing
from support.models import OutcomeIndicator, Speciality

SPECIALITIES = (
    ("01", "预防保健科"),
    ("02", "全科医疗科"),
    ("03", "内科"),
    ("03.01", "呼吸内科专业"),
    ("03.02", "消化内科专业"),
    ("03.03", "神经内科专业"),
    ("03.04", "心血管内科专业"),
    ("03.05", "血液内科专业"),
    ("03.06", "肾病学专业"),
    ("03.07", "内分泌专业"),
    ("03.08", "免疫学专业"),
    ("03.09", "变态反应专业"),
    ("03.10", "老年病专业"),
    ("03.11", "其他内科专业"),
    ("04", "外科"),
    ("04.01", "普通外科专业"),
    ("04.02", "神经外科专业"),
    ("04.03", "骨科专业"),
    ("04.04", "泌尿外科专业"),
    ("04.05", "胸外科专业"),
    ("04.06", "心脏大血管外科专业"),
    ("04.07", "烧伤科专业"),
    ("04.08", "整形外科专业"),
    ("05", "妇产科"),
    ("06", "妇女保健科"),
    ("07", "儿科"),
    ("08", "小儿外科"),
    ("09", "儿童保健科"),
    ("10", "眼科"),
    ("11", "耳鼻咽喉科"),
    ("12", "口腔科"),
    ("13", "皮肤科"),
    ("14", "医疗美容科"),
    ("15", "精神科"),
    ("16", "传染科"),
    ("17", "结核病科"),
    ("18", "地方病科"),
    ("19", "肿瘤科"),
    ("20", "急诊医学科"),
    ("21", "康复医学科"),
    ("22", "运动医学科"),
    ("23", "职业病科"),
    ("24", "临终关怀科"),
    ("25", "特种医学与军事医学科"),
    ("26", "麻醉科"),
    ("27", "疼痛科"),
    ("28", "重症医学科"),
    ("30", "医学检验科"),
    ("31", "病理科"),
    ("32", "医学影像科"),
    ("50", "中医科"),
    ("51", "民族医学科"),
    ("52", "中西医结合科"),
)

UP, DOWN, NEUTRAL = OutcomeIndicator.Direction.values

# indicators of which four quarters make the year
ADDS_UP = {
    "outpatient_visits",
    "admissions",
    "discharges",
    "operations",
    "revenue",
    "medical_revenue",
}
# (indicator, the one it does not usually exceed)
NOT_ABOVE = (
    ("admissions", "outpatient_visits"),
    ("operations", "outpatient_visits"),
    ("medical_revenue", "revenue"),
)
# code, name, unit, direction, definition (口径)
INDICATORS = (
    ("outpatient_visits", "门急诊人次", "人次", UP, "全年门诊与急诊诊疗人次之和，体检人次不计。"),
    ("admissions", "入院人次", "人次", UP, "全年办理入院手续的人次。"),
    ("discharges", "出院人次", "人次", UP, "全年出院人次，含转院和死亡。"),
    ("operations", "手术人次", "人次", UP, "全年在手术室完成的手术人次。"),
    ("revenue", "业务收入", "万元", UP, "医疗收入与药品等业务收入之和，不含财政补助和捐赠。"),
    ("medical_revenue", "医疗收入", "万元", UP, "门诊与住院医疗收入之和。"),
    ("beds", "实有床位", "张", UP, "年末实有床位数。"),
    ("bed_use_rate", "病床使用率", "%", UP, "实际占用总床日数 ÷ 实际开放总床日数。"),
    ("average_stay", "平均住院日", "天", NEUTRAL, "出院者占用总床日数 ÷ 出院人次。"),
    ("rescue_rate", "急危重症抢救成功率", "%", UP, "抢救成功次数 ÷ 抢救总次数。"),
    ("cure_rate", "治愈好转率", "%", UP, "治愈与好转人次 ÷ 出院人次。"),
    ("diagnosis_rate", "出入院诊断符合率", "%", UP, "入院与出院诊断符合人次 ÷ 出院人次。"),
    ("preop_diagnosis_rate", "手术前后诊断符合率", "%", UP, "手术前后诊断符合人次 ÷ 手术人次。"),
    ("mortality_rate", "病死率", "%", DOWN, "住院死亡人次 ÷ 出院人次。"),
    ("infection_rate", "无菌手术切口感染率", "%", DOWN, "无菌手术切口感染例数 ÷ 无菌手术例数。"),
    ("referral_out_rate", "外转率", "%", DOWN, "转往上级医院人次 ÷ 诊疗人次。"),
    ("out_of_town_visits", "镇外就诊率", "%", DOWN, "辖区居民到镇外就诊人次 ÷ 就诊总人次。"),
    ("techniques_in_use", "在用新技术", "项", UP, "年末仍在开展的新技术新业务。"),
    ("subjects_open", "诊疗科目", "个", UP, "年末实际开展的诊疗科目。"),
    ("patient_satisfaction", "患者满意度", "%", UP, "满意份数 ÷ 有效调查份数。"),
    ("staff_satisfaction", "职工满意度", "%", UP, "满意份数 ÷ 有效调查份数。"),
    ("drug_share", "药占比", "%", DOWN, "药品收入 ÷ 业务收入。"),
    ("cost_per_visit", "门诊次均费用", "元", DOWN, "门诊收入 ÷ 门诊人次。"),
)


@transaction.atomic
def load_reference() -> int:
    """Adds missing subjects and indicators; returns how many rows were added."""
    known = set(OutcomeIndicator.objects.values_list("code", flat=True))
    added = create_missing(Speciality, ({"code": code, "name": name} for code, name in SPECIALITIES))
    added += create_missing(
        OutcomeIndicator,
        (
            {
                "code": code,
                "name": name,
                "unit": unit,
                "direction": direction,
                "definition": definition,
                "order": number * 10,
                "is_percentage": unit == "%",
                "adds_up": code in ADDS_UP,
                "minimum": 0,
                "maximum": 100 if unit == "%" else None,
            }
            for number, (code, name, unit, direction, definition) in enumerate(INDICATORS, 1)
        ),
    )
    _relate(set(OutcomeIndicator.objects.values_list("code", flat=True)) - known)
    return added


def _relate(new: set[str]) -> None:
    """Only new indicators: what the bureau changed stays."""
    for code, other in NOT_ABOVE:
        if code in new:
            OutcomeIndicator.objects.filter(code=code).update(
                not_above=OutcomeIndicator.objects.get(code=other)
            )
