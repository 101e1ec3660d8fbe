"""Rules that a release switches off, or whose thresholds it moves: each is an event, which oversight counts."""

from datetime import datetime
from typing import Final

from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.org.selectors import held_posts
from zhunsheng.apps.supervision.models import Release
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Rule

RECORDER: Final = "process:rulebook"
SOURCE: Final = "rulebook"
EVENT: Final = "rule.status_changed"
RANKS: Final = {"trial": 1, "stable": 2}
"""How far a rule is heard: not at all, shown, sent."""


def switched(before: Rulebook, after: Rulebook) -> tuple[str, ...]:
    """The rules that are heard less than before, and the limits that warn at other times; by id. None where the new
    rulebook has no word for it: an event that no vocabulary knows cannot be judged."""
    if EVENT not in after.vocabulary.event_types:
        return ()
    now = {one.id: one for one in _all(after)}
    return tuple(
        sorted(
            one.id
            for one in _all(before)
            if _rank(one) and (one.id not in now or _rank(now[one.id]) < _rank(one) or _moved(one, now[one.id]))
        )
    )


def _all(rulebook: Rulebook) -> tuple[Rule | Check, ...]:
    return (*rulebook.rules, *rulebook.checks)


def _rank(one: Rule | Check) -> int:
    return RANKS.get(one.status, 0) if one.enabled else 0


def _moved(one: Rule | Check, other: Rule | Check) -> bool:
    return isinstance(one, Rule) and isinstance(other, Rule) and one.leads != other.leads


def tell_switched(rules: tuple[str, ...], release: Release, *, at: datetime) -> None:
    """Record that rules were switched off or moved, by whom, in whose unit."""
    officer = Officer.objects.filter(account__username=release.by).first()
    unit = _unit(officer, at)
    for rule in rules:
        record_event(
            recorder=RECORDER,
            source=SOURCE,
            id=f"release/{release.pk}/{rule}",
            type=EVENT,
            at=at,
            incident=f"GZ-{release.pk}",
            document=rule,
            unit=unit,
            officers=[f"{officer.province}-{officer.number}"] if officer else [],
            second_person=True,
        )


def _unit(officer: Officer | None, at: datetime) -> str | None:
    """Where the proposer serves; a process of ours stands for the whole city."""
    posts = held_posts(officer=officer.pk, on=at.date()) if officer else []
    whole = Unit.objects.filter(parent=None).order_by("code").values_list("code", flat=True).first()
    return posts[0][1] if posts else whole
