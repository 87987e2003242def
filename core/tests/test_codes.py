"""Unified social credit codes: real vectors; a wrong one warns with its reason and never crashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.codes import credit_code_warning, normalise_credit_code

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def check_character(body: str) -> str:
    """GB 32100-2015 by hand; a remainder of 0 gives "0", not the 32nd character."""
    total = sum(ALPHABET.index(letter) * weight for letter, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


@pytest.mark.parametrize("code", ["91110000101623741K", "911101066976941872", ""])
def test_genuine_codes_pass(code):
    assert credit_code_warning(code) == ""


def test_code_in_use_that_fails_the_checksum_only_warns():
    warning = credit_code_warning("91350211M0000XUF46")
    assert warning.startswith("统一社会信用代码校验位不符")
    assert "如证照确实如此可以保留" in warning


def test_wrong_check_digit_is_named():
    expected = check_character("91310115MA1H8R7C6")
    assert f"末位应为 {expected}，现在是 D" in credit_code_warning("91310115MA1H8R7C6D")


def test_remainder_zero_gives_zero():
    body = next(body for number in range(1000) if check_character(body := f"91110000{number:09d}") == "0")
    assert credit_code_warning(body + "0") == ""
    assert "末位应为 0" in credit_code_warning(body + "1")


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("9111000010162374", "应为 18 位，现在是 16 位"),
        ("91110000101623741KK", "现在是 19 位"),
        ("91110000I01623741K", "不含 I、O、S、V、Z"),
        ("9111000010162374中K", "只能由数字和大写字母组成"),
    ],
)
def test_what_is_wrong_is_said(code, part):
    assert part in credit_code_warning(code)


def test_written_small_and_with_gaps_is_the_same_code():
    assert normalise_credit_code(" 91110000 101623741k ") == "91110000101623741K"
    assert credit_code_warning("91110000101623741k") == ""


@given(st.text(max_size=24))
def test_nothing_crashes_it(text):
    assert isinstance(credit_code_warning(text), str)


@given(st.text(ALPHABET, min_size=17, max_size=17))
def test_only_the_right_check_character_is_accepted(body):
    """Every other last character is told; the right one is (a region part may still be refused)."""
    right = check_character(body)
    assert "校验位" not in credit_code_warning(body + right)
    wrong = ALPHABET[(ALPHABET.index(right) + 1) % 31]
    assert credit_code_warning(body + wrong)
