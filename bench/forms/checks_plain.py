"""Three checks as plain Python over rows: a file of events in, broken acts out.

python -m bench.forms.checks_plain FOLDER
"""

import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import polars as pl

from bench.child import serve

COLUMNS: Final = ("id", "source", "type", "at", "case", "incident", "person", "officers")
DAY: Final = timedelta(hours=24)
ACTS: Final = frozenset({"interrogation.started", "questioning.started"})
REGISTERED: Final = frozenset({"intake.registered", "incident.cancelled", "incident.merged"})

Row = tuple[Any, ...]


def broken(file: Path) -> set[tuple[str, str]]:
    """Rule and id of every broken act. Polars only reads the file."""
    rows = pl.read_parquet(file, columns=list(COLUMNS)).rows()
    by_type: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_type[row[2]].append(row)
    as_of = max(row[3] for row in rows) + timedelta(minutes=1)
    found = {("interrogation.two-officers", one) for one in two_officers(by_type["interrogation.started"])}
    acts = [row for kind in ACTS for row in by_type[kind]]
    found |= {("interrogation.rights-first", one) for one in rights_first(acts, by_type["rights.notified"])}
    after = [row for kind in REGISTERED for row in by_type[kind]]
    alarms = by_type["incident.alarm_received"]
    return found | {("intake.alarm-registered", one) for one in alarm_registered(alarms, after, as_of)}


def two_officers(acts: Iterable[Row]) -> Iterable[str]:
    """Interrogations with one officer."""
    return (row[0] for row in acts if row[7] is not None and len(set(row[7])) == 1)


def rights_first(acts: Iterable[Row], told: Iterable[Row]) -> Iterable[str]:
    """The first act of each person of a case before whom no rights were told, to him or to all of the case."""
    first: dict[tuple[str, str], Row] = {}
    for row in sorted(acts, key=lambda row: (row[3], row[1], row[0])):
        if row[6] is not None:
            first.setdefault((row[4], row[6]), row)
    earliest: dict[tuple[str, str | None], datetime] = {}
    for row in told:
        key = row[4], row[6]
        earliest[key] = min(row[3], earliest.get(key, row[3]))
    for (case, person), row in first.items():
        times = [at for at in (earliest.get((case, person)), earliest.get((case, None))) if at is not None]
        if not times or min(times) > row[3]:
            yield row[0]


def alarm_registered(alarms: Iterable[Row], after: Iterable[Row], as_of: datetime) -> Iterable[str]:
    """Alarms that nothing registers within a day, once it is over."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for row in after:
        times[row[5]].append(row[3])
    for row in alarms:
        end = row[3] + DAY
        if row[5] is not None and as_of > end and not any(row[3] <= at <= end for at in times[row[5]]):
            yield row[0]


if __name__ == "__main__":
    plain = Path(sys.argv[1]) / "plain.parquet"
    serve({"run": lambda: len(broken(plain)), "say": lambda: sorted(broken(plain))})
