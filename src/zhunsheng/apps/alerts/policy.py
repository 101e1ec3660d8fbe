"""What alerts.toml says, and what a deployment allows in a text, as this process has read them."""

from functools import cache

from django.conf import settings

from zhunsheng.apps.alerts.models import Switch
from zhunsheng.apps.cases.words import vocabulary
from zhunsheng.book import load_calendar
from zhunsheng.core.alert_policy import AlertPolicy, parse_alert_policy
from zhunsheng.core.calendar import Calendar
from zhunsheng.core.wording import Deployment


@cache
def alert_policy() -> AlertPolicy:
    """The policy of the rulebook, read once.

    Raises  AlertPolicyRefused, FileNotFoundError: without a policy nobody can be told.
    """
    path = settings.RULEBOOK / "alerts.toml"
    return parse_alert_policy(path.read_text(encoding="utf-8"), vocabulary(), path=path.name)


def deployment() -> Deployment:
    """What two persons decided about texts; the latest decision counts."""
    decided = Switch.objects.filter(name=Switch.Name.MASKED_CASE_TITLE, second_at__isnull=False).order_by("-second_at")
    latest = decided.first()
    return Deployment(masked_case_title=latest is not None and latest.is_on)


@cache
def working_calendar() -> Calendar:
    """The calendar of the rulebook, read once."""
    return load_calendar(settings.RULEBOOK)
