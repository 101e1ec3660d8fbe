"""Judge an event list by checks: every verdict that is broken or unknown, row by row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from tests.oracle import check_intervals, check_kinds
from tests.oracle.book import Vocabulary
from tests.oracle.check_book import Check
from tests.oracle.check_kinds import Said, both, either
from tests.oracle.check_world import YES, Reading, Record, World, readings, shared
from tests.oracle.facts import Answer

SINGLE: Final = {
    "order": check_kinds.order,
    "absent": check_kinds.absent,
    "match": check_kinds.match,
    "count": check_kinds.count,
    "span": check_intervals.span,
}
NO_KEY: Final = Answer(None, "missing_key")


@dataclass(frozen=True)
class CheckVerdict:
    """One act that a check finds broken, or asks about."""

    rule: str
    rule_version: int
    subject: str | None
    case: str | None
    incident: str | None
    person: str | None
    unit: str | None
    kind: str
    level: str
    found_at: datetime
    closed_at: datetime | None
    start_event: str
    event: str
    events: tuple[str, ...]
    cases: tuple[str, ...]
    reason: str | None

    @property
    def order(self) -> tuple[Any, ...]:
        """The canonical order of verdicts."""
        return (self.rule, self.subject or "", self.found_at, self.event, self.start_event, self.kind)


def judge_checks(
    checks: Sequence[Check],
    vocabulary: Vocabulary,
    rows: Iterable[Mapping[str, Any]],
    as_of: datetime,
    known_at: datetime | None = None,
    *,
    with_disabled: bool = False,
) -> list[CheckVerdict]:
    """Judge rows of the event table by every check of events, in order (rule, subject, found_at, …)."""
    world = World(rows, vocabulary, as_of, known_at)
    found = [
        verdict
        for check in checks
        if check.acts and (check.is_on or with_disabled)
        for verdict in _by_check(world, check)
    ]
    return sorted(found, key=lambda v: v.order)


def _by_check(world: World, check: Check) -> Iterator[CheckVerdict]:
    """Both readings compared; what is not yet so is not said."""
    said = [{(v.event, v.subject, v.events): v for v in _read(reading)} for reading in readings(world, check)]
    first, second = said[0], said[-1]
    for key in [*first, *(key for key in second if key not in first)]:
        verdict = _agreed(first.get(key), second.get(key))
        if check.level == "ask" and verdict.kind == "broken":
            verdict = replace(verdict, kind="unknown", level="ask", reason="inferred")
        if verdict.found_at <= world.as_of:
            yield verdict


def _agreed(early: CheckVerdict | None, late: CheckVerdict | None) -> CheckVerdict:
    """What both readings say; else a question."""
    there = [v for v in (early, late) if v is not None]
    if len(there) == 2 and there[0].kind == there[1].kind:
        return there[0]
    reasons = [v.reason for v in there if v.kind == "unknown"]
    reason = reasons[0] if reasons else "no_hour"
    return replace(there[0], kind="unknown", level="ask", reason=reason, closed_at=None)


def _read(reading: Reading) -> Iterator[CheckVerdict]:
    """The verdicts of one reading."""
    for act, subject, said in _answers(reading):
        verdict = _verdict(reading, act, subject, said)
        if verdict is not None:
            yield verdict


def _answers(reading: Reading) -> Iterator[tuple[Record, str | None, Said]]:
    """Each act with each of its keys, and what the kind says."""
    check = reading.check
    for act in _judged(reading):
        subjects = reading.subjects(act)
        if not subjects and check.looks_at_others:
            yield act, None, Said(NO_KEY)
        elif check.kind != "overlap":
            for subject in subjects or (None,):
                kind = SINGLE.get(check.kind)
                yield act, subject, kind(reading, act, subject) if kind else Said(YES)
    if check.kind == "overlap":
        yield from check_intervals.overlaps(reading)


def _judged(reading: Reading) -> list[Record]:
    """The acts; with `first`, only the first of each key (and `same`), and those without key.

    Which is the first does not change with the reading: bare dates stand at the start of their day.
    """
    acts = reading.acts()
    if not reading.check.first:
        return acts
    firsts, seen = [], dict[tuple[Any, ...], set[str]]()
    for act in sorted(acts, key=lambda a: (a.stated, *a.order[1:])):
        mine, before = set(reading.subjects(act)), seen.setdefault(shared(act, reading.check.same), set())
        if not mine or not mine <= before:
            firsts.append(act)
        before |= mine
    return firsts


def _verdict(reading: Reading, act: Record, subject: str | None, said: Said) -> CheckVerdict | None:
    check, world = reading.check, reading.world
    version = check.version_on(act.at.astimezone(world.zone).date())
    if version is None:
        return None
    applies = world.alternatives(version.applies, act, check.assume) or YES
    required = world.alternatives(version.require, act) or YES
    excused = world.alternatives(check.unless, act, check.assume)
    ok = both(said.answer, required)
    if excused is not None:
        ok = either(ok, excused)
    if applies.holds is False or ok.holds or not _in_state(reading, act, subject):
        return None
    broken = applies.holds is True and ok.holds is False
    reason = None if broken else applies.missing if applies.holds is None else ok.missing
    by_kind = not said.answer.holds
    named = (act, *said.beside) if by_kind else (act,)
    closes = broken and said.answer.holds is False and required.holds is not False
    earliest = min(named, key=lambda r: (r.stated, r.key))
    return CheckVerdict(
        rule=check.id,
        rule_version=version.ordinal,
        subject=subject,
        case=act.belongs,
        incident=None if act.belongs else act.columns["incident"],
        person=act.person,
        unit=act.columns["unit"],
        kind="broken" if broken else "unknown",
        level=check.level if broken and check.level != "ask" else "ask",
        found_at=(said.found_at if by_kind else None) or act.at,
        closed_at=said.closed_at if closes else None,
        start_event=earliest.key,
        event=act.key,
        events=tuple(sorted({r.key for r in named})),
        cases=tuple(sorted({r.case for r in named if r.case})),
        reason=reason,
    )


def _in_state(reading: Reading, act: Record, subject: str | None) -> bool:
    """[while]: on from a `begins` at or before the act to an `ends` later than the last of them."""
    check = reading.check
    if not check.while_begins or (subject is None and not reading.subjects(act)):
        return True
    begun = reading.others(act, subject, check.while_begins, lambda r: r.at <= act.at)
    ended = reading.others(act, subject, check.while_ends, lambda r: r.at <= act.at)
    is_on = bool(begun) and not any(r.at > begun[-1].at for r in ended)
    return is_on is check.while_holds
