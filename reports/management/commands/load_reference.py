"""``manage.py load_reference``: the code lists every installation needs; safe to repeat."""

from django.core.management.base import BaseCommand

from accounts.reference import load_regions
from assessment.reference import load_reference as load_templates
from reports.reference import load_reference as load_deadlines
from staffing.reference import load_reference as load_measures
from support.reference import load_reference as load_lists


def load_all() -> int:
    """All rooms, in the order in which they build on one another; returns how many rows were added."""
    return load_regions() + load_lists() + load_measures() + load_templates() + load_deadlines()


class Command(BaseCommand):
    help = "装入代码表：行政区划、诊疗科目、成效指标、计量项、活动类型、默认评分表、月报期限（可重复执行，只补缺）"

    def handle(self, *args, **options):
        added = load_all()
        self.stdout.write(f"代码表已就绪：新增 {added} 行。" if added else "代码表已是最新，没有新增。")
