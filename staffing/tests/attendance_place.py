"""A clinic with its coordinator, for the tests of attendance."""

from datetime import date

from staffing.models import AttendanceRow
from staffing.services.attendance import (
    sheet_open,
)
from testing import builders as build

MARCH = date(2026, 3, 1)


class Place:
    """A clinic with a coordinator, under an agreement of 2026."""

    def __init__(self):
        self.bureau = build.bureau(build.COUNTY)
        self.hospital = build.organisation("hospital")
        self.clinic = build.organisation("township_clinic")
        self.agreement = build.agreement_in_force(
            self.hospital, self.clinic, within=build.cycle(build.programme(self.bureau))
        )
        self.keeper = build.coordinator(self.clinic)
        self.sender = build.coordinator(self.hospital)

    def posting(self, start=MARCH, end=date(2026, 8, 31), **fields):
        return build.posting(self.agreement, start=start, end=end, **fields)

    def open(self, month=MARCH):
        return sheet_open(recipient=self.clinic, month=month, by=self.keeper)


def marks_of(sheet, posting) -> str:
    return AttendanceRow.objects.get(sheet=sheet, posting=posting).marks


def days(marks: str, *wanted: int) -> list[str]:
    return [marks[(day - 1) * 2 : day * 2] for day in wanted]
