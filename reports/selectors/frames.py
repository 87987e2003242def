"""Finding the frame that an address names, within the user's scope."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.http import Http404

from accounts.models import Organisation, User
from core.dates import Period, add_months
from core.scope import visible_or_404
from reports.figures import FIGURES, Figure, Frame, default_edition, fitting_editions
from reports.models import Summary
from reports.selectors.facts import LISTED, figure_text
from support.models import Agreement, Cycle


def summary_organisations(user: User):
    """Organisations whose summary the user may ask for: those in the user's own reach that take part."""
    return Organisation.objects.owned_by(user).exclude(kind=Organisation.Kind.GOVERNMENT)


@dataclass(frozen=True)
class Opened:
    """What a drill-down shows: the figure, where it was counted, and the records behind it."""

    figure: Figure
    title: str
    value: str
    pending: int
    frozen: Summary | None
    records: list[int]


def figure_or_404(code: str) -> Figure:
    try:
        return FIGURES[code]
    except KeyError as error:
        raise Http404 from error


def open_figure(*, code: str, user: User, parameters) -> Opened:
    """A figure of a summary (frozen records if it is frozen), or live for organisation, cycle and year."""
    figure = figure_or_404(code)
    if parameters.get("summary"):
        summary = visible_or_404(
            Summary.objects.select_related("organisation__region", "cycle__programme"),
            user,
            pk=parameters["summary"],
        )
        if summary.status == Summary.Status.FROZEN:
            stored = summary.figures["figures"].get(code)
            if stored is None:
                raise Http404
            opened = Opened(
                figure, summary.title, stored["text"], stored["pending"], summary, stored["records"]
            )
            return _of_recipient(opened, parameters, lambda pk: _frozen_part(summary, code, pk))
        frame, title = Frame.of(summary), summary.title
    else:
        frame = live_frame(user=user, parameters=parameters)
        title = f"{_whose(frame)} {frame.period}"
    value = figure_text(figure, figure.value(frame))
    opened = Opened(figure, title, value, figure.pending(frame), None, figure.records(frame))
    return _of_recipient(
        opened, parameters, lambda pk: figure_text(figure, figure.by(frame, "recipient").get(pk, 0))
    )


def _whose(frame: Frame) -> str:
    if frame.agreement is None:
        return frame.organisation.name
    return str(Agreement.objects.select_related("sender", "recipient").get(pk=frame.agreement))


def _frozen_part(summary: Summary, code: str, recipient: int) -> str | None:
    """The frozen value of one recipient; None for one that the summary does not list."""
    row = next((row for row in summary.figures["recipients"] if row["pk"] == recipient), None)
    return row["values"].get(code) if row else None


def _of_recipient(opened: Opened, parameters, part: Callable[[int], str | None]) -> Opened:
    """With ?recipient= only that unit's share of the figure and its records."""
    if not parameters.get("recipient"):
        return opened
    try:
        unit = Organisation.objects.get(pk=int(parameters["recipient"]))
    except (ValueError, OverflowError, Organisation.DoesNotExist) as error:
        raise Http404 from error
    path = "recipient" if opened.figure.listing == "agreements" else "agreement__recipient"
    rows = LISTED[opened.figure.listing].objects.filter(pk__in=opened.records, **{path: unit})
    value, records = part(unit.pk), sorted(rows.values_list("pk", flat=True))
    if value is None or not records:
        raise Http404  # nothing of this unit was counted: whether it exists is nobody's business
    return replace(opened, title=f"{opened.title}·{unit.name}", value=value, pending=0, records=records)


def live_frame(*, user: User, parameters) -> Frame:
    """Frame of ?organisation=&cycle=&year=&edition= or of ?agreement=, narrowed by &year= or &month=2026-03;
    404 for anything outside the user's scope or senseless."""
    if parameters.get("agreement"):
        frame = agreement_frame(user=user, pk=parameters["agreement"])
    else:
        frame = _organisation_frame(user=user, parameters=parameters)
    return narrowed(frame, parameters)


def agreement_frame(*, user: User, pk) -> Frame:
    """One agreement on the days on which it is in force; whoever sees the agreement sees its records."""
    agreement = visible_or_404(
        Agreement.objects.select_related("cycle__programme", "recipient__region"), user, pk=pk
    )
    if agreement.effective_period is None:
        raise Http404
    return Frame(
        agreement.recipient,
        Summary.Edition.CLINIC,
        agreement.cycle,
        agreement.effective_period,
        agreement=agreement.pk,
    )


def narrowed(frame: Frame, parameters) -> Frame:
    """To a calendar year or month; 404 when it has no day in the frame."""
    asked = None
    try:
        if parameters.get("month"):
            first = date.fromisoformat(f"{parameters['month']}-01")
            asked = Period(first, add_months(first, 1) - timedelta(days=1))
        elif parameters.get("year"):
            asked = Period.year(int(parameters["year"]))
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    if asked is None:
        return frame
    period = frame.period.clip(asked)
    if period is None:
        raise Http404
    return replace(frame, period=period)


def _organisation_frame(*, user: User, parameters) -> Frame:
    organisation = visible_or_404(
        summary_organisations(user).select_related("region"), user, pk=parameters.get("organisation")
    )
    cycle = visible_or_404(Cycle.objects.select_related("programme"), user, pk=parameters.get("cycle"))
    edition = parameters.get("edition") or default_edition(organisation)
    if edition not in fitting_editions(organisation):
        raise Http404
    full = Organisation.objects.select_related("region").get(pk=organisation.pk)
    return Frame(full, edition, cycle, cycle.period)


def records_of(opened: Opened, user: User):
    """The counted records that the user may see, ready for the listing."""
    model = LISTED[opened.figure.listing]
    queryset = model.objects.visible_to(user).filter(pk__in=opened.records)
    related = {
        "postings": ("clinician", "agreement__sender", "agreement__recipient", "batch"),
        "activities": ("activity_type", "agreement__sender", "agreement__recipient"),
        "studies": ("trainee__organisation", "agreement__sender", "agreement__recipient"),
        "donations": ("agreement__sender", "agreement__recipient"),
        "agreements": ("sender", "recipient", "current_version"),
    }[opened.figure.listing]
    queryset = queryset.select_related(*related)
    if opened.figure.listing == "activities":
        queryset = queryset.prefetch_related("measures__measure")
    return queryset
