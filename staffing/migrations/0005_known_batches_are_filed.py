"""Every batch entered so far was entered as a fact: it counts as filed, and what was planned in it as approved."""

from django.db import migrations


def settle(apps, schema_editor):
    apps.get_model("staffing", "Batch").objects.update(status="filed")
    apps.get_model("staffing", "Posting").objects.filter(status="planned").update(status="approved")


class Migration(migrations.Migration):
    dependencies = [("staffing", "0004_dispatch_in_full")]

    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
