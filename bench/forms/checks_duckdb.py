"""Three checks in SQL: a file of events in, broken acts out.

python -m bench.forms.checks_duckdb FOLDER
"""

import sys
from pathlib import Path
from typing import Final

import duckdb

from bench.child import serve

THREADS: Final = 2
SQL: Final = """
WITH events AS (
    SELECT id, source, type, "at" AS happened, "case" AS case_no, incident, person, officers FROM read_parquet($file)
),
told AS (SELECT case_no, person, min(happened) AS first FROM events WHERE type = 'rights.notified' GROUP BY ALL),
acts AS (
    SELECT * FROM events WHERE type IN ('interrogation.started', 'questioning.started') AND person IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY case_no, person ORDER BY happened, source, id) = 1
),
alarms AS (
    SELECT id, incident, happened FROM events
    WHERE type = 'incident.alarm_received' AND incident IS NOT NULL
      AND (SELECT max(happened) + INTERVAL 1 MINUTE FROM events) > happened + INTERVAL 24 HOUR
),
registered AS (
    SELECT incident, happened FROM events
    WHERE type IN ('intake.registered', 'incident.cancelled', 'incident.merged')
)
SELECT 'interrogation.two-officers' AS rule, id FROM events
WHERE type = 'interrogation.started' AND len(list_distinct(officers)) = 1
UNION ALL
SELECT 'interrogation.rights-first', acts.id FROM acts
LEFT JOIN told AS own ON own.case_no = acts.case_no AND own.person = acts.person
LEFT JOIN told AS everybody ON everybody.case_no = acts.case_no AND everybody.person IS NULL
WHERE coalesce(least(own.first, everybody.first) > acts.happened, TRUE)
UNION ALL
SELECT 'intake.alarm-registered', alarms.id FROM alarms
WHERE NOT EXISTS (
    SELECT 1 FROM registered AS r
    WHERE r.incident = alarms.incident AND r.happened BETWEEN alarms.happened AND alarms.happened + INTERVAL 24 HOUR
)
"""


class DuckdbForm:
    """A database in memory that reads the file anew each time."""

    def __init__(self, folder: Path) -> None:
        self.file = str(folder / "plain.parquet")
        self.db = duckdb.connect(config={"threads": THREADS})
        self.db.execute("SET temp_directory = ''")

    def broken(self) -> list[tuple[str, str]]:
        """Rule and id of every broken act."""
        found: list[tuple[str, str]] = self.db.execute(SQL, {"file": self.file}).fetchall()
        return found


if __name__ == "__main__":
    form = DuckdbForm(Path(sys.argv[1]))
    serve({"run": lambda: len(form.broken()), "say": lambda: sorted(set(form.broken()))})
