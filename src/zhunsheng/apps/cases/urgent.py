"""紧急查阅: an officer opens a case that is not his, because somebody's life or an escape cannot wait.

He says why, sees it for an hour, and all that he reads in it is gone through afterwards.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from zhunsheng.apps.access.models import UrgentAccess
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer, session_scope
from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.refusals import DomainError

LASTS: Final = timedelta(minutes=60)
SHORTEST_REASON: Final = 10


class NotOpenedUrgently(DomainError):
    """Not there, or closed even in an emergency: the answer is the same."""

    text = "没有这个案件，或它不能紧急查阅（未成年人案件、回避案件）。请联系法制支队。"


class ReasonTooShort(DomainError):
    """Others must understand it afterwards."""

    text = "事由只有 {length} 个字，至少写 {shortest} 个字：发生了什么，为什么现在就要看。"


def open_urgently(viewer: Viewer, *, number: str, reason: str, at: datetime, real_at: datetime) -> UrgentAccess:
    """
    Open a case for an hour.

    Takes   at: the platform's time; real_at: the machine's, by which the hour runs.
    :raises NotOpenedUrgently: see there.
    :raises ReasonTooShort: fewer than ten characters.
    """
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise ReasonTooShort(length=len(reason), shortest=SHORTEST_REASON)
    access = _opened(viewer, number, reason, at, real_at)
    if access is None:
        raise NotOpenedUrgently
    record(action="urgent", kind="case", key=number, detail={"access": access.pk, "until": access.until.isoformat()})
    return access


@transaction.atomic
def _opened(viewer: Viewer, number: str, reason: str, at: datetime, real_at: datetime) -> UrgentAccess | None:
    with acting(Acting(f"account:{viewer.account}", purpose=reason), session_scope(None)):
        case = visible_cases(viewer, Action.CASE_URGENT).filter(pk=number).first()
        if case is None or viewer.officer is None:
            return None
        return UrgentAccess.objects.create(
            officer_id=viewer.officer,
            account=viewer.account,
            case=number,
            unit=case.unit_id or "",
            reason=reason,
            at=at,
            real_at=real_at,
            until=real_at + LASTS,
        )
