"""Case C16 with its own numbers: 45 off post of 305, working days 179 and 180, the second finding, the chain."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dates import Period
from core.errors import RuleBroken
from core.selectors.workdays import days_of, working_days
from staffing.models import AttendanceRow, DisciplineRule, InspectionFinding, MonthSheet, Posting
from staffing.models.attendance import month_period
from staffing.selectors.discipline import (
    consequences_for,
    discipline_facts,
    facts_of,
    promotion_bar,
    promotion_bars,
)
from staffing.selectors.off_post import off_post_rate, repeat_offenders
from staffing.services.discipline import (
    RuleFigures,
    discipline_rule_activate,
    discipline_rule_create,
    discipline_rule_deactivate,
)
from staffing.services.inspections import inspection_revoke
from testing import builders as build

pytestmark = pytest.mark.django_db
ALL = InspectionFinding.objects.all


class Rollback(Exception):
    pass


def rolled_back(test):
    """Run an example and leave nothing behind."""
    try:
        with transaction.atomic():
            test()
            raise Rollback
    except Rollback:
        pass


def people_at(agreement, number: int, start: date, end: date) -> list[Posting]:
    """So many arrived resident postings; rows at once, the database's own rules hold all the same."""
    batch = build.batch(agreement, departed=start)
    who, by = build.coordinator(agreement.recipient, sending=False), build.coordinator(agreement.sender)
    return Posting.objects.bulk_create(
        Posting(
            batch=batch,
            agreement=agreement,
            clinician=build.clinician(agreement.sender),
            kind="resident",
            start_on=start,
            end_on=end,
            planned_end_on=end,
            status="on_post",
            arrived_on=start,
            arrival_confirmed_by=who,
            arrival_confirmed_at="2014-01-02T00:00Z",
            entered_by=by,
        )
        for _ in range(number)
    )


@pytest.fixture
def province():
    return build.bureau("450000")


def gansu(province, start=date(2014, 1, 1), end=date(2024, 12, 31)):
    """305 people at two clinics of two counties: 25 at the one whose local rate is 36 %, 280 at the other."""
    hospital = build.organisation("hospital", at="450000")
    cycle = build.cycle(build.programme(province), start, end)
    clinics = [build.organisation("township_clinic", at=at) for at in (build.COUNTY, build.OTHER_COUNTY)]
    agreements = [build.agreement_in_force(hospital, clinic, start, end, within=cycle) for clinic in clinics]
    return {
        clinic: people_at(agreement, number, start, end)
        for clinic, agreement, number in zip(clinics, agreements, (25, 280), strict=True)
    }


def inspect(province, people, day, half="am"):
    """9 of 25 off post here, 36 of 280 there: 37 without reason and 8 with improper leave in all."""
    for (clinic, postings), (absent, irregular) in zip(people.items(), ((9, 0), (28, 8)), strict=True):
        results = dict.fromkeys(postings[:absent], "absent")
        results |= dict.fromkeys(postings[absent : absent + irregular], "irregular")
        build.inspection(clinic, day, results, by=build.officer(province), half=half)


class TestRate:
    def test_45_of_305_is_14_75_percent_and_no_mean_of_rates(self, province, django_assert_num_queries):
        people = gansu(province)
        inspect(province, people, date(2014, 7, 3))
        with django_assert_num_queries(1):
            table = off_post_rate(findings=ALL(), by="county")
        total = table.total
        assert (total.checked, total.absent, total.irregular, total.off_post) == (305, 37, 8, 45)
        assert str(total.rate) == "14.75"
        local = {row.label: row for row in table.rows}
        assert (local["凌云县"].checked, local["凌云县"].off_post) == (25, 9)
        assert str(local["凌云县"].rate) == "36.00"
        assert str(local["灵山县"].rate) == "12.86"
        mean = sum(row.rate for row in table.rows) / 2
        assert total.rate != mean.quantize(Decimal("0.01"))
        for by in ("recipient", "sender"):
            assert off_post_rate(findings=ALL(), by=by).total == total

    def test_the_figures_hold_on_every_day_one_comes(self, province):
        people = gansu(province)

        @settings(max_examples=8)
        @given(st.dates(date(2014, 1, 1), date(2024, 12, 31)), st.sampled_from(["am", "pm"]))
        def on(day, half):
            def example():
                inspect(province, people, day, half)
                within = ALL().within(Period(day, day))
                assert str(off_post_rate(findings=within).total.rate) == "14.75"
                assert not ALL().within(Period(date(2000, 1, 1), day - timedelta(1))).exists()

            rolled_back(example)

        on()

    def test_a_township_counts_to_its_county(self, province):
        town = build.organisation("township_clinic", at="451027101")
        county = build.organisation("township_clinic", at=build.COUNTY)
        for clinic in (town, county):
            agreement = build.agreement_in_force(build.organisation(), clinic)
            build.inspection(clinic, results={build.posting(agreement): "absent"}, by=build.officer(province))
        (row,) = off_post_rate(findings=ALL(), by="county").rows
        assert (row.label, row.checked, str(row.rate)) == ("凌云县", 2, "100.00")

    def test_nobody_checked_has_no_rate(self):
        table = off_post_rate(findings=ALL())
        assert table.rows == [] and table.total.rate is None

    def test_drafts_and_revoked_ones_count_nowhere(self, province):
        agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
        stay, by = build.posting(agreement), build.officer(province)
        build.inspection(agreement.recipient, results={stay: "absent"}, by=by, concluded=False)
        done = build.inspection(agreement.recipient, date(2026, 5, 15), {stay: "absent"}, by=by)
        assert off_post_rate(findings=ALL()).total.checked == 1
        inspection_revoke(inspection=done, by=build.user("bureau_leader", province), reason="核实有误")
        assert off_post_rate(findings=ALL()).total.checked == 0


