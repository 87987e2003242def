"""Donations: three subtotals, exact and approximate apart, items against the amount, what follows."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import RuleBroken
from support.models import Donation, DonationItem
from support.selectors.donations import Amounts, donation_subtotals, items_total
from support.services.donations import (
    amount_warning,
    donation_publish,
    donation_save,
    donation_use_add,
)
from support.services.replacements import record_withdraw
from testing import builders as build

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def agreement(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        bureau = build.bureau(build.COUNTY)
        yield build.agreement_in_force(
            build.organisation("hospital"),
            build.organisation("township_clinic"),
            within=build.cycle(build.programme(bureau)),
        )
        transaction.set_rollback(True)


def by_kind(rows=None) -> dict:
    return {row.kind: row for row in donation_subtotals(Donation.objects.all() if rows is None else rows)}


def test_the_published_case_in_three_subtotals(agreement):
    """C01: two devices about 18,000, goods 34,250, cash 5,154.00; 57,404 appears nowhere."""
    build.donation(agreement, "goods", 18000, qualifier="about", items=[("囊膜切开仪", 2, "台")])
    listed = [
        ("工作服", 50, "套"),
        ("病床", 12, "张"),
        ("床垫", 12, "张"),
        ("担架车", 1, "台"),
        ("心电监护仪", 1, "台"),
    ]
    build.donation(agreement, "goods", 34250, items=listed)
    build.donation(agreement, "cash", "5154.00", purpose="产房改造")
    found = by_kind()
    assert found["goods"].confirmed == Amounts(Decimal(34250), Decimal(18000), 0, 2)
    assert found["goods"].confirmed.total == Decimal(52250)
    assert found["cash"].confirmed == Amounts(Decimal(5154), Decimal(0), 0, 1)
    assert "waived" not in found


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["cash", "goods", "waived"]),
        st.one_of(st.none(), st.decimals("0.01", "99999.99", places=2)),
        st.sampled_from(["exact", "about", "over", "nearly"]),
        st.sampled_from(["draft", "submitted", "returned", "confirmed"]),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_subtotals_against_counting_by_hand(agreement, rows):
    with transaction.atomic():
        sums = defaultdict(lambda: [Decimal(0), Decimal(0), 0, 0])
        for kind, amount, qualifier, status in rows:
            if kind != "goods" and amount is None:
                continue
            build.donation(
                agreement,
                kind,
                amount,
                qualifier=qualifier,
                status=status,
                items=[("床", 1, "张")] if kind == "goods" else (),
            )
            line = sums[kind, status == "confirmed"]
            line[3] += 1
            if amount is None:
                line[2] += 1
            else:
                line[0 if qualifier == "exact" else 1] += amount
        found = by_kind()
        assert set(found) == {kind for kind, _ in sums}
        for kind, row in found.items():
            assert row.confirmed == Amounts(*sums[kind, True])
            assert row.pending == Amounts(*sums[kind, False])
        transaction.set_rollback(True)


def test_withdrawn_and_corrected_donations_leave_the_subtotals(agreement):
    first, second = build.donation(agreement, amount=100), build.donation(agreement, amount=50)
    record_withdraw(record=first, by=first.entered_by, reason="重复")
    donation_save(
        agreement=agreement,
        kind="cash",
        given_on=second.given_on,
        title=second.title,
        amount=Decimal(70),
        by=second.entered_by,
        replaces=second,
        replace_reason="看错",
        submit=True,
    )
    # both matters are still as they were: nothing pending is added to them
    assert (by_kind()["cash"].confirmed.exact, by_kind()["cash"].pending) == (Decimal(150), Amounts())


def test_one_statement_however_many(agreement):
    for _ in range(3):
        build.donation(agreement)
        with CaptureQueriesContext(connection) as asked:
            by_kind()
        assert len(asked) == 1


# ---- items against the amount
@pytest.mark.parametrize(
    ("amount", "lines", "words"),
    [
        (None, [(2, "100")], ""),
        ("200", [(2, "100")], ""),
        ("250", [(2, "100")], "比所填金额 250.00 元少 50.00 元"),
        ("150", [(2, "100")], "比所填金额 150.00 元多 50.00 元"),
        # what has no price may make up for what is missing, but not for too much
        ("250", [(2, "100"), (1, None)], ""),
        ("150", [(2, "100"), (1, None)], "多 50.00 元"),
        ("250", [(1, None)], ""),
        ("0.33", [(3, "0.11")], ""),
    ],
)
def test_items_are_held_against_the_amount(amount, lines, words):
    items = [
        DonationItem(name="床", quantity=Decimal(number), unit="张", unit_value=value and Decimal(value))
        for number, value in lines
    ]
    told = amount_warning(amount=amount and Decimal(amount), qualifier="exact", items=items)
    assert (words in told) if words else told == ""


@given(
    st.lists(
        st.tuples(
            st.decimals("0.01", "999.99", places=2),
            st.one_of(st.none(), st.decimals("0.01", "9999.99", places=2)),
        ),
        max_size=6,
    )
)
def test_the_total_of_items(lines):
    items = [DonationItem(quantity=number, unit_value=value) for number, value in lines]
    found = items_total(items)
    cents = sum(int(number * value * 10000 + 50) // 100 for number, value in lines if value is not None)
    priced = [value for _, value in lines if value is not None]
    assert found.unpriced == len(lines) - len(priced)
    assert found.amount == (Decimal(cents) / 100 if priced else None)


# ---- afterwards
def test_the_recipient_follows_a_confirmed_donation(agreement):
    gift = build.donation(agreement, on=date(2026, 5, 1))
    clinic, hospital = build.side(agreement, False), build.side(agreement, True)
    use = donation_use_add(donation=gift, noted_on=date(2026, 6, 1), text=" 在用 ", by=clinic)
    assert use.text == "在用"
    donation_publish(donation=gift, published_on=date(2026, 5, 9), by=clinic)
    with pytest.raises(RuleBroken, match="已登记为 2026-05-09，不能再改"):
        donation_publish(donation=gift, published_on=date(2026, 5, 10), by=clinic)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Donation.objects.filter(pk=gift.pk).update(published_on=date(2026, 5, 11))
    with pytest.raises(RuleBroken, match="只有受援单位"):
        donation_use_add(donation=gift, noted_on=date(2026, 6, 1), text="在用", by=hospital)
    with pytest.raises(RuleBroken, match="只有受援单位"):
        donation_use_add(
            donation=build.donation(agreement, status="submitted"),
            noted_on=date(2026, 6, 1),
            text="在用",
            by=clinic,
        )


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2026, 4, 30), "早于捐赠日期 2026-05-01"), (timezone.localdate() + timedelta(1), "在今天之后")],
)
def test_days_of_the_follow_up(agreement, day, words):
    gift = build.donation(agreement, on=date(2026, 5, 1))
    clinic = build.side(agreement, False)
    with pytest.raises(RuleBroken, match=words):
        donation_publish(donation=gift, published_on=day, by=clinic)
    with pytest.raises(RuleBroken, match=words):
        donation_use_add(donation=gift, noted_on=day, text="在用", by=clinic)
