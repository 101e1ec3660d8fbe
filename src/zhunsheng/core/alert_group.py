"""A group as people stand to it: its findings, its state, and the notices that it gives rise to."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

LEVEL_RANK: Final = {"ask": 0, "blue": 1, "yellow": 2, "red": 3}
KIND_RANK: Final = {
    "approaching": 0,
    "unknown": 0,
    "extension_out_of_order": 1,
    "late_extension": 1,
    "late_pause": 1,
    "lapsed": 2,
    "late_known": 3,
    "broken": 3,
    "overdue": 4,
    "late": 5,
}
OPEN_STATES: Final = ("waiting", "acknowledged", "snoozed", "claimed_done", "disputed")
Rank = tuple[int, int]


@dataclass(frozen=True)
class Found:
    """A finding as people stand to it. `told`: an alert of it went out; `corrected`: so did its correction; `returns`:
    how often it came true again after that."""

    kind: str
    level: str
    found_at: datetime
    closed_at: datetime | None = None
    state: str = "current"  # current, superseded, withdrawn, overruled
    told: bool = False
    corrected: bool = False
    returns: int = 0

    @property
    def rank(self) -> Rank:
        """How bad it is: first by level, then by kind."""
        return LEVEL_RANK[self.level], KIND_RANK[self.kind]

    @property
    def is_open(self) -> bool:
        """Whether it is true and its clock still runs."""
        return self.state == "current" and self.closed_at is None


@dataclass(frozen=True)
class Group:
    """One row of the inbox: the findings of one clock, and where it stands among people."""

    key: str
    liberty: bool
    opened_at: datetime
    start: datetime | None = None
    due: datetime | None = None
    findings: Mapping[str, Found] = field(default_factory=dict)
    state: str = "waiting"
    owner: int | None = None
    state_until: datetime | None = None
    handed_to: int | None = None
    asks: int = 0
    escalations: int = 0
    escalated: tuple[str, ...] = ()  # roles that were told because nobody answered
    escalate_at: datetime | None = None
    closed_at: datetime | None = None
    held: str = ""  # why nobody is told: inhibited, silenced, trial
    ruled_due: datetime | None = None  # an upheld dispute also concerns later levels of this due time

    @property
    def worst(self) -> tuple[str, Found] | None:
        """The finding that the group stands for: the worst that is open, else the worst that is still true, else the
        worst that was."""
        for chosen in (
            {key: found for key, found in self.findings.items() if found.is_open},
            {key: found for key, found in self.findings.items() if found.state == "current"},
            self.findings,
        ):
            if chosen:
                return min(chosen.items(), key=worst_first)
        return None

    @property
    def level(self) -> str:
        """The level of its worst finding."""
        return self.worst[1].level if self.worst else "ask"

    @property
    def told_rank(self) -> Rank | None:
        """How bad the worst is that was told and is still true."""
        return max((f.rank for f in self.findings.values() if f.told and f.state == "current"), default=None)

    @property
    def next_at(self) -> datetime | None:
        """The earliest instant at which time alone changes it."""
        waits = [at for at in (self.state_until, self.escalate_at) if at is not None]
        return min(waits) if waits and not self.held and self.state in OPEN_STATES else None


@dataclass(frozen=True)
class Notice:
    """Somebody must be told. Either `roles`, or `officers` by number, or everybody who was told of the finding."""

    group: str
    finding: str
    reason: str
    text: str  # an occasion of alerts.toml, such as raised, repeat or escalated
    level: str
    kind: str
    occasion: str = ""
    roles: tuple[str, ...] = ()
    officers: tuple[int, ...] = ()
    to_told: bool = False


def alert_key(notice: Notice, recipient: str) -> str:
    """The key of the alert that tells a notice to a recipient, SHA-256 in hex. `recipient` names a person lastingly,
    not a row of one database."""
    reason = "raised" if notice.reason in ("first", "worse") else notice.reason
    parts = (notice.group, notice.finding, recipient, reason, notice.occasion)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def level_roles(level: str, roles: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The rule's recipients at a level. A question goes to those whom the rule names for questions, else to those of
    its lowest level."""
    if level != "ask":
        return tuple(roles.get(level, ()))
    return next((tuple(roles[name]) for name in ("ask", "blue", "yellow", "red") if roles.get(name)), ())


def worst_first(item: tuple[str, Found]) -> tuple[Any, ...]:
    """Sorting key of (key, finding): the worst first, then the oldest."""
    key, found = item
    return (-found.rank[0], -found.rank[1], found.found_at, key)
