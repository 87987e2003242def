"""The year that is under way (2026年度): a little invented work, so that every account finds something to do.

A cycle of its own, so that no figure of case C01 is touched. Two agreements renewed and in force, one
waiting to be filed, one waiting for its recipient; people on post, one team not yet confirmed; records
confirmed, waiting, returned and in draft. Everything here is invented and small.
"""

from datetime import date, timedelta

from accounts.models import Organisation, User
from reports.demo import case_c01, live_dispatch, live_workspace, scribe
from reports.demo import organisations as places
from reports.demo.accounts import coordinator_of
from reports.demo.clock import as_of
from staffing.models import Clinician
from support.models import Agreement, Cycle, CycleDeadline
from support.services.agreements import agreement_renew, version_confirm
from support.services.records import record_return

CODE = "2026"
PERIOD = (date(2026, 1, 1), date(2026, 12, 31))
IN_FORCE = (date(2026, 5, 1), date(2026, 12, 31))
DEADLINES = (
    ("plan", date(2026, 3, 31), "印发年度方案"),
    ("agreement", date(2026, 5, 31), "续签协议并备案"),
    ("arrival", date(2026, 6, 15), "人员到岗"),
    ("summary", date(2026, 12, 25), "报送年度总结"),
)
# recipient, number; how far its renewal has come
RENEWALS = (
    (places.LINGYUN_HOSPITAL, "演示〔2026〕1号", "filed"),
    (places.SHITANG, "演示〔2026〕2号", "filed"),
    (places.LUOLOU, "演示〔2026〕3号", "waiting for filing"),
    (places.JIAYOU, "演示〔2026〕4号", "waiting for recipient"),
)
RESIDENT, SHORT = "resident", "short_term"
# recipient, kind, from, to, staff numbers, arrived, ended
TEAMS = (
    (places.LINGYUN_HOSPITAL, RESIDENT, date(2026, 6, 1), date(2026, 12, 31), (1, 23, 26), True, False),
    (places.SHITANG, RESIDENT, date(2026, 6, 8), date(2026, 12, 7), (24, 29), True, False),
    (places.LINGYUN_HOSPITAL, SHORT, date(2026, 9, 14), date(2026, 9, 18), (32, 34), True, True),
    (places.SHITANG, SHORT, date(2026, 11, 16), date(2026, 12, 4), (25, 38), False, False),
)
# recipient, type, first day, days between, how often, measures
ROUTINE = (
    (places.LINGYUN_HOSPITAL, "lecture", date(2026, 6, 11), 28, 5, {"lectures": 1, "lecture_audience": 26}),
    (places.LINGYUN_HOSPITAL, "teaching_round", date(2026, 6, 16), 28, 5, {"teaching_rounds": 1}),
    (places.LINGYUN_HOSPITAL, "care", date(2026, 6, 30), 31, 4, {"patients_outpatient": 142}),
    (places.SHITANG, "lecture", date(2026, 6, 18), 35, 4, {"lectures": 1, "lecture_audience": 18}),
    (places.SHITANG, "care", date(2026, 6, 30), 31, 4, {"patients_outpatient": 96}),
)


def load(organisations: dict[str, Organisation]) -> bool:
    """The whole year; False when it is already there. Needs case C01, whose agreements it renews."""
    if Cycle.objects.filter(code=CODE).exists():
        return False
    cycle = Cycle.objects.create(
        programme=case_c01.load_programme(organisations),
        code=CODE,
        name="2026年度",
        start_on=PERIOD[0],
        end_on=PERIOD[1],
    )
    for kind, due_on, note in DEADLINES:
        CycleDeadline.objects.create(cycle=cycle, kind=kind, due_on=due_on, note=note)
    agreements = renew(cycle)
    cycle.recipients_planned.set([row.recipient for row in agreements.values()])
    send(agreements)
    routine(agreements)
    waiting(agreements)
    live_dispatch.load(agreements)
    live_workspace.load(cycle, agreements)
    return True


