"""absent: an act that must be followed by another in time. Judged only once the time to wait has passed."""

from collections.abc import Sequence

import numpy as np

from zhunsheng.core import check as c
from zhunsheng.core.checks.events import Ints
from zhunsheng.core.checks.kind import Question, Verdicts, after
from zhunsheng.core.checks.scope import Partners
from zhunsheng.core.checks.truth import NO, YES, Answers, both
from zhunsheng.core.dates import NONE

LATEST = np.iinfo(np.int64).max


def absent(question: Question, body: c.Absent) -> Verdicts:
    """Whether what must follow each act came before the time to wait was over; what comes later closes the finding."""
    verdicts = Verdicts.kept(question)
    begins = question.at
    waits = np.ones(len(question.acts), dtype=bool)
    if body.from_:
        froms = Partners.of(question.scope, body.from_, (), question.edge)
        rows = froms.first(question.acts, question.at)
        verdicts.rest_on(rows)
        waits = rows >= 0
        begins = np.where(waits, froms.at_of(rows), question.at)
    due = _due(question, body, begins)
    known = due != NONE
    over = waits & known & (question.as_of > due)
    verdicts.found_at = np.where(over, due, question.at)
    verdicts.closed_at = np.full(len(question.acts), np.iinfo(np.int64).min)
    answers = Answers.of(len(question.acts), YES)
    for types in [[name] for name in body.must] if body.every else [body.must]:
        came, first = _came(question, types, body, due)
        answers = both(answers, came)
        verdicts.closed_at = np.where(first == NONE, LATEST, np.maximum(verdicts.closed_at, first))
    answers.state[~over] = YES
    answers.why[~over] = -1
    # Mended only when all of it came; an act that is not broken is not closed either.
    is_closed = (answers.state == NO) & (verdicts.closed_at != LATEST)
    verdicts.closed_at = np.where(is_closed, verdicts.closed_at, NONE)
    answers.ask(waits & ~known, "missing_fact: until")
    verdicts.answers = answers
    return verdicts


def _due(question: Question, body: c.Absent, begins: Ints) -> Ints:
    """The last instant at which it comes in time; NONE where the act states no end."""
    if body.within is not None:
        return after(question.events, begins, body.within)
    return question.events.until(question.acts.rows)


def _came(question: Question, types: Sequence[str], body: c.Absent, due: Ints) -> tuple[Answers, Ints]:
    """Whether an event of some types came in time, and when the first came at all; NONE where none did."""
    partners = Partners.of(question.scope, types, body.tests, question.edge)
    earliest = question.at - body.before.us
    rows = partners.first(question.acts, earliest)
    first = partners.at_of(rows)
    in_time = (rows >= 0) & (first <= due)
    answers = Answers.of(len(question.acts), YES)
    answers.state[~in_time] = NO
    maybe = partners.first(question.acts, earliest, certain=False)
    places = np.flatnonzero(~in_time & (maybe >= 0) & (partners.at_of(maybe) <= due))
    answers.ask_each(places, partners.missing(maybe[places]))
    answers.ask((answers.state == NO) & partners.may_lie(question.acts, earliest, due), "no_hour")
    return answers, first
