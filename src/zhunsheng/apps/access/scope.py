"""What the policy table means for one person now: where he stands, and which cases that lets him reach."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

from django.db.models import Q

from zhunsheng.apps.access.among import among
from zhunsheng.apps.access.policy import Action, Label, Relation, permits
from zhunsheng.apps.org.selectors import held_posts, units_below

T = TypeVar("T")
SCOPE_SETTINGS: Final = ("zs.whole", "zs.officer", "zs.everywhere", "zs.own", "zs.units")


@dataclass(frozen=True)
class Standing:
    """One role in one unit. An administrator's role stands in no unit."""

    role: str
    unit: str = ""


@dataclass(frozen=True)
class Reach:
    """The cases of one label that an action reaches."""

    everywhere: bool = False
    own: bool = False
    units: frozenset[str] = frozenset()

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(self.everywhere or other.everywhere, self.own or other.own, self.units | other.units)

    def __bool__(self) -> bool:
        return self.everywhere or self.own or bool(self.units)


@dataclass(frozen=True)
class Viewer:
    """Who is asking: an account, the officer behind it, and his standings on that day."""

    account: str
    officer: int | None
    standings: tuple[Standing, ...]
    _below: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _reached: dict[Action, dict[Label, Reach]] = field(default_factory=dict, init=False, repr=False, compare=False)
    memory: dict[str, Any] | None = field(default=None, repr=False, compare=False)  # of a request that only reads

    def may(self, action: Action) -> bool:
        """Whether he may do it to anything at all."""
        return any(permits(standing.role, action) for standing in self.standings)

    def roles(self) -> frozenset[str]:
        """The roles he holds now."""
        return frozenset(standing.role for standing in self.standings)

    def reach(self, action: Action) -> Mapping[Label, Reach]:
        """For each label, the cases that the action reaches."""
        if action not in self._reached:
            self._reached[action] = self._reach(action)
        return self._reached[action]

    def _reach(self, action: Action) -> dict[Label, Reach]:
        reached = {label: Reach() for label in Label}
        for standing in self.standings:
            for permit in permits(standing.role, action):
                for label in permit.labels:
                    reached[label] |= self._by_relations(standing, permit.relations)
        return reached

    def below(self, unit: str) -> frozenset[str]:
        """The units under one of his, at any depth. The database is asked once, and only where he reaches so far."""
        if unit not in self._below:
            units = {unit, *(standing.unit for standing in self.standings)}
            found = units_below(units)
            self._below.update({one: found.get(one, frozenset()) for one in units})
        return self._below[unit]

    def once(self, question: str, ask: Callable[[], T]) -> T:
        """The answer to a question that several lists of a page ask: in a request that only reads it is asked once."""
        if self.memory is None:
            return ask()
        if question not in self.memory:
            self.memory[question] = ask()
        found: T = self.memory[question]
        return found

    def reaches_all(self, action: Action) -> bool:
        """Whether the action reaches every case, whatever its label and unit."""
        return all(reach.everywhere for reach in self.reach(action).values())

    def _by_relations(self, standing: Standing, relations: frozenset[Relation]) -> Reach:
        own = Relation.OWN in relations
        if Relation.ELSEWHERE in relations:
            return Reach(everywhere=True, own=own)  # no unit need be named beside all
        units = frozenset({standing.unit}) if Relation.UNIT in relations else frozenset()
        return Reach(own=own, units=units | self.below(standing.unit) if Relation.SUB_UNIT in relations else units)


def viewer_of(
    *, account: str, officer: int | None, admin_role: str, on: date, memory: dict[str, Any] | None = None
) -> Viewer:
    """The viewer that an account is on a day: its administrator's role, else the posts of its officer."""
    if admin_role:
        return Viewer(account=account, officer=None, standings=(Standing(admin_role),))
    if officer is None:
        return Viewer(account=account, officer=None, standings=())
    posts = held_posts(officer=officer, on=on)
    return Viewer(account, officer, tuple(Standing(role=role, unit=unit) for role, unit in posts), memory=memory)


def cases_q(viewer: Viewer, action: Action, *, own: Q, prefix: str = "") -> Q:
    """The condition on cases that a viewer may do something to.

    Takes   own: the condition that he is assigned; it lives with the cases. prefix: path to the case, as `case__`.
    """
    everywhere: list[Label] = []
    own_of: list[Label] = []
    of_units: dict[frozenset[str], list[Label]] = defaultdict(list)
    for label, reach in viewer.reach(action).items():
        if reach.everywhere:
            everywhere.append(label)
            continue
        if reach.units:
            of_units[reach.units].append(label)
        if reach.own:
            own_of.append(label)
    # Labels of one reach together: each condition stands once in the statement.
    condition = Q(**{f"{prefix}label__in": everywhere}) if everywhere else Q(pk__in=[])
    for units, labels in of_units.items():
        condition |= Q(**{f"{prefix}label__in": labels}) & among(f"{prefix}unit", sorted(units))
    return condition | Q(**{f"{prefix}label__in": own_of}) & own if own_of else condition


def session_scope(viewer: Viewer | None) -> dict[str, str]:
    """The settings that row security reads, for a viewer, or for a process of ours, which sees everything."""
    if viewer is None:
        return dict(zip(SCOPE_SETTINGS, ("on", "", "", "", ""), strict=True))
    reach = viewer.reach(Action.CASE_LIST)
    values = (
        "",
        str(viewer.officer or ""),
        ",".join(label for label, part in reach.items() if part.everywhere),
        ",".join(label for label, part in reach.items() if part.own),
        ",".join(f"{label}:{unit}" for label, part in reach.items() for unit in sorted(part.units)),
    )
    return dict(zip(SCOPE_SETTINGS, values, strict=True))
