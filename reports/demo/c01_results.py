"""Case C01, results: operations, free clinics, techniques, rules, donations, revenue before and now."""

from datetime import date

from accounts.models import User
from reports.demo import organisations as places
from reports.demo import scribe
from reports.demo.accounts import coordinator_of
from reports.demo.c01_staff import CATARACT_TRIPS, Staff
from staffing.services.activities import Outcome
from support.models import Agreement

# operations of the two cataract trips; the source states 80 for both
CATARACT_OPERATIONS = (48, 32)

# recipient, day, who taught (team, place in it), department, how many, the named ones
TECHNIQUES = (
    (
        places.LINGYUN_HOSPITAL,
        date(2024, 9, 12),
        (0, 0),
        "内科",
        5,
        ("无创呼吸机辅助通气", "动态血压监测"),
    ),
    (
        places.LINGYUN_HOSPITAL,
        date(2024, 11, 21),
        (0, 1),
        "外科",
        6,
        ("腹腔镜阑尾切除术", "经皮肾穿刺造瘘术", "锁骨下静脉穿刺置管术"),
    ),
    (
        places.LINGYUN_HOSPITAL,
        date(2025, 2, 20),
        (0, 2),
        "妇产科",
        5,
        ("宫腔镜检查术", "腹膜外剖宫产术"),
    ),
    (places.LINGYUN_HOSPITAL, date(2025, 4, 17), (0, 3), "放射科", 4, ("乳腺钼靶摄影",)),
    (places.LINGYUN_HOSPITAL, date(2025, 5, 22), (0, 4), "检验科", 4, ("糖化血红蛋白测定",)),
    (places.LUOLOU, date(2025, 1, 16), (3, 1), "中医科", 7, ("穴位埋线疗法", "小针刀疗法")),
    (places.JIAYOU, date(2025, 6, 19), (4, 0), "外科", 6, ("清创缝合规范操作", "石膏外固定术")),
    (
        places.SHITANG,
        date(2024, 10, 24),
        (2, 0),
        "妇产科",
        6,
        ("新法接生技术", "产程图监护", "新生儿复苏术"),
    ),
    (places.SHITANG, date(2025, 5, 15), (2, 4), "检验科", 5, ("血型鉴定与交叉配血", "电解质测定")),
)
# recipient, day, how many, three of them
RULES = (
    (
        places.LINGYUN_HOSPITAL,
        date(2024, 12, 19),
        40,
        ("三级查房制度", "手术安全核查制度", "危急值报告制度"),
    ),
    (places.LUOLOU, date(2025, 1, 23), 12, ("首诊负责制度", "病历书写规范", "药品管理制度")),
    (places.JIAYOU, date(2025, 7, 17), 12, ("首诊负责制度", "交接班制度", "消毒隔离制度")),
    (places.SHITANG, date(2025, 3, 20), 23, ("产房管理制度", "新生儿交接制度", "检验质量管理制度")),
)
SHITANG_GOODS = (
    ("工作服", 50, "套"),
    ("病床", 12, "张"),
    ("床垫", 12, "张"),
    ("担架车", 1, "台"),
    ("心电监护仪", 1, "台"),
)
BASELINE_YEAR, NOW = 2023, 2025
# 万元
REVENUE = ((places.LINGYUN_HOSPITAL, "570", "745.7"), (places.SHITANG, "90", "153"))


def load(agreements: dict[str, Agreement], staff: Staff) -> None:
    care(agreements, staff)
    techniques(agreements, staff)
    rules(agreements)
    donations(agreements)
    revenue(agreements)


def care(agreements: dict[str, Agreement], staff: Staff) -> None:
    hospital, shitang = agreements[places.LINGYUN_HOSPITAL], agreements[places.SHITANG]
    for (start, end), count in zip(CATARACT_TRIPS, CATARACT_OPERATIONS, strict=True):
        scribe.activity(
            hospital,
            "operation",
            start,
            {"operations": count},
            end_on=end,
            topic="白内障复明手术",
            participants=staff.cataract,
            speciality=staff.cataract[0].speciality,
        )
    scribe.activity(
        shitang,
        "operation",
        date(2024, 7, 1),
        {"operations": scribe.nearly(100, "近百例")},
        end_on=date(2025, 4, 30),
        topic="产科手术",
        participants=staff.residents[2][:1],
        speciality=staff.residents[2][0].speciality,
    )
    # the recipient's entry, confirmed by the sender; one number for the three places
    scribe.activity(
        hospital,
        "free_clinic",
        date(2024, 10, 14),
        {"free_clinic_sessions": 3, "free_clinic_patients": scribe.over(1000, "1000多人次")},
        end_on=date(2024, 10, 16),
        by=coordinator_of(hospital.recipient),
        topic="下乡义诊",
        place="逻楼、加尤、沙里",
        participants=staff.cataract,
    )


def techniques(agreements: dict[str, Agreement], staff: Staff) -> None:
    """48 counted, 18 of them named, each with the person who brought it."""
    for recipient, day, (team, place), department, count, named in TECHNIQUES:
        teacher = staff.residents[team][place]
        scribe.activity(
            agreements[recipient],
            "technique",
            day,
            {"techniques": count},
            topic=f"{department}新技术",
            participants=[teacher],
            speciality=teacher.speciality,
            outcomes=[
                Outcome(kind="technique", name=name, person=teacher, department=department, first_on=day)
                for name in named
            ],
        )


def rules(agreements: dict[str, Agreement]) -> None:
    for recipient, day, count, named in RULES:
        scribe.activity(
            agreements[recipient],
            "rules",
            day,
            {"rules_revised": count},
            topic="规章制度修订",
            outcomes=[Outcome(kind="rule", name=name, first_on=day) for name in named],
        )


def donations(agreements: dict[str, Agreement]) -> None:
    hospital, shitang = agreements[places.LINGYUN_HOSPITAL], agreements[places.SHITANG]
    scribe.donation(
        hospital,
        "goods",
        date(2024, 9, 20),
        "囊膜切开仪",
        "18000.00",
        qualifier=scribe.ABOUT,
        items=(("囊膜切开仪", 2, "台"),),
        purpose="白内障复明手术",
    )
    scribe.donation(
        shitang, "cash", date(2024, 8, 20), "产房改造资金", "5154.00", purpose="产房改造", receipt="演示-0001"
    )
    scribe.donation(
        shitang,
        "goods",
        date(2024, 8, 20),
        "病床等设备物资",
        "34250.00",
        items=SHITANG_GOODS,
        purpose="改善住院条件",
    )


def revenue(agreements: dict[str, Agreement]) -> None:
    officer = User.objects.get(username="weijian")
    for recipient, before, now in REVENUE:
        unit = agreements[recipient].recipient
        scribe.outcome(
            unit, "revenue", BASELINE_YEAR, before, on=date(2024, 6, 20), officer=officer, baseline=True
        )
        scribe.outcome(unit, "revenue", NOW, now, on=date(2026, 3, 2), officer=officer)
