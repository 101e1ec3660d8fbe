"""What cases took, from the spans that the log has: an act with its beginning and end, times the officers present."""

from datetime import date
from typing import Any, Final

import polars as pl
from django.db import connection

from zhunsheng.core.points.weights import MINUTES, weights_table

SPANS: Final = {
    "interrogation.started": "interrogation.closed",
    "questioning.started": "questioning.ended",
    "mediation.started": "mediation.ended",
}
LONGEST: Final = "24 hours"
# The minutes of cases whose work ended in the year; an end belongs to the last beginning with the same person.
MEASURED: Final = """
    WITH ended AS (
        SELECT "case", min(unit) AS unit FROM cases_event
        WHERE type = ANY (%(endings)s) AND "case" IS NOT NULL AND NOT void AND at >= %(begins)s AND at < %(ends)s
        GROUP BY "case"
    ), acts AS (
        SELECT e."case", e.type, e.at, greatest(1, cardinality(coalesce(e.officers, '{}'))) AS officers,
            lead(e.type) OVER own AS next_type, lead(e.at) OVER own AS next_at
        FROM cases_event e JOIN ended USING ("case")
        WHERE e.type = ANY (%(begun)s::text[] || %(over)s::text[]) AND NOT e.void
        WINDOW own AS (PARTITION BY e."case", e.person, split_part(e.type, '.', 1) ORDER BY e.at, e.id)
    ), kinds AS (
        SELECT "case", max(facts::jsonb ->> 'case_kind') AS kind FROM cases_event JOIN ended USING ("case")
        WHERE facts LIKE '%%case_kind%%' GROUP BY "case"
    )
    SELECT ended.unit, kinds.kind, sum(extract(epoch FROM next_at - at) / 60 * acts.officers)::bigint
    FROM acts JOIN ended USING ("case") JOIN kinds USING ("case")
    WHERE acts.type = ANY (%(begun)s) AND next_type = ANY (%(over)s) AND next_at - at <= %(longest)s::interval
        AND ended.unit IS NOT NULL AND kinds.kind IS NOT NULL
    GROUP BY ended."case", ended.unit, kinds.kind
"""


def measured_weights(year: int, endings: tuple[str, ...]) -> list[tuple[str, str, int]]:
    """Unit, type of case and standard minutes, from the cases that ended in a year; nothing where none has a span.

    Must run in a transaction that sees every row.
    """
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "endings": list(endings), "begun": sorted(SPANS), "over": sorted(SPANS.values()), "longest": LONGEST,
            "begins": date(year, 1, 1), "ends": date(year + 1, 1, 1),
        }  # fmt: skip
        cursor.execute(MEASURED, values)
        cases = pl.DataFrame(cursor.fetchall(), schema=MINUTES, orient="row")
    if cases.is_empty():
        return []
    return weights_table(cases, year=year).select("unit", "case.type", "minutes").sort("unit", "case.type").rows()
