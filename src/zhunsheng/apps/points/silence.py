"""Time alone: an appeal that nobody answered in time is granted, and the body that was silent is named."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import polars as pl

from zhunsheng.apps.alerts.policy import working_calendar
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Act, Entry
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.points.states import granted_by_silence

ANSWER_DAYS: Final = 5
"""Where the version that an entry rests on is no longer in use."""


def grant_silent(policies: Sequence[Policy], as_of: datetime) -> int:
    """Grant what was not answered by the end of its last working day. Returns how many.

    Raises  BeyondCalendar after the last published year.
    """
    appeals = Act.objects.filter(act="appeal").values_list("target", flat=True)
    decided = Act.objects.filter(act__in=("appeal_granted", "appeal_refused")).values_list("target", flat=True)
    open_ = sorted({str(target) for target in appeals} - {str(target) for target in decided})
    if not open_:
        return 0
    acts = stored.acts("t.act = 'appeal' AND t.target = ANY ({targets})", targets=open_)
    by_days: dict[int, list[str]] = {}
    body = {}
    for entry in Entry.objects.filter(pk__in=open_):
        policy = version(policies, entry.policy, entry.version)
        by_days.setdefault(policy.answer_days if policy else ANSWER_DAYS, []).append(entry.key)
        body[entry.key] = policy.approved[0] if policy else ""
    count = 0
    for days, keys in by_days.items():
        own = acts.filter(pl.col("target").is_in(keys))
        granted = granted_by_silence(own, working_calendar(), answer_days=days, as_of=as_of)
        named = granted.with_columns(
            body=pl.col("target").replace_strict(body, return_dtype=pl.String), document_no=pl.lit("")
        )
        stored.add("points_act", named)
        for target in granted["target"]:
            record(action="silent", kind="points_appeal", key=target, detail={"body": body[target]})
        count += granted.height
    return count


def version(policies: Sequence[Policy], policy: str, in_force: date) -> Policy | None:
    """The version of a policy that begins on a day."""
    return next((one for one in policies if (one.id, one.in_force) == (policy, in_force)), None)
