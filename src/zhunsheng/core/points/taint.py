"""What a name rests on: the labels of everything it is made of, through any chain of derivations.

Labels only add up. A name made of a banned fact is banned wherever it stands: as numerator, denominator, two
derivations away. The single way to lose a label is a finding confirmed by two persons (`defect`), which may only
deduct.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zhunsheng.core.points.facts import DEDUCT, NEVER, FactList, Label, PointFact
from zhunsheng.core.points.policy import Derive


@dataclass(frozen=True)
class Taint:
    """What a name rests on. `path` says how the first banned or unknown fact comes into it."""

    name: str
    facts: tuple[PointFact, ...]  # the facts at the end of every chain
    unknown: tuple[str, ...]  # names on no list
    is_cyclic: bool
    is_derived: bool
    paths: Mapping[str, tuple[str, ...]]  # fact or unknown name → the chain of names to it

    @property
    def labels(self) -> tuple[Label, ...]:
        """The labels of all of it."""
        return tuple(dict.fromkeys(fact.label for fact in self.facts))

    @property
    def banned(self) -> tuple[PointFact, ...]:
        """The refused facts in it."""
        return tuple(fact for fact in self.facts if fact.label.may == NEVER)

    @property
    def defects(self) -> tuple[PointFact, ...]:
        """The facts in it that may only deduct."""
        return tuple(fact for fact in self.facts if fact.label.may == DEDUCT)

    @property
    def shadows(self) -> tuple[str, ...]:
        """What must have happened to somebody for it to exist."""
        return tuple(dict.fromkeys(shadow for fact in self.facts for shadow in fact.shadow))

    def chain(self, name: str) -> str:
        """How a fact comes into the name: efficacy ← index ← case.solved."""
        return " ← ".join(self.paths.get(name, (self.name, name)))


def taint_of(name: str, facts: FactList, derived: Iterable[Derive]) -> Taint:
    """Follow a name to the facts that it is made of. Raises nothing: a cycle and unknown names are said."""
    by_name = {one.name: one for one in derived}
    found: dict[str, PointFact] = {}
    unknown: dict[str, None] = {}
    paths: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    is_cyclic = False
    stack: list[tuple[str, tuple[str, ...]]] = [(name, (name,))]
    while stack:
        one, path = stack.pop()
        if one in by_name:
            if one in path[:-1]:
                is_cyclic = True
            elif one not in seen:
                seen.add(one)
                stack += [(part, (*path, part)) for part in reversed(by_name[one].parts)]
            continue
        paths.setdefault(one, path)
        if one in facts.facts:
            found[one] = facts.facts[one]
        else:
            unknown[one] = None
    return Taint(name, tuple(found.values()), tuple(unknown), is_cyclic, name in by_name, paths)


def measures_of(name: str, facts: FactList, derived: Iterable[Derive]) -> tuple[str, ...]:
    """How a name may be measured: a fact as the list allows; a derived name so that no act can enlarge what it pays.

    A share of shares is one only over one population: cases against cases, incidents against incidents. Names of no
    list, or in a cycle, have no measure.
    """
    by_name = {one.name: one for one in derived}
    return _measures(name, facts, by_name, frozenset())


def _measures(name: str, facts: FactList, by_name: Mapping[str, Derive], path: frozenset[str]) -> tuple[str, ...]:
    if name in facts.facts:
        return facts.facts[name].measures
    if name not in by_name or name in path:
        return ()
    one = by_name[name]
    parts = [set(_measures(part, facts, by_name, path | {name})) for part in one.parts]
    if one.op == "sum":
        return tuple(sorted(set.intersection(*parts))) if parts else ()
    if all(part & {"count", "sum"} for part in parts):
        return ("share",)
    overs = {fact.over for fact in taint_of(name, facts, by_name.values()).facts}
    return ("share",) if all("share" in part for part in parts) and len(overs) == 1 else ()
