"""Check values: what a check file says, as immutable data. `check_rules.py` reads them from TOML.

A check is a rule that is no deadline: acts of some types, judged one by one (or in pairs, or in windows) by one of the
closed kinds below. docs/check-format.md says what each key means.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from zhunsheng.core.rule import Basis, FactTest, RuleTest

KINDS: Final = ("fact", "order", "absent", "overlap", "span", "count", "match")
KEYS: Final = (
    "case",
    "person",
    "officer",
    "item",
    "place",
    "unit",
    "visit",
    "order",
    "document",
    "dossier",
    "incident",
)
SPANNING: Final = ("person", "officer", "place", "unit", "incident")
"""Keys that mean the same in every case; the others are told apart by case."""
REACHING: Final = ("person", "item", "visit", "order", "document", "dossier")
"""Keys that an event of the case which names none of them reaches all of."""
LEVELS: Final = ("blue", "yellow", "red", "ask")
SAME_COLUMNS: Final = ("case", "person", "item", "visit", "order", "document", "dossier", "place", "unit")
PRESENT_COLUMNS: Final = (
    "person",
    "item",
    "visit",
    "order",
    "document",
    "dossier",
    "place",
    "unit",
    "until",
    "document_no",
)
OFFICERS: Final = "officers"
SHOWS: Final = ("kept", "broken", "unknown", "boundary")
FINDING_KINDS: Final = ("overdue", "late", "broken")

Tests = tuple[FactTest, ...]
Alternatives = tuple[Tests, ...]
"""Any one of the lists of tests must hold whole; no list at all holds always."""


@dataclass(frozen=True)
class Length:
    """A length of time: microseconds, or calendar months that run to 24:00 of the same-numbered day."""

    us: int = 0
    months: int = 0


@dataclass(frozen=True)
class While:
    """A state in which acts are judged: from any of some events to any of others. `holds` False: while it is off."""

    begins: tuple[str, ...]
    ends: tuple[str, ...]
    holds: bool = True


@dataclass(frozen=True)
class Order:
    """What must have come before the act: events, or an instant that the act states."""

    after: tuple[str, ...]
    tests: Tests
    every: bool
    fact: str | None
    since: tuple[str, ...]
    since_at_least: Length | None


@dataclass(frozen=True)
class Absent:
    """What must follow the act in time. `within` None: until the end that the act states."""

    must: tuple[str, ...]
    tests: Tests
    every: bool
    within: Length | None
    before: Length
    from_: tuple[str, ...]


@dataclass(frozen=True)
class Overlap:
    """Acts that may not be in progress together."""

    ends: tuple[str, ...]
    ends_by: tuple[str, ...]
    longest: Length
    is_open_lasting: bool
    differ: tuple[str, ...]


@dataclass(frozen=True)
class Longer:
    """What lets an act last longer: an event while it lasts."""

    event: str
    tests: Tests
    at_most: Length


@dataclass(frozen=True)
class Span:
    """How long an act may last, must last, or when in the day it may not be in progress."""

    ends: tuple[str, ...]
    to: str
    at_most: Length | None
    at_least: Length | None
    outside: tuple[int, int] | None  # minutes of the local day: from, to; over midnight where from > to
    longer: tuple[Longer, ...]
    longest: Length


@dataclass(frozen=True)
class Count:
    """How many acts, or findings, there may be in a window."""

    at_most: int
    within: Length | None
    since: tuple[str, ...]
    of_findings: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """Another record with which the act must agree, or from which it must differ."""

    others: tuple[str, ...]
    tests: Tests
    looks_back: bool
    agree: tuple[str, ...]
    differ: tuple[str, ...]
    is_until: bool
    asks_without: bool


Body = Order | Absent | Overlap | Span | Count | Match | None


@dataclass(frozen=True)
class CheckVersion:
    """The check in force from a day on; acts before the first version are not judged. None: always."""

    in_force: date | None
    basis: tuple[Basis, ...]
    applies: Alternatives
    require: Alternatives


@dataclass(frozen=True)
class Check:
    """A check rule."""

    id: str
    code: str
    title: str
    title_en: str
    element: str
    kind: str
    key: str
    same: tuple[str, ...]
    level: str
    nature: str
    source: str
    status: str
    custody: bool
    enabled: bool
    mends: str
    note: str
    events: tuple[str, ...]
    first: bool
    state: While | None
    assume: Mapping[str, Any]
    unless: Alternatives
    body: Body
    recipients: Mapping[str, tuple[str, ...]]
    versions: tuple[CheckVersion, ...]
    messages: Mapping[str, str]
    tests: tuple[RuleTest, ...]
    shows: tuple[str, ...] = field(default=())  # of each test: kept, broken, unknown, boundary
    path: str = ""

    @property
    def is_asking(self) -> bool:
        """Whether it asks a person instead of raising a finding."""
        return self.level == "ask"

    @property
    def needs_key(self) -> bool:
        """Whether an act that does not name its key cannot be judged: other records are found by it."""
        return self.kind in ("overlap", "count") or self.state is not None or bool(partner_types(self.body))

    @property
    def types(self) -> frozenset[str]:
        """Every event type that it reads."""
        state = (*self.state.begins, *self.state.ends) if self.state else ()
        return frozenset((*self.events, *state, *partner_types(self.body)))

    @cached_property
    def words(self) -> frozenset[str]:
        """Every string that it holds, names of fields and keys included: whatever it reads is among them."""
        return frozenset(_words(self))


def _words(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif is_dataclass(tree):
        for part in fields(tree):
            yield part.name
            yield from _words(getattr(tree, part.name))
    elif isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _words(key)
            yield from _words(value)
    elif isinstance(tree, Iterable):
        for value in tree:
            yield from _words(value)


def partner_types(body: Body) -> tuple[str, ...]:
    """The event types, beside the acts, that a kind reads."""
    if isinstance(body, Order):
        return (*body.after, *body.since)
    if isinstance(body, Absent):
        return (*body.must, *body.from_)
    if isinstance(body, Span):
        return (*body.ends, *(longer.event for longer in body.longer))
    if isinstance(body, Overlap):
        return body.ends
    if isinstance(body, Count):
        return body.since
    return body.others if isinstance(body, Match) else ()
