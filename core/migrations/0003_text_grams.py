from django.db import migrations

# every character and every pair of neighbours, lower case; see core/grams.py
MAKE = """
CREATE FUNCTION text_grams(whole text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2000 AS $$
  SELECT coalesce(array_agg(DISTINCT gram), '{}')
  FROM (
    SELECT unnest(ARRAY[letter, letter || lead(letter) OVER (ORDER BY place)]) AS gram
    FROM unnest(string_to_array(lower(whole), NULL)) WITH ORDINALITY AS letters (letter, place)
  ) AS found
  WHERE gram IS NOT NULL
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_dispatch_in_full")]
    operations = [migrations.RunSQL(MAKE, "DROP FUNCTION text_grams(text)")]
