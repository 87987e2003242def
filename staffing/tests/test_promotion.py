"""Ledgers from the records: what is proved, which rule applies, how many statements it costs."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import RuleBroken
from staffing.models import PromotionRule
from staffing.promotion.ledger import Verdict
from staffing.promotion.terms import Location
from staffing.promotion_reference import RULES, load_promotion_rules
from staffing.selectors.promotion import Application, location_of, promotion_account, promotion_accounts
from staffing.services.promotion_rules import policy_save, rule_copy, rule_is_changeable
from staffing.titles import TitleLevel
from support.services.records import record_confirm
from testing import builders as build

pytestmark = pytest.mark.django_db
ASSOCIATE, INTERMEDIATE = TitleLevel.ASSOCIATE, TitleLevel.INTERMEDIATE


@pytest.fixture
def place():
    """A bureau, a hospital and a township clinic of one county with an agreement for several years."""
    bureau = build.bureau(build.COUNTY)
    hospital, clinic = build.organisation("hospital"), build.organisation("township_clinic")
    cycle = build.cycle(build.programme(bureau), date(2024, 1, 1), date(2026, 12, 31))
    agreement = build.agreement_in_force(hospital, clinic, date(2024, 1, 1), date(2026, 12, 31), within=cycle)
    return bureau, hospital, agreement


def account(person, target=ASSOCIATE, year=2026, as_of=None, rule=""):
    chosen = PromotionRule.objects.complete().get(code=rule) if rule else None
    return promotion_account(Application(person, target, year, chosen), as_of)


# ---- proof
def test_only_locked_days_prove_and_the_rest_is_shown_beside(place):
    _, hospital, agreement = place
    person = build.clinician(hospital)
    stay = build.posting(agreement, person, date(2025, 1, 1), date(2025, 12, 31), ended=True)
    found = account(person).ledger
    assert (str(found.proved), str(found.provisional)) == ("0 天", "12 个月")
    assert found.verdict == Verdict.SHORT and found.awaits_proof
    build.attended(stay, leave_out=(date(2025, 12, 1),))
    found = account(person).ledger
    assert (str(found.proved), found.headline) == ("11 个月", "尚差 1 个月")
    assert found.lines[0].unproved == 31


def test_a_year_with_every_month_locked_may_apply(place):
    _, hospital, agreement = place
    person = build.clinician(hospital)
    build.attended(build.posting(agreement, person, date(2025, 1, 1), date(2025, 12, 31), ended=True))
    found = account(person)
    assert (found.ledger.verdict, found.applied.rule.code) == (Verdict.ELIGIBLE, "national")
    assert found.applied.by == "国家规定"
    assert account(person, year=2024).ledger.lines[0].reason == "在截止日之后"


def test_c12_in_the_records(place):
    """Nine months and twenty-nine days are blocked, ten months are not; intermediate candidates too."""
    bureau, hospital, agreement = place
    build.promotion_policy(bureau, "yijun-2012")
    short, enough = build.clinician(hospital, title="234"), build.clinician(hospital, title="234")
    stays = [
        build.posting(agreement, short, date(2025, 2, 1), date(2025, 11, 29), ended=True),
        build.posting(agreement, enough, date(2025, 2, 1), date(2025, 11, 30), ended=True),
    ]
    build.attended(*stays)
    assert account(short, INTERMEDIATE).ledger.verdict == Verdict.SHORT
    assert account(enough, INTERMEDIATE).ledger.verdict == Verdict.ELIGIBLE
    statute = account(short, INTERMEDIATE, rule="national")
    assert statute.ledger.verdict == Verdict.NOT_REQUIRED


def test_neither_circuits_nor_escorts_nor_the_unconfirmed_count(place):
    _, hospital, agreement = place
    person = build.clinician(hospital)
    build.posting(agreement, person, date(2025, 1, 1), date(2025, 10, 27), kind="circuit", ended=True)
    build.posting(agreement, person, date(2025, 11, 1), date(2025, 11, 30), role="liaison", ended=True)
    build.posting(agreement, person, date(2026, 1, 1), date(2026, 6, 30), arrived=False)
    reasons = {line.reason for line in account(person).ledger.lines}
    assert reasons == {"巡诊，不是驻点", "联络员不是派驻医务人员", "受援单位没有确认到岗"}


def test_a_running_stay_counts_up_to_the_day(place):
    _, hospital, agreement = place
    person = build.clinician(hospital)
    today = timezone.localdate()
    start = today - timedelta(days=20)
    build.posting(agreement, person, start, today + timedelta(days=10))
    (line,) = account(person, year=today.year).ledger.lines
    assert line.is_running and line.whole.end == today and line.whole.days == 21


def test_an_absence_moves_the_end(place):
    _, hospital, agreement = place
    person = build.clinician(hospital)
    stay = build.posting(agreement, person, date(2025, 1, 1), date(2025, 12, 31), ended=True)
    build.attended(stay, absent=(date(2025, 3, 3),))
    found = account(person).ledger
    assert found.lines[0].losses == [("旷工", 1)] and found.headline == "尚差 1 天"


def test_entered_service_counts_once_confirmed(place):
    _, hospital, _ = place
    person = build.clinician(hospital)
    waiting = build.recognised(person, date(2024, 1, 1), date(2024, 12, 31), status="submitted")
    found = account(person).ledger
    assert (str(found.proved), str(found.provisional)) == ("0 天", "12 个月")
    record_confirm(record=waiting, by=build.officer(place[0]))
    assert account(person).ledger.verdict == Verdict.ELIGIBLE


def test_drafts_and_returned_entries_do_not_count(place):
    _, hospital, _ = place
    person = build.clinician(hospital)
    build.recognised(person, date(2023, 1, 1), date(2023, 6, 30), status="draft")
    build.recognised(person, date(2024, 1, 1), date(2024, 6, 30), status="returned")
    (line,) = account(person).ledger.lines
    assert (line.is_counted, line.reason) == (False, "被主管部门退回")


def test_the_zhejiang_credit_in_the_records(place):
    bureau, hospital, _ = place
    build.promotion_policy(bureau, "zhejiang")
    person = build.clinician(hospital)
    build.recognised(person, date(2025, 1, 1), date(2025, 9, 30), kind="hosting", location="other")
    found = account(person).ledger
    assert [str(credit.credited) for credit in found.credits] == ["2 个月"]
    assert found.headline == "尚差 4 个月"


def test_the_taiyuan_rule_in_the_records(place):
    bureau, hospital, agreement = place
    build.promotion_policy(bureau, "taiyuan-2014")
    community = build.organisation("community_centre")
    second = build.agreement_in_force(
        hospital, community, date(2024, 1, 1), date(2026, 12, 31), within=agreement.cycle
    )
    person = build.clinician(hospital)
    stays = [
        build.posting(agreement, person, date(2025, 1, 1), date(2025, 5, 31), ended=True),
        build.posting(second, person, date(2025, 6, 1), date(2025, 9, 30), ended=True),
        build.posting(second, person, date(2025, 10, 9), date(2025, 11, 30), ended=True),
    ]
    build.attended(*stays[:2])
    build.attended(stays[2])
    found = account(person).ledger
    assert found.proved.steps >= 200 and found.headline == "乡镇尚差 1 个月"


def test_a_blank_title_is_not_taken_for_one_that_needs_nothing(place):
    """250 days resident without a title on record: named as missing, neither guessed nor dropped."""
    bureau, hospital, agreement = place
    person = build.clinician(hospital, title="")
    build.attended(build.posting(agreement, person, date(2025, 1, 1), date(2025, 9, 7), ended=True))
    found = account(person).ledger
    assert found.lines[0].whole.days == 250 and found.verdict == Verdict.SHORT
    assert found.missing_facts == ["职称未填，不能确定系列"]
    build.promotion_policy(bureau, "zhejiang")
    assert account(person).ledger.verdict == Verdict.INCOMPLETE


# ---- which rule
def test_the_nearest_bureau_that_covers_the_target_decides(place):
    bureau, hospital, _ = place
    province = build.bureau("450000")
    person = build.clinician(hospital)
    build.promotion_policy(province, "guangdong")
    assert account(person).applied.rule.code == "guangdong"
    build.promotion_policy(bureau, "shanxi-senior")
    assert account(person).applied.rule.code == "guangdong", "the county's rule is for another level"
    assert account(person, TitleLevel.SENIOR).applied.rule.code == "shanxi-senior"
    stranger = build.clinician(build.organisation("hospital", at=build.FAR_AWAY))
    assert account(stranger).applied.rule.code == "national"


def test_a_policy_has_its_days(place):
    bureau, hospital, _ = place
    person = build.clinician(hospital)
    build.promotion_policy(bureau, "guangdong", date(2020, 1, 1), effective_to=date(2023, 12, 31))
    assert account(person).applied.rule.code == "national"
    assert account(person, year=2023, as_of=date(2023, 12, 31)).applied.rule.code == "guangdong"


def test_remote_places_are_those_the_bureau_names(place):
    bureau, hospital, agreement = place
    person = build.clinician(hospital)
    build.attended(build.posting(agreement, person, date(2025, 1, 1), date(2025, 8, 31), ended=True))
    policy = build.promotion_policy(bureau, "beijing-2003")
    assert account(person).ledger.headline == "尚差 4 个月，或边远乡镇再服务 8 个月"
    policy.remote_places.add(agreement.recipient)
    assert account(person).ledger.verdict == Verdict.ELIGIBLE


def test_two_rules_never_cover_the_same_applicants(place):
    bureau, _, _ = place
    by = build.officer(bureau)
    build.promotion_policy(bureau, "hunan-2016", date(2016, 1, 1))
    with pytest.raises(RuleBroken) as refused:
        build.promotion_policy(bureau, "shanxi-senior", date(2024, 1, 1))
    assert "2016-01-01 至长期已采用“湖南 2016”，它也适用于申报正高" in refused.value.messages[0]
    first = bureau.promotion_policies.get()
    policy_save(
        policy=first,
        rule=first.rule,
        effective_from=first.effective_from,
        effective_to=date(2023, 12, 31),
        by=by,
    )
    build.promotion_policy(bureau, "shanxi-senior", date(2024, 1, 1))


def test_the_statute_and_others_rules_are_copied_not_changed(place):
    bureau, _, _ = place
    by, other = build.officer(bureau), build.officer(build.bureau(build.FAR_AWAY))
    national, hunan = PromotionRule.objects.get(code="national"), PromotionRule.objects.get(code="hunan-2016")
    assert not rule_is_changeable(rule=national, by=by)
    build.promotion_policy(bureau, "hunan-2016")
    assert rule_is_changeable(rule=hunan, by=by) and not rule_is_changeable(rule=hunan, by=other)
    made = rule_copy(rule=hunan, code="hunan-own", name="本局规定", by=other)
    assert rule_is_changeable(rule=made, by=other)
    assert made.exemptions.count() == hunan.exemptions.count() == 4
    with pytest.raises(RuleBroken):
        rule_copy(rule=hunan, code="hunan-own", name="再来一次", by=other)


# ---- shipped rules
def test_shipped_rules_are_loaded_once_and_edits_survive():
    assert load_promotion_rules() == 0
    assert {entry["code"] for entry in RULES} == set(PromotionRule.objects.values_list("code", flat=True))
    changed = PromotionRule.objects.get(code="guangdong")
    changed.required_total = 6
    changed.save()
    PromotionRule.objects.get(code="zhejiang").delete()
    assert load_promotion_rules() == 3
    assert PromotionRule.objects.get(code="guangdong").required_total == 6


@pytest.mark.parametrize("code", [entry["code"] for entry in RULES])
def test_shipped_rules_are_sound(code):
    rule = PromotionRule.objects.get(code=code)
    rule.full_clean()
    for rows in (rule.needs, rule.equivalents, rule.exemptions):
        for row in rows.all():
            row.full_clean()
    assert rule.basis and rule.quoted


@pytest.mark.parametrize(
    ("kind", "at", "location"),
    [
        ("township_clinic", build.COUNTY, Location.TOWNSHIP),
        ("central_clinic", build.COUNTY, Location.TOWNSHIP),
        ("community_centre", build.COUNTY, Location.COMMUNITY),
        ("hospital", build.COUNTY, Location.COUNTY),
        ("hospital", "450000", Location.OTHER),
    ],
)
def test_classes_of_institutions(kind, at, location):
    assert location_of(build.organisation(kind, at=at)) == location


# ---- many at once
def test_statements_do_not_grow_with_people(place):
    bureau, hospital, agreement = place
    build.promotion_policy(bureau, "hunan-2016")

    def fill(number):
        people = []
        for index in range(number):
            person = build.clinician(hospital, title_since=date(2024, 1, 1 + index))
            stay = build.posting(agreement, person, date(2026, 1, 1), date(2026, 6, 30), ended=True)
            build.recognised(person, date(2025, 1, 1), date(2025, 6, 30))
            build.promotion_facts(person, grassroots_since=date(2022, 1, 1))
            people.append((person, stay))
        return people

    def statements(people):
        with CaptureQueriesContext(connection) as seen:
            found = promotion_accounts([Application(person, ASSOCIATE, 2027) for person, _ in people])
        assert len(found) == len(people)
        return len(seen)

    first = fill(3)
    build.attended(*[stay for _, stay in first], leave_out=(date(2026, 3, 1),))
    once = statements(first)
    more = first + fill(3)
    assert statements(more) == once and once <= 22


def test_one_person_in_two_years_has_two_windows(place):
    _, hospital, agreement = place
    person = build.clinician(hospital)
    build.attended(build.posting(agreement, person, date(2024, 6, 1), date(2025, 5, 31), ended=True))
    one, two = promotion_accounts([Application(person, ASSOCIATE, year) for year in (2024, 2025)])
    assert (str(one.ledger.proved), str(two.ledger.proved)) == ("7 个月", "12 个月")
    assert two.ledger.lines[0].by_year == {2024: 214, 2025: 151}


def test_a_bar_of_discipline_goes_first(place):
    """Found off post: no promotion for two years from that day, whatever was served."""
    _, hospital, agreement = place
    build.discipline_rule(agreement.cycle.programme)
    person = build.clinician(hospital)
    stay = build.posting(agreement, person, date(2025, 1, 1), date(2025, 12, 31), ended=True)
    build.inspection(agreement.recipient, date(2025, 12, 16), {stay: "absent"})
    build.attended(stay)
    found = account(person, year=2026).ledger
    assert (found.verdict, found.headline) == (Verdict.BARRED, "受限至 2027-12-15")
    assert "2025-12-16" in found.bar.reason
    assert account(person, year=2028).ledger.verdict == Verdict.SHORT, "the bar is over; the day stays lost"


def test_the_day_of_the_ledger_can_be_any(place):
    _, hospital, agreement = place
    person = build.clinician(hospital)
    build.attended(build.posting(agreement, person, date(2025, 1, 1), date(2025, 12, 31), ended=True))
    with time_machine.travel(date(2026, 3, 1)):
        assert str(account(person, as_of=date(2025, 6, 30)).ledger.proved) == "6 个月"
