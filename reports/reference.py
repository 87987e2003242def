"""What every installation starts with: by which day the monthly returns are due."""

from datetime import date

from reports.models import ReturnLevel, ReturnRule

# the handbook's sources file the returns monthly without naming a day, so each bureau sets its own
BASIS = "系统默认，供各地参照；请按本地文件修改。"
DUE_DAYS = {ReturnLevel.PERSON: 3, ReturnLevel.CLINIC: 5, ReturnLevel.HOSPITAL: 8, ReturnLevel.BUREAU: 10}
EVER = date(2000, 1, 1)


def load_reference() -> int:
    known = set(ReturnRule.objects.filter(bureau=None, from_month=EVER).values_list("level", flat=True))
    missing = [
        ReturnRule(level=level, due_day=day, from_month=EVER, basis=BASIS)
        for level, day in DUE_DAYS.items()
        if level.value not in known
    ]
    ReturnRule.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)
