"""The shipped kinds of activity ask from now on only what concerns them; what a bureau made up itself stays.

A frozen copy: what is shipped later is shipped to new installations.
"""

from django.db import migrations

QUESTIONS = {
    "lecture": ("topic participants place department speciality hours content end_on note", "wanted"),
    "training": ("topic participants place department speciality hours content end_on note", "wanted"),
    "teaching_round": ("topic participants department speciality content note", "wanted"),
    "ward_round": ("participants department note", "optional"),
    "surgery_demo": ("topic participants department speciality content note", "wanted"),
    "operation": ("participants department speciality end_on note", "optional"),
    "consultation": ("topic participants department speciality content note", "optional"),
    "case_discussion": ("topic participants department speciality content note", "optional"),
    "death_discussion": ("topic participants department speciality content note", "optional"),
    "care": ("participants department end_on note", "optional"),
    "technique": ("topic participants department speciality content note", "wanted"),
    "rules": ("topic department content note", "wanted"),
    "department": ("topic participants department speciality content note", "wanted"),
    "free_clinic": ("place topic participants filing findings content end_on note", "wanted"),
    "circuit": ("place topic participants findings content end_on note", "wanted"),
    "remote_consultation": ("topic participants department speciality note", "optional"),
    "referral": ("department end_on note", "optional"),
    "rescue": ("participants department content note", "optional"),
    "leader_visit": ("topic place content note", "wanted"),
    "village_training": ("topic participants place department speciality hours content end_on note", "wanted"),
    "equipment_repair": ("topic participants department content note", "optional"),
}


def ask(apps, schema_editor):
    kinds = apps.get_model("staffing", "ActivityType").objects
    for code, (asks, evidence) in QUESTIONS.items():
        kinds.filter(code=code).update(asks=asks.split(), evidence=evidence)


class Migration(migrations.Migration):
    dependencies = [("staffing", "0006_workspace_in_full")]

    operations = [migrations.RunPython(ask, migrations.RunPython.noop)]
