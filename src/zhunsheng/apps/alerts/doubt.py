"""Rules whose alerts are too often ruled wrong: 规则待复核. Counted over all cases, whoever asks; a rule names none."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q

from zhunsheng.apps.access.scope import session_scope
from zhunsheng.apps.alerts.models import Action, AlertGroup
from zhunsheng.apps.audit.context import session_settings

WINDOW: Final = timedelta(days=30)
PERCENT: Final = 100
DOUBTFUL_PERCENT: Final = 5
LAST: Final = "SELECT id, xid, at FROM zs_last_ruling()"
Shares = dict[str, float]
Stamp = tuple[str, object, datetime]
_MEMORY: dict[Stamp, Shares] = {}
"""Of this process: what was counted in this hour since somebody ruled last."""


def doubtful_rules(*, as_of: datetime) -> Shares:
    """Rules of whose alerts of the last 30 days more than 5 % were ruled wrong, with that share in percent. Must run
    inside a transaction.

    Every list of alerts asks it. A new ruling is counted at once, new alerts within the hour.
    """
    with session_settings(session_scope(None)):
        with connection.cursor() as cursor:
            cursor.execute(LAST)
            last = cursor.fetchone()
        stamp = (str(connection.settings_dict["NAME"]), last, as_of.replace(minute=0, second=0, microsecond=0))
        found = _MEMORY.get(stamp)
        if found is None:
            found = _counted(as_of) if last is not None else {}
            _MEMORY.clear()
            _MEMORY[stamp] = found
        return found


def _counted(as_of: datetime) -> Shares:
    recent = AlertGroup.objects.filter(opened_at__gte=as_of - WINDOW, opened_at__lte=as_of)
    wrong = Exists(Action.objects.filter(group=OuterRef("pk"), act=Action.Act.RULE, verdict="upheld"))
    rows = recent.values("rule").annotate(n=Count("key"), wrong=Count("key", filter=Q(wrong)))
    shares = {row["rule"]: PERCENT * row["wrong"] / row["n"] for row in rows}
    return {rule: share for rule, share in shares.items() if share > DOUBTFUL_PERCENT}
