"""What time was to change and what could not be handled: it is set aside for a while, and told of as an incident.

A thing is a group, the waiting alerts of an officer, a gap, or a silence. Its fault is open until it is handled again;
the watcher counts the open ones, and administrators get a message without a word of the case.
"""

import hashlib
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.db.models import F

from zhunsheng.apps.access.models import Account
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Fault, Gap, Pending, Silence
from zhunsheng.apps.alerts.outgoing import inbox_rows, queue
from zhunsheng.apps.alerts.policy import alert_policy
from zhunsheng.core.alert_words import Matter, Saying, alert_text

AGAIN_AFTER: Final = timedelta(minutes=5)
GROUP, OFFICER, GAP, SILENCE = "group", "officer", "gap", "silence"
UNKNOWN_UNIT: Final = "未知"


@dataclass(frozen=True)
class Thing:
    """One thing that is due. `key`: of its row; of an officer, his number in the database."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


def due_things(as_of: datetime) -> list[Thing]:
    """Everything that time alone changes by now, the oldest first of each kind."""
    return [
        *_things(GROUP, AlertGroup.objects.filter(next_at__lte=as_of).order_by("next_at", "key").values_list("key")),
        *_things(OFFICER, Pending.objects.filter(at__lte=as_of).order_by("officer").values_list("officer").distinct()),
        *_things(GAP, Gap.objects.filter(closed_at=None, retry_at__lte=as_of).order_by("key").values_list("key")),
        *_things(SILENCE, Silence.objects.filter(end_at__lte=as_of).order_by("pk").values_list("pk")),
        *_things(SILENCE, Silence.objects.filter(announce_at__lte=as_of, end_at__gt=as_of).values_list("pk")),
    ]


def set_aside(thing: Thing, problem: Exception, as_of: datetime) -> None:
    """Try it again in five minutes of the platform's clock. A fault that was not open is told."""
    retry_at = as_of + AGAIN_AFTER
    _postpone(thing, as_of, retry_at)
    said = {"error": _place_of(problem), "retry_at": retry_at}
    if Fault.objects.filter(key=str(thing), closed_at=None).update(times=F("times") + 1, **said):
        return
    group = _group_of(thing)
    fault = Fault(
        key=str(thing),
        unit=group.unit if group else "",
        liberty=group.liberty if group else False,
        opened_at=as_of,
        times=1,
        **said,
    )
    fault.save()
    _tell_administrators(fault)


def close_handled(as_of: datetime, thing: Thing | None = None) -> None:
    """What was due again and is handled now is a fault no more. Without a thing: all of them, as nothing is due."""
    faults = Fault.objects.filter(closed_at=None, retry_at__lte=as_of)
    (faults if thing is None else faults.filter(key=str(thing))).update(closed_at=as_of)


def _things(kind: str, rows: Iterable[tuple[object, ...]]) -> list[Thing]:
    return [Thing(kind, str(key)) for (key,) in rows]


def _postpone(thing: Thing, as_of: datetime, until: datetime) -> None:
    if thing.kind == GROUP:
        AlertGroup.objects.filter(pk=thing.key).update(next_at=until)
    elif thing.kind == OFFICER:
        Pending.objects.filter(officer=int(thing.key), at__lte=as_of).update(at=until)
    elif thing.kind == GAP:
        Gap.objects.filter(pk=thing.key).update(retry_at=until)
    else:
        Silence.objects.filter(pk=thing.key, announce_at__lte=as_of).update(announce_at=until)
        Silence.objects.filter(pk=thing.key, end_at__lte=as_of).update(end_at=until)


def _group_of(thing: Thing) -> AlertGroup | None:
    if thing.kind == GAP:
        return AlertGroup.objects.filter(pk__in=Gap.objects.filter(pk=thing.key).values("group")).first()
    return AlertGroup.objects.filter(pk=thing.key).first() if thing.kind == GROUP else None


def _place_of(problem: Exception) -> str:
    """Its kind and where it happened; never its words, which may quote a row."""
    frames = traceback.extract_tb(problem.__traceback__)
    place = f" {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(problem).__name__}{place}"


def _tell_administrators(fault: Fault) -> None:
    policy = alert_policy()
    matter = Matter(None, "", "internal", "red", "unknown", {}, None)
    alerts = []
    for account in Account.objects.filter(is_active=True).exclude(admin_role="").order_by("username"):
        parts = ("fault", fault.key, fault.opened_at.isoformat(), account.username)
        saying = Saying("fault", account.admin_role, fault.opened_at, unit=fault.unit or UNKNOWN_UNIT)
        alerts.append(
            Alert(
                key=hashlib.sha256("\x1f".join(parts).encode()).hexdigest(),
                account=account.username,
                role=account.admin_role,
                reason=Alert.Reason.FAULT,
                level="red",
                liberty=fault.liberty,
                text=alert_text(matter, saying, policy),
                explanation={"fault": fault.key, "error": fault.error},
                created_at=fault.opened_at,
            )
        )
    Alert.objects.bulk_create(alerts)
    queue(row for alert in alerts for row in inbox_rows(alert))
