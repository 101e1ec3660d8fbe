"""The back-test as one call: a period, a rulebook, perhaps another to hold it against → what people are shown."""

from dataclasses import dataclass

import polars as pl

from zhunsheng.core.backtest.compare import history_changes
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.backtest.history import AT_ONCE, said_history
from zhunsheng.core.backtest.load import Load, load_of, not_computed, told_messages, units_affected
from zhunsheng.core.clocks import Rulebook


@dataclass(frozen=True)
class Told:
    """What one rulebook would have said: its history (SAID), the messages (TOLD) and their load."""

    said: pl.DataFrame
    told: pl.DataFrame
    load: Load


@dataclass(frozen=True)
class BackTest:
    """A rulebook on a past period. Without another to hold it against, `before` is none and all that it says is new."""

    days: Days
    rulebook: Rulebook
    after: Told
    before: Told | None
    changes: pl.DataFrame  # core.backtest.compare, CHANGES
    units: pl.DataFrame  # core.backtest.load, units_affected
    not_computed: pl.DataFrame

    def count(self, change: str) -> int:
        """How many findings are new, gone or moved."""
        return self.changes.filter(change=change).height

    @property
    def more_per_officer_day(self) -> float:
        """The one number: how many more messages an officer gets a day."""
        return self.after.load.per_officer_day - (self.before.load.per_officer_day if self.before else 0.0)


def back_test(
    events: pl.DataFrame,
    rulebook: Rulebook,
    days: Days,
    *,
    against: Rulebook | None = None,
    handlers: pl.DataFrame | None = None,
    at_once: int = AT_ONCE,
) -> BackTest:
    """Try a rulebook on the history of a period.

    Takes   events: schemas.EVENTS, every version; against: the rulebook that it would replace; handlers: see
            `told_messages`; at_once: see `said_history`.
    Raises  SchemaMismatch.
    """
    after = _told(events, rulebook, days, handlers, at_once)
    before = None if against is None else _told(events, against, days, handlers, at_once)
    nothing = after.said.clear()
    return BackTest(
        days=days,
        rulebook=rulebook,
        after=after,
        before=before,
        changes=history_changes(before.said if before else nothing, after.said),
        units=units_affected(before.told if before else None, after.told),
        not_computed=not_computed(after.said, rulebook),
    )


def _told(events: pl.DataFrame, rulebook: Rulebook, days: Days, handlers: pl.DataFrame | None, at_once: int) -> Told:
    said = said_history(events, rulebook, days, at_once=at_once)
    told = told_messages(said, events, rulebook, days, handlers)
    return Told(said, told, load_of(told, events, days, handlers))
