"""The words in which promotion rules are written, and what a rule, a stretch and a person are to them.

A rule's durations are amounts of one unit. Amounts are compared in steps: a step is a day, a working
day, or, for months, a thirtieth of a month (see ``measures``).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import TextChoices

from core.dates import Period


class Unit(TextChoices):
    DAYS = "days", "天"
    MONTHS = "months", "个月"
    WORKING_DAYS = "working_days", "个工作日"


STEPS = {Unit.DAYS: 1, Unit.MONTHS: 30, Unit.WORKING_DAYS: 1}


class Location(TextChoices):
    """The class of an institution (机构层级)."""

    TOWNSHIP = "township", "乡镇及村"
    COMMUNITY = "community", "社区"
    COUNTY = "county", "县级"
    OTHER = "other", "其他"


class Where(TextChoices):
    """What a rule may ask of the place: a class, or a quality that any class may have."""

    TOWNSHIP = "township", "乡镇"
    COMMUNITY = "community", "社区"
    COUNTY = "county", "县级机构"
    COUNTY_OR_BELOW = "county_or_below", "县级及以下"
    KEY_COUNTY = "key_county", "重点帮扶（贫困）县"
    REMOTE = "remote", "边远乡镇"


class Effect(TextChoices):
    REQUIRED = "required", "必须达到"
    INSTEAD = "instead", "达到即可，代替总量"


class ServiceKind(TextChoices):
    """``POSTING`` comes from the ledger of postings; the others are entered with evidence."""

    POSTING = "posting", "派驻"
    GRASSROOTS = "grassroots", "基层服务（本系统以外）"
    FOREIGN_AID = "foreign_aid", "援外"
    TIBET = "tibet", "援藏"
    XINJIANG = "xinjiang", "援疆"
    EMERGENCY = "emergency", "突发事件医疗救援"
    HOSTING = "hosting", "带教基层进修人员"
    ASSIGNED = "assigned", "指令性任务"
    COUNTY_SUPPORT = "county_support", "经批准的三级医院支援县级医院"


DIRECT = (ServiceKind.POSTING, ServiceKind.GRASSROOTS)
ENTERED_KINDS = [choice for choice in ServiceKind.choices if choice[0] != ServiceKind.POSTING]
EQUIVALENT_KINDS = [choice for choice in ServiceKind.choices if choice[0] not in DIRECT]


class ExemptionKind(TextChoices):
    AGE = "age", "年满（岁）"
    GRASSROOTS_YEARS = "grassroots_years", "在县级及以下连续工作满（年）"
    EX_MILITARY = "ex_military", "军队转业人员首次申报"
    PRIVATE_SECTOR = "private_sector", "社会办医机构人员"
    CDC = "cdc", "疾控机构人员"


COUNTED_EXEMPTIONS = (ExemptionKind.AGE, ExemptionKind.GRASSROOTS_YEARS)


@dataclass(frozen=True)
class Need:
    """A minimum at one sort of place: beside the total, or instead of it."""

    where: Where
    minimum: int
    unit: Unit
    effect: Effect = Effect.REQUIRED


@dataclass(frozen=True)
class Equivalent:
    """Other service that counts with a coefficient; ``cap`` in the unit of the rule's total."""

    kind: ServiceKind
    numerator: int = 1
    denominator: int = 1
    cap: int | None = None
    minimum: int | None = None
    minimum_unit: Unit = Unit.MONTHS

    @property
    def coefficient(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)


@dataclass(frozen=True)
class Exemption:
    kind: ExemptionKind
    threshold: int | None = None
    month: int = 12
    day: int = 31

    @property
    def label(self) -> str:
        named = ExemptionKind(self.kind).label
        if self.threshold is None:
            return named
        return named.replace("（", f" {self.threshold} ").replace("）", "")


@dataclass(frozen=True)
class Rule:
    """``levels`` are TitleLevel values; ``series`` the first two digits of titles, empty for all."""

    name: str
    levels: tuple[str, ...]
    required: int
    unit: Unit
    series: tuple[str, ...] = ()
    min_stretch: int | None = None
    min_stretch_unit: Unit = Unit.MONTHS
    since_title: bool = False
    needs_assessment: bool = False
    needs: tuple[Need, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()
    exemptions: tuple[Exemption, ...] = ()

    def covers(self, level: str, series: str) -> bool:
        """An unknown series is not taken for an uncovered one."""
        return level in self.levels and (not self.series or not series or series in self.series)


@dataclass(frozen=True)
class Facts:
    """What is known about the person; None and "" are unknown, never guessed."""

    series: str = ""
    title_since: date | None = None
    birth_month: date | None = None
    grassroots_since: date | None = None
    ex_military: bool = False
    private_sector: bool = False
    cdc: bool = False


@dataclass(frozen=True)
class Stretch:
    """One stay as the records have it.

    ``whole``: all its days; ``part``: those inside the window and up to the cut-off, None when none is.
    ``lost``: calendar days of the part proved lost (leave, absence), with the ``losses`` by reason;
    ``unproved``: days of the part whose attendance is not locked. ``working``: working days on duty
    proved; ``working_unproved``: working days of the unproved part. ``refusal``: why it can never count.
    ``passed``: result of its assessment, None when there is none. ``source``: the record behind it.
    """

    whole: Period
    part: Period | None
    kind: ServiceKind = ServiceKind.POSTING
    place: str = ""
    place_key: object = None
    location: Location = Location.TOWNSHIP
    key_county: bool = False
    remote: bool = False
    lost: Decimal = Decimal(0)
    losses: tuple[tuple[str, Decimal], ...] = ()
    unproved: int = 0
    working: Decimal = Decimal(0)
    working_unproved: int = 0
    running: bool = False
    refusal: str = ""
    passed: bool | None = None
    source: object = None

    def is_at(self, where: Where) -> bool:
        if where == Where.COUNTY_OR_BELOW:
            return self.location != Location.OTHER
        if where == Where.KEY_COUNTY:
            return self.key_county
        if where == Where.REMOTE:
            return self.remote
        return self.location == where.value
