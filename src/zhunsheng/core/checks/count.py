"""count: more acts than allowed in a window that ends with each of them."""

import numpy as np

from zhunsheng.core import check as c
from zhunsheng.core.checks.events import Ints
from zhunsheng.core.checks.kind import Question, Verdicts
from zhunsheng.core.checks.scope import Partners
from zhunsheng.core.checks.truth import NO
from zhunsheng.core.dates import NONE


def count(question: Question, body: c.Count) -> Verdicts:
    """Whether with each act there are more than allowed: those of its key, up to and with it, inside the window (its
    earlier end does not count), and after the last event that begins the counting anew."""
    verdicts = Verdicts.kept(question)
    acts, at = question.acts, question.at
    since = np.full(len(acts), np.iinfo(np.int64).min, dtype=np.int64)
    if body.within is not None:
        since = at - body.within.us + 1
    if body.since:
        anew = Partners.of(question.scope, body.since, (), question.edge)
        rows = anew.last(acts, at)
        since = np.maximum(since, np.where(rows >= 0, anew.at_of(rows), NONE))
    ids = question.scope.ids(acts)
    order = np.lexsort((question.order, at, ids))
    ids, times = ids[order], at[order]
    firsts = np.searchsorted(ids, ids, side="left")
    place = np.arange(len(order))
    first = _first_since(ids, times, since[order], firsts)
    number = place - first + 1
    over = np.flatnonzero(number > body.at_most)
    verdicts.answers.state[order[over]] = NO
    lengths = place[over] - first[over]
    owners = np.repeat(order[over], lengths)
    offsets = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    verdicts.rests.append((owners, acts.rows[order[np.repeat(first[over], lengths) + offsets]]))
    return verdicts


def _first_since(ids: Ints, times: Ints, since: Ints, firsts: Ints) -> Ints:
    """The place of the first act of the same key no earlier than `since`."""
    both, moments = np.concatenate([ids, ids]), np.concatenate([times, since])
    is_act = np.arange(len(both)) < len(ids)
    order = np.lexsort((is_act, moments, both))  # at one instant the question stands before the acts that it counts
    before = np.cumsum(is_act[order])
    found = np.zeros(len(both), dtype=np.int64)
    found[order] = before
    return np.asarray(np.maximum(found[len(ids) :], firsts))
