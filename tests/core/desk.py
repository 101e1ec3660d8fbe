"""One desk that hears every notice of one story: push at instants, want between instants.

desk = Desk(story).until("2026-03-06 09:00")
desk.wants("2026-03-04 00:00", "first blue case_officer,co_officer")
"""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from tests.alert_story import changes_between, judged_at, shipped_policy
from tests.story import at, law, shown
from zhunsheng.core.alert_group import Group, Notice
from zhunsheng.core.alert_times import told_at
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import Judgement
from zhunsheng.core.routing import merged, routed, swept


@cache
def only(*rules: str) -> Rulebook:
    """The rulebook that is shipped, with some of its deadlines alone."""
    return replace(law(), rules=tuple(rule for rule in law().rules if rule.id in rules), checks=())


class Desk:
    """Judges a story at every instant at which something becomes true, and lets time pass in between."""

    def __init__(self, story: str, *rules: str, held: str = "", **facts: Any) -> None:
        self.story, self.book, self.facts, self.held = story, only(*rules), facts, held
        self.policy = shipped_policy()
        self.groups: dict[str, Group] = {}
        self.roles: dict[str, Any] = {}
        self.rules: dict[str, str] = {}
        self.seen: Judgement | None = None
        self.heard: list[tuple[datetime, Notice]] = []
        self.nobody: set[str] = set()  # roles that nobody holds

    def judge(self, instant: str) -> "Desk":
        """One batch of the supervisor at an instant."""
        as_of = at(instant)
        now = judged_at(self.story, self.book, as_of, **self.facts)
        changes = changes_between(self.seen, now, self.book)
        self.seen = now
        for key in sorted({change.group for change in changes}):
            own = [change for change in changes if change.group == key]
            rule = own[0].rule
            assert rule is not None  # no rule leaves the book of a story
            self.roles[key], self.rules[key] = rule.recipients, rule.id
            group = self.groups.get(key) or Group(key, rule.custody, as_of)
            group, notices = routed(
                merged(group, own), as_of=as_of, policy=self.policy, roles=self.roles[key], held=self.held
            )
            self._hear(key, group, notices, as_of)
        return self

    def pass_time(self, until: str) -> "Desk":
        """The sweeps that are due before an instant, each at its time. What is due at the instant waits for its
        judgement, as in the supervisor."""
        while True:
            waiting = [(group.next_at, key) for key, group in self.groups.items() if group.next_at is not None]
            if not waiting or min(waiting)[0] >= at(until):
                return self
            as_of, key = min(waiting)
            group, notices = swept(
                self.groups[key],
                as_of=as_of,
                policy=self.policy,
                roles=self.roles[key],
                reachable=lambda role: role not in self.nobody,
            )
            assert group != self.groups[key], "a sweep that changes nothing would be due for ever"
            self._hear(key, group, notices, as_of)

    def _hear(self, key: str, group: Group, notices: list[Notice], as_of: datetime) -> None:
        self.groups[key] = group
        self.heard += [(as_of, notice) for notice in notices]

    def group(self, rule: str) -> Group:
        """The group of a rule; the story has one."""
        (found,) = [group for key, group in self.groups.items() if self.rules[key] == rule]
        return found

    def act(self, rule: str, group: Group) -> None:
        """Somebody acted."""
        key = group.key
        assert self.rules[key] == rule
        self.groups[key] = group

    def lines(self, rule: str | None = None) -> list[str]:
        """A line a notice: `2026-03-04 00:00 first blue approaching case_officer,co_officer`; behind an arrow when it
        is told at the latest, where that is later."""
        chosen = [(as_of, n) for as_of, n in self.heard if rule is None or self.rules[n.group] == rule]
        return [self._line(as_of, notice) for as_of, notice in chosen]

    def _line(self, as_of: datetime, notice: Notice) -> str:
        to = ",".join(notice.roles) or ",".join(f"#{n}" for n in notice.officers) or "told"
        group = self.groups[notice.group]
        later = None
        if notice.reason in ("first", "worse"):
            later = told_at(notice.level, liberty=group.liberty, due=group.due, as_of=as_of, policy=self.policy)
        arrow = f" → {shown(later)}" if later else ""
        return f"{shown(as_of)} {notice.reason} {notice.level} {notice.kind} {to}{arrow}"

    def between(self, start: str, end: str, rule: str | None = None) -> list[str]:
        """The lines of notices from an instant up to another, which is excluded."""
        return [line for line in self.lines(rule) if start <= line[:16] < end]
