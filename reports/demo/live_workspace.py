"""The daily side of the year under way: evidence, a dispute, a correction, outcome figures, returns, reminders.

Everything happens through the services on the days it tells of. The people, and what they did, are invented;
the pictures are drawn here and show nobody.
"""

import io
import uuid
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from accounts.models import Organisation, User
from accounts.services.notices import notices_round
from reports.demo import organisations as places
from reports.demo import scribe
from reports.demo.accounts import coordinator_of
from reports.demo.clock import as_of, days_after
from reports.models import ReturnForm, ReturnLevel, ReturnRule
from reports.reference import DUE_DAYS
from reports.selectors.return_subjects import Subject
from reports.services.monthly_returns import return_submit
from staffing.models import Activity
from staffing.services.activity_rules import Finding
from staffing.services.entry_drafts import template_save
from support.evidence_kinds import kind_called
from support.models import Agreement, AgreementTarget, AgreementVersion, Cycle, OutcomeIndicator
from support.services.deadlines import deadline_rules_load, deadlines_make
from support.services.disputes import record_answer, record_dispute
from support.services.donations import donation_use_add
from support.services.evidence import evidence_add
from support.services.outcomes import Entry, outcomes_save

SEPTEMBER = date(2026, 9, 1)
# what a renewed agreement promises beside the goals of the third cycle
PROMISES = (
    {"kind": "guidance", "unit": "次", "minimum": 1, "per": "month", "basis": "协议书第八条"},
    {"kind": "free_clinics", "unit": "次", "minimum": 2, "basis": "协议书第九条"},
)
# indicator, the first three quarters of 2025 and of 2026
FIGURES = (
    ("outpatient_visits", ("2105", "2232", "2301"), ("2210", "2365", "2430")),
    ("admissions", ("119", "127", "131"), ("128", "131", "140")),
    ("referral_out_rate", ("25.1", "24.6", "24.9"), ("23.9", "23.1", "22.4")),
)


def promise(version: AgreementVersion) -> None:
    """The promises above as targets of a draft."""
    for fields in PROMISES:
        AgreementTarget.objects.create(version=version, **fields)


def load(cycle: Cycle, agreements: dict[str, Agreement]) -> None:
    hospital, shitang = agreements[places.LINGYUN_HOSPITAL], agreements[places.SHITANG]
    with_evidence(shitang)
    in_dispute(hospital)
    corrected(hospital)
    figures_of(shitang.recipient)
    donated(shitang)
    with as_of(date(2026, 11, 18)):
        template_save(
            by=coordinator_of(hospital.sender),
            name="周三教学查房",
            activity_type=scribe.type_of("teaching_round"),
            data={"department": ["内科"], "topic": ["内科教学查房"]},
        )
    returns(hospital, shitang)
    reminders(cycle)


def _picture(sheet: bool) -> bytes:
    """A hall with a banner, or a ruled sheet with strokes where names would be. No faces, no writing."""
    picture = Image.new("RGB", (1200, 900), "#f4f1ea" if sheet else "#cfdbe6")
    pen = ImageDraw.Draw(picture)
    if sheet:
        for row in range(10):
            top = 140 + row * 70
            pen.line((90, top, 1110, top), fill="#8a8578", width=3)
            pen.line((300, top + 50, 380 + row * 12, top + 22, 460, top + 48), fill="#2b3a67", width=5)
        for across in (90, 260, 620, 1110):
            pen.line((across, 140, across, 840), fill="#8a8578", width=3)
    else:
        pen.rectangle((0, 620, 1200, 900), fill="#b9a98c")
        pen.rectangle((160, 110, 1040, 210), fill="#a8322d")
        for seat in range(6):
            pen.rounded_rectangle((120 + seat * 170, 560, 230 + seat * 170, 700), 14, fill="#5b6b7a")
        pen.rectangle((420, 420, 780, 560), fill="#e9e4d8")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def show(activity: Activity, caption: str, *, sheet: bool = False) -> None:
    """One picture sent by whoever entered the activity, while it is still open."""
    evidence_add(
        of=kind_called("activity"),
        upload_key=uuid.uuid4(),
        entry_key=activity.client_key,
        file=SimpleUploadedFile("演示.jpg", _picture(sheet), "image/jpeg"),
        by=activity.entered_by,
        record=activity,
        kind="sheet" if sheet else "photo",
        caption=caption,
    )