@pytest.fixture
def stay(province):
    """A resident stay of 2026 under a programme with the example rule."""
    cycle = build.cycle(build.programme(province))
    hospital, clinic = build.organisation(), build.organisation("township_clinic")
    agreement = build.agreement_in_force(hospital, clinic, within=cycle)
    build.discipline_rule(cycle.programme)
    return build.posting(agreement, start=date(2026, 1, 1), end=date(2026, 11, 1))


def found_off_post(stay, *days, result="absent", half="am"):
    by = build.officer(stay.batch.cycle.programme.bureau)
    return [build.inspection(stay.agreement.recipient, day, {stay: result}, by=by, half=half) for day in days]


class TestSecondFinding:
    DAYS = (date(2026, 3, 10), date(2026, 6, 20))

    def test_one_finding_is_no_veto_the_second_is(self, stay):
        found_off_post(stay, self.DAYS[0])
        facts = facts_of(clinician=stay.clinician, cycle=stay.batch.cycle)
        assert len(facts.off_post) == 1 and facts.vetoes == []
        found_off_post(stay, self.DAYS[1], result="irregular")
        (veto,) = facts_of(clinician=stay.clinician, cycle=stay.batch.cycle).vetoes
        assert (veto.kind, veto.on, len(veto.findings)) == ("repeated", self.DAYS[1], 2)
        assert "2026-03-10上午" in veto.text and "无故不在岗" in veto.text and "手续不规范" in veto.text

    def test_both_halves_of_one_day_are_one_day(self, stay):
        for half in ("am", "pm"):
            found_off_post(stay, self.DAYS[0], half=half)
        assert facts_of(clinician=stay.clinician, cycle=stay.batch.cycle).vetoes == []
        assert repeat_offenders(findings=ALL()) == []

    def test_being_met_or_properly_on_leave_is_no_finding(self, stay):
        for result, day in zip(
            ("present", "on_leave", "business"), days_of(Period(*self.DAYS)), strict=False
        ):
            found_off_post(stay, day, result=result)
        facts = facts_of(clinician=stay.clinician, cycle=stay.batch.cycle)
        assert facts.off_post == facts.vetoes == []

    def test_a_revoked_finding_takes_the_veto_away(self, stay):
        done = found_off_post(stay, *self.DAYS)
        leader = build.user("bureau_leader", done[0].bureau)
        inspection_revoke(inspection=done[0], by=leader, reason="核实有误")
        assert facts_of(clinician=stay.clinician, cycle=stay.batch.cycle).vetoes == []

    def test_without_a_rule_in_use_findings_lead_to_nothing(self, stay):
        found_off_post(stay, *self.DAYS)
        rule = DisciplineRule.objects.get(is_active=True)
        discipline_rule_deactivate(rule=rule, by=build.officer(rule.programme.bureau))
        facts = facts_of(clinician=stay.clinician, cycle=stay.batch.cycle)
        assert facts.vetoes == [] and len(facts.off_post) == 2
        assert consequences_for(clinician=stay.clinician, cycle=stay.batch.cycle) == []

    def test_another_programme_asks_for_three(self, stay):
        programme = stay.batch.cycle.programme
        by = build.officer(programme.bureau)
        rule = discipline_rule_create(
            programme=programme, name="三次", basis="县方案", by=by, figures=RuleFigures(findings_for_veto=3)
        )
        discipline_rule_activate(rule=rule, by=by)
        assert DisciplineRule.objects.filter(programme=programme, is_active=True).get() == rule
        found_off_post(stay, *self.DAYS)
        assert not facts_of(clinician=stay.clinician, cycle=stay.batch.cycle).vetoes
        found_off_post(stay, date(2026, 8, 3))
        assert facts_of(clinician=stay.clinician, cycle=stay.batch.cycle).vetoes

    def test_offenders_with_their_findings(self, stay, django_assert_num_queries):
        other = build.posting(stay.agreement)
        by = build.officer(stay.batch.cycle.programme.bureau)
        for day in self.DAYS:
            build.inspection(stay.agreement.recipient, day, {stay: "absent"}, by=by)
        build.inspection(stay.agreement.recipient, date(2026, 7, 1), {other: "absent"}, by=by)
        with django_assert_num_queries(1):
            (offender,) = repeat_offenders(findings=ALL())
        assert offender.clinician == stay.clinician
        assert [row.inspection.inspected_on for row in offender.findings] == list(self.DAYS)
        assert repeat_offenders(findings=ALL(), period=Period(self.DAYS[1], self.DAYS[1])) == []


