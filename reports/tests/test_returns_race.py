"""Two people submit the same return at the same moment, and a record is confirmed during a submission."""

import threading
from datetime import date
from functools import partial

import pytest

from core.errors import RuleBroken
from core.tests.together import PATIENCE, split, together
from reports.models import MonthlyReturn
from reports.selectors import return_checks
from reports.selectors.returns_behind import with_changes
from reports.services.monthly_returns import return_submit
from support.services.records import record_confirm
from testing import builders as build

pytestmark = pytest.mark.django_db(transaction=True)
APRIL = date(2026, 4, 1)


@pytest.fixture
def clinic():
    agreement = build.agreement_in_force(
        build.organisation("hospital"), build.organisation("township_clinic")
    )
    build.activity(agreement)
    return agreement.recipient


@pytest.fixture
def meet(monkeypatch):
    """Holds every submission after its look at the ledger until ``act`` has run or all have looked."""

    def arm(act):
        look = return_checks.checked

        def look_and_wait(found):
            result = look(found)
            act()
            return result

        monkeypatch.setattr(return_checks, "checked", look_and_wait)

    return arm


def submissions(clinic, **fields):
    subject, by = (
        build.return_subject("clinic", clinic, APRIL),
        build.coordinator(clinic, sending=False),
    )
    return [partial(return_submit, subject=subject, by=by, **fields) for _ in range(2)]


def test_of_two_submissions_one_counts(clinic, meet):
    barrier = threading.Barrier(2)
    meet(lambda: barrier.wait(PATIENCE))
    made, refused = split(together(*submissions(clinic)))
    assert len(made) == 1 and [type(error) for error in refused] == [RuleBroken]
    assert "刚刚已由别人提交" in refused[0].messages[0]
    assert MonthlyReturn.objects.get().version == 1


def test_of_two_corrections_one_counts(clinic, meet):
    build.monthly_return("clinic", clinic, APRIL)
    barrier = threading.Barrier(2)
    meet(lambda: barrier.wait(PATIENCE))
    made, refused = split(together(*submissions(clinic, reason="补备注", remark="数字无误")))
    assert len(made) == 1 and "刚刚已由别人提交" in refused[0].messages[0]
    assert MonthlyReturn.objects.newest().get().version == 2


def test_what_is_confirmed_meanwhile_is_wholly_outside_and_noticed_afterwards(clinic, meet):
    """Lines, totals and records come from one look, though the confirmation commits in its middle."""
    agreement = clinic.agreements_received.get()
    waiting = build.activity(agreement, on=date(2026, 4, 20), status="submitted")
    confirm = partial(record_confirm, record=waiting, by=build.side(agreement, False))
    meet(lambda: together(confirm))
    row = build.monthly_return("clinic", clinic, APRIL)
    assert row.totals["lectures"] == row.lines[0]["values"]["lectures"] == "1"
    assert waiting.pk not in row.records and len(row.records) == 1
    assert with_changes(MonthlyReturn.objects.all()).get().is_behind
