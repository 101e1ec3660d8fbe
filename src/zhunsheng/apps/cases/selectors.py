"""Questions to the cases. Each takes its viewer; none can be asked without one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, Count, F, Func, Q, QuerySet
from django.utils.translation import gettext_lazy

from zhunsheng.apps.access.among import among
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer, cases_q
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.models import Assignment, Case, Dossier, HeldEvent, Item, PersonInCase
from zhunsheng.apps.refusals import DomainError

REASONS: Final = {
    "conflict": gettext_lazy("同一编号内容不同"),
    "future": gettext_lazy("时间在将来"),
    "too_early": gettext_lazy("时间过早"),
    "no_zone": gettext_lazy("时间没有时区"),
    "malformed": gettext_lazy("格式不符"),
    "unknown_code": gettext_lazy("代码不在词汇表"),
}


URGENT_OPENS: Final = frozenset({Action.CASE_LIST, Action.CASE_READ})
"""What an access in an emergency opens: to look, and nothing else."""


class CaseNotVisible(DomainError):
    """Not there, or not to be seen: the answer is the same."""

    text = "没有这个案件，或您没有查看它的权限。需要的话联系法制支队。"


class CaseUnderReading(DomainError):
    """The viewer reads its dossier for inspection: until its lot is read, what else is known of it is withheld."""

    text = (
        "您正在阅卷：为免先入为主，本案的办理动态、期限和预警在本批案卷全部交卷后显示；检验阅卷用的虚构卷宗始终不显示。"
    )


@dataclass(frozen=True)
class Ties:
    """Numbers of the cases to which an officer stands in a way of his own now: those that he works on, is recused from,
    has opened in an emergency, and those that are withheld from him because he reads them (`zs_under_reading`)."""

    own: Sequence[str] = ()
    recused: Sequence[str] = ()
    urgent: Sequence[str] = ()
    reading: Sequence[str] = ()


def ties(viewer: Viewer) -> Ties:
    """How a viewer stands to single cases."""
    return viewer.once("ties", lambda: _ties(viewer.officer))


def _ties(officer: int | None) -> Ties:
    if officer is None:
        return Ties()
    with connection.cursor() as cursor:
        cursor.execute("SELECT own, recused, urgent, reading FROM zs_ties(%s)", [officer])
        return Ties(*(cursor.fetchone() or ()))


def case_titles(numbers: Iterable[str]) -> dict[str, str]:
    """The titles of cases by their numbers. Row security applies."""
    wanted = list(numbers)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, title FROM zs_case_titles(%s)", [wanted])
        return dict(cursor.fetchall())


def visible_cases(viewer: Viewer, action: Action) -> QuerySet[Case]:
    """The cases to which a viewer may do something: those he reaches, but for those whose dossiers he is reading."""
    return reachable_cases(viewer, action).exclude(under_reading(viewer, "number"))


def under_reading(viewer: Viewer, column: str = "case") -> Q:
    """The condition that a column names a case withheld from a viewer because he reads it."""
    return among(column, ties(viewer).reading)


def reachable_cases(viewer: Viewer, action: Action) -> QuerySet[Case]:
    """The cases that the policy table opens to a viewer, for what a reader needs, too: the dossier. A recused officer
    reaches none of them."""
    tied = ties(viewer)
    recused = among("number", tied.recused)
    if viewer.reaches_all(action):
        return Case.objects.exclude(recused)
    reached = cases_q(viewer, action, own=among("number", tied.own))
    if action in URGENT_OPENS and tied.urgent:
        reached |= among("number", tied.urgent)
    return Case.objects.filter(reached).exclude(recused)


def of_visible_cases(viewer: Viewer, action: Action) -> Q:
    """The condition on rows that name a case in a column `case`: that the viewer may do something to it.

    Where he reaches every case there is nothing to look up but what he is recused from, and what he reads.
    """
    if not viewer.reaches_all(action):
        return Q(case__in=visible_cases(viewer, action).values("number"))
    tied = ties(viewer)
    return Q(case__isnull=False) & ~among("case", [*tied.recused, *tied.reading])


def looked_up(column: str, rows: QuerySet[Any, Any]) -> Q:
    """The condition that a column holds one of some values, each of which the database then looks up by the column's
    index. As `__in` it may walk through the whole table instead; of many thousand values that is the better way."""
    values = ArraySubquery(rows)
    return Q(Func(F(column), values, arg_joiner=" = ANY (", template="%(expressions)s)", output_field=BooleanField()))


@dataclass(frozen=True)
class Party:
    """A person of a case, masked. `roles`: what he is there, one or several."""

    id: str
    masked_name: str
    roles: Sequence[str]


@dataclass(frozen=True)
class OnDuty:
    """An officer who works on a case now."""

    name: str
    number: str
    role: str


@dataclass(frozen=True)
class Thing:
    """An item or a dossier of a case; of a dossier also its documents and how many pages these have."""

    code: str
    title: str
    note: str = ""
    documents: int = 0
    pages: int = 0


@dataclass(frozen=True)
class OpenCase:
    """A case as it is registered: what its page shows besides what happened."""

    number: str
    title: str
    kind: str
    label: str
    unit: str
    unit_code: str
    officers: Sequence[OnDuty]
    persons: Sequence[Party]
    items: Sequence[Thing]
    dossiers: Sequence[Thing]
    may_reveal: bool


def open_case(viewer: Viewer, *, number: str) -> OpenCase:
    """
    One case, with its persons masked. The audit entry names the case and its persons, before the answer.

    :raises CaseNotVisible: there is none, or not for this viewer.
    :raises CaseUnderReading: he reads its dossier.
    """
    case = reachable_cases(viewer, Action.CASE_READ).select_related("unit").filter(pk=number).first()
    if case is None:
        raise CaseNotVisible
    if not may_read_case(viewer, number=number):
        raise CaseUnderReading
    persons = _parties(case)
    may_reveal = visible_cases(viewer, Action.PERSON_REVEAL).filter(pk=number).exists()
    officers, items, dossiers = _officers(case), _items(case), _dossiers(case)
    record_read(kind="case", key=number, persons=sorted(party.id for party in persons))
    return OpenCase(
        number=number,
        title=case.title,
        kind=case.get_kind_display(),
        label=case.get_label_display(),
        unit=case.unit.short_name if case.unit else "",
        unit_code=case.unit_id or "",
        officers=officers,
        persons=persons,
        items=items,
        dossiers=dossiers,
        may_reveal=may_reveal,
    )


def names_in_case(number: str) -> dict[str, str]:
    """What the persons (masked), items and dossiers of a case are called, by their ids. Row security applies."""
    persons = PersonInCase.objects.filter(case=number).values_list("person", "person__masked_name")
    items = Item.objects.filter(case=number).values_list("code", "title")
    dossiers = Dossier.objects.filter(case=number).values_list("code", "title")
    return {id_: name for id_, name in (*items, *dossiers, *persons) if name}


def may_read_case(viewer: Viewer, *, number: str) -> bool:
    """Whether the page of a case is open to a viewer."""
    return visible_cases(viewer, Action.CASE_READ).filter(pk=number).exists()


def _parties(case: Case) -> list[Party]:
    found: dict[str, Party] = {}
    for row in PersonInCase.objects.filter(case=case).select_related("person").order_by("role", "person"):
        known = found.get(row.person_id)
        roles = (*(known.roles if known else ()), row.get_role_display())
        found[row.person_id] = Party(row.person_id, row.person.masked_name, roles)
    return list(found.values())


def _officers(case: Case) -> list[OnDuty]:
    """The case officers first."""
    rows = Assignment.objects.filter(case=case, until_at=None).exclude(role=Assignment.Role.RECUSED)
    return [
        OnDuty(row.officer.name, row.officer.number, row.get_role_display())
        for row in rows.select_related("officer").order_by("role", "pk")
    ]


def _items(case: Case) -> list[Thing]:
    rows = Item.objects.filter(case=case).order_by("code")
    return [Thing(row.code, row.title, row.kind) for row in rows]


def _dossiers(case: Case) -> list[Thing]:
    counted = Dossier.objects.filter(case=case).annotate(
        documents_count=Count("documents", distinct=True), pages_count=Count("documents__pages", distinct=True)
    )
    return [
        Thing(row.code, row.title, documents=row.documents_count, pages=row.pages_count)
        for row in counted.order_by("code")
    ]


@dataclass(frozen=True)
class QuarantineCount:
    """How much of a source was not taken, and why."""

    source: str
    reason: str
    count: int
    last_at: datetime

    @property
    def title(self) -> str:
        """The reason in words."""
        return str(REASONS[self.reason])


def quarantine_counts() -> list[QuarantineCount]:
    """Every source and reason with its number of refusals."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source, reason, count(*), max(recorded_at) FROM cases_quarantine"
            " GROUP BY source, reason ORDER BY source, reason"
        )
        return [QuarantineCount(*row) for row in cursor.fetchall()]


def held_events(viewer: Viewer) -> QuerySet[HeldEvent]:
    """Held events that wait for a second person, of cases whose events the viewer may confirm."""
    numbers = visible_cases(viewer, Action.EVENT_CONFIRM).values("number")
    return HeldEvent.objects.filter(decision=None, case__in=numbers)


def places_of(events: Sequence[str]) -> dict[str, str]:
    """Where events took place, as their last versions tell it: source/id → place. Row security applies."""
    pairs = [tuple(event.split("/", 1)) for event in events]
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (e.source, e.id) e.source || '/' || e.id, coalesce(e.place, '') FROM cases_event e"
            " JOIN unnest(%s::text[], %s::text[]) AS asked (source, id) USING (source, id)"
            " ORDER BY e.source, e.id, e.version DESC",
            [[source for source, _id in pairs], [id_ for _source, id_ in pairs]],
        )
        return dict(cursor.fetchall())
