"""How far checks reach: into the act's own case, or over everything that shares its person, officer, place or unit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zhunsheng.core.check import SPANNING, Check
from zhunsheng.core.counted import Bools
from zhunsheng.core.encoding import Coded
from zhunsheng.core.program import Compiled
from zhunsheng.core.vocabulary import Vocabulary


def rests_on_its_case(check: Check) -> bool:
    """Whether the verdict on an act rests on nothing beyond the act's own case (or its incident, where it has none)."""
    act_alone = check.kind == "fact" and not check.first and check.state is None
    return check.key not in SPANNING or "case" in check.same or act_alone


@dataclass(frozen=True)
class Reads:
    """The events that checks look at: by type; whether all that state a fact; and the types whose key is looked at."""

    types: tuple[str, ...]
    every_fact: bool
    keyed: tuple[str, ...]


def reads_of(checks: Sequence[Check], vocabulary: Vocabulary) -> Reads:
    """What checks may read: events of their own types, and what states a fact of a person or a case."""
    beyond = _beyond_events(checks, vocabulary)
    stating = {kind.id for kind in vocabulary.event_types.values() if beyond & kind.states.keys()}
    types = _types(checks)
    return Reads(tuple(sorted(types | stating)), bool(beyond), tuple(sorted(types)))


def is_read(checks: Sequence[Check], coded: Coded, compiled: Compiled, vocabulary: Vocabulary) -> Bools:
    """The same of coded events, row by row; of those that state facts only what some check reads."""
    beyond = _beyond_events(checks, vocabulary)
    codes = [code for code, fact in enumerate(compiled.facts) if fact.id in beyond]
    counts = np.append(0, np.cumsum(np.isin(coded.fact_code, codes)))[coded.edges]
    types = np.isin(compiled.types, list(_types(checks)))
    return types[coded.type] | (np.diff(counts) > 0)[coded.pair]


def _beyond_events(checks: Sequence[Check], vocabulary: Vocabulary) -> frozenset[str]:
    """The facts of persons and cases that checks read, whichever event states them."""
    named = frozenset[str]().union(*(check.words for check in checks))
    return frozenset(name for name in named & vocabulary.facts.keys() if vocabulary.facts[name].of != "event")


def _types(checks: Sequence[Check]) -> frozenset[str]:
    return frozenset[str]().union(*(check.types for check in checks))
