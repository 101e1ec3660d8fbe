"""How many alerts there are: of the views of the inbox, of units, of who heads the cases."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import QuerySet

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.kept_counts import (
    COUNTED,
    LEVELS,
    counts_of_cases,
    kept_counts,
    kept_in_all,
    passed_by_unit,
)
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.alerts.selectors import ended_in_all, visible_groups
from zhunsheng.apps.cases.selectors import ties
from zhunsheng.apps.desk.grouping import Part, answered, listed

OPEN: Final = ("key", "case", "unit", "level", "state", "due", "outer", "outer_at_end")
CLOSED: Final = ("key", "state", "closed_at")
IN_VIEWS: Final = """
    SELECT 'open', g.state, zs_band(NULL, g.due, g."outer", g.outer_at_end, %s, %s, %s), count(*)
    FROM ({open}) AS g GROUP BY 2, 3
    UNION ALL SELECT 'ended', g.state, (g.closed_at >= %s)::int, count(*)
    FROM ({closed}) AS g WHERE g.closed_at >= %s GROUP BY 2, 3
    UNION ALL SELECT 'ended', '', 0, count(*) FROM ({open}) AS g
    WHERE g.key = ANY (ARRAY(SELECT "group" FROM alerts_gap WHERE closed_at IS NULL))
"""
"""Each part has an index of its own, from which it is answered without reading a row."""
UNTOLD: Final = ""
"""In place of a state: of those that nobody could be told of."""
OVER, TODAY = 0, 1  # as zs_band numbers them
BY_DAY: Final = """
    SELECT g.level, CASE WHEN {over} THEN -1 {days} END, g.state = 'waiting', count(*)
    FROM ({open}) AS g GROUP BY 1, 2, 3
"""
BY_HEAD: Final = """
    WITH g AS MATERIALIZED (
        SELECT (
            SELECT a.officer_id FROM cases_assignment a
            WHERE a.case_id = g."case" AND a.role = 'case_officer' AND a.until_at IS NULL ORDER BY a.id LIMIT 1
        ) AS head, g.level, {over} AS is_over FROM ({open}) AS g
    ), h AS (
        SELECT head, count(*) AS open, count(*) FILTER (WHERE is_over) AS over, {levels} FROM g GROUP BY 1
    )
    SELECT o.name, o.number, h.open, h.over, h.red, h.yellow, h.blue, h.ask, max(h.open) OVER (), count(*) OVER ()
    FROM h LEFT JOIN org_officer o ON o.id = h.head
    ORDER BY h.over DESC, h.red DESC, h.open DESC, coalesce(o.number, '') COLLATE "C" LIMIT %s
