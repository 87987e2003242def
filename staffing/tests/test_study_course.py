"""Advanced study from plan to certificate: months against the promise (C03), the split of C01, log and closing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.dates import add_months
from core.errors import RuleBroken
from staffing.models import AdvancedStudy
from staffing.selectors.studies import (
    least_months,
    months_of,
    study_verdict,
    trainee_split,
    waived_amounts,
    with_verdicts,
)
from staffing.services.studies import study_close, study_log_write
from testing import builders as build

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def promising(months, **fields):
    """An agreement in force that promises so many months of study, or none."""
    draft = build.agreement_draft(
        build.organisation("hospital"), build.organisation("township_clinic"), **fields
    )
    for least in months if isinstance(months, tuple) else (months,):
        if least is not None:
            build.target(draft, "trainee_months", least, unit="个月")
    return build.confirm_and_file(draft)


@pytest.fixture
def agreement():
    return promising(3)


def refusal(call) -> dict[str, list[str]]:
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        call()
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}


def close(study, on=None, **fields):
    values = {
        "ended_on": on or study.end_on,
        "result": "合格",
        "by": build.side(study.agreement, True),
    } | fields
    return study_close(study=study, **values)


class TestMonths:
    @pytest.mark.parametrize(
        ("least", "end", "state"),
        [
            (3, date(2026, 5, 31), "met"),
            (3, date(2026, 5, 30), "short"),
            (6, date(2026, 5, 31), "short"),
            (6, date(2026, 8, 31), "met"),
            (6, date(2026, 8, 30), "short"),
            (None, date(2026, 3, 2), "none"),
        ],
    )
    def test_three_months_in_liaoning_six_elsewhere(self, least, end, state):
        agreement = promising(least)
        study = build.study(agreement, start=date(2026, 3, 1), end=end)
        required = least_months([agreement.pk]).get(agreement.pk)
        assert study_verdict(study, required, today=TODAY).state == state

    def test_under_way_is_no_violation_and_closed_early_is(self, agreement):
        study = build.study(agreement, start=date(2026, 10, 1), end=date(2026, 12, 31))
        verdict = study_verdict(study, Decimal(3), today=TODAY)
        assert (verdict.state, verdict.months, verdict.days) == ("running", 1, 20)
        closed = close(study, date(2026, 11, 10), result="因病提前结束")
        assert study_verdict(closed, Decimal(3), today=TODAY).state == "short"
        future = AdvancedStudy(start_on=date(2027, 1, 1), end_on=date(2027, 3, 31))
        assert study_verdict(future, Decimal(3), today=TODAY).months == 0

    def test_the_strictest_of_several_and_only_the_text_in_force(self):
        agreement = promising((3, 6))
        assert least_months([agreement.pk]) == {agreement.pk: Decimal(6)}
        assert least_months([]) == {}

    @given(st.dates(date(2015, 1, 1), date(2024, 12, 31)), st.integers(1, 12))
    def test_the_last_day_decides_wherever_the_study_begins(self, start, least):
        full = add_months(start, least) - timedelta(days=1)
        study = AdvancedStudy(start_on=start, end_on=full)
        assert study_verdict(study, Decimal(least), today=TODAY).state == "met"
        study.end_on = full - timedelta(days=1)
        if study.end_on >= start:
            assert study_verdict(study, Decimal(least), today=TODAY).state == "short"

    def test_a_page_of_verdicts_costs_one_statement(self, agreement, django_assert_num_queries):
        for _ in range(3):
            build.study(agreement)
        studies = list(AdvancedStudy.objects.all())
        with django_assert_num_queries(1):
            assert [study.verdict.state for study in with_verdicts(studies)] == ["met"] * 3


class TestSplit:
    def test_12_3_4_6_are_25(self, django_assert_num_queries):
        hospital = build.organisation("hospital")
        cycle = build.cycle()
        for name, number in (("凌云", 12), ("逻楼", 3), ("加尤", 4), ("石塘", 6)):
            clinic = build.organisation("township_clinic", name=name)
            agreement = build.agreement_in_force(hospital, clinic, within=cycle)
            for _ in range(number):
                build.study(agreement)
            build.study(agreement, status="submitted")
        with django_assert_num_queries(1):
            split = trainee_split(AdvancedStudy.objects.all())
        assert {row.label: row.person_times for row in split.rows} == {
            "凌云": 12,
            "逻楼": 3,
            "加尤": 4,
            "石塘": 6,
        }
        assert (split.person_times, split.persons) == (25, 25)

    def test_who_comes_twice_is_one_person_and_two_person_times(self, agreement):
        trainee = build.clinician(agreement.recipient)
        build.study(agreement, trainee, start=date(2026, 1, 1), end=date(2026, 3, 31))
        build.study(agreement, trainee, start=date(2026, 5, 1), end=date(2026, 7, 31))
        split = trainee_split(AdvancedStudy.objects.all())
        assert (split.persons, split.person_times) == (1, 2)


class TestWaivers:
    def test_amounts_by_kind_are_summed_and_unstated_ones_left_out(self, agreement):
        build.study(agreement, tuition_amount=Decimal("1200.50"), lodging_waived=True)
        build.study(
            agreement, tuition_amount=Decimal("800"), other_waiver="教材费", other_amount=Decimal("60")
        )
        build.study(agreement, status="draft", tuition_amount=Decimal("9999"))
        found = waived_amounts(AdvancedStudy.objects.all())
        assert found == {"进修费": Decimal("2000.50"), "其他": Decimal("60")}

    @pytest.mark.parametrize(
        "fields",
        [
            {"meals_amount": Decimal(5)},
            {"tuition_amount": Decimal("-1")},
            {"other_amount": Decimal(5)},
            {"tuition_waived": False, "tuition_amount": Decimal(5)},
        ],
    )
    def test_an_amount_belongs_to_a_kind_that_is_waived(self, agreement, fields):
        assert "减免金额" in str(refusal(lambda: build.study(agreement, **fields)))
        study = build.study(agreement, status="draft")
        with pytest.raises(IntegrityError), transaction.atomic():
            AdvancedStudy.objects.filter(pk=study.pk).update(**fields)


class TestClosing:
    def test_the_plan_stays_beside_what_came_of_it(self, agreement):
        study = build.study(agreement, planned_end_on=date(2026, 9, 30))
        assert (study.planned_start_on, study.planned_end_on) == (date(2026, 3, 1), date(2026, 9, 30))
        closed = close(
            study, date(2026, 8, 1), exam_score=Decimal("86.5"), certificate_no="JX-2026-08", result="合格"
        )
        closed.refresh_from_db()
        assert closed.is_closed and closed.end_on == date(2026, 8, 1) and closed.status == "confirmed"
        assert closed.exam_score == Decimal("86.5") and closed.planned_end_on == date(2026, 9, 30)

    def test_once_by_the_hospital_that_teaches(self, agreement):
        study = build.study(agreement)
        assert "只有支援医院" in str(refusal(lambda: close(study, by=build.side(agreement, False))))
        waiting = build.study(agreement, status="submitted")
        assert "双方已确认" in str(refusal(lambda: close(waiting)))
        close(study)
        assert "不能再改" in str(refusal(lambda: close(study, result="优秀")))
        for change in (
            {"exam_score": 100},
            {"result": "优秀"},
            {"end_on": date(2026, 12, 1)},
            {"closed_at": None, "closed_by": None},
            {"tuition_amount": Decimal(1)},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                AdvancedStudy.objects.filter(pk=study.pk).update(**change)

    def test_nobody_changes_the_end_without_closing(self, agreement):
        study = build.study(agreement)
        for change in ({"end_on": date(2026, 12, 1)}, {"certificate_no": "X"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                AdvancedStudy.objects.filter(pk=study.pk).update(**change)

    def test_every_problem_at_once(self, agreement):
        study = build.study(agreement)
        found = refusal(lambda: close(study, date(2026, 2, 1), result=" ", exam_score=Decimal(101)))
        assert set(found) == {"ended_on", "result", "exam_score"}
        assert "在今天之后" in refusal(lambda: close(study, date(2035, 1, 1)))["ended_on"][0]

    def test_longer_than_planned_must_not_meet_the_next_study(self, agreement):
        trainee = build.clinician(agreement.recipient)
        first = build.study(agreement, trainee, start=date(2026, 1, 1), end=date(2026, 3, 31))
        build.study(agreement, trainee, start=date(2026, 5, 1), end=date(2026, 7, 31))
        assert "进修重叠" in refusal(lambda: close(first, date(2026, 5, 1)))["ended_on"][0]
        assert close(first, date(2026, 4, 30)).end_on == date(2026, 4, 30)


class TestLog:
    def test_each_month_once_by_either_side(self, agreement):
        study = build.study(agreement)
        sender, recipient = build.side(agreement, True), build.side(agreement, False)
        study_log_write(study=study, month=date(2026, 3, 17), text="跟班手术", by=sender)
        study_log_write(study=study, month=date(2026, 3, 1), text="跟班手术 12 台", by=recipient)
        row = study.logs.get()
        assert (row.month, row.text, row.entered_by) == (date(2026, 3, 1), "跟班手术 12 台", recipient)
        assert months_of(study, today=date(2026, 5, 2)) == [date(2026, month, 1) for month in (5, 4, 3)]

    def test_other_months_strangers_and_closed_ones_are_refused(self, agreement):
        study, by = build.study(agreement), build.side(agreement, True)
        found = refusal(lambda: study_log_write(study=study, month=date(2026, 9, 1), text=" ", by=by))
        assert set(found) == {"month", "text"}
        stranger = build.coordinator(build.organisation())
        refusal(lambda: study_log_write(study=study, month=date(2026, 3, 1), text="x", by=stranger))
        close(study)
        refusal(lambda: study_log_write(study=study, month=date(2026, 3, 1), text="x", by=by))


class TestPages:
    def test_list_detail_log_and_closing(self, agreement, client):
        study = build.study(agreement, tuition_amount=Decimal("1200"))
        client.force_login(build.side(agreement, True))
        listed = client.get(reverse("study-list")).content.decode()
        assert "1 人，1 人次" in listed and "1200.00 元" in listed and "达到" in listed
        page = reverse("study-detail", args=[study.pk])
        assert "协议要求不少于 3 个月：达到" in client.get(page).content.decode()
        client.post(reverse("study-log", args=[study.pk]), {"month": "2026-04", "text": "心电图判读"})
        refused = client.post(
            reverse("study-close", args=[study.pk]), {"ended_on": "2026-01-01", "result": ""}
        )
        assert set(refused.context["close"].errors) == {"result"}
        done = {"ended_on": "2026-08-31", "result": "合格", "exam_score": "90", "certificate_no": "JX-1"}
        assert client.post(reverse("study-close", args=[study.pk]), done).status_code == 302
        told = client.get(page).content.decode()
        assert "心电图判读" in told and "JX-1" in told and "登记结业</summary>" not in told

    def test_the_list_costs_the_same_for_more_studies(self, agreement, client, django_assert_max_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        build.study(agreement)
        client.force_login(build.side(agreement, False))
        client.get(reverse("study-list"))
        with CaptureQueriesContext(connection) as before:
            client.get(reverse("study-list"))
        for _ in range(4):
            build.study(agreement)
        with django_assert_max_num_queries(len(before)):
            client.get(reverse("study-list"))
