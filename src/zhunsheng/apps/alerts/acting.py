"""Who may act on a group of alerts."""

from datetime import datetime
from typing import Final

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.alerts.models import Alert, AlertGroup
from zhunsheng.apps.alerts.refusals import AlertActRefused
from zhunsheng.apps.alerts.telling import Teller
from zhunsheng.apps.cases.models import Assignment
from zhunsheng.apps.cases.selectors import reachable_cases
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.org.selectors import ZONE

SUPERIORS: Final = ("legal_officer", "unit_head", "county_head", "legal_department", "inspectorate")


def require_may_act(row: AlertGroup, officer: Officer, at: datetime) -> None:
    """
    Whoever was told of a group, or may list its case, may act on it; who is recused may not.

    :raises AlertActRefused: not_yours, recused.
    """
    if _is_recused(row, officer):
        raise AlertActRefused("recused")
    if not (_was_told(row, officer) or may_see(row, officer, at)):
        raise AlertActRefused("not_yours")


def may_see(row: AlertGroup, officer: Officer, at: datetime) -> bool:
    """Whether an officer in service may list what the group is about."""
    if officer.left_on is not None or _is_recused(row, officer):
        return False
    viewer = _viewer(officer, at)
    if row.case is not None:
        return reachable_cases(viewer, Action.CASE_LIST).filter(pk=row.case).exists()
    return any(reach.everywhere or row.unit in reach.units for reach in viewer.reach(Action.CASE_LIST).values())


def require_role(row: AlertGroup, officer: Officer, roles: tuple[str, ...], teller: Teller, refused: str) -> None:
    """
    An officer who holds one of some roles for this group, by post or by delegation.

    :raises AlertActRefused: `refused`.
    """
    if _viewer(officer, teller.as_of).roles() & set(roles) and may_see(row, officer, teller.as_of):
        return
    about = teller.abouts[row.case, row.incident]
    if not any(officer.pk == person.officer for role in roles for person in teller.directory.people(role, about)):
        raise AlertActRefused(refused)


def _viewer(officer: Officer, at: datetime) -> Viewer:
    return viewer_of(account="", officer=officer.pk, admin_role="", on=at.astimezone(ZONE).date())


def _was_told(row: AlertGroup, officer: Officer) -> bool:
    return Alert.objects.filter(group=row, officer=officer).exists()


def _is_recused(row: AlertGroup, officer: Officer) -> bool:
    if row.case is None:
        return False
    return Assignment.objects.filter(
        case=row.case, officer=officer, role=Assignment.Role.RECUSED, until_at=None
    ).exists()
