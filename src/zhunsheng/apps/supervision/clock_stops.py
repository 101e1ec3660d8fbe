"""Which running red clocks would these events stop? The answer that the event log asks for before it takes them.

Judged by the same functions: the case as it is, and the case with the event.
"""

from collections.abc import Mapping

import polars as pl
from django.db import connection, transaction

from zhunsheng.apps.access.scope import session_scope
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import session_settings
from zhunsheng.apps.cases.clock_stops import EventKey
from zhunsheng.apps.supervision import queue, stored
from zhunsheng.apps.supervision.models import OPEN_OUTCOMES
from zhunsheng.apps.supervision.rulebooks import current
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.findings import clock_keys
from zhunsheng.core.rule import Rule
from zhunsheng.core.standing import standing

NAMES = {"key": pl.String(), "rule": pl.String(), "kind": pl.String(), "number": pl.String()}
RED = """
    SELECT key, rule, 'case', "case" FROM supervision_clock
    WHERE "case" = ANY (%(cases)s) AND level = 'red' AND outcome = ANY (%(open)s)
    UNION ALL
    SELECT key, rule, 'incident', incident FROM supervision_clock
    WHERE "case" IS NULL AND incident = ANY (%(incidents)s) AND level = 'red' AND outcome = ANY (%(open)s)
"""
# Written out, so that the planner sees that the index of red clocks holds them all.
ALL_RED = """
    SELECT key, rule, CASE WHEN "case" IS NULL THEN 'incident' ELSE 'case' END, coalesce("case", incident)
    FROM supervision_clock WHERE level = 'red' AND outcome IN ('running', 'waiting', 'paused', 'unknown')
"""
MANY = 1000  # events from which on it is quicker to ask which clocks are red at all


@transaction.atomic
def stopped_red_clocks(events: pl.DataFrame) -> Mapping[EventKey, tuple[str, ...]]:
    """For the events (schemas.EVENTS) that would stop clocks that are red or overdue: the rules of these clocks."""
    with session_settings(session_scope(None)):
        red = _red_clocks(events) if events.height < MANY else _red_clocks_of_many(events)
        if red.is_empty():
            return {}
        rulebook, _ = current()
        candidates = _candidates(events, red, rulebook)
        if candidates.is_empty():
            return {}
        queue.name_batch(list(red.select("kind", "number").unique().iter_rows()))
        known = stored.events_of_batch()
    return _stopping(candidates, known, red, rulebook)


def _red_clocks(events: pl.DataFrame) -> pl.DataFrame:
    """The open clocks past red of the cases and incidents that the events name, and of the cases of their incidents."""
    incidents = events["incident"].drop_nulls().unique().to_list()
    cases = set(events["case"].drop_nulls())
    with connection.cursor() as cursor:
        if incidents:
            cursor.execute(
                'SELECT DISTINCT "case" FROM cases_event WHERE incident = ANY (%s) AND "case" IS NOT NULL', [incidents]
            )
            cases |= {row[0] for row in cursor.fetchall()}
        cursor.execute(RED, {"cases": sorted(cases), "incidents": incidents, "open": list(OPEN_OUTCOMES)})
        return pl.DataFrame(cursor.fetchall(), schema=NAMES, orient="row")


def _red_clocks_of_many(events: pl.DataFrame) -> pl.DataFrame:
    """The same, asked from the other side: few clocks are red, and a large batch names many cases."""
    with connection.cursor() as cursor:
        cursor.execute(ALL_RED)
        red = pl.DataFrame(cursor.fetchall(), schema=NAMES, orient="row")
        if red.is_empty():
            return red
        cases = red.filter(pl.col("kind") == "case")["number"].unique().to_list()
        cursor.execute(
            'SELECT DISTINCT "case", incident FROM cases_event WHERE "case" = ANY (%s) AND incident IS NOT NULL',
            [cases],
        )
        naming = pl.DataFrame(cursor.fetchall(), schema={"case": pl.String(), "incident": pl.String()}, orient="row")
    named = {
        "case": pl.concat([events["case"], naming.join(events, on="incident", how="semi")["case"]]),
        "incident": events["incident"],
    }
    return red.filter(
        pl.any_horizontal(
            (pl.col("kind") == kind) & pl.col("number").is_in(numbers.drop_nulls().unique().to_list())
            for kind, numbers in named.items()
        )
    )


def _candidates(events: pl.DataFrame, red: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """The events of a type that could stop one of the clocks."""
    named = set(red["rule"])
    types = {name for rule in rulebook.rules if rule.id in named for name in _stopping_types(rule, rulebook)}
    return events.filter(pl.col("type").is_in(sorted(types)) & ~pl.col("void").fill_null(value=False))


def _stopping_types(rule: Rule, rulebook: Rulebook) -> set[str]:
    """What ends a clock of the rule, and what ends the clocks that it is counted back from."""
    own = {*rule.stop.satisfying, *rule.stop.moot_by, *(restart.event for restart in rule.restarts)}
    parents = {parent.rule for parent in rule.parents if parent.rule}
    for other in rulebook.rules:
        if other.id in parents:
            own |= {*other.stop.satisfying, *other.stop.moot_by}
    return own


def _stopping(
    candidates: pl.DataFrame, known: pl.DataFrame, red: pl.DataFrame, rulebook: Rulebook
) -> dict[EventKey, tuple[str, ...]]:
    """Each candidate alone, then all together: what only several of them stop is laid to the one that ends it."""
    found: dict[EventKey, set[str]] = {}
    rows = [candidates[n] for n in range(candidates.height)]
    for added in [*rows, candidates] if len(rows) > 1 else rows:
        for event, rules in _stopped_by(added, known, red, rulebook).items():
            found.setdefault(event, set()).update(rules)
    return {event: tuple(sorted(rules)) for event, rules in found.items()}


def _stopped_by(
    added: pl.DataFrame, known: pl.DataFrame, red: pl.DataFrame, rulebook: Rulebook
) -> dict[EventKey, set[str]]:
    """The clocks that are open and red now, and that these events stop."""
    as_of = max(clock.now(), *added["at"])  # an event a few minutes ahead stops its clock when its time comes
    together = pl.concat([known, added.select(known.columns)])
    clocks = standing(together, rulebook, as_of=as_of, threads=1).clocks
    stopped = clocks.with_columns(clock_keys(clocks)).filter(
        pl.col("key").is_in(red["key"].implode()) & pl.col("stopped").is_not_null()
    )
    by = added.select("source", "id", "version", stop_event=EVENT_KEY)
    found: dict[EventKey, set[str]] = {}
    for source, number, version, rule in (
        stopped.join(by, on="stop_event").select("source", "id", "version", "rule").iter_rows()
    ):
        found.setdefault((source, number, version), set()).add(rule)
    return found
