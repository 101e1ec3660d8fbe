"""What order, absent, match and count say of one act. Overlap and span have intervals: check_intervals.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.oracle.check_book import length, moved
from tests.oracle.check_world import NO, YES, Reading, Record
from tests.oracle.facts import MISSING, Answer

NO_HOUR = Answer(None, "no_hour")


@dataclass(frozen=True)
class Said:
    """An answer, when it was so, and the records that it rests on beside the act."""

    answer: Answer
    found_at: datetime | None = None
    beside: tuple[Record, ...] = ()
    closed_at: datetime | None = None


def both(one: Answer, other: Answer) -> Answer:
    """One that fails decides; else the first that is missing."""
    if one.holds is False or other.holds is False:
        return NO
    return one if one.holds is None else other


def either(one: Answer, other: Answer) -> Answer:
    """One that holds suffices; else the first that is missing."""
    if one.holds or other.holds:
        return YES
    return one if one.holds is None else other


def every(answers: Iterable[Answer]) -> Answer:
    """All of them, in order."""
    found = YES
    for answer in answers:
        found = both(found, answer)
    return found


def among(reading: Reading, candidates: Sequence[Record], *, last: bool) -> Answer | None:
    """Whether one holds the tests of `if`; else what the first (or last) with missing tests lacks; else None."""
    answers = [tested(reading, record) for record in candidates]
    if any(answer.holds for answer in answers):
        return YES
    missing = [answer for answer in answers if answer.holds is None]
    return missing[-1 if last else 0] if missing else None


def tested(reading: Reading, record: Record) -> Answer:
    """The tests of `if` on another record."""
    return reading.world.one_list(reading.check.does.get("if", {}), record, None)


def order(reading: Reading, act: Record, subject: str | None) -> Said:
    """Something at or before the act."""
    does = reading.check.does
    if "fact" in does:
        value = reading.world.read(does["fact"], act)
        if value is MISSING:
            return Said(Answer(None, f"missing_fact: {does['fact']}"))
        return Said(Answer(datetime.fromisoformat(value) <= act.at))
    begin: datetime | None = None
    beside: tuple[Record, ...] = ()
    if "since" in does:
        starts = reading.others(act, subject, does["since"], lambda r: r.at <= act.at)
        if not starts:
            return Said(Answer(None, "no_start"))
        begin, beside = starts[-1].at, (starts[-1],)
        if "since_at_least" in does and act.at < begin + length(does["since_at_least"]):
            return Said(YES)
    groups = [[name] for name in does["after"]] if does.get("every") else [does["after"]]
    return Said(every(_before(reading, act, subject, types, begin) for types in groups), None, beside)


def _before(reading: Reading, act: Record, subject: str | None, types: list[str], begin: datetime | None) -> Answer:
    found = reading.others(act, subject, types, lambda r: r.at <= act.at and (begin is None or r.at >= begin))
    answer = among(reading, found, last=True)
    if answer is not None:
        return answer
    near = reading.others(act, subject, types, lambda r: reading.may_lie_in(r, begin, act.at))
    return NO if among(reading, near, last=True) is None else NO_HOUR


def absent(reading: Reading, act: Record, subject: str | None) -> Said:
    """Something that must follow in time."""
    does = reading.check.does
    start = act
    beside: tuple[Record, ...] = ()
    if "from" in does:
        starts = reading.others(act, subject, does["from"], lambda r: r.at >= act.at)
        if not starts:
            return Said(YES)
        start, beside = starts[0], (starts[0],)
    if does["within"] == "until":
        if act.last_instant is None:
            return Said(Answer(None, "missing_fact: until"))
        last = act.last_instant
    else:
        last = moved(start.at, does["within"], reading.world.zone)
    if reading.world.as_of <= last:
        return Said(YES)
    begin = act.at - length(does.get("before", "PT0M"))
    groups = [[name] for name in does["must"]] if does.get("every") else [does["must"]]
    firsts = [_first(reading, act, subject, types, begin) for types in groups]
    answer = every(
        _after(reading, act, subject, types, (begin, last), first) for types, first in zip(groups, firsts, strict=True)
    )
    came = [first.at for first in firsts if first is not None]
    closed = max(came) if answer.holds is False and len(came) == len(groups) else None
    return Said(answer, last, beside, closed)


def _first(reading: Reading, act: Record, subject: str | None, types: list[str], begin: datetime) -> Record | None:
    found = reading.others(act, subject, types, lambda r: r.at >= begin and bool(tested(reading, r).holds))
    return found[0] if found else None


def _after(
    reading: Reading,
    act: Record,
    subject: str | None,
    types: list[str],
    window: tuple[datetime, datetime],
    first: Record | None,
) -> Answer:
    begin, last = window
    if first is not None and first.at <= last:
        return YES
    found = reading.others(act, subject, types, lambda r: begin <= r.at <= last)
    answer = among(reading, found, last=False)
    if answer is not None:
        return answer
    near = reading.others(act, subject, types, lambda r: reading.may_lie_in(r, begin, last))
    return NO if among(reading, near, last=False) is None else NO_HOUR


def match(reading: Reading, act: Record, subject: str | None) -> Said:
    """Another record that must agree with the act."""
    does = reading.check.does
    if does.get("look", "before") == "before":
        near = reading.others(act, subject, does["with"], lambda r: r.at <= act.at)[::-1]
    else:
        near = reading.others(act, subject, does["with"], lambda r: r.at >= act.at)
    for other in near:
        answer = tested(reading, other)
        if answer.holds is None:
            return Said(answer, None, (other,))
        if answer.holds:
            return Said(_agree(reading, act, other), None, (other,))
    return Said(YES if does.get("without", "skips") == "skips" else Answer(None, "no_partner"))


def _agree(reading: Reading, act: Record, other: Record) -> Answer:
    does = reading.check.does
    answers = [compared(reading, name, act, other, agree=True) for name in does.get("agree", [])]
    answers += [compared(reading, name, act, other, agree=False) for name in does.get("differ", [])]
    if does.get("until"):
        end = other.last_instant
        answers.append(Answer(None, "missing_fact: until") if end is None else Answer(act.at <= end))
    return every(answers)


def compared(reading: Reading, name: str, one: Record, other: Record, *, agree: bool) -> Answer:
    """Whether a column or fact is equal in both, or different; two sets of officers differ where none is in common."""
    mine, theirs = reading.world.read(name, one), reading.world.read(name, other)
    if mine is MISSING or theirs is MISSING:
        return Answer(None, f"missing_fact: {name}")
    if agree:
        return Answer(mine == theirs)
    return Answer(not mine & theirs if name == "officers" else mine != theirs)


def count(reading: Reading, act: Record, subject: str | None) -> Said:
    """No more than so many up to the act."""
    check = reading.check
    begin = act.at - length(check.does["within"]) if "within" in check.does else None
    since = reading.others(act, subject, check.does.get("since", []), lambda r: r.at <= act.at)
    counted = [
        r
        for r in reading.alike(act, check.same)
        if r.type in check.acts
        and r.order <= act.order
        and subject in reading.subjects(r)
        and (begin is None or r.at > begin)
        and (not since or r.at >= since[-1].at)
        and _is_counted(reading, r)
    ]
    if len(counted) <= check.does["at_most"]:
        return Said(YES)
    return Said(NO, None, tuple(r for r in counted if r.key != act.key))


def _is_counted(reading: Reading, record: Record) -> bool:
    version = reading.check.version_on(record.at.astimezone(reading.world.zone).date())
    if version is None:
        return False
    applies = reading.world.alternatives(version.applies, record, reading.check.assume)
    return applies is None or applies.holds is not False
