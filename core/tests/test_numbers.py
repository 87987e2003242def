"""Rounding and wording of figures: half up, no base no percentage, no invented zeros."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers import money, percent, percent_change, plain, ratio_percent, rounded

amounts = st.decimals(-(10**9), 10**9, places=4, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("2.5", 0, "3"),  # half up, not half to even
        ("2.675", 2, "2.68"),
        ("-2.5", 0, "-3"),
        ("30.82", 1, "30.8"),
        ("14.7540983", 2, "14.75"),
    ],
)
def test_half_goes_up(value, places, expected):
    assert rounded(Decimal(value), places) == Decimal(expected)


@pytest.mark.parametrize(
    ("base", "now", "places", "expected"),
    [
        ("570", "745.7", 1, "30.8"),
        ("90", "153", 1, "70.0"),
        ("570", "745.7", 2, "30.82"),
        ("200", "100", 1, "-50.0"),
        ("-100", "-50", 1, "50.0"),
        ("100", "100", 1, "0.0"),
    ],
)
def test_growth(base, now, places, expected):
    assert str(percent_change(Decimal(base), Decimal(now), places)) == expected


@pytest.mark.parametrize(("base", "now"), [(None, 5), (0, 5), (5, None), (Decimal("0.00"), 1)])
def test_no_base_no_percentage(base, now):
    assert percent_change(base, now) is None


@pytest.mark.parametrize(
    ("part", "whole", "places", "expected"),
    [(10, 10, 1, "100.0"), (9, 10, 1, "90.0"), (45, 305, 2, "14.75"), (2, 3, 1, "66.7"), (0, 7, 1, "0.0")],
)
def test_share(part, whole, places, expected):
    assert str(ratio_percent(part, whole, places)) == expected


def test_no_whole_no_share():
    assert ratio_percent(0, 0) is None


@given(amounts, st.integers(0, 3))
def test_rounding_is_off_by_at_most_half_a_unit_and_never_towards_zero_at_half(value, places):
    exact, shown = Fraction(value), Fraction(rounded(value, places))
    half = Fraction(1, 2 * 10**places)
    assert abs(exact - shown) <= half
    if abs(exact - shown) == half:
        assert abs(shown) > abs(exact)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_share_is_within_half_a_unit_of_the_true_one(part, whole):
    assert abs(Fraction(ratio_percent(part, whole)) - Fraction(part * 100, whole)) <= Fraction(1, 20)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "—"),
        (0, "0"),
        (3000, "3000"),
        (Decimal("100"), "100"),
        (Decimal("100.50"), "100.5"),
        (Decimal("0.00"), "0"),
        (Decimal("1E+3"), "1000"),
    ],
)
def test_plain(value, expected):
    assert plain(value) == expected


def test_money_and_percent():
    assert money(Decimal("5154")) == "5154.00"
    assert money(Decimal("0.005")) == "0.01"
    assert money(None) == percent(None) == "—"
    assert percent(Decimal("30.8")) == "30.8%"
    assert percent(Decimal("70.0")) == "70.0%"