"""
IS_OVER: Final = """coalesce(g."outer" < %s OR g."outer" = %s AND g.outer_at_end, false)"""
OF_HEAD: Final = ", ".join(f"count(*) FILTER (WHERE level = '{level}') AS {level}" for level in LEVELS)


class Ending(NamedTuple):
    """So many open alerts of one kind: their level, the day after today on which they end (-1: they are over; None:
    later), and whether nobody has taken them."""

    level: str
    on: int | None
    waits: bool
    n: int


class Headed(NamedTuple):
    """The open alerts of the cases of one officer, whose name and number are None where nobody heads them: all, those
    that are over, and those of each level. `most`: what whoever has most has; `heads`: how many there are."""

    name: str | None
    number: str | None
    open: int
    over: int
    red: int
    yellow: int
    blue: int
    ask: int
    most: int
    heads: int


def counted_in_views(
    viewer: Viewer,
    groups: QuerySet[AlertGroup] | None,
    *,
    now: datetime,
    today: datetime,
    tomorrow: datetime,
    since: datetime,
) -> tuple[Counter[str], Counter[tuple[str, int]]]:
    """
    Name of COUNTED → how many of some groups are open, without the levels; and how many have ended since an instant, by
    state and whether today (1), with those that are open and that nobody could be told of (UNTOLD, 0).

    Takes   groups: None: all that the viewer may list. Who reaches every case is then answered from what is kept; the
            few of others are sooner counted.
    """
    if groups is None and viewer.reaches_all(Action.CASE_LIST):
        opened = open_in_all(viewer, now=now, today=today, tomorrow=tomorrow)
        return opened, ended_in_all(viewer.officer or 0, ties(viewer).reading, since=since, today=today)
    rows = visible_groups(viewer) if groups is None else groups
    of_open, of_closed = _open(rows), listed(rows.filter(closed_at__isnull=False), CLOSED)
    opened, ended = Counter[str](), Counter[tuple[str, int]]()
    if of_open is None or of_closed is None:
        return opened, ended
    (open_rows, open_values), (closed_rows, closed_values) = of_open, of_closed
    values = (now, tomorrow, tomorrow, *open_values, today, *closed_values, since, *open_values)
    for part, state, span, n in answered(IN_VIEWS.format(open=open_rows, closed=closed_rows), values):
        if part == "ended":
            ended[state, span] = n
        else:
            opened.update({state: n, "over": n * (span == OVER), "today": n * (span == TODAY)})
    return opened, ended


def open_by_unit(viewer: Viewer, *, now: datetime, today: datetime, tomorrow: datetime) -> dict[str, dict[str, int]]:
    """Unit → name of COUNTED → how many alerts are open that a viewer may list, from what the database keeps of them as
    of the beginning of today. Two kinds are counted singly: those whose outer time has passed since, and those of cases
    to which he stands in a way of his own."""
    tied, none = _tied(viewer), dict.fromkeys(COUNTED, 0)
    found = kept_counts(today.date(), without=tied)
    for unit, passed, ended in passed_by_unit(today=today, now=now, tomorrow=tomorrow, without=tied):
        counts = found.setdefault(unit, none.copy())
        counts["over"] += passed
        counts["today"] -= ended
    for unit, of_tied in _of_tied(viewer, tied, now, tomorrow).items():
        counts = found.setdefault(unit, none.copy())
        for name, n in of_tied.items():
            counts[name] += n
    return found


def open_in_all(viewer: Viewer, *, now: datetime, today: datetime, tomorrow: datetime) -> Counter[str]:
    """The same of all units together."""
    tied = _tied(viewer)
    found = Counter(kept_in_all(today.date(), without=tied))
    for _unit, passed, ended in passed_by_unit(today=today, now=now, tomorrow=tomorrow, without=tied):
        found["over"] += passed
        found["today"] -= ended
    for counts in _of_tied(viewer, tied, now, tomorrow).values():
        found.update(counts)
    return found


def _of_tied(viewer: Viewer, tied: Sequence[str], now: datetime, tomorrow: datetime) -> dict[str, dict[str, int]]:
    if not tied:
        return {}
    reading, officer = ties(viewer).reading, viewer.officer or 0
    return counts_of_cases(tied, reading=reading, officer=officer, now=now, tomorrow=tomorrow)


def _tied(viewer: Viewer) -> list[str]:
    """The cases of which something else is seen than their unit and label say."""
    tied = ties(viewer)
    own = tied.own if any(part.own for part in viewer.reach(Action.CASE_LIST).values()) else ()
    return sorted({*tied.recused, *tied.reading, *tied.urgent, *own})


def counted_by_day(groups: QuerySet[AlertGroup], *, now: datetime, ends: Sequence[datetime]) -> list[Ending]:
    """The open groups by level and the day on which they end. `ends`: of today and of the days after it."""
    whole = _open(groups)
    if whole is None:
        return []
    opened, of_open = whole
    days = " ".join(f"WHEN g.due <= %s THEN {n}" for n in range(len(ends)))
    statement = BY_DAY.format(open=opened, days=days, over=IS_OVER)
    return [Ending._make(row) for row in answered(statement, (now, now, *ends, *of_open))]


def counted_by_head(groups: QuerySet[AlertGroup], *, now: datetime, most: int) -> list[Headed]:
    """The open groups by who heads their case: the first so many of them, those with most of what is over and red."""
    whole = _open(groups)
    if whole is None:
        return []
    opened, of_open = whole
    statement = BY_HEAD.format(open=opened, over=IS_OVER, levels=OF_HEAD)
    return [Headed._make(row) for row in answered(statement, (now, now, *of_open, most))]


def _open(groups: QuerySet[AlertGroup]) -> Part | None:
    """The open groups among some, asked only for what narrow indexes hold."""
    return listed(groups.filter(closed_at=None), OPEN)
