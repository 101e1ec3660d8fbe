"""What is made once a day, beside the tasks of people."""

from datetime import datetime

from zhunsheng.apps.inspection.daily import by_one_copy
from zhunsheng.apps.tasks import making, needing


def make_due(now: datetime) -> int:
    """By plan, then by what data show. Run again on the same day, it makes nothing more."""
    return by_one_copy("tasks_daily", (making.by_plans, needing.by_need), now)
