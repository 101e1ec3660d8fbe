"""The policy table: who may do what to which case. Views, API, querysets and row security all derive from it.

A permit reads: holders of this role, standing in one of these relations to a case, may do these actions to cases with
these labels. What no permit says is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from django.utils.translation import gettext_noop as _

from zhunsheng.apps.org.roles import ROLES


class Label(StrEnum):
    """How closely a case is held."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"
    MINOR = "minor"
    RECUSAL = "recusal"


LABEL_TITLES: Final = {
    Label.ORDINARY: _("普通"),
    Label.SENSITIVE: _("敏感"),
    Label.MINOR: _("未成年"),
    Label.RECUSAL: _("回避"),
}


class Relation(StrEnum):
    """How a person stands to a case. Being recused from it outweighs every relation."""

    OWN = "own"  # assigned to the case
    UNIT = "unit"  # the case belongs to the unit of the post
    SUB_UNIT = "sub_unit"  # … to a unit below it
    ELSEWHERE = "elsewhere"  # … to any other


class Action(StrEnum):
    """What can be done. Those with a case are judged by relation and label, the others by role alone."""

    CASE_LIST = "case.list"
    CASE_READ = "case.read"
    CASE_LABEL = "case.label"
    CASE_URGENT = "case.urgent"
    PERSON_REVEAL = "person.reveal"
    EVENT_RECORD = "event.record"
    EVENT_CONFIRM = "event.confirm"
    DOSSIER_UPLOAD = "dossier.upload"
    QUARANTINE_READ = "quarantine.read"
    ORG_READ = "org.read"
    ORG_MANAGE = "org.manage"
    ACCOUNT_MANAGE = "account.manage"
    ACCOUNT_EXPORT = "account.export"
    ROLE_GRANT = "role.grant"
    SOURCE_MANAGE = "source.manage"
    RULEBOOK_RELEASE = "rulebook.release"
    RULEBOOK_DRAFT = "rulebook.draft"
    AUDIT_READ = "audit.read"
    AUDIT_EXPORT = "audit.export"
    FENCE_LIFT = "fence.lift"
    READING_WATCH = "reading.watch"
    LIST_EXPORT = "list.export"
    POINTS_OWN = "points.own"
    POINTS_READ = "points.read"
    POINTS_DECIDE = "points.decide"
    POINTS_CONFIRM = "points.confirm"
    POINTS_WATCH = "points.watch"


CASE_ACTIONS: Final = frozenset(
    {
        Action.CASE_LIST,
        Action.CASE_READ,
        Action.CASE_LABEL,
        Action.CASE_URGENT,
        Action.PERSON_REVEAL,
        Action.EVENT_RECORD,
        Action.EVENT_CONFIRM,
        Action.DOSSIER_UPLOAD,
    }
)
STEP_UP: Final = frozenset(
    {
        Action.EVENT_CONFIRM,
        Action.CASE_LABEL,
        Action.CASE_URGENT,
        Action.ROLE_GRANT,
        Action.ACCOUNT_MANAGE,
        Action.SOURCE_MANAGE,
        Action.RULEBOOK_RELEASE,
        Action.POINTS_CONFIRM,
        Action.ACCOUNT_EXPORT,
        Action.AUDIT_EXPORT,
        Action.LIST_EXPORT,
    }
)
"""Actions that ask for the second factor again if it was given more than a few minutes ago."""


@dataclass(frozen=True)
class Permit:
    """One row of the table."""

    role: str
    relations: frozenset[Relation]
    actions: frozenset[Action]
    labels: frozenset[Label]

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"{self.role!r} is no role. Use {', '.join(ROLES)}.")
        if self.relations and not self.actions <= CASE_ACTIONS:
            raise ValueError(f"{self.role}: {sorted(self.actions - CASE_ACTIONS)} concern no case; drop the relations.")
        if not self.relations and self.actions & CASE_ACTIONS:
            raise ValueError(f"{self.role}: {sorted(self.actions & CASE_ACTIONS)} need a relation to the case.")


def _case(
    role: str, relations: Iterable[Relation], actions: Iterable[Action], labels: Iterable[Label] = tuple(Label)
) -> Permit:
    return Permit(role, frozenset(relations), frozenset(actions), frozenset(labels))


def _plain(role: str, *actions: Action) -> Permit:
    return Permit(role, frozenset(), frozenset(actions), frozenset())


