"""``manage.py doctor``: is this installation in order, and if not, what to type."""

from django.core.management.base import BaseCommand

from core import doctor

MARKS = {doctor.OK: "正常", doctor.WARN: "提醒", doctor.FAIL: "有误"}


class Command(BaseCommand):
    help = "检查字体、数据库、消息队列、后台任务、文件目录、时钟和密钥，并给出处理办法。"
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("--brief", action="store_true", help="只显示需要处理的项目")
        parser.add_argument("--starting", action="store_true", help="网站刚启动，不检查后台任务的响应")

    def handle(self, *args, **options):
        results = doctor.examine(skip=["后台任务"] if options["starting"] else [])
        for name, finding in results:
            if options["brief"] and finding.level == doctor.OK:
                continue
            self.stdout.write(f"[{MARKS[finding.level]}] {name}：{finding.text}")
            if finding.mend:
                self.stdout.write(f"       处理：{finding.mend}")
        counts = {level: sum(found.level == level for _, found in results) for level in MARKS}
        self.stdout.write(
            f"体检：正常 {counts[doctor.OK]} 项，提醒 {counts[doctor.WARN]} 项，有误 {counts[doctor.FAIL]} 项"
        )
        if counts[doctor.FAIL]:
            raise SystemExit(1)
