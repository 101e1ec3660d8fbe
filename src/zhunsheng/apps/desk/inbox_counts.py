"""How many alerts the views of the inbox hold, counted in one statement."""

from collections import Counter
from datetime import datetime
from typing import Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from zhunsheng.apps.alerts.models import AlertGroup

COUNTED: Final = ("key", "state", "due", "outer", "outer_at_end", "closed_at")
COUNTS: Final = """
    SELECT 'open', g.state, zs_band(g.closed_at, g.due, g."outer", g.outer_at_end, %s, %s, %s), count(*)
    FROM ({groups}) AS g WHERE g.closed_at IS NULL GROUP BY 2, 3
    UNION ALL SELECT 'ended', g.state, (g.closed_at >= %s)::int, count(*)
    FROM ({groups}) AS g WHERE g.closed_at >= %s GROUP BY 2, 3
    UNION ALL SELECT 'untold', '', 0, count(*) FROM ({groups}) AS g
    WHERE g.closed_at IS NULL AND g.key = ANY (ARRAY(SELECT "group" FROM alerts_gap WHERE closed_at IS NULL))
"""
"""Each part has an index of its own, from which it is answered without reading a row."""


def counted_by_state(
    groups: QuerySet[AlertGroup], *, spans: tuple[datetime, datetime, datetime], today: datetime, since: datetime
) -> Counter[tuple[str, str, int]]:
    """How many groups are open by state and band (of `spans`, as `zs_band` takes them); how many have ended since an
    instant, by state and whether `today` (1); how many nobody could be told of. The condition on what their viewer may
    see is put together once."""
    try:
        listed, of_groups = groups.values(*COUNTED).query.sql_with_params()
    except EmptyResultSet:
        return Counter()  # he may list nothing at all
    values = (*spans, *of_groups, today, *of_groups, since, *of_groups)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS.format(groups=listed), values)
        return Counter({(part, state, span): n for part, state, span, n in cursor.fetchall()})
