"""Why a judgement differs from an earlier one: findings that appeared, vanished or moved between two knowledge times,
each with the events that were recorded in between."""

from datetime import UTC, datetime
from typing import Final

import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.encoding import EVENT_KEY

ABOUT: Final = ("rule", "case", "incident", "subject", "person", "epoch", "kind", "level")
STATED: Final = ("due", "outer", "found_at")

CHANGES: Final = pl.Schema(
    {
        "change": pl.String(),  # appeared, vanished, moved
        **{name: schemas.FINDINGS[name] for name in ABOUT},
        **{f"{name}_before": schemas.INSTANT for name in STATED},  # null where it appeared
        **dict.fromkeys(STATED, schemas.INSTANT),  # null where it vanished
        "events": pl.List(pl.String()),  # source/id of what was recorded in between
    }
)
"""One row per finding that is not the same at both knowledge times."""


def finding_changes(
    before: pl.DataFrame, after: pl.DataFrame, events: pl.DataFrame, *, known_from: datetime, known_to: datetime
) -> pl.DataFrame:
    """What became of findings between two knowledge times, and by which events.

    Takes   before, after: schemas.FINDINGS as of one instant, known at `known_from` and at `known_to`;
            events: schemas.EVENTS with every version of every event.
    Returns CHANGES in canonical order. `events` names all that was recorded in between about the case, what concerns
            the finding's person first. It is never empty where both judgements came from these events.
    Raises  ValueError if `known_to` is not later than `known_from`.
    """
    if known_to <= known_from:
        raise ValueError(f"{known_to} is not later than {known_from}; give the earlier knowledge time first.")
    changed = matched_findings(before, after).with_row_index("row")
    bearing = _bearing(changed, events, known_from.astimezone(UTC), known_to.astimezone(UTC))
    found = changed.join(bearing, on="row", how="left").with_columns(pl.col("events").fill_null([]))
    table = found.sort(*ABOUT, *STATED, nulls_last=False).select(CHANGES.names())
    return schemas.assert_schema(table, CHANGES, "changes")


def matched_findings(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Findings (schemas.FINDINGS) that are not the same in two judgements: CHANGES without `events`, in any order."""
    old = _numbered(before).rename({name: f"{name}_before" for name in STATED})
    both = old.join(_numbered(after), on=[*ABOUT, "nth"], how="full", coalesce=True, nulls_equal=True)
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_before")) for name in STATED)
    return both.filter(~same).with_columns(change=_change())


def _numbered(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings alike in all but their instants, told apart by their order."""
    ordered = findings.select(*ABOUT, *STATED).sort(*ABOUT, *STATED, nulls_last=False)
    return ordered.with_columns(nth=pl.int_range(pl.len()).over(ABOUT))


def _change() -> pl.Expr:
    return (
        pl.when(pl.col("found_at_before").is_null())
        .then(pl.lit("appeared"))
        .when(pl.col("found_at").is_null())
        .then(pl.lit("vanished"))
        .otherwise(pl.lit("moved"))
    )


def _bearing(changed: pl.DataFrame, events: pl.DataFrame, known_from: datetime, known_to: datetime) -> pl.DataFrame:
    """For each changed finding (`row`) the events recorded in between that bear on it."""
    known = events.filter(pl.col("recorded_at").is_null() | (pl.col("recorded_at") <= known_to))
    known = known.with_columns(key=EVENT_KEY)
    new = known.filter(pl.col("recorded_at") > known_from).group_by("key").agg(pl.col("recorded_at").max())
    # A version bears on what it names and on what another version of it named: it may have been taken away from there.
    places = known.join(new.select("key"), on="key", how="semi").select("key", "case", "incident", "person").unique()
    of_incidents = places.drop_nulls("incident").select("key", "incident", "person")
    # An incident's events belong to the one case that names it: every case that names it may gain or lose them.
    naming = known.select("case", "incident").drop_nulls().unique()
    of_cases = pl.concat(
        [
            places.drop_nulls("case").select("key", "case", "person"),
            of_incidents.join(naming, on="incident").select("key", "case", "person"),
        ]
    )
    about = changed.select("row", "case", "incident", pl.col("person").alias("whose"))
    per_case = about.filter(pl.col("incident").is_null()).join(of_cases, on="case")
    per_incident = about.join(of_incidents, on="incident")
    columns = ("row", "key", "whose", "person")
    concerns_another = (pl.col("person") != pl.col("whose")).fill_null(value=False)
    return (
        pl.concat([per_case.select(columns), per_incident.select(columns)])
        .group_by("row", "key")
        .agg(concerns_another.all().alias("another"))
        .join(new, on="key")
        .sort("row", "another", "recorded_at", "key")
        .group_by("row", maintain_order=True)
        .agg(pl.col("key").alias("events"))
    )
