"""What waited, told to one person together: at its latest instant, in the digest, after the night; ends of silences."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from zhunsheng.apps.alerts.directory import About
from zhunsheng.apps.alerts.groups import Held
from zhunsheng.apps.alerts.models import Alert, Pending, Silence
from zhunsheng.apps.alerts.outgoing import channel_rows, inbox_rows, queue, told_before
from zhunsheng.apps.alerts.telling import SAID_AGAIN, Teller, many_occasion
from zhunsheng.apps.alerts.waiting import (
    ALSO_OPEN,
    CORRECTION,
    also,
    groups_of,
    is_red_correction,
    still_news,
)
from zhunsheng.core.alert_group import LEVEL_RANK
from zhunsheng.core.alert_times import may_come_along
from zhunsheng.core.alert_words import Matter, Saying, alert_text
from zhunsheng.core.routing import LEGAL_DEPARTMENT

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
    told = {alert.group_id for alert in alerts if alert.pk in due}
    alerts = [alert for alert in alerts if alert.group_id in told or _may_come_along(alert, teller)]
    groups = groups_of(alerts)
    teller.learn(groups.values())
    handled = set(due)
    for bundle in _bundles([alert for alert in alerts if still_news(alert, groups)]):
        if any(alert.pk in due for alert in bundle):
            _tell_bundle(bundle, groups, teller)
            handled |= {alert.pk for alert in bundle}
    Pending.objects.filter(pk__in=handled).delete()
    return len(handled)


def _may_come_along(alert: Alert, teller: Teller) -> bool:
    return may_come_along(alert.level, liberty=alert.liberty, as_of=teller.as_of, policy=teller.policy)


def _bundles(alerts: Sequence[Alert]) -> list[list[Alert]]:
    """By officer. Corrections of red are said apart where there is a red beside them."""
    found: dict[int | None, list[Alert]] = {}
    for alert in alerts:
        found.setdefault(alert.officer_id, []).append(alert)
    return [part for own in found.values() for part in _parts(own)]


def _parts(own: list[Alert]) -> list[list[Alert]]:
    corrections = [alert for alert in own if is_red_correction(alert.reason, alert.level)]
    others = [alert for alert in own if not is_red_correction(alert.reason, alert.level)]
    if corrections and not any(_is_open_red(alert) for alert in others):
        return [[*corrections, *others]]
    return [part for part in (corrections, others) if part]


def _is_open_red(alert: Alert) -> bool:
    return alert.level == "red" and alert.reason != CORRECTION


def _tell_bundle(alerts: list[Alert], groups: dict[str, Held], teller: Teller) -> None:
    channels = teller.policy.channels  # what goes to the inbox alone leads no message: it would be none
    ordered = sorted(alerts, key=lambda alert: (not channels[alert.level], *_most_urgent_first(alert, groups)))
    first = ordered[0]
    cases = {(alert.case, alert.incident) for alert in ordered}
    (person,) = teller.directory.persons([first.officer_id or 0], first.role) or (None,)
    if person is None:
        return  # he left the service meanwhile; the group goes on asking whoever holds the role
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
        text=_text(ordered, groups[str(first.group_id)], teller),
        explanation={},
        created_at=teller.as_of,
        covers=[alert.key for alert in ordered],
    )
    if not Alert.objects.filter(key=message.key).exists():
        message.save(force_insert=True)
        queue(channel_rows(message, person.mobile, teller.policy))


def _text(ordered: Sequence[Alert], held: Held, teller: Teller) -> str:
    """Of the first and those that are like it, correction or not; the others are counted behind."""
    first = ordered[0]
    is_correction = first.reason == CORRECTION
    own = [alert for alert in ordered if (alert.reason == CORRECTION) == is_correction]
    matters = {str(alert.group_id) for alert in own}
    others = {str(alert.group_id) for alert in ordered} - matters
    saying = Saying(
        _occasion(own, len(matters)),
        first.role,
        teller.as_of,
        count=len(matters),
        told=_told_at(first) if is_correction else None,
        also=((ALSO_OPEN, len(others)) if others else None) if is_correction else also(ordered, matters),
    )
    return alert_text(held.matter(first.finding), saying, teller.policy, teller.deployment)


def _told_at(correction: Alert) -> datetime | None:
    """When its receiver was told what is corrected."""
    told = told_before([correction.finding]).get(correction.finding, ())
    return next((at for officer, _, at in told if officer == correction.officer_id), None)


def _occasion(own: Sequence[Alert], matters: int) -> str:
    first = own[0]
    if matters == 1:
        return str(first.reason) if first.reason in SAID_AGAIN else "raised"
    is_correction = first.reason == CORRECTION
    if not is_correction and first.level != "red":
        return "digest"
    return many_occasion(of_one_case=len({(a.case, a.incident) for a in own}) == 1, is_correction=is_correction)


def _most_urgent_first(alert: Alert, groups: dict[str, Held]) -> tuple[object, ...]:
    """A correction of red before what is open, if nothing that is open is red (`_parts`); another after it."""
    due = groups[str(alert.group_id)].group.due
    return (
        alert.reason == CORRECTION and alert.level != "red",
        -LEVEL_RANK[alert.level],
        not alert.liberty,
        due is None,
        due.timestamp() if due else 0.0,
        alert.key,
    )


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
