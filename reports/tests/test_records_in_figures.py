"""Corrections and withdrawals in the figures: nothing counts twice, nothing waits that adds nothing."""

from datetime import date
from decimal import Decimal

import pytest

from core.dates import Period
from reports.figures.frame import Frame
from reports.figures.registry import FIGURES
from support.models import Donation
from support.selectors.donations import donation_subtotals
from support.services.donations import donation_save
from support.services.records import record_confirm
from support.services.replacements import record_withdraw
from testing import builders as build

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement():
    return build.agreement_in_force(build.organisation("hospital"), build.organisation("township_clinic"))


@pytest.fixture
def frame(agreement):
    return Frame(agreement.sender, "hospital", agreement.cycle, Period(date(2026, 1, 1), date(2026, 12, 31)))


def both(frame, code) -> tuple:
    figure = FIGURES[code]
    return figure.value(frame), figure.pending(frame)


def test_a_withdrawal_waits_without_a_number(agreement, frame):
    lecture = build.activity(agreement, measures={"lectures": 1, "lecture_audience": 30})
    study = build.study(agreement)
    made = [record_withdraw(record=row, by=row.entered_by, reason="重复") for row in (lecture, study)]
    assert both(frame, "lectures") == (1, 0) and both(frame, "trainee_times") == (1, 0)
    for row in made:
        record_confirm(record=row, by=build.side(agreement, False))
    assert both(frame, "lectures") == (0, 0) and both(frame, "trainee_times") == (0, 0)


def test_figures_and_subtotals_are_the_same(agreement, frame):
    """C01's donations, one corrected and one on its way."""
    build.donation(agreement, "goods", 18000, qualifier="about", items=[("囊膜切开仪", 2, "台")])
    build.donation(agreement, "goods", 34250, items=[("病床", 12, "张")])
    wrong = build.donation(agreement, "cash", 5145, title="产房改造")
    right = donation_save(
        agreement=agreement,
        kind="cash",
        given_on=wrong.given_on,
        title=wrong.title,
        amount=Decimal("5154.00"),
        by=wrong.entered_by,
        replaces=wrong,
        replace_reason="数字写反",
        submit=True,
    )
    assert both(frame, "donated_cash") == (Decimal(5145), 0)
    record_confirm(record=right, by=build.side(agreement, False))
    build.donation(agreement, "waived", 700, confirmed=False)
    found = {row.kind: row for row in donation_subtotals(Donation.objects.filter(agreement=agreement))}
    for code, kind, total in (
        ("donated_cash", "cash", Decimal(5154)),
        ("donated_goods", "goods", Decimal(52250)),
        ("waived_fees", "waived", Decimal(0)),
    ):
        assert both(frame, code) == (total, found[kind].pending.count)
        assert found[kind].confirmed.total == total


def test_fees_waived_for_study_are_not_donations_waived(agreement, frame):
    build.study(agreement, tuition_amount=Decimal(900))
    assert both(frame, "waived_fees") == (0, 0)
    assert donation_subtotals(Donation.objects.filter(agreement=agreement)) == []
