"""Which records belong together: acts by their judged key, and the other records that share it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import check as c
from zhunsheng.core.checks.events import END, START, Bools, Events, Ints, first_after, last_before
from zhunsheng.core.checks.truth import NO, YES, Answers, holds
from zhunsheng.core.dates import NONE

ROOM: Final = 2**62


class TooManyValues(OverflowError):
    """The columns of a check's key have more combinations than an integer holds."""


@dataclass
class Acts:
    """What is judged: the row of each act, and the code of its judged key; -1 where it names none."""

    rows: Ints
    keys: Ints

    def take(self, places: Ints | NDArray[np.bool_]) -> "Acts":
        """Some of the acts."""
        return Acts(self.rows[places], self.keys[places])

    def __len__(self) -> int:
        return len(self.rows)


class Scope:
    """The key and the columns by which a check holds records together, read at one edge of bare dates."""

    def __init__(self, events: Events, check: c.Check) -> None:
        self.events, self.check = events, check

    @cached_property
    def _officers(self) -> tuple[Ints, Ints, list[str]]:
        """Rows and codes of every officer of every event that the check reads, and the names behind the codes."""
        rows = self.events.rows(self.check.types)
        places, names = self.events.officers(rows)
        known = names.unique(maintain_order=True)
        codes = names.replace_strict(known, np.arange(len(known)), return_dtype=pl.Int64).to_numpy().astype(np.int64)
        return rows[places], codes, known.to_list()

    def acts(self, types: Iterable[str]) -> Acts:
        """The events of some types with their keys; one that names several officers is there for each of them."""
        rows = self.events.rows(types)
        if self.check.key != "officer":
            return Acts(rows, self.events.codes(self.check.key)[rows])
        named, codes, _names = self._officers
        mine = np.isin(named, rows)
        without = np.setdiff1d(rows, named[mine])
        both = np.concatenate([named[mine], without])
        keys = np.concatenate([codes[mine], np.full(len(without), -1, dtype=np.int64)])
        order = np.lexsort((keys, both))
        return Acts(both[order], keys[order])

    def subjects(self, acts: Acts) -> pl.Series:
        """The judged key of each act as people know it; null where it names none."""
        if self.check.key == "officer":
            names = pl.Series(self._officers[2], dtype=pl.String)
            index = pl.Series(acts.keys)
            return names.gather(index.set(index < 0, None))
        if self.check.key == "case":
            case, incident = (self.events.column(name, acts.rows) for name in ("case", "incident"))
            return case.zip_with(case.is_not_null(), incident)
        return self.events.column(self.check.key, acts.rows)

    def ids(self, acts: Acts, *, keyed: bool = True, same: tuple[str, ...] | None = None) -> Ints:
        """One integer for the key (unless not `keyed`) and the columns that records must share."""
        found = np.zeros(len(acts), dtype=np.int64)
        room = 1
        for column in self.check.same if same is None else same:
            codes, width = self._codes(column)
            found, room = found * width + codes[acts.rows] + 1, room * width
        if keyed and self.check.key != "case":
            width = len(self._officers[2]) + 1 if self.check.key == "officer" else self._codes(self.check.key)[1]
            found, room = found * width + acts.keys + 1, room * width
        elif keyed and "case" not in (self.check.same if same is None else same):
            found, room = found * self._codes("case")[1] + acts.keys + 1, room * self._codes("case")[1]
        if room > ROOM:
            raise TooManyValues(f"{self.check.id}: the columns of `same` have too many values. Name fewer.")
        return found

    def _codes(self, column: str) -> tuple[Ints, int]:
        return self.events.codes(column), self.events.width(column)


