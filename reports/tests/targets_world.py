"""A small world for tests of targets: one bureau, one hospital, clinics, agreements with their targets."""

from dataclasses import dataclass, field
from datetime import date

from accounts.models import Organisation
from reports.targets import TargetProgress, progress_of
from support.models import Agreement, Cycle
from testing import builders as build

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@dataclass
class World:
    bureau: Organisation = field(default_factory=build.bureau)
    cycle: Cycle | None = None
    hospital: Organisation = field(default_factory=lambda: build.organisation("hospital"))

    def agreement(self, *targets: dict, start=YEAR[0], end=YEAR[1], clinic=None, hospital=None) -> Agreement:
        """Filed, with the targets given as fields of ``build.target``."""
        if self.cycle is None:
            self.cycle = build.cycle(build.programme(self.bureau), start, end)
        draft = build.agreement_draft(
            hospital or self.hospital,
            clinic or build.organisation("township_clinic"),
            start,
            end,
            within=self.cycle,
        )
        for target in targets:
            build.target(draft, **target)
        return build.confirm_and_file(draft)


def stands(agreement: Agreement, today: date, year: int | None = None) -> list[TargetProgress]:
    fresh = Agreement.objects.select_related("cycle", "current_version", "sender", "recipient").get(
        pk=agreement.pk
    )
    return progress_of([fresh], today=today, year=year)[agreement.pk]


def stand(agreement: Agreement, today: date, year: int | None = None) -> TargetProgress:
    (only,) = stands(agreement, today, year)
    return only