class TestConsequences:
    def test_the_chain_of_gansu_each_with_its_facts(self, stay):
        found_off_post(stay, date(2026, 3, 10), date(2026, 6, 20))
        made = consequences_for(clinician=stay.clinician, cycle=stay.batch.cycle)
        hospital, clinic = stay.agreement.sender.display_name, stay.agreement.recipient.display_name
        bureau, name = stay.batch.cycle.programme.bureau.display_name, stay.clinician.name
        assert [(row.whom, row.text) for row in made] == [
            (name, "扣发本人全部下乡补助"),
            (name, "两年内不得晋升职称（2026-06-20 至 2028-06-19）"),
            (name, "作出书面检查"),
            (name, "记不良记录一次"),
            (name, "年度考核定为不合格"),
            (name, "延长服务一年，费用自理"),
            (hospital, "取消当年评先资格"),
            (hospital, "通报批评"),
            (f"{hospital}负责人", "通报批评"),
            (clinic, "通报批评"),
            (f"{clinic}负责人", "通报批评"),
            (bureau, "通报批评"),
            (f"{bureau}负责人", "通报批评"),
        ]
        assert all(row.facts for row in made)
        assert {row.facts[0].kind for row in made[4:6]} == {"repeated"}

    def test_after_one_finding_the_year_is_not_lost_and_nobody_serves_longer(self, stay):
        found_off_post(stay, date(2026, 3, 10))
        kinds = {row.row.kind for row in consequences_for(clinician=stay.clinician, cycle=stay.batch.cycle)}
        assert "subsidy" in kinds and not kinds & {"fail", "extra_year"}

    def test_the_bar_begins_with_the_fact_and_ends_two_years_later(self, stay):
        assert promotion_bar(clinician=stay.clinician, on=date(2026, 12, 1)) is None
        found_off_post(stay, date(2026, 3, 10))
        until, why = promotion_bar(clinician=stay.clinician, on=date(2026, 12, 1))
        assert until == date(2028, 3, 9) and "2026-03-10上午" in why
        assert promotion_bar(clinician=stay.clinician, on=date(2028, 3, 9)) is not None
        for free in (date(2026, 3, 9), date(2028, 3, 10)):
            assert promotion_bar(clinician=stay.clinician, on=free) is None

    def test_many_people_cost_what_one_costs(self, stay, django_assert_max_num_queries):
        others = [build.posting(stay.agreement) for _ in range(5)]
        found_off_post(stay, date(2026, 3, 10))
        people = [stay.clinician, *[posting.clinician for posting in others]]
        with django_assert_max_num_queries(9):
            assert set(promotion_bars(clinicians=people, on=date(2026, 4, 1))) == {stay.clinician_id}
        for posting in others:
            found_off_post(posting, date(2026, 3, 11))
            break
        with django_assert_max_num_queries(9):
            assert len(promotion_bars(clinicians=people, on=date(2026, 4, 1))) == 2


def locked_sheets(stay: Posting, on_duty: int, *, unlocked_from: date | None = None) -> None:
    """On duty on the first so many working days of the stay, absent on all others."""
    present = set(sorted(working_days(stay.period))[:on_duty])
    recipient, by = stay.agreement.recipient, build.coordinator(stay.agreement.recipient, sending=False)
    months = sorted({day.replace(day=1) for day in days_of(stay.period)})
    for month in months:
        is_open = unlocked_from is not None and month >= unlocked_from
        sheet = MonthSheet.objects.create(recipient=recipient, month=month)
        marks = "".join(
            ("PP" if day in present else "AA") if stay.period.contains(day) else "--"
            for day in days_of(month_period(month))
        )
        AttendanceRow.objects.create(sheet=sheet, posting=stay, marks=marks)
        if not is_open:
            sheet.status, sheet.locked_by, sheet.locked_at = "locked", by, "2026-11-01T00:00Z"
            sheet.save()


