"""order: an act only after another, or only after an instant that it states."""

from collections.abc import Sequence

import numpy as np

from zhunsheng.core import check as c
from zhunsheng.core.checks.events import Bools, Ints
from zhunsheng.core.checks.kind import Question, Verdicts
from zhunsheng.core.checks.scope import Partners
from zhunsheng.core.checks.truth import NO, YES, Answers, both
from zhunsheng.core.dates import NONE


def order(question: Question, body: c.Order) -> Verdicts:
    """Whether what must come first came at or before each act."""
    verdicts = Verdicts.kept(question)
    if body.fact is not None:
        return _after_fact(question, body.fact, verdicts)
    count = len(question.acts)
    since, judged = np.full(count, np.iinfo(np.int64).min), np.ones(count, dtype=bool)
    if body.since:
        begins = Partners.of(question.scope, body.since, (), question.edge)
        rows = begins.last(question.acts, question.at)
        verdicts.rest_on(rows)
        verdicts.answers.ask(rows < 0, "no_start")
        since, judged = begins.at_of(rows), rows >= 0
        if body.since_at_least is not None:
            judged = judged & (question.at - np.where(judged, since, 0) >= body.since_at_least.us)
    for types in [[name] for name in body.after] if body.every else [body.after]:
        came = _came(question, types, body.tests, since, judged)
        verdicts.answers = both(verdicts.answers, came)
    return verdicts


def _came(question: Question, types: Sequence[str], tests: c.Tests, since: Ints, judged: Bools) -> Answers:
    """Whether an event of some types came between `since` and each act that is judged; the others are kept."""
    answers = Answers.of(len(question.acts), YES)
    partners = Partners.of(question.scope, types, tests, question.edge)
    rows = partners.last(question.acts, question.at)
    missing = judged & ((rows < 0) | (partners.at_of(rows) < since))
    answers.state[missing] = NO
    if missing.any():
        maybe = partners.last(question.acts, question.at, certain=False)
        places = np.flatnonzero(missing & (maybe >= 0) & (partners.at_of(maybe) >= since))
        answers.ask_each(places, partners.missing(maybe[places]))
        may = missing & (answers.state == NO)
        answers.ask(may & partners.may_lie(question.acts, since, question.at), "no_hour")
    return answers


def _after_fact(question: Question, name: str, verdicts: Verdicts) -> Verdicts:
    stated = question.events.fact(name, question.acts.rows, question.edge)
    verdicts.answers.state[stated > question.at] = NO
    verdicts.answers.ask(stated == NONE, f"missing_fact: {name}")
    return verdicts
