"""What happened since a page was drawn: how many new alerts its viewer was told of, and how much time is left now.

A page says up to where it knows; the answer never moves its list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.models import Alert, AlertGroup
from zhunsheng.apps.alerts.selectors import told_since, visible_groups
from zhunsheng.apps.desk.case_track import level_now
from zhunsheng.apps.desk.inbox import over
from zhunsheng.apps.supervision.models import Clock

# An alert may be committed a little after the instant that it bears: what is counted begins a day before.
BEFORE: Final = timedelta(days=1)
MOST_KEYS: Final = 60
QUIET: Final = (Alert.Reason.WITHDRAWN, Alert.Reason.DIGEST, Alert.Reason.NO_RECIPIENT, Alert.Reason.SILENCE_ENDED)
"""Messages that bring nothing new into a list."""


@dataclass(frozen=True)
class Known:
    """How many alerts since an instant a page knew of when it was drawn."""

    since: datetime
    count: int


@dataclass(frozen=True)
class Told:
    """The answer. `left`: key → the words of the time that is left, as the page draws them."""

    news: int
    text: str
    left: Mapping[str, str]


def known(viewer: Viewer, *, now: datetime) -> Known | None:
    """What a page drawn now knows; None for whoever is told nothing."""
    if viewer.officer is None:
        return None
    since = now - BEFORE
    return Known(since, _count(viewer.officer, since))


def told(viewer: Viewer, before: Known, keys: Sequence[str], *, now: datetime) -> Told:
    """What has come since, and the time left of some rows."""
    news = max(0, _count(viewer.officer, before.since) - before.count) if viewer.officer is not None else 0
    text = _("有 %(n)d 条新预警，点此更新") % {"n": news} if news else ""
    return Told(news, text, _left(viewer, keys[:MOST_KEYS], now) if keys else {})


def _count(officer: int, since: datetime) -> int:
    return told_since(officer, since, quiet=QUIET)


def _left(viewer: Viewer, keys: Sequence[str], now: datetime) -> dict[str, str]:
    """Of alerts, else of the clocks of that key, as far as the viewer may see them."""
    groups = visible_groups(viewer).filter(pk__in=keys, closed_at=None)
    past = set(groups.filter(over(now)).values_list("pk", flat=True))
    found: dict[str, tuple[AlertGroup | Clock, str]] = {
        clock.key: (clock, level_now(clock, now=now)) for clock in Clock.objects.filter(pk__in=keys)
    }
    found |= {group.key: (group, "over" if group.key in past else group.level) for group in groups}
    return {
        key: render_to_string("desk/_left.html", {"row": row, "level": level, "site_now": now})
        for key, (row, level) in found.items()
    }
