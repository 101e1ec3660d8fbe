"""What an event does to one clock that it reaches."""

from collections.abc import Callable
from datetime import datetime

from tests.oracle.book import Limit, Pause, Restart, Rule, Tier
from tests.oracle.clock import Clock, Entry, Stay, World, copy_of
from tests.oracle.days import DAY
from tests.oracle.events import Event
from tests.oracle.facts import MISSING
from tests.oracle.items import Item
from tests.oracle.limits import Span


class Effects:
    """The roles other than a start, for the clocks of one rule in one group."""

    def __init__(self, rule: Rule, world: World, next_epoch: Callable[[Clock, Event], Clock]) -> None:
        self.rule, self.world, self.cal = rule, world, world.cal
        self.next_epoch = next_epoch

    def act(self, clock: Clock, item: Item) -> None:
        """Let the item act on the clock, and write down how the clock stands then."""
        acts: dict[str, Callable[[Clock, Item], None]] = {
            "restart": self._restart,
            "wait": self._let_wait,
            "wait_end": self._call_off,
            "pause": self._pause,
            "resume": self._resume,
            "extend": self._extend,
            "excuse": self._excuse,
            "terminate": self._stop,
            "satisfy": self._stop,
        }
        acts[item.role](clock, item)
        self.note(clock, item.event, item.at)

    def note(self, clock: Clock, event: Event, at: datetime) -> None:
        """Write down how the clock stands, for clocks that are counted back from it."""
        if not self.world.keeps_history:
            return
        copy = copy_of(clock)
        strict = None
        if copy.running is not None and not copy.waits:
            committed = copy_of(copy)
            committed.stays = [stay for stay in committed.stays if stay.end is not None]
            strict = committed.due(at).strict
        clock.history.append(Entry(at, event, copy, strict))

    def restart_limit(self, clock: Clock, spec: Restart) -> Limit:
        assert clock.base is not None
        return clock.base if spec.limit is None else clock.like(spec.limit)

    def _restart(self, clock: Clock, item: Item) -> None:
        spec, event = item.spec, item.event
        if spec.is_awaited and spec.n not in clock.waits:
            return
        at = max(item.at, clock.start)
        clock.close(at, event, "restarted")
        fresh = self.next_epoch(clock, event)
        fresh.base, fresh.recipients = clock.base, set(clock.recipients)
        fresh.start = at
        fresh.questions = [q for q in clock.questions if q.of == "applies"]
        fresh.waits = {n: at for n in clock.waits if n != spec.n}
        fresh.stays = [Stay(s.pause, s.key, s.event, at) for s in clock.stays if s.end is None]
        if fresh.base is not None:
            fresh.run(self.restart_limit(fresh, spec))
            fresh.check_hour()
            fresh.state_until(event)
        self.check_calendar(fresh, event)
        self.note(fresh, event, at)

    def _let_wait(self, clock: Clock, item: Item) -> None:
        if item.spec.n in clock.waits:
            return
        if clock.is_past(item.at):
            clock.notices.append(("late_pause", item.at))
            return
        clock.waits[item.spec.n] = max(item.at, clock.start)

    def _call_off(self, clock: Clock, item: Item) -> None:
        since = clock.waits.pop(item.spec.n, None)
        if since is not None:
            day = self.cal.day_of
            clock.waited.append(Span(since, max(item.at, since), day(since), day(max(item.at, since))))
            clock.check_hour()
            self.check_calendar(clock, item.event)

    def has_pause(self, clock: Clock, pause: Pause) -> bool:
        return clock.version is not None and any(p.id == pause.id for p in clock.version.pauses)

    def pause_holds(self, clock: Clock, pause: Pause, event: Event) -> bool:
        answer = self.world.facts.test(pause.tests, event, clock.person)
        if answer.holds is None:
            clock.ask("missing_fact", event, fact=answer.missing, hard=False)
        return answer.holds is True

    def _pause(self, clock: Clock, item: Item) -> None:
        pause, event = item.spec, item.event
        key = event.named(pause.pair_by)
        is_on = any(s.end is None and s.pause is pause and s.key == key for s in clock.stays)
        if is_on or not self.has_pause(clock, pause) or not self.pause_holds(clock, pause, event):
            return
        if clock.is_past(item.at):
            clock.notices.append(("late_pause", item.at))
            return
        clock.begin_pause(pause, event, max(item.at, clock.start))

    def ends(self, item: Item, stay: Stay) -> bool:
        if item.spec is not stay.pause:
            return False
        if item.cap_of is not None:
            return item.cap_of is stay.event
        key = item.event.named(item.spec.pair_by)
        return key is None or stay.key is None or key == stay.key

    def _resume(self, clock: Clock, item: Item) -> None:
        for stay in clock.stays:
            if stay.end is None and self.ends(item, stay):
                last = self.cal.day_of(item.at) - (DAY if item.cap_of is not None else 0 * DAY)
                clock.end_pause(stay, item.event, item.at, last)
                self.check_calendar(clock, item.event)

    def _extend(self, clock: Clock, item: Item) -> None:
        event, facts = item.event, self.world.facts
        tiers = [t for t in (clock.version.tiers if clock.version else ()) if t.event == event.type]
        name = facts.stated(event, "tier")
        if name is MISSING and len(tiers) > 1:
            clock.ask("missing_tier", event, fact="tier", hard=False)
        tiers = [t for t in tiers if t.id == name] if name is not MISSING else tiers if len(tiers) == 1 else []
        if not tiers or clock.running is None:
            return
        tier = tiers[0]
        answer = facts.test(tier.tests, event, clock.person)
        if answer.holds is None:
            clock.ask("missing_fact", event, fact=answer.missing, hard=False)
        if answer.holds and self._may_grant(clock, tier, item):
            clock.grant(tier, event)
            self.check_calendar(clock, event)

    def _may_grant(self, clock: Clock, tier: Tier, item: Item) -> bool:
        event = item.event
        if event.is_bare_date and clock.is_day_of_outer(item.at):
            clock.ask("no_hour_stop", event, hard=True)
            return False
        if clock.is_past(item.at):
            clock.notices.append(("late_extension", item.at))
            return False
        if tier.after is not None and tier.after not in clock.granted:
            clock.notices.append(("extension_out_of_order", item.at))
            return False
        has_days = self.world.facts.stated(event, "days") is not MISSING
        if tier.states == "days" and not has_days and event.until is None:
            clock.ask("missing_fact", event, fact="days", hard=True)
            return False
        if tier.mode == "by_document" and event.until is None:
            clock.ask("missing_fact", event, fact="until", hard=True)
            return False
        return True

    def _excuse(self, clock: Clock, item: Item) -> None:
        if item.event.is_bare_date and clock.is_day_of_outer(item.at):
            clock.ask("no_hour_stop", item.event, hard=True)
        elif not clock.is_past(item.at):
            clock.excused = True

    def _stop(self, clock: Clock, item: Item) -> None:
        if item.event.is_bare_date and clock.is_day_of_outer(item.at):
            clock.ask("no_hour_stop", item.event, hard=True)
        if item.role == "terminate":
            clock.close(item.at, item.event, "moot")
        else:
            self.serve(clock, item.event, item.at)
        self._check_stop(clock, item.event)

    def serve(self, clock: Clock, event: Event, at: datetime) -> None:
        """Met, or one of those who must be told has been; met at the last of them."""
        clock.served |= {who for who, type_ in self.rule.all_of.items() if type_ == event.type}
        if event.type in self.rule.met_by or (clock.recipients and clock.recipients <= clock.served):
            clock.close(at, event, "met")

    def _check_stop(self, clock: Clock, event: Event) -> None:
        """Where only the roll is beyond the calendar, a stop after the strict due time cannot be judged."""
        if clock.stopped is None or clock.ended_as == "restarted":
            return
        due = clock.due(clock.stopped)
        if due.outer is None and due.strict is not None and not due.strict.kept(clock.stopped):
            clock.ask("beyond_calendar", event, hard=True)

    def check_calendar(self, clock: Clock, event: Event) -> None:
        if clock.due(max(event.at, clock.start)).is_beyond_calendar:
            clock.ask("beyond_calendar", event, hard=True)
