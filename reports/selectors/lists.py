"""The appended lists of a summary: rows of texts, ready for print, each from one statement."""

from django.db.models import Q

from assessment.models import Assessment
from core.numbers import money, plain
from reports.figures import FIGURES, Frame
from staffing.models import ActivityOutcome
from support.models import Agreement, Donation
from support.models.confirmation import RecordStatus
from support.models.donation import Qualifier


def agreements(frame: Frame) -> list[list[str]]:
    rows = (
        frame.agreements.select_related("sender", "recipient", "third_party", "current_version")
        .prefetch_related("current_version__specialities")
        .order_by("recipient__region__code", "recipient__code", "number")
    )
    return [
        [
            row.number,
            row.sender.name,
            row.recipient.name,
            row.third_party.name if row.third_party else "—",
            f"{row.effective_from:%Y-%m-%d}",
            f"{row.effective_to:%Y-%m-%d}",
            "、".join(item.name for item in row.current_version.specialities.all()) or "—",
        ]
        for row in rows
    ]


def people(frame: Frame) -> list[list[str]]:
    figure = FIGURES["person_times"]
    rows = (
        figure.rows(frame)
        .filter(figure.counted)
        .select_related("clinician", "agreement__recipient", "batch")
        .order_by(
            "agreement__recipient__region__code",
            "agreement__recipient__code",
            "start_on",
            "batch__code",
            "clinician__name_key",
            "pk",
        )
    )
    return [
        [
            row.clinician.name,
            row.get_title_display() or "未填",
            row.department or "—",
            row.agreement.recipient.name,
            row.get_kind_display(),
            f"{row.start_on:%Y-%m-%d}",
            f"{row.end_on:%Y-%m-%d}",
            str(row.period.days),
        ]
        for row in rows
    ]


def _confirmed_activities(frame: Frame) -> Q:
    return Q(
        activity__agreement__in=frame.agreement_ids,
        activity__start_on__range=(frame.period.start, frame.period.end),
        activity__status=RecordStatus.CONFIRMED,
    )


def techniques(frame: Frame) -> list[list[str]]:
    rows = (
        ActivityOutcome.objects.filter(_confirmed_activities(frame), kind=ActivityOutcome.Kind.TECHNIQUE)
        .select_related("activity__agreement__recipient", "person")
        .order_by(
            "activity__agreement__recipient__region__code",
            "activity__agreement__recipient__code",
            "first_on",
            "pk",
        )
    )
    return [
        [
            row.name,
            row.activity.agreement.recipient.name,
            row.department or "—",
            row.person.name if row.person else "—",
            f"{row.first_on or row.activity.start_on:%Y-%m-%d}",
        ]
        for row in rows
    ]


def trainees(frame: Frame) -> list[list[str]]:
    figure = FIGURES["trainees"]
    rows = (
        figure.rows(frame)
        .filter(figure.counted)
        .select_related("trainee__organisation", "speciality", "agreement__sender")
        .order_by(
            "trainee__organisation__region__code",
            "trainee__organisation__code",
            "start_on",
            "trainee__name_key",
            "pk",
        )
    )
    return [
        [
            row.trainee.name,
            row.trainee.organisation.name,
            row.department or (row.speciality.name if row.speciality else "—"),
            f"{row.start_on:%Y-%m-%d}",
            f"{row.end_on:%Y-%m-%d}",
            row.waivers,
        ]
        for row in rows
    ]


def donations(frame: Frame) -> list[list[str]]:
    rows = (
        Donation.objects.confirmed()
        .filter(agreement__in=frame.agreement_ids, given_on__range=(frame.period.start, frame.period.end))
        .select_related("agreement__sender", "agreement__recipient")
        .prefetch_related("items")
        .order_by("kind", "given_on", "pk")
    )
    about = {Qualifier.ABOUT: "约", Qualifier.NEARLY: "近"}
    listed = []
    for row in rows:
        amount = money(row.amount)
        if row.amount is not None:
            amount = (
                f"{about.get(row.qualifier, '')}{amount}{'余' if row.qualifier == Qualifier.OVER else ''}"
            )
        items = "、".join(str(item) for item in row.items.all())
        listed.append(
            [
                f"{row.given_on:%Y-%m-%d}",
                row.agreement.recipient.name,
                row.get_kind_display(),
                f"{row.title}（{items}）" if items else row.title,
                amount,
            ]
        )
    return listed


def assessments(frame: Frame) -> list[list[str]]:
    agreements = Agreement.objects.filter(pk__in=frame.agreement_ids)
    subjects = Q(organisation__in=agreements.values("sender")) | Q(
        organisation__in=agreements.values("recipient")
    )
    subjects |= Q(clinician__postings__agreement__in=frame.agreement_ids)
    if frame.edition != "bureau":
        subjects = Q(organisation=frame.organisation) | Q(
            clinician__organisation=frame.organisation, clinician__postings__agreement__in=frame.agreement_ids
        )
    chosen = Assessment.objects.filter(subjects, cycle=frame.cycle, status=Assessment.Status.FINAL).values(
        "pk"
    )
    rows = (
        Assessment.objects.filter(pk__in=chosen)
        .select_related("organisation", "clinician__organisation", "template")
        .order_by("template__subject", "organisation__code", "clinician__name_key", "pk")
    )
    return [
        [
            row.organisation.name
            if row.organisation
            else f"{row.clinician.name}（{row.clinician.organisation.display_name}）",
            row.template.name,
            plain(row.total),
            row.get_computed_grade_display(),
            row.get_final_grade_display(),
            row.reason or "—",
        ]
        for row in rows
    ]
