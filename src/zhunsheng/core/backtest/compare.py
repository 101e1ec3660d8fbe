"""Two histories of the same period → the findings that one has and the other has not, and those that moved."""

from typing import Final

import polars as pl

from zhunsheng.core import schemas

ABOUT: Final = ("rule", "case", "incident", "subject", "person", "epoch", "kind", "level")
CHANGES: Final = pl.Schema(
    {
        "change": pl.String(),  # new, gone, moved
        **{name: schemas.FINDINGS[name] for name in (*ABOUT, "unit", "cases")},
        "due_before": schemas.INSTANT,
        "due": schemas.INSTANT,
        "found_before": schemas.INSTANT,
        "found_at": schemas.INSTANT,
        "day": pl.Int64(),  # ordinal of the first day on which it is said; of a gone one, on which it was
        "key": pl.String(),  # of the finding; of a gone one, that was
    }
)


def history_changes(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """What one rulebook says within a period and another does not (both core.backtest.history, SAID).

    Returns CHANGES, by day. A finding that both have is not there; one that both have of the same clock or act, kind
    and level, with other due times or events, moved. Several of one kind are paired in order of time.
    """
    old, new = _once(before), _once(after)
    gone = _numbered(old.join(new, on="key", how="anti"))
    came = _numbered(new.join(old, on="key", how="anti"))
    both = gone.join(came, on=[*ABOUT, "nth"], how="full", coalesce=True, nulls_equal=True, suffix="_new")
    change = (
        pl.when(pl.col("key").is_null())
        .then(pl.lit("new"))
        .when(pl.col("key_new").is_null())
        .then(pl.lit("gone"))
        .otherwise(pl.lit("moved"))
    )
    table = both.select(
        change.alias("change"),
        *ABOUT,
        *(pl.coalesce(f"{name}_new", name).alias(name) for name in ("unit", "cases")),
        due_before="due",
        due="due_new",
        found_before="found_at",
        found_at="found_at_new",
        day=pl.coalesce("from_day_new", "from_day"),
        key=pl.coalesce("key_new", "key"),
    )
    return schemas.assert_schema(table.sort("day", *ABOUT, "key", nulls_last=False), CHANGES, "changes")


def _once(said: pl.DataFrame) -> pl.DataFrame:
    """Each finding once, as it is said first."""
    return said.sort("from_day").unique("key", keep="first", maintain_order=True)


def _numbered(said: pl.DataFrame) -> pl.DataFrame:
    ordered = said.sort(*ABOUT, "from_day", "found_at", "key", nulls_last=False)
    columns = (*ABOUT, "unit", "cases", "due", "found_at", "from_day", "key")
    return ordered.select(columns).with_columns(nth=pl.int_range(pl.len()).over(ABOUT))
