"""Checks that count the findings of a unit: a unit's standing follows from what its cases were found to be, so that it
is judged after them, from the table of findings, and never while another copy judges it."""

import logging
from collections.abc import Collection
from typing import Final

import polars as pl
from django.db import connection
from psycopg import sql

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.supervision import changes as ch
from zhunsheng.apps.supervision import writing
from zhunsheng.apps.supervision.frames import content_digest, copied_out, selected
from zhunsheng.apps.supervision.queue import AWAY
from zhunsheng.apps.supervision.rulebooks import current
from zhunsheng.core import schemas
from zhunsheng.core.checks.of_findings import count_findings
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.findings import check_findings
from zhunsheng.core.standing import counted_kinds, counting

LOG: Final = logging.getLogger(__name__)
PROCESS: Final = "supervise"
KEPT: Final = pl.Schema({**ch.KEPT_FINDINGS, "state": pl.String(), "release": pl.String()})
ONE_COPY: Final = "SELECT pg_try_advisory_xact_lock(hashtext('supervision_touchedunit'))"
TAKE: Final = "DELETE FROM supervision_touchedunit RETURNING unit"
TOUCH: Final = "INSERT INTO supervision_touchedunit (unit) SELECT * FROM unnest(%s::text[])"
TOUCH_ALL: Final = """
    INSERT INTO supervision_touchedunit (unit)
    SELECT DISTINCT unit FROM supervision_finding WHERE unit IS NOT NULL AND state = 'current'
"""
UNITS_OF: Final = "SELECT DISTINCT unit FROM supervision_finding WHERE key = ANY (%s) AND unit IS NOT NULL"
# Named as in the index: kinds of schemas that a check may count, of findings that stand.
COUNTED: Final = """
    SELECT {columns} FROM supervision_finding f
    WHERE unit = ANY ({units}) AND kind IN ('overdue', 'late', 'broken') AND state = 'current' AND rule <> ALL ({rules})
"""
TOLD: Final = """
    SELECT {columns} FROM (SELECT *, ctid AS place FROM supervision_finding) f
    WHERE rule = ANY ({rules}) AND unit = ANY ({units})
"""


def judge_units(*, route: ch.Route) -> int:
    """Judge the units whose findings changed. Returns how many those were; 0 too where another copy does it."""
    units: list[str] = []
    try:
        with as_process(PROCESS):
            units = _taken()
            if units:
                _judge(units, route)
    except AWAY:
        raise
    except Exception:  # as with keys: what cannot be judged must not hold up the others
        LOG.exception("supervise: %d units could not be judged; they are when their findings change again", len(units))
        with as_process(PROCESS):
            _taken()
    return len(units)


def touch(findings: pl.DataFrame, rulebook: Rulebook) -> None:
    """Note the units of findings that were or are to be written (FINDINGS with `change`), if any check counts such.

    Before they are written: a finding may have been another unit's.
    """
    rules = [check.id for check in counting(rulebook)]
    counted = findings.filter(pl.col("kind").is_in(list(counted_kinds(rulebook))) & ~pl.col("rule").is_in(rules))
    if counted.is_empty():
        return
    with connection.cursor() as cursor:
        cursor.execute(UNITS_OF, [counted.filter(pl.col("change") == "changed")["key"].to_list()])
        units = {unit for (unit,) in cursor.fetchall()} | set(counted["unit"].drop_nulls())
        cursor.execute(TOUCH, [sorted(units)])


def touch_all() -> None:
    """Every unit is due: a rulebook is put in force."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCH_ALL)


def _taken() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(ONE_COPY)
        (is_ours,) = cursor.fetchone()
        if not is_ours:
            return []
        cursor.execute(TAKE)
        return sorted({unit for (unit,) in cursor.fetchall()})


def _judge(units: Collection[str], route: ch.Route) -> None:
    rulebook, release = current()
    as_of, checks = clock.now(), counting(rulebook)
    rules = [check.id for check in checks]
    told = check_findings(count_findings(_read(COUNTED, schemas.FINDINGS, units, rules), checks))
    now = told.with_columns(content_digest(told))
    kept = _read(TOLD, KEPT, units, rules)
    stood = kept.filter(pl.col("state") == "current")
    fresh, no_more = ch.apart(now, stood["digest"])
    keyed = ch.keyed_findings(fresh).with_columns(fresh["digest"])
    old = stood.filter(pl.col("digest").is_in(no_more.implode()))
    before = kept.filter(pl.col("state") != "current").select(ch.STATED.names())
    findings, gone = ch.finding_changes(keyed, old.select(ch.KEPT.names()), before)
    vanished = old.join(gone, on="key", how="semi", maintain_order="left")
    parted = ch.parted(
        vanished.select(ch.FINDINGS.names()), pl.DataFrame(schema=ch.CLOCKS), vanished["release"] != release
    )
    with writing.prepared():
        writing.keep_findings(findings, as_of=as_of, release=release)
        writing.part_findings(parted, vanished, as_of=as_of, release=release)
    changed = pl.concat([ch.as_changed(findings), parted])
    if not changed.is_empty():
        nothing = pl.DataFrame(schema=ch.CHANGED_CLOCKS)
        route(ch.Changes(nothing, changed, rulebook, release, explanations=lambda _keys: {}), as_of=as_of)


def _read(query: str, schema: pl.Schema, units: Collection[str], rules: Collection[str]) -> pl.DataFrame:
    statement = sql.SQL(query).format(
        columns=selected(schema, "f"), units=sql.Literal(list(units)), rules=sql.Literal(list(rules))
    )
    return copied_out(statement, schema)
