"""The table form of a story: after which event an act follows, within what limit, and how it may go.

A further rule gets its cases by a further `Step`; no other code changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from zhunsheng.city.spans import Span


@dataclass(frozen=True)
class Chance:
    """A fact that is true with a probability."""

    of: float


@dataclass(frozen=True)
class Number:
    """A whole number between two others, both included."""

    low: int
    high: int


@dataclass(frozen=True)
class Pick:
    """One of several values."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Held:
    """Whether anybody in the case is in custody when the act is recorded."""


@dataclass(frozen=True)
class Later:
    """An instant so many minutes after the act, as ISO 8601."""

    minutes: int


Facts = Mapping[str, Any]  # a constant, or how it is drawn


@dataclass(frozen=True)
class Act:
    """One way a step may go: the event that records it and the facts that the event states."""

    event: str
    weight: float = 1.0
    facts: Facts = field(default_factory=dict)
    ends: bool = True  # it ends what the limit is about; otherwise it only leads on
    is_exact: bool = False  # always recorded to the minute, because a limit in hours runs from it
    once: bool = False  # at most once in a case, for all persons in it
    until: Span | None = None  # the document states the end of this


@dataclass(frozen=True)
class Growth:
    """An event that lengthens the limit to a new one, counted from the same start."""

    event: str
    span: Span
    chance: float
    facts: Facts = field(default_factory=dict)
    since: date | None = None  # only where the step began on or after this day
    is_lawful: bool = True  # whether it leaves every other limit kept
    until_share: float = 0.0  # how often the document states the end of the new limit
    follows: bool = True  # only after the growth before it


@dataclass(frozen=True)
class Halt:
    """Time that does not count: a beginning, an end, and how many days lie between."""

    begin: str
    end: str
    days: tuple[int, int]
    chance: float
    names: str | None = None  # the kind of subject by which both ends are paired
    facts: Facts = field(default_factory=dict)
    then: Span | None = None  # the limit that runs from the end instead of the rest
    since: date | None = None
    left_open: float = 0.05  # how often it has not ended when the year does
    is_lawful: bool = True  # whether it leaves every other limit kept


@dataclass(frozen=True)
class Renewal:
    """An event from which the limit runs anew."""

    event: str
    chance: float
    facts: Facts = field(default_factory=dict)
    held: bool = False  # only while the person is in custody


@dataclass(frozen=True)
class Bound:
    """A limit that runs from an earlier event of the same person: it is looked at only where its edge is planned."""

    event: str
    span: Span


@dataclass(frozen=True)
class Step:
    """What follows an event: an act within a limit, or (without `span`) after a gap."""

    name: str
    after: str
    acts: tuple[Act, ...]
    span: Span | None = None
    rule: str | None = None  # whose limit `span` or `bound` is
    bound: Bound | None = None
    gap: tuple[int, int] = (1, 1)  # minutes after the event, where no limit runs
    chance: float = 1.0
    when: Facts = field(default_factory=dict)  # facts of the event, else of the case
    since: date | None = None  # only if the event stands on or after this day
    before: date | None = None
    keeps: tuple[str, ...] = ("person",)  # subjects that the act inherits from the event
    names: tuple[str, ...] = ()  # kinds of subject of which the act names a new one
    per_person: bool = False  # once for every person of the case
    times: tuple[int, int] = (1, 1)
    once: bool = False  # at most once in a case
    needs: str | None = None  # only if the event names a subject of this kind
    held: bool = False  # only if the person is in custody when the act happens
    given: str | None = None  # only after this has happened to the person or to the case
    unless: tuple[str, ...] = ()  # not if one of these happens to the person or to the case in between
    optional: bool = False  # nobody has to do it, though it is limited
    earliest: float = 0.05  # the share of the limit before which nobody acts
    growths: tuple[Growth, ...] = ()
    halts: tuple[Halt, ...] = ()
    renewals: tuple[Renewal, ...] = ()


@dataclass(frozen=True)
class Story:
    """A kind of case: how often it occurs, how it opens, and the facts of the case."""

    name: str
    weight: float
    opening: Act
    facts: Facts
    offences: tuple[str, ...]
    steps: tuple[Step, ...]
    has_incident: bool = False  # it opens with an incident that has no case yet
    names: tuple[str, ...] = ()  # kinds of subject that the opening names


def duty(rule: str, after: str, event: str, span: Span, **more: Any) -> Step:
    """The step that keeps one rule by one act; it is named after the rule."""
    return Step(name=rule, after=after, acts=(Act(event),), span=span, rule=rule, **more)


def then(name: str, after: str, event: str, gap: tuple[int, int], chance: float = 1.0, **more: Any) -> Step:
    """An act that no limit governs."""
    facts = more.pop("facts", {})
    return Step(name=name, after=after, acts=(Act(event, facts=facts),), gap=gap, chance=chance, **more)


def after_each(step: Step, *events: str) -> tuple[Step, ...]:
    """The same step after any of several events."""
    return tuple(replace(step, name=f"{step.name} {event}", after=event) for event in events)
