"""Case C02: 7 second-level hospitals support 10 township clinics, plan of 2012 (市二级医院对口支援乡镇卫生院).

The plan names no place and no results, so the city, its units and people are invented and no activity
is entered. Each clinic has one supporter; three hospitals hold two clinics. Support lasts at least a
year, hence the cycle runs to the end of 2013; the deadlines are those of the plan.

Arrivals are spread so that the three days around the deadline have three different right answers
(expected at the end of each day, pairs by clinic number; see reports/tests/test_demo.py):

- 29 July: not on post 6–10, nobody late (the deadline is tomorrow)
- 30 July: not on post 8–10, nobody late (today is the deadline)
- 31 July: not on post 9–10, both late; clinic 8 was reached on 31 July, a day late

The agreement of clinic 10 was filed on 2 July, two days after its deadline: late, recorded, not blocked.
"""

from datetime import date

from accounts.models import Organisation, User
from reports.demo import organisations as places
from reports.demo import scribe
from reports.demo.c01_staff import person
from reports.demo.clock import as_of
from reports.demo.people import names
from staffing.services.batches import batch_create
from support.models import Agreement, Cycle, CycleDeadline, Programme

PROGRAMME = "市二级医院对口支援乡镇卫生院（演示）"
CODE = "C02-2012"
PERIOD = (date(2012, 1, 1), date(2013, 12, 31))
IN_FORCE = (date(2012, 7, 1), date(2013, 12, 31))
STAY = (date(2012, 7, 28), date(2013, 8, 2))
SIGNED, FILED, FILED_LATE = date(2012, 6, 26), date(2012, 6, 29), date(2012, 7, 2)
DEADLINES = (
    ("plan", date(2012, 6, 15), "印发方案，确定结对"),
    ("agreement", date(2012, 6, 30), "制定年度和三年计划，签订并备案协议"),
    ("arrival", date(2012, 7, 30), "完成岗前培训，上报名单，人员到岗"),
    ("summary", date(2012, 12, 30), "总结、考核、表彰"),
)
# clinic number, hospital number, arrival
PAIRS = (
    (1, 1, date(2012, 7, 28)),
    (2, 1, date(2012, 7, 28)),
    (3, 2, date(2012, 7, 28)),
    (4, 2, date(2012, 7, 29)),
    (5, 3, date(2012, 7, 29)),
    (6, 3, date(2012, 7, 30)),
    (7, 4, date(2012, 7, 30)),
    (8, 5, date(2012, 7, 31)),
    (9, 6, date(2012, 8, 3)),
    (10, 7, date(2012, 8, 3)),
)
LATE_FILING = 10
# two people to each clinic, medicine first: title, post, department, speciality
PEOPLE = (
    (("233", "", "内科", "03"), ("234", "", "外科", "04")),
    (("233", "", "内科", "03"), ("234", "", "妇产科", "05")),
    (("234", "", "内科", "03"), ("234", "", "儿科", "07")),
)


def load(organisations: dict[str, Organisation]) -> bool:
    """The whole case; False when it is already there."""
    if Cycle.objects.filter(code=CODE).exists():
        return False
    programme = Programme.objects.create(
        name=PROGRAMME,
        bureau=organisations[places.CITY_BUREAU],
        basis="《市二级医院对口支援乡镇卫生院实施方案》",
        is_demo=True,
    )
    cycle = Cycle.objects.create(
        programme=programme, code=CODE, name="2012年度", start_on=PERIOD[0], end_on=PERIOD[1]
    )
    for kind, due_on, note in DEADLINES:
        CycleDeadline.objects.create(cycle=cycle, kind=kind, due_on=due_on, note=note)
    clinics = [organisations[places.clinic_code(clinic)] for clinic, _, _ in PAIRS]
    cycle.recipients_planned.set(clinics)
    officer = User.objects.get(username="shiju")
    supply = names(skip=200)
    batches = {}
    for clinic, hospital, arrived_on in PAIRS:
        sender = organisations[places.hospital_code(hospital)]
        agreement = sign(cycle, clinic, sender, organisations[places.clinic_code(clinic)], officer)
        if hospital not in batches:
            batches[hospital] = depart(cycle, sender, hospital)
        members = [
            person(sender, f"{clinic:02d}{number}", next(supply), row)
            for number, row in enumerate(PEOPLE[clinic % len(PEOPLE)], 1)
        ]
        scribe.team(
            agreement=agreement,
            code="",
            kind="resident",
            period=STAY,
            members=[(member, member.department) for member in members],
            arrived_on=arrived_on,
            within=batches[hospital],
        )
    return True


def sign(
    cycle: Cycle, clinic: int, sender: Organisation, recipient: Organisation, officer: User
) -> Agreement:
    version = scribe.draft(
        cycle=cycle,
        number=f"演示〔2012〕{clinic}号",
        sender=sender,
        recipient=recipient,
        period=IN_FORCE,
        signed_on=SIGNED,
        by=officer,
        on=date(2012, 6, 18),
        specialities=("03", "04", "05"),
        targets=[
            {
                "kind": "stay_months",
                "detail": "支援时间不少于 1 年，可分批轮换",
                "unit": "个月",
                "minimum": 12,
                "basis": "实施方案",
            }
        ],
        title="对口支援乡镇卫生院协议书",
        year_goal="2012 年实现市二级医院对口支援乡镇卫生院全覆盖。",
    )
    filed_on = FILED_LATE if clinic == LATE_FILING else FILED
    return scribe.settle(version, on=SIGNED, filed_on=filed_on, by=officer)


def depart(cycle: Cycle, sender: Organisation, hospital: int):
    """A hospital's people leave together, also when they go to two clinics."""
    with as_of(date(2012, 7, 26)):
        return batch_create(
            cycle=cycle,
            sender=sender,
            code=f"YS-C02-{hospital:02d}",
            kind="resident",
            departed_on=STAY[0],
            task=f"{sender}第一批驻点人员",
        )