class Partners:
    """Other records, in order of time within the key that they share with acts."""

    def __init__(self, scope: Scope, acts: Acts, answers: Answers, edge: int, same: tuple[str, ...]) -> None:
        self.scope, self.acts, self.answers, self.edge, self.same = scope, acts, answers, edge, same
        self.at = scope.events.at(acts.rows, edge)

    @classmethod
    def of(
        cls, scope: Scope, types: Iterable[str], tests: c.Tests, edge: int, *, same: tuple[str, ...] | None = None
    ) -> "Partners":
        """The events of some types, as far as their tests hold or may hold."""
        acts = scope.acts(types)
        answers = holds(scope.events, acts.rows, tests, edge=edge)
        return cls(scope, acts, answers, edge, scope.check.same if same is None else same)

    def last(self, acts: Acts, at: Ints, *, certain: bool = True) -> Ints:
        """The row of the last of them at or before each act, other than itself; -1 for none. Without `certain`, also
        those whose tests are not known."""
        return self._found(acts, at, certain=certain, backward=True)

    def first(self, acts: Acts, at: Ints, *, certain: bool = True) -> Ints:
        """The row of the first of them at or after each act, other than itself; -1 for none."""
        return self._found(acts, at, certain=certain, backward=False)

    def may_lie(self, acts: Acts, begins: Ints, ends: Ints) -> Bools:
        """Whether one of them that is known only to its day may lie between two instants: at neither edge of the day,
        perhaps, but inside it."""
        bare = np.flatnonzero(self.scope.events.is_bare(self.acts.rows) & (self.answers.state != NO))
        if not len(bare):
            return np.zeros(len(acts), dtype=bool)
        few = Partners(self.scope, self.acts.take(bare), self.answers.take(bare), START, self.same)
        rows = few.last(acts, ends, certain=False)
        day_ends = self.scope.events.at(np.maximum(rows, 0), END)
        return np.asarray((rows >= 0) & (day_ends >= begins))

    def missing(self, rows: Ints) -> list[str | None]:
        """Why the tests of some rows are not known."""
        return self.answers.words(np.searchsorted(self.acts.rows, rows))

    def _found(self, acts: Acts, at: Ints, *, certain: bool, backward: bool) -> Ints:
        counts = (self.answers.state == YES) if certain else (self.answers.state != NO)
        found = self._nearest(acts, at, counts & (self.acts.keys >= 0), keyed=True, backward=backward)
        if self.scope.check.key in c.REACHING and "case" in self.same:
            general = counts & (self.acts.keys < 0)
            if general.any():
                other = self._nearest(acts, at, general, keyed=False, backward=backward)
                found = self._nearer(found, other, backward=backward)
        return found

    def _nearest(self, acts: Acts, at: Ints, counts: NDArray[np.bool_], *, keyed: bool, backward: bool) -> Ints:
        own = self.acts.take(counts)
        if not len(own):
            return np.full(len(acts), -1, dtype=np.int64)
        ids, times = self.scope.ids(own, keyed=keyed, same=self.same), self.at[counts]
        order = np.lexsort((self.scope.events.precedence(own.rows), times, ids))
        ids, times, rows = ids[order], times[order], own.rows[order]
        asked = self.scope.ids(acts, keyed=keyed, same=self.same)
        places = (last_before if backward else first_after)(ids, times, asked, at)
        itself = (places >= 0) & (rows[np.maximum(places, 0)] == acts.rows)
        places = np.where(itself, places + (-1 if backward else 1), places)
        there = (places >= 0) & (places < len(ids))
        safe = np.clip(places, 0, len(ids) - 1)
        there &= ids[safe] == asked
        return np.where(there, rows[safe], -1)

    def _nearer(self, one: Ints, other: Ints, *, backward: bool) -> Ints:
        """Of two rows the nearer in time; at one instant the later in order looking back, else the earlier."""
        far = np.iinfo(np.int64).min if backward else np.iinfo(np.int64).max
        at_one, at_other = (self.at_of(rows, far) for rows in (one, other))
        if backward:
            wins = (at_other > at_one) | ((at_other == at_one) & (other > one))
        else:
            wins = (at_other < at_one) | ((at_other == at_one) & (other < one))
        return np.where((other >= 0) & wins, other, one)

    def at_of(self, rows: Ints, otherwise: int = NONE) -> Ints:
        """When some rows happened, at this edge; `otherwise` for -1."""
        at = self.scope.events.at(np.maximum(rows, 0), self.edge)
        return np.where(rows >= 0, at, otherwise)


def state_answers(scope: Scope, state: c.While, acts: Acts, at: Ints, edge: int) -> Answers:
    """Whether the state in which a check judges is as it asks, for each act. A begin and an end of the same instant
    leave it on."""
    began = Partners.of(scope, state.begins, (), edge)
    ended = Partners.of(scope, state.ends, (), edge)
    begins = began.at_of(began.last(acts, at))
    ends = ended.at_of(ended.last(acts, at)) if state.ends else np.full(len(acts), NONE)
    is_on = (begins != NONE) & (ends <= begins)
    answers = Answers.of(len(acts), NO)
    answers.state = (is_on == state.holds).astype(np.int8)
    return answers