def year_of_service(province, start: date, working: int, cycle_days: int = 0) -> Posting:
    """A stay just long enough for so many working days, in a cycle that ends with it (or later)."""
    end = sorted(working_days(Period(start, start + timedelta(days=working * 2))))[working - 1]
    cycle = build.cycle(build.programme(province), start, end + timedelta(days=cycle_days))
    hospital, clinic = build.organisation(), build.organisation("township_clinic")
    agreement = build.agreement_in_force(hospital, clinic, start, end, within=cycle)
    build.discipline_rule(cycle.programme)
    return people_at(agreement, 1, start, end)[0]


class TestWorkingDays:
    def verdict(self, stay):
        facts = facts_of(clinician=stay.clinician, cycle=stay.batch.cycle)
        return facts.working, [fact.kind for fact in facts.vetoes]

    def test_179_fails_and_180_passes_wherever_the_year_begins(self, province):
        @settings(max_examples=8)
        @given(st.dates(date(2015, 1, 1), date(2025, 9, 30)))
        def beginning(start):
            def example(on_duty, state, expected):
                stay = year_of_service(province, start, 200)
                locked_sheets(stay, on_duty)
                working, vetoes = self.verdict(stay)
                assert (working.reached, working.state, vetoes) == (on_duty, state, expected)

            rolled_back(lambda: example(179, "short", ["short_days"]))
            rolled_back(lambda: example(180, "met", []))

        beginning()

    def test_a_finding_takes_half_a_day_of_180_away(self, province):
        stay = year_of_service(province, date(2025, 1, 2), 200)
        locked_sheets(stay, 180)
        day = min(working_days(stay.period))
        found_off_post(stay, day)
        working, vetoes = self.verdict(stay)
        assert (working.reached, vetoes) == (Decimal("179.5"), ["short_days"])

    def test_open_sheets_are_no_proof_either_way(self, province):
        stay = year_of_service(province, date(2025, 1, 2), 200)
        locked_sheets(stay, 200, unlocked_from=date(2025, 9, 1))
        working, vetoes = self.verdict(stay)
        assert working.state == "unproved" and vetoes == [] and working.reached + working.open == 200
        assert "考勤未锁定，暂不能判定" in working.text

    def test_too_short_even_if_every_open_day_counts(self, province):
        stay = year_of_service(province, date(2025, 1, 2), 200)
        locked_sheets(stay, 100, unlocked_from=date(2025, 9, 1))
        working, vetoes = self.verdict(stay)
        assert working.state == "short" and vetoes == ["short_days"]

    def test_a_cycle_still_running_is_no_violation(self, province):
        stay = year_of_service(province, date(2025, 9, 1), 100, cycle_days=400)
        locked_sheets(stay, 100)
        working, vetoes = self.verdict(stay)
        assert working.state == "running" and vetoes == []

    def test_short_term_people_were_never_asked_for_a_year(self, province):
        cycle = build.cycle(build.programme(province), date(2025, 1, 1), date(2025, 12, 31))
        agreement = build.agreement_in_force(
            build.organisation(),
            build.organisation("township_clinic"),
            cycle.start_on,
            cycle.end_on,
            within=cycle,
        )
        build.discipline_rule(cycle.programme)
        brief = build.posting(agreement, start=date(2025, 3, 1), end=date(2025, 3, 5), kind="short_term")
        facts = discipline_facts(clinicians=[brief.clinician])[brief.clinician_id, cycle.pk]
        assert facts.working is None and facts.vetoes == []


class TestRules:
    def test_only_the_programmes_bureau_writes(self, province):
        programme = build.programme(province)
        stranger = build.officer(build.bureau(build.COUNTY))
        with pytest.raises(RuleBroken, match="只有项目主管部门"):
            discipline_rule_create(programme=programme, name="x", basis="y", by=stranger)
        with pytest.raises(RuleBroken, match="只有项目主管部门"):
            discipline_rule_activate(rule=build.discipline_rule(programme), by=stranger)

    def test_an_empty_rule_is_not_put_in_use(self, province):
        programme, by = build.programme(province), build.officer(province)
        rule = discipline_rule_create(
            programme=programme, name="空", basis="无", by=by, figures=RuleFigures(findings_for_veto=None)
        )
        with pytest.raises(RuleBroken, match="没有任何要求"):
            discipline_rule_activate(rule=rule, by=by)
