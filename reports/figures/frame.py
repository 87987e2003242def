"""What a figure looks at: whose agreements, which cycle, which days."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet

from accounts.models import Organisation
from core.dates import Period
from reports.models import Summary
from support.models import Agreement, Cycle


@dataclass(frozen=True)
class Frame:
    """An organisation seen as bureau, as sender or as recipient, in a period.

    Without a cycle the agreements of all cycles count: months and calendar years cross them.
    """

    organisation: Organisation
    edition: str
    cycle: Cycle | None
    period: Period
    # one agreement alone, of the organisation that looks at it
    agreement: int | None = None

    @classmethod
    def of(cls, summary: Summary) -> "Frame":
        return cls(summary.organisation, summary.edition, summary.cycle, summary.period)

    @cached_property
    def agreement_ids(self) -> QuerySet:
        """Sub-query of the agreements whose records count."""
        found = Agreement.objects.all() if self.cycle is None else Agreement.objects.filter(cycle=self.cycle)
        if self.agreement is not None:
            found = found.filter(pk=self.agreement)
        if self.edition == Summary.Edition.HOSPITAL:
            found = found.filter(sender=self.organisation)
        elif self.edition == Summary.Edition.CLINIC:
            found = found.filter(recipient=self.organisation)
        else:
            path = self.organisation.region.path
            found = found.filter(
                Q(recipient__region__path__startswith=path) | Q(sender__region__path__startswith=path)
            )
        return found.values("pk")

    @property
    def agreements(self) -> QuerySet[Agreement]:
        """Agreements with a filed text that is in force on some day of the period."""
        return Agreement.objects.filter(
            pk__in=self.agreement_ids,
            effective_from__lte=self.period.end,
            effective_to__gte=self.period.start,
        )


def fitting_editions(organisation: Organisation) -> tuple[str, ...]:
    """Editions that an organisation can have: that of the region is the bureau's alone.

    Any other unit would read in it what its neighbours gave, sent and were graded.
    """
    if organisation.is_bureau or organisation.kind == Organisation.Kind.GOVERNMENT:
        return (Summary.Edition.BUREAU,)
    return (Summary.Edition.HOSPITAL, Summary.Edition.CLINIC)


def default_edition(organisation: Organisation) -> str:
    """The edition of an organisation's own summary; a hospital writes as a sender unless it says otherwise."""
    if organisation.kind == Organisation.Kind.HOSPITAL:
        return Summary.Edition.HOSPITAL
    if organisation.is_bureau or organisation.kind == Organisation.Kind.GOVERNMENT:
        return Summary.Edition.BUREAU
    return Summary.Edition.CLINIC
