"""What a check tells."""

from __future__ import annotations

from dataclasses import dataclass

OK = "ok"
WARN = "warn"
FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """``text`` in plain words; ``mend`` is what to type or do, empty when nothing is wrong."""

    level: str
    text: str
    mend: str = ""


def trouble(level: str, text: str, mend: str) -> Finding:
    """A finding that must say what to do about it."""
    if not mend:
        raise ValueError("a trouble without a mend helps nobody")
    return Finding(level, text, mend)
