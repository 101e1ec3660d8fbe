"""Clocks counted back from another rule's: they open, move and end with their parent."""

from dataclasses import dataclass
from datetime import datetime

from tests.oracle.book import Parent, Rule
from tests.oracle.clock import ChildClock, Clock, Entry, World
from tests.oracle.days import Moment
from tests.oracle.effects import Effects
from tests.oracle.events import Event
from tests.oracle.items import Item, items_of


@dataclass
class Family:
    """One parent clock, the way a child is counted back from it, and the child of the moment."""

    parent: Clock
    spec: Parent
    child: ChildClock | None = None
    strict: Moment | None = None  # the parent's due time when it was last looked at
    was_seen: bool = False


class Children:
    """The child clocks of one rule in one group."""

    def __init__(self, rule: Rule, world: World, parents: dict[str, list[Clock]]) -> None:
        self.rule, self.world = rule, world
        self.clocks: list[ChildClock] = []
        self.past: list[Item] = []
        self.effects = Effects(rule, world, self._no_restart)
        self.families = [
            Family(clock, spec)
            for spec in rule.parents
            if spec.rule is not None
            for clock in parents.get(spec.rule, [])
        ]

    def run(self) -> list[ChildClock]:
        """Replay what the parents went through, and the events of the child's own; parents first in one instant."""
        steps: list[tuple[tuple[datetime, int, int], Family | None, Entry | Item]] = []
        for one in self.families:
            steps += [((max(e.at, one.parent.start), 0, n), one, e) for n, e in enumerate(one.parent.history)]
        steps += [((item.at, 1, n), None, item) for n, item in enumerate(items_of(self.rule, self.world))]
        for _, family, step in sorted(steps, key=lambda one: one[0]):
            if isinstance(step, Entry):
                assert family is not None
                self._follow(family, step)
            else:
                self._hear(step)
        return self.clocks

    def _follow(self, family: Family, entry: Entry) -> None:
        """Open, move or end the child as its parent now stands."""
        clock, spec = entry.clock, family.spec
        is_in_force = clock.is_open and (spec.tier is None or spec.tier == clock.tier)
        child = family.child
        if child is not None and child.is_open:
            if is_in_force:
                child.parent = clock
                self._inherit_questions(child, clock)
            else:
                child.close(entry.at, entry.event, "moot")
        elif is_in_force and (not family.was_seen or entry.strict not in (None, family.strict)):
            self._open(family, entry)
        if is_in_force:
            family.was_seen = True
            family.strict = entry.strict or family.strict

    def _open(self, family: Family, entry: Entry) -> None:
        rule, clock, event = self.rule, entry.clock, entry.event
        answer = self.world.facts.test(rule.applies, event, clock.person, rule.assume)
        if answer.holds is False:
            return
        version = rule.version_on(self.world.cal.day_of(entry.at))
        child = ChildClock(
            rule=rule,
            version=version,
            world=self.world,
            subject=clock.subject,
            person=clock.person,
            epoch=1 + sum(other.subject == clock.subject for other in self.clocks),
            event=event,
            start=max(entry.at, clock.start),
            parent=clock,
            spec=family.spec,
        )
        family.child = child
        self.clocks.append(child)
        if version is None:
            child.ask("no_version", event, hard=True, of="applies")
        elif answer.holds is None:
            child.ask("missing_fact", event, fact=answer.missing, hard=True, of="applies")
        self._inherit_questions(child, clock)
        self._stops_before(child)

    def _inherit_questions(self, child: ChildClock, parent: Clock) -> None:
        """What makes the parent's due time doubtful makes the child's."""
        known = {(q.id, q.event) for q in child.questions}
        child.questions += [q for q in parent.questions if q.hard and (q.id, q.event) not in known]

    def _stops_before(self, child: ChildClock) -> None:
        for item in self.past:
            if item.role != "satisfy" or item.at >= child.start or item.touched:
                continue
            day = self.world.cal.day_of
            if item.event.is_bare_date and day(item.at) == day(child.start):
                continue
            if child.is_open and child.reached_by(item.event) and self.rule.before_start != "nothing":
                if self.rule.before_start == "meets":
                    item.touched.add(child.subject)
                    self.effects.serve(child, item.event, child.start)
                else:
                    child.ask("stop_before_start", item.event, hard=True)
                    return

    def _hear(self, item: Item) -> None:
        """An event of the child's own rule: a stop or an excuse."""
        self.past.append(item)
        if item.role not in ("satisfy", "terminate", "excuse"):
            return
        for child in self.clocks:
            if child.is_open and child.reached_by(item.event):
                item.touched.add(child.subject)
                self.effects.act(child, item)

    def _no_restart(self, clock: Clock, event: Event) -> Clock:
        raise AssertionError(f"{clock.rule.id}: {event.key} restarts a clock that is counted back from another one")
