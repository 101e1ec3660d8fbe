"""Which events of a log count: of each (source, id) the highest version that is known and not void, when it has
happened; and the case to which an event of an incident alone belongs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import schemas

AsOf = datetime | Mapping[str, datetime]
"""The instant of judgement: one for all, or one for each case (or incident without a case)."""

GROUP: Final = pl.coalesce("case", "incident")
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Counted:
    """Which events of a log count, and how many do not: `future` lie beyond `as_of`, `unknown_yet` were recorded after
    `known_at`.

    log   every event, row by row as they came; one of an incident alone with the case that it belongs to
    rows  of the log that count
    """

    log: pl.DataFrame
    rows: NDArray[np.uint32]
    future: int = 0
    unknown_yet: int = 0
    superseded: int = 0

    @staticmethod
    def all_of(events: pl.DataFrame) -> "Counted":
        """Events of which is known that every one counts."""
        return Counted(events, np.arange(events.height, dtype=np.uint32))

    @cached_property
    def events(self) -> pl.DataFrame:
        """The events that count: a copy, unless all do."""
        return self.log if len(self.rows) == self.log.height else self.log[pl.Series(self.rows)]


def counted_events(events: pl.DataFrame, *, as_of: AsOf, known_at: datetime | None = None) -> Counted:
    """The events that count: of each (source, id) the highest version recorded by `known_at`, unless it is void; none
    after `as_of`. One of an incident alone is given the case that it belongs to (`link_incidents`).

    Takes   schemas.EVENTS, every version.
    Source: clock.md, Order; ADR 1, 1 and 3.
    """
    known = np.ones(events.height, dtype=bool) if known_at is None else _known_by(events["recorded_at"], known_at)
    newest = _is_newest(events, known)
    linked = _linked(events, newest, as_of)
    rows = np.flatnonzero(newest & _has_happened(linked, as_of))
    counts = int(known.sum()), int(newest.sum())
    return Counted(
        linked, rows.astype(np.uint32), counts[1] - len(rows), events.height - counts[0], counts[0] - counts[1]
    )


def _known_by(recorded: pl.Series, known_at: datetime) -> Bools:
    known: Bools = (recorded.is_null() | (recorded <= known_at.astimezone(UTC))).to_numpy()
    return known


def _has_happened(events: pl.DataFrame, as_of: AsOf) -> Bools:
    named = pl.DataFrame([events[name] for name in ("case", "incident", "at")])
    happened: Bools = named.select(pl.col("at") <= as_of_column(as_of)).to_series().to_numpy()
    return happened


def _is_newest(events: pl.DataFrame, known: Bools) -> Bools:
    """Which events are the highest known version of their (source, id), and not void. Only ids that were ever
    corrected are compared."""
    newest: Bools = known & ~events["void"].fill_null(value=False).to_numpy()
    corrected = events["id"].filter(events["version"] != 1).unique()
    if corrected.is_empty():
        return newest
    rows = np.flatnonzero(events["id"].is_in(corrected.implode()).to_numpy() & known)
    versions = pl.DataFrame([events[name].gather(pl.Series(rows)) for name in ("source", "id", "version")])
    highest = versions.select(pl.col("version") == pl.col("version").max().over("source", "id")).to_series()
    newest[rows] &= highest.to_numpy()
    return newest


def link_incidents(events: pl.DataFrame, *, as_of: AsOf) -> pl.DataFrame:
    """Give an event without a case the one case that names its incident, if exactly one does (ADR 1, 1).

    Takes   schemas.EVENTS of which superseded, void and unknown ones are gone. One beyond `as_of` names nothing yet.
    """
    return _linked(events, np.ones(events.height, dtype=bool), as_of)


def _linked(events: pl.DataFrame, counting: Bools, as_of: AsOf) -> pl.DataFrame:
    """All events in the order in which they came, with the cases of incidents; only some of them count. Columns are
    taken one by one: a frame of columns that are chunked differently is copied whole by whatever looks at it."""
    case, incident = events["case"], events["incident"]
    loose = np.flatnonzero((case.is_null() & incident.is_not_null()).to_numpy() & counting)
    if not len(loose):
        return events
    naming = pl.Series(np.flatnonzero((case.is_not_null() & incident.is_not_null()).to_numpy() & counting))
    named = pl.DataFrame([events[name].gather(naming) for name in ("case", "incident", "at")])
    cases = (
        named.filter(pl.col("at") <= as_of_column(as_of))
        .group_by("incident")
        .agg(pl.col("case").unique().alias("cases"))
        .filter(pl.col("cases").list.len() == 1)
        .select("incident", pl.col("cases").list.first().alias("linked"))
    )
    alone = pl.DataFrame([incident.gather(pl.Series(loose))])
    linked = alone.join(cases, on="incident", how="left", maintain_order="left")["linked"]
    return events.clone().replace_column(events.get_column_index("case"), case.scatter(pl.Series(loose), linked))


def as_of_column(as_of: AsOf) -> pl.Expr:
    """The instant of judgement of each event, from its case and incident."""
    if isinstance(as_of, datetime):
        return pl.lit(as_of).cast(schemas.INSTANT)
    return GROUP.replace_strict(list(as_of), list(as_of.values()), return_dtype=schemas.INSTANT)
