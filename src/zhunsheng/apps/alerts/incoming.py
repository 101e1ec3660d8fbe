"""What a judgement changed, as the core's routing takes it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from zhunsheng.apps.supervision.changes import Changes
from zhunsheng.apps.supervision.models import Clock
from zhunsheng.core.routing import Change

SILENT: Final = ("draft", "retired")
CLOCK_COLUMNS: Final = (
    "key",
    "start",
    "due",
    "due_at_end",
    "outer",
    "outer_at_end",
    "stopped",
    "amount",
    "limit_unit",
    "outcome",
    "epoch",
    "person",
)


def judged_changes(changes: Changes) -> list[Change]:
    """The changes of findings, each with its clock as it is now and its rule. Rules that only are drafted are left
    out."""
    if changes.findings.is_empty():
        return []
    rules: dict[str, Any] = {rule.id: rule for rule in _rules(changes)}
    clocks = _clocks(changes)
    found = []
    for row in changes.findings.iter_rows(named=True):
        rule = rules.get(row["rule"])
        if rule is not None and rule.status in SILENT:
            continue
        found.append(
            Change(
                what=_what(row),
                key=row["key"],
                group=row["clock"] or row["key"],
                finding=row,
                clock=clocks.get(row["clock"]) if row["clock"] else None,
                rule=rule,
            )
        )
    return found


def _what(row: Mapping[str, Any]) -> str:
    if row["change"] in ("superseded", "withdrawn"):
        return str(row["change"])
    return "closed" if row["closed_at"] is not None else "appeared"


def _rules(changes: Changes) -> Iterable[Any]:
    """Deadline rules, and checks where the rulebook has them."""
    return (*changes.rulebook.rules, *getattr(changes.rulebook, "checks", ()))


def _clocks(changes: Changes) -> dict[str, Mapping[str, Any]]:
    """The clocks of the changed findings: from the judgement where it changed them, else as they are kept."""
    wanted = {key for key in changes.findings["clock"].to_list() if key}
    found: dict[str, Mapping[str, Any]] = {
        row["key"]: row for row in changes.clocks.iter_rows(named=True) if row["key"] in wanted
    }
    kept = Clock.objects.filter(key__in=wanted - found.keys()).values(*CLOCK_COLUMNS)
    return found | {row["key"]: row for row in kept}
