"""Case C01: ××市第一人民医院, third cycle of counterpart support (第三周期), two years, four recipients.

A published summary entered as single records. The source hides names and years; the years here are
2024–2026, persons are invented. What the source contradicts or leaves open, and what is entered:

- Long-term: the totals give 5 batches and 19 people (69 − 50), the narrative tells of 3 batches and
  15. The totals are kept: three teams of five as told, and two teams of two that the narrative omits.
- The first lecture (8 May) was given before the agreements were signed (3 and 7 June). The
  agreements therefore run from 1 May, when the cycle began, and are signed later, as they were.
- 73 teaching sessions: 4 are told one by one, 52 were held by the residents at the county hospital
  (31 topics named), 17 are not itemised. The audience of 8 November is not given and stays empty.
  Together "over 3000": the residents' sessions and the 17 carry what the told ones leave (1900).
- 48 techniques, 18 named; 87 rules; 25 trainees: totals as stated, the split of techniques and rules
  over the recipients is ours. Free clinics: "1000+" for three places together, one record.
- "数百人" outpatients is no number and is not entered. "近百例" obstetric operations is 100, nearly.
- 57,404 yuan is no figure of ours: goods 52,250 (18,000 of it about) and cash 5,154 are never added.
  Waived fees are stated without an amount: the trainees carry the waivers, no sum is invented.
- Revenue 570 → 745.7 and 90 → 153 (万元) is a growth over two years, 较支援前, though called 同比.
- The first doctors are 科副主任 by post and 主治医师 by title: post and title are kept apart.
"""

from datetime import date

from accounts.models import Organisation, User
from reports.demo import organisations as places
from reports.demo import scribe
from support.models import Agreement, Cycle, OutcomeIndicator, Programme

PROGRAMME = "对口支援项目（演示）"
CODE = "C01"
PERIOD = (date(2024, 5, 1), date(2026, 4, 30))
SIGNED_LINGYUN, SIGNED_LINGSHAN = date(2024, 6, 3), date(2024, 6, 7)
FILED = date(2024, 6, 12)

# recipient, third party, number, signed on, residents a year, specialities, representatives
AGREEMENTS = (
    (
        places.LINGYUN_HOSPITAL,
        places.LINGYUN_BUREAU,
        "演示〔2024〕1号",
        SIGNED_LINGYUN,
        5,
        ("03", "04", "05", "10", "30", "32"),
        ("黎守拙", "岑景明", "罗敬之"),
    ),
    (
        places.LUOLOU,
        places.LINGYUN_BUREAU,
        "演示〔2024〕2号",
        SIGNED_LINGYUN,
        1,
        ("02", "03", "50"),
        ("黎守拙", "蒙远山", "罗敬之"),
    ),
    (
        places.JIAYOU,
        places.LINGYUN_BUREAU,
        "演示〔2024〕3号",
        SIGNED_LINGYUN,
        1,
        ("02", "04", "05"),
        ("黎守拙", "农为善", "罗敬之"),
    ),
    (
        places.SHITANG,
        places.LINGSHAN_BUREAU,
        "演示〔2024〕4号",
        SIGNED_LINGSHAN,
        2,
        ("03", "04", "05", "30"),
        ("黎守拙", "甘自强", "宁致和"),
    ),
)


def targets(residents: int) -> list[dict]:
    """The seven goals of each agreement as measurable targets."""
    return [
        {
            "kind": "resident_staff",
            "unit": "人",
            "minimum": residents,
            "per": "year",
            "basis": "协议书第二条",
        },
        {"kind": "stay_months", "unit": "个月", "minimum": 6, "basis": "协议书第二条"},
        {
            "kind": "trainees",
            "unit": "人",
            "minimum": 1,
            "maximum": 6,
            "per": "year",
            "basis": "协议书第三条",
        },
        {"kind": "lectures", "unit": "次", "minimum": 1, "per": "quarter", "basis": "协议书第四条"},
        {"kind": "techniques", "unit": "项", "minimum": 3, "per": "year", "basis": "协议书第五条"},
        {"kind": "rules", "unit": "项", "minimum": 10, "basis": "协议书第六条"},
        {
            "kind": "outcome_growth",
            "detail": "业务收入",
            "unit": "%",
            "minimum": 10,
            "indicator": OutcomeIndicator.objects.get(code="revenue"),
            "basis": "协议书第七条",
        },
    ]


def load_programme(organisations: dict[str, Organisation]) -> Programme:
    programme, _ = Programme.objects.get_or_create(
        name=PROGRAMME,
        defaults={
            "bureau": organisations[places.BUREAU],
            "basis": "《城乡医院对口支援工作管理办法（试行）》",
            "is_demo": True,
        },
    )
    return programme


def load(organisations: dict[str, Organisation]) -> bool:
    """The whole case; False when it is already there (nothing is touched then)."""
    from reports.demo import c01_assessments, c01_results, c01_staff, c01_teaching

    if Cycle.objects.filter(code=CODE).exists():
        return False
    cycle = Cycle.objects.create(
        programme=load_programme(organisations),
        code=CODE,
        name="第三周期",
        start_on=PERIOD[0],
        end_on=PERIOD[1],
    )
    agreements = load_agreements(cycle, organisations)
    cycle.recipients_planned.set([row.recipient for row in agreements.values()])
    staff = c01_staff.load(agreements)
    c01_teaching.load(agreements, staff)
    c01_results.load(agreements, staff)
    c01_assessments.load(cycle, staff)
    return True


def load_agreements(cycle: Cycle, organisations: dict[str, Organisation]) -> dict[str, Agreement]:
    """The four three-party agreements by the recipient's code, filed by the bureau."""
    officer = User.objects.get(username="weijian")
    made = {}
    for recipient, third, number, signed_on, residents, specialities, people in AGREEMENTS:
        version = scribe.draft(
            cycle=cycle,
            number=number,
            sender=organisations[places.SENDER],
            recipient=organisations[recipient],
            third_party=organisations[third],
            period=PERIOD,
            signed_on=signed_on,
            by=officer,
            on=date(2024, 5, 27),
            targets=targets(residents),
            specialities=specialities,
            people=people,
            title="第三周期对口支援协议书",
            survey_on=date(2024, 5, 12),
            survey_findings="5 月 6 日至 12 日，支援医院 6 人到受援单位调研，了解人员、设备和诊疗开展情况。",
            long_goal="解决一项医疗急需，突破一个薄弱环节，带出一支技术团队，新增一个服务项目。",
            year_goal="七项目标见量化目标。",
            duties="派驻人员工资、奖金和福利由支援医院照发，受援单位提供工作和生活条件，不承担费用。",
        )
        made[recipient] = scribe.settle(version, on=signed_on, filed_on=FILED, by=officer)
    return made
