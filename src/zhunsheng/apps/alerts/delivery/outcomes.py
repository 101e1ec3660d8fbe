"""What happened to deliveries, added to the sealed log in the transaction in which it is recorded."""

from collections.abc import Collection
from typing import Final

from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.models import Delivery, DeliveryOutcome

REASON_LENGTH: Final = 200


def write_outcomes(
    keys: Collection[str],
    what: DeliveryOutcome.What,
    *,
    moment: Moment,
    gateway_id: str = "",
    reason: str = "",
) -> None:
    """One row for each delivery."""
    DeliveryOutcome.objects.bulk_create(
        DeliveryOutcome(
            delivery_id=key,
            alert_id=alert,
            what=what,
            channel=channel,
            at=moment.at,
            real_at=moment.real,
            attempt=attempts,
            gateway_id=gateway_id,
            reason=reason[:REASON_LENGTH],
        )
        for key, alert, channel, attempts in Delivery.objects.filter(key__in=keys).values_list(
            "key", "alert", "channel", "attempts"
        )
    )