def renew(cycle: Cycle) -> dict[str, Agreement]:
    officer = User.objects.get(username="weijian")
    made = {}
    for recipient, number, stage in RENEWALS:
        earlier = Agreement.objects.get(cycle__code=case_c01.CODE, recipient__code=recipient)
        with as_of(date(2026, 4, 16)):
            agreement = agreement_renew(
                agreement=earlier,
                cycle=cycle,
                number=number,
                start_on=IN_FORCE[0],
                end_on=IN_FORCE[1],
                by=officer,
            )
            version = agreement.versions.get()
            version.title, version.signed_on = "2026年度对口支援协议书", date(2026, 4, 24)
            version.save()
            version.parties.update(signed_on=version.signed_on)
            live_workspace.promise(version)
        if stage == "filed":
            agreement = scribe.settle(version, on=date(2026, 4, 24), filed_on=date(2026, 4, 28), by=officer)
        else:
            with as_of(date(2026, 11, 18)):
                version = version_confirm(version=version, by=coordinator_of(agreement.sender))
            if stage == "waiting for filing":
                with as_of(date(2026, 11, 19)):
                    version_confirm(version=version, by=coordinator_of(agreement.recipient))
        made[recipient] = agreement
    return made


def staff(number: int) -> Clinician:
    return Clinician.objects.get(organisation__code=places.SENDER, staff_no=f"SY{number:03d}")


def send(agreements: dict[str, Agreement]) -> None:
    for number, (recipient, kind, start, end, numbers, arrives, ends) in enumerate(TEAMS, 1):
        people = [staff(each) for each in numbers]
        scribe.team(
            agreement=agreements[recipient],
            code=f"YS-2026-{number:02d}",
            kind=kind,
            period=(start, end),
            members=[(one, one.department) for one in people],
            arrives=arrives,
            ends=ends,
            task="驻点帮扶" if kind == RESIDENT else "专科短期支援",
        )


def routine(agreements: dict[str, Agreement]) -> None:
    """Confirmed work of the people on post, taking turns."""
    team = {places.LINGYUN_HOSPITAL: (1, 23, 26), places.SHITANG: (24, 29)}
    for recipient, kind, first, gap, times, numbers in ROUTINE:
        for turn in range(times):
            members = team[recipient]
            scribe.activity(
                agreements[recipient],
                kind,
                first + timedelta(days=gap * turn),
                numbers,
                participants=[staff(members[turn % len(members)])],
            )


def waiting(agreements: dict[str, Agreement]) -> None:
    """What each account finds on its first page."""
    hospital, shitang = agreements[places.LINGYUN_HOSPITAL], agreements[places.SHITANG]
    doctor = User.objects.get(username="yisheng")
    on_post = [staff(1)]
    lecture = {"lectures": 1, "lecture_audience": 32}
    scribe.activity(
        hospital,
        "lecture",
        date(2026, 11, 12),
        lecture,
        by=doctor,
        upto="submitted",
        topic="冬季呼吸道疾病防治",
        participants=on_post,
    )
    scribe.activity(
        hospital,
        "case_discussion",
        date(2026, 11, 17),
        {"case_discussions": 1},
        upto="submitted",
        topic="疑难病例讨论",
    )
    scribe.activity(
        hospital,
        "referral",
        date(2026, 11, 18),
        {"referrals_up": 2, "referrals_down": 3},
        by=coordinator_of(hospital.recipient),
        upto="submitted",
    )
    scribe.activity(
        shitang,
        "free_clinic",
        date(2026, 11, 14),
        {"free_clinic_sessions": 1, "free_clinic_patients": 87, "leaflets": 120},
        by=coordinator_of(shitang.recipient),
        upto="submitted",
        place="石塘镇圩场",
    )
    scribe.activity(
        shitang,
        "teaching_round",
        date(2026, 11, 13),
        {"teaching_rounds": 1},
        upto="submitted",
        topic="产科教学查房",
    )
    returned = scribe.activity(
        hospital,
        "teaching_round",
        date(2026, 11, 10),
        {"teaching_rounds": 2},
        by=doctor,
        upto="submitted",
        topic="内科教学查房",
        participants=on_post,
    )
    with as_of(date(2026, 11, 11)):
        record_return(
            record=returned, by=coordinator_of(hospital.recipient), reason="当天只查房一次，请核对次数。"
        )
    scribe.activity(
        hospital,
        "care",
        date(2026, 11, 19),
        {"patients_outpatient": 31},
        by=doctor,
        upto="draft",
        participants=on_post,
    )
    trainee = Clinician.objects.get(organisation=hospital.recipient, staff_no="JX001")
    scribe.study(
        hospital,
        trainee,
        (date(2026, 10, 12), date(2026, 12, 31)),
        upto="submitted",
        department="急诊科",
        lodging_waived=True,
        meals_waived=True,
    )
    scribe.donation(
        shitang,
        "goods",
        date(2026, 11, 5),
        "产科培训模型",
        "2600.00",
        items=(("新生儿复苏模型", 1, "套"),),
        upto="submitted",
    )
