"""overlap: two acts in progress at once for one key. Acts whose ends touch do not overlap."""

import numpy as np

from zhunsheng.core import check as c
from zhunsheng.core.checks.events import Ints
from zhunsheng.core.checks.kind import Question, Verdicts
from zhunsheng.core.checks.scope import Acts, Partners
from zhunsheng.core.checks.truth import NO, YES, Answers, value_of
from zhunsheng.core.dates import NONE

FOREVER = np.iinfo(np.int64).max


def overlap(question: Question, body: c.Overlap) -> Verdicts:
    """A verdict for each pair of acts that overlap, or may."""
    ends = _ends(question, body)
    open_ended = ends == NONE
    at = question.at
    certain = np.where(open_ended, FOREVER if body.is_open_lasting else at, ends)
    possible = np.where(open_ended & (not body.is_open_lasting), at + body.longest.us, certain)
    one, other = _pairs(question.scope.ids(question.acts), at, possible, question.order)
    named = question.acts.keys[one] >= 0
    one, other = one[named], other[named]
    answers = _differ(question, body, one, other)
    # Of an act without end it is certain only that it is in progress at its beginning.
    is_certain = (at[other] < certain[one]) | ((at[other] == at[one]) & (at[one] < certain[other]))
    answers.ask((answers.state == NO) & ~is_certain, "no_end")
    found = Verdicts(other, answers, at[other].copy(), np.full(len(one), NONE, dtype=np.int64))
    found.rest_on(question.acts.rows[one])
    return found


def _ends(question: Question, body: c.Overlap) -> Ints:
    """The end of each act: what it states, else the first event that ends it; NONE for none."""
    ends = question.events.until(question.acts.rows)
    if not body.ends:
        return ends
    partners = Partners.of(question.scope, body.ends, (), question.edge, same=body.ends_by)
    unkeyed = Acts(question.acts.rows, np.zeros(len(question.acts), dtype=np.int64))
    return np.where(ends == NONE, partners.at_of(_first_end(partners, unkeyed, question.at)), ends)


def _first_end(partners: Partners, acts: Acts, at: Ints) -> Ints:
    """An end is found by the columns that say which act it ends, whoever the key is."""
    partners.acts = Acts(partners.acts.rows, np.zeros(len(partners.acts), dtype=np.int64))
    return partners.first(acts, at)


def _pairs(ids: Ints, at: Ints, ends: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Every pair of acts of one key, the earlier first, that may overlap. Cost follows the number of pairs."""
    order = np.lexsort((rows, at, ids))
    ids, starts, stops, rows = ids[order], at[order], ends[order], rows[order]
    ones, others = [], []
    alive = np.arange(len(order))  # acts that a later one of their key may still meet
    step = 1
    while len(alive):
        nexts = alive + step
        alive, nexts = alive[nexts < len(order)], nexts[nexts < len(order)]
        meets = (ids[nexts] == ids[alive]) & (starts[nexts] < stops[alive])
        alive, nexts = alive[meets], nexts[meets]
        lasts = (stops[nexts] > starts[nexts]) & (rows[alive] != rows[nexts])
        ones.append(order[alive[lasts]])
        others.append(order[nexts[lasts]])
        step += 1
    if not ones:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(ones), np.concatenate(others)


def _differ(question: Question, body: c.Overlap, one: Ints, other: Ints) -> Answers:
    """NO for a pair that counts, YES for one that agrees in a column in which it must differ to count."""
    answers = Answers.of(len(one), NO)
    for name in body.differ:
        left = value_of(question.events, question.acts.rows[one], name, question.edge)
        right = value_of(question.events, question.acts.rows[other], name, question.edge)
        answers.state[(left == right) & (left != NONE)] = YES
        missing = ((left == NONE) | (right == NONE)) & (answers.state == NO)
        answers.ask(missing, f"missing_fact: {name}")
    return answers
