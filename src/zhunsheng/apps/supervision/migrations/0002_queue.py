"""The queue is short and much rewritten; a log that is older than supervision is judged from the start."""

from django.db import migrations

VACUUM = """
    ALTER TABLE supervision_touched SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
    ALTER TABLE supervision_duekey SET (fillfactor = 80);
"""
CORRECTED = """
    -- From an event to the versions that corrected it, wherever they belong now.
    CREATE INDEX cases_event_corrected ON cases_event (source, id) WHERE version > 1
"""
SEED = """
    INSERT INTO supervision_duekey (kind, number, next_at, release)
    SELECT DISTINCT 'case', "case", timestamptz '1970-01-01 00:00:00+00', '' FROM cases_event WHERE "case" IS NOT NULL
    UNION ALL
    SELECT DISTINCT 'incident', incident, timestamptz '1970-01-01 00:00:00+00', '' FROM cases_event
    WHERE incident IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_initial"), ("cases", "0002_event"), ("audit", "0001_initial")]
    operations = [migrations.RunSQL(VACUUM), migrations.RunSQL(CORRECTED), migrations.RunSQL(SEED)]
