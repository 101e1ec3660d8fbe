"""What one person proposes and another decides. What is confirmed is recorded in the same transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.appeals import open_acts
from zhunsheng.apps.points.closing import publish_confirmed
from zhunsheng.apps.points.effects import (
    approve_policy,
    change_exposure,
    confirm_defect,
    give_by_hand,
    record_bound,
    record_weights,
)
from zhunsheng.apps.points.models import Decision, Proposal
from zhunsheng.apps.points.people import code_of, leads, led, officer_behind, unit_acting
from zhunsheng.apps.refusals import DomainError

Kind = Proposal.Kind
CITY_WIDE: Final = frozenset({Kind.POLICY, Kind.WEIGHTS, Kind.BOUND, Kind.PUBLICATION})
"""Only the legal department proposes these; the second of a policy is of another body."""
OF_A_PERSON: Final = frozenset({Kind.EXPOSURE, Kind.MANUAL, Kind.DEFECT})
CITY_READERS: Final = frozenset({"legal_department", "county_head", "inspectorate"})
LONGEST: Final = 400


class NoSuchProposal(DomainError):
    """Not there, decided, or not the viewer's to decide."""

    text = "没有等您确认的这一项：它可能已经处理。请刷新列表再看。"


class NotYours(DomainError):
    """Somebody who may not propose or decide this."""

    text = "您不能办理这一项：{why}。"


@dataclass(frozen=True)
class Confirmed:
    """A proposal that another person confirmed, with both."""

    proposal: Proposal
    first: Officer
    second: Officer
    at: datetime


EFFECTS: Final[Mapping[str, Callable[[Confirmed], object]]] = {
    Kind.POLICY: lambda one: approve_policy(one.proposal, first=one.first, second=one.second, at=one.at),
    Kind.WEIGHTS: lambda one: record_weights(one.proposal.body, at=one.at),
    Kind.EXPOSURE: lambda one: change_exposure(one.proposal.body, at=one.at),
    Kind.BOUND: lambda one: record_bound(one.proposal.body, at=one.at),
    Kind.MANUAL: lambda one: give_by_hand(one.proposal, first=one.first, second=one.second, at=one.at),
    Kind.DEFECT: lambda one: confirm_defect(one.proposal, at=one.at),
    Kind.PUBLICATION: lambda one: publish_confirmed(one.proposal, second=one.second, at=one.at),
}


@transaction.atomic
def propose(viewer: Viewer, *, kind: str, body: Mapping[str, Any], unit: str, reason: str, at: datetime) -> Proposal:
    """
    Record what somebody proposes; nothing follows from it until another confirms it.

    :raises NotYours: he does not lead the unit, or it is not for his body, or concerns himself.
    """
    officer = officer_behind(viewer)
    with stored.whole():
        stored.hold()
        if kind in CITY_WIDE and "legal_department" not in viewer.roles():
            raise NotYours(why="由法制支队提出")
        if kind in OF_A_PERSON and not leads(viewer, unit, Action.POINTS_DECIDE):
            raise NotYours(why="不是您负责的单位")
        if body.get("officer", body.get("holder")) == code_of(officer):
            raise NotYours(why="涉及您自己")
        if not reason.strip():
            raise NotYours(why="请写明事由")
        made = Proposal.objects.create(
            kind=kind, body=dict(body), unit=unit, reason=reason.strip()[:LONGEST], by=officer,
            by_unit=unit_acting(viewer), at=at,
        )  # fmt: skip
        # Whoever sets what a rate is divided by is watched: discipline inspection asks the log for these.
        action = "oversight" if kind == Kind.EXPOSURE else "propose"
        record(action=action, kind=f"points_{kind}", key=str(made.pk), detail={"unit": unit})
        return made


@transaction.atomic
def decide(viewer: Viewer, *, proposal: UUID, confirmed: bool, reason: str, at: datetime) -> Decision:
    """
    The second person confirms or refuses; confirmed, what was proposed is recorded at once.

    :raises NoSuchProposal: it is decided, or not his.
    :raises NotYours: he proposed it, it concerns him, or the first is of the same body where two bodies are asked for.
    """
    officer = officer_behind(viewer)
    with stored.whole():
        stored.hold()
        found = Proposal.objects.filter(pk=proposal, decision=None).select_related("by").first()
        if found is None or not _may_see(viewer, found):
            raise NoSuchProposal
        why = _not_to_decide(viewer, officer, found, reason)
        if why:
            raise NotYours(why=why)
        made = Decision.objects.create(
            proposal=found, confirmed=confirmed, reason=reason.strip()[:LONGEST], by=officer,
            by_unit=unit_acting(viewer), at=at,
        )  # fmt: skip
        action = "oversight" if found.kind == Kind.EXPOSURE else "confirm" if confirmed else "refuse"
        record(action=action, kind=f"points_{found.kind}", key=str(found.pk), detail={"confirmed": confirmed})
        stored.touch()
        if confirmed:
            EFFECTS[found.kind](Confirmed(found, found.by, officer, at))
        return made


def _not_to_decide(viewer: Viewer, officer: Officer, found: Proposal, reason: str) -> str:
    if found.by_id == officer.pk:
        return "是您自己提出的，请由另一个人确认"
    if found.body.get("officer", found.body.get("holder")) == code_of(officer):
        return "涉及您自己"
    if found.kind == Kind.POLICY and not viewer.roles() & {"county_head"}:
        return "办法由两个单位批准：法制支队提出，请由局领导确认"
    if found.kind == Kind.POLICY and unit_acting(viewer) == found.by_unit and len(viewer.standings) > 1:
        return "办法由两个单位批准，请由另一个单位确认"
    if found.kind == Kind.POLICY and found.body["verdict"] == "ask" and not reason.strip():
        return "用词要两个人说明，请写明理由"
    if found.kind == Kind.EXPOSURE and any(standing.unit == found.unit for standing in viewer.standings):
        return "在岗天数由本单位以外的人确认"
    return ""


def _may_see(viewer: Viewer, proposal: Proposal) -> bool:
    if proposal.kind in CITY_WIDE:
        return bool(viewer.roles() & CITY_READERS)
    return "inspectorate" in viewer.roles() or leads(viewer, proposal.unit, Action.POINTS_DECIDE)


def seen(viewer: Viewer) -> QuerySet[Proposal]:
    """The proposals that a viewer may see. To be asked inside `stored.whole`."""
    city_wide = Q(kind__in=CITY_WIDE)
    others = Q() if "inspectorate" in viewer.roles() else led(viewer, Action.POINTS_DECIDE)
    theirs = ~city_wide & others
    return Proposal.objects.filter(theirs | city_wide if viewer.roles() & CITY_READERS else theirs)


def waiting(viewer: Viewer) -> int:
    """How many proposals and appeals wait for a viewer; none for those who only watch."""
    if not viewer.may(Action.POINTS_CONFIRM) or not _is_anything_undecided():
        return 0
    with stored.whole():
        mine = seen(viewer).filter(decision=None).exclude(by=viewer.officer)
        return mine.count() + open_acts(clock.now()).filter(led(viewer, Action.POINTS_READ)).count()


def _is_anything_undecided() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT zs_points_undecided()")
        row = cursor.fetchone()
    return bool(row and row[0])
