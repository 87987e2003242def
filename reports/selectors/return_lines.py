"""A monthly return as the ledger has it now: a line a pair, a line a person, totals and what was counted.

Workload comes from the rows of the figures themselves, attendance from the locked month sheets. A constant
number of SQL statements, however many pairs, people and activities.

One event is counted once, however many took part. People's lines say in what they took part (参与), so
that they add up to more than the total; ``Sharing`` holds what lies between, column by column:
    people + events without named people − taken part in together = total.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.apps import apps
from django.db.models import Max, QuerySet

from core.numbers import plain
from reports.figures import FIGURES, Figure
from reports.models import ReturnForm, ReturnLevel
from reports.return_columns import ATTENDANCE, KINDS, WORKLOAD, added, stored, zeros
from reports.selectors.return_subjects import Subject, agreements_of
from staffing.models import Activity, AttendanceRow, Clinician, MonthSheet
from staffing.selectors.attendance_returns import ReturnLine, attendance_lines
from support.models import Agreement
from support.models.confirmation import RecordStatus


@dataclass
class PairLine:
    """What one agreement brought in the month; ``people``: how many were posted there."""

    agreement: Agreement
    values: dict[str, Decimal]
    people: int = 0


@dataclass
class PersonLine:
    """What one person took part in under one agreement, or the person's days there."""

    clinician: Clinician
    agreement: Agreement
    values: dict[str, Decimal]
    remark: str = ""

    @property
    def key(self) -> tuple[int, int]:
        return self.clinician.pk, self.agreement.pk


@dataclass
class Sharing:
    """Between the people's sums and the total: nobody named, and several took part in the same."""

    unnamed: dict[str, Decimal]
    shared: dict[str, Decimal]


@dataclass
class Live:
    subject: Subject
    lines: list[PairLine]
    people: list[PersonLine]
    totals: dict[str, Decimal]
    sharing: Sharing | None = None
    topics: list[dict] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)


def live(subject: Subject) -> Live:
    found = _attendance(subject) if subject.form == ReturnForm.ATTENDANCE else _workload(subject)
    posted: dict[int, set[int]] = defaultdict(set)
    for agreement, clinician in subject.stays().values_list("agreement", "clinician"):
        posted[agreement].add(clinician)
    for line in found.lines:
        line.people = len(posted[line.agreement.pk])
    found.lines.sort(key=lambda line: _place(line.agreement))
    found.people.sort(
        key=lambda line: (line.clinician.name_key, line.clinician.staff_no, _place(line.agreement))
    )
    return found


def _place(agreement: Agreement) -> tuple:
    return (
        agreement.sender.name_key,
        agreement.sender_id,
        agreement.recipient.name_key,
        agreement.recipient_id,
        agreement.pk,
    )


def _agreements(subject: Subject, counted: set[int]) -> dict[int, Agreement]:
    """Those in force in the month, and those under which something was counted."""
    rows = Agreement.objects.select_related("sender", "recipient")
    due = set(agreements_of(subject).values_list("pk", flat=True))
    return rows.in_bulk(due | counted)


def _versions(model, records: list[int]) -> list[int]:
    """The latest history entry of each record, in the same order."""
    history = apps.get_model(model._meta.app_label, f"{model.__name__}Event")
    latest = dict(
        history.objects.filter(pgh_obj_id__in=records)
        .order_by()
        .values_list("pgh_obj_id")
        .annotate(Max("pgh_id"))
    )
    return [latest.get(record, 0) for record in records]


# ---- workload
def counted_rows(figure: Figure, subject: Subject) -> QuerySet:
    """The rows of a figure that the subject's return counts; for a person those the person took part in."""
    rows = figure.rows(subject.frame).filter(figure.counted).order_by()
    return rows.filter(activity__participants=subject.clinician) if subject.clinician else rows


def counted_activities(subject: Subject) -> QuerySet[Activity]:
    """Confirmed activities of the month, with or without numbers in the columns."""
    found = Activity.objects.filter(
        agreement__in=subject.frame.agreement_ids,
        start_on__range=(subject.period.start, subject.period.end),
        status=RecordStatus.CONFIRMED,
        is_withdrawal=False,
    )
    return found.filter(participants=subject.clinician) if subject.clinician else found


def _workload(subject: Subject) -> Live:
    form = subject.form
    by_pair: dict[int, dict[str, Decimal]] = defaultdict(lambda: zeros(form))
    by_event: dict[int, dict[str, Decimal]] = defaultdict(lambda: zeros(form))
    totals = zeros(form)
    for column in WORKLOAD:
        figure = FIGURES[column.code]
        rows = counted_rows(figure, subject)
        totals[column.code] = Decimal(rows.aggregate(value=figure.aggregate)["value"] or 0)
        for event, pair, value in rows.values_list("activity", "activity__agreement", "value"):
            by_pair[pair][column.code] += value
            by_event[event][column.code] += value
    activities = list(
        counted_activities(subject)
        .select_related("activity_type")
        .prefetch_related("measures__measure", "participants")
        .order_by("start_on", "pk")
        if subject.level != ReturnLevel.BUREAU
        else counted_activities(subject).only("pk", "agreement")
    )
    agreements = _agreements(subject, {activity.agreement_id for activity in activities} | set(by_pair))
    found = Live(
        subject,
        [PairLine(agreement, by_pair[key]) for key, agreement in agreements.items()],
        [],
        totals,
        records=sorted(activity.pk for activity in activities),
    )
    found.versions = _versions(Activity, found.records)
    if subject.level != ReturnLevel.BUREAU:
        found.topics = [_topic(activity, agreements[activity.agreement_id]) for activity in activities]
    if subject.level in (ReturnLevel.CLINIC, ReturnLevel.HOSPITAL):
        _add_people(found, activities, by_event, agreements)
    return found


