"""The roles that events have in a rule, as one ordered list."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tests.oracle.book import Pause, Rule
from tests.oracle.clock import World
from tests.oracle.days import DAY, Calendar
from tests.oracle.events import Event

RANKS: Final = ("start", "restart", "wait", "pause", "resume", "wait_end", "extend", "excuse", "terminate", "satisfy")


@dataclass(eq=False)
class Item:
    """One role that one event has in a rule, and the subjects whose clocks it has met."""

    at: datetime
    role: str
    event: Event
    spec: Any = None  # the Pause or Restart that the role is about
    touched: set[str | None] = field(default_factory=set)
    cap_of: Event | None = None  # the pause that ends here by itself

    @property
    def order(self) -> tuple[datetime, bool, int, str, str]:
        """By instant, role, source and id. What ends by itself ended with the day before: it is over by 0:00."""
        return (self.at, self.cap_of is None, RANKS.index(self.role), self.event.source, self.event.id)


def items_of(rule: Rule, world: World) -> list[Item]:
    """Every role of every event of the group, in order."""
    starts = {name for version in rule.versions for name in version.start}
    pauses = list({pause.id: pause for version in rule.versions for pause in version.pauses}.values())
    extends = {tier.event for version in rule.versions for tier in version.tiers}
    satisfies = {*rule.met_by, *rule.all_of.values()}
    items: list[Item] = []
    for event in world.group.events:
        name = event.type
        roles = {
            "start": name in starts,
            "extend": name in extends,
            "excuse": name in rule.excused_by,
            "terminate": name in rule.moot_by,
            "satisfy": name in satisfies,
        }
        items += [Item(event.at, role, event) for role, has in roles.items() if has]
        for spec in rule.restarts:
            roles = {"restart": name == spec.event, "wait": name == spec.waits_from, "wait_end": name in spec.waits_end}
            items += [Item(event.at, role, event, spec) for role, has in roles.items() if has]
        for pause in pauses:
            roles = {"pause": name == pause.begins, "resume": name in pause.ends}
            items += [Item(event.at, role, event, pause) for role, has in roles.items() if has]
            items += _cap(pause, event, world.cal, world.as_of) if name == pause.begins else []
    return sorted(items, key=lambda item: item.order)


def _cap(pause: Pause, event: Event, cal: Calendar, as_of: datetime) -> list[Item]:
    """A pause that ends by itself does so at 24:00 of its first day plus the cap."""
    if pause.cap_days is None:
        return []
    end = cal.end_of(cal.day_of(event.at) + pause.cap_days * DAY).at
    return [Item(end, "resume", event, pause, cap_of=event)] if end <= as_of else []
