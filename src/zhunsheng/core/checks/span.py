"""span: an act that lasts too long or not long enough, or is in progress outside the hours allowed."""

import numpy as np

from zhunsheng.core import check as c
from zhunsheng.core.calendar import DAY_US
from zhunsheng.core.checks.events import Bools, Ints
from zhunsheng.core.checks.kind import Question, Verdicts, after
from zhunsheng.core.checks.scope import Partners
from zhunsheng.core.checks.truth import NO, YES, Answers, both
from zhunsheng.core.dates import MINUTE_US, NONE


def span(question: Question, body: c.Span) -> Verdicts:
    """Whether each act keeps to its length and its hours."""
    verdicts = Verdicts.kept(question)
    ends, rows = _ends(question, body)
    if body.at_most is not None:
        _at_most(question, body, ends, verdicts)
    elif rows is not None:
        verdicts.rest_on(rows)  # too long is known before the end; too short, or into the night, by it
    if body.at_least is not None:
        short = (ends != NONE) & (ends - question.at < body.at_least.us)
        _add(verdicts, short, ends)
    if body.outside is not None:
        _outside(question, body, ends, verdicts)
    if body.to == "recorded_at":
        # What was corrected was first recorded earlier than its newest version says.
        first = question.events.column("version", question.acts.rows).to_numpy() == 1
        verdicts.answers.ask((ends == NONE) & first, "missing_fact: recorded_at")
        verdicts.answers.state[~first] = YES
    return verdicts


def _add(verdicts: Verdicts, broken: Bools, found_at: Ints) -> None:
    verdicts.answers.state[broken] = NO
    verdicts.found_at = np.where(broken, found_at, verdicts.found_at)


def _ends(question: Question, body: c.Span) -> tuple[Ints, Ints | None]:
    """When each act ended, NONE where it has not, and the event that ended it."""
    if body.to == "recorded_at":
        recorded = question.events.column("recorded_at", question.acts.rows).to_physical()
        return recorded.fill_null(NONE).to_numpy().copy(), None
    ends = question.events.until(question.acts.rows)
    if body.to == "until" or not body.ends:
        return ends, None
    partners = Partners.of(question.scope, body.ends, (), question.edge)
    rows = partners.first(question.acts, question.at)
    stated = ends != NONE
    return np.where(stated, ends, partners.at_of(rows)), np.where(stated, -1, rows)


def _at_most(question: Question, body: c.Span, ends: Ints, verdicts: Verdicts) -> None:
    assert body.at_most is not None  # the caller asked
    limit = after(question.events, question.at, body.at_most)
    answers = Answers.of(len(question.acts), YES)
    until = np.where(ends == NONE, question.as_of, np.minimum(ends, question.as_of))
    too_long = until > limit
    for longer in body.longer:
        limit, unsure = _lengthened(question, longer, limit, until)
        too_long = until > limit
        places = np.flatnonzero((unsure[0] >= until) & too_long)
        if len(places):
            answers.ask_each(places, unsure[1].missing(unsure[2][places]))
        further = after(question.events, question.at, longer.at_most)
        may = too_long & (further >= until) & (answers.state == YES)
        answers.ask(may & unsure[1].may_lie(question.acts, question.at, np.minimum(limit, until)), "no_hour")
    broken = too_long & (answers.state == YES)
    answers.state[broken] = NO
    answers.state[~too_long] = YES
    verdicts.found_at = np.where(too_long, limit, verdicts.found_at)
    verdicts.answers = both(verdicts.answers, answers)


def _lengthened(
    question: Question, longer: c.Longer, limit: Ints, until: Ints
) -> tuple[Ints, tuple[Ints, Partners, Ints]]:
    """The limit where an event lengthened it before it had passed; and where one may have, the limit that it gives."""
    partners = Partners.of(question.scope, (longer.event,), longer.tests, question.edge)
    further = after(question.events, question.at, longer.at_most)
    granted, maybe = (partners.first(question.acts, question.at, certain=certain) for certain in (True, False))

    def counts(rows: Ints) -> Bools:
        return (rows >= 0) & (partners.at_of(rows) <= np.minimum(limit, until))

    new = np.where(counts(granted), np.maximum(limit, further), limit)
    may = np.where(counts(maybe) & ~counts(granted), np.maximum(limit, further), NONE)
    return new, (may, partners, maybe)


def _outside(question: Question, body: c.Span, ends: Ints, verdicts: Verdicts) -> None:
    """An act in progress in the forbidden hours; from the first instant at which it is."""
    assert body.outside is not None  # the caller asked
    begins, over = (minute * MINUTE_US for minute in body.outside)
    at = question.at
    clock = at - question.events.midnight(at)
    length = (over - begins) % DAY_US
    into = (clock - begins) % DAY_US  # how long the window has been open, were it open
    inside = into < length
    opens = np.where(inside, at, at + (DAY_US - into))
    stops = np.where(ends == NONE, at, ends)
    broken = inside | (opens < stops)
    _add(verdicts, broken, opens)
    may = (ends == NONE) & ~inside & (at + body.longest.us > opens) & (question.as_of > opens)
    verdicts.answers.ask(may & (verdicts.answers.state != NO), "no_end")
    verdicts.found_at = np.where(may, opens, verdicts.found_at)
