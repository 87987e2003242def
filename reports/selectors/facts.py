"""Everything a summary states, gathered once from the ledger as plain JSON.

A constant number of SQL statements, whatever the number of organisations, people or activities.
The result is what gets frozen: figures with the records they counted, tables, lists and warnings.
"""

from collections import defaultdict
from decimal import Decimal

from django.apps import apps
from django.db.models import Max, Q

from accounts.models import Organisation
from core.numbers import money, percent, plain
from reports.figures import FIGURES, Figure, Frame
from reports.selectors import lists
from staffing.models import Activity, AdvancedStudy, Posting
from staffing.titles import TitleLevel
from support.models import Agreement, Donation, OutcomeValue
from support.models.donation import Qualifier
from support.selectors.coverage import coverage
from support.selectors.outcomes import growths

LISTED = {
    "postings": Posting,
    "activities": Activity,
    "studies": AdvancedStudy,
    "donations": Donation,
    "agreements": Agreement,
    "outcomes": OutcomeValue,
}

# the statistical form, in the canonical order
FORM_COLUMNS = (
    "batches", "person_times", "patients", "operations", "consultations", "techniques", "lectures",
    "trainings", "teaching_rounds", "surgery_demos", "outreach_patients", "trainees",
    "departments_built", "rules_revised", "donated_cash", "donated_goods",
)  # fmt: skip


def figure_text(figure: Figure, value) -> str:
    return money(Decimal(value)) if figure.is_money else plain(value)


def gather(frame: Frame) -> dict:
    """The facts of a frame as JSON-ready values; numbers are strings so that nothing is rounded on the way."""
    figures = {code: _figure(figure, frame) for code, figure in FIGURES.items()}
    recipients = _parties(frame, "recipient")
    growth_rows = growths(recipients=[row["pk"] for row in recipients], until_year=frame.period.end.year)
    facts = {
        "organisation": frame.organisation.name,
        "edition": frame.edition,
        "cycle": frame.cycle.name,
        "programme": frame.cycle.programme.name,
        "is_demo": frame.cycle.programme.is_demo,
        "basis": frame.cycle.programme.basis,
        "start": frame.period.start.isoformat(),
        "end": frame.period.end.isoformat(),
        "figures": figures,
        "recipients": recipients,
        "senders": _parties(frame, "sender"),
        "levels": _levels(frame),
        "approximate": _approximate(frame),
        "coverage": _coverage(frame),
        "growths": [_growth(row) for row in growth_rows],
        "agreements": lists.agreements(frame),
        "people": lists.people(frame),
        "techniques": lists.techniques(frame),
        "trainees": lists.trainees(frame),
        "donations": lists.donations(frame),
        "assessments": lists.assessments(frame),
    }
    facts["versions"] = _record_versions(figures, growth_rows)
    facts["warnings"] = _warnings(facts)
    return facts


def _figure(figure: Figure, frame: Frame) -> dict:
    value = figure.value(frame)
    return {
        "label": figure.label,
        "unit": figure.unit,
        "definition": figure.definition,
        "value": str(value),
        "text": figure_text(figure, value),
        "pending": figure.pending(frame),
        "pending_label": figure.pending_label,
        "listing": figure.listing,
        "records": figure.records(frame),
    }


def _parties(frame: Frame, side: str) -> list[dict]:
    """One row per recipient (or sender) with an agreement, each with the form's columns."""
    columns = {code: FIGURES[code].by(frame, side) for code in FORM_COLUMNS}
    keys = set(frame.agreements.values_list(side, flat=True)) | {
        key for found in columns.values() for key in found
    }
    units = (
        Organisation.objects.filter(pk__in=keys)
        .select_related("region__parent")
        .order_by("region__code", "code")
    )
    return [
        {
            "pk": unit.pk,
            "name": unit.name,
            "short": unit.display_name,
            "region": unit.region.full_name,
            "values": {
                code: figure_text(FIGURES[code], found.get(unit.pk, 0)) for code, found in columns.items()
            },
        }
        for unit in units
    ]


def _levels(frame: Frame) -> dict[str, int]:
    found = FIGURES["person_times"].by(frame, "level")
    return {level.value: found.get(level.value, 0) for level in TitleLevel}


