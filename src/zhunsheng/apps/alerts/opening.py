"""Who opened an alert in his inbox has heard of it: what waited to be told to him of it by message is not sent."""

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.delivery.outcomes import write_outcomes
from zhunsheng.apps.alerts.models import Alert, Delivery, DeliveryOutcome, Pending
from zhunsheng.apps.alerts.outgoing import channel_rows, queue
from zhunsheng.apps.alerts.policy import alert_policy
from zhunsheng.apps.alerts.selectors import visible_groups


def opened(viewer: Viewer, group: str, moment: Moment) -> list[str]:
    """A viewer opens the page of an alert: what waits for its latest instant to be told to him of it leaves no more,
    and the log says why. A red to those who handle the case leaves in any case.

    Called before the page is read, in its transaction: what is found later is not on the page and still waits. What
    leaves in this very moment leaves.

    Takes   group: its key; nothing is written where the viewer may not see it.
    Returns the keys of the alerts that he has heard of by it.
    """
    if viewer.officer is None:
        return []
    rows = Pending.objects.select_for_update(skip_locked=True, of=("self",)).select_related("alert", "officer")
    waiting = rows.filter(officer=viewer.officer, alert__group__in=visible_groups(viewer).filter(pk=group))
    heard = [row for row in waiting.order_by("alert") if not _leaves_in_any_case(row.alert)]
    if not heard:
        return []
    spared = [delivery for row in heard for delivery in channel_rows(row.alert, row.officer.mobile, alert_policy())]
    for delivery in spared:
        delivery.state, delivery.confirmed_at = Delivery.State.OPENED, moment.at
    queue(spared)
    write_outcomes([row.key for row in spared], DeliveryOutcome.What.OPENED, moment=moment)
    Pending.objects.filter(pk__in=[row.pk for row in heard]).delete()
    return [row.pk for row in heard]


def _leaves_in_any_case(alert: Alert) -> bool:
    return alert.level == "red" and alert_policy().roles[alert.role].voice == "officer"
