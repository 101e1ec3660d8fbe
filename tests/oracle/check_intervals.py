"""Kinds that look at how long acts last: overlap and span."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from tests.oracle.check_book import length, moved
from tests.oracle.check_kinds import NO_HOUR, Said, compared, every
from tests.oracle.check_world import NO, YES, Reading, Record, shared
from tests.oracle.facts import Answer

Lasting = tuple[Record, datetime | None]
"""An act of `overlap`, and when it ends."""
NO_END = Answer(None, "no_end")


def overlaps(reading: Reading) -> Iterator[tuple[Record, str, Said]]:
    """Each pair of acts of one key: the later one, the key, and what is said."""
    before: dict[tuple[Any, ...], list[Lasting]] = defaultdict(list)
    for act in reading.acts():
        later = (act, end_of_act(reading, act))
        for subject in reading.subjects(act):
            earlier_ones = before[subject, *shared(act, reading.check.same)]
            for earlier in earlier_ones:
                yield act, subject, Said(_apart(reading, earlier, later), None, (earlier[0],))
            earlier_ones.append(later)


def _apart(reading: Reading, one: Lasting, other: Lasting) -> Answer:
    at_once, earlier, later = _at_once(reading, one, other), one[0], other[0]
    if at_once is False:
        return YES
    names = reading.check.does.get("differ", [])
    different = every(compared(reading, name, earlier, later, agree=False) for name in names)
    if different.holds is False:
        return YES
    if different.holds is None:
        return different
    return NO if at_once else NO_END


def _at_once(reading: Reading, one: Lasting, next_one: Lasting) -> bool | None:
    (earlier, end), (later, other) = one, next_one
    if (end is not None and end <= earlier.at) or (other is not None and other <= later.at):
        return False
    lasts = reading.check.does.get("open", "asks") == "lasts"
    if earlier.at == later.at:
        return True if lasts or end is not None or other is not None else None
    if end is not None or lasts:
        return end is None or later.at < end
    return None if later.at < earlier.at + length(reading.check.does.get("longest", "PT12H")) else False


def end_of_act(reading: Reading, act: Record) -> datetime | None:
    """When an act of `overlap` ends: its `until`, else the first ending record that shares the columns of ends_by."""
    if act.last_instant is not None:
        return act.last_instant
    does = reading.check.does
    for record in reading.alike(act, does.get("ends_by", ["case", "person"])):
        if record.type in does.get("ends", []) and record.key != act.key and record.at >= act.at:
            return record.at
    return None


def span(reading: Reading, act: Record, subject: str | None) -> Said:
    """How long, or when, an act lasts."""
    does = reading.check.does
    to, ender = does.get("to", "event"), None
    end = act.last_instant
    if to == "recorded_at":
        if act.version > 1:
            return Said(YES)
        if act.recorded_at is None:
            return Said(Answer(None, "missing_fact: recorded_at"))
        end = act.recorded_at
    elif to == "event" and end is None:
        found = reading.others(act, subject, does.get("ends", []), lambda r: r.at >= act.at)
        if found:
            ender, end = found[0], found[0].at
    parts: list[tuple[Answer, datetime | None]] = []
    if "at_most" in does:
        parts.append(_not_longer(reading, act, subject, end))
    if "at_least" in does:
        sooner = end is not None and end < moved(act.at, does["at_least"], reading.world.zone)
        parts.append((NO, end) if sooner else (YES, None))
    if "outside" in does:
        parts.append(_outside(reading, act, end))
    said = [at for answer, at in parts if not answer.holds and at is not None]
    beside = (ender,) if ender is not None and "at_most" not in does else ()
    return Said(every(answer for answer, _ in parts), said[-1] if said else None, beside)


def _not_longer(
    reading: Reading, act: Record, subject: str | None, end: datetime | None
) -> tuple[Answer, datetime | None]:
    does, world = reading.check.does, reading.world
    limit = moved(act.at, does["at_most"], world.zone)
    reached = min(end, world.as_of) if end is not None else world.as_of
    missing: Answer | None = None
    may = False
    for longer in does.get("longer", []):
        then = moved(act.at, longer["at_most"], world.zone)
        last = min(limit, reached)
        for record in reading.others(act, subject, [longer["event"]]):
            answer = world.one_list(longer.get("if", {}), record, None)
            in_time = act.at <= record.at <= last
            if answer.holds and in_time:
                limit = max(limit, then)
            elif answer.holds is None and in_time and reached <= then:
                missing = missing or answer
            elif answer.holds is not False and reached <= then and reading.may_lie_in(record, act.at, last):
                may = True
    if reached <= limit:
        return YES, None
    return missing or (NO_HOUR if may else NO), limit


def _outside(reading: Reading, act: Record, end: datetime | None) -> tuple[Answer, datetime | None]:
    does, world = reading.check.does, reading.world
    begin, stop = (time.fromisoformat(text) for text in does["outside"])
    local = act.at.astimezone(world.zone)
    clock = local.time()
    inside = begin <= clock < stop if begin < stop else clock >= begin or clock < stop
    if inside:
        return NO, act.at
    day = local.date() if clock < begin else local.date() + timedelta(days=1)
    first = datetime.combine(day, begin, world.zone)
    if end is not None:
        return (NO, first) if first < end else (YES, None)
    longest = act.at + length(does.get("longest", "PT12H"))
    return (NO_END, first) if first < longest and first < world.as_of else (YES, None)
