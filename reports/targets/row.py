"""Where every target of a set of agreements stands: planned, reached, unconfirmed, expected, verdict.

Only confirmed records are reached; what waits for confirmation stands beside it and decides nothing. What
exceeds a range is shown, not punished.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.urls import reverse
from django.utils.http import urlencode

from core.dates import Period
from core.numbers import plain
from reports.targets.calendar import Unit
from reports.targets.kinds import FIGURE_OF, JUDGED, definition_of
from reports.targets.verdicts import LAGGING, RANK, TONES, Verdict
from support.models import Agreement, AgreementTarget


@dataclass(frozen=True)
class Occurrence:
    """One month or quarter that is due. ``state``: met, missing, running (not over yet) or ahead of us."""

    unit: Unit
    state: str
    amount: Decimal | None
    unconfirmed: Decimal = Decimal(0)

    @property
    def label(self) -> str:
        return self.unit.label

    @property
    def state_label(self) -> str:
        return {"met": "达到", "missing": "缺", "running": "未到期", "ahead": "未到期"}[self.state]


@dataclass
class TargetProgress:
    """``planned`` and ``most``: the range over the window; ``expected``: what should be done before today.

    ``reached`` and the others are None where nothing can be counted. ``says``: sentences beside the bar.
    ``gap``: 0–1, the share of what should be done that is missing; the worst first by it.
    """

    agreement: Agreement
    target: AgreementTarget
    window: Period
    verdict: Verdict
    planned: Fraction | None = None
    most: Fraction | None = None
    reached: Decimal | None = None
    unconfirmed: Decimal = Decimal(0)
    expected: Fraction | None = None
    occurrences: tuple[Occurrence, ...] = ()
    says: tuple[str, ...] = ()
    gap: Fraction = Fraction(0)
    unit: str = ""
    # what the number reached is called
    counted_as: str = "已确认"
    lower_is_better: bool = False
    # neither more nor less is better: the range itself is the promise
    is_corridor: bool = False
    year: int | None = field(default=None, repr=False)

    @property
    def exceeds(self) -> bool:
        """More than the range names."""
        return (
            self.most is not None
            and self.reached is not None
            and self.reached > self.most
            and not self.lower_is_better
            and not self.is_corridor
        )

    @property
    def is_lagging(self) -> bool:
        return self.verdict in LAGGING

    @property
    def tone(self) -> str:
        return TONES[self.verdict]

    @property
    def name(self) -> str:
        indicator = f"：{self.target.indicator.name}" if self.target.indicator_id else ""
        return f"{self.target.get_kind_display()}{indicator}"

    @property
    def definition(self) -> str:
        return definition_of(self.target)

    @property
    def promise(self) -> str:
        """The promise as it stands in the agreement: “每月 1 次”, “每年 2–4 人”."""
        low, high = plain(self.target.minimum), self.target.maximum
        amount = f"{low}–{plain(high)}" if high is not None else f"不少于 {low}"
        if self.target.per == AgreementTarget.Per.TERM:
            return f"{amount} {self.target.unit}"
        return f"{self.target.get_per_display()}{amount} {self.target.unit}"

    @property
    def planned_text(self) -> str:
        if self.planned is None:
            return "—"
        low, high = short(self.planned), self.most
        return f"{low}–{short(high)}" if high is not None and high != self.planned else low

    @property
    def reached_text(self) -> str:
        return plain(self.reached)

    @property
    def numbers_text(self) -> str:
        """“已确认 8，计划 12 期，到今天应 10.7”; empty where nothing is counted."""
        if self.planned is None or self.reached is None or self.occurrences:
            return ""
        text = f"{self.counted_as} {self.reached_text}，计划 {self.planned_text} {self.unit}"
        running = self.verdict in (Verdict.ON_PACE, Verdict.BEHIND, Verdict.AHEAD)
        if running and self.expected not in (None, self.planned):
            text += f"，到今天应 {self.expected_text}"
        return text + ("（多于约定）" if self.exceeds else "")

    @property
    def expected_text(self) -> str:
        return short(self.expected)

    @property
    def unconfirmed_text(self) -> str:
        return plain(self.unconfirmed)

    @property
    def occurrences_text(self) -> str:
        """“应 12 个月，达到 9 个月，缺 2026-03、2026-05、2026-08”."""
        if not self.occurrences:
            return ""
        name = "个月" if self.target.per == AgreementTarget.Per.MONTH else "个季度"
        met = sum(item.state == "met" for item in self.occurrences)
        text = f"应 {len(self.occurrences)} {name}，达到 {met} {name}"
        missing = [item.label for item in self.occurrences if item.state == "missing"]
        ahead = sum(item.state in ("running", "ahead") for item in self.occurrences)
        if missing:
            text += f"，缺 {'、'.join(missing)}"
        return f"{text}，未到期 {ahead} {name}" if ahead else text

    @property
    def url(self) -> str:
        """Where exactly the counted records are listed; empty for what the system does not count."""
        code = FIGURE_OF.get(self.target.kind)
        if code:
            asked = {"agreement": self.agreement.pk} | ({"year": self.year} if self.year else {})
            return f"{reverse('figure-records', args=[code])}?{urlencode(asked)}"
        judged = JUDGED[self.target.kind]
        if not judged.listing:
            return ""
        return f"{reverse(judged.listing)}?{urlencode([('agreement', self.agreement.pk), *judged.only])}"

    @property
    def worst_first(self) -> tuple:
        return (RANK[self.verdict], -self.gap, self.agreement.pk, self.target.pk)


def short(value: Fraction | None) -> str:
    """At most one decimal, half up; “—” when there is none."""
    if value is None:
        return "—"
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return plain(number.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))
