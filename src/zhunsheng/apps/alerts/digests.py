"""Messages that speak of several alerts: the digest, what quiet hours held back, and the ends of silences."""

import hashlib
from collections.abc import Sequence
from typing import Final

from zhunsheng.apps.alerts.directory import About
from zhunsheng.apps.alerts.groups import Held, held_group
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Pending, Silence
from zhunsheng.apps.alerts.outgoing import channel_rows, inbox_rows, queue
from zhunsheng.apps.alerts.telling import RAISED, SAID_AGAIN, Teller, many_occasion
from zhunsheng.core.alert_group import LEVEL_RANK
from zhunsheng.core.alert_words import Matter, Saying, alert_text
from zhunsheng.core.routing import LEGAL_DEPARTMENT, TOLD_WHEN_CLOSED

FALLBACK_ROLE: Final = "case_officer"


def tell_pending(teller: Teller, limit: int, officer: int | None = None) -> int:
    """Tell what has waited long enough, one message an officer, and with it whatever else waits for him; of one officer
    alone, if he is named.

    Returns how many waiting alerts were handled. What is not true any more, or was taken on meanwhile, is dropped.
    """
    rows = Pending.objects.select_for_update(skip_locked=True)
    if officer is not None:
        rows = rows.filter(officer=officer)
    first = list(rows.filter(at__lte=teller.as_of).order_by("at", "officer", "alert")[:limit])
    if not first:
        return 0
    officers = {row.officer_id for row in first}
    waiting = list(rows.filter(officer__in=officers).order_by("at", "alert"))
    due = {row.pk for row in waiting if row.at <= teller.as_of}
    alerts = list(Alert.objects.filter(pk__in=[row.pk for row in waiting]).order_by("key"))
    groups = {row.key: held_group(row) for row in AlertGroup.objects.filter(alerts__in=alerts).distinct()}
    teller.learn(groups.values())
    handled = set(due)
    for bundle in _bundles([alert for alert in alerts if _still_news(alert, groups)]):
        if any(alert.pk in due for alert in bundle):
            _tell_bundle(bundle, groups, teller)
            handled |= {alert.pk for alert in bundle}
    Pending.objects.filter(pk__in=handled).delete()
    return len(handled)


def _still_news(alert: Alert, groups: dict[str, Held]) -> bool:
    """Whether it is still to be told. That somebody took it on is enough, but not for a red that was just found."""
    group = groups[str(alert.group_id)].group
    found = group.findings.get(alert.finding)
    if found is None:
        return False
    if alert.reason == Alert.Reason.WITHDRAWN:
        return found.state in ("withdrawn", "overruled")
    if found.state != "current" or group.told_rank != found.rank:
        return False
    if found.closed_at is not None:
        return found.kind in TOLD_WHEN_CLOSED
    return group.state == "waiting" or (alert.level == "red" and alert.reason in RAISED)


def _bundles(alerts: Sequence[Alert]) -> list[list[Alert]]:
    """By officer; corrections apart."""
    found: dict[tuple[int | None, bool], list[Alert]] = {}
    for alert in alerts:
        found.setdefault((alert.officer_id, alert.reason == Alert.Reason.WITHDRAWN), []).append(alert)
    return list(found.values())


def _tell_bundle(alerts: list[Alert], groups: dict[str, Held], teller: Teller) -> None:
    ordered = sorted(alerts, key=lambda alert: _most_urgent_first(alert, groups))
    first = ordered[0]
    held = groups[str(first.group_id)]
    cases = {(alert.case, alert.incident) for alert in ordered}
    (person,) = teller.directory.persons([first.officer_id or 0], first.role) or (None,)
    if person is None:
        return  # he left the service meanwhile; the group goes on asking whoever holds the role
    matters = len({alert.group_id for alert in ordered})
    saying = Saying(_occasion(ordered, matters), first.role, teller.as_of, count=matters)
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
        text=_text(ordered, held, saying, teller),
        explanation={},
        created_at=teller.as_of,
        covers=[alert.key for alert in ordered],
    )
    if not Alert.objects.filter(key=message.key).exists():
        message.save(force_insert=True)
        queue(channel_rows(message, person.mobile, teller.policy))


def _text(alerts: Sequence[Alert], held: Held, saying: Saying, teller: Teller) -> str:
    """A correction alone keeps its words: they say when the alert was told."""
    if saying.occasion == "withdrawn":
        return str(alerts[0].text)
    return alert_text(held.matter(alerts[0].finding), saying, teller.policy, teller.deployment)


def _occasion(alerts: Sequence[Alert], matters: int) -> str:
    first = alerts[0]
    if matters == 1:
        return str(first.reason) if first.reason in SAID_AGAIN else "raised"
    is_correction = first.reason == Alert.Reason.WITHDRAWN
    if not is_correction and first.level != "red":
        return "digest"
    return many_occasion(of_one_case=len({(a.case, a.incident) for a in alerts}) == 1, is_correction=is_correction)


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
