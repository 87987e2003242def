"""Rules as the cases quote them, and stretches to judge by them."""

from datetime import date, timedelta

from core.dates import Period, add_months
from staffing.promotion.ledger import ledger
from staffing.promotion.lines import cut_off
from staffing.promotion.terms import (
    Equivalent,
    Facts,
    Location,
    Need,
    Rule,
    ServiceKind,
    Stretch,
    Unit,
    Where,
)
from staffing.titles import TitleLevel

HIGH = (TitleLevel.INTERMEDIATE, TitleLevel.ASSOCIATE, TitleLevel.SENIOR)
YIJUN = Rule("宜君 2012", HIGH, 10, Unit.MONTHS, min_stretch=10)
NATIONAL = Rule("国家", (TitleLevel.ASSOCIATE,), 12, Unit.MONTHS, series=("23",))
GUANGDONG = Rule("广东", HIGH, 12, Unit.MONTHS, min_stretch=1)
TAIYUAN = Rule(
    "太原 2014",
    HIGH,
    200,
    Unit.WORKING_DAYS,
    needs=(Need(Where.TOWNSHIP, 6, Unit.MONTHS), Need(Where.COMMUNITY, 3, Unit.MONTHS)),
)
ZHEJIANG = Rule(
    "浙江",
    HIGH,
    6,
    Unit.MONTHS,
    equivalents=(
        Equivalent(ServiceKind.HOSTING, 1, 3, cap=2, minimum=6),
        Equivalent(ServiceKind.ASSIGNED, minimum=1),
    ),
)
PHYSICIAN = Facts(series="23")


def stay(start: date, end: date, **fields) -> Stretch:
    """A stretch wholly inside the window; the place is its own unless given."""
    period = Period(start, end)
    return Stretch(period, fields.pop("part", period), **fields)


def months_from(start: date, months: int, less: int = 0, **fields) -> Stretch:
    """Exactly so many calendar months, less some days."""
    return stay(start, add_months(start, months) - timedelta(days=1 + less), **fields)


def judge(rule, *stretches, target=TitleLevel.ASSOCIATE, year=2099, as_of=date(2099, 12, 31), **fields):
    facts = fields.pop("facts", PHYSICIAN)
    return ledger(rule, facts, stretches, target=target, year=year, as_of=as_of, **fields)


def clipped(start: date, end: date, year: int, as_of: date = date(2099, 12, 31), **fields) -> Stretch:
    whole = Period(start, end)
    return Stretch(whole, whole.clip(Period(date.min, cut_off(year, as_of))), **fields)


COMMUNITY, TOWNSHIP = Location.COMMUNITY, Location.TOWNSHIP
