"""Findings → what stands now: of each clock its gravest open finding, and how many of each level."""

from typing import Any, Final

import polars as pl

KEYS: Final = ("rule", "case", "incident", "subject", "epoch")


def current(findings: pl.DataFrame) -> pl.DataFrame:
    """What still needs a person: of each clock that runs, its gravest finding; what ended late or is asked; and what
    breaks a check and was not mended."""
    open_now = pl.col("closed_at").is_null() | pl.col("kind").is_in(("late", "unknown"))
    gravity = {"overdue": 0, "broken": 0, "late": 1, "late_known": 2, "approaching": 3}
    levels = {"red": 0, "yellow": 1, "blue": 2, "ask": 3}
    return (
        findings.filter(open_now & (pl.col("kind") != "late_known"))
        .sort(
            pl.col("kind").replace_strict(gravity, default=4, return_dtype=pl.Int8),
            pl.col("level").replace_strict(levels, return_dtype=pl.Int8),
            maintain_order=True,
        )
        .with_columns(rests=pl.col("events").list.join("\x1f"))  # of a check: two violations are two findings
        .unique([*KEYS, "rests"], keep="first", maintain_order=True)
        .drop("rests")
    )


STATE: Final = (
    pl.when(pl.col("kind").is_in(("overdue", "late", "unknown")))
    .then("kind")
    .when(pl.col("kind") == "approaching")
    .then("level")
    .otherwise(pl.lit("other"))
)
"""overdue, late, red, yellow, blue, unknown; other for what concerns an extension, a pause or a lapse."""

STATES: Final = ("overdue", "late", "red", "yellow", "blue", "unknown")


IS_OF_CHECK: Final = pl.col("events").is_not_null()
"""A finding of a check: it names its events, and no clock."""


def counts(now: pl.DataFrame) -> dict[str, int]:
    """Rows of `current` by state."""
    found = dict(now.select(STATE.alias("state")).to_series().value_counts().iter_rows())
    return {state: int(found.get(state, 0)) for state in STATES}


def counts_by(now: pl.DataFrame, column: str) -> list[tuple[str | None, dict[str, int]]]:
    """Rows of `current` by state, for each value of a column; most overdue first, then most red, late, to ask."""
    groups = [(key[0], counts(rows)) for key, rows in now.group_by(column, maintain_order=True)]
    return sorted(groups, key=lambda group: _worst(group[1], group[0]))


def _worst(found: dict[str, int], name: Any) -> tuple[Any, ...]:
    return (*(-found[state] for state in ("overdue", "red", "late", "yellow", "blue", "unknown")), str(name))
