"""What one case is to become, and one event of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zhunsheng.city.faults import Fault
from zhunsheng.city.steps import Act, Story


@dataclass(slots=True)
class Entry:
    """One event as it will be written; times are local minutes."""

    type: str
    at: int
    names: dict[str, str]
    facts: dict[str, Any]
    is_bare: bool = False
    has_case: bool = True
    until: int | None = None  # an end that it states: 24:00 of a day
    is_until_exact: bool = False  # or a minute
    place: str | None = None  # "area": that of the unit
    team: int | None = None  # which officers of the case
    is_alone: bool = False  # only one of them
    is_unnumbered: bool = False  # its document has no number
    is_recorded_late: bool = False
    minutes: int = 0  # that it takes
    version: int = 1
    is_void: bool = False
    recorded: int = 0
    number: int = 0  # of the event within the case


@dataclass(frozen=True)
class Plan:
    """What a case is to become. On the edge: one act stands within a minute or a day of its limit."""

    index: int
    seed: int
    story: Story
    opening: int
    last: int  # the minute after which nothing is recorded any more
    persons: tuple[str, ...]
    title: str
    is_on_edge: bool = False
    is_lawful: bool = False
    is_plain: bool = False  # everything goes its usual way; the limit on the edge neither grows nor pauses
    target: str | None = None  # the step that is to be on the edge; None: the first with a limit
    path: Mapping[str, Act] = field(default_factory=dict)  # acts that lead to it
    facts: Mapping[str, Any] = field(default_factory=dict)  # what must be so for that, where it is left to chance
    forestalled_by: tuple[str, ...] = ()  # events that would make the act on the edge senseless, so that they come late
    fault: Fault | None = None  # what goes wrong in it
    type: str = "other"  # as it is registered: a value of the fact case_type
    is_whole: bool = False  # everything that must be done is done in time, and everything open is brought to its end
