"""The same file confirmed twice at the same moment: real connections, one set of rows."""

import threading
from datetime import date

import pytest

from core.excel.importing import ImportSteps
from core.excel.reading import read_table
from core.tests.excel_files import workbook
from core.tests.together import PATIENCE, split, together
from staffing.models import Activity
from staffing.resources import ActivityResource
from testing.scene import scene

pytestmark = pytest.mark.django_db(transaction=True)
HEADINGS = ["协议编号", "活动类型", "日期", "主题", "讲座（次）"]


def confirm_twice() -> int:
    """How many activities two simultaneous imports of one file leave behind."""
    world = scene()
    officer = world.people["bureau_officer"]
    rows = [[world.agreement.number, "讲座", date(2026, 5, 6), f"第{n}讲", 1] for n in range(5)]
    data = workbook(HEADINGS, *rows)

    def take():
        return ActivityResource(user=officer).import_data(read_table(data, "xlsx", "活动"))

    results, raised = split(together(take, take))
    assert not raised
    assert [result.sentences for result in results] == [[], []]
    return Activity.objects.filter(entered_by=officer).count()


def test_a_file_confirmed_twice_at_once_is_written_once():
    assert confirm_twice() == 5


def test_without_waiting_for_each_other_it_would_be_written_twice(monkeypatch):
    both_have_looked = threading.Barrier(2)
    monkeypatch.setattr(ImportSteps, "_wait_for_others", lambda self: None)
    monkeypatch.setattr(
        ActivityResource, "check_together", lambda self, rows: both_have_looked.wait(PATIENCE)
    )
    assert confirm_twice() == 10
