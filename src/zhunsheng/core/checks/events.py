"""The events that count, laid out for checks: rows by type, codes of columns, facts by row, both edges of bare dates.

Rows are those of the fold's frame, in fold order: (case or incident, at, source, id).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import schemas
from zhunsheng.core.dates import NONE
from zhunsheng.core.encoding import Encoded
from zhunsheng.core.program import SUBJECT_AXES
from zhunsheng.core.vocabulary import Fact, Vocabulary

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
START, END = 0, 1
EDGES: Final = (START, END)
"""A bare date is read as the start of its day, and once more as its last microsecond: where the two readings differ,
the answer is not known."""


@dataclass
class Events:
    """Encoded events with what checks look up, each computed once and only if a check needs it."""

    encoded: Encoded
    as_of_by_group: Ints
    vocabulary: Vocabulary
    facts: tuple[Fact, ...]  # in the order of the codes of encoded.arrays
    types: tuple[str, ...]
    _types: dict[str, Ints] = field(default_factory=dict)
    _codes: dict[str, Ints] = field(default_factory=dict)
    _widths: dict[str, int] = field(default_factory=dict)
    _facts: dict[str, "Statements"] = field(default_factory=dict)
    _fact_order: Ints = field(init=False)
    _fact_edges: Ints = field(init=False)
    _at_end: Ints = field(init=False)
    _bare: bool = field(init=False)
    _precedence: Ints | None = None
    _officer_counts: Ints | None = None

    def __post_init__(self) -> None:
        kinds = self.encoded.arrays.type.astype(np.int16)  # 16 bits sort by radix, in linear time
        order = np.argsort(kinds, kind="stable").astype(np.int64)
        edges = np.searchsorted(kinds[order], np.arange(len(self.types) + 1))
        self._types = {name: order[edges[n] : edges[n + 1]] for n, name in enumerate(self.types)}
        self._fact_order = np.argsort(self.encoded.arrays.fact_code.astype(np.int16), kind="stable")
        self._fact_edges = np.searchsorted(
            self.encoded.arrays.fact_code[self._fact_order], np.arange(len(self.facts) + 1)
        )
        self._at_end = self.encoded.arrays.at
        bare = np.flatnonzero(self.encoded.arrays.day)
        self._bare = len(bare) > 0
        if self._bare:
            self._at_end = self._at_end.copy()
            self._at_end[bare] = self.days_on(self._at_end[bare], 1) - 1

    def column(self, name: str, rows: Ints) -> pl.Series:
        """A column of the events (schemas.EVENTS) at some rows; null for -1."""
        return self.encoded.column(name, rows)

    @property
    def group(self) -> NDArray[np.int32]:
        """The ordinal of the case (or incident without a case) of each row."""
        return self.encoded.arrays.group

    def rows(self, types: Iterable[str]) -> Ints:
        """The rows of some types, in fold order."""
        found = [self._types[name] for name in dict.fromkeys(types)]
        if len(found) == 1:
            return found[0]
        return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)

    def as_of(self, rows: Ints) -> Ints:
        """The instant at which each row is judged."""
        return self.as_of_by_group[self.group[rows]]

    def at(self, rows: Ints, edge: int) -> Ints:
        """When each row happened; a bare date stands at one edge of its day."""
        return (self.encoded.arrays.at if edge == START else self._at_end)[rows]

    def until(self, rows: Ints) -> Ints:
        """The last instant of the end that each row states; a bare date ends with its day. NONE for none."""
        until = self.encoded.arrays.until[rows]
        day = (self.encoded.arrays.until_day[rows] == 1) & (until != NONE)
        return np.where(day, until - 1, until)

    def has_bare_dates(self, rows: Ints) -> bool:
        """Whether any of some rows is known only to the day."""
        return self._bare and bool(self.encoded.arrays.day[rows].any())

    def is_bare(self, rows: Ints) -> Bools:
        """Which rows are known only to the day."""
        return np.asarray(self.encoded.arrays.day[rows] == 1)

    def days_on(self, instants: Ints, days: int, months: int = 0) -> Ints:
        """The same wall-clock time some local days or months on, clipped to the month's end."""
        by = f"{months}mo" if months else f"{days}d"
        return self._local(instants).dt.offset_by(by).dt.convert_time_zone("UTC").to_physical().to_numpy()

    def midnight(self, instants: Ints) -> Ints:
        """The beginning of the local day of each instant."""
        return self._local(instants).dt.truncate("1d").dt.convert_time_zone("UTC").to_physical().to_numpy()

    def local_midnight(self, day: date) -> int:
        """The instant at which a local day begins."""
        begins = datetime.combine(day, time(), ZoneInfo(self.vocabulary.zone))
        return round(begins.timestamp()) * 1_000_000

    def _local(self, instants: Ints) -> pl.Series:
        return pl.Series(instants).cast(schemas.INSTANT).dt.convert_time_zone(self.vocabulary.zone)

    def codes(self, column: str) -> Ints:
        """An integer for each row, the same where the column has the same value; -1 where it has none."""
        if column not in self._codes:
            if column == "case":
                values = self.group.astype(np.int64)
            elif column in SUBJECT_AXES and column != "incident":
                values = self.encoded.arrays.subjects[SUBJECT_AXES.index(column)].astype(np.int64)
            else:
                texts = self.column(column, np.arange(len(self.group)))
                codes = texts.cast(pl.Categorical()).to_physical().cast(pl.Int64).fill_null(-1)
                values = codes.to_numpy()
            self._codes[column] = values
        return self._codes[column]

    def width(self, column: str) -> int:
        """One more than the codes of a column and its -1 need."""
        if column not in self._widths:
            self._widths[column] = int(self.codes(column).max(initial=-1)) + 2
        return self._widths[column]

    def officers(self, rows: Ints) -> tuple[Ints, pl.Series]:
        """Positions in `rows`, each as often as it names officers, and the officers, each once."""
        named = pl.DataFrame({"n": np.arange(len(rows)), "officer": self.column("officers", rows)})
        each = named.explode("officer").filter(pl.col("officer").is_not_null()).unique(maintain_order=True)
        return each["n"].to_numpy(), each["officer"]

    def officer_counts(self, rows: Ints) -> Ints:
        """How many officers each row names; NONE where it names none."""
        if self._officer_counts is None:
            named = self.column("officers", np.arange(len(self.group)))
            counts = named.list.len().cast(pl.Int64).fill_null(0).to_numpy().copy()
            several = np.flatnonzero(counts > 1)
            counts[several] = named.gather(several).list.n_unique().to_numpy()
            self._officer_counts = np.where(counts > 0, counts, NONE)
        return self._officer_counts[rows]

    def precedence(self, rows: Ints) -> Ints:
        """Which of several rows of one instant comes first, whatever case they are of: by (case, at, source, id)."""
        if self._precedence is None:
            firsts = self.encoded.cases[:-1]
            case, incident = self.column("case", firsts), self.column("incident", firsts)
            names = case.zip_with(case.is_not_null(), incident)
            rank = names.rank("ordinal").to_numpy().astype(np.int64)
            numbers = np.arange(len(self.group), dtype=np.int64)
            self._precedence = rank[self.group] * len(numbers) + numbers if np.any(np.diff(rank) < 0) else numbers
        return self._precedence[rows]

    def fact(self, name: str, rows: Ints, edge: int) -> Ints:
        """A fact for each row: of the event, else of its person, else of the case; NONE where nobody states it."""
        return self._statements(name).read(self, rows, edge)

    def _statements(self, name: str) -> "Statements":
        if name not in self._facts:
            code = next(n for n, fact in enumerate(self.facts) if fact.id == name)
            places = self._fact_order[self._fact_edges[code] : self._fact_edges[code + 1]]
            pointers = self.encoded.arrays.fact_ptr
            rows = np.searchsorted(pointers, places, side="right").astype(np.int64) - 1
            values = self.encoded.arrays.fact_value[places]
            self._facts[name] = Statements(self, self.facts[code], rows, values)
        return self._facts[name]


