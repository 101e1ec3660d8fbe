"""Who looks into his inbox when: the habits of the people of a city that is played.

Stated before anything was measured by them, and not changed since. Legal officers review cases at a screen all day;
heads look before their morning meeting; officers are out, and hear by their phones. On days off nobody looks. Whoever
looks opens, one by one, what he was told of and has not opened since, the gravest first, and no more than
MOST_OPENED at once. Who oversees a case takes nothing on by looking; who handles it answers as by a text.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from zhunsheng.apps.access.processes import as_process, as_viewer
from zhunsheng.apps.access.scope import viewer_of
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.models import Alert
from zhunsheng.apps.alerts.opening import opened
from zhunsheng.apps.alerts.policy import alert_policy, working_calendar
from zhunsheng.apps.audit.clock import real_now
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.core.alert_group import LEVEL_RANK

MOST_OPENED: Final = 10
REMEMBERED: Final = timedelta(days=3)  # what somebody has not opened by then he does not open any more


@dataclass(frozen=True)
class Habit:
    """What share of those who hold a role look into their inbox, and at which times of a working day."""

    share: float
    times: tuple[time, ...]


def _times(every_minutes: int) -> tuple[time, ...]:
    """Office hours: 08:30 to 12:00 and 14:30 to 17:30."""
    spans = ((8 * 60 + 30, 12 * 60), (14 * 60 + 30, 17 * 60 + 30))
    return tuple(time(n // 60, n % 60) for begin, end in spans for n in range(begin, end + 1, every_minutes))


MORNING: Final = (time(8, 30),)
STATED: Final[Mapping[str, Habit]] = {
    "legal_officer": Habit(0.75, _times(30)),
    "legal_department": Habit(0.75, _times(60)),
    "unit_head": Habit(0.5, MORNING),
    "county_head": Habit(0.5, MORNING),
    "case_officer": Habit(0.1, MORNING),
    "co_officer": Habit(0.1, MORNING),
}
SHARES: Final[Mapping[str, float | None]] = {"stated": None, "nobody": 0.0, "half": 0.5, "all": 1.0}
"""Of those who look at all at the stated times; None: the stated shares."""


@dataclass
class Readers:
    """The people who look, and what each has opened. `share`: in place of the stated ones."""

    seed: int
    share: float | None = None
    opened_at: dict[tuple[int, str], datetime] = field(default_factory=dict)

    def look(self, at: datetime) -> Iterator[tuple[int, str]]:
        """Everybody who looks at this instant opens what is new to him.

        Yields  officer and group of each alert that somebody who handles the case opened.
        """
        roles = looking_at(at)
        if not roles or self.share == 0:
            return
        for (officer, group), alert in self._new_to_each(at, roles):
            self.opened_at[officer, group] = at
            viewer = viewer_of(account="reader", officer=officer, admin_role="", on=at.astimezone(ZONE).date())
            with as_viewer(viewer):
                opened(viewer, group, Moment(at=at, real=real_now()))
            if alert_policy().roles[alert.role].voice == "officer":
                yield officer, group

    def _new_to_each(self, at: datetime, roles: set[str]) -> list[tuple[tuple[int, str], Alert]]:
        rows = Alert.objects.filter(role__in=roles, created_at__gt=at - REMEMBERED, group__closed_at=None)
        with as_process("test"):
            alerts = list(rows.filter(officer__isnull=False).select_related("group").order_by("created_at", "key"))
        chosen = [alert for alert in alerts if self._is_new(alert) and self._looks(alert)]
        by_officer: dict[int, dict[str, Alert]] = {}
        for alert in chosen:
            by_officer.setdefault(alert.officer_id or 0, {})[alert.group_id or ""] = alert
        return [
            ((officer, group), alert)
            for officer, own in sorted(by_officer.items())
            for group, alert in sorted(own.items(), key=_gravest_first)[:MOST_OPENED]
        ]

    def _is_new(self, alert: Alert) -> bool:
        known = self.opened_at.get((alert.officer_id or 0, alert.group_id or ""))
        return known is None or alert.created_at > known

    def _looks(self, alert: Alert) -> bool:
        """Always the same of one person."""
        share = STATED[alert.role].share if self.share is None else self.share
        return random.Random(f"{self.seed} {alert.officer_id}").random() < share


def looking_at(at: datetime) -> set[str]:
    """The roles of which some look at this instant."""
    local = at.astimezone(ZONE)
    if not working_calendar().is_working(local.date()):
        return set()
    return {role for role, habit in STATED.items() if local.time() in habit.times}


def _gravest_first(item: tuple[str, Alert]) -> tuple[object, ...]:
    group, alert = item
    due = alert.group.due if alert.group else None
    return -LEVEL_RANK[alert.level], not alert.liberty, due is None, due.timestamp() if due else 0.0, group
