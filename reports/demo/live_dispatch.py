"""The dispatch side of the year under way: rules, attendance, leave, an inspection, the next batch, papers.

Everything happens through the services on the days it tells of. The people, and what they did, are invented.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from accounts.models import User
from core.dates import add_months
from reports.demo import organisations as places
from reports.demo import scribe
from reports.demo.accounts import coordinator_of
from reports.demo.clock import as_of, days_after
from staffing.models import Clinician, Half, Leave, Mentorship, Posting, StayRule
from staffing.selectors.sheets import sheets_missing
from staffing.services.attendance import sheet_fill_present, sheet_open, sheet_submit
from staffing.services.certificates import certificate_request
from staffing.services.discipline import discipline_rule_activate, discipline_rule_create
from staffing.services.inspections import Found, inspection_change, inspection_conclude, inspection_record
from staffing.services.leave import leave_decide, leave_request
from staffing.services.mentorships import (
    PlannedItem,
    contact_write,
    deed_write,
    mentorship_create,
    plan_write,
    technique_add,
)
from staffing.services.plan_steps import plan_submit
from staffing.services.plans import plan_from_batch, plan_save, plan_start
from staffing.services.posting_changes import posting_extend
from staffing.services.promotion import candidates_add
from staffing.services.recognised import recognised_save
from staffing.services.rules import rule_activate, rule_create
from staffing.titles import TitleLevel
from support.models import Agreement, Programme

OPEN_MONTH, TODAY = date(2026, 11, 1), date(2026, 11, 20)


def load(agreements: dict[str, Agreement]) -> None:
    """``agreements`` of the year by recipient code, with its people on post already."""
    officer, leader = (User.objects.get(username=name) for name in ("weijian", "juzhang"))
    hospital, shitang = agreements[places.LINGYUN_HOSPITAL], agreements[places.SHITANG]
    rules(hospital.cycle.programme, officer)
    leaves(hospital, shitang)
    attendance(agreements.values())
    inspection(shitang, officer)
    next_batch(hospital, shitang)
    pair(hospital)
    promotion(hospital)
    with as_of(days_after(TODAY, -1), 9):
        certificate_request(
            kind="certificate",
            clinician=resident(hospital, 0).clinician,
            postings=[resident(hospital, 0)],
            by=coordinator_of(hospital.sender),
        )


def residents(agreement: Agreement) -> list[Posting]:
    found = Posting.objects.filter(agreement=agreement, kind="resident", status__in=Posting.PRESENT)
    return list(found.select_related("clinician", "agreement__recipient", "batch").order_by("pk"))


def resident(agreement: Agreement, number: int) -> Posting:
    return residents(agreement)[number]


def rules(programme: Programme, officer: User) -> None:
    """Six months and one person always there are in use; “one year” stands beside them, not in use."""
    basis = "城乡医院对口支援工作管理办法（演示摘录）"
    kept = []
    with as_of(date(2026, 1, 12)):
        for measure, minimum, unit, quoted in (
            ("continuous", 6, "months", "每批派驻人员连续工作不少于6个月"),
            ("floor", 1, "persons", "受援单位全年有人在岗"),
        ):
            kept.append(
                rule_create(
                    programme=programme,
                    by=officer,
                    measure=measure,
                    minimum=minimum,
                    unit=unit,
                    basis=basis,
                    quoted=quoted,
                    **(
                        {"tolerance_days": 3, "warning_days": 30} if measure == StayRule.Measure.FLOOR else {}
                    ),
                )
            )
        rule_create(
            programme=programme,
            by=officer,
            measure="continuous",
            minimum=12,
            unit="months",
            basis="县级实施方案（演示摘录）",
            quoted="派驻人员服务一年",
        )
        for rule in kept:
            rule_activate(rule=rule, by=officer)
        discipline = discipline_rule_create(
            programme=programme,
            name="派驻人员在岗纪律",
            basis="对口支援人员管理规定（演示摘录）",
            by=officer,
            example="gansu-2014",
        )
        discipline_rule_activate(rule=discipline, by=officer)


def leaves(hospital: Agreement, shitang: Agreement) -> None:
    """One in time, one approved too late, one waiting."""
    sending = coordinator_of(hospital.sender)
    granted = _ask(
        resident(hospital, 1), "annual", date(2026, 8, 12), date(2026, 8, 13), "休年假", sending, -9
    )
    _grant(granted, coordinator_of(hospital.recipient), date(2026, 8, 6))
    late = _ask(
        resident(shitang, 0), "personal", date(2026, 9, 17), date(2026, 9, 17), "家中有事", sending, -1
    )
    _grant(late, coordinator_of(shitang.recipient), date(2026, 9, 18))
    _ask(
        resident(hospital, 2), "personal", date(2026, 11, 26), date(2026, 11, 27), "参加职称考试", sending, -6
    )


def _ask(posting: Posting, kind: str, start: date, end: date, reason: str, by: User, days: int) -> Leave:
    with as_of(days_after(start, days)):
        return leave_request(posting=posting, kind=kind, start_on=start, end_on=end, reason=reason, by=by)


def _grant(leave: Leave, by: User, on: date) -> None:
    with as_of(on):
        leave_decide(leave=leave, approved=True, by=by)


def attendance(agreements: Iterable[Agreement]) -> None:
    """Every month that is over handed in on the second of the next; November kept up to date."""
    for agreement in agreements:
        by = coordinator_of(agreement.recipient)
        with as_of(TODAY):
            missing = sheets_missing(by, day=TODAY)
        for month in sorted(entry.month for entry in missing):
            with as_of(days_after(add_months(month, 1), 1), 9):
                sheet = sheet_open(recipient=agreement.recipient, month=month, by=by)
                sheet_fill_present(sheet=sheet, by=by)
                sheet_submit(sheet=sheet, by=by)
        if residents(agreement):
            with as_of(TODAY, 17):
                sheet = sheet_open(recipient=agreement.recipient, month=OPEN_MONTH, by=by)
                sheet_fill_present(sheet=sheet, by=by)


def inspection(shitang: Agreement, officer: User) -> None:
    """An afternoon in September: one there, one not."""
    with as_of(date(2026, 9, 23), 15):
        record = inspection_record(
            recipient=shitang.recipient,
            inspected_on=date(2026, 9, 23),
            half=Half.AFTERNOON,
            inspectors="韦知行、黄守正",
            by=officer,
            note="卫生院门诊和住院部各走一遍。",
        )
        here = residents(shitang)
        results = ["present", *["absent"] * (len(here) - 1)]
        found = [Found(one, result) for one, result in zip(here, results, strict=True)]
        inspection_change(
            inspection=record, by=officer, inspectors=record.inspectors, note=record.note, findings=found
        )
        inspection_conclude(inspection=record, by=officer)


def next_batch(hospital: Agreement, shitang: Agreement) -> None:
    """A plan waits for its recipient, another is in the making; somebody should stay until the task is done."""
    sending = coordinator_of(hospital.sender)
    leaving = residents(shitang)
    with as_of(days_after(TODAY, -3)):
        posting_extend(
            posting=leaving[0],
            new_end_on=date(2026, 12, 31),
            reason="产科急救培训还差两次",
            unfinished_task="完成新生儿复苏培训并考核",
            by=sending,
        )
        next_team = plan_start(
            cycle=shitang.cycle,
            sender=shitang.sender,
            code="YS-2026-05",
            kind="resident",
            departed_on=date(2026, 12, 5),
            by=sending,
            task="接替到期人员",
        )
        header = {"explanation": "协议 12 月 31 日到期，续签后延长至半年。"}
        line = {
            "agreement": shitang,
            "clinician": Clinician.objects.get(organisation=shitang.sender, staff_no="SY030"),
            "replaces": leaving[-1],
            "start_on": date(2026, 12, 5),
            "end_on": date(2026, 12, 31),
            "department": leaving[-1].department,
            "role": Posting.Role.MEMBER,
        }
        plan_submit(batch=plan_save(batch=next_team, header=header, lines=[line], by=sending), by=sending)
        plan_from_batch(
            source=resident(hospital, 0).batch,
            cycle=hospital.cycle,
            code="YS-2027-01",
            by=sending,
            overlap_days=3,
            task="下一批驻点",
        )


def pair(hospital: Agreement) -> None:
    """A mentor on post and an apprentice of the county hospital, five months on."""
    mentor = resident(hospital, 0).clinician
    apprentice = Clinician.objects.filter(organisation=hospital.recipient).order_by("pk")[1]
    sending, receiving = coordinator_of(hospital.sender), coordinator_of(hospital.recipient)
    with as_of(date(2026, 6, 12)):
        made: Mentorship = mentorship_create(
            by=sending,
            submit=True,
            agreement=hospital,
            mentor=mentor,
            apprentice=apprentice,
            start_on=date(2026, 6, 15),
            end_on=date(2026, 12, 31),
            signed_on=date(2026, 6, 12),
            direction="常见急症的早期识别和处理",
        )
    scribe.confirm(made, on=date(2026, 6, 15), by=receiving)
    for month, visits, days in ((6, 3, 3), (7, 4, 3), (8, 2, 3), (9, 4, 4), (10, 5, 3)):
        with as_of(days_after(add_months(date(2026, month, 1), 1), 1)):
            first = date(2026, month, 1)
            contact_write(mentorship=made, month=first, number=visits, by=receiving)
            contact_write(mentorship=made, month=first, number=days, by=sending)
    with as_of(date(2026, 10, 22)):
        plan_write(
            mentorship=made,
            by=sending,
            lines=[
                PlannedItem("带教查房", "次", Decimal(24), Decimal(19)),
                PlannedItem("独立完成胸腔穿刺", "例", Decimal(5), Decimal(5), date(2026, 10, 20)),
            ],
        )
        deed_write(mentorship=made, kind="plan", done_on=date(2026, 6, 20), note="带教计划", by=sending)
        technique_add(
            mentorship=made, name="胸腔穿刺术", mastered_on=date(2026, 10, 20), assessor=mentor, by=sending
        )


def promotion(hospital: Agreement) -> None:
    """The December list of next year, and service elsewhere that waits for the bureau's word."""
    sending = coordinator_of(hospital.sender)
    people = [posting.clinician for posting in residents(hospital)]
    with as_of(days_after(TODAY, -2)):
        candidates_add(people=people, target=TitleLevel.ASSOCIATE, year=2027, by=sending)
        recognised_save(
            clinician=people[0],
            start_on=date(2023, 3, 1),
            end_on=date(2023, 8, 31),
            by=sending,
            submit=True,
            kind="grassroots",
            place="凌云县逻楼中心卫生院",
            location="township",
            evidence="医院派驻文件（演示）",
        )
