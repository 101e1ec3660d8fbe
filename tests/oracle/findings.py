"""What is wrong with a clock, or about to be, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tests.oracle.book import LEVELS
from tests.oracle.clock import Clock
from tests.oracle.limits import Due

AT_ONCE: Final = {"blue": timedelta(0), "yellow": timedelta(hours=1), "red": timedelta(hours=4)}
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Finding:
    """A finding over one clock."""

    kind: str
    level: str
    found_at: datetime
    due: datetime | None
    outer: datetime | None


def findings_of(clock: Clock) -> list[Finding]:
    """Every finding over a clock at its instant of judgement, in the order in which they became true."""
    as_of = clock.world.as_of
    due = clock.due(clock.stopped if clock.stopped is not None else as_of)
    found: list[tuple[str, str, datetime]] = []
    question = clock.question
    if question is not None:
        found.append(("unknown", "ask", max(question.found_at, clock.start)))
    if not any(q.of == "applies" for q in clock.questions):
        found += [("approaching", level, at) for level, at in _crossed(clock, due)]
        found += [(kind, "yellow", at) for kind, at in clock.notices]
        found += _breaches(clock, due)
    times = (due.strict.at if due.strict else None, due.outer.at if due.outer else None)
    return sorted((Finding(*one, *times) for one in found), key=lambda f: (f.found_at, f.kind, f.level))


def _crossed(clock: Clock, due: Due) -> list[tuple[str, datetime]]:
    """The levels whose lead has been reached before the clock stopped; none where it stood still in the end."""
    found: list[tuple[str, datetime]] = []
    if clock.is_paused:
        return found
    for level in LEVELS:
        at = _lead_time(clock, due, level)
        is_before_stop = at is not None and (clock.stopped is None or at < clock.stopped)
        if at is not None and is_before_stop and at <= clock.world.as_of:
            found.append((level, at))
    return found


def _lead_time(clock: Clock, due: Due, level: str) -> datetime | None:
    """When a level falls due: so long before the strict due time, or after the start, or at a share of the limit."""
    strict = due.strict or due.earliest
    if strict is None:
        return None
    leads = clock.current_leads
    lead = leads.lead[level]
    running = clock.running
    if running is not None and running.limit.counting == "at_once":
        return strict.at + (lead if leads.from_start and isinstance(lead, timedelta) else AT_ONCE[level])
    if isinstance(lead, timedelta):
        return max(clock.start, clock.start + lead if leads.from_start else strict.at - lead)
    share = (strict.at - clock.start) * lead / 100
    return max(clock.start, clock.start + share // MINUTE * MINUTE)


def _breaches(clock: Clock, due: Due) -> list[tuple[str, str, datetime]]:
    outcome = clock.outcome()
    if outcome == "unknown" or due.outer is None:
        return []
    if outcome == "late":
        assert clock.stopped is not None
        return [("overdue", "red", due.outer.at), ("late", "red", clock.stopped)]
    if outcome == "lapsed":
        return [("lapsed", "blue", due.outer.at)]
    is_overdue = outcome == "running" and not due.outer.kept(clock.world.as_of)
    return [("overdue", "red", due.outer.at)] if is_overdue else []
