"""Averages that are only ever derived (平均每次): sessions and the people of a session are separate measures."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from core.numbers import rounded
from staffing.models import Measure

# people of a session → the sessions they are counted by
SESSIONS = {
    "free_clinic_patients": "free_clinic_sessions",
    "circuit_patients": "circuit_sessions",
    "lecture_audience": "lectures",
    "training_audience": "trainings",
}
PATIENTS = {"free_clinic_patients", "circuit_patients"}


@dataclass(frozen=True)
class Average:
    """``people`` per session to one decimal: 6000 ÷ 200 = 30.0 人次."""

    people: Measure
    sessions: Measure
    value: Decimal

    def __str__(self):
        return f"{self.people.name}平均每{self.sessions.unit} {self.value} {self.people.unit}"


def averages_of(rows: Iterable) -> list[Average]:
    """Of rows with ``measure`` and ``value``, wherever both numbers are there and more than one session was.

    Nothing is stored and no average is ever averaged again.
    """
    known = {row.measure.code: row for row in rows}
    found = []
    for people, sessions in SESSIONS.items():
        if people in known and sessions in known and known[sessions].value > 1:
            value = rounded(known[people].value / known[sessions].value, 1)
            found.append(Average(known[people].measure, known[sessions].measure, value))
    return found
