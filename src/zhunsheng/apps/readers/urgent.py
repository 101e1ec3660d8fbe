"""紧急查阅: opened and told of in one transaction; afterwards the inspectorate goes through what was read."""

from datetime import datetime
from typing import Final

from django.db import transaction

from zhunsheng.apps.access.models import UrgentAccess, UrgentReview
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer, session_scope
from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.cases.urgent import open_urgently
from zhunsheng.apps.readers.telling import tell_urgent_access
from zhunsheng.apps.refusals import DomainError

AUDIENCE: Final = frozenset({"inspectorate", "legal_department", "county_head", "unit_head"})


class NoSuchAccess(DomainError):
    """Not there, or reviewed already: what was found is not changed."""

    text = "没有这次紧急查阅，或它已经审查过，审查意见不能更改。"


class OwnAccess(DomainError):
    """Nobody judges himself."""

    text = "这是您自己的紧急查阅，请由另一位督察人员审查。"


def open_and_tell(viewer: Viewer, *, number: str, reason: str, at: datetime, real_at: datetime) -> UrgentAccess:
    """
    Open a case for an hour, and tell those who answer for it: both, or neither. A refusal is recorded.

    :raises NotOpenedUrgently, ReasonTooShort: cases.urgent.
    :raises NobodyToTell: readers.telling.
    """
    try:
        with transaction.atomic():
            access = open_urgently(viewer, number=number, reason=reason, at=at, real_at=real_at)
            with acting(Acting(f"account:{viewer.account}", purpose=reason), session_scope(None)):
                tell_urgent_access(access, at=at)
    except DomainError as refusal:
        record(action="urgent", result="denied", kind="case", key=number, detail={"why": refusal.code})
        raise
    return access


def waiting(viewer: Viewer) -> int:
    """How many accesses the inspectorate has not gone through yet."""
    return UrgentAccess.objects.filter(review=None).count() if viewer.may(Action.READING_WATCH) else 0


@transaction.atomic
def review(viewer: Viewer, *, access: int, justified: bool, note: str, at: datetime) -> UrgentReview:
    """
    Say what the inspectorate found of an access. It draws no consequence by itself.

    :raises NoSuchAccess, OwnAccess: see there.
    """
    row = UrgentAccess.objects.filter(pk=access, review=None).first()
    if row is None:
        raise NoSuchAccess
    if row.account == viewer.account:
        raise OwnAccess
    return UrgentReview.objects.create(access=row, by=viewer.account, at=at, justified=justified, note=note)
