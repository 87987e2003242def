"""Case C01, teaching: 73 sessions with over 3000 listeners, and 25 trainees."""

from datetime import date, timedelta

from accounts.models import User
from reports.demo import organisations as places
from reports.demo import scribe
from reports.demo.c01_staff import Staff
from reports.demo.case_c01 import FILED
from reports.demo.clock import days_after
from reports.demo.people import names
from staffing.models import Clinician
from support.models import Agreement, Speciality

# the 31 topics named for the residents' sessions, by the lecturer's place in the first team
TOPICS = (
    (
        "高血压的规范管理",
        "糖尿病的胰岛素治疗",
        "慢阻肺急性加重的处理",
        "急性心肌梗死的早期识别",
        "脑卒中的院前急救",
        "消化道出血的诊治",
        "心力衰竭的用药",
        "抗菌药物的合理使用",
        "社区获得性肺炎的诊治",
        "急性中毒的抢救",
    ),
    ("急腹症的鉴别诊断", "四肢骨折的早期处理", "围手术期管理", "腹腔镜手术的基本操作"),
    (
        "产后出血的防治",
        "妊娠期高血压疾病的处理",
        "新生儿窒息复苏",
        "异位妊娠的早期诊断",
        "宫颈病变的筛查",
    ),
    (
        "胸部平片的阅片要点",
        "急腹症的影像诊断",
        "骨关节损伤的影像表现",
        "颅脑 CT 的阅片要点",
        "消化道造影的操作规范",
        "放射防护与质量控制",
    ),
    (
        "血常规结果的判读",
        "尿液分析的质量控制",
        "输血相容性检测",
        "生化检验的室内质控",
        "微生物标本的采集",
        "危急值报告制度",
    ),
)
FIRST_SESSION = date(2024, 6, 20)
RESIDENT_SESSIONS = 52
RESIDENT_AUDIENCE = 25

# sessions told one by one: recipient, day, topic, audience, its wording
TOLD = (
    (places.LINGYUN_HOSPITAL, date(2024, 5, 8), "医院管理与学科建设", 300, "约300人"),
    (places.LINGYUN_HOSPITAL, date(2024, 7, 15), "县级医院能力提升", 300, "约300人"),
    (places.SHITANG, date(2024, 7, 24), "基层常见病诊疗规范", 500, "约500人"),
    (places.LINGYUN_HOSPITAL, date(2024, 11, 8), "医疗质量与患者安全", None, "全院职工"),
)
# sessions that the source only counts: recipient, first day, days between, audiences
COUNTED = (
    (places.SHITANG, date(2024, 8, 8), 28, (35,) * 9),
    (places.LUOLOU, date(2024, 10, 10), 28, (35,) * 4),
    (places.JIAYOU, date(2025, 4, 10), 28, (35, 35, 35, 40)),
)
COUNTED_NOTE = "来源只给出累计 73 期、3000 多人次，本次人次为余数分摊。"

# recipient, how many, months of stay, speciality, meals waived too
TRAINEES = (
    (places.LINGYUN_HOSPITAL, date(2024, 7, 1), date(2024, 12, 31), "内科", "03", 4),
    (places.LINGYUN_HOSPITAL, date(2025, 1, 6), date(2025, 7, 5), "外科", "04", 4),
    (places.LINGYUN_HOSPITAL, date(2025, 7, 7), date(2026, 1, 6), "妇产科", "05", 4),
    (places.LUOLOU, date(2024, 9, 1), date(2025, 2, 28), "全科", "02", 3),
    (places.JIAYOU, date(2025, 3, 1), date(2025, 8, 31), "外科", "04", 4),
    (places.SHITANG, date(2024, 8, 1), date(2025, 1, 31), "妇产科", "05", 3),
    (places.SHITANG, date(2025, 2, 10), date(2025, 8, 9), "检验科", "30", 3),
)
# meals are waived for the three units of Lingyun county only
MEALS_WAIVED = {places.LINGYUN_HOSPITAL, places.LUOLOU, places.JIAYOU}
TRAINEE_TITLES = ("234", "254", "235", "264", "")


def load(agreements: dict[str, Agreement], staff: Staff) -> None:
    told(agreements)
    by_residents(agreements[places.LINGYUN_HOSPITAL], staff.residents[0])
    counted(agreements, staff)
    trainees(agreements, staff)


def told(agreements: dict[str, Agreement]) -> None:
    for recipient, day, topic, audience, quoted in TOLD:
        numbers = {"lectures": 1}
        if audience:
            numbers["lecture_audience"] = scribe.about(audience, quoted)
        note = "" if audience else f"{quoted}参加，来源未给出人数。"
        # the first was given before the agreement was signed and can be entered only after its filing
        entered_on = max(day, days_after(FILED, 1))
        scribe.activity(
            agreements[recipient],
            "lecture",
            day,
            numbers,
            topic=topic,
            note=note,
            entered_on=entered_on,
        )


def by_residents(agreement: Agreement, team: tuple[Clinician, ...]) -> None:
    """A session a week during the first team's year; the last 21 without a named topic."""
    named = [(lecturer, topic) for lecturer, topics in zip(team, TOPICS, strict=True) for topic in topics]
    unnamed = [(team[number % len(team)], "") for number in range(RESIDENT_SESSIONS - len(named))]
    own_account = User.objects.get(username="yisheng")
    for week, (lecturer, topic) in enumerate(named + unnamed):
        scribe.activity(
            agreement,
            "lecture",
            FIRST_SESSION + timedelta(weeks=week),
            {"lectures": 1, "lecture_audience": RESIDENT_AUDIENCE},
            by=own_account if lecturer == team[0] else None,
            topic=topic,
            place="住院部会议室",
            speciality=lecturer.speciality,
            participants=[lecturer],
        )


def counted(agreements: dict[str, Agreement], staff: Staff) -> None:
    lecturers = {
        places.SHITANG: staff.residents[2],
        places.LUOLOU: staff.residents[3],
        places.JIAYOU: staff.residents[4],
    }
    for recipient, first, gap, audiences in COUNTED:
        for number, audience in enumerate(audiences):
            team = lecturers[recipient]
            scribe.activity(
                agreements[recipient],
                "lecture",
                first + timedelta(days=gap * number),
                {"lectures": 1, "lecture_audience": scribe.over(audience)},
                participants=[team[number % len(team)]],
                note=COUNTED_NOTE,
            )


def trainees(agreements: dict[str, Agreement], staff: Staff) -> None:
    """25 trainees: tuition and lodging waived for all, meals for the 19 of Lingyun county."""
    supply = names(skip=100)
    number = 0
    for recipient, start, end, department, speciality, count in TRAINEES:
        agreement = agreements[recipient]
        subject = Speciality.objects.get(code=speciality)
        for _ in range(count):
            trainee = Clinician.objects.create(
                organisation=agreement.recipient,
                staff_no=f"JX{number + 1:03d}",
                name=next(supply),
                sex=str(1 + number % 2),
                title=TRAINEE_TITLES[number % len(TRAINEE_TITLES)],
                department=department,
                speciality=subject,
            )
            scribe.study(
                agreement,
                trainee,
                (start, end),
                speciality=subject,
                department=department,
                teacher=staff.pool[number % len(staff.pool)],
                tuition_waived=True,
                lodging_waived=True,
                meals_waived=recipient in MEALS_WAIVED,
                result="结业合格",
            )
            number += 1
