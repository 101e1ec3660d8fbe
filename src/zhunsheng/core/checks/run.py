"""Every check that counts over the events that count: verdicts broken and unknown; what is kept says nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import check as c
from zhunsheng.core.checks.absent import absent
from zhunsheng.core.checks.count import count
from zhunsheng.core.checks.events import EDGES, END, START, Bools, Events, Ints
from zhunsheng.core.checks.kind import Question, Verdicts
from zhunsheng.core.checks.match import match
from zhunsheng.core.checks.order import order
from zhunsheng.core.checks.overlap import overlap
from zhunsheng.core.checks.scope import Acts, Scope, state_answers
from zhunsheng.core.checks.span import span
from zhunsheng.core.checks.table import Judged, Said, merged, verdict_table
from zhunsheng.core.checks.truth import NO, UNKNOWN, YES, Answers, States, alternatives, assumed, both, either
from zhunsheng.core.dates import NONE

NO_KEY: Final = "missing_key"
KIND_FUNCTIONS: Final[Mapping[str, Callable[[Question, Any], Verdicts]]] = {
    "fact": lambda question, _body: Verdicts.kept(question),
    "order": order,
    "absent": absent,
    "overlap": overlap,
    "span": span,
    "count": count,
    "match": match,
}


def judge_checks(events: Events, checks: Sequence[c.Check]) -> pl.DataFrame:
    """The verdicts of every check over events, schemas.VERDICTS, in canonical order.

    Checks that count findings are not judged here: they come after the findings.
    """
    parts = [judged(events, check) for check in checks if check.events]
    return verdict_table(events, [part for part in parts if part is not None])


def judged(events: Events, check: c.Check) -> Judged | None:
    """What one check says of events; None where it says nothing."""
    scope = Scope(events, check)
    acts = scope.acts(check.events)
    versions = _versions(events, check, acts.rows)
    acts, versions = acts.take(versions >= 0), versions[versions >= 0]
    if check.first:
        firsts = _firsts(scope, acts)
        acts, versions = acts.take(firsts), versions[firsts]
    owns = [_own(events, check, acts, versions, edge) for edge in _own_edges(events, check)]
    concerned = np.logical_or.reduce([own.applies.state != NO for own in owns])
    if not concerned.any():
        return None
    acts, versions, owns = acts.take(concerned), versions[concerned], [own.take(concerned) for own in owns]
    said = _read(scope, acts, owns[0], START)
    if events.has_bare_dates(events.rows(check.types)):
        said = merged(said, _read(scope, acts, owns[-1], END))
    said = said.by(events.as_of(acts.rows))
    return Judged(check, said, acts.rows, scope.subjects(acts.take(said.act)), versions)


class _Own:
    """What acts say of themselves: whether the check applies, what it requires, what excuses."""

    def __init__(self, applies: Answers, require: Answers, unless: Answers) -> None:
        self.applies, self.require, self.unless = applies, require, unless

    def take(self, places: Ints | Bools) -> "_Own":
        """What some of them say."""
        return _Own(self.applies.take(places), self.require.take(places), self.unless.take(places))


def _own_edges(events: Events, check: c.Check) -> tuple[int, ...]:
    """The edges of bare dates at which acts may say different things of themselves: a dated fact of the case may be
    stated in between."""
    lists = [check.unless, *(wanted for version in check.versions for wanted in (version.applies, version.require))]
    named = {test.fact for wanted in lists for tests in wanted for test in tests}
    is_dated = any(fact.dated for name, fact in events.vocabulary.facts.items() if name in named)
    return EDGES if is_dated and events.has_bare_dates(events.rows(check.events)) else (START,)


def _own(events: Events, check: c.Check, acts: Acts, versions: Ints, edge: int) -> _Own:
    return _Own(
        _by_version(events, check, acts, versions, "applies", edge),
        _by_version(events, check, acts, versions, "require", edge),
        alternatives(events, acts.rows, check.unless, assumed(check, events), empty=NO, edge=edge),
    )


def _versions(events: Events, check: c.Check, rows: Ints) -> Ints:
    """The ordinal of the version in force on the local date of each row; -1 before the first."""
    found = np.full(len(rows), -1, dtype=np.int64)
    at = events.at(rows, START)
    for n, version in enumerate(check.versions):
        since = NONE if version.in_force is None else events.local_midnight(version.in_force)
        found[at >= since] = n
    return found


def _firsts(scope: Scope, acts: Acts) -> Bools:
    """The first act of each key; all that name none."""
    ids, at = scope.ids(acts), scope.events.at(acts.rows, START)
    order_of = np.lexsort((scope.events.precedence(acts.rows), at, ids))
    is_first = np.ones(len(acts), dtype=bool)
    is_first[order_of[1:]] = np.diff(ids[order_of]) != 0
    return is_first | (acts.keys < 0)


def _by_version(events: Events, check: c.Check, acts: Acts, versions: Ints, name: str, edge: int) -> Answers:
    """Alternatives of the version that governs each act. What an act must show is never assumed."""
    assume = assumed(check, events) if name == "applies" else {}
    wanted = [getattr(version, name) for version in check.versions]
    if all(one == wanted[0] for one in wanted):
        return alternatives(events, acts.rows, wanted[0], assume, edge=edge)
    found = Answers.of(len(acts), YES)
    for n, tests in enumerate(wanted):
        places = np.flatnonzero(versions == n)
        part = alternatives(events, acts.rows[places], tests, assume, edge=edge)
        found.state[places] = part.state
        found.why[places] = np.where(part.why >= 0, part.why + len(found.reasons), -1)
        found.reasons += part.reasons
    return found


def _read(scope: Scope, acts: Acts, own: _Own, edge: int) -> Said:
    """The verdicts as one edge of bare dates reads them. Acts to which the check does not apply are not there."""
    concerned = np.flatnonzero(own.applies.state != NO)
    if len(concerned) < len(acts):
        said = _read(scope, acts.take(concerned), own.take(concerned), edge)
        return replace(said, act=concerned[said.act])
    events, check = scope.events, scope.check
    at = events.at(acts.rows, edge)
    question = Question(events, check, scope, acts, at, edge)
    verdicts = KIND_FUNCTIONS[check.kind](question, check.body)
    applies = own.applies
    nameless = (acts.keys < 0) & (check.needs_key and check.key != "case")
    if check.state is not None:
        state = state_answers(scope, check.state, acts, at, edge)
        state.state[nameless] = YES
        applies = both(applies, state)
    if nameless.any():
        _ask_for_key(verdicts, nameless, at)
    act = verdicts.act
    ok = either(both(verdicts.answers, own.require.take(act)), own.unless.take(act))
    applies = applies.take(act)
    broken = (applies.state == YES) & (ok.state == NO)
    unknown = ((applies.state == YES) & (ok.state == UNKNOWN)) | ((applies.state == UNKNOWN) & (ok.state != YES))
    by_kind = verdicts.answers.state != YES
    found_at = np.where(by_kind, verdicts.found_at, at[act])
    told = broken | unknown
    mended = broken & by_kind & (own.require.state[act] != NO)
    places = np.flatnonzero(told)
    wheres, rows = _rests(verdicts, told & by_kind, places, acts.rows[act])
    return Said(
        act=act[places],
        broken=broken[places],
        reason=_reasons(applies, ok, places, broken),
        found_at=found_at[places],
        closed_at=np.where(mended, verdicts.closed_at, NONE)[places],
        places=wheres,
        rows=rows,
    )


def _rests(verdicts: Verdicts, by_kind: Bools, told: Ints, acts: Ints) -> tuple[Ints, Ints]:
    """Pairs of a verdict's place among those told and a row that it rests on: its act, and what its kind names."""
    place = np.full(len(acts), -1, dtype=np.int64)
    place[told] = np.arange(len(told))
    wheres, rows = [np.arange(len(told))], [acts[told]]
    for where, others in verdicts.rests:
        counts = by_kind[where]
        wheres.append(place[where[counts]])
        rows.append(others[counts])
    return np.concatenate(wheres), np.concatenate(rows)