class Statements:
    """Every statement of one fact: on the events, for persons, for cases.

    It does not hold the events: they hold it, and a circle of the two would keep millions of events in memory until
    Python looks for circles.
    """

    def __init__(self, events: Events, fact: Fact, rows: Ints, values: Ints) -> None:
        self.fact, self.rows, self.values = fact, rows, values
        group = events.group[rows].astype(np.int64) if fact.of != "event" else rows
        if fact.of == "person":
            people = events.codes("person")
            self.width = events.width("person")
            key = group * self.width + people[rows] + 1
            order = np.argsort(key, kind="stable")
            self.key, self.by_key = key[order], values[order]
        elif fact.of == "case":
            self.key, self.by_key = group, values

    def read(self, events: Events, rows: Ints, edge: int) -> Ints:
        """The fact for each row. To an edge of its day a dated fact may have been stated, to the other not yet."""
        found = _last(self.rows, self.values, rows)
        if self.fact.of == "event" or not len(self.rows):
            return found
        missing = np.flatnonzero(found == NONE)
        asked = rows[missing]
        if self.fact.of == "person":
            group = events.group[asked].astype(np.int64) * self.width
            person = events.codes("person")[asked]
            own = np.where(person >= 0, _last(self.key, self.by_key, group + person + 1), NONE)
            found[missing] = np.where(own != NONE, own, _last(self.key, self.by_key, group))
        elif self.fact.dated:
            found[missing] = self._dated(events, asked, edge)
        else:
            found[missing] = _last(self.key, self.by_key, events.group[asked].astype(np.int64))
        return found

    def _dated(self, events: Events, asked: Ints, edge: int) -> Ints:
        """Of the case, the last statement no later than each row, those of the same instant included."""
        at, group = events.encoded.arrays.at, events.group.astype(np.int64)
        places = last_before(group[self.rows], at[self.rows], group[asked], events.at(asked, edge))
        return np.where(places >= 0, self.values[np.maximum(places, 0)], NONE)


