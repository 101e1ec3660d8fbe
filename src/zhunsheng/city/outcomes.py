"""What messages are worth: officers act on them with stated probabilities, and the fewer the more of them there are.

Nobody knows these probabilities of a real city; they are stated so that two rulebooks can be compared under the same
ones. Of each clock of a person held:

1. With probability `remembers` an officer acts by himself, when the city says that he did.
2. Otherwise he acts on a message, if at all. One that reaches him as the n-th of his week is acted on with
   probability `heeds` / (1 + (n - 1) / `tires_after`): a screen that calls all the time is looked at less. He acts some
   hours later, exponentially with the mean `takes_hours`.
3. The first act counts. A clock that nobody acted on by its outer due time is overdue.

The same draw is used for the same message under every rulebook, so that rulebooks differ by what they say and not by
luck.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from zhunsheng.core.backtest.days import Days
from zhunsheng.core.backtest.history import said_history
from zhunsheng.core.backtest.load import WEEK, load_of, told_messages
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge
from zhunsheng.core.tables import CLOCK_ORDER

WHOLE: Final = 2**64


@dataclass(frozen=True)
class Manner:
    """How officers take messages; see above. Probabilities, messages, hours."""

    remembers: float = 0.6
    heeds: float = 0.9
    tires_after: float = 4.0
    takes_hours: float = 5.0


@dataclass(frozen=True)
class Outcome:
    """What came of a period under a rulebook. `overdue` of `clocks` of persons held; messages per officer and shift of
    a day; hours from a message to the act that it brought, or None for none."""

    clocks: int
    overdue: int
    messages_per_shift: float
    median_hours_to_act: float | None

    @property
    def overdue_share(self) -> float:
        """The share of clocks that came to be overdue."""
        return self.overdue / self.clocks if self.clocks else 0.0


@dataclass(frozen=True)
class _Message:
    """A message about a clock of a person held: when, to whom, as which of his week."""

    key: str
    officer: str
    at: datetime
    nth: int


def outcome(events: pl.DataFrame, rulebook: Rulebook, days: Days, *, manner: Manner, seed: int) -> Outcome:
    """Play a period of a city (schemas.EVENTS) under a rulebook.

    Raises  SchemaMismatch.
    """
    liberty = replace(rulebook, rules=tuple(rule for rule in rulebook.rules if rule.custody), checks=())
    others = replace(rulebook, rules=tuple(rule for rule in rulebook.rules if not rule.custody))
    unmet = events.filter(~pl.col("type").is_in(_meeting(liberty)))
    said = said_history(unmet, liberty, days)
    told = told_messages(said, events, liberty, days)
    noise = told_messages(said_history(events, others, days), events, others, days)
    messages = _messages(said, told, noise)
    clocks = _clocks(said, _acts(events, liberty, days), messages)
    played = [_played(clock, manner, seed) for clock in clocks]
    waits = sorted(hours for _, hours in played if hours is not None)
    load = load_of(pl.concat([told, noise]), events, days)
    return Outcome(
        clocks=len(played),
        overdue=sum(is_overdue for is_overdue, _ in played),
        messages_per_shift=load.per_officer_day,
        median_hours_to_act=waits[(len(waits) - 1) // 2] if waits else None,
    )


def _meeting(liberty: Rulebook) -> list[str]:
    """Event types by which clocks of persons held are met: without them every clock runs on, and all is said."""
    return sorted({name for rule in liberty.judged() for name in rule.stop.satisfying})


def _acts(events: pl.DataFrame, liberty: Rulebook, days: Days) -> dict[tuple[object, ...], datetime]:
    """When the city's officers met each clock by themselves."""
    clocks = judge(events, liberty, as_of=days.end(len(days) - 1)).clocks
    met = clocks.filter(pl.col("outcome").is_in(["met", "late"]) & pl.col("stopped").is_not_null())
    return {row[:-1]: row[-1] for row in met.select(*CLOCK_ORDER, "stopped").iter_rows()}


def _messages(said: pl.DataFrame, told: pl.DataFrame, noise: pl.DataFrame) -> dict[str, list[_Message]]:
    """The messages about each finding, each with its place among all of its officer's week."""
    every = pl.concat([told.with_columns(own=pl.lit(value=True)), noise.with_columns(own=pl.lit(value=False))])
    # Within a day they come in the order of their keys, as good as by chance.
    order = every.sort("officer", "day", "key")
    order = order.with_columns(nth=pl.int_range(1, pl.len() + 1).over("officer", pl.col("day") // WEEK))
    at = said.sort("from_day").unique("key", keep="first").select("key", "found_at")
    found: dict[str, list[_Message]] = {}
    for key, officer, nth, moment in order.filter("own").join(at, on="key").select(
        "key", "officer", "nth", "found_at"
    ).iter_rows():  # fmt: skip
        found.setdefault(key, []).append(_Message(key, officer, moment, nth))
    return found


@dataclass(frozen=True)
class _Clock:
    name: str
    outer: datetime
    own_act: datetime | None
    messages: Sequence[_Message]


def _clocks(
    said: pl.DataFrame, acts: dict[tuple[object, ...], datetime], messages: dict[str, list[_Message]]
) -> Iterator[_Clock]:
    """The clocks that anything is said of within the period, by their last due times."""
    within = said.filter((pl.col("from_day") >= 0) & pl.col("outer").is_not_null() & (pl.col("kind") != "unknown"))
    grouped = within.sort("found_at").group_by(*CLOCK_ORDER, maintain_order=True).agg("key", pl.col("outer").last())
    for row in grouped.iter_rows(named=True):
        name = tuple(row[column] for column in CLOCK_ORDER)
        own = [message for key in row["key"] for message in messages.get(key, ())]
        yield _Clock("\x1f".join(map(str, name)), row["outer"], acts.get(name), own)


def _played(clock: _Clock, manner: Manner, seed: int) -> tuple[bool, float | None]:
    """Whether a clock comes to be overdue, and the hours from the message to the act, where a message brought it."""
    own = clock.own_act if _draw(seed, clock.name, "remembers") < manner.remembers else None
    first, hours = own, None
    for message in clock.messages:
        heeds = manner.heeds / (1 + (message.nth - 1) / manner.tires_after)
        if _draw(seed, message.key, message.officer, "heeds") >= heeds:
            continue
        wait = -math.log(1 - _draw(seed, message.key, message.officer, "takes")) * manner.takes_hours
        acts = message.at + timedelta(hours=wait)
        if first is None or acts < first:
            first, hours = acts, wait
    return first is None or first > clock.outer, hours


def _draw(seed: int, *about: str) -> float:
    """A number from 0 to below 1 that belongs to what it is about, whatever else is drawn."""
    digest = hashlib.sha256("\x1f".join((str(seed), *about)).encode()).digest()
    return int.from_bytes(digest[:8]) / WHOLE
