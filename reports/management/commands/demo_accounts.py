"""``manage.py demo_accounts``: the demonstration's accounts as a table; nothing when there are none."""

from unicodedata import east_asian_width

from django.core.management.base import BaseCommand

from reports.demo.accounts import account_table

HEAD = ("角色", "用户名", "密码", "所在机构", "看到什么")


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


class Command(BaseCommand):
    help = "列出演示账号：角色、用户名、密码、看到什么"

    def handle(self, *args, **options):
        rows = account_table()
        if not rows:
            self.stdout.write("没有演示账号。")
            return
        table = [HEAD, *rows]
        columns = [max(width(row[place]) for row in table) for place in range(len(HEAD))]
        for row in table:
            line = "  ".join(padded(text, size) for text, size in zip(row, columns, strict=True))
            self.stdout.write(line.rstrip())
