"""Putting a message into the queue."""

import hashlib

from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.models import Alert, Delivery


def delivery_key(alert: str, channel: str, target: str) -> str:
    """The key of one alert by one channel to one target: the same at every attempt."""
    return hashlib.sha256(f"{alert}\n{channel}\n{target}".encode()).hexdigest()


def enqueue(alert: Alert, *, channel: str, target: str, priority: int, moment: Moment) -> bool:
    """Queue an alert by a channel. False if it is there already: the same message is never queued twice."""
    key = delivery_key(alert.key, channel, target)
    _, is_new = Delivery.objects.get_or_create(
        key=key,
        defaults={
            "alert": alert,
            "channel": channel,
            "target": target,
            "priority": priority,
            "not_before": moment.at,
            "created_at": moment.at,
            "queued_at": moment.real,
        },
    )
    return is_new
