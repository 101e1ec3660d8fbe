"""Judge an event list: every clock of every rule, what became of it, and what is found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.oracle.book import Rule, Vocabulary
from tests.oracle.children import Children
from tests.oracle.clock import Clock, World
from tests.oracle.days import Calendar
from tests.oracle.events import Group, case_groups, incident_groups, known_events
from tests.oracle.facts import Facts
from tests.oracle.findings import Finding, findings_of
from tests.oracle.replay import Replay


@dataclass(frozen=True)
class Verdict:
    """One clock as it stands at the instant of judgement."""

    rule: str
    rule_version: int
    case: str | None
    incident: str | None
    subject: str | None
    person: str | None
    epoch: int
    start: datetime
    start_event: str
    limit: str
    due: datetime | None
    due_at_end: bool | None
    outer: datetime | None
    outer_at_end: bool | None
    earliest: datetime | None
    latest: datetime | None
    waits: bool
    stopped: datetime | None
    stop_event: str | None
    outcome: str
    question: str | None
    question_event: str | None
    question_fact: str | None
    question_hard: bool | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Judgement:
    """All clocks, and how many events lie after the instant of judgement."""

    verdicts: tuple[Verdict, ...]
    left_out: int


def judge(
    rules: Sequence[Rule],
    vocabulary: Vocabulary,
    calendar: Calendar,
    events: Iterable[Mapping[str, Any]],
    as_of: datetime,
    known_at: datetime | None = None,
    *,
    with_disabled: bool = False,
) -> Judgement:
    """Judge rows of the event table (facts as a mapping or JSON) as of an instant, as known by another.

    Verdicts come in order of rule, case or incident, subject and epoch; a clock that names no subject comes first.
    """
    known, left_out = known_events(events, as_of, known_at)
    rules = [rule for rule in rules if rule.is_on or with_disabled]
    per_incident = [rule for rule in rules if rule.subject in ("incident", "shift")]
    per_case = [rule for rule in rules if rule.subject not in ("incident", "shift")]
    verdicts: list[Verdict] = []
    for wanted, groups in ((per_case, case_groups(known)), (per_incident, incident_groups(known))):
        for group in groups:
            world = World(group, Facts(vocabulary, group.events), calendar, as_of)
            verdicts += [verdict_of(clock) for clock in clocks_of(wanted, world)]
    return Judgement(tuple(sorted(verdicts, key=_order)), left_out)


def clocks_of(rules: Sequence[Rule], world: World) -> list[Clock]:
    """The clocks of one group: first those that run by themselves, then those counted back from them."""
    wanted = {parent.rule for rule in rules for parent in rule.parents if parent.rule is not None}
    own: dict[str, list[Clock]] = {}
    types = {event.type for event in world.group.events}
    for rule in rules:
        if rule.opened_by & types and not any(parent.rule for parent in rule.parents):
            own[rule.id] = Replay(rule, replace(world, keeps_history=rule.id in wanted)).run()
    found = [clock for clocks in own.values() for clock in clocks]
    for rule in rules:
        if any(parent.rule for parent in rule.parents):
            found += Children(rule, world, own).run()
    return found


def verdict_of(clock: Clock) -> Verdict:
    """A clock as a row."""
    group: Group = clock.world.group
    due = clock.due(clock.stopped if clock.stopped is not None else clock.world.as_of)
    question = clock.question
    return Verdict(
        rule=clock.rule.id,
        rule_version=clock.version.ordinal if clock.version else 0,
        case=group.case,
        incident=group.incident,
        subject=clock.subject,
        person=clock.person,
        epoch=clock.epoch,
        start=clock.start,
        start_event=clock.event.key,
        limit="base" if clock.tier == "then" else clock.tier,
        due=due.strict.at if due.strict else None,
        due_at_end=due.strict.at_end if due.strict else None,
        outer=due.outer.at if due.outer else None,
        outer_at_end=due.outer.at_end if due.outer else None,
        earliest=due.earliest.at if due.earliest else None,
        latest=due.latest.at if due.latest else None,
        waits=due.waits,
        stopped=clock.stopped,
        stop_event=clock.stop_event.key if clock.stop_event else None,
        outcome=clock.outcome(),
        question=question.id if question else None,
        question_event=question.event if question else None,
        question_fact=question.fact if question else None,
        question_hard=question.hard if question else None,
        findings=tuple(findings_of(clock)),
    )


def _order(verdict: Verdict) -> tuple[str, str, str, str, int]:
    return (verdict.rule, verdict.case or "", verdict.incident or "", verdict.subject or "", verdict.epoch)
