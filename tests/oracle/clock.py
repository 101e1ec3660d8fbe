"""One clock: what it is about, what it has heard, and what its due times are."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from tests.oracle.book import Leads, Limit, Parent, Pause, Rule, Tier, Version, limit_like
from tests.oracle.days import Calendar, Moment
from tests.oracle.events import Event, Group
from tests.oracle.facts import Facts
from tests.oracle.limits import HOURS_COUNTED, Due, Point, Running, Span, count, count_back, due_times, point_after


@dataclass(frozen=True)
class World:
    """What every clock of a group looks at."""

    group: Group
    facts: Facts
    cal: Calendar
    as_of: datetime
    keeps_history: bool = False  # some rule counts back from the clocks of this one


@dataclass(frozen=True)
class Question:
    """What is asked, on which event or fact, and whether the outcome hangs on it."""

    id: str
    event: str
    fact: str | None
    hard: bool
    found_at: datetime
    of: str = ""  # "applies" where the rule may not apply at all


@dataclass
class Stay:
    """A pause of this clock. `end` is None while it is open; `last` is the local day of its end."""

    pause: Pause
    key: str | None
    event: Event
    begin: datetime
    end: datetime | None = None
    last: date | None = None


@dataclass
class Clock:
    """A clock of one rule and subject in one epoch. It is told what happens, and answers for any instant."""

    rule: Rule
    version: Version | None
    world: World
    subject: str | None
    person: str | None
    epoch: int
    event: Event  # the START or RESTART
    start: datetime
    base: Limit | None = None
    running: Running | None = None
    tier: str = "base"
    leads: Leads | None = None
    granted: list[str] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    waits: dict[int, datetime] = field(default_factory=dict)
    waited: list[Span] = field(default_factory=list)
    recipients: set[str] = field(default_factory=set)
    served: set[str] = field(default_factory=set)
    excused: bool = False
    stopped: datetime | None = None
    stop_event: Event | None = None
    ended_as: str = ""  # met, moot, restarted
    questions: list[Question] = field(default_factory=list)
    notices: list[tuple[str, datetime]] = field(default_factory=list)
    history: list["Entry"] = field(default_factory=list)

    @property
    def cal(self) -> Calendar:
        """The calendar of its world."""
        return self.world.cal

    @property
    def is_open(self) -> bool:
        """Nothing has stopped it."""
        return self.stopped is None

    @property
    def is_paused(self) -> bool:
        """A pause is open, or the clock waits for an event: no due time can pass."""
        return bool(self.waits) or any(stay.end is None for stay in self.stays)

    def reached_by(self, event: Event) -> bool:
        """Whether an event that starts nothing is about this clock."""
        if self.rule.subject in ("case", "incident", "shift"):
            return True
        named = event.named(self.rule.subject)
        if named is not None and self.subject is not None and named != self.subject:
            return False
        person = event.columns["person"]
        return person is None or self.person is None or person == self.person

    def ask(self, id_: str, event: Event, *, fact: str | None = None, hard: bool, of: str = "") -> None:
        """Raise a question."""
        self.questions.append(Question(id_, event.key, fact, hard, max(event.at, self.start), of))

    @property
    def question(self) -> Question | None:
        """The first hard question, else the first soft one."""
        standing = self.standing_questions
        ordered = [q for q in standing if q.hard] + [q for q in standing if not q.hard]
        return ordered[0] if ordered else None

    @property
    def standing_questions(self) -> list[Question]:
        """Those that its end did not answer: what ended before the earliest possible due time was in time, whatever
        the calendar that is still to come says (ADR 1, 26)."""
        if self.stopped is None:
            return self.questions
        due = self.due(self.stopped)
        if due.earliest is None or self.stopped >= due.earliest.at:
            return self.questions
        return [question for question in self.questions if question.id != "beyond_calendar"]

    # -- due times ---------------------------------------------------------------------------------------------------

    def due(self, at: datetime) -> Due:
        """Both due times as they are if every open pause ended at `at`."""
        if self.waits:
            return Due(waits=True)
        if self.running is None:
            return Due()
        running = self._as_if_resumed(at)
        return due_times(running, self._spans(at), self.cal, self.current_leads, self._is_anyone_held)

    @property
    def current_leads(self) -> Leads:
        """The leads of the limit in force."""
        return self.leads or self.rule.leads

    def _spans(self, at: datetime) -> list[Span]:
        found = list(self.waited)
        for stay in self.stays:
            end = stay.end if stay.end is not None else max(at, stay.begin)
            last = stay.last if stay.last is not None else self.cal.day_of(end)
            found.append(Span(stay.begin, end, self.cal.day_of(stay.begin), last))
        return found

    def _as_if_resumed(self, at: datetime) -> Running:
        """The limit in force; where an open pause gives a new limit at its end, that limit from `at`."""
        assert self.running is not None
        for stay in self.stays:
            if stay.end is None and stay.pause.then is not None:
                return self.limit_from(self._then(stay.pause), max(at, stay.begin), self.cal.day_of(at))
        return self.running

    def _then(self, pause: Pause) -> Limit:
        assert self.base is not None
        return self.base if pause.then == "base" else self.like(pause.then)

    def _is_anyone_held(self, due: Moment) -> bool:
        facts, as_of = self.world.facts, self.world.as_of
        if due.at > as_of:
            return facts.anyone_held(as_of, exclusive=False, start=self.event)
        return facts.anyone_held(due.at, exclusive=due.at_end, start=self.event)

    def like(self, table: Mapping[str, Any]) -> Limit:
        """A limit of another amount or unit within this rule."""
        assert self.base is not None
        return limit_like(self.base, table, kind=self.rule.kind, custody=self.rule.custody)

    def limit_from(self, limit: Limit, at: datetime, day: date, *, is_bare_date: bool = False) -> Running:
        """A limit that counts from an instant; hours cannot be counted from a bare date."""
        point = Point(at, day)
        return Running(limit, point, point, since=at, is_known=not (is_bare_date and limit.counting in HOURS_COUNTED))

    def limit_from_start(self, limit: Limit) -> Running:
        """A limit that counts from the start."""
        return self.limit_from(limit, self.start, self.cal.day_of(self.start), is_bare_date=self.event.is_bare_date)

    def is_past(self, at: datetime) -> bool:
        """Whether the outer due time in force has passed."""
        if self.is_paused:
            return False
        outer = self.due(at).outer
        return outer is not None and not outer.kept(at)

    def is_day_of_outer(self, at: datetime) -> bool:
        """Whether the outer due time is an instant inside the local day of `at`: no bare date compares with it."""
        if self.is_paused:
            return False
        outer = self.due(at).outer
        return outer is not None and not outer.at_end and self.cal.day_of(outer.at) == self.cal.day_of(at)

    # -- what happens to it ------------------------------------------------------------------------------------------

    def run(self, limit: Limit) -> None:
        """Let a limit run from the start."""
        self.running = self.limit_from_start(limit)

    def check_hour(self) -> None:
        """A bare date says too little where hours are counted from it."""
        if self.running is not None and not self.running.is_known and not self.waits:
            self.ask("no_hour", self.event, hard=True)

    def state_until(self, event: Event) -> None:
        """Take the end that a document states; one before the start is a contradiction. None stated: no end."""
        if self.running is None:
            return
        until = event.until
        if until is not None and (until.at < self.start or (until.at == self.start and until.at_end)):
            self.ask("until_before_start", event, fact="until", hard=True)
            return
        self.running = replace(self.running, until=event.until, until_since=max(event.at, self.start))

    def begin_pause(self, pause: Pause, event: Event, begin: datetime) -> None:
        """Time stops counting."""
        self.stays.append(Stay(pause, event.named(pause.pair_by), event, begin))

    def end_pause(self, stay: Stay, event: Event, end: datetime, last: date) -> None:
        """Time counts again; where the law grants a new limit instead of the rest, that one runs from here."""
        stay.end, stay.last = max(end, stay.begin), max(last, self.cal.day_of(stay.begin))
        if stay.pause.then is None or self.base is None:
            return
        limit = self._then(stay.pause)
        self.running = self.limit_from(limit, stay.end, stay.last, is_bare_date=event.is_bare_date)
        self.tier, self.leads = "then", None
        if not self.running.is_known:
            self.ask("no_hour", event, hard=True)

    def grant(self, tier: Tier, event: Event, *, states: bool = True) -> None:
        """Lengthen the limit by a tier; a smaller one moves nothing. `states`: its document may state an end."""
        assert self.running is not None
        if tier.mode == "added":
            self._add(tier, event)
            return
        limit = self._tier_limit(tier, event)
        longer = self.limit_from_start(limit)
        self.granted.append(tier.id)
        if tier.mode == "total" and not self._is_at_least_current(longer):
            return
        self.running, self.tier, self.leads = longer, tier.id, tier.leads
        if states:
            self.state_until(event)

    def _tier_limit(self, tier: Tier, event: Event) -> Limit:
        assert self.base is not None
        limit = self.like({"amount": tier.amount, "unit": tier.unit})
        days = self.world.facts.stated(event, "days")
        if tier.states != "days" or not isinstance(days, int):
            return limit
        stated = replace(self.base, amount=self.base.amount + days)
        if tier.unit == self.base.unit:
            return replace(stated, amount=min(stated.amount, tier.amount))
        point = Point(self.start, self.cal.day_of(self.start))
        return min(stated, limit, key=lambda one: count(one, point, self.cal, "all_worked").at)

    def _is_at_least_current(self, longer: Running) -> bool:
        assert self.running is not None
        if self.running.continued or self.running.limit.counting == "by_document" or self.tier == "then":
            return True
        mine, other = (count(r.limit, r.strict_from, self.cal, "all_worked").at for r in (self.running, longer))
        return other >= mine

    def _add(self, tier: Tier, event: Event) -> None:
        if tier.id in self.granted and not tier.repeat:
            return
        self.granted.append(tier.id)
        due = self.due(event.at)
        limit = self.like({"amount": tier.amount, "unit": tier.unit})
        since = max(event.at, self.start)
        if due.strict is None or due.unrolled_outer is None:
            point = Point(self.start, self.cal.day_of(self.start))
            self.running = Running(limit, point, point, since, continued=True, is_known=False)
        else:
            strict, outer = point_after(due.strict, self.cal), point_after(due.unrolled_outer, self.cal)
            self.running = Running(limit, strict, outer, since, continued=True)
        self.tier, self.leads = tier.id, tier.leads
        self.state_until(event)

    def close(self, at: datetime, event: Event, ended_as: str) -> None:
        """End it."""
        self.stopped, self.stop_event, self.ended_as = at, event, ended_as

    def outcome(self) -> str:
        """What became of it by the instant of judgement."""
        if any(q.hard for q in self.standing_questions):
            return "unknown"
        if self.stopped is not None:
            return self._outcome_of_stop(self.due(self.stopped), self.stopped)
        if self.is_paused:
            return "waiting" if self.waits else "paused"
        if self.is_past(self.world.as_of):
            return "lapsed" if self.rule.lapses else "excused" if self.excused else "running"
        return "running"

    def _outcome_of_stop(self, due: Due, stopped: datetime) -> str:
        stood_still = due.waits or any(stay.end is None for stay in self.stays)
        if stood_still or (due.outer is not None and due.outer.kept(stopped)):
            return self.ended_as
        if due.outer is None:
            is_early = due.strict is not None and due.strict.kept(stopped)
            is_early = is_early or (due.earliest is not None and stopped < due.earliest.at)
            return self.ended_as if is_early or self.ended_as == "restarted" else "unknown"
        return "excused" if self.excused else "lapsed" if self.rule.lapses else "late"


@dataclass(frozen=True)
class Entry:
    """A parent as it stands after an event: a copy, so that what it hears later does not change it."""

    at: datetime
    event: Event
    clock: Clock
    strict: Moment | None  # with the pauses that have ended


def copy_of(clock: Clock) -> Clock:
    """A clock that goes on no further."""
    return replace(
        clock,
        stays=[replace(stay) for stay in clock.stays],
        waits=dict(clock.waits),
        waited=list(clock.waited),
        questions=list(clock.questions),
        history=[],
    )


@dataclass
class ChildClock(Clock):
    """A clock counted back from the strict due time of another one, which it knows as of the last event."""

    parent: Clock | None = None
    spec: Parent | None = None

    @property
    def is_paused(self) -> bool:
        """It is paused and waits with its parent."""
        return self.parent is not None and self.parent.is_open and self.parent.is_paused

    def due(self, at: datetime) -> Due:
        """So long before the parent's due time."""
        assert self.parent is not None
        assert self.spec is not None
        due = self.parent.due(at)
        if due.strict is None:
            return Due(waits=due.waits)
        moved = count_back(due.strict, self.spec.amount, self.spec.unit, self.cal)
        return Due(moved, moved, moved)

    def outcome(self) -> str:
        """Waiting where its parent waits."""
        found = super().outcome()
        return "waiting" if found == "paused" and self.parent is not None and self.parent.waits else found
