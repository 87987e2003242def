"""Lists of agreements as the parties see them."""

from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from accounts.selectors.named import organisations_named
from support.models import Agreement, AgreementVersion


def agreement_list(user: User, *, day: date | None = None) -> QuerySet[Agreement]:
    """Visible agreements with their state on the day, parties and the version under way (``open_versions``)."""
    return (
        Agreement.objects.visible_to(user)
        .with_state(day)
        .select_related("sender", "recipient", "third_party", "cycle", "current_version")
        .prefetch_related(
            Prefetch(
                "versions",
                queryset=AgreementVersion.objects.filter(status__in=AgreementVersion.OPEN),
                to_attr="open_versions",
            )
        )
    )


def agreements_found(agreements: QuerySet[Agreement], text: str) -> QuerySet[Agreement]:
    """By number, by a party's name or short name, or by its pinyin."""
    return agreements.filter(
        Q(number__icontains=text)
        | organisations_named(text, "sender")
        | organisations_named(text, "recipient")
    )


def agreements_as_party(user: User) -> QuerySet[Agreement]:
    """Filed agreements in which the user's organisation gives or receives."""
    organisation = user.organisation_id
    return (
        Agreement.objects.filter(Q(sender=organisation) | Q(recipient=organisation))
        .visible_to(user)
        .filter(effective_from__isnull=False)
        .with_state()
        .select_related("sender", "recipient", "cycle")
        .order_by("-effective_to", "number")
    )


def days_left(agreement: Agreement, day: date) -> int | None:
    """Days from ``day`` to the last one, both counted; None when it is not in force on the day."""
    period = agreement.effective_period
    if period is None or not period.contains(day):
        return None
    return (period.end - day).days + 1


COMPARED = ("title", "start_on", "end_on", "survey_findings", "long_goal", "year_goal", "duties")


def version_changes(before: AgreementVersion, after: AgreementVersion) -> list[tuple[str, str, str]]:
    """(what, before, after) of everything that differs between two texts of one agreement."""

    def told(version: AgreementVersion) -> dict[str, str]:
        label = AgreementVersion._meta.get_field
        rows = {label(name).verbose_name: str(getattr(version, name) or "") for name in COMPARED}
        rows["帮扶科室"] = "、".join(sorted(str(row) for row in version.specialities.all()))
        rows["量化目标"] = "；".join(sorted(str(row) for row in version.targets.all()))
        return rows

    old, new = told(before), told(after)
    return [(name, old[name] or "无", new[name] or "无") for name in old if old[name] != new[name]]
