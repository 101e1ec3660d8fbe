"""Three answers, and tests on facts that give them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhunsheng.core import check as c
from zhunsheng.core.checks.events import START, Events, Ints
from zhunsheng.core.dates import NONE
from zhunsheng.core.program import fact_value
from zhunsheng.core.rule import FactTest

States = NDArray[np.int8]
NO, YES, UNKNOWN = np.int8(0), np.int8(1), np.int8(2)


@dataclass
class Answers:
    """Of each act: no, yes or unknown; and of the unknown, why: an index into `reasons`, -1 for the others."""

    state: States
    why: Ints
    reasons: list[str]

    @classmethod
    def of(cls, count: int, state: np.int8) -> "Answers":
        """The same answer for all."""
        return cls(np.full(count, state, dtype=np.int8), np.full(count, -1, dtype=np.int64), [])

    def words(self, places: Ints) -> list[str | None]:
        """The reasons at some places."""
        return [self.reasons[n] if n >= 0 else None for n in self.why[places]]

    def ask(self, where: NDArray[np.bool_], reason: str) -> None:
        """Make answers unknown for a reason."""
        self.reasons.append(reason)
        self.state[where] = UNKNOWN
        self.why[where] = len(self.reasons) - 1

    def ask_each(self, places: Ints, reasons: list[str | None]) -> None:
        """Make the answers at some places unknown, each for its own reason."""
        where = np.zeros(len(self.state), dtype=bool)
        for reason in dict.fromkeys(reasons):
            where[:] = False
            where[[place for place, own in zip(places, reasons, strict=True) if own == reason]] = True
            self.ask(where, reason or "")

    def take(self, places: Ints | NDArray[np.bool_]) -> "Answers":
        """The answers at some places."""
        return Answers(self.state[places], self.why[places], self.reasons)


def both(one: Answers, other: Answers) -> Answers:
    """Yes where both are yes, no where one is no; the reason of the first that is unknown."""
    state = np.where(
        (one.state == NO) | (other.state == NO),
        NO,
        np.where((one.state == UNKNOWN) | (other.state == UNKNOWN), UNKNOWN, YES),
    )
    return _joined(state.astype(np.int8), one, other)


def either(one: Answers, other: Answers) -> Answers:
    """Yes where one is yes, no where both are no; the reason of the first that is unknown."""
    state = np.where(
        (one.state == YES) | (other.state == YES),
        YES,
        np.where((one.state == UNKNOWN) | (other.state == UNKNOWN), UNKNOWN, NO),
    )
    return _joined(state.astype(np.int8), one, other)


def _joined(state: States, one: Answers, other: Answers) -> Answers:
    shifted = np.where(other.why >= 0, other.why + len(one.reasons), -1)
    why = np.where(one.state == UNKNOWN, one.why, shifted)
    return Answers(state, np.where(state == UNKNOWN, why, -1), [*one.reasons, *other.reasons])


def alternatives(
    events: Events,
    rows: Ints,
    wanted: c.Alternatives,
    assume: dict[str, int] | None = None,
    *,
    empty: np.int8 = YES,
    edge: int = START,
) -> Answers:
    """Whether any of some lists of tests holds whole for each row; `empty` where there is no list."""
    if not wanted:
        return Answers.of(len(rows), empty)
    found = Answers.of(len(rows), NO)
    for tests in wanted:
        found = either(found, holds(events, rows, tests, assume, edge=edge))
    return found


def holds(
    events: Events, rows: Ints, tests: c.Tests, assume: dict[str, int] | None = None, *, edge: int = START
) -> Answers:
    """Whether all of some tests hold for each row. One that fails settles it, whatever else is missing."""
    found = Answers.of(len(rows), YES)
    for test in tests:
        found = both(found, one_test(events, rows, test, (assume or {}).get(test.fact, NONE), edge))
    return found


def one_test(events: Events, rows: Ints, test: FactTest, assumed: int, edge: int) -> Answers:
    """One test on one fact or column."""
    values = value_of(events, rows, test.fact, edge)
    if assumed != NONE:
        values = np.where(values == NONE, assumed, values)
    missing = values == NONE
    answers = Answers.of(len(rows), NO)
    if test.op == "present":
        answers.state = (missing != bool(test.values[0])).astype(np.int8)
        return answers
    if test.op == "at_least":
        passed = values >= _code(events, test)[0]
    elif test.op == "at_most":
        passed = values <= _code(events, test)[0]
    else:
        passed = _among(events, test, values)
        if test.op == "not":
            answers.state = (missing | ~passed).astype(np.int8)
            return answers
    answers.state = passed.astype(np.int8)
    answers.ask(missing, f"missing_fact: {test.fact}")
    return answers


def value_of(events: Events, rows: Ints, name: str, edge: int) -> Ints:
    """A fact or a column of each row as an integer; NONE for none."""
    if name == c.OFFICERS:
        return events.officer_counts(rows)
    if name == "document_no":
        return np.where(events.column(name, rows).is_not_null().to_numpy(), 1, NONE)
    if name == "until":
        return events.encoded.arrays.until[rows]
    if name in c.PRESENT_COLUMNS:
        codes = events.codes(name)[rows]
        return np.where(codes >= 0, codes, NONE)
    return events.fact(name, rows, edge)


def _code(events: Events, test: FactTest) -> list[int]:
    fact = events.vocabulary.facts.get(test.fact)
    if fact is None:
        return [int(value) for value in test.values]
    values = [[value] if fact.type == "set" else value for value in test.values]
    return [fact_value(fact, value) for value in values]


def _among(events: Events, test: FactTest, values: Ints) -> NDArray[np.bool_]:
    wanted = _code(events, test)
    if events.vocabulary.facts[test.fact].type == "set":
        return np.asarray((values & sum(set(wanted))) != 0)
    return np.isin(values, wanted)


def assumed(check: c.Check, events: Events) -> dict[str, int]:
    """What counts where a fact is not stated."""
    facts = events.vocabulary.facts
    return {name: fact_value(facts[name], value) for name, value in check.assume.items()}
