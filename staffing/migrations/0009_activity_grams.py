from django.db import migrations

# written as in core/grams.py: only the very same expression uses the index
MAKE = """
CREATE INDEX activity_grams_idx ON staffing_activity
USING gin (text_grams(topic || E'\\n' || place || E'\\n' || content)) WITH (fastupdate = off);
"""


class Migration(migrations.Migration):
    dependencies = [("staffing", "0008_fill_initials"), ("core", "0003_text_grams")]
    operations = [migrations.RunSQL(MAKE, "DROP INDEX activity_grams_idx")]
