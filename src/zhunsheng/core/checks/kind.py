"""What a kind of check is asked, and what it answers."""

from dataclasses import dataclass, field

import numpy as np

from zhunsheng.core import check as c
from zhunsheng.core.checks.events import Events, Ints
from zhunsheng.core.checks.scope import Acts, Scope
from zhunsheng.core.checks.truth import YES, Answers
from zhunsheng.core.dates import NONE


@dataclass
class Question:
    """Acts of one check, read at one edge of bare dates."""

    events: Events
    check: c.Check
    scope: Scope
    acts: Acts
    at: Ints
    edge: int

    @property
    def as_of(self) -> Ints:
        """The instant at which each act is judged."""
        return self.events.as_of(self.acts.rows)

    @property
    def order(self) -> Ints:
        """Which of several acts of one instant comes first."""
        return self.events.precedence(self.acts.rows)


@dataclass
class Verdicts:
    """The answer of a kind: of each verdict its act, yes, no or unknown, since when, until when, and on which other
    events it rests."""

    act: Ints
    answers: Answers
    found_at: Ints
    closed_at: Ints
    rests: list[tuple[Ints, Ints]] = field(default_factory=list)  # places of verdicts, rows of events

    @classmethod
    def kept(cls, question: Question) -> "Verdicts":
        """One verdict for each act, all of them kept so far, found when the act happened."""
        count = len(question.acts)
        nothing = np.full(count, NONE, dtype=np.int64)
        return cls(np.arange(count), Answers.of(count, YES), question.at.copy(), nothing)

    def rest_on(self, rows: Ints) -> None:
        """Name one more event of each verdict; -1 for none."""
        places = np.flatnonzero(rows >= 0)
        self.rests.append((places, rows[places]))


def after(events: Events, instants: Ints, length: c.Length) -> Ints:
    """The last instant that a length from some instants still holds: months run to 24:00 of the same-numbered day,
    which no longer counts."""
    if length.months:
        return events.days_on(events.midnight(events.days_on(instants, 0, length.months)), 1) - 1
    return instants + length.us
