"""Plays the steps of a story for one case and keeps what happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from zhunsheng.city.bare import BARE_SHARE
from zhunsheng.city.manner import PERSON_FACTS
from zhunsheng.city.plan import Entry, Plan
from zhunsheng.city.spans import DAY, HOUR, Days, End, Span
from zhunsheng.city.steps import Act, Chance, Facts, Growth, Halt, Held, Later, Number, Pick, Step
from zhunsheng.city.tape import Tape

MOST_EVENTS: Final = 400
LONGEST_RENEWED: Final = 100  # days of a limit that a case on the edge may begin anew
LATE: Final = 0.015  # of ordinary acts
NEVER: Final = 0.02
SURE: Final = 0.8  # what is likelier always happens in a whole lawful case
LATEST: Final = 0.95  # the share of a limit after which nobody acts in time,
LATEST_IF_WHOLE: Final = 0.88  # and in a whole lawful case, because some checks count a little less than the limit
RARE: Final = 0.15  # what is rarer does not happen beside an edge, lest it end what the edge is about
FORESTALLING: Final = 0.94  # the share of its limit after which an act comes that would forestall the edge
COMPLICATED: Final = 0.3  # how often a case on the edge grows or pauses before
LAWFUL_EDGE: Final = (0, 0, 0, 29, 59, 719, DAY - 1)  # minutes before the last lawful one
BROKEN_EDGE: Final = (0, 0, 0, 30, 60, 720, DAY - 1)  # minutes after the first unlawful one
PREFIXES: Final = {"visit": "V", "item": "G", "order": "O", "document": "D", "dossier": "J", "shift": "S"}
WITHOUT_CASE: Final = ("response.finished", "intake.registered", "duty.ended", "video.uploaded")
STARTS: Final = ("case.filed",)  # starts limits in cases of every kind, whatever follows it in the story
AHEAD_OF_UTC: Final = timedelta(hours=8)
ADDRESSED: Final = ("decision.made",)  # to somebody, if to nobody else to the first person
EXACT_IF_WHOLE: Final = (
    "case.filed",
    "custody.extension_approved",
    "prosecution.transferred",
    "prosecution.retransferred",
)
"""What must be papered within hours is not recorded by its date alone where everything is in order."""
CONVERSION: Final = "case.converted_criminal"
TAKES: Final = ("person.detained", "arrest.executed")
LETS_GO: Final = ("person.released", "measure.bail", "measure.surveillance")
FREES: Final = ("detention", "arrest")  # `from` of a measure that only a person in custody can get


@dataclass
class Player:
    """Plays one plan. `edge` is the step that came to stand on the edge, if one did."""

    plan: Plan
    tape: Tape
    days: Days
    following: Mapping[str, Sequence[Step]]
    case_facts: dict[str, Any] = field(default_factory=dict)
    person_facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    when: dict[str, list[tuple[int, str | None]]] = field(default_factory=dict)  # event → when, to whom
    custody: list[tuple[int, str, bool]] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    edge: str | None = None
    rule: str | None = None  # whose limit the edge is
    is_stated: bool = False  # the facts of the case

    def play(self) -> list[Entry]:
        """Everything that happens in the case, in no particular order."""
        story = self.plan.story
        self.case_facts = self.drawn(story.facts, self.plan.opening)
        names = {"incident": f"I{self.plan.index:07}"} if story.has_incident else {}
        names |= {kind: self.new(kind) for kind in story.names}
        self._happen(story.opening, self.plan.opening, names)
        return self.entries

    # -- events ------------------------------------------------------------------------------------------------------

    def _happen(self, act: Act, at: int, names: dict[str, str], *, after: int = 0, may_be_bare: bool = True) -> None:
        """Record an act and play what follows it. `after`: when what it follows happened."""
        if at > self.plan.last or len(self.entries) >= MOST_EVENTS or self._is_idle(act, at, names):
            return
        is_bare = may_be_bare and not act.is_exact and self._is_bare(act.event)
        is_first = not self._starts_a_limit(act.event) and not self.plan.is_whole
        if is_bare and (at // DAY * DAY >= after or is_first):
            at = at // DAY * DAY
        else:
            is_bare = False
        facts = self.drawn(act.facts, at)
        names = {kind: name for kind, name in names.items() if kind != "person"} if act.once else names
        if act.event in ADDRESSED and "person" not in names:
            names = {**names, "person": self.plan.persons[0]}
        until = self._end(act.until, at, []).minute if act.until is not None else None
        self._record(act.event, at, names, dict(facts), is_bare=is_bare, until=until)
        self._follow(act.event, at, names, facts)

    def _is_bare(self, event: str) -> bool:
        """Whether only the date is recorded."""
        is_exact = self.plan.is_whole and event in EXACT_IF_WHOLE
        return not is_exact and self.tape.chance(BARE_SHARE.get(event, 0.0))

    def _follow(self, event: str, at: int, names: dict[str, str], facts: Mapping[str, Any]) -> None:
        for step in self.following.get(event, ()):
            if self._follows(step, at, names, facts):
                self._play_step(step, at, names)

    def _is_idle(self, act: Act, at: int, names: Mapping[str, str]) -> bool:
        """It happened already for all, or would free somebody who is free."""
        if act.once and act.event in self.when:
            return True
        person = names.get("person")
        is_freed = person is not None and act.event in LETS_GO and act.facts.get("from") in FREES
        return is_freed and person is not None and not self._may_be_freed(person, at)

    def _starts_a_limit(self, event: str) -> bool:
        """Its date alone would put the start before what led to it."""
        return event in STARTS or any(step.span is not None for step in self.following.get(event, ()))

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
        has_case = event not in WITHOUT_CASE
        if has_case and not self.is_stated:
            self.is_stated = True
            facts = {**self.case_facts, **facts, "case_title": self.plan.title, "case_type": self.plan.type}
        person = names.get("person")
        if person is not None and person not in self.person_facts:
            self.person_facts[person] = self.drawn(PERSON_FACTS, at)
            facts = {**facts, **self.person_facts[person]}
        if person is not None and (event in TAKES or event in LETS_GO):
            self.custody.append((at, person, event in TAKES))
        self.when.setdefault(event, []).append((at, person))
        number = len(self.entries)
        self.entries.append(Entry(event, at, names, facts, is_bare, has_case, until, number=number))

    def drawn(self, facts: Facts, at: int) -> dict[str, Any]:
        """The facts with what is left to chance decided."""
        return {name: self._value(name, value, at) for name, value in facts.items()}

    def _value(self, name: str, value: Any, at: int) -> Any:
        if isinstance(value, Chance | Pick) and name in self.plan.facts:
            return self.plan.facts[name]
        if isinstance(value, Chance):
            return self.tape.chance(value.of)
        if isinstance(value, Number):
            return self.tape.whole(value.low, value.high)
        if isinstance(value, Pick):
            return value.values[self.tape.whole(0, len(value.values) - 1)]
        if isinstance(value, Later):
            return _instant(at + value.minutes)
        return self._is_anyone_held(at) if isinstance(value, Held) else value

    def _may_be_freed(self, person: str, at: int) -> bool:
        """Held at that minute, and not let go already at a later one."""
        later = [entry for entry in self.custody if entry[1] == person and entry[0] > at]
        return self._is_held(person, at) and not (later and not min(later)[2])

    def _is_held(self, person: str, at: int) -> bool:
        """Whether a person is in custody at a minute, as far as the case has been played."""
        earlier = [entry for entry in self.custody if entry[1] == person and entry[0] <= at]
        return max(earlier)[2] if earlier else False

    def _is_anyone_held(self, at: int) -> bool:
        held: set[str] = set()
        for _, person, takes in sorted(entry for entry in self.custody if entry[0] < at):
            held.add(person) if takes else held.discard(person)
        return bool(held)

    # -- steps -------------------------------------------------------------------------------------------------------

    def _follows(self, step: Step, at: int, names: Mapping[str, str], facts: Mapping[str, Any]) -> bool:
        day = date.fromordinal(at // DAY)
        if (step.since is not None and day < step.since) or (step.before is not None and day >= step.before):
            return False
        if (step.needs is not None and step.needs not in names) or (step.once and step.name in self.done):
            return False
        if step.when and not self._is_so(step.when, at, names.get("person"), facts):
            return False
        if self._is_due(step):
            self.done.add(step.name)
            return True
        return False

    def _is_so(self, when: Facts, at: int, person: str | None, facts: Mapping[str, Any]) -> bool:
        known = {**self.case_facts, **facts}
        if at >= min((when for when, _ in self.when.get(CONVERSION, ())), default=at + 1):
            known["case_kind"] = "criminal"
        if person is not None:
            known = {**known, **self.person_facts[person], "in_custody": self._is_held(person, at)}
        return all(known.get(name) == value for name, value in when.items())

    def _is_due(self, step: Step) -> bool:
        is_again = self.plan.fault is not None and step.name in self.plan.fault.through and step.name in self.done
        if step.name == self.plan.target or (step.name in self.plan.path and not is_again):
            return True
        if self.plan.is_whole and step.span is not None and not step.optional:
            return True
        if self.plan.is_whole and step.chance >= SURE:
            return True
        if (self.plan.is_on_edge or self.plan.fault is not None) and step.chance <= RARE:
            return False
        return self.tape.chance(step.chance)

    def _play_step(self, step: Step, at: int, names: dict[str, str]) -> None:
        kept = {name: names[name] for name in step.keeps if name in names}
        persons: Iterable[str | None] = self.plan.persons if step.per_person else (None,)
        for person in persons:
            for _ in range(self.tape.whole(*step.times)):
                mine = {**kept, **({"person": person} if person is not None else {})}
                mine |= {_column(kind): self.new(kind) for kind in step.names}
                if step.span is None:
                    self._play_gap(step, at, mine)
                else:
                    self._play_limit(step, step.span, at, mine)

    def _play_gap(self, step: Step, at: int, names: dict[str, str]) -> None:
        """An act after a while; where the edge of a limit that runs from something earlier is planned, there."""
        act = self._usual(step)
        begin = self._bound(step, names) if step.bound is not None and self._is_edge(step) else None
        if begin is not None and step.bound is not None:
            self._act_on_the_edge(step, self._end(step.bound.span, begin, []), at, at, names)
            return
        gap = self.plan.fault.gaps.get(step.name, step.gap) if self.plan.fault is not None else step.gap
        when = at + self.tape.whole(*gap)
        if self._may(step, at, when, names):
            self._happen(act, when, names, after=at)

    def _bound(self, step: Step, names: Mapping[str, str]) -> int | None:
        """When what the bound runs from happened to the person last."""
        assert step.bound is not None
        person = names.get("person")
        times = [at for at, who in self.when.get(step.bound.event, ()) if who in (None, person)]
        return max(times, default=None)

    def _may(self, step: Step, since: int, at: int, names: Mapping[str, str]) -> bool:
        """Whether the act still makes sense when its time comes. `since`: when what it follows happened."""
        person = names.get("person")
        if step.held and person is not None and not self._is_held(person, at):
            return False
        if step.given is not None and not self.has_happened(step.given, 0, at, person):
            return False
        return not any(self.has_happened(event, since, at, person) for event in step.unless)

    def has_happened(self, event: str, since: int, at: int, person: str | None) -> bool:
        """To the person, or to nobody in particular."""
        times = [when for when, who in self.when.get(event, ()) if person is None or who in (None, person)]
        return any(since <= when <= at for when in times)

    def new(self, kind: str) -> str:
        """A further subject of a kind."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return f"{PREFIXES[kind]}{self.plan.index:07}{self.counters[kind]:02}"

    def _play_limit(self, step: Step, span: Span, at: int, names: dict[str, str]) -> None:
        """Lengthen, pause, renew; then act in time, too late, never, or on the edge."""
        is_edge = self._is_edge(step)
        for renewal in step.renewals:
            is_short = span.days <= LONGEST_RENEWED or not is_edge
            if is_short and self._is_complicated(renewal.chance, is_edge=is_edge):
                anew = self._within(at, self._end(span, at, []), 0.2, 0.9)
                if not renewal.held or self._is_held(names.get("person", ""), anew):
                    at = anew
                    self._happen(Act(renewal.event, facts=renewal.facts), at, names, may_be_bare=False)
        last, growing, grew = at, span, True
        for growth in step.growths:
            applies = growth.since is None or date.fromordinal(at // DAY) >= growth.since
            is_due = grew or not growth.follows
            may = applies and is_due and (growth.is_lawful or not self.plan.is_whole)
            is_planted = self.plan.fault is not None and growth.event in self.plan.fault.grows
            grew = may and (is_planted or self._is_complicated(growth.chance, is_edge=is_edge))
            if grew:
                last = self._within(last, self._end(growing, at, []), 0.5, 0.95)
                growing = growth.span
                self._grow(growth, last, at, names)
        end, last = self._pause(step, growing, at, last, names, is_edge=is_edge)
        if end is None:
            return
        if is_edge:
            self._act_on_the_edge(step, end, at, last, names)
            return
        act = self._choose(step, at, end)
        earliest = FORESTALLING if act.event in self.plan.forestalled_by else step.earliest
        when = self._within(last, end, earliest, LATEST_IF_WHOLE if self.plan.is_whole else LATEST)
        if self.plan.fault is not None and step.name in self.plan.fault.overdue:
            when = end.minute + self.tape.whole(*self.plan.fault.overdue[step.name]) * DAY
        is_sure = self.plan.is_on_edge or self.plan.is_whole or self.plan.fault is not None
        if self._may(step, at, when, names) and (is_sure or not self._is_late_or_never(act, end, names)):
            self._happen(act, when, names, after=at)

    def _choose(self, step: Step, at: int, end: End) -> Act:
        """By weight. What is done once for all and was done out of this limit is no choice any more."""
        act = self._usual(step)
        others = [other for other in step.acts if not other.once]
        if not act.once or act.event not in self.when or not others:
            return act
        return act if at <= self.when[act.event][0][0] <= end.last_lawful else self.tape.act(others)

    def _usual(self, step: Step) -> Act:
        """As planned, else the first act in a plain case, else by weight."""
        planned = self.plan.path.get(step.name)
        return planned or (step.acts[0] if self.plan.is_plain else self.tape.act(step.acts))

    def _is_edge(self, step: Step) -> bool:
        plan = self.plan
        return plan.is_on_edge and self.edge is None and plan.target in (None, step.name)

    def _is_complicated(self, chance: float, *, is_edge: bool) -> bool:
        """A case on the edge grows and pauses only where its edge is, so that the edge is where we put it."""
        if self.plan.fault is not None:
            return False
        if self.plan.is_on_edge:
            return is_edge and not self.plan.is_plain and self.tape.chance(COMPLICATED)
        return self.tape.chance(chance)

    def _grow(self, growth: Growth, at: int, start: int, names: dict[str, str]) -> None:
        """Record the extension; some documents state the end, perhaps an earlier one."""
        until, is_plain = None, self.plan.is_on_edge or self.plan.is_whole
        if growth.until_share and (growth.until_share == 1 or not is_plain) and self.tape.chance(growth.until_share):
            earlier = 0 if is_plain or growth.until_share == 1 else self.tape.whole(0, 5)
            until = self._end(growth.span, start, []).minute - earlier * DAY
        if at <= self.plan.last:
            is_bare = self._is_bare(growth.event)
            at = at // DAY * DAY if is_bare else at
            facts = self.drawn(growth.facts, at)
            self._record(growth.event, at, names, facts, is_bare=is_bare, until=until)
            self._follow(growth.event, at, names, facts)

    def _pause(
        self, step: Step, span: Span, start: int, last: int, names: dict[str, str], *, is_edge: bool
    ) -> tuple[End | None, int]:
        """The end of the limit after the pauses of the step (none while one is open), and the last event."""
        paused: list[tuple[int, int]] = []
        end = self._end(span, start, paused)
        for halt in step.halts:
            since = halt.since is None or date.fromordinal(start // DAY) >= halt.since
            may = since and (halt.is_lawful or not self.plan.is_whole)
            if not may or not self._is_complicated(halt.chance, is_edge=is_edge):
                continue
            begin = self._within(last, end, 0.1, 0.7)
            stays_open = not self.plan.is_on_edge and not self.plan.is_whole and self.tape.chance(halt.left_open)
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
        mine = {**names, **({halt.names: self.new(halt.names)} if halt.names is not None else {})}
        if begin <= self.plan.last:
            self._record(halt.begin, begin, mine, self.drawn(halt.facts, begin), is_bare=False)
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

    def _act_on_the_edge(self, step: Step, end: End, since: int, last: int, names: dict[str, str]) -> None:
        """Within a day of the limit: just in time or just too late."""
        acts = [act for act in step.acts if act.ends]
        edges = LAWFUL_EDGE if self.plan.is_lawful else BROKEN_EDGE
        by = edges[self.tape.whole(0, len(edges) - 1)]
        at = end.last_lawful - by if self.plan.is_lawful else end.minute + by
        at = max(at, last + 1, end.last_lawful - HOUR) if self.plan.is_lawful and at <= last else at
        is_recorded = at <= self.plan.last and self._may(step, since, at, names)
        if is_recorded and (at <= end.last_lawful) == self.plan.is_lawful:
            self.edge, self.rule = step.name, step.rule
        if is_recorded:
            self._happen(self.tape.act(acts), at, names, may_be_bare=False)


def _column(kind: str) -> str:
    """The column that names a subject: a shift stands where incidents do."""
    return "incident" if kind == "shift" else kind


def _instant(minute: int) -> str:
    """A local minute as facts state instants: in UTC."""
    utc = datetime.fromordinal(1) + timedelta(minutes=minute - DAY) - AHEAD_OF_UTC
    return f"{utc:%Y-%m-%dT%H:%M:%S}Z"
