"""A points policy as a value. What a file says, whether or not the gate lets it load. docs/points-format.md."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

BLOCKS: Final = ("volume", "quality", "timeliness", "effect", "ability")
SCHEMES: Final = ("officer", "unit")
STATUSES: Final = ("draft", "trial", "stable", "retired")
PERIODS: Final = ("month", "quarter", "year")
MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
"""Months of a period."""
SIGNS: Final = ("earn", "deduct")
OPS: Final = ("share", "sum")
MANUAL_KINDS: Final = ("rescue", "public_service", "emergency_support")
MODES: Final = ("bands", "full")
ENDS: Final = (
    "case.closed",
    "case.transferred",
    "case.terminated",
    "case.withdrawn",
    "case.not_filed",
    "case.merged",
)
"""The lawful endings of an assigned case; each of them pays the same."""
REVERSES_ON: Final = ("defect.decision_annulled", "defect.record_falsified")
"""What undoes an earned entry where the policy does not say."""
ROLES: Final = {"lead": Fraction(3, 5), "assist": Fraction(2, 5)}
"""Shares of joint work where the policy does not say."""
REPAIR_CAP: Final = 200
"""What repaired problems of one's own may earn in a period where the policy names no cap, in hundredths."""


@dataclass(frozen=True)
class Cite:
    """Where an entry comes from."""

    instrument: str
    article: str
    gist: str


@dataclass(frozen=True)
class Entry:
    """One way to earn or lose points. Amounts are hundredths of a point."""

    id: str
    title: str
    block: str
    sign: str
    fact: str
    measure: str
    points: int
    cite: Cite
    per: int = 1
    weight: str = ""
    share: str = ""
    ends: tuple[str, ...] = ()  # () is all
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cap: int | None = None
    when_none: str = "neutral"
    reverses_on: tuple[str, ...] = REVERSES_ON
    minimum: str = ""  # the key with which a minimum is asked for, which is refused


@dataclass(frozen=True)
class Derive:
    """A name for something made of facts."""

    name: str
    op: str
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    of: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """Everything it is made of."""
        return (*self.numerator, *self.denominator, *self.of)


@dataclass(frozen=True)
class VolumeGate:
    """What volume is paid under: the bound of the unit's problem rate in the random stream."""

    fact: str
    stream: str
    at_most: Decimal
    confidence: Decimal
    level: str
    window_periods: int
    min_sample: int
    otherwise: str


@dataclass(frozen=True)
class VolumeCap:
    """How many times what one's peers do still counts."""

    of: str
    at_most: Decimal


@dataclass(frozen=True)
class Weights:
    """How cases are weighed. `table` is what somebody wrote by hand, which is refused."""

    by: tuple[str, ...]
    method: str
    year: int
    table: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Manual:
    """Points by hand: of a closed list, bounded, by two persons."""

    kind: str
    share_at_most: Decimal
    two_persons: bool


@dataclass(frozen=True)
class Publish:
    """How a board is shown."""

    mode: str = "bands"
    min_exposure_days: int = 8
    min_cases: int = 12
    reason: str = ""


@dataclass(frozen=True)
class Ranking:
    """What decides between equals, and who is awarded."""

    tie_break: tuple[str, ...] = ()
    award_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicyTest:
    """A nudge that the file itself states, and how much it may change."""

    name: str
    given: tuple[Mapping[str, Any], ...]
    change: int  # hundredths


@dataclass(frozen=True)
class Policy:
    """One version of a policy: its id, and the day from which it governs."""

    id: str
    title: str
    scheme: str
    status: str
    period: str
    in_force: date
    approved: tuple[str, str]
    unit_kinds: tuple[str, ...]
    posts: tuple[str, ...]
    blocks: Mapping[str, int]
    entries: tuple[Entry, ...]
    roles: Mapping[str, Fraction] = field(default_factory=lambda: ROLES)
    appeal_days: int = 5
    answer_days: int = 5
    publish: Publish = field(default_factory=Publish)
    gate: VolumeGate | None = None
    cap: VolumeCap | None = None
    weights: Weights | None = None
    manual: tuple[Manual, ...] = ()
    derived: tuple[Derive, ...] = ()
    ranking: Ranking = field(default_factory=Ranking)
    factors: tuple[str, ...] = ()  # keys of multipliers and tiers, which are refused
    tests: tuple[PolicyTest, ...] = ()

    @property
    def version(self) -> str:
        """How a ledger entry names this version."""
        return f"{self.id}@{self.in_force.isoformat()}"


def in_force_on(policies: tuple[Policy, ...], policy: str, day: date) -> Policy | None:
    """The version of a policy that governs a day; None before its first. Never a later one in its place."""
    begun = [one for one in policies if one.id == policy and one.in_force <= day]
    return max(begun, key=lambda one: one.in_force) if begun else None
