"""Groups as rows and as values of the core."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.core.alert_group import Found, Group
from zhunsheng.core.alert_words import Matter
from zhunsheng.core.routing import Change, RuleTold

CLOCK_COLUMNS: Final = ("start", "due", "outer", "stopped")
KEPT_OF_CLOCK: Final = (
    *CLOCK_COLUMNS,
    "due_at_end",
    "outer_at_end",
    "amount",
    "limit_unit",
    "outcome",
    "epoch",
    "person",
)
SAVED: Final = (
    "unit",
    "nature",
    "level",
    "kind",
    "start",
    "due",
    "outer",
    "due_at_end",
    "outer_at_end",
    "clock",
    "findings",
    "words",
    "explanation",
    "state",
    "owner",
    "state_until",
    "handed_to",
    "asks",
    "escalations",
    "escalated",
    "escalate_at",
    "next_at",
    "held",
    "inhibited_by",
    "ruled_due",
    "closed_at",
)


@dataclass
class Held:
    """A row and its value, while a batch works on it."""

    row: AlertGroup
    group: Group
    is_new: bool = False
    case_title: str = field(default="")

    @property
    def roles(self) -> Mapping[str, tuple[str, ...]]:
        """The rule's recipients by level."""
        return {level: tuple(roles) for level, roles in self.row.words.get("recipients", {}).items()}

    def matter(self, finding: str) -> Matter:
        """What a text about one of its findings is about."""
        found = self.group.findings[finding]
        return Matter(
            case=self.row.case,
            title=self.row.words["title"],
            nature=self.row.nature,
            level=found.level,
            kind=found.kind,
            messages=self.row.words.get("messages", {}),
            clock=clock_value(self.row.clock),
            case_title=self.case_title or None,
        )


def held_group(row: AlertGroup) -> Held:
    """A row as the core takes it."""
    findings = {key: _found(said) for key, said in row.findings.items()}
    group = Group(
        key=row.key,
        liberty=row.liberty,
        opened_at=row.opened_at,
        start=row.start,
        due=row.due,
        findings=findings,
        state=row.state,
        owner=row.owner_id,
        state_until=row.state_until,
        handed_to=row.handed_to_id,
        asks=row.asks,
        escalations=row.escalations,
        escalated=tuple(row.escalated),
        escalate_at=row.escalate_at,
        closed_at=row.closed_at,
        held=row.held,
        ruled_due=row.ruled_due,
    )
    return Held(row, group)


def new_group(change: Change, rule: RuleTold, as_of: datetime) -> Held:
    """The group that a first change opens."""
    finding = change.finding
    row = AlertGroup(
        key=change.group,
        case=finding["case"],
        incident=finding["incident"],
        rule=rule.id,
        subject=finding["subject"] or "",
        unit=finding["unit"] or "",
        nature=rule.nature,
        liberty=rule.custody,
        level=finding["level"],
        kind=finding["kind"],
        clock={},
        findings={},
        explanation={},
        opened_at=as_of,
    )
    return Held(row, Group(key=change.group, liberty=rule.custody, opened_at=as_of), is_new=True)


def learn(held: Held, change: Change) -> None:
    """What the row says of the rule and of the clock, as they are judged now."""
    row, rule = held.row, change.rule
    if rule is not None:
        row.nature = rule.nature
        row.words = {
            "title": rule.title,
            "status": rule.status,
            "messages": dict(rule.messages),
            "recipients": {level: list(roles) for level, roles in rule.recipients.items()},
            "inhibited_by": list(getattr(rule, "inhibited_by", ())),  # a check may not have it
        }
    if change.clock is None and rule is not None:
        row.explanation = _check_explanation(change, rule)
    if change.clock is not None:
        row.clock = _clock_json(change.clock)
        row.start, row.due, row.outer = (change.clock[name] for name in ("start", "due", "outer"))
        row.due_at_end, row.outer_at_end = bool(change.clock["due_at_end"]), bool(change.clock["outer_at_end"])


def _check_explanation(change: Change, rule: Any) -> dict[str, Any]:
    """What a check's finding rests on, as data: the article in force, the act and the events, what mends it."""
    finding = change.finding
    day = finding["found_at"].astimezone(ZONE).date()
    versions = [v for v in getattr(rule, "versions", ()) if v.in_force is None or v.in_force <= day]
    basis = [asdict(one) for one in versions[-1].basis] if versions else []
    return {
        "rule": rule.id,
        "title": rule.title,
        "article": f"{basis[0]['instrument']}{basis[0]['article']}" if basis else "",
        "basis": basis,
        "found_at": _json(finding["found_at"]),
        "kind": finding["kind"],
        "level": finding["level"],
        "subject": finding["subject"],
        "event": finding.get("event"),
        "events": list(finding.get("events") or ()),
        "reason": finding.get("reason") or "",
        "mends": getattr(rule, "mends", ""),
        "steps": [{"kind": "event", "event": event} for event in finding.get("events") or ()],
    }


def fill(held: Held) -> AlertGroup:
    """The row, with what the core decided written into it."""
    row, group = held.row, held.group
    worst = group.worst
    if worst is not None:
        row.level, row.kind = worst[1].level, worst[1].kind
    row.findings = {key: _said(found) for key, found in group.findings.items()}
    row.state, row.owner_id, row.state_until = group.state, group.owner, group.state_until
    row.handed_to_id, row.asks = group.handed_to, group.asks
    row.escalations, row.escalated, row.escalate_at = group.escalations, list(group.escalated), group.escalate_at
    row.next_at, row.held, row.ruled_due, row.closed_at = group.next_at, group.held, group.ruled_due, group.closed_at
    return row


def save(rows: Iterable[Held]) -> None:
    """Write groups back: new ones together, then the others."""
    batch = list(rows)
    AlertGroup.objects.bulk_create([fill(held) for held in batch if held.is_new], batch_size=500)
    AlertGroup.objects.bulk_update([fill(held) for held in batch if not held.is_new], SAVED, batch_size=200)
    for held in batch:
        held.is_new = False


def locked(condition: Q) -> dict[str, Held]:
    """Groups that meet a condition, locked in order of key, so that two loops never wait for each other in a circle."""
    rows = AlertGroup.objects.select_for_update().filter(condition).order_by("key")
    return {row.key: held_group(row) for row in rows}


def clock_value(kept: Mapping[str, Any]) -> dict[str, Any] | None:
    """A kept clock with its instants; none for a check."""
    if not kept:
        return None
    return {name: _instant(value) if name in CLOCK_COLUMNS else value for name, value in kept.items()}


def _clock_json(clock: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _json(clock.get(name)) for name in KEPT_OF_CLOCK}


def _found(said: Mapping[str, Any]) -> Found:
    return Found(
        kind=said["kind"],
        level=said["level"],
        found_at=datetime.fromisoformat(said["found_at"]),
        closed_at=_instant(said["closed_at"]),
        state=said["state"],
        told=said["told"],
        corrected=said["corrected"],
        returns=said["returns"],
    )


def _said(found: Found) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "level": found.level,
        "found_at": _json(found.found_at),
        "closed_at": _json(found.closed_at),
        "state": found.state,
        "told": found.told,
        "corrected": found.corrected,
        "returns": found.returns,
    }


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
