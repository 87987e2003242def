"""Texts that are nearly the same: found by fingerprints, judged character by character.

Knows no field: the stock phrases (套话) that everybody of a field writes are handed in. A stretch of text
tells something only where it is not made of them; numbers and punctuation never tell, so that a copy with
other figures is still found. What is compared is which stretches recur, not where they stand: moving
sentences about does not hide a copy.

A fingerprint is a set of 32-bit hashes of nine-character stretches, thinned by winnowing: of every four
neighbouring stretches the one with the smallest hash. Two texts that share twelve characters in a row
therefore share at least one hash, and a set of a text half as long is half as large.
(Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003.)
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

PRINTED, WINDOW = 9, 4  # length of a fingerprinted stretch, and how many neighbours share one hash
COMPARED = 7  # length of a stretch when two texts are compared
MOSTLY = 2  # a stretch tells something with at most so many characters out of stock phrases or numbers
SHORTEST = 24  # fewer telling characters in common prove nothing
ENOUGH = 0.6  # of the telling characters of the shorter text
LONG_RUN = 45  # telling characters in one copied passage that count whatever surrounds them
NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*%?")
NUMBER_SIGN = "0"


@dataclass(frozen=True)
class Likeness:
    """How alike two texts are: ``similarity`` 0–1 of the shorter one's telling characters.

    ``first`` and ``second`` are the copied passages, as (start, end) in the original texts.
    """

    similarity: float
    shared: int
    longest: int
    first: tuple[tuple[int, int], ...] = ()
    second: tuple[tuple[int, int], ...] = ()

    @property
    def is_near(self) -> bool:
        return (self.shared >= SHORTEST and self.similarity >= ENOUGH) or self.longest >= LONG_RUN

    @property
    def percent(self) -> int:
        return int(self.similarity * 100 + 0.5)


class StockPhrases:
    """The phrases of a field that tell nothing."""

    def __init__(self, phrases: Iterable[str]):
        plain = {_letters(phrase)[0] for phrase in phrases}
        self.phrases = tuple(sorted(plain - {""}, key=len, reverse=True))

    def cover(self, text: str) -> bytearray:
        """1 for each character within a phrase."""
        covered = bytearray(len(text))
        for phrase in self.phrases:
            start = text.find(phrase)
            while start >= 0:
                covered[start : start + len(phrase)] = b"\1" * len(phrase)
                start = text.find(phrase, start + 1)
        return covered

    def read(self, text: str) -> "ReadText":
        return ReadText(text, self)


def _letters(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The letters and numbers of a text, each with its place in the original; a number is one sign."""
    flat, places = [], []
    for place, sign in enumerate(text):
        for part in unicodedata.normalize("NFKC", sign).lower():
            flat.append(part)
            places.append((place, place + 1))
    joined = "".join(flat)
    kept: list[tuple[str, tuple[int, int]]] = []
    done = 0
    for found in [*NUMBER.finditer(joined), None]:
        start, end = found.span() if found else (len(joined), len(joined))
        kept += [
            pair for pair in zip(joined[done:start], places[done:start], strict=True) if pair[0].isalnum()
        ]
        if found:
            kept.append((NUMBER_SIGN, (places[start][0], places[end - 1][1])))
        done = end
    return "".join(sign for sign, _ in kept), [place for _, place in kept]


class ReadText:
    """One text, taken apart once."""

    def __init__(self, text: str, stock: StockPhrases):
        self.original = text
        self.text, self.places = _letters(text)
        dull = stock.cover(self.text)
        for place, sign in enumerate(self.text):
            if sign == NUMBER_SIGN:
                dull[place] = 1
        self.telling = bytes(1 - value for value in dull)

    @cached_property
    def length(self) -> int:
        """Characters that tell something."""
        return sum(self.telling)

    def stretches(self, length: int) -> list[tuple[int, str]]:
        """(place, stretch) of those that tell something."""
        return [
            (place, self.text[place : place + length])
            for place in range(len(self.text) - length + 1)
            if sum(self.telling[place : place + length]) >= length - MOSTLY
        ]

    @cached_property
    def hashes(self) -> list[int]:
        """The fingerprint: signed 32-bit numbers, sorted. Empty when the text is too short to tell anything."""
        if self.length < SHORTEST:
            return []
        every = [_hash(stretch) for _, stretch in self.stretches(PRINTED)]
        if len(every) < WINDOW:
            return sorted(set(every))
        return sorted({min(every[at : at + WINDOW]) for at in range(len(every) - WINDOW + 1)})

    @cached_property
    def _compared(self) -> list[tuple[int, str]]:
        return self.stretches(COMPARED)

    def likeness(self, other: "ReadText") -> Likeness:
        common = {stretch for _, stretch in self._compared} & {stretch for _, stretch in other._compared}
        if not common:
            return Likeness(0.0, 0, 0)
        mine, theirs = self._marked(common), other._marked(common)
        shared = min(self._telling_in(mine), other._telling_in(theirs))
        return Likeness(
            shared / max(1, min(self.length, other.length)),
            shared,
            min(self._longest(mine), other._longest(theirs)),
            self._passages(mine),
            other._passages(theirs),
        )

    def _marked(self, common: set[str]) -> bytearray:
        marked = bytearray(len(self.text))
        for place, stretch in self._compared:
            if stretch in common:
                marked[place : place + COMPARED] = b"\1" * COMPARED
        return marked

    def _telling_in(self, marked: Sequence[int]) -> int:
        return sum(mark & tells for mark, tells in zip(marked, self.telling, strict=True))

    def _runs(self, marked: bytearray) -> list[tuple[int, int]]:
        return [found.span() for found in re.finditer(b"\1+", bytes(marked))]

    def _longest(self, marked: bytearray) -> int:
        return max(sum(self.telling[start:end]) for start, end in self._runs(marked))

    def _passages(self, marked: bytearray) -> tuple[tuple[int, int], ...]:
        return tuple((self.places[start][0], self.places[end - 1][1]) for start, end in self._runs(marked))


def _hash(stretch: str) -> int:
    value = zlib.crc32(stretch.encode())
    return value - (1 << 32) if value >= 1 << 31 else value
