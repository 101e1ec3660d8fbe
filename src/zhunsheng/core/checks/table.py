"""Verdicts as rows of schemas.VERDICTS: who, where, since when, and on which events. Built once for all checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import check as c
from zhunsheng.core import schemas
from zhunsheng.core.checks.events import Bools, Events, Ints
from zhunsheng.core.dates import NONE
from zhunsheng.core.encoding import EVENT_KEY

INFERRED: Final = "inferred"
ROWS: Final = ("act", "broken", "reason", "found_at", "closed_at", "rows")


@dataclass
class Said:
    """Verdicts of one check as one reading of bare dates gives them: the place of each act, whether broken (else
    unknown) and why, when; and, as pairs of places here and rows of events, what each rests on."""

    act: Ints
    broken: Bools
    reason: NDArray[np.object_]
    found_at: Ints
    closed_at: Ints
    places: Ints
    rows: Ints

    def by(self, as_of: Ints) -> "Said":
        """Without what is not so yet; `as_of` is one instant for each act. The times are those of the first reading."""
        is_so = self.found_at <= as_of[self.act]
        if is_so.all():
            return self
        place = np.cumsum(is_so) - 1
        of_those = is_so[self.places]
        return Said(
            self.act[is_so],
            self.broken[is_so],
            self.reason[is_so],
            self.found_at[is_so],
            self.closed_at[is_so],
            place[self.places[of_those]],
            self.rows[of_those],
        )

    def frame(self) -> pl.DataFrame:
        """One row a verdict, what it rests on as a sorted list."""
        pairs = pl.DataFrame({"place": self.places, "row": self.rows})
        rests = pairs.group_by("place").agg(pl.col("row").unique().sort()).sort("place")["row"]
        return pl.DataFrame(
            {
                "act": self.act,
                "broken": self.broken,
                "reason": pl.Series(self.reason.tolist(), dtype=pl.String),
                "found_at": self.found_at,
                "closed_at": self.closed_at,
                "rows": rests,
            }
        )

    @classmethod
    def of_frame(cls, frame: pl.DataFrame) -> "Said":
        """The inverse of `frame`."""
        each = frame.select("rows").with_row_index("place").explode("rows")
        return cls(
            frame["act"].to_numpy(),
            frame["broken"].to_numpy(),
            np.array(frame["reason"].to_list(), dtype=object),
            frame["found_at"].to_numpy(),
            frame["closed_at"].to_numpy(),
            each["place"].to_numpy().astype(np.int64),
            each["rows"].to_numpy(),
        )


def merged(one: Said, other: Said) -> Said:
    """Two readings of bare dates as one: what they agree on stands, what differs is asked."""
    both = one.frame().join(other.frame(), on=["act", "rows"], how="full", coalesce=True, suffix="_end")
    agree = (pl.col("broken") == pl.col("broken_end")).fill_null(value=False)
    asked = pl.coalesce(
        pl.when(~pl.col("broken")).then("reason"),
        pl.when(~pl.col("broken_end")).then("reason_end"),
        pl.lit("no_hour"),
    )
    return Said.of_frame(
        both.select(
            "act",
            broken=agree & pl.col("broken").fill_null(value=False),
            reason=pl.when(agree).then("reason").otherwise(asked),
            found_at=pl.coalesce("found_at", "found_at_end"),
            closed_at=pl.when(agree).then("closed_at").otherwise(pl.lit(NONE)),
            rows="rows",
        ).sort("act")
    )


@dataclass
class Judged:
    """What one check says: its verdicts, the events judged, their keys as people know them and their versions."""

    check: c.Check
    said: Said
    acts: Ints
    subjects: pl.Series
    versions: Ints


def verdict_table(events: Events, parts: Sequence[Judged]) -> pl.DataFrame:
    """The verdicts of all checks as schemas.VERDICTS, in canonical order."""
    parts = [part for part in parts if len(part.said.act)]
    if not parts:
        return pl.DataFrame(schema=schemas.VERDICTS)
    counts = [len(part.said.act) for part in parts]
    which = np.repeat(np.arange(len(parts)), counts)
    starts = np.cumsum([0, *counts[:-1]])
    broken = np.concatenate([part.said.broken for part in parts])
    asks = np.array([part.check.is_asking for part in parts])[which]
    reasons = np.concatenate([part.said.reason for part in parts])
    reasons[broken & asks] = INFERRED  # what is inferred asks a person
    levels = pl.Series([part.check.level for part in parts]).gather(which)
    acts = np.concatenate([part.acts[part.said.act] for part in parts])
    verdicts = np.concatenate([part.said.places + start for part, start in zip(parts, starts, strict=True)])
    rests = _rests(events, verdicts, np.concatenate([part.said.rows for part in parts]), len(which))
    about = _about(events, acts)
    is_broken = pl.Series(broken & ~asks)
    table = pl.DataFrame(
        {
            "rule": pl.Series([part.check.id for part in parts]).gather(which),
            "rule_version": np.concatenate([part.versions[part.said.act] + 1 for part in parts]).astype(np.int32),
            "subject": pl.concat([part.subjects.cast(pl.String) for part in parts]),
            "case": about["case"],
            "incident": about["incident"],
            "person": about["person"],
            "unit": about["unit"],
            "kind": pl.Series(["broken", "unknown"]).gather(pl.Series(~(broken & ~asks)).cast(pl.UInt32)),
            "level": levels.zip_with(is_broken, pl.Series(["ask"])),
            "found_at": _instants(np.concatenate([part.said.found_at for part in parts])),
            "closed_at": _instants(np.concatenate([part.said.closed_at for part in parts])),
            "start_event": rests["start_event"],
            "event": about["event"],
            "events": rests["events"],
            "cases": rests["cases"],
            "reason": pl.Series(reasons.tolist(), dtype=pl.String),
        }
    )
    schemas.assert_schema(table, schemas.VERDICTS, "verdicts")
    return table.sort(schemas.VERDICT_ORDER, nulls_last=False)


def _about(events: Events, acts: Ints) -> pl.DataFrame:
    columns = ("case", "incident", "person", "unit", "source", "id")
    return pl.DataFrame([events.column(name, acts) for name in columns]).with_columns(
        pl.when(pl.col("case").is_null()).then("incident").alias("incident"), EVENT_KEY.alias("event")
    )


def _rests(events: Events, verdicts: Ints, rows: Ints, count: int) -> pl.DataFrame:
    """Of each verdict the events that it rests on, the earliest of them, and the cases that they belong to. Most rest
    on one event."""
    about = pl.DataFrame([events.column(name, rows) for name in ("at", "source", "id", "case", "incident")])
    pairs = about.select(
        pl.Series("verdict", verdicts),
        "at",
        EVENT_KEY.alias("event"),
        pl.coalesce("case", "incident").alias("case"),
    )
    sizes = np.bincount(verdicts, minlength=count)
    alone = pl.Series(sizes[verdicts] == 1)
    single = pairs.filter(alone).select(
        "verdict",
        pl.col("event").alias("start_event"),
        pl.concat_list("event").alias("events"),
        pl.concat_list("case").alias("cases"),
    )
    few = pairs.filter(~alone)
    if few.is_empty():
        return single.sort("verdict")
    several = (
        few.sort("verdict", "at", "event")
        .group_by("verdict", maintain_order=True)
        .agg(
            pl.col("event").first().alias("start_event"),
            pl.col("event").unique().sort().alias("events"),
            pl.col("case").unique().sort().alias("cases"),
        )
    )
    return pl.concat([single, several]).sort("verdict")


def _instants(values: Ints) -> pl.Series:
    series = pl.Series(values)
    return series.set(series == NONE, None).cast(schemas.INSTANT)
