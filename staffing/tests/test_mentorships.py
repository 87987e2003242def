"""Mentorship: the pair, the month table with its minimum, who states what, what is still missing."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.dates import add_months
from core.errors import RuleBroken
from core.tests.together import split, together
from staffing.models import Mentorship, MentorTechnique
from staffing.models.attendance import month_period
from staffing.selectors.mentorships import (
    completeness,
    due_years,
    mentorship_list,
    month_table,
    months_reached,
)
from staffing.services.mentorships import (
    PlannedItem,
    contact_write,
    deed_write,
    mentorship_change,
    mentorship_create,
    mentorship_date,
    plan_write,
    summary_write,
    technique_add,
    technique_remove,
)
from support.services.records import record_confirm, record_delete
from testing import builders as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement():
    return build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))


@pytest.fixture
def pair(agreement):
    return build.mentorship(agreement)


@pytest.fixture
def sides(agreement):
    return build.side(agreement, True), build.side(agreement, False)


def refusal(call) -> dict[str, list[str]]:
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        call()
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}


class TestPair:
    def test_mentor_and_apprentice_come_from_their_sides(self, agreement, sides):
        wrong = build.clinician(agreement.recipient), build.clinician(agreement.sender)
        found = refusal(
            lambda: mentorship_create(
                agreement=agreement,
                mentor=wrong[0],
                apprentice=wrong[1],
                start_on=date(2025, 12, 31),
                end_on=date(2025, 12, 30),
                by=sides[0],
            )
        )
        assert set(found) == {"mentor", "apprentice", "start_on", "end_on"}

    def test_an_apprentice_has_one_mentor_at_a_time(self, agreement, pair):
        found = refusal(lambda: build.mentorship(agreement, apprentice=pair.apprentice))
        assert f"已由{pair.mentor.name}带教" in found["apprentice"][0]
        # a mentor may have several
        build.mentorship(agreement, mentor=pair.mentor)

    def test_the_side_that_entered_does_not_confirm(self, agreement, sides):
        waiting = build.mentorship(agreement, status="submitted")
        with pytest.raises(RuleBroken, match="只能由对方单位确认"):
            record_confirm(record=waiting, by=sides[0])
        record_confirm(record=waiting, by=sides[1])

    def test_a_confirmed_pair_is_frozen(self, pair, sides):
        for change in (
            lambda: Mentorship.objects.filter(pk=pair.pk).update(end_on=date(2027, 1, 1)),
            lambda: Mentorship.objects.filter(pk=pair.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        refusal(lambda: mentorship_change(mentorship=pair, by=sides[0], direction="针灸"))
        refusal(lambda: record_delete(record=pair, by=sides[0]))

    def test_signing_and_ceremony_may_come_later_each_once(self, pair, sides):
        mentorship_date(mentorship=pair, ceremony_on=date(2026, 2, 1), by=sides[1])
        found = refusal(
            lambda: mentorship_date(
                mentorship=pair, signed_on=date(2030, 1, 1), ceremony_on=date(2026, 2, 2), by=sides[0]
            )
        )
        assert set(found) == {"signed_on", "ceremony_on"}
        with pytest.raises(DatabaseError), transaction.atomic():
            Mentorship.objects.filter(pk=pair.pk).update(ceremony_on=date(2026, 3, 1))
        mentorship_date(mentorship=pair, signed_on=date(2026, 1, 9), by=sides[0])

    def test_nothing_is_written_before_both_agree(self, agreement, sides):
        draft = build.mentorship(agreement, status="draft")
        found = refusal(
            lambda: contact_write(mentorship=draft, month=date(2026, 3, 1), number=3, by=sides[0])
        )
        assert found == {"__all__": ["师带徒现在是“草稿”，双方确认后才能填写进展。"]}


@pytest.mark.django_db(transaction=True)
def test_two_enter_the_same_apprentice_at_once():
    agreement = build.agreement_in_force(build.organisation(), build.organisation("township_clinic"))
    by, apprentice = build.side(agreement, True), build.clinician(agreement.recipient)
    mentors = [build.clinician(agreement.sender) for _ in range(3)]

    def enter(mentor):
        return mentorship_create(
            agreement=agreement,
            mentor=mentor,
            apprentice=apprentice,
            start_on=date(2026, 1, 1),
            end_on=date(2026, 12, 31),
            by=by,
        )

    done, refused = split(together(*[lambda mentor=mentor: enter(mentor) for mentor in mentors]))
    assert len(done) == 1 and len(refused) == 2


class TestMonths:
    def test_each_side_states_what_it_sees(self, pair, sides):
        sender, recipient = sides
        contact_write(mentorship=pair, month=date(2026, 3, 9), number=4, by=recipient, note="查房两次")
        row = contact_write(mentorship=pair, month=date(2026, 3, 1), number=5, by=sender)
        assert (row.month, row.mentor_visits, row.apprentice_days) == (date(2026, 3, 1), 4, 5)
        stranger = build.coordinator(build.organisation())
        assert "只有师徒双方" in str(
            refusal(lambda: contact_write(mentorship=pair, month=date(2026, 3, 1), number=1, by=stranger))
        )

    def test_below_three_is_flagged_and_above_five_is_no_error(self, pair, sides):
        sender, recipient = sides
        for month, visits, days in ((1, 2, 3), (2, 3, 2), (3, 9, 20), (4, 0, 5)):
            contact_write(mentorship=pair, month=date(2026, month, 1), number=visits, by=recipient)
            contact_write(mentorship=pair, month=date(2026, month, 1), number=days, by=sender)
        contact_write(mentorship=pair, month=date(2026, 5, 1), number=3, by=sender)
        rows = month_table(Mentorship.objects.get(pk=pair.pk), today=date(2026, 7, 10))
        told = [
            (row.month.month, row.visits_short, row.days_short, row.is_missing, row.is_good) for row in rows
        ]
        assert told == [
            (1, True, False, False, False),
            (2, False, True, False, False),
            (3, False, False, False, True),
            (4, True, False, False, False),
            (5, False, False, True, False),
            (6, False, False, True, False),
            (7, False, False, False, False),  # not over yet
        ]

    def test_impossible_numbers_and_months(self, pair, sides):
        found = refusal(
            lambda: contact_write(mentorship=pair, month=date(2026, 2, 1), number=29, by=sides[0])
        )
        assert found["number"] == ["2026-02 应在 0 到 28 之间，现在是 29。"]
        found = refusal(
            lambda: contact_write(mentorship=pair, month=date(2025, 12, 1), number=3, by=sides[0])
        )
        assert "不在师带徒期间" in found["month"][0]
        found = refusal(
            lambda: contact_write(mentorship=pair, month=date(2026, 12, 1), number=3, by=sides[0])
        )
        assert found["month"] == ["2026-12 还没有到。"]

    @given(st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.integers(0, 800), st.integers(0, 1000))
    def test_judged_are_the_whole_months_that_are_over(self, start, length, later):
        """Against a walk day by day."""
        end, today = start + timedelta(days=length), start + timedelta(days=later)
        pair = SimpleNamespace(
            start_on=start, end_on=end, monthly_visits=3, monthly_days=3, contacts=SimpleNamespace(all=list)
        )
        judged = {row.month for row in month_table(pair, today=today) if row.is_judged}
        days = {start + timedelta(days=number) for number in range(length + 1)}
        wanted, month = set(), start.replace(day=1)
        while month <= end:
            whole = month_period(month)
            inside = all(whole.start + timedelta(days=number) in days for number in range(whole.days))
            if inside and today > whole.end:
                wanted.add(month)
            month = add_months(month, 1)
        assert judged == wanted


class TestYear:
    def test_plan_with_target_and_actual(self, pair, sides):
        lines = [
            PlannedItem("带教查房", "次", Decimal(24), Decimal(24), date(2026, 10, 1)),
            PlannedItem("独立完成阑尾切除", "例", Decimal(10), Decimal(6)),
        ]
        first, second = plan_write(mentorship=pair, lines=lines, by=sides[0])
        assert first.is_reached and not second.is_reached
        assert "支援单位填写" in str(refusal(lambda: plan_write(mentorship=pair, lines=lines, by=sides[1])))
        found = refusal(
            lambda: plan_write(
                mentorship=pair,
                lines=[lines[0], lines[0], PlannedItem("x", "次", Decimal(1), None, date(2025, 1, 1))],
                by=sides[0],
            )
        )
        assert len(found["__all__"]) == 3
        assert pair.plan.count() == 2  # nothing half

    def test_the_apprentice_is_not_the_assessor(self, pair, sides):
        on = date(2026, 6, 1)
        found = refusal(
            lambda: technique_add(
                mentorship=pair, name="针刺", mastered_on=on, assessor=pair.apprentice, by=sides[0]
            )
        )
        assert found["assessor"] == ["考核人不能是徒弟本人。"]
        stranger = build.clinician(build.organisation())
        found = refusal(
            lambda: technique_add(mentorship=pair, name="", mastered_on=on, assessor=stranger, by=sides[0])
        )
        assert set(found) == {"name", "assessor"}
        made = technique_add(mentorship=pair, name="针刺", mastered_on=on, assessor=pair.mentor, by=sides[0])
        with pytest.raises(DatabaseError, match="assessor"), transaction.atomic():
            MentorTechnique.objects.filter(pk=made.pk).update(assessor=pair.apprentice)
        refusal(
            lambda: technique_add(
                mentorship=pair, name="针刺", mastered_on=on, assessor=pair.mentor, by=sides[0]
            )
        )
        refusal(lambda: technique_remove(technique=made, by=sides[1]))
        technique_remove(technique=made, by=sides[0])

    def test_the_five_ones_each_once(self, pair, sides):
        for kind in ("plan", "direction", "talks", "paper", "reflection", "paper"):
            deed_write(
                mentorship=pair, kind=kind, done_on=date(2026, 5, 1), note=f"{kind} 第二版", by=sides[1]
            )
        assert pair.deeds.count() == 5
        found = refusal(
            lambda: deed_write(mentorship=pair, kind="song", done_on=date(2030, 1, 1), note=" ", by=sides[1])
        )
        assert set(found) == {"kind", "done_on", "note"}

    def test_both_sides_hand_in_a_summary_of_each_year(self, agreement, sides):
        pair = build.mentorship(agreement, start=date(2026, 2, 1), end=date(2027, 1, 31))
        assert due_years(pair, today=date(2026, 12, 31)) == []
        assert due_years(pair, today=date(2027, 1, 1)) == [2026]
        assert due_years(pair, today=date(2027, 2, 1)) == [2026, 2027]
        made = [summary_write(mentorship=pair, year=2026, text="跟师有得", by=by) for by in sides]
        assert [row.side for row in made] == ["mentor", "apprentice"]
        summary_write(mentorship=pair, year=2026, text="改过", by=sides[1])
        assert pair.summaries.count() == 2
        assert set(refusal(lambda: summary_write(mentorship=pair, year=2025, text="", by=sides[0]))) == {
            "year",
            "text",
        }

    def test_what_is_missing_shrinks_to_nothing(self, agreement, sides):
        pair = build.mentorship(agreement, start=date(2026, 8, 1), end=date(2026, 9, 30))
        today = date(2026, 10, 5)
        told = completeness(pair, today=today)
        assert told == [
            "师徒协议没有签订日期",
            "没有拜师日期",
            "没有带教计划",
            "往来没有填：2026-08、2026-09",
            "“五个一”还差：一份详细计划、一个专业方向、一套定期谈话制度、一篇论文、一份心得总结",
            "没有登记掌握的技术",
            "师傅没有交 2026 年总结",
            "徒弟没有交 2026 年总结",
        ]
        whole = build.mentorship(
            agreement,
            start=date(2026, 8, 1),
            end=date(2026, 9, 30),
            signed_on=date(2026, 7, 28),
            ceremony_on=date(2026, 8, 1),
        )
        plan_write(mentorship=whole, lines=[PlannedItem("查房", "次", Decimal(4), Decimal(4))], by=sides[0])
        for month in (8, 9):
            for by in sides:
                contact_write(mentorship=whole, month=date(2026, month, 1), number=3, by=by)
        for kind in ("plan", "direction", "talks", "paper", "reflection"):
            deed_write(mentorship=whole, kind=kind, done_on=date(2026, 9, 1), note="有", by=sides[0])
        technique_add(
            mentorship=whole, name="针刺", mastered_on=date(2026, 9, 9), assessor=whole.mentor, by=sides[0]
        )
        for by in sides:
            summary_write(mentorship=whole, year=2026, text="总结", by=by)
        assert completeness(Mentorship.objects.get(pk=whole.pk), today=today) == []

    def test_months_for_the_assessment(self, agreement):
        pair = build.mentorship(agreement)
        assert months_reached(pair, today=date(2026, 12, 30)) == 11
        assert months_reached(pair, today=date(2027, 5, 1)) == 12
        assert months_reached(pair, today=date(2025, 12, 31)) == 0

    def test_the_list_with_everything_missing_costs_the_same_for_more(
        self, agreement, sides, django_assert_num_queries
    ):
        def asked():
            return [completeness(row) for row in mentorship_list(sides[0])]

        build.mentorship(agreement)
        with django_assert_num_queries(6):
            asked()
        for _ in range(3):
            build.mentorship(agreement)
        with django_assert_num_queries(6):
            assert len(asked()) == 4
