"""All that proves one alert: what it was judged from and by, its words, and who was told when; each row with its path
to the signed head of the sealed log."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connection
from django.db.models import Q

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Action, Alert, Delivery, DeliveryOutcome
from zhunsheng.apps.audit.bundle import bundle
from zhunsheng.apps.audit.keys import PUBLIC
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.audit.tables import sealed_tables
from zhunsheng.apps.supervision.models import Release

EVENTS: Final = "cases_event"
# Every version of what names the case or its incidents, and of what the explanation names.
EVENT_KEYS: Final = """
    WITH incidents AS (
        SELECT DISTINCT incident FROM cases_event WHERE "case" = %(case)s AND incident IS NOT NULL
        UNION SELECT %(incident)s::text WHERE %(incident)s::text IS NOT NULL
    ), named AS (
        SELECT source, id FROM cases_event WHERE "case" = %(case)s
        UNION SELECT e.source, e.id FROM cases_event e JOIN incidents i ON i.incident = e.incident
        UNION SELECT source, id FROM cases_event
            WHERE id = ANY (%(ids)s) AND concat_ws('/', source, id) = ANY (%(events)s)
    )
    SELECT concat_ws('/', e.source, e.id, e.version::text) FROM cases_event e JOIN named USING (source, id)
    ORDER BY e.recorded_at, 1
"""
ENTRY_KEYS: Final = "SELECT id::text FROM audit_entry WHERE object_kind = 'supervision_release' ORDER BY id"
Named = list[tuple[str, str]]


class NoSuchAlert(ValueError):
    """There is no alert of this key, or more than one begins with it."""


def prove(key: str) -> dict[str, Any]:
    """The bundle of an alert, for tools/verify.py and `./zs recompute`.

    Takes   key: of the alert, or its first digits where they name one.
    Raises  NoSuchAlert; audit.bundle.NotSealed if one of its rows is not under a head yet.
    """
    with as_process("prove", purpose="出具预警证明"):
        alert = _found(key)
        record(action="prove", kind="alert", key=alert.key)
        told = _told(alert)
        outcomes = DeliveryOutcome.objects.filter(alert__in=told).order_by("pk")
        actions = (
            Action.objects.filter(group=alert.group_id).order_by("pk") if alert.group_id else Action.objects.none()
        )
        rows = _named("alerts_alert", (one.key for one in told))
        rows += _named("alerts_deliveryoutcome", (str(one.pk) for one in outcomes))
        rows += _named("alerts_action", (str(one.pk) for one in actions))
        rows += _named(EVENTS, _event_keys(alert)) + _named("audit_entry", _keys(ENTRY_KEYS, {}))
        added = {"alert": alert.key, "rulebook": _rulebook(alert), "deliveries": _recipients(outcomes)}
    with psycopg.connect(settings.DATABASE_URLS["zs_verifier"], autocommit=True) as verifier:
        proved = bundle(verifier, tables=sealed_tables(), rows=rows)
    return {**proved, "public_key": (settings.KEYS / PUBLIC).read_text(encoding="ascii").strip(), **added}


def _found(key: str) -> Alert:
    found = list(Alert.objects.filter(key__startswith=key)[:2]) if key else []
    if len(found) != 1:
        raise NoSuchAlert(f"编号 {key} 没有对应的预警，或不止一条。请给出完整编号。")
    return found[0]


def _told(alert: Alert) -> list[Alert]:
    """Every message about the same clock or act, and those that spoke of several."""
    own = Q(group=alert.group_id) if alert.group_id else Q(key=alert.key)
    told = list(Alert.objects.filter(own).order_by("created_at", "key"))
    keys = {one.key for one in told}
    leads = Q(key__in={one.lead for one in told if one.lead}) | Q(covers__contains=[alert.key])
    return told + list(Alert.objects.filter(leads).exclude(key__in=keys).order_by("created_at", "key"))


def _named(table: str, keys: Iterable[str]) -> Named:
    return [(table, key) for key in keys]


def _event_keys(alert: Alert) -> list[str]:
    events = [str(event) for event in alert.explanation.get("events", ())]
    ids = [event.partition("/")[2] for event in events]
    about = {"case": alert.case, "incident": alert.incident, "ids": ids, "events": events}
    return _keys(EVENT_KEYS, about) if alert.case or alert.incident else []


def _keys(query: str, about: dict[str, Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, about)
        return [row[0] for row in cursor.fetchall()]


def judged_at(alert: Alert) -> datetime:
    """The instant of the judgement that its explanation was frozen at."""
    said = alert.explanation.get("as_of")
    return datetime.fromisoformat(said) if said else alert.created_at


def _rulebook(alert: Alert) -> dict[str, Any]:
    """The release by which was judged: the last one decided by then, whole, with its calendar."""
    released = Release.objects.filter(state=Release.State.RELEASED, decided_at__lte=judged_at(alert))
    release = released.order_by("-decided_at", "-id").first()
    return {"sha256": release.sha256, "files": release.files} if release else {"sha256": "", "files": {}}


def _recipients(outcomes: Iterable[DeliveryOutcome]) -> list[dict[str, str]]:
    """To whom: the key of a delivery binds its target, and its sealed outcomes name the key."""
    keys = {one.delivery_id for one in outcomes}
    rows = Delivery.objects.filter(key__in=keys).order_by("key")
    return [{"key": row.key, "alert": row.alert_id, "channel": row.channel, "target": row.target} for row in rows]
