"""Plays the steps of a story for one case and keeps what happened."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np

from zhunsheng.city.spans import DAY, HOUR, Days, End, Span
from zhunsheng.city.steps import Act, Chance, Facts, Growth, Halt, Held, Number, Pick, Step, Story

TAPE: Final = 320  # draws that most cases need
MOST_EVENTS: Final = 150
LONGEST_RENEWED: Final = 100  # days of a limit that a case on the edge may begin anew
LATE: Final = 0.02  # of ordinary acts
NEVER: Final = 0.03
COMPLICATED: Final = 0.3  # how often a case on the edge grows or pauses before
LAWFUL_EDGE: Final = (0, 0, 0, 29, 59, 719, DAY - 1)  # minutes before the last lawful one
BROKEN_EDGE: Final = (0, 0, 0, 30, 60, 720, DAY - 1)  # minutes after the first unlawful one
PREFIXES: Final = {"visit": "V", "item": "G", "order": "O", "document": "D", "dossier": "J"}
TAKES: Final = ("person.detained", "arrest.executed")
LETS_GO: Final = ("person.released", "measure.bail", "measure.surveillance")
BARE_SHARE: Final = {
    "arrest.approved": 0.1,
    "appraisal.opinion_received": 0.2,
    "bail.ended": 0.2,
    "case.filed": 0.1,
    "case.not_filed": 0.1,
    "case_limit.extended": 0.3,
    "custody.extension_approved": 0.3,
    "decision.made": 0.2,
    "hearing.period_ended": 0.3,
    "hearing.period_started": 0.3,
    "property.confiscated": 0.2,
    "property.returned": 0.2,
    "property.term_extended": 0.3,
    "prosecution.retransferred": 0.2,
    "prosecution.returned": 0.3,
    "prosecution.transferred": 0.2,
    "psychiatric.decided": 0.3,
    "psychiatric.resumed": 0.3,
    "surveillance.ended": 0.2,
}
"""How often an event is recorded by its date alone. Events that start or end a limit in hours are not among them."""


class Tape:
    """Draws for one case, in order; more are made when they run out."""

    def __init__(self, draws: Sequence[float], seed: tuple[int, int]) -> None:
        self._draws, self._next, self._seed = list(draws), 0, seed

    def one(self) -> float:
        """A number from 0 to 1."""
        if self._next == len(self._draws):
            more = np.random.default_rng([*self._seed, self._next]).random(TAPE)
            self._draws += more.tolist()
        self._next += 1
        return self._draws[self._next - 1]

    def chance(self, of: float) -> bool:
        """Whether something of this probability is so."""
        return of >= 1.0 or (of > 0.0 and self.one() < of)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low if low == high else low + int(self.one() * (high - low + 1))

    def act(self, acts: Sequence[Act]) -> Act:
        """One of the acts by weight."""
        if len(acts) == 1:
            return acts[0]
        left = self.one() * math.fsum(act.weight for act in acts)
        for act in acts:
            left -= act.weight
            if left < 0:
                return act
        return acts[-1]


@dataclass(slots=True)
class Entry:
    """One event as it will be written; times are local minutes."""

    type: str
    at: int
    names: dict[str, str]
    facts: dict[str, Any]
    is_bare: bool = False
    has_case: bool = True
    until: int | None = None  # 24:00 of a day
    version: int = 1
    is_void: bool = False
    recorded: int = 0
    number: int = 0  # of the event within the case


@dataclass(frozen=True)
class Plan:
    """What a case is to become. On the edge: one act stands within a minute or a day of its limit."""

    index: int
    seed: int
    story: Story
    opening: int
    last: int  # the minute after which nothing is recorded any more
    persons: tuple[str, ...]
    title: str
    is_on_edge: bool = False
    is_lawful: bool = False
    target: str | None = None  # the step that is to be on the edge; None: the first with a limit
    path: Mapping[str, Act] = field(default_factory=dict)  # acts that lead to it


@dataclass
class Player:
    """Plays one plan. `edge` is the step that came to stand on the edge, if one did."""

    plan: Plan
    tape: Tape
    days: Days
    following: Mapping[str, Sequence[Step]]
    case_facts: dict[str, Any] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    known_persons: set[str] = field(default_factory=set)
    custody: list[tuple[int, str, bool]] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    edge: str | None = None

    def play(self) -> list[Entry]:
        """Everything that happens in the case, in no particular order."""
        story = self.plan.story
        self.case_facts = self._drawn(story.facts, self.plan.opening)
        names = {"incident": f"I{self.plan.index:07}"} if story.has_incident else {}
        self._happen(story.opening, self.plan.opening, names)
        return self.entries

    # -- events ------------------------------------------------------------------------------------------------------

    def _happen(self, act: Act, at: int, names: dict[str, str], *, after: int = 0, may_be_bare: bool = True) -> None:
        """Record an act and play what follows it. `after`: when what it follows happened."""
        if at > self.plan.last or len(self.entries) >= MOST_EVENTS:
            return
        is_bare = may_be_bare and self.tape.chance(BARE_SHARE.get(act.event, 0.0))
        if is_bare and (at // DAY * DAY >= after or not self._starts_a_limit(act.event)):
            at = at // DAY * DAY
        else:
            is_bare = False
        facts = self._drawn(act.facts, at)
        self._record(act.event, at, names, dict(facts), is_bare=is_bare)
        for step in self.following.get(act.event, ()):
            if self._follows(step, at, facts):
                self._play_step(step, at, names)

    def _starts_a_limit(self, event: str) -> bool:
        """Its date alone would put the start before what led to it."""
        return any(step.span is not None for step in self.following.get(event, ()))

    def _record(
        self,
        event: str,
        at: int,
        names: dict[str, str],
        facts: dict[str, Any],
        *,
        is_bare: bool,
        until: int | None = None,
    ) -> None:
        has_case = event not in ("response.finished", "intake.registered")
        if event == "case.accepted":
            facts = {**self.case_facts, **facts, "case_title": self.plan.title}
        person = names.get("person")
        if person is not None and person not in self.known_persons:
            self.known_persons.add(person)
            facts = {**facts, "minor": self.tape.chance(0.04), "vulnerable": self.tape.chance(0.02)}
        if person is not None and (event in TAKES or event in LETS_GO):
            self.custody.append((at, person, event in TAKES))
        number = len(self.entries)
        self.entries.append(Entry(event, at, names, facts, is_bare, has_case, until, number=number))

    def _drawn(self, facts: Facts, at: int) -> dict[str, Any]:
        """The facts with what is left to chance decided."""
        return {name: self._value(value, at) for name, value in facts.items()}

    def _value(self, value: Any, at: int) -> Any:
        if isinstance(value, Chance):
            return self.tape.chance(value.of)
        if isinstance(value, Number):
            return self.tape.whole(value.low, value.high)
        if isinstance(value, Pick):
            return value.values[self.tape.whole(0, len(value.values) - 1)]
        return self._is_anyone_held(at) if isinstance(value, Held) else value

    def _is_anyone_held(self, at: int) -> bool:
        held: set[str] = set()
        for _, person, takes in sorted(entry for entry in self.custody if entry[0] < at):
            held.add(person) if takes else held.discard(person)
        return bool(held)

    # -- steps -------------------------------------------------------------------------------------------------------

    def _follows(self, step: Step, at: int, facts: Mapping[str, Any]) -> bool:
        day = date.fromordinal(at // DAY)
        if (step.since is not None and day < step.since) or (step.before is not None and day >= step.before):
            return False
        known = {**self.case_facts, **facts}
        if any(known.get(name) != value for name, value in step.when.items()):
            return False
        if step.once and step.name in self.done:
            return False
        if step.name in self.plan.path or step.name == self.plan.target or self.tape.chance(step.chance):
            self.done.add(step.name)
            return True
        return False

    def _play_step(self, step: Step, at: int, names: dict[str, str]) -> None:
        kept = {name: names[name] for name in step.keeps if name in names}
        persons: Iterable[str | None] = self.plan.persons if step.per_person else (None,)
        for person in persons:
            for _ in range(self.tape.whole(*step.times)):
                mine = {**kept, **({"person": person} if person is not None else {})}
                mine |= {kind: self._new(kind) for kind in step.names}
                if step.span is None:
                    act = self.plan.path.get(step.name) or self.tape.act(step.acts)
                    self._happen(act, at + self.tape.whole(*step.gap), mine, after=at)
                else:
                    self._play_limit(step, step.span, at, mine)

    def _new(self, kind: str) -> str:
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return f"{PREFIXES[kind]}{self.plan.index:07}{self.counters[kind]:02}"

    def _play_limit(self, step: Step, span: Span, at: int, names: dict[str, str]) -> None:
        """Lengthen, pause, renew; then act in time, too late, never, or on the edge."""
        is_edge = self._is_edge(step)
        for renewal in step.renewals:
            is_short = span.days <= LONGEST_RENEWED or not is_edge
            if is_short and self._is_complicated(renewal.chance, is_edge=is_edge):
                at = self._within(at, self._end(span, at, []), 0.2, 0.9)
                self._happen(Act(renewal.event, facts=renewal.facts), at, names, may_be_bare=False)
        last, growing, grew = at, span, True
        for growth in step.growths:
            applies = growth.since is None or date.fromordinal(at // DAY) >= growth.since
            is_due = grew or not growth.follows
            grew = applies and is_due and self._is_complicated(growth.chance, is_edge=is_edge)
            if grew:
                last = self._within(last, self._end(growing, at, []), 0.5, 0.95)
                growing = growth.span
                self._grow(growth, last, at, names)
        end, last = self._pause(step, growing, at, last, names, is_edge=is_edge)
        if end is None:
            return
        act = self.plan.path.get(step.name) or self.tape.act(step.acts)
        if is_edge:
            self._act_on_the_edge(step, end, last, names)
        elif self.plan.is_on_edge or not self._is_late_or_never(act, end, names):
            self._happen(act, self._within(last, end, step.earliest, 0.95), names, after=at)

    def _is_edge(self, step: Step) -> bool:
        plan = self.plan
        return plan.is_on_edge and self.edge is None and plan.target in (None, step.name)

    def _is_complicated(self, chance: float, *, is_edge: bool) -> bool:
        """A case on the edge grows and pauses only where its edge is, so that the edge is where we put it."""
        if self.plan.is_on_edge:
            return is_edge and self.tape.chance(COMPLICATED)
        return self.tape.chance(chance)

    def _grow(self, growth: Growth, at: int, start: int, names: dict[str, str]) -> None:
        """Record the extension; some documents state the end, perhaps an earlier one."""
        until = None
        if growth.until_share and not self.plan.is_on_edge and self.tape.chance(growth.until_share):
            until = self._end(growth.span, start, []).minute - self.tape.whole(0, 5) * DAY
        if at <= self.plan.last:
            is_bare = self.tape.chance(BARE_SHARE.get(growth.event, 0.0))
            at = at // DAY * DAY if is_bare else at
            self._record(growth.event, at, names, self._drawn(growth.facts, at), is_bare=is_bare, until=until)

    def _pause(
        self, step: Step, span: Span, start: int, last: int, names: dict[str, str], *, is_edge: bool
    ) -> tuple[End | None, int]:
        """The end of the limit after the pauses of the step (none while one is open), and the last event."""
        paused: list[tuple[int, int]] = []
        end = self._end(span, start, paused)
        for halt in step.halts:
            since = halt.since is None or date.fromordinal(start // DAY) >= halt.since
            if not since or not self._is_complicated(halt.chance, is_edge=is_edge):
                continue
            begin = self._within(last, end, 0.1, 0.7)
            stays_open = not self.plan.is_on_edge and self.tape.chance(halt.left_open)
            last = begin + self.tape.whole(halt.days[0] * DAY, halt.days[1] * DAY)
            self._record_halt(halt, begin, None if stays_open else last, names)
            if stays_open:
                return None, last
            if halt.then is not None:
                return self._end(halt.then, last, []), last
            paused.append((begin, last))
            end = self._end(span, start, paused)
        return end, last

    def _record_halt(self, halt: Halt, begin: int, end: int | None, names: dict[str, str]) -> None:
        mine = {**names, **({halt.names: self._new(halt.names)} if halt.names is not None else {})}
        if begin <= self.plan.last:
            self._record(halt.begin, begin, mine, self._drawn(halt.facts, begin), is_bare=False)
        if end is not None and end <= self.plan.last:
            self._happen(Act(halt.end), end, mine, may_be_bare=False)

    def _end(self, span: Span, start: int, paused: list[tuple[int, int]]) -> End:
        return self.days.end(span, start, paused, self._is_anyone_held)

    def _within(self, begin: int, end: End, low: float, high: float) -> int:
        share = low + (high - low) * self.tape.one()
        return begin + max(1, int((end.last_lawful - begin) * share))

    def _is_late_or_never(self, act: Act, end: End, names: dict[str, str]) -> bool:
        draw = self.tape.one()
        if draw < LATE:
            late = end.minute + int(self.tape.one() * self.tape.one() * 6 * DAY)
            self._happen(act, late, names)
        return draw < LATE + NEVER

    def _act_on_the_edge(self, step: Step, end: End, last: int, names: dict[str, str]) -> None:
        """Within a day of the limit: just in time or just too late."""
        acts = [act for act in step.acts if act.ends]
        edges = LAWFUL_EDGE if self.plan.is_lawful else BROKEN_EDGE
        by = edges[self.tape.whole(0, len(edges) - 1)]
        at = end.last_lawful - by if self.plan.is_lawful else end.minute + by
        at = max(at, last + 1, end.last_lawful - HOUR) if self.plan.is_lawful and at <= last else at
        if at <= self.plan.last and (at <= end.last_lawful) == self.plan.is_lawful:
            self.edge = step.name
        self._happen(self.tape.act(acts), at, names, may_be_bare=False)