def _ask_for_key(verdicts: Verdicts, nameless: Bools, at: Ints) -> None:
    """An act that does not name its key is asked about; what a kind made of it is not said."""
    keyless = nameless[verdicts.act]
    verdicts.answers.ask(keyless, NO_KEY)
    verdicts.found_at = np.where(keyless, at[verdicts.act], verdicts.found_at)
    verdicts.closed_at = np.where(keyless, NONE, verdicts.closed_at)
    verdicts.rests = [(where[~keyless[where]], rows[~keyless[where]]) for where, rows in verdicts.rests]
    without = np.setdiff1d(np.flatnonzero(nameless), verdicts.act)
    if not len(without):
        return
    more = Answers.of(len(without), UNKNOWN)
    more.ask(np.ones(len(without), dtype=bool), NO_KEY)
    verdicts.answers = _appended(verdicts.answers, more)
    verdicts.act = np.concatenate([verdicts.act, without])
    verdicts.found_at = np.concatenate([verdicts.found_at, at[without]])
    verdicts.closed_at = np.concatenate([verdicts.closed_at, np.full(len(without), NONE, dtype=np.int64)])


def _appended(one: Answers, other: Answers) -> Answers:
    state: States = np.concatenate([one.state, other.state])
    why = np.concatenate([one.why, np.where(other.why >= 0, other.why + len(one.reasons), -1)])
    return Answers(state, why, [*one.reasons, *other.reasons])


def _reasons(applies: Answers, ok: Answers, places: Ints, broken: Bools) -> NDArray[np.object_]:
    """Why each verdict is unknown: what is missing of whether the check applies, else of what it asks."""
    words = np.array([*applies.reasons, *ok.reasons, None], dtype=object)
    what = np.where(ok.why >= 0, ok.why + len(applies.reasons), -1)
    why = np.where(applies.why >= 0, applies.why, what)
    found: NDArray[np.object_] = words[np.where(broken, -1, why)[places]]
    return found
