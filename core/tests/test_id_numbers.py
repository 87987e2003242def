"""Identity numbers: published vectors, the standard's arithmetic by hand, and a sentence for each fault."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.id_numbers import mask_id_number, mask_phone, read_id_number, read_phone

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
born = st.dates(date(1930, 1, 1), date(2008, 12, 31))


def by_hand(region: str, day: date, order: int) -> str:
    """GB 11643-1999: weights, sum modulo 11, the table of check characters."""
    body = f"{region}{day:%Y%m%d}{order:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def test_published_vectors():
    first = read_id_number("11010519491231002X")
    assert (first.text, first.born_on, first.is_male, first.warning) == (
        "11010519491231002X", date(1949, 12, 31), False, "",
    )  # fmt: skip
    assert read_id_number("11010519491231002x").text == "11010519491231002X"
    old = read_id_number("440524188001010014")
    assert (old.born_on, old.is_male) == (date(1880, 1, 1), True)
    assert "年龄超过 110 岁，请核对" in old.warning


@given(st.from_regex(r"[1-9][0-9]{5}", fullmatch=True), born, st.integers(0, 999))
def test_every_number_made_by_the_standard_is_read(region, day, order):
    """Whatever the region: retired codes stay on people's cards."""
    number = read_id_number(by_hand(region, day, order))
    assert (number.born_on, number.is_male) == (day, order % 2 == 1)


@given(born, st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_never_passes(day, order, place, character):
    right = by_hand("451027", day, order)
    wrong = right[:place] + character + right[place + 1 :]
    assume(wrong != right)
    with pytest.raises(ValueError):
        read_id_number(wrong)


@given(born, st.integers(0, 999), st.integers(0, 16))
def test_swapped_neighbours_never_pass(day, order, place):
    right = by_hand("451027", day, order)
    wrong = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assume(wrong != right)
    with pytest.raises(ValueError):
        read_id_number(wrong)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("110105491231002", "15 位的旧身份证号"),
        ("1101051949123100", "现在是 16 位"),
        ("11010519491231002XX", "现在是 19 位"),
        ("1101051949123100AX", "含有其他字符"),
        ("110105194902300021", "19490230，没有这一天"),
        ("110105209912310021", "晚于今天"),
        ("110105194912310021", "末位应为 X，现在是 1"),
    ],
)
def test_each_fault_is_told(text, part):
    with pytest.raises(ValueError, match=part):
        read_id_number(text)


@given(st.text(max_size=25))
def test_nothing_crashes_it(text):
    for reader in (read_id_number, read_phone):
        try:
            reader(text)
        except ValueError as error:
            assert "应为" in str(error) or "旧身份证号" in str(error) or "请" in str(error)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13812341234", "13812341234"),
        (" 138 1234 1234", "13812341234"),
        ("+86-13812341234", "13812341234"),
        ("１３８１２３４１２３４", "13812341234"),
        ("0776-1234567", "0776-1234567"),
    ],
)
def test_telephones_as_people_write_them(typed, kept):
    assert read_phone(typed) == kept


@pytest.mark.parametrize("typed", ["12812341234", "1381234123", "138123412345", "电话"])
def test_other_digits_are_no_telephone(typed):
    with pytest.raises(ValueError, match="11 位手机号"):
        read_phone(typed)


def test_masks():
    assert mask_id_number("11010519491231002X") == "110105********002X"
    assert mask_phone("13812341234") == "138****1234"
    assert mask_phone("0776-1234567") == "****4567"
    assert mask_id_number("") == mask_phone("") == ""
