"""The one parser of alerts.toml: how fast people are told, at which hours, by which channels and in which words."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Final

from zhunsheng.core.rule import NATURES, WARNING_LEVELS
from zhunsheng.core.rules import parse_duration
from zhunsheng.core.schemas import FINDING_KINDS, LEVELS
from zhunsheng.core.toml_table import Issue, Table
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.core.wording import placeholders

VOICES: Final = ("officer", "legal", "head")
ASSIGNED: Final = ("case_officer", "co_officer")
VOICED: Final = ("raised", "bundle", "repeat", "claim", "rejected", "escalated", "urged", "handed")
EXTRA_TEXTS: Final = {"officer": ("message", "many"), "legal": ("many", "disputed", "alone"), "head": ("many",)}
ANY_TEXTS: Final = (
    "withdrawn",
    "withdrawn_many",
    "withdrawn_cases",
    "digest",
    "also_open",
    "also_withdrawn",
    "alone",
    "silence_ending",
    "silence_ended",
    "program",
    "fault",
    "demoted",
    "below_floor",
)
NAMES: Final = frozenset(
    {
        "level",
        "message",
        "whose",
        "case",
        "title",
        "situation",
        "count",
        "due",
        "outer",
        "left",
        "late",
        "over",
        "told",
        "until",
        "unit",
    }
)
MATTER: Final = ("case", "title", "situation")
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "message": ("message",),
    "bundle": ("case", "count", "title", "situation"),
    "many": ("case", "count", "title", "situation"),
    "claim": ("case", "title"),
    "disputed": ("case", "title", "until"),
    **dict.fromkeys(("raised", "repeat", "rejected", "escalated", "urged", "handed", "program"), MATTER),
}
"""What a text must name: whoever gets it knows which matter it is, and how it stands."""
DAY: Final = timedelta(days=1)
ALL_OF_IT: Final = 100
GATHERED: Final = ("first", "beside", "red", "again")
LIBERTY_MOST: Final[Mapping[str, tuple[int, timedelta]]] = {
    "first": (10, timedelta(hours=1)),
    "beside": (25, timedelta(hours=4)),
    "red": (10, timedelta(minutes=10)),
    "again": (10, timedelta(hours=2)),
}
"""Where liberty is at stake no message may be gathered longer: share of the time left, and longest wait."""


class AlertPolicyRefused(ValueError):
    """alerts.toml says something wrongly; every issue is in the message, one a line."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__("\n".join(str(issue) for issue in issues))
        self.issues = issues


@dataclass(frozen=True)
class Pace:
    """How long an alert of each level waits for an answer; a level that is absent never escalates."""

    after: Mapping[str, timedelta]
    again: timedelta


@dataclass(frozen=True)
class Gathering:
    """How long a message may wait for others to the same person: at most this share of the time left (hundredths), and
    at most so long."""

    share: int
    most: timedelta


@dataclass(frozen=True)
class RoleFinding:
    """How the holders of a role are found and spoken to. Nobody is found for a role that is outside."""

    role: str
    assigned: str = ""
    post: str = ""
    up: bool = False
    outside: bool = False
    whose: str = ""
    voice: str = "officer"


@dataclass(frozen=True)
class SnoozeLimit:
    """For limits up to a length (None: any): a snooze ends at least this long before the due time."""

    limit_up_to: timedelta | None
    floor: timedelta


@dataclass(frozen=True)
class AlertPolicy:
    """Everything that alerts.toml says."""

    zone: str
    quiet_from: time
    quiet_until: time
    digest_at: time
    digest_not_if_due_within: timedelta
    gathered: Mapping[bool, Mapping[str, Gathering]]  # by liberty, then GATHERED
    late_told_within: timedelta
    claim_returns_after: timedelta
    ruling_working_days: int
    chain: tuple[str, ...]
    liberty_pace: Pace
    other_pace: Pace
    acknowledged_share: int
    acknowledged_least: timedelta
    acknowledged_overdue: Mapping[bool, timedelta]  # by liberty
    acknowledged_most: Mapping[bool, timedelta]
    snooze: tuple[SnoozeLimit, ...]
    channels: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, RoleFinding]
    levels: Mapping[str, str]
    overdue_words: Mapping[str, str]
    situations: Mapping[str, str]
    sign: str
    texts: Mapping[str, Mapping[str, str]]  # voice or "any" → occasion → template

    def pace(self, *, liberty: bool) -> Pace:
        """How fast nobody's answer is taken to the next role."""
        return self.liberty_pace if liberty else self.other_pace


def parse_alert_policy(text: str, vocabulary: Vocabulary, *, path: str = "alerts.toml") -> AlertPolicy:
    """Read the text of alerts.toml.

    Raises  AlertPolicyRefused with every issue at once; tomllib.TOMLDecodeError if it is not TOML.
    """
    issues: list[Issue] = []
    top = Table(tomllib.loads(text), "", issues, path)
    policy = _Reader(vocabulary).read(top)
    if issues:
        raise AlertPolicyRefused(issues)
    return policy