def _last(keys: Ints, values: Ints, asked: Ints) -> Ints:
    """The value at the last place of each key asked for; NONE where there is none. `keys` are sorted."""
    if not len(keys):
        return np.full(len(asked), NONE, dtype=np.int64)
    places = np.searchsorted(keys, asked, side="right") - 1
    there = (places >= 0) & (keys[np.maximum(places, 0)] == asked)
    return np.where(there, values[np.maximum(places, 0)], NONE)


def last_before(keys: Any, at: Ints, asked: Any, asked_at: Ints) -> Ints:
    """Of each key asked for, the place of its last row at or before an instant; -1 where there is none.

    Rows of the same key and instant count in their order. One sort of both tables together.
    """
    count = len(keys)
    both, times = np.concatenate([keys, asked]), np.concatenate([at, asked_at])
    is_asked = np.arange(len(both)) >= count
    order = np.lexsort((is_asked, times, both))
    latest = np.maximum.accumulate(np.where(order < count, np.arange(len(order)), -1))
    found = np.full(len(both), -1, dtype=np.int64)
    has = latest >= 0
    places = order[np.maximum(latest, 0)]
    same = has & (both[places] == both[order])
    found[order[same]] = places[same]
    return found[count:]


def first_after(keys: Any, at: Ints, asked: Any, asked_at: Ints) -> Ints:
    """Of each key asked for, the place of its first row at or after an instant; -1 where there is none."""
    found = last_before(keys[::-1], -at[::-1], asked, -asked_at)
    return np.where(found >= 0, len(keys) - 1 - found, -1)
