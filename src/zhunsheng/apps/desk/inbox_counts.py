"""How many alerts there are: of the views of the inbox, of units, of who heads the cases. Each in one statement."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from zhunsheng.apps.alerts.models import AlertGroup

OPEN: Final = ("key", "case", "unit", "level", "state", "due", "outer", "outer_at_end")
CLOSED: Final = ("key", "state", "closed_at")
COUNTS: Final = """
    SELECT 'open', g.state, zs_band(NULL, g.due, g."outer", g.outer_at_end, %s, %s, %s), count(*)
    FROM ({open}) AS g GROUP BY 2, 3
    UNION ALL SELECT 'ended', g.state, (g.closed_at >= %s)::int, count(*)
    FROM ({closed}) AS g WHERE g.closed_at >= %s GROUP BY 2, 3
    UNION ALL SELECT 'untold', '', 0, count(*) FROM ({open}) AS g
    WHERE g.key = ANY (ARRAY(SELECT "group" FROM alerts_gap WHERE closed_at IS NULL))
"""
"""Each part has an index of its own, from which it is answered without reading a row."""


BY_UNIT: Final = """
    SELECT c.unit, sum(c.n), coalesce(sum(c.n) FILTER (WHERE c.band = 0), 0),
        coalesce(sum(c.n) FILTER (WHERE c.band = 1), 0), coalesce(sum(c.n) FILTER (WHERE c.state = 'waiting'), 0),
        coalesce(sum(c.n) FILTER (WHERE c.state = 'disputed'), 0), coalesce(sum(c.n) FILTER (WHERE c.level = 'red'), 0),
        coalesce(sum(c.n) FILTER (WHERE c.level = 'yellow'), 0), coalesce(sum(c.n) FILTER (WHERE c.level = 'blue'), 0),
        coalesce(sum(c.n) FILTER (WHERE c.level = 'ask'), 0)
    FROM (
        SELECT g.unit, g.level, g.state, zs_band(NULL, g.due, g."outer", g.outer_at_end, %s, %s, %s) AS band,
            count(*)::int AS n
        FROM ({open}) AS g GROUP BY 1, 2, 3, 4
    ) AS c GROUP BY 1
"""
"""First by everything at once, for a condition asked of each alert costs more than to count it."""
OF_UNIT: Final = ("open", "over", "today", "waiting", "disputed", "red", "yellow", "blue", "ask")
BY_HEAD: Final = """
    SELECT (
            SELECT a.officer_id FROM cases_assignment a
            WHERE a.case_id = g."case" AND a.role = 'case_officer' AND a.until_at IS NULL ORDER BY a.id LIMIT 1
        ), g.level, CASE WHEN g."outer" < %s OR g."outer" = %s AND g.outer_at_end THEN -1 {days} END,
        g.state = 'waiting', count(*)
    FROM ({open}) AS g GROUP BY 1, 2, 3, 4
"""
Spans = tuple[datetime, datetime, datetime]
Part = tuple[str, tuple[Any, ...]]


class Headed(NamedTuple):
    """So many open alerts of one kind: who heads their cases, their level, the day after today on which they end (OVER:
    they are over; None: later), and whether nobody has taken them."""

    head: int | None
    level: str
    on: int | None
    waits: bool
    n: int


def counted_by_state(
    groups: QuerySet[AlertGroup], *, spans: Spans, today: datetime, since: datetime
) -> Counter[tuple[str, str, int]]:
    """How many groups are open by state and band (of `spans`, as `zs_band` takes them); how many have ended since an
    instant, by state and whether `today` (1); how many nobody could be told of. The condition on what their viewer may
    see is put together once."""
    whole = _of(groups)
    if whole is None:
        return Counter()
    (opened, of_open), (closed, of_closed) = whole
    values = (*spans, *of_open, today, *of_closed, since, *of_open)
    found = _asked(COUNTS.format(open=opened, closed=closed), values)
    return Counter({(part, state, span): n for part, state, span, n in found})


def counted_by_unit(groups: QuerySet[AlertGroup], *, now: datetime, tomorrow: datetime) -> dict[str, dict[str, int]]:
    """The open groups of each unit: all, those that are over, those that end before tomorrow, and those of each state
    and level that lists are made of."""
    whole = _of(groups)
    if whole is None:
        return {}
    opened, of_open = whole[0]
    found = _asked(BY_UNIT.format(open=opened), (now, tomorrow, tomorrow, *of_open))
    return {unit: dict(zip(OF_UNIT, counts, strict=True)) for unit, *counts in found}


def counted_by_head(groups: QuerySet[AlertGroup], *, now: datetime, ends: Sequence[datetime]) -> list[Headed]:
    """The open groups by who heads their case. `ends`: of today and of the days after it."""
    whole = _of(groups)
    if whole is None:
        return []
    opened, of_open = whole[0]
    days = " ".join(f"WHEN g.due <= %s THEN {n}" for n in range(len(ends)))
    return [Headed._make(row) for row in _asked(BY_HEAD.format(open=opened, days=days), (now, now, *ends, *of_open))]


def _of(groups: QuerySet[AlertGroup]) -> tuple[Part, Part] | None:
    """The open groups and those that have ended, each as the statement that lists them; None where the viewer may list
    nothing at all. The open ones are asked only for what their narrow index holds."""
    try:
        opened = groups.filter(closed_at=None).values(*OPEN).query.sql_with_params()
        return opened, groups.filter(closed_at__isnull=False).values(*CLOSED).query.sql_with_params()
    except EmptyResultSet:
        return None


def _asked(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
