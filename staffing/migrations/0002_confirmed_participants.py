from django.db import migrations

from core.triggers import freeze_links


class Migration(migrations.Migration):
    dependencies = [("staffing", "0001_initial")]

    operations = [
        freeze_links(
            "staffing_activity_participants", "staffing_activity", "activity_id", "confirmed", "superseded"
        ),
    ]