class _Reader:
    """Reads the policy; the vocabulary says which roles and channels there are."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def read(self, top: Table) -> AlertPolicy:
        quiet, digest, late = top.table("quiet"), top.table("digest"), top.table("late")
        claim, ruling = top.table("claim"), top.table("ruling")
        escalation, acknowledged = top.table("escalation"), top.table("acknowledged")
        overdue, most = acknowledged.table("overdue"), acknowledged.table("most")
        sign = top.table("sign")
        policy = AlertPolicy(
            zone=self.vocabulary.zone,
            quiet_from=_time(quiet, "from"),
            quiet_until=_time(quiet, "until"),
            digest_at=_time(digest, "at"),
            digest_not_if_due_within=_duration(digest, "not_if_due_within"),
            gathered=_gathered(top.table("gathered")),
            late_told_within=_duration(late, "told_within"),
            claim_returns_after=_duration(claim, "returns_after"),
            ruling_working_days=ruling.take("working_days", int),
            chain=escalation.words("chain", self.vocabulary.roles, "role", ...),
            liberty_pace=_pace(escalation.table("liberty"), every=WARNING_LEVELS),
            other_pace=_pace(escalation.table("other"), every=("red",)),
            acknowledged_share=acknowledged.take("share", int),
            acknowledged_least=_duration(acknowledged, "least"),
            acknowledged_overdue={True: _duration(overdue, "liberty"), False: _duration(overdue, "other")},
            acknowledged_most={True: _duration(most, "liberty"), False: _duration(most, "other")},
            snooze=_snooze(top),
            channels=self._channels(top.table("channels")),
            roles=self._roles(top.table("roles")),
            levels=_closed(top.table("levels"), LEVELS, frozenset()),
            overdue_words=_closed(top.table("overdue_words"), NATURES, frozenset()),
            situations=_closed(top.table("situations"), FINDING_KINDS, NAMES - {"situation", "message", "whose"}),
            sign=sign.take("text", str),
            texts=_texts(top.table("texts")),
        )
        for table in (quiet, digest, late, claim, ruling, escalation, acknowledged, overdue, most, sign, top):
            table.close()
        return policy

    def _channels(self, table: Table) -> dict[str, tuple[str, ...]]:
        found = {level: table.words(level, self.vocabulary.channels, "channel", ...) for level in LEVELS}
        table.close()
        return found

    def _roles(self, table: Table) -> dict[str, RoleFinding]:
        found = {}
        for role in self.vocabulary.roles:
            if not table.has(role):
                table.issue(role, "missing. Say how its holders are found, or that it is outside.")
                continue
            inner = table.table(role)
            found[role] = RoleFinding(
                role=role,
                assigned=inner.choice("assigned", ASSIGNED, ""),
                post=inner.take("post", str, ""),
                up=inner.take("up", bool, False),
                outside=inner.take("outside", bool, False),
                whose=inner.take("whose", str, ""),
                voice=inner.choice("speaks", VOICES, "officer"),
            )
            if not (found[role].outside or found[role].post or found[role].assigned):
                inner.issue("post", "missing. Name a post, an assignment, or outside = true.")
            inner.close()
        table.close()
        return found


def _texts(table: Table) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for voice in VOICES:
        found[voice] = _closed(table.table(voice), (*VOICED, *EXTRA_TEXTS[voice]), NAMES)
    found["any"] = _closed(table.table("any"), ANY_TEXTS, NAMES)
    table.close()
    return found


def _closed(table: Table, keys: tuple[str, ...], names: frozenset[str]) -> dict[str, str]:
    """A text for each key of a closed list, with placeholders of a closed list."""
    found = {}
    for key in keys:
        found[key] = table.take(key, str)
        used = placeholders(found[key])
        for name in used:
            if name not in names:
                table.issue(key, f"{{{name}}} is not filled by anything. Use {', '.join(sorted(names))}.")
        for name in REQUIRED.get(key, ()):
            if name not in used:
                table.issue(key, f"{{{name}}} is missing. Whoever gets it must know what it is about.")
        if not found[key].strip():
            table.issue(key, "blank. Whoever gets it must know what it is about.")
    table.close()
    return found


def _pace(table: Table, *, every: tuple[str, ...]) -> Pace:
    """For liberty every level must escalate."""
    after = {
        level: _duration(table, level) for level in ("red", "yellow", "blue") if level in every or table.has(level)
    }
    pace = Pace(after, _duration(table, "again"))
    table.close()
    return pace


def _snooze(top: Table) -> tuple[SnoozeLimit, ...]:
    rows = top.tables("snooze")
    found = []
    for n, table in enumerate(rows):
        bound = _duration(table, "limit_up_to") if table.has("limit_up_to") else None
        if (bound is None) != (n == len(rows) - 1):
            table.issue("limit_up_to", "every [[snooze]] but the last needs it, and the last has none.")
        found.append(SnoozeLimit(bound, _duration(table, "floor")))
        table.close()
    if not rows:
        top.issue("snooze", "missing. State at least one floor.")
    return tuple(found)


def _time(table: Table, name: str) -> time:
    text = table.take(name, str)
    try:
        return time.fromisoformat(text)
    except ValueError:
        table.issue(name, f"{text!r} is no time of day. Write it as 22:00.")
        return time()


def _gathered(table: Table) -> dict[bool, Mapping[str, Gathering]]:
    """For liberty nothing longer than LIBERTY_MOST."""
    found: dict[bool, Mapping[str, Gathering]] = {}
    for name, liberty in (("liberty", True), ("other", False)):
        inner = table.table(name)
        found[liberty] = {key: _gathering(inner.table(key)) for key in GATHERED}
        inner.close()
    for key, (share, most) in LIBERTY_MOST.items():
        if found[True][key].share > share or found[True][key].most > most:
            table.issue("liberty", f"{key}: too long. At most share = {share} and {most}.")
    table.close()
    return found


def _gathering(table: Table) -> Gathering:
    found = Gathering(table.take("share", int), _duration(table, "most"))
    if not 0 <= found.share < ALL_OF_IT:
        table.issue("share", f"{found.share} is no share of the time left. Write 0 to {ALL_OF_IT - 1}, in hundredths.")
    table.close()
    return found


def _duration(table: Table, name: str) -> timedelta:
    text = table.take(name, str)
    microseconds = parse_duration(text)
    if not microseconds:
        table.issue(name, f"{text!r} is no duration longer than zero. Write it as PT30M or P1D.")
        return DAY
    return timedelta(microseconds=microseconds)
