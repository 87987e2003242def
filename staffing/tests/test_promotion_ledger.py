"""The ledger on the cases' own numbers, on every shift of their dates, and against brute force."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import Period, add_months
from staffing.promotion.ledger import Bar, Verdict
from staffing.promotion.lines import window
from staffing.promotion.terms import (
    Effect,
    Equivalent,
    Exemption,
    ExemptionKind,
    Facts,
    Location,
    Need,
    Rule,
    ServiceKind,
    Stretch,
    Unit,
    Where,
)
from staffing.tests.promotion_cases import (
    COMMUNITY,
    GUANGDONG,
    HIGH,
    NATIONAL,
    TAIYUAN,
    TOWNSHIP,
    YIJUN,
    ZHEJIANG,
    clipped,
    judge,
    months_from,
    stay,
)
from staffing.titles import TitleLevel

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
DAY = timedelta(days=1)
A_YEAR = Rule("一年", HIGH, 12, Unit.MONTHS)


# ---- C12: nine months and twenty-nine days against ten months
@given(days, st.sampled_from(HIGH))
def test_ten_months_are_ten_months_and_one_day_less_is_not(start, target):
    enough = judge(YIJUN, months_from(start, 10), target=target)
    blocked = judge(YIJUN, months_from(start, 10, less=1), target=target)
    assert (enough.verdict, str(enough.proved)) == (Verdict.ELIGIBLE, "10 个月")
    assert blocked.verdict == Verdict.SHORT and blocked.gaps


def test_nine_months_and_twenty_nine_days_say_what_is_missing():
    found = judge(Rule("宜君，不限每段", HIGH, 10, Unit.MONTHS), stay(date(2012, 2, 1), date(2012, 11, 29)))
    assert str(found.proved) == "9 个月 29 天"
    assert found.headline == "尚差 1 天"


def test_the_statute_asks_nothing_of_an_intermediate_candidate_but_yijun_does():
    nothing = months_from(date(2012, 2, 1), 1)
    assert judge(YIJUN, nothing, target=TitleLevel.INTERMEDIATE).verdict == Verdict.SHORT
    assert judge(NATIONAL, nothing, target=TitleLevel.INTERMEDIATE).verdict == Verdict.NOT_REQUIRED
    assert judge(NATIONAL, nothing, facts=Facts(series="25")).verdict == Verdict.NOT_REQUIRED
    assert judge(NATIONAL, nothing).verdict == Verdict.SHORT


# ---- C28
@given(days, st.integers(1, 400))
def test_guangdong_adds_up_only_stretches_of_a_month(start, gap):
    short = stay(start, start + 19 * DAY)
    long = stay(start + (19 + gap + 1) * DAY, start + (19 + gap + 40) * DAY)
    found = judge(GUANGDONG, short, long)
    assert [(line.is_counted, line.whole.days) for line in found.lines] == [(False, 20), (True, 40)]
    assert found.lines[0].reason == "连续 20 天，不足 1 个月"
    assert found.proved == judge(GUANGDONG, long).proved and found.proved.steps > 0
    by_days = judge(Rule("按天", HIGH, 365, Unit.DAYS, min_stretch=1), short, long)
    assert str(by_days.proved) == "40 天" and by_days.headline == "尚差 325 天"


@given(days)
def test_taiyuan_needs_six_months_in_a_township(start):
    township = months_from(start, 5, location=TOWNSHIP, working=Decimal(110))
    community = months_from(add_months(start, 6), 4, location=COMMUNITY, working=Decimal(90))
    found = judge(TAIYUAN, township, community)
    assert str(found.proved) == "200 个工作日" and not found.missing.steps
    assert found.verdict == Verdict.SHORT and found.headline == "乡镇尚差 1 个月"
    longer = months_from(start, 6, location=TOWNSHIP, working=Decimal(110))
    assert judge(TAIYUAN, longer, community).verdict == Verdict.ELIGIBLE
    assert judge(TAIYUAN, longer).headline == "尚差 90 个工作日，社区尚差 3 个月"


@given(days)
def test_zhejiang_credits_a_third_of_hosting_trainees_and_two_months_at_most(start):
    found = judge(ZHEJIANG, months_from(start, 9, kind=ServiceKind.HOSTING))
    (credit,) = found.credits
    assert (str(credit.served), str(credit.credited), credit.is_capped) == ("9 个月", "2 个月", True)
    assert str(found.proved) == "2 个月" and found.headline == "尚差 4 个月"
    six = judge(ZHEJIANG, months_from(start, 6, kind=ServiceKind.HOSTING))
    assert str(six.proved) == "2 个月" and not six.credits[0].is_capped
    assert judge(ZHEJIANG, months_from(start, 6, less=1, kind=ServiceKind.HOSTING)).proved.steps == 0
    with_post = judge(
        ZHEJIANG, months_from(start, 9, kind=ServiceKind.HOSTING), months_from(add_months(start, 20), 4)
    )
    assert with_post.verdict == Verdict.ELIGIBLE


@given(days)
def test_assigned_tasks_count_from_a_month_on(start):
    assert str(judge(ZHEJIANG, months_from(start, 1, kind=ServiceKind.ASSIGNED)).proved) == "1 个月"
    assert judge(ZHEJIANG, months_from(start, 1, less=1, kind=ServiceKind.ASSIGNED)).proved.steps == 0


def test_a_stay_across_new_year_is_clipped_to_the_application_year():
    rule = Rule("183 天", HIGH, 183, Unit.DAYS)
    start, end = date(2021, 6, 1), date(2022, 5, 31)
    first = judge(rule, clipped(start, end, 2021), year=2021)
    assert (str(first.proved), first.counted_to) == ("214 天", date(2021, 12, 31))
    both = judge(rule, clipped(start, end, 2022), year=2022)
    assert str(both.proved) == "365 天" and both.lines[0].by_year == {2021: 214, 2022: 151}
    assert [year for year, found in both.lines[0].by_year.items() if found >= 183] == [2021]


def test_a_stay_of_early_2020_stands_under_2020_only():
    found = judge(A_YEAR, clipped(date(2020, 1, 1), date(2020, 3, 1), 2021), year=2021)
    assert found.lines[0].by_year == {2020: 61}
    before = judge(A_YEAR, clipped(date(2020, 1, 1), date(2020, 3, 1), 2019), year=2019)
    assert (before.lines[0].is_counted, before.lines[0].reason) == (False, "在截止日之后")
    assert before.lines[0].by_year == {} and before.proved.steps == 0


def test_half_a_year_by_inclusive_days_and_by_anniversary():
    half = Rule("半年", HIGH, 6, Unit.MONTHS)
    by_days = Rule("183 天", HIGH, 183, Unit.DAYS)
    for start, end in ((date(2026, 1, 1), date(2026, 7, 2)), (date(2026, 4, 1), date(2026, 9, 30))):
        assert judge(half, stay(start, end)).verdict == Verdict.ELIGIBLE
        assert judge(by_days, stay(start, end)).verdict == Verdict.ELIGIBLE
        assert judge(by_days, stay(start, end - DAY)).verdict == Verdict.SHORT


def test_circuit_trips_never_count():
    trip = stay(date(2026, 1, 1), date(2026, 10, 27), refusal="巡诊，不是驻点")
    found = judge(A_YEAR, trip)
    assert (found.lines[0].reason, found.proved.steps) == ("巡诊，不是驻点", 0)


# ---- windows, proof, running stays
def test_only_service_since_the_title_counts():
    rule = Rule("任现职以来", HIGH, 6, Unit.MONTHS, since_title=True)
    facts = Facts(series="23", title_since=date(2020, 4, 1))
    span = window(rule, facts, 2022, date(2030, 1, 1))
    assert span == Period(date(2020, 4, 1), date(2022, 12, 31))
    whole = Period(date(2020, 1, 1), date(2020, 9, 30))
    found = judge(rule, Stretch(whole, whole.clip(span)), facts=facts)
    assert (str(found.proved), found.lines[0].outside) == ("6 个月", 91)
    early = Period(date(2019, 1, 1), date(2019, 12, 31))
    found = judge(rule, Stretch(early, early.clip(span)), facts=facts)
    assert found.lines[0].reason == "在取得现职称（2020-04-01）之前"


def test_unknown_facts_are_named_and_never_make_anybody_eligible():
    rule = Rule("任现职以来", HIGH, 6, Unit.MONTHS, series=("23",), since_title=True)
    found = judge(rule, months_from(date(2020, 1, 1), 6), facts=Facts())
    assert found.verdict == Verdict.INCOMPLETE and len(found.missing_facts) == 2
    assert judge(rule, months_from(date(2020, 1, 1), 5), facts=Facts()).verdict == Verdict.SHORT


def test_the_verdict_goes_by_what_is_proved():
    found = judge(A_YEAR, months_from(date(2025, 1, 1), 12, unproved=30))
    assert (found.verdict, str(found.proved), str(found.provisional)) == (
        Verdict.SHORT,
        "11 个月 1 天",
        "12 个月",
    )
    assert found.awaits_proof and found.headline == "尚差 29 天"


def test_lost_days_move_the_end():
    lost = months_from(date(2025, 1, 1), 12, lost=Decimal("1.5"), losses=(("请假", Decimal("1.5")),))
    found = judge(A_YEAR, lost)
    assert str(found.proved) == "11 个月 29 天" and found.headline == "尚差 1 天"
    assert judge(Rule("365 天", HIGH, 365, Unit.DAYS), lost).proved.steps == Fraction(727, 2)


def test_a_running_stay_is_no_violation():
    line = judge(GUANGDONG, stay(date(2026, 3, 1), date(2026, 3, 20), running=True)).lines[0]
    assert (line.is_counted, line.reason) == (False, "进行中，目前 20 天，连续满 1 个月后计入")


def test_an_assessment_is_needed_where_the_rule_says_so():
    rule = Rule("湖南 2023", HIGH, 12, Unit.MONTHS, min_stretch=6, needs_assessment=True)
    year = date(2025, 1, 1)
    assert judge(rule, months_from(year, 12, passed=True)).verdict == Verdict.ELIGIBLE
    assert judge(rule, months_from(year, 12, passed=False)).lines[0].reason == "考核不合格"
    waiting = judge(rule, months_from(year, 12))
    assert waiting.awaits_proof and waiting.lines[0].awaits == "考核结果未登记"


# ---- places, equivalents, exemptions, bars
def test_remote_townships_may_stand_instead_of_the_total():
    rule = Rule("北京", HIGH, 12, Unit.MONTHS, needs=(Need(Where.REMOTE, 8, Unit.MONTHS, Effect.INSTEAD),))
    year = date(2025, 1, 1)
    assert judge(rule, months_from(year, 8, remote=True)).verdict == Verdict.ELIGIBLE
    assert judge(rule, months_from(year, 8)).headline == "尚差 4 个月，或边远乡镇再服务 8 个月"
    assert judge(rule, months_from(year, 12)).verdict == Verdict.ELIGIBLE


def test_poverty_counties_are_part_of_the_total():
    rule = Rule("山西", HIGH, 12, Unit.MONTHS, needs=(Need(Where.KEY_COUNTY, 6, Unit.MONTHS),))
    poor, rich = months_from(date(2024, 1, 1), 6, key_county=True), months_from(date(2025, 1, 1), 6)
    assert judge(rule, poor, rich).verdict == Verdict.ELIGIBLE
    assert judge(rule, rich, months_from(date(2023, 1, 1), 6)).headline == "重点帮扶（贫困）县尚差 6 个月"


@pytest.mark.parametrize(
    ("where", "location", "counts"),
    [
        (Where.TOWNSHIP, Location.TOWNSHIP, True),
        (Where.TOWNSHIP, Location.COMMUNITY, False),
        (Where.COUNTY, Location.COUNTY, True),
        (Where.COUNTY_OR_BELOW, Location.COMMUNITY, True),
        (Where.COUNTY_OR_BELOW, Location.COUNTY, True),
        (Where.COUNTY_OR_BELOW, Location.OTHER, False),
    ],
)
def test_classes_of_places(where, location, counts):
    assert months_from(date(2025, 1, 1), 1, location=location).is_at(where) == counts


def test_service_of_a_kind_the_rule_does_not_know_is_named():
    found = judge(A_YEAR, months_from(date(2025, 1, 1), 12, kind=ServiceKind.FOREIGN_AID))
    assert found.lines[0].reason == "这一规则不把援外视同基层服务" and found.proved.steps == 0
    rule = Rule("视同", HIGH, 12, Unit.MONTHS, equivalents=(Equivalent(ServiceKind.FOREIGN_AID),))
    assert judge(rule, months_from(date(2025, 1, 1), 12, kind=ServiceKind.FOREIGN_AID)).proved.steps == 360


def test_ages_and_years_at_the_cut_off():
    fifty = Rule("湖南 2016", HIGH, 6, Unit.MONTHS, exemptions=(Exemption(ExemptionKind.AGE, 50),))
    assert judge(fifty, facts=Facts("23", birth_month=date(1976, 12, 1)), year=2026).verdict == Verdict.EXEMPT
    assert judge(fifty, facts=Facts("23", birth_month=date(1977, 1, 1)), year=2026).verdict == Verdict.SHORT
    unknown = judge(fifty, year=2026)
    assert unknown.verdict == Verdict.SHORT and unknown.undecided == ["出生年月未填，没有判断“年满 50 岁”"]
    years = Exemption(ExemptionKind.GRASSROOTS_YEARS, 5)
    rule = Rule("连续五年", HIGH, 6, Unit.MONTHS, exemptions=(years,))
    assert years.label == "在县级及以下连续工作满 5 年"
    for since, verdict in ((date(2022, 1, 1), Verdict.EXEMPT), (date(2022, 1, 2), Verdict.SHORT)):
        assert judge(rule, facts=Facts("23", grassroots_since=since), year=2026).verdict == verdict


@pytest.mark.parametrize("kind", ["ex_military", "private_sector", "cdc"])
def test_exemptions_by_standing(kind):
    rule = Rule("免", HIGH, 6, Unit.MONTHS, exemptions=(Exemption(ExemptionKind(kind)),))
    assert judge(rule, facts=Facts("23", **{kind: True})).verdict == Verdict.EXEMPT
    assert judge(rule).verdict == Verdict.SHORT


def test_a_bar_goes_before_everything_and_ends():
    bar = Bar(date(2027, 6, 30), "脱岗")
    enough = months_from(date(2025, 1, 1), 12)
    found = judge(A_YEAR, enough, bar=bar, year=2027, as_of=date(2027, 6, 30))
    assert (found.verdict, found.headline) == (Verdict.BARRED, "受限至 2027-06-30")
    over = judge(A_YEAR, enough, bar=bar, year=2027, as_of=date(2027, 7, 1))
    assert (over.verdict, over.bar) == (Verdict.ELIGIBLE, None)
    later = judge(A_YEAR, enough, bar=bar, year=2028, as_of=date(2027, 6, 1))
    assert later.verdict == Verdict.ELIGIBLE, "over before the year of the application begins"


# ---- neighbours and overlaps
def test_neighbouring_postings_at_one_place_are_one_stretch():
    parts = [
        stay(date(2025, 12, 12), date(2025, 12, 31), place_key=1),
        stay(date(2026, 1, 1), date(2026, 1, 20), place_key=1),
    ]
    (line,) = judge(GUANGDONG, *parts).lines
    assert line.is_counted and line.whole.days == 40
    apart = judge(GUANGDONG, parts[0], stay(date(2026, 1, 1), date(2026, 1, 20), place_key=2))
    assert [line.is_counted for line in apart.lines] == [False, False]


lengths = st.tuples(st.integers(0, 700), st.integers(1, 250), st.integers(0, 30), st.integers(0, 30))
RULES = [
    Rule("天", HIGH, 200, Unit.DAYS),
    Rule("天，每段 15 天", HIGH, 200, Unit.DAYS, min_stretch=15, min_stretch_unit=Unit.DAYS),
    Rule("月", HIGH, 7, Unit.MONTHS),
    GUANGDONG,
    Rule("乡镇", HIGH, 5, Unit.MONTHS, needs=(Need(Where.TOWNSHIP, 90, Unit.DAYS),)),
]
ORIGIN = date(2000, 1, 1)


def made(entries, origin=ORIGIN, *, apart: bool) -> list[Stretch]:
    """Stretches from (offset, length, lost, unproved); ``apart``: one after the other, else as they fall."""
    found, day = [], origin
    for number, (offset, length, lost, unproved) in enumerate(entries):
        start = day + offset * DAY if apart else origin + offset * DAY
        lost = min(lost, length)
        found.append(
            stay(
                start,
                start + (length - 1) * DAY,
                lost=Decimal(lost),
                unproved=min(unproved, length - lost),
                location=(TOWNSHIP, COMMUNITY)[number % 2],
                place_key=number % 2,
            )
        )
        day = start + length * DAY
    return found


def brute_days(rule: Rule, stretches: list[Stretch], *, proved: bool) -> int:
    """Day by day: the days of every long enough stretch, less what is lost, nothing twice."""
    taken, total = set(), 0
    for stretch in sorted(stretches, key=lambda found: (found.whole.start, found.whole.end)):
        own = {stretch.whole.start + offset * DAY for offset in range(stretch.whole.days)}
        if len(own) < (rule.min_stretch or 0):
            continue
        served = len(own) - int(stretch.lost) - (stretch.unproved if proved else 0)
        total += max(served - len(own & taken), 0)
        taken |= own
    return total


@given(st.lists(lengths, max_size=6), st.sampled_from(RULES[:2]))
def test_totals_and_shortfall_are_those_of_brute_force(entries, rule):
    stretches = [Stretch(**{**vars(stretch), "place_key": None}) for stretch in made(entries, apart=False)]
    found = judge(rule, *stretches)
    assert found.proved.steps == brute_days(rule, stretches, proved=True)
    assert found.provisional.steps == brute_days(rule, stretches, proved=False)
    assert found.missing.steps == max(200 - brute_days(rule, stretches, proved=True), 0)
    assert (found.verdict == Verdict.ELIGIBLE) == (found.missing.steps == 0)


@given(st.lists(lengths, min_size=1, max_size=6), st.integers(0, 5), st.sampled_from(RULES))
def test_one_more_stretch_never_raises_the_shortfall(entries, number, rule):
    stretches = made(entries, apart=True)
    without = stretches[: number % len(stretches)] + stretches[number % len(stretches) + 1 :]
    more, less = judge(rule, *stretches), judge(rule, *without)
    assert more.proved >= less.proved and more.provisional >= less.provisional
    assert more.missing <= less.missing and more.shortfall <= less.shortfall
    assert not (less.verdict == Verdict.ELIGIBLE and more.verdict != Verdict.ELIGIBLE)


@given(st.lists(lengths, max_size=6), st.integers(-3000, 3000), st.sampled_from(RULES[:2]))
def test_days_do_not_depend_on_the_date(entries, shift, rule):
    here, there = (
        judge(rule, *made(entries, origin, apart=False)) for origin in (ORIGIN, ORIGIN + shift * DAY)
    )
    assert (here.proved, here.provisional, here.verdict, here.gaps) == (
        there.proved,
        there.provisional,
        there.verdict,
        there.gaps,
    )
    assert [line.is_counted for line in here.lines] == [line.is_counted for line in there.lines]


@given(st.lists(lengths, max_size=6), st.integers(1, 3), st.sampled_from(RULES))
def test_whole_calendar_cycles_change_nothing(entries, cycles, rule):
    """Months differ in length, so their measure is the same only on the same calendar: every 28 years."""
    far = date(2000 + 28 * cycles, 1, 1)
    here, there = judge(rule, *made(entries, apart=True)), judge(rule, *made(entries, far, apart=True))
    assert (here.proved, here.verdict, here.headline) == (there.proved, there.verdict, there.headline)


@given(st.lists(lengths, max_size=6), st.randoms(use_true_random=False), st.sampled_from(RULES))
def test_the_order_of_entry_does_not_matter(entries, random, rule):
    stretches = made(entries, apart=True)
    mixed = list(stretches)
    random.shuffle(mixed)
    here, there = judge(rule, *stretches), judge(rule, *mixed)
    assert (here.proved, here.gaps) == (there.proved, there.gaps)
