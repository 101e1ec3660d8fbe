"""Verdicts as rows of schemas.VERDICTS: who, where, since when, and on which events."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from zhunsheng.core import check as c
from zhunsheng.core import schemas
from zhunsheng.core.checks.events import Bools, Ints
from zhunsheng.core.checks.scope import Acts, Scope
from zhunsheng.core.dates import NONE
from zhunsheng.core.encoding import EVENT_KEY

INFERRED: Final = "inferred"
MERGED: Final = ("act", "rows", "kind", "reason", "found_at", "closed_at")


def verdict_rows(
    *,
    act: Ints,
    places: Ints,
    is_broken: Bools,
    reasons: Sequence[str | None],
    found_at: Ints,
    closed_at: Ints,
    rests: Sequence[tuple[Ints, Ints]],
    by_kind: Bools,
    own: Ints,
) -> pl.DataFrame:
    """Rows of MERGED for the verdicts at `places`: `rows` are the events that each rests on, the act among them."""
    wheres, rows = [places], [own[act[places]]]
    told = np.zeros(len(act), dtype=bool)
    told[places] = True
    for where, others in rests:
        counts = told[where] & by_kind[where]
        wheres.append(where[counts])
        rows.append(others[counts])
    pairs = pl.DataFrame({"place": np.concatenate(wheres), "row": np.concatenate(rows)})
    each = pairs.group_by("place").agg(pl.col("row").unique().sort()).sort("place")
    return pl.DataFrame(
        {
            "act": act[places],
            "rows": each["row"],
            "kind": pl.Series(np.where(is_broken[places], "broken", "unknown"), dtype=pl.String),
            "reason": pl.Series(reasons, dtype=pl.String),
            "found_at": found_at[places],
            "closed_at": closed_at[places],
        },
        schema={
            "act": pl.Int64,
            "rows": pl.List(pl.Int64),
            "kind": pl.String,
            "reason": pl.String,
            "found_at": pl.Int64,
            "closed_at": pl.Int64,
        },
    )


def verdict_table(scope: Scope, check: c.Check, acts: Acts, versions: Ints, found: pl.DataFrame) -> pl.DataFrame:
    """The rows as schemas.VERDICTS."""
    if found.is_empty():
        return pl.DataFrame(schema=schemas.VERDICTS)
    places = found["act"].to_numpy()
    own = acts.take(places)
    frame = scope.events.frame
    columns = ("case", "incident", "person", "unit", "source", "id")
    about = frame.select(columns)[own.rows].with_columns(EVENT_KEY.alias("event"))
    rested = _rested(frame, found["rows"])
    is_broken = found["kind"] == "broken"
    if check.is_asking:  # what is inferred asks a person
        found = found.with_columns(
            kind=pl.lit("unknown"), reason=pl.when(is_broken).then(pl.lit(INFERRED)).otherwise("reason")
        )
    table = about.select(
        pl.lit(check.id).alias("rule"),
        pl.Series("rule_version", (versions[places] + 1).astype(np.int32)),
        scope.subjects(own).alias("subject"),
        "case",
        pl.when(pl.col("case").is_null()).then("incident").alias("incident"),
        "person",
        "unit",
        found["kind"],
        pl.when(is_broken).then(pl.lit(check.level)).otherwise(pl.lit("ask")).alias("level"),
        _instants(found["found_at"]),
        _instants(found["closed_at"]),
        rested["start_event"],
        "event",
        rested["events"],
        rested["cases"],
        found["reason"],
    )
    return schemas.assert_schema(table.select(schemas.VERDICTS.names()), schemas.VERDICTS, "verdicts")


def _rested(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """Of each verdict the events that it rests on, the earliest of them, and the cases that they belong to."""
    each = pl.DataFrame({"verdict": np.arange(len(rows)), "row": rows}).explode("row")
    about = frame.select("at", "source", "id", "case", "incident")[each["row"]]
    pairs = about.select("at", EVENT_KEY.alias("event"), pl.coalesce("case", "incident").alias("case"))
    return (
        pairs.with_columns(each["verdict"])
        .group_by("verdict")
        .agg(
            pl.col("event").sort_by("at", "event").first().alias("start_event"),
            pl.col("event").unique().sort().alias("events"),
            pl.col("case").unique().sort().alias("cases"),
        )
        .sort("verdict")
    )


def _instants(values: pl.Series) -> pl.Series:
    return values.set(values == NONE, None).cast(schemas.INSTANT)
