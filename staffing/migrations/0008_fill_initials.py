from django.db import migrations

from core.pinyin import person_initials, person_key


def fill(apps, schema_editor):
    """Written without history: a search key is no change of the person. Readings of surnames are mended too."""
    Clinician = apps.get_model("staffing", "Clinician")
    rows = list(Clinician.objects.filter(name_initials="").only("pk", "name"))
    if not rows:
        return
    schema_editor.execute("ALTER TABLE staffing_clinician DISABLE TRIGGER USER")
    for row in rows:
        row.name_key, row.name_initials = person_key(row.name), person_initials(row.name)
    Clinician.objects.bulk_update(rows, ["name_key", "name_initials"], batch_size=500)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("ALTER TABLE staffing_clinician ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("staffing", "0007_types_ask_what_concerns_them")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
