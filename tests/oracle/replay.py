"""The event list replayed literally: which clocks open, and which clocks each event reaches."""

from datetime import datetime
from typing import Final

from tests.oracle.book import Limit, Restart, Rule, Version
from tests.oracle.clock import Clock, Stay, World
from tests.oracle.days import Moment
from tests.oracle.effects import Effects
from tests.oracle.events import Event
from tests.oracle.facts import MISSING
from tests.oracle.items import Item, items_of
from tests.oracle.limits import Point, Running, count_back

REMEMBERED: Final = ("start", "pause", "resume")  # roles that a bare date does not put off: they act where they stand


class Replay:
    """The clocks of one rule in one group."""

    def __init__(self, rule: Rule, world: World) -> None:
        self.rule, self.world, self.cal = rule, world, world.cal
        self.clocks: list[Clock] = []
        self.past: list[Item] = []
        self.now: list[Item] = []
        self.effects = Effects(rule, world, self._next_epoch)

    def run(self) -> list[Clock]:
        """Replay every event of the group."""
        items = items_of(self.rule, self.world)
        for n, item in enumerate(items):
            self.now = [other for other in items[n:] if other.at == item.at]
            self.past.append(item)
            getattr(self, f"_{item.role}")(item)
        return self.clocks

    # -- which clocks ------------------------------------------------------------------------------------------------

    def _subject_of(self, event: Event) -> str | None:
        group = self.world.group
        if self.rule.subject == "case":
            return group.case
        if self.rule.subject in ("incident", "shift"):
            return group.incident
        return event.named(self.rule.subject)

    def _open_clock(self, subject: str | None) -> Clock | None:
        for clock in self.clocks:
            if clock.subject == subject and clock.is_open:
                return clock
        return None

    def _reached(self, item: Item) -> list[Clock]:
        """The open clocks that an event is about; it has met them."""
        found = [c for c in self.clocks if c.is_open and c.reached_by(item.event) and c.subject not in item.touched]
        item.touched.update(clock.subject for clock in found)
        return found

    # -- roles -------------------------------------------------------------------------------------------------------

    def _start(self, item: Item) -> None:
        event, rule = item.event, self.rule
        version = rule.version_on(self.cal.day_of(event.at))
        if event.type not in (version or rule.versions[0]).start:
            return
        answer = self.world.facts.test(rule.applies, event, event.columns["person"], rule.assume)
        if answer.holds is False:
            return
        subject = self._subject_of(event)
        clock = self._open_clock(subject)
        if clock is not None and rule.kind in ("max-term", "duration") and clock.start < event.at:
            self._hand_over(clock)
            clock = self._open_clock(subject)
        if clock is not None:
            self._repeat(clock, event, version)
            return
        clock = self._new(event, version, subject)
        if version is None:
            clock.ask("no_version", event, hard=True, of="applies")
        elif answer.holds is None:
            clock.ask("missing_fact", event, fact=answer.missing, hard=True, of="applies")
        if version is not None:
            self._choose_limit(clock, version)
        self._opened(clock, event)

    def _hand_over(self, clock: Clock) -> None:
        """A term or stay that ends in the instant in which it starts anew: the old clock ends, the stop is used up."""
        for item in self.now:
            if item.role in ("terminate", "satisfy") and clock.reached_by(item.event):
                item.touched.add(clock.subject)
                if clock.is_open:
                    self.effects.act(clock, item)

    def _repeat(self, clock: Clock, event: Event, version: Version | None) -> None:
        if clock.version is not version and clock.version is not None and event.type not in clock.version.start:
            return
        if event.at != clock.event.at or event.is_bare_date != clock.event.is_bare_date:
            clock.ask("repeated_start", event, hard=True)
            self.effects.note(clock, event, event.at)

    def _next_epoch(self, clock: Clock, event: Event) -> Clock:
        """The clock that a restart opens: the same subject, person and version."""
        fresh = self._new(event, clock.version, clock.subject)
        fresh.person = clock.person
        return fresh

    def _new(self, event: Event, version: Version | None, subject: str | None) -> Clock:
        epoch = 1 + sum(clock.subject == subject for clock in self.clocks)
        clock = Clock(
            rule=self.rule,
            version=version,
            world=self.world,
            subject=subject,
            person=event.columns["person"],
            epoch=epoch,
            event=event,
            start=event.at,
        )
        self.clocks.append(clock)
        return clock

    def _choose_limit(self, clock: Clock, version: Version) -> None:
        """What the facts of the start decide: the limit, what it waits for, who must be told, what is granted."""
        facts, event = self.world.facts, clock.event
        fact_parent = next((parent for parent in self.rule.parents if parent.fact is not None), None)
        if fact_parent is not None and fact_parent.fact is not None:
            self._count_back_from_fact(clock, fact_parent.fact, fact_parent.amount, fact_parent.unit)
            return
        for limit in version.limits:
            answer = facts.test(limit.tests, event, clock.person, self.rule.assume)
            if answer.holds is None:
                clock.ask("missing_fact", event, fact=answer.missing, hard=True)
                break
            if answer.holds:
                clock.base = limit
                break
        self._wait_from_start(clock)
        if clock.base is not None:
            clock.run(clock.base)
            self._grant_at_start(clock, version)
            clock.check_hour()
            self._until_of_start(clock)
        self._name_recipients(clock)

    def _count_back_from_fact(self, clock: Clock, fact: str, amount: int, unit: str) -> None:
        value = self.world.facts.read(fact, clock.event, clock.person)
        if value is MISSING:
            clock.ask("missing_fact", clock.event, fact=fact, hard=True)
            return
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        moment = moment if moment.tzinfo else moment.replace(tzinfo=self.cal.zone)
        due = count_back(Moment(moment.astimezone(clock.start.tzinfo), at_end=False), amount, unit, self.cal)
        point = Point(clock.start, self.cal.day_of(clock.start))
        limit = Limit(0, "by_document", "by_document", "same", "never", {})
        clock.running = Running(limit, point, point, clock.start, until=due, until_since=clock.start)

    def _wait_from_start(self, clock: Clock) -> None:
        for spec in self.rule.restarts:
            if spec.waits_if:
                answer = self.world.facts.test(spec.waits_if, clock.event, clock.person)
                if answer.holds is None:
                    clock.ask("missing_fact", clock.event, fact=answer.missing, hard=False)
                elif answer.holds:
                    clock.waits[spec.n] = clock.start

    def _until_of_start(self, clock: Clock) -> None:
        clock.state_until(clock.event)
        assert clock.running is not None
        if clock.running.limit.unit == "by_document" and clock.event.until is None and not clock.waits:
            clock.ask("missing_fact", clock.event, fact="until", hard=True)

    def _grant_at_start(self, clock: Clock, version: Version) -> None:
        for tier in version.tiers:
            if not tier.start_fact:
                continue
            answer = self.world.facts.test({**tier.tests, **tier.start_fact}, clock.event, clock.person)
            if answer.holds is None:
                clock.ask("missing_fact", clock.event, fact=answer.missing, hard=False)
            elif answer.holds:
                clock.grant(tier, clock.event, states=False)

    def _name_recipients(self, clock: Clock) -> None:
        if not self.rule.all_of:
            return
        clock.recipients = set(self.rule.all_of)
        if self.rule.recipients is None:
            return
        named = self.world.facts.read(self.rule.recipients, clock.event, clock.person)
        if named is not MISSING and named:
            clock.recipients &= set(named)
        elif named is not MISSING:
            clock.ask("missing_fact", clock.event, fact=self.rule.recipients, hard=True)

    def _opened(self, clock: Clock, event: Event) -> None:
        """What had happened before the start and matters to it; then what a bare date puts right after it."""
        for stay in self._pauses_open_at(clock):
            clock.stays.append(stay)
        self._stops_before(clock)
        self.effects.check_calendar(clock, event)
        self.effects.note(clock, event, clock.start)
        self._deferred(clock)

    def _pauses_open_at(self, clock: Clock) -> list[Stay]:
        """A pause that is open when the clock starts counts from the start."""
        open_: list[Stay] = []
        for item in self.past:
            if item.role == "pause" and self.effects.has_pause(clock, item.spec) and clock.reached_by(item.event):
                key = item.event.named(item.spec.pair_by)
                fails = self.world.facts.test(item.spec.tests, item.event, clock.person).holds is False
                if not fails and not any(s.pause is item.spec and s.key == key for s in open_):
                    open_.append(Stay(item.spec, key, item.event, clock.start))
            elif item.role == "resume" and (item.cap_of is not None or clock.reached_by(item.event)):
                open_ = [stay for stay in open_ if not self.effects.ends(item, stay)]
        return [stay for stay in open_ if self.effects.pause_holds(clock, stay.pause, stay.event)]

    def _stops_before(self, clock: Clock) -> None:
        """A met_by event that met no clock at all stands before the start."""
        for item in self.past:
            if item.role != "satisfy" or item.at >= clock.start or item.touched:
                continue
            if not clock.reached_by(item.event) or self._is_of_its_day(item, clock):
                continue
            if self.rule.before_start == "question":
                clock.ask("stop_before_start", item.event, hard=True)
                return
            if self.rule.before_start == "meets" and clock.is_open:
                item.touched.add(clock.subject)
                self.effects.serve(clock, item.event, clock.start)

    def _is_of_its_day(self, item: Item, clock: Clock) -> bool:
        """A bare date on the day of the start is not before it."""
        return item.event.is_bare_date and self.cal.day_of(item.at) == self.cal.day_of(clock.start)

    def _found_nothing(self, item: Item, clock: Clock) -> bool:
        """No earlier clock of the subject that the event reaches was open as the day began, or opened in it."""
        earlier = [c for c in self.clocks if c is not clock and c.subject == clock.subject]
        return not any(c.reached_by(item.event) and (c.stopped is None or c.stopped >= item.at) for c in earlier)

    def _deferred(self, clock: Clock) -> None:
        """Bare-dated events of this day that found nothing open act now, in their order."""
        day = self.cal.day_of(clock.start)
        for item in list(self.past):
            is_of_day = item.event.is_bare_date and item.cap_of is None and self.cal.day_of(item.at) == day
            is_idle = item.role not in REMEMBERED and clock.subject not in item.touched and not self._opens(item)
            if not (is_of_day and is_idle and self._found_nothing(item, clock)):
                continue
            if clock.is_open and clock.reached_by(item.event):
                item.touched.add(clock.subject)
                self.effects.act(clock, item)

    def _opens(self, item: Item) -> bool:
        return item.role == "restart" and any(c.event is item.event and c.epoch == 1 for c in self.clocks)

    def _act_on_all(self, item: Item) -> None:
        for clock in self._reached(item):
            self.effects.act(clock, item)

    _wait = _pause = _resume = _wait_end = _extend = _excuse = _terminate = _satisfy = _act_on_all

    def _restart(self, item: Item) -> None:
        spec: Restart = item.spec
        reached = self._reached(item)
        for clock in reached:
            self.effects.act(clock, item)
        if not reached and spec.opens:
            self._open_by_restart(item)

    def _open_by_restart(self, item: Item) -> None:
        event, rule = item.event, self.rule
        answer = self.world.facts.test(rule.applies, event, event.columns["person"], rule.assume)
        if answer.holds is False:
            return
        version = rule.version_on(self.cal.day_of(event.at))
        other = self._open_clock(self._subject_of(event))
        if other is not None:
            self._repeat(other, event, version)
            return
        clock = self._new(event, version, self._subject_of(event))
        item.touched.add(clock.subject)
        if version is None:
            clock.ask("no_version", event, hard=True, of="applies")
        elif answer.holds is None:
            clock.ask("missing_fact", event, fact=answer.missing, hard=True, of="applies")
        if version is not None:
            clock.base = version.limits[-1]
            for limit in version.limits:
                if self.world.facts.test(limit.tests, event, clock.person, rule.assume).holds:
                    clock.base = limit
                    break
            clock.run(self.effects.restart_limit(clock, item.spec))
            clock.check_hour()
            clock.state_until(event)
            self._name_recipients(clock)
        self._opened(clock, event)
