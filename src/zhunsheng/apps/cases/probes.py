"""The probe (巡检): an incident that is nobody's, which goes the whole way from the log to the watcher.

Row security shows it to the processes of that way alone (`zs_sees_probes`): no page, list, count, point or draw holds
one. Its numbers are the platform's own, and an event of a source that bears one is set aside.
"""

from typing import Final

import polars as pl

from zhunsheng.apps.cases.incoming import Refusal

SOURCE: Final = "probe"
PREFIX: Final = "ZS-XJ-"
OF_INCIDENT: Final = f"incident LIKE '{PREFIX}%'"
"""The SQL condition under which a row is a probe's, in tables that name the incident."""
RESERVED: Final = f"incident：以 {PREFIX} 开头的编号留给平台巡检。请改用来源自己的编号。"


def is_probe(incident: str | None) -> bool:
    """Whether an incident is the platform's own."""
    return incident is not None and incident.startswith(PREFIX)


def without_borrowed(events: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Refusal, ...]]:
    """Events (schemas.EVENTS) without those that bear a number of the platform's own and are of another source, and a
    refusal for each: under such a number what happened would be hidden from everybody."""
    borrowed = pl.col("incident").str.starts_with(PREFIX).fill_null(value=False) & (pl.col("source") != SOURCE)
    rows = events.filter(borrowed)
    if rows.is_empty():
        return events, ()
    refusals = tuple(Refusal("malformed", row, RESERVED) for row in rows.iter_rows(named=True))
    return events.filter(~borrowed), refusals