def _add_people(found: Live, activities, by_event, agreements) -> None:
    """People who took part, and those who were there without taking part in anything."""
    form = found.subject.form
    lines: dict[tuple[int, int], PersonLine] = {}
    for stay in found.subject.stays().select_related("clinician"):
        key = stay.clinician_id, stay.agreement_id
        lines.setdefault(key, PersonLine(stay.clinician, agreements[stay.agreement_id], zeros(form)))
    found.sharing = Sharing(zeros(form), zeros(form))
    for activity in activities:
        people, values = list(activity.participants.all()), by_event[activity.pk]
        for person in people:
            key = person.pk, activity.agreement_id
            line = lines.setdefault(key, PersonLine(person, agreements[key[1]], zeros(form)))
            line.values = added(form, [line.values, values])
        extra = found.sharing.unnamed if not people else found.sharing.shared
        for code, value in values.items():
            extra[code] += value * (abs(len(people) - 1))
    found.people = list(lines.values())


def _topic(activity: Activity, agreement: Agreement) -> dict:
    return {
        "pk": activity.pk,
        "day": activity.start_on.isoformat(),
        "type": activity.activity_type.name,
        "topic": activity.topic,
        "sender": agreement.sender.display_name,
        "recipient": agreement.recipient.display_name,
        "people": "、".join(sorted(person.name for person in activity.participants.all())),
        "numbers": "，".join(
            f"{row.measure.name} {plain(row.value)} {row.measure.unit}" for row in activity.measures.all()
        ),
    }


# ---- attendance
def attendance_rows(subject: Subject) -> QuerySet[AttendanceRow]:
    """Locked rows of the month."""
    found = AttendanceRow.objects.filter(
        sheet__month=subject.month,
        sheet__status=MonthSheet.Status.LOCKED,
        posting__agreement__in=subject.frame.agreement_ids,
    )
    return found.filter(posting__clinician=subject.clinician) if subject.clinician else found


def _attendance(subject: Subject) -> Live:
    rows = list(
        attendance_rows(subject)
        .select_related("posting__clinician", "posting__agreement__sender", "posting__agreement__recipient")
        .order_by("pk")
    )
    form = subject.form
    people: dict[tuple[int, int], PersonLine] = {}
    for line in attendance_lines(rows, subject.month):
        posting, values = line.served.posting, _days(line)
        key = posting.clinician_id, posting.agreement_id
        if key in people:  # two stays in one month
            mine = people[key]
            mine.values = added(form, [mine.values, values])
            mine.remark = "；".join(text for text in (mine.remark, line.remark) if text)
        else:
            people[key] = PersonLine(posting.clinician, posting.agreement, values, line.remark)
    agreements = _agreements(subject, {key[1] for key in people})
    staffed = {key[1] for key in people} | set(subject.stays().values_list("agreement", flat=True))
    found = Live(
        subject,
        [
            PairLine(agreement, added(form, _of_pair(people, key)))
            for key, agreement in agreements.items()
            if key in staffed
        ],
        list(people.values()) if subject.level != ReturnLevel.BUREAU else [],
        added(form, (line.values for line in people.values())),
        records=[row.pk for row in rows],
    )
    found.versions = _versions(AttendanceRow, found.records)
    return found


def _of_pair(people: dict[tuple[int, int], PersonLine], agreement: int):
    return (line.values for key, line in people.items() if key[1] == agreement)


def _days(line: ReturnLine) -> dict[str, Decimal]:
    values = {name: getattr(line, name) for name in ("due", "present", "absent", "off_post", "idle")}
    values |= {f"leave_{kind or 'other'}": line.leave[kind] for kind, _label in KINDS}
    return {column.code: values[column.code] for column in ATTENDANCE}


# ---- as it is kept
def pair_json(line: PairLine, remark: str = "", source: dict | None = None) -> dict:
    agreement = line.agreement
    return {
        "agreement": agreement.pk,
        "number": agreement.number,
        "sender_id": agreement.sender_id,
        "sender": agreement.sender.display_name,
        "recipient_id": agreement.recipient_id,
        "recipient": agreement.recipient.display_name,
        "people": line.people,
        "values": stored(line.values),
        "remark": remark,
        "source": source,
    }


def person_json(line: PersonLine, source: dict | None = None) -> dict:
    return {
        "clinician": line.clinician.pk,
        "name": line.clinician.name,
        "agreement": line.agreement.pk,
        "sender": line.agreement.sender.display_name,
        "recipient": line.agreement.recipient.display_name,
        "values": stored(line.values),
        "remark": line.remark,
        "source": source,
    }
