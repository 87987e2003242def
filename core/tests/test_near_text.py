"""Near-identical texts: what tells, what does not, and that fingerprints find what the comparison would."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.near_text import PRINTED, SHORTEST, WINDOW, StockPhrases

PLAIN = StockPhrases([])
WORDS = "晨风吹过山坡带来泥土气息老牛慢慢走向河边喝水孩子们背着书包跑上石桥远处炊烟升起钟声响了三遍"
letters = st.text(alphabet=WORDS, min_size=0, max_size=120)


def alike(one: str, two: str, stock: StockPhrases = PLAIN):
    return stock.read(one).likeness(stock.read(two))


def test_numbers_spaces_and_punctuation_do_not_matter():
    one = "1月5日，" + WORDS + "，共 158 份。"
    two = "１２月３０日" + "、".join(WORDS) + "共2,300份"
    found = alike(one, two)
    assert found.percent == 100 and found.is_near
    assert PLAIN.read(one).hashes == PLAIN.read(two).hashes


def test_order_does_not_matter_and_the_passages_are_those_of_the_original():
    one, two = f"甲。{WORDS[:22]}。{WORDS[22:]}", f"{WORDS[22:]}！乙丙丁{WORDS[:22]}"
    found = alike(one, two)
    assert found.is_near and found.percent >= 95
    assert [one[start:end] for start, end in found.first] == [WORDS[:22] + "。" + WORDS[22:]] or len(
        found.first
    ) == 2
    assert {two[start:end] for start, end in found.second} == {WORDS[:22], WORDS[22:]}


def test_a_marked_number_is_marked_whole():
    one = f"{WORDS}发给乡亲们二手棉衣1,580件"
    ((start, end),) = alike(one, one).first
    assert one[start:end] == one
    ((start, end),) = alike(f"{WORDS}1580", f"{WORDS}99").first
    assert f"{WORDS}1580"[start:end].endswith("1580")


def test_stock_phrases_tell_nothing():
    stock = StockPhrases([WORDS[:20], WORDS[20:], " "])
    found = alike("今天" + WORDS, "昨天" + WORDS, stock)
    assert not found.is_near and found.shared < 5 and stock.read(WORDS).hashes == []


def test_short_texts_prove_nothing():
    short = WORDS[: SHORTEST - 1]
    assert not alike(short, short).is_near and PLAIN.read(short).hashes == []
    assert alike(WORDS[:SHORTEST], WORDS[:SHORTEST]).is_near and PLAIN.read(WORDS[:SHORTEST]).hashes


def test_a_copied_passage_within_long_texts_counts():
    dice = random.Random(1)
    other = "".join(chr(dice.randrange(0x4E00, 0x9000)) for _ in range(800))
    own = "".join(chr(dice.randrange(0x4E00, 0x9000)) for _ in range(800))
    assert not alike(other, own).is_near
    found = alike(other[:400] + WORDS * 2 + other[400:], own[:100] + WORDS * 2 + own[100:])
    assert found.is_near and found.similarity < 0.3


@pytest.mark.parametrize(
    "text", ["", " ", "0", "。" * 50, "\0" * 50, "1" * 5000, "\ud83d\ude00" * 40, "ﷺ" * 30, "\u202e" * 9]
)
def test_odd_texts_are_read_without_fuss(text):
    read = PLAIN.read(text)
    assert read.hashes == sorted(read.hashes)
    assert read.likeness(read).percent in (0, 100) and not read.likeness(PLAIN.read("")).is_near


@given(letters, letters)
def test_both_ways_alike(one, two):
    there, back = alike(one, two), alike(two, one)
    assert (there.percent, there.shared, there.longest) == (back.percent, back.shared, back.longest)
    assert (there.first, there.second) == (back.second, back.first)
    assert 0 <= there.similarity <= 1


@given(letters, letters, letters, st.integers(0, 2**32))
def test_texts_that_share_enough_in_a_row_share_a_hash(before, after, other, seed):
    dice = random.Random(seed)
    shared = "".join(dice.choice(WORDS) for _ in range(PRINTED + WINDOW - 1))
    one, two = PLAIN.read(before + shared + after), PLAIN.read(other + shared + before)
    if one.hashes and two.hashes:
        assert set(one.hashes) & set(two.hashes)


@given(letters)
def test_hashes_fit_the_column(text):
    hashes = PLAIN.read(text).hashes
    assert all(-(2**31) <= value < 2**31 for value in hashes) and len(set(hashes)) == len(hashes)
