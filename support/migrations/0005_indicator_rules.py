"""Indicators that are already there get the rules that new ones come with."""

from django.db import migrations

ADDS_UP = ("outpatient_visits", "admissions", "discharges", "operations", "revenue", "medical_revenue")
NOT_ABOVE = (
    ("admissions", "outpatient_visits"),
    ("operations", "outpatient_visits"),
    ("medical_revenue", "revenue"),
)


def settle(apps, schema_editor):
    indicators = apps.get_model("support", "OutcomeIndicator").objects
    indicators.update(minimum=0)
    indicators.filter(unit="%").update(is_percentage=True, maximum=100)
    indicators.filter(code__in=ADDS_UP).update(adds_up=True)
    for code, other in NOT_ABOVE:
        indicators.filter(code=code).update(not_above=indicators.filter(code=other).first())


class Migration(migrations.Migration):
    dependencies = [("support", "0004_workspace_in_full")]

    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