_ORDINARY: Final = (Label.ORDINARY,)
_CLOSE: Final = (Label.ORDINARY, Label.SENSITIVE, Label.MINOR)
_URGENT: Final = (Label.ORDINARY, Label.SENSITIVE)
"""What an emergency opens for an hour. Cases of minors and those somebody is recused from stay closed."""
_IN_UNIT: Final = (Relation.UNIT, Relation.SUB_UNIT)
_ANYWHERE: Final = (Relation.OWN, Relation.UNIT, Relation.SUB_UNIT, Relation.ELSEWHERE)
_LOOK: Final = (Action.CASE_LIST, Action.CASE_READ)
_LEAD: Final = (Action.POINTS_READ, Action.POINTS_DECIDE, Action.POINTS_CONFIRM)
_WORK: Final = (*_LOOK, Action.PERSON_REVEAL, Action.EVENT_RECORD, Action.DOSSIER_UPLOAD)

POLICY: Final = (
    _case("officer", [Relation.OWN], _WORK),
    _case("officer", [Relation.UNIT], [Action.CASE_LIST], _ORDINARY),
    _plain("officer", Action.ORG_READ, Action.POINTS_OWN),
    _case("officer", _ANYWHERE, [Action.CASE_URGENT], _URGENT),
    # An auxiliary helps on the cases he is put on: he looks, and signs or records nothing.
    _case("auxiliary", [Relation.OWN], _LOOK, _ORDINARY),
    _case("unit_head", [Relation.OWN], _WORK),
    _case("unit_head", _IN_UNIT, [*_LOOK, Action.PERSON_REVEAL, Action.EVENT_CONFIRM], _CLOSE),
    _plain("unit_head", Action.ORG_READ, Action.LIST_EXPORT, *_LEAD),
    _case("unit_head", _ANYWHERE, [Action.CASE_URGENT], _URGENT),
    _case("county_head", _IN_UNIT, [*_LOOK, Action.PERSON_REVEAL, Action.EVENT_CONFIRM]),
    _plain("county_head", Action.ORG_READ, Action.LIST_EXPORT, *_LEAD),
    _case("county_head", _ANYWHERE, [Action.CASE_URGENT], _URGENT),
    _case("legal_officer", [Relation.OWN], _WORK),
    _case("legal_officer", _IN_UNIT, [*_LOOK, Action.PERSON_REVEAL, Action.EVENT_CONFIRM], _CLOSE),
    _plain("legal_officer", Action.ORG_READ, Action.LIST_EXPORT),
    _case("legal_officer", _ANYWHERE, [Action.CASE_URGENT], _URGENT),
    _case("legal_department", _ANYWHERE, [*_LOOK, Action.PERSON_REVEAL, Action.EVENT_CONFIRM, Action.CASE_LABEL]),
    _plain("legal_department", Action.ORG_READ, Action.QUARANTINE_READ, Action.LIST_EXPORT, *_LEAD),
    _plain("legal_department", Action.RULEBOOK_RELEASE, Action.RULEBOOK_DRAFT),
    _case("inspectorate", _ANYWHERE, _LOOK),
    # He watches who changes points, and changes none: any single row opens to him, no board and nobody's page.
    _plain("inspectorate", Action.ORG_READ, Action.POINTS_DECIDE, Action.POINTS_WATCH, Action.READING_WATCH),
    _plain("inspectorate", Action.LIST_EXPORT),
    # Keepers see that a case exists, for the things and rooms they keep; its content is in their own modules.
    _case("custodian", [Relation.UNIT], [Action.CASE_LIST], _ORDINARY),
    _case("area_keeper", [Relation.UNIT], [Action.CASE_LIST], _ORDINARY),
    # The register of who was in the area goes with the shift that hands over.
    _plain("area_keeper", Action.LIST_EXPORT),
    _case("deposit_office", _IN_UNIT, [Action.CASE_LIST], _ORDINARY),
    # No permit for an agency touches a case: it has its own space. Administrators see no case either.
    # What they take away is their own list and no other: hence rights apart from that to lists of the work.
    _plain("system_admin", Action.ORG_READ, Action.ORG_MANAGE, Action.ACCOUNT_MANAGE, Action.ACCOUNT_EXPORT),
    _plain("system_admin", Action.FENCE_LIFT),
    _plain("security_admin", Action.ORG_READ, Action.ROLE_GRANT, Action.SOURCE_MANAGE, Action.FENCE_LIFT),
    _plain("audit_admin", Action.AUDIT_READ, Action.AUDIT_EXPORT, Action.FENCE_LIFT),
)
"""The table. Changed by review, released with the code, and tested cell by cell."""


@cache
def permits(role: str, action: Action) -> tuple[Permit, ...]:
    """The rows that let a role do an action."""
    return tuple(permit for permit in POLICY if permit.role == role and action in permit.actions)


def allowed(role: str, relation: Relation, action: Action, label: Label) -> bool:
    """One cell of the table, for a case."""
    return any(relation in permit.relations and label in permit.labels for permit in permits(role, action))
