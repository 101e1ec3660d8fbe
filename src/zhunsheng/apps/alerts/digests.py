"""Messages that speak of several alerts: the digest, what quiet hours held back, and the ends of silences."""

import hashlib
from collections.abc import Sequence
from typing import Final

from zhunsheng.apps.alerts.directory import About
from zhunsheng.apps.alerts.groups import Held, held_group
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Pending, Silence
from zhunsheng.apps.alerts.outgoing import channel_rows, inbox_rows, queue
from zhunsheng.apps.alerts.telling import Teller
from zhunsheng.core.alert_group import LEVEL_RANK
from zhunsheng.core.alert_words import Matter, Saying, alert_text
from zhunsheng.core.routing import LEGAL_DEPARTMENT

FALLBACK_ROLE: Final = "case_officer"


def tell_pending(teller: Teller, limit: int, officer: int | None = None) -> int:
    """Tell what has waited long enough, one message an officer; of one officer alone, if he is named.

    Returns how many waiting alerts were handled. What is not true any more, or was taken on meanwhile, is dropped.
    """
    rows = Pending.objects.select_for_update(skip_locked=True).filter(at__lte=teller.as_of)
    if officer is not None:
        rows = rows.filter(officer=officer)
    due = list(rows.order_by("at", "officer", "alert")[:limit])
    if not due:
        return 0
    officers = {row.officer_id for row in due}
    due += list(rows.filter(officer__in=officers).exclude(pk__in=[row.pk for row in due]).order_by("at", "alert"))
    alerts = list(Alert.objects.filter(pk__in=[row.pk for row in due]).order_by("key"))
    groups = {row.key: held_group(row) for row in AlertGroup.objects.filter(alerts__in=alerts).distinct()}
    teller.learn(groups.values())
    for bundle in _bundles([alert for alert in alerts if _still_news(alert, groups)]):
        _tell_bundle(bundle, groups, teller)
    Pending.objects.filter(pk__in=[row.pk for row in due]).delete()
    return len(due)


def _still_news(alert: Alert, groups: dict[str, Held]) -> bool:
    group = groups[str(alert.group_id)].group
    found = group.findings.get(alert.finding)
    return found is not None and found.is_open and group.state == "waiting" and group.told_rank == found.rank


def _bundles(alerts: Sequence[Alert]) -> list[list[Alert]]:
    found: dict[int | None, list[Alert]] = {}
    for alert in alerts:
        found.setdefault(alert.officer_id, []).append(alert)
    return list(found.values())


def _tell_bundle(alerts: list[Alert], groups: dict[str, Held], teller: Teller) -> None:
    ordered = sorted(alerts, key=lambda alert: _most_urgent_first(alert, groups))
    first = ordered[0]
    held = groups[str(first.group_id)]
    cases = {(alert.case, alert.incident) for alert in ordered}
    (person,) = teller.directory.persons([first.officer_id or 0], first.role) or (None,)
    if person is None:
        return  # he left the service meanwhile; the group goes on asking whoever holds the role
    occasion = "digest" if len(ordered) > 1 else "repeat" if first.reason == "repeat" else "raised"
    saying = Saying(occasion, first.role, teller.as_of, count=len(ordered))
    message = Alert(
        key=_key("digest", person.lasting, *(alert.key for alert in ordered)),
        case=first.case if len(cases) == 1 else None,
        incident=first.incident if len(cases) == 1 else None,
        role=first.role,
        officer_id=first.officer_id,
        reason=Alert.Reason.DIGEST,
        level=first.level,
        kind=first.kind,
        liberty=first.liberty,
        text=alert_text(held.matter(first.finding), saying, teller.policy, teller.deployment),
        explanation={},
        created_at=teller.as_of,
        covers=[alert.key for alert in ordered],
    )
    if not Alert.objects.filter(key=message.key).exists():
        message.save(force_insert=True)
        queue(channel_rows(message, person.mobile, teller.policy))


def _most_urgent_first(alert: Alert, groups: dict[str, Held]) -> tuple[object, ...]:
    due = groups[str(alert.group_id)].group.due
    return -LEVEL_RANK[alert.level], due is None, due.timestamp() if due else 0.0, alert.key


def tell_owner(silence: Silence, occasion: str, teller: Teller, *, count: int = 0) -> None:
    """Announce the end of a silence to whoever set it, or that it is over and what it held back."""
    people = teller.directory.persons([silence.owner_id], FALLBACK_ROLE)
    for person in people:
        matter = Matter(None, silence.title, "internal", "blue", "approaching", {}, None)
        saying = Saying(occasion, FALLBACK_ROLE, teller.as_of, count=count, until=silence.until_at)
        alert = Alert(
            key=_key(occasion, str(silence.pk), person.lasting),
            role=FALLBACK_ROLE,
            officer_id=person.officer,
            reason=Alert.Reason.SILENCE_ENDED,
            occasion=occasion,
            level="blue",
            liberty=False,
            text=alert_text(matter, saying, teller.policy),
            explanation={},
            created_at=teller.as_of,
        )
        alert.save(force_insert=True)
        queue([*inbox_rows(alert), *channel_rows(alert, person.mobile, teller.policy)])


def tell_about_rule(rule: str, title: str, occasion: str, teller: Teller, about: About, *, count: int) -> None:
    """Tell the legal department what became of a rule after so many verdicts; once for each."""
    for person in teller.directory.people(LEGAL_DEPARTMENT, about):
        matter = Matter(None, title, "internal", "yellow", "approaching", {}, None)
        alert = Alert(
            key=_key(occasion, rule, str(count), teller.as_of.isoformat(), person.lasting),
            role=LEGAL_DEPARTMENT,
            officer_id=person.officer,
            reason=Alert.Reason.DEMOTED,
            occasion=occasion,
            level="yellow",
            liberty=False,
            text=alert_text(matter, Saying(occasion, LEGAL_DEPARTMENT, teller.as_of, count=count), teller.policy),
            explanation={},
            created_at=teller.as_of,
        )
        alert.save(force_insert=True)
        queue([*inbox_rows(alert), *channel_rows(alert, person.mobile, teller.policy)])


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