def _approximate(frame: Frame) -> dict[str, str]:
    """Figures in which a number is not exact: code → "over" when all such numbers say “余”, else "about"."""
    graded = (figure for figure in FIGURES.values() if "qualifier" in figure.groups)
    found = {figure.code: set(figure.by(frame, "qualifier")) - {Qualifier.EXACT} for figure in graded}
    return {code: "over" if kinds == {Qualifier.OVER} else "about" for code, kinds in found.items() if kinds}


def worded(facts: dict, code: str) -> str:
    """The figure as people write it: 3000余, 约180, 73."""
    text = facts["figures"][code]["text"]
    exactness = facts["approximate"].get(code)
    return f"{text}余" if exactness == "over" else f"约{text}" if exactness else text


def _coverage(frame: Frame) -> dict | None:
    if frame.edition != "bureau":
        return None
    # a provincial cycle names recipients of all counties; a county reports its own and those it supports
    supported = Agreement.objects.filter(pk__in=frame.agreement_ids).values("recipient")
    units = Organisation.objects.filter(
        Q(region__path__startswith=frame.organisation.region.path) | Q(pk__in=supported)
    )
    found = coverage(cycle=frame.cycle, on=frame.period.end, within=units)
    # a cycle that reaches beyond its agreements is judged on the last day any of them is in force
    last = frame.agreements.aggregate(last=Max("effective_to"))["last"]
    if last and last < frame.period.end:
        found = coverage(cycle=frame.cycle, on=last, within=units)
    return {
        "covered": len(found.covered),
        "planned": found.planned,
        "percent": percent(found.percent),
        "uncovered": [unit.name for unit in found.uncovered],
    }


def _growth(row) -> dict:
    return {
        "recipient": row.recipient.name,
        "indicator": row.indicator.name,
        "unit": row.indicator.unit,
        "direction": row.indicator.direction,
        "baseline_year": row.baseline.year if row.baseline else None,
        "baseline": plain(row.baseline.value if row.baseline else None),
        "year": row.latest.year,
        "previous": plain(row.previous.value if row.previous else None),
        "value": plain(row.latest.value),
        "values": [value.pk for value in (row.baseline, row.previous, row.latest) if value],
        "since_support": str(row.support_change),
        "year_on_year": str(row.year_change),
    }


def _record_versions(figures: dict, growth_rows) -> dict[str, dict[str, int]]:
    """For each counted record its latest history entry, so that a later change can be shown.

    Model label → {record pk: history pk}. One statement a model.
    """
    counted: dict[str, set[int]] = defaultdict(set)
    for figure in figures.values():
        counted[figure["listing"]].update(figure["records"])
    counted["outcomes"].update(
        value.pk for row in growth_rows for value in (row.baseline, row.latest) if value
    )
    versions = {}
    for listing, keys in sorted(counted.items()):
        model = LISTED[listing]
        history = apps.get_model(model._meta.app_label, f"{model.__name__}Event")
        latest = history.objects.filter(pgh_obj_id__in=keys).values_list("pgh_obj_id").annotate(Max("pgh_id"))
        versions[listing] = {str(pk): event for pk, event in sorted(latest)}
    return versions


def _warnings(facts: dict) -> list[str]:
    """What the reader should know about the data; nothing is corrected silently."""
    number = {code: Decimal(figure["value"]) for code, figure in facts["figures"].items()}
    found = []
    if number["surgery_demos"] > number["operations"] > 0:
        found.append(
            f"手术示教 {plain(number['surgery_demos'])} 次多于开展手术 {plain(number['operations'])} 例，请核对。"
        )
    if number["person_times_unknown_title"]:
        found.append(
            f"派驻人员中有 {plain(number['person_times_unknown_title'])} 人次职称未填，未计入各级职称。"
        )
    waiting: dict[tuple[str, str], set[str]] = defaultdict(set)
    for figure in facts["figures"].values():
        if figure["pending"]:
            waiting[figure["listing"], figure["pending_label"]].add(str(figure["pending"]))
    names = {
        "postings": "派驻",
        "activities": "活动",
        "studies": "进修",
        "donations": "捐赠",
        "agreements": "协议",
    }
    for (listing, label), counts in sorted(waiting.items()):
        found.append(f"有{names[listing]}记录{label}（{max(counts, key=int)} 条），未计入统计。")
    if facts["coverage"] and facts["coverage"]["uncovered"]:
        found.append("尚无有效协议的受援单位：" + "、".join(facts["coverage"]["uncovered"]) + "。")
    return found
