"""What the policy table means for one person now: where he stands, and which cases that lets him reach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db.models import Q

from zhunsheng.apps.access.policy import Action, Label, Relation, permits
from zhunsheng.apps.org.selectors import held_posts, units_below

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
    below: Mapping[str, frozenset[str]] = field(default_factory=dict)  # unit → the units under it
    _reached: dict[Action, dict[Label, Reach]] = field(default_factory=dict, init=False, repr=False, compare=False)

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

    def reaches_all(self, action: Action) -> bool:
        """Whether the action reaches every case, whatever its label and unit."""
        return all(reach.everywhere for reach in self.reach(action).values())

    def _by_relations(self, standing: Standing, relations: frozenset[Relation]) -> Reach:
        units: set[str] = set()
        if Relation.UNIT in relations:
            units.add(standing.unit)
        if Relation.SUB_UNIT in relations:
            units |= self.below.get(standing.unit, frozenset())
        return Reach(everywhere=Relation.ELSEWHERE in relations, own=Relation.OWN in relations, units=frozenset(units))


def viewer_of(*, account: str, officer: int | None, admin_role: str, on: date) -> Viewer:
    """The viewer that an account is on a day: its administrator's role, else the posts of its officer."""
    if admin_role:
        return Viewer(account=account, officer=None, standings=(Standing(admin_role),))
    if officer is None:
        return Viewer(account=account, officer=None, standings=())
    posts = held_posts(officer=officer, on=on)
    standings = tuple(Standing(role=role, unit=unit) for role, unit in posts)
    return Viewer(account, officer, standings, units_below([standing.unit for standing in standings]))


def cases_q(viewer: Viewer, action: Action, *, own: Q, prefix: str = "") -> Q:
    """The condition on cases that a viewer may do something to.

    Takes   own: the condition that he is assigned; it lives with the cases. prefix: path to the case, as `case__`.
    """
    condition = Q(pk__in=[])
    for label, reach in viewer.reach(action).items():
        if not reach:
            continue
        labelled = Q(**{f"{prefix}label": label})
        if reach.everywhere:
            condition |= labelled
            continue
        if reach.units:
            condition |= labelled & Q(**{f"{prefix}unit__in": sorted(reach.units)})
        if reach.own:
            condition |= labelled & own
    return condition


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
