"""Logging what was done: one event, its participants, its typed measures and named results."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from core.advice import Advice, ask
from core.errors import RuleBroken, checked
from staffing.models import (
    Activity,
    ActivityFinding,
    ActivityMeasure,
    ActivityOutcome,
    ActivityType,
    Clinician,
    Measure,
)
from staffing.selectors.activity_warnings import activity_warnings
from staffing.services.activity_rules import (
    Finding,
    Outcome,
    Quantity,
    activity_problems,
    entry_texts,
    judge_correction,
)
from staffing.services.text_prints import text_print_write
from support.models import Agreement
from support.models.confirmation import RecordStatus
from support.services.evidence import evidence_attach
from support.services.records import record_submit

ENTRY_TEXTS = ("topic", "place", "department", "content", "note", "replace_reason")


def _locked(activity: Activity, by: User) -> Activity:
    """The record of one's own side that may still be rewritten."""
    current = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
    if not current.is_editable:
        raise RuleBroken(f"记录现在是“{current.get_status_display()}”，不能修改。")
    if current.entered_for_id != by.organisation_id:
        raise RuleBroken("只有填报单位可以修改。")
    return current


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
    findings: Sequence[Finding] = (),
    topic: str = "",
    place: str = "",
    department: str = "",
    content: str = "",
    note: str = "",
    speciality=None,
    hours: Decimal | None = None,
    filing_number: str = "",
    filed_on: date | None = None,
    client_key: uuid.UUID | None = None,
    entry_key: uuid.UUID | None = None,
    activity: Activity | None = None,
    replaces: Activity | None = None,
    replace_reason: str = "",
    submit: bool = False,
    acknowledged: Collection[str] | None = None,
) -> Activity:
    """Create (``activity`` None) or rewrite an editable activity, optionally submitting it.

    A repeated call with the same ``client_key`` returns the first record: what was submitted stays as it
    is, what is still a draft takes the later wording. Files sent under ``entry_key`` (default: the client
    key) become the record's. ``replaces`` makes it the correction of a confirmed record of one's own side.
    Submitting raises Unconfirmed for advice that is not in ``acknowledged``; None asks nothing.
    """
    end_on = end_on or start_on
    if activity is None and client_key is not None:
        # two submits of one form at once queue on their author; the second then finds the first
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
        known = Activity.objects.filter(client_key=client_key, entered_by=by).first()
        if known is not None and (known.status != RecordStatus.DRAFT or known.activity_type != activity_type):
            return known
        activity = known
    if activity is not None:
        activity = _locked(activity, by)
        replaces = activity.replaces
        replace_reason = replace_reason or activity.replace_reason
    texts = entry_texts(
        topic=topic,
        place=place,
        department=department,
        content=content,
        note=note,
        replace_reason=replace_reason,
        outcomes=outcomes,
        findings=findings,
    )
    problems = activity_problems(
        agreement=agreement,
        activity_type=activity_type,
        start_on=start_on,
        end_on=end_on,
        participants=participants,
        measures=measures,
        texts=texts,
        findings=findings,
    )
    if replaces is not None:
        judge_correction(
            problems,
            replaces=replaces,
            reason=replace_reason,
            agreement=agreement,
            activity_type=activity_type,
            of=activity,
            by=by,
        )
    problems.raise_if_any()
    if activity is None:
        activity = Activity(entered_by=by, entered_for=by.organisation, client_key=client_key or uuid.uuid4())
    activity.agreement, activity.activity_type = agreement, activity_type
    activity.start_on, activity.end_on = start_on, end_on
    activity.topic, activity.place, activity.note = topic, place, note
    activity.department, activity.content = department, content
    activity.speciality, activity.hours = speciality, hours
    activity.filing_number, activity.filed_on = filing_number, filed_on
    activity.replaces, activity.replace_reason = replaces, replace_reason.strip() if replaces else ""
    checked(activity, constraints=False)
    activity.save()
    _write_rows(activity, participants, measures, outcomes, findings)
    text_print_write(row=activity)
    evidence_attach(record=activity, entry_key=entry_key or activity.client_key, by=by)
    if submit:
        if acknowledged is not None:
            ask(_advice_on(activity, by), acknowledged)
        record_submit(record=activity, by=by)
    return activity


@transaction.atomic
def activity_submit(*, record: Activity, by: User) -> None:
    """Hand in a draft as it is. What looks odd about it is asked on the form, where one can mend it."""
    activity = Activity.objects.select_for_update(of=("self",)).get(pk=record.pk)
    if activity.is_editable and (advice := _advice_on(activity, by)):
        raise RuleBroken([*(one.text for one in advice), "还没有提交。请点“修改”，核对后在表单里提交。"])
    record_submit(record=record, by=by)


def _advice_on(activity: Activity, by: User) -> list[Advice]:
    """The warnings about an activity as it is stored."""
    measures = {row.measure: row.value for row in activity.measures.select_related("measure")}
    findings = list(activity.findings.all())
    return activity_warnings(
        by=by,
        agreement=activity.agreement,
        activity_type=activity.activity_type,
        start_on=activity.start_on,
        end_on=activity.end_on,
        participants=list(activity.participants.all()),
        numbers={measure.code: value for measure, value in measures.items()},
        texts=entry_texts(
            outcomes=list(activity.outcomes.all()),
            findings=findings,
            **{name: getattr(activity, name) for name in ENTRY_TEXTS},
        ),
        findings=findings,
        filed_on=activity.filed_on,
        has_evidence=activity.evidence.exists(),
        same=activity,
        replaces=activity.replaces,
        measures=measures,
    )


def _write_rows(activity: Activity, participants, measures, outcomes, findings) -> None:
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
            first_on=outcome.first_on or activity.start_on,
        )
        for outcome in outcomes
    )
    activity.findings.all().delete()
    ActivityFinding.objects.bulk_create(
        ActivityFinding(activity=activity, disease=row.disease.strip(), patients=row.patients)
        for row in findings
    )
