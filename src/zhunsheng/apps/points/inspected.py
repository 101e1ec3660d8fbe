"""What inspection recorded in the log, taken up: confirmed problems and files of the lot as facts, bounds of units.

Points know of inspection only what its events say. A confirmation that is taken back withdraws its fact; a result that
changed withdraws what was stated of it and states it anew; an objection freezes what rests on the confirmation.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import polars as pl
from psycopg import sql

from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Act, Bound, Fact
from zhunsheng.apps.points.people import posted, posts_table
from zhunsheng.apps.supervision.frames import copied_out, selected
from zhunsheng.core import schemas
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.from_events import ended_leads
from zhunsheng.core.points.from_inspection import (
    ABOUT,
    AGAIN,
    CONFIRMED,
    PROBLEM,
    SETTLED,
    bounds_of_lots,
    current,
    inspected_facts,
)
from zhunsheng.core.points.policy import Policy

SOURCE: Final = "inspection"
AUTHOR: Final = "process:points"
FREEZING: Final = {"rectification.objected": "dispute", "rectification.objection_decided": "dispute_closed"}
EARLIEST: Final = datetime(1950, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)
EVENTS: Final = pl.Schema(schemas.EVENTS)
TARGET: Final = pl.concat_str("fact", "key", separator="|")
"""How an act names a fact."""


def take_up(policies: Sequence[Policy], *, since: int, as_of: datetime) -> tuple[pl.DataFrame, int]:
    """What the log has of inspection since a transaction: facts to add (tables.POINT_FACTS), and how many acts and
    bounds were recorded. What was taken up before adds nothing."""
    touched = _touched(since)
    if touched.is_empty():
        return pl.DataFrame(schema=t.POINT_FACTS), 0
    last = current(touched.filter(pl.col("type").is_in([CONFIRMED, SETTLED])))
    stated = _stated(last)
    done = _withdraw(last, stated, as_of)
    known = pl.Series([*stated], dtype=pl.String)
    fresh = _facts(last, as_of).filter(~TARGET.is_in(known.implode()))
    done += _freeze(touched, {**stated, **_named(fresh)}, as_of)
    return fresh, done + _bound_units(policies, last, as_of)


def _touched(since: int) -> pl.DataFrame:
    """Every version of the events that something came of since a transaction."""
    kinds = [CONFIRMED, SETTLED, *FREEZING]
    query = sql.SQL(
        "SELECT {} FROM cases_event e WHERE e.source = {source} AND e.type = ANY ({kinds}) AND EXISTS ("
        "SELECT FROM cases_event n WHERE n.source = e.source AND n.id = e.id AND n.xid >= {since})"
    ).format(selected(EVENTS, "e"), source=sql.Literal(SOURCE), kinds=sql.Literal(kinds), since=sql.Literal(since))
    return copied_out(query, EVENTS)


def _stated(last: pl.DataFrame) -> dict[str, Fact]:
    """What was stated of these events before, by fact and key."""
    ids = set(last["id"])
    rows = Fact.objects.filter(fact__in=set(last["fact"]), group__in=set(last.select(ABOUT).to_series())).order_by("pk")
    return {f"{row.fact}|{row.key}": row for row in rows if row.key.partition(AGAIN)[0] in ids}


def _withdraw(last: pl.DataFrame, stated: dict[str, Fact], as_of: datetime) -> int:
    """What the log says no more is withdrawn."""
    standing = last.filter(~pl.col("void").fill_null(value=False))
    said = set(standing.select(TARGET).to_series())
    gone = [target for target in stated if target not in said]
    return sum(_act("withdraw", target, stated[target], as_of, reason="抽查结论已更正或撤回") for target in gone)


def _facts(last: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    cases = last.filter(pl.col("type") == SETTLED)["case"].unique().to_list()
    query = sql.SQL('SELECT {} FROM cases_event e WHERE e."case" = ANY ({})').format(
        selected(EVENTS, "e"), sql.Literal(cases)
    )
    leads = ended_leads(copied_out(query, EVENTS), begins=EARLIEST, ends=LATEST)
    people = posts_table(posted(on=as_of.astimezone(ZONE).date()))
    return inspected_facts(last, leads, people).with_columns(recorded_at=pl.lit(as_of, schemas.INSTANT))


def _named(fresh: pl.DataFrame) -> dict[str, Fact]:
    rows = fresh.select("fact", "key", "officer", "unit").iter_rows(named=True)
    return {f"{row['fact']}|{row['key']}": Fact(**row) for row in rows}


def _freeze(touched: pl.DataFrame, facts: dict[str, Fact], as_of: datetime) -> int:
    """The first objection to a confirmation freezes what rests on it, the first ruling thaws it."""
    confirmation = pl.col("facts").str.json_path_match("$.confirmation")
    said = touched.filter(pl.col("type").is_in([*FREEZING])).sort("at", "id").with_columns(about=confirmation)
    done = 0
    for kind, about in said.drop_nulls("about").select("type", "about").unique(maintain_order=True).iter_rows():
        target = f"{PROBLEM}|{about}"
        fact = facts.get(target) or Fact.objects.filter(fact=PROBLEM, key=about).first()
        if fact is not None:
            done += _act(FREEZING[kind], target, fact, as_of)
    return done


def _act(act: str, target: str, fact: Fact, as_of: datetime, *, reason: str = "") -> bool:
    _row, is_new = Act.objects.get_or_create(
        id=f"{act}|{target}",
        defaults={
            "act": act, "target": target, "officer": fact.officer, "unit": fact.unit, "author": AUTHOR, "at": as_of,
            "recorded_at": as_of, "reason": reason or None,
        },
    )  # fmt: skip
    if is_new:
        stored.touch()
    return is_new


def _bound_units(policies: Sequence[Policy], last: pl.DataFrame, as_of: datetime) -> int:
    """The bound of each unit whose lot something came of, where it differs and nobody recorded another since."""
    settled = last.filter(pl.col("type") == SETTLED)
    spans = sorted({(policy.period, policy.gate.window_periods) for policy in policies if policy.gate})
    if settled.is_empty() or not spans:
        return 0
    every_result = current(_all_settled())
    station = pl.col("facts").str.json_path_match("$.stratum").str.split("|").list.get(1, null_on_oob=True)
    newest = every_result.group_by(station.alias("unit")).agg(pl.col("recorded_at").max())
    told = dict(newest.iter_rows())
    done = 0
    for every, window in spans:
        for row in bounds_of_lots(every_result, every=every, window=window).iter_rows(named=True):
            before = Bound.objects.filter(unit=row["unit"], period=row["period"]).order_by("recorded_at", "pk").last()
            is_known = before is not None and (before.bound, before.files) == (row["bound"], row["files"])
            is_newer = before is not None and before.recorded_at > told.get(row["unit"], as_of)
            if not is_known and not is_newer:
                Bound.objects.create(**row, recorded_at=as_of)
                stored.touch()
                done += 1
    return done


def _all_settled() -> pl.DataFrame:
    query = sql.SQL("SELECT {} FROM cases_event e WHERE e.source = {} AND e.type = {}").format(
        selected(EVENTS, "e"), sql.Literal(SOURCE), sql.Literal(SETTLED)
    )
    return copied_out(query, EVENTS)
