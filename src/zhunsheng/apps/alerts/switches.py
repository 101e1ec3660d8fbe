"""Decisions of two persons about what texts may say. Off in all that ships."""

from datetime import datetime

from django.db import transaction

from zhunsheng.apps.alerts.models import Switch
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.org.selectors import ZONE, held_posts
from zhunsheng.apps.refusals import DomainError

DECIDING_ROLE = "legal_department"


class SwitchRefused(DomainError):
    """A decision cannot be made so."""

    text = "没有生效：{why}。"


@transaction.atomic
def propose(*, name: str, is_on: bool, by: Officer, reason: str, at: datetime) -> Switch:
    """
    The first of two persons of the legal department proposes; nothing changes yet.

    :raises SwitchRefused: he is not of the legal department, or gives no reason.
    """
    _require_legal(by, at)
    if not reason.strip():
        raise SwitchRefused(why="请写明事由")
    return Switch.objects.create(name=name, is_on=is_on, reason=reason.strip(), first_by=by, first_at=at)


@transaction.atomic
def confirm(*, switch: Switch, by: Officer, at: datetime) -> Switch:
    """
    The second person confirms, and texts change from now on.

    :raises SwitchRefused: he is the first person, not of the legal department, or it was confirmed before.
    """
    row = Switch.objects.select_for_update().get(pk=switch.pk)
    _require_legal(by, at)
    if row.second_at is not None:
        raise SwitchRefused(why="已经由第二人确认过")
    if row.first_by_id == by.pk:
        raise SwitchRefused(why="提出人不能自己确认，请法制支队的另一人确认")
    row.second_by, row.second_at = by, at
    row.save(update_fields=["second_by", "second_at"])
    return row


def _require_legal(officer: Officer, at: datetime) -> None:
    roles = {role for role, _ in held_posts(officer=officer.pk, on=at.astimezone(ZONE).date())}
    if DECIDING_ROLE not in roles:
        raise SwitchRefused(why="只有法制支队可以提出或确认")
