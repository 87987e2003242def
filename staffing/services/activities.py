"""Logging what was done: one event, its participants, its typed measures and named results."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.errors import Problems, RuleBroken, checked
from staffing.models import Activity, ActivityMeasure, ActivityOutcome, ActivityType, Clinician, Measure
from staffing.services.text_prints import text_print_write
from support.models import Agreement
from support.models.donation import Qualifier
from support.services.records import record_submit

# what looks like an identity number or a mobile number must not slip into a text
PERSONAL_NUMBER = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15}|1[3-9]\d{9})(?!\d)")


@dataclass(frozen=True)
class Quantity:
    """A number as handed in: 3000 余人次 is (3000, OVER, "3000多人次")."""

    value: Decimal
    qualifier: str = Qualifier.EXACT
    quoted: str = ""


@dataclass(frozen=True)
class Outcome:
    """A named result: kind of ActivityOutcome.Kind, its name, who taught it and when it was first done."""

    kind: str
    name: str
    person: Clinician | None = None
    department: str = ""
    first_on: date | None = None


def activity_problems(
    *,
    agreement: Agreement,
    activity_type: ActivityType,
    start_on: date,
    end_on: date,
    participants: Sequence[Clinician],
    measures: Mapping[Measure, Quantity],
    texts: Sequence[str] = (),
    today: date | None = None,
) -> Problems:
    """Everything that speaks against this activity, by field."""
    problems = Problems()
    if end_on < start_on:
        problems.add(f"结束日期 {end_on:%Y-%m-%d} 早于日期 {start_on:%Y-%m-%d}。", field="end_on")
    effective = agreement.effective_period
    if effective is None:
        problems.add(f"协议 {agreement.number} 尚未备案，不能登记活动。", field="agreement")
    elif not (effective.contains(start_on) and effective.contains(max(start_on, end_on))):
        problems.add(f"活动日期不在协议 {agreement.number} 的有效期 {effective} 之内。", field="start_on")
    if end_on > (today or timezone.localdate()):
        problems.add("活动日期不能晚于今天，请在活动结束后登记。", field="start_on")
    parties = (agreement.sender_id, agreement.recipient_id)
    for person in participants:
        if person.organisation_id not in parties:
            problems.add(f"{person.name}不是协议双方的人员。", field="participants")
    allowed = {row.measure_id: row for row in activity_type.type_measures.select_related("measure")}
    for measure, quantity in measures.items():
        if measure.pk not in allowed:
            problems.add(f"“{activity_type}”不填“{measure.name}”。", field="measures")
        if quantity.value < 0:
            problems.add(f"“{measure.name}”不能为负数，现在是 {quantity.value}。", field="measures")
        if measure.is_whole and quantity.value != quantity.value.to_integral_value():
            problems.add(
                f"“{measure.name}”只能填整数（{measure.unit}），现在是 {quantity.value}。", field="measures"
            )
    given = {measure.pk for measure in measures}
    for row in allowed.values():
        if row.is_required and row.measure_id not in given:
            problems.add(f"请填写“{row.measure.name}”（{row.measure.unit}）。", field="measures")
    if not measures:
        problems.add("至少填写一项数量。", field="measures")
    for text in texts:
        if PERSONAL_NUMBER.search(text or ""):
            problems.add("文字中似乎有身份证号或手机号。活动只登记数量，请删去个人信息。", field="topic")
    return problems


@transaction.atomic
def activity_save(
    *,
    agreement: Agreement,
    activity_type: ActivityType,
    start_on: date,
    by: User,
    end_on: date | None = None,
    participants: Sequence[Clinician] = (),
    measures: Mapping[Measure, Quantity],
    outcomes: Sequence[Outcome] = (),
    topic: str = "",
    place: str = "",
    note: str = "",
    speciality=None,
    hours: Decimal | None = None,
    client_key: uuid.UUID | None = None,
    activity: Activity | None = None,
    submit: bool = False,
) -> Activity:
    """Create (``activity`` None) or rewrite an editable activity, optionally submitting it.

    A repeated submit with the same ``client_key`` returns the first record and changes nothing.
    """
    end_on = end_on or start_on
    if activity is None and client_key is not None:
        # two submits of one form at once queue on their author; the second then finds the first
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
        known = Activity.objects.filter(client_key=client_key, entered_by=by).first()
        if known is not None:
            return known
    if activity is not None:
        activity = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
        if not activity.is_editable:
            raise RuleBroken(f"记录现在是“{activity.get_status_display()}”，不能修改。")
        if activity.entered_for_id != by.organisation_id:
            raise RuleBroken("只有填报单位可以修改。")
    activity_problems(
        agreement=agreement,
        activity_type=activity_type,
        start_on=start_on,
        end_on=end_on,
        participants=participants,
        measures=measures,
        texts=(topic, place, note),
    ).raise_if_any()
    if activity is None:
        activity = Activity(entered_by=by, entered_for=by.organisation, client_key=client_key or uuid.uuid4())
    activity.agreement, activity.activity_type = agreement, activity_type
    activity.start_on, activity.end_on = start_on, end_on
    activity.topic, activity.place, activity.note = topic, place, note
    activity.speciality, activity.hours = speciality, hours
    checked(activity, constraints=False)
    activity.save()
    activity.participants.set(participants)
    activity.measures.all().delete()
    ActivityMeasure.objects.bulk_create(
        ActivityMeasure(
            activity=activity,
            measure=measure,
            value=quantity.value,
            qualifier=quantity.qualifier,
            quoted=quantity.quoted,
        )
        for measure, quantity in measures.items()
    )
    activity.outcomes.all().delete()
    ActivityOutcome.objects.bulk_create(
        ActivityOutcome(
            activity=activity,
            kind=outcome.kind,
            name=outcome.name,
            person=outcome.person,
            department=outcome.department,
            first_on=outcome.first_on or start_on,
        )
        for outcome in outcomes
    )
    text_print_write(row=activity)
    if submit:
        record_submit(record=activity, by=by)
    return activity
