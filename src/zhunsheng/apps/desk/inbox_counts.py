"""How many alerts there are: of the views of the inbox, of units, of who heads the cases."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import Q, QuerySet

from zhunsheng.apps.access.among import among
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.kept_counts import COUNTED, LEVELS, STATES, kept_counts
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.alerts.selectors import visible_groups
from zhunsheng.apps.cases.selectors import ties
from zhunsheng.apps.desk.grouping import Part, answered, listed

OPEN: Final = ("key", "case", "unit", "level", "state", "due", "outer", "outer_at_end")
CLOSED: Final = ("key", "state", "closed_at")
OPENED: Final = """
    SELECT 'open', g.state, zs_band(NULL, g.due, g."outer", g.outer_at_end, %s, %s, %s), count(*)
    FROM ({open}) AS g GROUP BY 2, 3
    UNION ALL
"""
ENDED: Final = """
    SELECT 'ended', g.state, (g.closed_at >= %s)::int, count(*)
    FROM ({closed}) AS g WHERE g.closed_at >= %s GROUP BY 2, 3
    UNION ALL SELECT 'ended', '', 0, count(*) FROM ({open}) AS g
    WHERE g.key = ANY (ARRAY(SELECT "group" FROM alerts_gap WHERE closed_at IS NULL))
"""
"""Each part has an index of its own, from which it is answered without reading a row."""
UNTOLD: Final = ""
"""In place of a state: of those that nobody could be told of."""
OVER, TODAY = 0, 1  # as zs_band numbers them
BY_UNIT: Final = """
    SELECT c.unit, sum(c.n), {each}
        coalesce(sum(c.n) FILTER (WHERE c.band = 0), 0), coalesce(sum(c.n) FILTER (WHERE c.band = 1), 0)
    FROM (
        SELECT g.unit, g.level, g.state, zs_band(NULL, g.due, g."outer", g.outer_at_end, %s, %s, %s) AS band,
            count(*)::int AS n
        FROM ({open}) AS g GROUP BY 1, 2, 3, 4
    ) AS c GROUP BY 1
"""
"""As `zs_open_alerts` gives them. First by everything at once, for a condition asked of each alert costs more than to
count it."""
OF_EACH: Final = " ".join(
    f"coalesce(sum(c.n) FILTER (WHERE c.{column} = '{value}'), 0),"
    for column, values in (("level", LEVELS), ("state", STATES))
    for value in values
)
PASSED: Final = """
    SELECT g.unit, count(*), count(*) FILTER (WHERE g.due <= %s) FROM ({open}) AS g GROUP BY 1
"""
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
    is_kept = groups is None and viewer.reaches_all(Action.CASE_LIST)
    rows = visible_groups(viewer) if groups is None else groups
    of_open, of_closed = _open(rows), listed(rows.filter(closed_at__isnull=False), CLOSED)
    opened, ended = Counter[str](), Counter[tuple[str, int]]()
    if of_open is None or of_closed is None:
        return opened, ended
    (open_rows, open_values), (closed_rows, closed_values) = of_open, of_closed
    statement, values = ENDED, (today, *closed_values, since, *open_values)
    if is_kept:
        for counts in open_by_unit(viewer, now=now, today=today, tomorrow=tomorrow).values():
            opened.update(counts)
    else:
        statement, values = OPENED + ENDED, (now, tomorrow, tomorrow, *open_values, *values)
    for part, state, span, n in answered(statement.format(open=open_rows, closed=closed_rows), values):
        if part == "ended":
            ended[state, span] = n
        else:
            opened.update({state: n, "over": n * (span == OVER), "today": n * (span == TODAY)})
    return opened, ended


def open_by_unit(viewer: Viewer, *, now: datetime, today: datetime, tomorrow: datetime) -> dict[str, Counter[str]]:
    """Unit → name of COUNTED → how many alerts are open that a viewer may list, from what the database keeps of them as
    of the beginning of today. Two kinds are counted singly: those whose outer time has passed since, and those of cases
    to which he stands in a way of his own."""
    groups, tied = visible_groups(viewer).filter(closed_at=None), _tied(viewer)
    found = {unit: Counter(counts) for unit, counts in kept_counts(today.date(), without=tied).items()}
    of_others = groups.filter(Q(case=None) | ~among("case", tied)) if tied else groups
    for unit, passed, ended in _passed(of_others, now=now, today=today, tomorrow=tomorrow):
        found.setdefault(unit, Counter()).update(over=passed, today=-ended)
    if tied:
        for unit, counts in counted_by_unit(groups.filter(among("case", tied)), now=now, tomorrow=tomorrow).items():
            found.setdefault(unit, Counter()).update(counts)
    return found


def _tied(viewer: Viewer) -> list[str]:
    """The cases of which something else is seen than their unit and label say."""
    tied = ties(viewer)
    own = tied.own if any(part.own for part in viewer.reach(Action.CASE_LIST).values()) else ()
    return sorted({*tied.recused, *tied.reading, *tied.urgent, *own})


def _passed(
    groups: QuerySet[AlertGroup], *, now: datetime, today: datetime, tomorrow: datetime
) -> list[tuple[str, int, int]]:
    """Of each unit the open groups whose outer time has passed since the beginning of today, and how many of them end
    before tomorrow. (What passed with the end of yesterday is counted there.)"""
    near = Q(outer__gte=today, outer__lte=now)
    is_counted, is_still_running = Q(outer=today, outer_at_end=True), Q(outer=now, outer_at_end=False)
    whole = _open(groups.filter(near & ~is_counted & ~is_still_running))
    if whole is None:
        return []
    opened, of_open = whole
    return [(unit, passed, ended) for unit, passed, ended in answered(PASSED.format(open=opened), (tomorrow, *of_open))]


def counted_by_unit(groups: QuerySet[AlertGroup], *, now: datetime, tomorrow: datetime) -> dict[str, dict[str, int]]:
    """Unit → name of COUNTED → how many of some groups are open, each counted."""
    whole = _open(groups)
    if whole is None:
        return {}
    opened, of_open = whole
    found = answered(BY_UNIT.format(each=OF_EACH, open=opened), (now, tomorrow, tomorrow, *of_open))
    return {unit: dict(zip(COUNTED, counts, strict=True)) for unit, *counts in found}


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