def with_evidence(agreement: Agreement) -> None:
    """A free clinic with filing, findings as a part of its patients, two photos and a sign-in sheet."""
    on, by = date(2026, 10, 17), coordinator_of(agreement.sender)
    made = scribe.activity(
        agreement,
        "free_clinic",
        on,
        {
            "free_clinic_sessions": 1,
            "free_clinic_staff": 6,
            "free_clinic_patients": 78,
            "leaflets": 160,
            "free_medicine_value": 1260,
        },
        by=by,
        upto="draft",
        topic="重阳节义诊",
        place="石塘镇敬老院",
        content="为院内老人测血压、血糖，检查心肺和膝关节，逐人写明复查建议，由家庭医生签约团队随访。",
        filing_number="义诊备〔2026〕12号",
        filed_on=date(2026, 9, 28),
        findings=[Finding("高血压", 11), Finding("冠心病", 5), Finding("膝骨关节炎", 9)],
    )
    with as_of(on, 17):
        for caption in ("义诊现场", "逐人测量血压"):
            show(made, caption)
        show(made, "医务人员签到表", sheet=True)
        scribe.record_submit(record=made, by=by)
    scribe.confirm(made, on=days_after(on, 2))


def in_dispute(agreement: Agreement) -> None:
    """The two sides remember the number of operations differently; the bureau has to say."""
    made = scribe.activity(
        agreement, "operation", date(2026, 11, 6), {"operations_led": 4, "operations_assisted": 2},
        upto="submitted",
    )  # fmt: skip
    with as_of(date(2026, 11, 9)):
        record_dispute(
            record=made,
            by=coordinator_of(agreement.recipient),
            reason="手术登记本上当天主刀 3 例，另 1 例是前一天做的，已经登记过。",
        )
    with as_of(date(2026, 11, 10)):
        record_answer(
            record=made,
            by=coordinator_of(agreement.sender),
            answer="前一天的那例改期到当天上午，麻醉记录可以核对。",
        )


def corrected(agreement: Agreement) -> None:
    """A confirmed training whose audience was mistyped: the new record waits to take its place."""
    numbers = {"trainings": 1, "training_audience": 310}
    wrong = scribe.activity(agreement, "training", date(2026, 9, 22), numbers, topic="院感防控培训")
    scribe.activity(
        agreement,
        "training",
        date(2026, 9, 22),
        {**numbers, "training_audience": 31},
        upto="submitted",
        entered_on=date(2026, 11, 16),
        topic="院感防控培训",
        replaces=wrong,
        replace_reason="参训人次多写了一个 0，签到表上是 31 人。",
    )


def figures_of(unit: Organisation) -> None:
    """Quarters of two years, so that none of case C01's whole years is touched; the last waits for the bureau."""
    officer = User.objects.get(username="weijian")
    for number in range(6):
        year, quarter = 2025 + number // 3, number % 3 + 1
        entries = [
            Entry(
                OutcomeIndicator.objects.get(code=code),
                Decimal((*before, *now)[number]),
                source="医院信息系统",
                department="医务科",
                sure=True,
            )
            for code, before, now in FIGURES
        ]
        on = date(year, 3 * quarter + 1, 8)
        with as_of(on):
            made = outcomes_save(
                recipient=unit,
                year=year,
                quarter=quarter,
                entries=entries,
                by=coordinator_of(unit),
                submit=True,
            )
        if number < 5:
            for value in made:
                scribe.confirm(value, on=days_after(on, 5), by=officer)


def donated(agreement: Agreement) -> None:
    """Equipment with its items, accepted, and what became of it."""
    on = date(2026, 6, 26)
    made = scribe.donation(
        agreement,
        "goods",
        on,
        "产后康复设备",
        "18600.00",
        items=(("盆底康复治疗仪", 1, "台"), ("治疗床", 2, "张")),
        accepted_on=on,
        accepted_by="设备科、妇产科",
        valuation="invoice",
        receipt="演示-2026-07",
    )
    with as_of(date(2026, 10, 9)):
        donation_use_add(
            donation=made,
            noted_on=date(2026, 9, 30),
            text="在用，三季度治疗 46 人次。",
            by=coordinator_of(agreement.recipient),
        )


def returns(*agreements: Agreement) -> None:
    """September, reported from the clinics up; October is still to come and shows in 待办."""
    sender, officer = agreements[0].sender, User.objects.get(username="weijian")
    levels = [("clinic", row.recipient, coordinator_of(row.recipient), 4) for row in agreements]
    levels += [
        ("hospital", sender, coordinator_of(sender), 6),
        ("bureau", officer.organisation, officer, 9),
    ]
    for level in ReturnLevel:
        ReturnRule.objects.create(
            bureau=officer.organisation,
            level=level,
            due_day=DUE_DAYS[level],
            from_month=SEPTEMBER,
            basis="演示：本局从 2026 年 9 月起用本系统报送月报。",
        )
    for form in ReturnForm.values:
        for level, unit, by, day in levels:
            with as_of(date(2026, 10, day)):
                return_submit(subject=Subject(form, level, unit, SEPTEMBER), by=by)


def reminders(cycle: Cycle) -> None:
    officer = User.objects.get(username="weijian")
    deadline_rules_load(bureau=cycle.programme.bureau, example="returns", by=officer)
    deadlines_make(cycle=cycle, by=officer)
    notices_round()
