from django.db import migrations

from core.pinyin import full_pinyin


def fill(apps, schema_editor):
    """Written without history: a search key is no change of the organisation."""
    Organisation = apps.get_model("accounts", "Organisation")
    rows = list(Organisation.objects.filter(name_pinyin="").only("pk", "name"))
    if not rows:
        return
    schema_editor.execute("ALTER TABLE accounts_organisation DISABLE TRIGGER USER")
    for row in rows:
        row.name_pinyin = full_pinyin(row.name)
    Organisation.objects.bulk_update(rows, ["name_pinyin"], batch_size=500)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("ALTER TABLE accounts_organisation ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_workspace_in_full")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
