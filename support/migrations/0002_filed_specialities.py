from django.db import migrations

from core.triggers import freeze_links


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial")]

    operations = [
        freeze_links(
            "support_agreementversion_specialities",
            "support_agreementversion",
            "agreementversion_id",
            "filed",
            "superseded",
        ),
    ]
