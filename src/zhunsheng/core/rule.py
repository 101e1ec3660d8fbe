"""Rule values: what a rule file says, as immutable data. `rules.py` reads them from TOML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal

ELEMENTS: Final = ("person", "matter", "item", "dossier", "unit", "place")
KINDS: Final = ("period", "duration", "max-term", "lead-before")
NATURES: Final = ("statutory", "internal", "agreed")
SOURCES: Final = ("full", "full_2018", "secondary", "memory", "local")
STATUSES: Final = ("draft", "trial", "stable", "retired")
DUTIES: Final = ("police", "procuratorate", "detention_house", "appraisal_body")
UNITS: Final = ("hours", "days", "working_days", "months", "years", "immediate", "by_document")
COUNTINGS: Final = (
    "exact_minute",
    "rolling_24h",
    "same_time",
    "day_after",
    "next_workday",
    "same_day_of_month",
    "office_hours",
    "at_once",
    "before_parent",
    "by_document",
)
OUTERS: Final = ("same", "full_hour", "day_end", "spc_month", "rolled")
ROLLS: Final = ("never", "forward", "by_custody")
BEFORE_START: Final = ("question", "meets", "nothing")
TEST_OPS: Final = ("one_of", "not", "at_least", "at_most", "present")
WARNING_LEVELS: Final = ("blue", "yellow", "red")
DEFAULT_AT_ONCE_HOURS: Final = {"blue": 0, "yellow": 1, "red": 4}
MODES: Final = ("total", "added", "by_document")


@dataclass(frozen=True)
class FactTest:
    """One closed test on a fact: `op` of TEST_OPS against `values`; a test for present has one bool."""

    fact: str
    op: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Limit:
    """How long: an amount of a unit, how it is counted, and how the outer reading and rest days are taken."""

    amount: int
    unit: str
    counting: str
    outer: str
    roll: str
    tests: tuple[FactTest, ...] = ()


@dataclass(frozen=True)
class Lead:
    """When a level falls due: microseconds before the due time (or after the start), or a share of the limit in
    percent."""

    kind: Literal["duration", "share"]
    value: int


@dataclass(frozen=True)
class Leads:
    """The three leads of a limit, counted back from its strict due time, or on from its start."""

    blue: Lead
    yellow: Lead
    red: Lead
    from_start: bool = False

    def of(self, level: str) -> Lead:
        """The lead of a level: blue, yellow or red."""
        return {"blue": self.blue, "yellow": self.yellow, "red": self.red}[level]


@dataclass(frozen=True)
class Extension:
    """What lengthens the limit: a total from the start, time added, or only what a document says."""

    tier: str
    event: str | None
    mode: str
    amount: int
    unit: str
    when: str = ""
    approver: str = ""
    states: str = ""
    after: str | None = None
    tests: tuple[FactTest, ...] = ()
    start_fact: tuple[FactTest, ...] = ()
    repeat: bool = False
    leads: Leads | None = None


@dataclass(frozen=True)
class Pause:
    """Time that does not count, from one event to any of some others."""

    id: str
    begins: str
    ends: tuple[str, ...]
    pair_by: str
    tests: tuple[FactTest, ...] = ()
    then: Limit | Literal["base"] | None = None
    cap_days: int | None = None


@dataclass(frozen=True)
class Restart:
    """A new epoch from an event. With `waits_if` or `waits_from` the clock waits for it."""

    event: str
    when: str = ""
    limit: Limit | None = None
    opens: bool = False
    waits_if: tuple[FactTest, ...] = ()
    waits_from: str | None = None
    waits_end: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parent:
    """A due time counted back from another rule's clock, or from an instant that the start states."""

    amount: int
    unit: str
    rule: str | None = None
    tier: str | None = None
    fact: str | None = None


@dataclass(frozen=True)
class Basis:
    """An article. `gist` is our own wording; statute texts are not shipped."""

    instrument: str
    article: str
    year: int | None
    gist: str


@dataclass(frozen=True)
class Version:
    """The rule in force from a day on. None: always. What it does not restate is the rule's."""

    in_force: date | None
    basis: tuple[Basis, ...]
    start: tuple[str, ...]
    limits: tuple[Limit, ...]
    extensions: tuple[Extension, ...]
    pauses: tuple[Pause, ...]


@dataclass(frozen=True)
class Stop:
    """What ends a clock, and what ending means."""

    met_by: tuple[str, ...] = ()
    moot_by: tuple[str, ...] = ()
    excused_by: tuple[str, ...] = ()
    all_of: Mapping[str, str] = field(default_factory=dict)
    recipients: str | None = None
    before_start: str = "question"
    on_due: str = "breach"

    @property
    def satisfying(self) -> tuple[str, ...]:
        """Event types that meet the clock."""
        return (*self.met_by, *self.all_of.values())


@dataclass(frozen=True)
class RuleTest:
    """One test of a rule file: events, the instant of judgement, and the clocks expected."""

    name: str
    why: str
    given: tuple[Mapping[str, Any], ...]
    expect: tuple[Mapping[str, Any], ...]
    case: Mapping[str, Any] = field(default_factory=dict)
    as_of: datetime | None = None
    known_at: datetime | None = None


@dataclass(frozen=True)
class Rule:
    """A time limit."""

    id: str
    title: str
    title_en: str
    element: str
    subject: str
    kind: str
    nature: str
    source: str
    status: str
    custody: bool
    duty_of: str
    enabled: bool
    note: str
    applies: tuple[FactTest, ...]
    assume: Mapping[str, Any]
    stop: Stop
    restarts: tuple[Restart, ...]
    parents: tuple[Parent, ...]
    leads: Leads
    recipients: Mapping[str, tuple[str, ...]]
    versions: tuple[Version, ...]
    messages: Mapping[str, str]
    tests: tuple[RuleTest, ...]
    path: str = ""
    inhibited_by: tuple[str, ...] = ()  # rules whose open findings on the same case say more than this one's

    def version_on(self, day: date) -> int:
        """Index of the version in force on a day; -1 where none is."""
        found = -1
        for n, version in enumerate(self.versions):
            if version.in_force is None or version.in_force <= day:
                found = n
        return found


def counting_of(unit: str, base: Limit) -> str:
    """How a limit in `unit` counts inside a rule whose base is `base` (ADR 1, 16)."""
    if unit == base.unit:
        return base.counting
    counts_days = base.unit == "days" and base.counting in ("day_after", "rolling_24h", "same_time")
    return {
        "hours": "exact_minute",
        "days": base.counting if counts_days else "day_after",
        "working_days": "next_workday",
        "months": "same_day_of_month",
        "years": "same_day_of_month",
        "immediate": "at_once",
        "by_document": "by_document",
    }[unit]


def limit_like(base: Limit, amount: int, unit: str, *, kind: str, custody: bool) -> Limit:
    """A limit of another amount or unit with the readings that go with it (ADR 1, 16)."""
    counting = counting_of(unit, base)
    outer, roll = base.outer, base.roll
    if unit == "hours":
        outer, roll = ("full_hour" if base.outer == "full_hour" and kind != "duration" else "same"), "never"
    elif unit in ("immediate", "by_document"):
        outer, roll = "same", "never"
    elif base.unit in ("hours", "immediate") and counting != "next_workday":
        outer, roll = ("same", "never") if custody else ("rolled", "forward")
    elif counting == "next_workday":
        outer, roll = "same", "never"
    elif (base.outer == "spc_month" and unit not in ("months", "years")) or (
        base.outer == "day_end" and counting != "rolling_24h"
    ):
        outer = "same"
    return Limit(amount, unit, counting, outer, roll)
