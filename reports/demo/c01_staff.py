"""Case C01, who was sent: 17 batches with 69 person-times, 42 different people.

Resident (驻点) 5 batches, 19 people; short-term (短期) 12 batches, 50 person-times. Lingyun county
(hospital and two central clinics) 8 batches with 26, Shitang 9 with 43.
"""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from reports.demo import organisations as places
from reports.demo import scribe
from reports.demo.people import names
from staffing.models import Clinician
from support.models import Agreement, Speciality

RESIDENT, SHORT = "resident", "short_term"
DEPUTY = "科副主任"

# title code, post, department, speciality; the order of the teams below
RESIDENTS = (
    # first team: 内、外、妇、放射、检验; three are deputy heads of their department with title 主治
    ("233", DEPUTY, "内科", "03"),
    ("233", DEPUTY, "外科", "04"),
    ("233", DEPUTY, "妇产科", "05"),
    ("233", "", "放射科", "32"),
    ("263", "", "检验科", "30"),
    ("232", "", "急诊科", "20"),
    ("233", DEPUTY, "内科", "03"),
    ("233", "", "外科", "04"),
    ("234", "", "儿科", "07"),
    ("253", "", "护理部", ""),
    ("233", DEPUTY, "妇产科", "05"),
    ("252", "", "护理部", ""),
    ("233", "", "内科", "03"),
    ("234", "", "外科", "04"),
    ("264", "", "检验科", "30"),
    ("233", "", "内科", "03"),
    ("", "", "中医科", "50"),
    ("234", "", "外科", "04"),
    ("", "", "妇产科", "05"),
)
CATARACT = (("233", "", "眼科", "10"), ("234", "", "眼科", "10"), ("253", "", "眼科", "10"))
# those who go several times; one title is not recorded
POOL = (
    ("233", "", "内科", "03"),
    ("234", "", "儿科", "07"),
    ("253", "", "护理部", ""),
    ("233", "", "外科", "04"),
    ("263", "", "检验科", "30"),
    ("233", "", "妇产科", "05"),
    ("254", "", "护理部", ""),
    ("233", "", "放射科", "32"),
    ("234", "", "中医科", "50"),
    ("233", "", "急诊科", "20"),
    ("243", "", "药剂科", ""),
    ("233", "", "康复科", "21"),
    ("234", "", "麻醉科", "26"),
    ("253", "", "护理部", ""),
    ("", "", "口腔科", "12"),
    ("233", "", "儿科", "07"),
    ("264", "", "放射科", "32"),
    ("233", "", "皮肤科", "13"),
    ("234", "", "耳鼻喉科", "11"),
    ("233", "", "眼科", "10"),
)

# resident teams: recipient, from, to, how many
RESIDENT_TEAMS = (
    (places.LINGYUN_HOSPITAL, date(2024, 6, 15), date(2025, 6, 14), 5),
    (places.LINGYUN_HOSPITAL, date(2025, 6, 15), date(2026, 4, 30), 5),
    (places.SHITANG, date(2024, 7, 1), date(2025, 6, 30), 5),
    (places.LUOLOU, date(2024, 9, 1), date(2025, 2, 28), 2),
    (places.JIAYOU, date(2025, 3, 1), date(2025, 8, 31), 2),
)
CATARACT_TRIPS = ((date(2024, 9, 20), date(2024, 9, 28)), (date(2024, 10, 13), date(2024, 10, 16)))
SHORT_TEAMS = (
    (places.LUOLOU, date(2024, 8, 5), date(2024, 8, 9), 3),
    (places.JIAYOU, date(2025, 4, 14), date(2025, 4, 18), 3),
    (places.SHITANG, date(2024, 7, 15), date(2024, 7, 19), 5),
    (places.SHITANG, date(2024, 9, 9), date(2024, 9, 13), 5),
    (places.SHITANG, date(2024, 11, 11), date(2024, 11, 15), 5),
    (places.SHITANG, date(2025, 1, 6), date(2025, 1, 10), 5),
    (places.SHITANG, date(2025, 3, 10), date(2025, 3, 14), 5),
    (places.SHITANG, date(2025, 6, 9), date(2025, 6, 13), 5),
    (places.SHITANG, date(2025, 9, 8), date(2025, 9, 12), 4),
    (places.SHITANG, date(2026, 1, 12), date(2026, 1, 16), 4),
)


@dataclass(frozen=True)
class Staff:
    """``residents`` by team in the order of RESIDENT_TEAMS."""

    residents: tuple[tuple[Clinician, ...], ...]
    cataract: tuple[Clinician, ...]
    pool: tuple[Clinician, ...]


def person(organisation, staff_no: str, name: str, row: tuple, **fields) -> Clinician:
    title, post, department, speciality = row
    return Clinician.objects.create(
        organisation=organisation,
        staff_no=staff_no,
        name=name,
        sex=str(1 + int(staff_no[-1]) % 2),
        title=title,
        post=post,
        department=department,
        speciality=Speciality.objects.filter(code=speciality).first(),
        **fields,
    )


def load(agreements: dict[str, Agreement]) -> Staff:
    """Makes the people and sends them; every arrival confirmed, every stay ended on its last day."""
    sender = next(iter(agreements.values())).sender
    supply = names()
    # the first of the first team is the person behind the clinician's account
    accounts = {0: User.objects.get(username="yisheng")}
    people = [
        person(sender, f"SY{number + 1:03d}", next(supply), row, user=accounts.get(number))
        for number, row in enumerate((*RESIDENTS, *CATARACT, *POOL))
    ]
    residents, cataract, pool = people[:19], people[19:22], people[22:]
    numbers = (f"YS-C01-{number:02d}" for number in range(1, 18))

    teams, rest = [], list(residents)
    for recipient, start, end, size in RESIDENT_TEAMS:
        members, rest = rest[:size], rest[size:]
        teams.append(tuple(members))
        _send(agreements[recipient], next(numbers), RESIDENT, (start, end), members, "驻点帮扶")
    for trip in CATARACT_TRIPS:
        hospital = agreements[places.LINGYUN_HOSPITAL]
        _send(hospital, next(numbers), SHORT, trip, cataract, "白内障复明手术")
    turn = 0
    for recipient, start, end, size in SHORT_TEAMS:
        members = [pool[(turn + place) % len(pool)] for place in range(size)]
        turn += size
        _send(agreements[recipient], next(numbers), SHORT, (start, end), members, "专科短期支援")
    return Staff(tuple(teams), tuple(cataract), tuple(pool))


def _send(agreement, code, kind, period, members, task):
    scribe.team(
        agreement=agreement,
        code=code,
        kind=kind,
        period=period,
        members=[(member, member.department) for member in members],
        task=task,
    )
