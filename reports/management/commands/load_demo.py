"""``manage.py load_demo``: the demonstration programme. Safe to repeat; never beside real work by accident."""

from django.core.management.base import BaseCommand, CommandError

from reports import demo
from reports.management.commands.load_reference import load_all


class Command(BaseCommand):
    help = "装入演示项目（可重复执行，已有的不变）"

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="只在还没有任何机构和项目时装入")
        parser.add_argument("--force", action="store_true", help="库里已有正式项目时仍然装入")

    def handle(self, *args, if_empty=False, force=False, **options):
        load_all()
        if if_empty and not demo.is_empty():
            self.stdout.write("库中已有数据，不装入演示项目。")
            return
        foreign = demo.foreign_programmes()
        if foreign and not force:
            raise CommandError(
                f"库中已有正式项目（{'、'.join(foreign[:3])}），没有装入演示数据。"
                "确实需要时请加 --force；演示账号的密码是公开的，不要在正式环境使用。"
            )
        added = demo.load_demo()
        for label in added:
            self.stdout.write(f"已装入：{label}")
        if not added:
            self.stdout.write("演示项目已经装入，没有变化。")
