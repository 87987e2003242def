"""The organisations of the demonstration. Those of case C02 lie in a region that does not exist."""

from accounts.models import Organisation, Region

PROVINCE, LINGYUN, LINGSHAN = "450000", "451027", "450721"
# no real region has this code; it makes clear at a glance that the city is invented
DEMO_CITY = ("459900", "演示市")

BUREAU, SENDER = "YS-WJW", "YS-YY1"
LINGYUN_BUREAU, LINGSHAN_BUREAU = "YS-LYWJ", "YS-LSWJ"
LINGYUN_HOSPITAL, LUOLOU, JIAYOU, SHITANG = "YS-LYYY", "YS-LLWSY", "YS-JYWSY", "YS-STWSY"
CITY_BUREAU = "YS-SWSJ"

Kind, Grade = Organisation.Kind, Organisation.Grade

# code, name, short name, kind, grade, region
C01_ORGANISATIONS = (
    (BUREAU, "广西壮族自治区卫生健康委员会（演示）", "自治区卫健委（演示）", Kind.BUREAU, "", PROVINCE),
    (SENDER, "××市第一人民医院", "", Kind.HOSPITAL, Grade.THIRD_A, PROVINCE),
    (LINGYUN_BUREAU, "凌云县卫生健康局（演示）", "凌云县卫健局", Kind.BUREAU, "", LINGYUN),
    (LINGSHAN_BUREAU, "灵山县卫生健康局（演示）", "灵山县卫健局", Kind.BUREAU, "", LINGSHAN),
    (LINGYUN_HOSPITAL, "凌云县人民医院", "", Kind.HOSPITAL, Grade.SECOND_A, LINGYUN),
    (LUOLOU, "凌云县逻楼中心卫生院", "逻楼中心卫生院", Kind.CENTRAL_CLINIC, "", LINGYUN),
    (JIAYOU, "凌云县加尤中心卫生院", "加尤中心卫生院", Kind.CENTRAL_CLINIC, "", LINGYUN),
    (SHITANG, "灵山县石塘镇卫生院", "石塘镇卫生院", Kind.TOWNSHIP_CLINIC, "", LINGSHAN),
)
C02_HOSPITALS = (
    "演示市第一人民医院",
    "演示市第二人民医院",
    "演示市第三人民医院",
    "演示市中医医院",
    "演示市妇幼保健院",
    "演示市东城医院",
    "演示市河西医院",
)
C02_CLINICS = (
    "青溪镇卫生院",
    "古榕镇卫生院",
    "双江镇卫生院",
    "莲塘镇卫生院",
    "白鹭镇卫生院",
    "石桥镇卫生院",
    "云台乡卫生院",
    "平山乡卫生院",
    "柳岸镇卫生院",
    "东岭镇卫生院",
)


def hospital_code(number: int) -> str:
    return f"YS-SYY{number}"


def clinic_code(number: int) -> str:
    return f"YS-WSY{number:02d}"


def load_organisations() -> dict[str, Organisation]:
    """All of them by code; made when missing, left alone when there."""
    city, _ = Region.objects.get_or_create(
        code=DEMO_CITY[0],
        defaults={
            "name": DEMO_CITY[1],
            "level": Region.Level.PREFECTURE,
            "parent": Region.objects.get(code=PROVINCE),
        },
    )
    rows = [
        *C01_ORGANISATIONS,
        (CITY_BUREAU, "演示市卫生局（演示）", "演示市卫生局", Kind.BUREAU, "", city.code),
        *(
            (hospital_code(number), name, "", Kind.HOSPITAL, Grade.SECOND_A, city.code)
            for number, name in enumerate(C02_HOSPITALS, 1)
        ),
        *(
            (clinic_code(number), name, "", Kind.TOWNSHIP_CLINIC, "", city.code)
            for number, name in enumerate(C02_CLINICS, 1)
        ),
    ]
    for code, name, short_name, kind, grade, region in rows:
        Organisation.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "short_name": short_name,
                "kind": kind,
                "grade": grade,
                "region": Region.objects.get(code=region),
            },
        )
    return {row.code: row for row in Organisation.objects.filter(code__startswith="YS-")}
