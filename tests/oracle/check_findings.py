"""Checks that count the findings of others by unit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.oracle.check_book import Check, length
from tests.oracle.checks import CheckVerdict
from tests.oracle.judge import Verdict


@dataclass(frozen=True)
class Counted:
    """One clock or verdict with its first finding of the kinds that are counted."""

    found_at: datetime
    rule: str
    case: str | None
    incident: str | None
    subject: str | None
    epoch: int
    start_event: str
    event: str
    unit: str
    events: tuple[str, ...]

    @property
    def order(self) -> tuple[Any, ...]:
        """The order in which findings are counted."""
        names = (self.rule, self.case or "", self.incident or "", self.subject or "")
        return (self.found_at, *names, self.epoch, self.start_event, self.event)


def count_findings(
    check: Check,
    clocks: Sequence[Verdict],
    verdicts: Sequence[CheckVerdict],
    rows: Iterable[Mapping[str, Any]],
    as_of: datetime,
) -> list[CheckVerdict]:
    """One verdict for each finding with which a unit comes to have too many. `rows` are the rows that count."""
    row_of = {f"{row.get('source') or ''}/{row['id']}": row for row in rows}
    kinds = check.does["of_findings"]
    counted = [*_of_clocks(clocks, row_of, kinds), *_of_checks(verdicts, kinds)]
    found = []
    for unit in sorted({one.unit for one in counted}):
        mine = sorted((one for one in counted if one.unit == unit and one.found_at <= as_of), key=lambda one: one.order)
        was_over = False
        for n, one in enumerate(mine):
            window = [other for other in mine[: n + 1] if _in_window(check, other, one)]
            is_over = len(window) > check.does["at_most"]
            if is_over and not was_over:
                found.append(_verdict(check, one, window, row_of))
            was_over = is_over
    return found


def _in_window(check: Check, other: Counted, one: Counted) -> bool:
    return "within" not in check.does or other.found_at > one.found_at - length(check.does["within"])


def _of_clocks(
    clocks: Sequence[Verdict], row_of: Mapping[str, Mapping[str, Any]], kinds: Sequence[str]
) -> Iterable[Counted]:
    for clock in clocks:
        times = [finding.found_at for finding in clock.findings if finding.kind in kinds]
        unit = row_of[clock.start_event].get("unit")
        if times and unit:
            names = (clock.rule, clock.case, clock.incident, clock.subject, clock.epoch, clock.start_event)
            yield Counted(min(times), *names, clock.start_event, unit, (clock.start_event,))


def _of_checks(verdicts: Sequence[CheckVerdict], kinds: Sequence[str]) -> Iterable[Counted]:
    for v in verdicts:
        if v.kind in kinds and v.unit:
            yield Counted(
                v.found_at, v.rule, v.case, v.incident, v.subject, 0, v.start_event, v.event, v.unit, v.events
            )


def _verdict(
    check: Check, one: Counted, window: Sequence[Counted], row_of: Mapping[str, Mapping[str, Any]]
) -> CheckVerdict:
    events = sorted({event for counted in window for event in counted.events})
    named = {event: row_of[event] for event in events}
    return CheckVerdict(
        rule=check.id,
        rule_version=check.versions[-1].ordinal,
        subject=one.unit,
        case=one.case,
        incident=one.incident,
        person=None,
        unit=one.unit,
        kind="broken",
        level=check.level,
        found_at=one.found_at,
        closed_at=None,
        start_event=min(events, key=lambda event: (named[event]["at"], event)),
        event=one.event,
        events=tuple(events),
        cases=tuple(sorted({c for row in named.values() if (c := row.get("case") or row.get("incident"))})),
        reason=None,
    )
