"""match: two records that must agree, or must not."""

import numpy as np

from zhunsheng.core import check as c
from zhunsheng.core.checks.events import Bools, Ints
from zhunsheng.core.checks.kind import Question, Verdicts
from zhunsheng.core.checks.scope import Partners
from zhunsheng.core.checks.truth import NO, YES, Answers, both, value_of
from zhunsheng.core.dates import NONE


def match(question: Question, body: c.Match) -> Verdicts:
    """Whether each act agrees with the nearest other record of its key."""
    verdicts = Verdicts.kept(question)
    partners = Partners.of(question.scope, body.others, body.tests, question.edge)
    look = partners.last if body.looks_back else partners.first
    rows, nearest = look(question.acts, question.at), look(question.acts, question.at, certain=False)
    verdicts.rest_on(nearest)
    there = rows >= 0
    answers = Answers.of(len(question.acts), YES)
    for name in (*body.agree, *body.differ):
        answers = both(answers, _compared(question, rows, name, agree=name in body.agree))
    if body.is_until:
        answers = both(answers, _before_end(question, rows))
    answers.state[~there] = YES
    answers.why[~there] = -1
    unsure = np.flatnonzero(nearest != rows)
    answers.ask_each(unsure, partners.missing(nearest[unsure]))
    if body.asks_without:
        answers.ask((rows < 0) & (nearest < 0), "no_partner")
    verdicts.answers = answers
    return verdicts


def _compared(question: Question, rows: Ints, name: str, *, agree: bool) -> Answers:
    answers = Answers.of(len(rows), NO)
    own, others = question.acts.rows, np.maximum(rows, 0)
    if name == c.OFFICERS:
        same, missing = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
        there = rows >= 0  # lists are dear to compare
        same[there], missing[there] = _shared_officers(question, own[there], others[there], whole=agree)
    else:
        left, right = (value_of(question.events, rows, name, question.edge) for rows in (own, others))
        same, missing = left == right, (left == NONE) | (right == NONE)
    answers.state = (same == agree).astype(np.int8)
    answers.ask(missing & (rows >= 0), f"missing_fact: {name}")
    return answers


def _shared_officers(question: Question, own: Ints, others: Ints, *, whole: bool) -> tuple[Bools, Bools]:
    """Whether two records name the same officers (`whole`), or any officer of both; and where one names none."""
    events = question.events
    left, right = (events.column("officers", rows) for rows in (own, others))
    missing = (events.officer_counts(own) == NONE) | (events.officer_counts(others) == NONE)
    if whole:
        left, right = left.list.unique().list.sort(), right.list.unique().list.sort()
        return (left.list.join("\x1f") == right.list.join("\x1f")).fill_null(value=False).to_numpy(), missing
    shared = left.list.set_intersection(right).list.len().fill_null(0)
    return (shared > 0).to_numpy(), missing


def _before_end(question: Question, rows: Ints) -> Answers:
    """Whether each act comes no later than the end that the other record states."""
    ends = question.events.until(np.maximum(rows, 0))
    answers = Answers.of(len(rows), NO)
    answers.state = (question.at <= ends).astype(np.int8)
    answers.ask((ends == NONE) & (rows >= 0), "missing_fact: until")
    return answers
