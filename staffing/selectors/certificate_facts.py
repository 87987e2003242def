"""The facts of a certificate as plain data: what is frozen, printed and never typed by anybody.

Days are texts of Decimal halves ("180.5"); a missing value is "".
"""

from decimal import Decimal

from django.db.models import Count, Q, Sum

from core.numbers import plain
from staffing.models import ActivityMeasure, ServiceCertificate
from staffing.selectors.attendance import ServiceDays
from staffing.selectors.certificates import FINISHED, covered_days, latest_entries
from staffing.selectors.results import final_results
from support.models import Cycle
from support.models.confirmation import RecordStatus
from support.models.donation import Qualifier

DAYS = ("qualifying", "working", "leave", "absent", "off_post")


def certificate_facts(certificate: ServiceCertificate) -> dict:
    """Everything the paper states. Reads only; call it inside the transaction that freezes."""
    entries = covered_days(certificate)
    person = certificate.clinician
    last = entries[-1].posting
    cycles = Cycle.objects.filter(agreements__postings__certificate_stays__certificate=certificate).distinct()
    activities = _activities(entries, person)
    return {
        "kind": certificate.kind,
        "person": {
            "name": person.name,
            "sex": "" if person.sex == person.Sex.UNKNOWN else person.get_sex_display(),
            "birth_month": f"{person.birth_month:%Y-%m}" if person.birth_month else "",
            "title": last.get_title_display(),
            "licence_no": person.licence_no,
        },
        "sender": certificate.sender.name,
        "issuer": certificate.issuer.name,
        "start": certificate.start_on.isoformat(),
        "end": certificate.end_on.isoformat(),
        "is_demo": any(cycle.programme.is_demo for cycle in cycles.select_related("programme")),
        "stretches": [_stretch(entry) for entry in entries],
        "totals": _totals(entries),
        "events": _events(entries, person),
        "activities": activities,
        "results": [
            {"cycle": result.cycle_name, "grade": result.grade}
            for result in final_results(clinician=person, cycles=cycles)
        ],
        "sources": latest_entries(certificate),
    }


def _stretch(entry: ServiceDays) -> dict:
    posting = entry.posting
    return {
        "recipient": posting.agreement.recipient.name,
        "department": posting.department,
        "title": posting.get_title_display(),
        "start": entry.period.start.isoformat(),
        "end": entry.period.end.isoformat(),
        "is_finished": posting.status in FINISHED and entry.period.end == posting.end_on,
        "days": entry.period.days,
        **_days(entry),
    }


def _days(entry: ServiceDays) -> dict[str, str]:
    values = (
        entry.qualifying_days,
        entry.working_days,
        Decimal(entry.leave_halves) / 2,
        Decimal(entry.absent_halves) / 2,
        Decimal(entry.off_post_halves) / 2,
    )
    return {name: plain(value) for name, value in zip(DAYS, values, strict=True)}


def _totals(entries: list[ServiceDays]) -> dict:
    """Resident stays of one person never overlap, so their days may be added."""
    rows = [_days(entry) for entry in entries]
    sums = {name: plain(sum((Decimal(row[name]) for row in rows), Decimal(0))) for name in DAYS}
    return {"days": sum(entry.period.days for entry in entries), **sums}


def _measures(entries: list[ServiceDays], person):
    """Confirmed activities in which the person took part, at the place and on days of a stay."""
    during = Q(pk__in=[])
    for entry in entries:
        during |= Q(
            activity__agreement__recipient=entry.posting.agreement.recipient_id,
            activity__start_on__range=(entry.period.start, entry.period.end),
        )
    return ActivityMeasure.objects.filter(
        during, activity__status=RecordStatus.CONFIRMED, activity__participants=person
    )


def _activities(entries: list[ServiceDays], person) -> list[dict]:
    """Totals by measure, in the order of the statistical form. One statement."""
    found = (
        _measures(entries, person)
        .order_by("measure__order", "measure__code")
        .values("measure__code", "measure__name", "measure__unit")
        .annotate(
            total=Sum("value"),
            events=Count("activity", distinct=True),
            inexact=Count("pk", filter=~Q(qualifier=Qualifier.EXACT)),
        )
    )
    return [
        {
            "code": row["measure__code"],
            "name": row["measure__name"],
            "unit": row["measure__unit"],
            "value": plain(row["total"]),
            "events": row["events"],
            "is_about": row["inexact"] > 0,
        }
        for row in found
    ]


def _events(entries: list[ServiceDays], person) -> int:
    """How many activities there were; one with several measures is one."""
    return _measures(entries, person).aggregate(n=Count("activity", distinct=True))["n"]
