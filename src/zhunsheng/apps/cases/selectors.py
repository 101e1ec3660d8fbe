"""Questions to the cases. Each takes its viewer; none can be asked without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy
from psycopg import sql

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer, cases_q
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.models import Assignment, Case, HeldEvent, PersonInCase
from zhunsheng.apps.cases.words import vocabulary
from zhunsheng.apps.refusals import DomainError

REASONS: Final = {
    "conflict": gettext_lazy("同一编号内容不同"),
    "future": gettext_lazy("时间在将来"),
    "too_early": gettext_lazy("时间过早"),
    "no_zone": gettext_lazy("时间没有时区"),
    "malformed": gettext_lazy("格式不符"),
    "unknown_code": gettext_lazy("代码不在词汇表"),
}
EVENT_COLUMNS: Final = (
    "source",
    "id",
    "version",
    "void",
    "type",
    "at",
    "at_precision",
    "recorded_at",
    "person",
    "document_no",
)


class CaseNotVisible(DomainError):
    """Not there, or not to be seen: the answer is the same."""

    text = "没有这个案件，或您没有查看它的权限。需要的话联系法制支队。"


def visible_cases(viewer: Viewer, action: Action) -> QuerySet[Case]:
    """The cases to which a viewer may do something, from the policy table. A recused officer reaches none of them."""
    here = Assignment.objects.filter(case=OuterRef("pk"), officer=viewer.officer or 0, until_at=None)
    assigned = Exists(here.exclude(role=Assignment.Role.RECUSED))
    recused = Exists(here.filter(role=Assignment.Role.RECUSED))
    return Case.objects.filter(cases_q(viewer, action, own=Q(assigned))).exclude(recused)


@dataclass(frozen=True)
class CaseRow:
    """One line of the list of cases."""

    number: str
    title: str
    kind: str
    label: str
    unit: str


@dataclass(frozen=True)
class CasePage:
    """What the page of a case shows."""

    row: CaseRow
    persons: Sequence[tuple[str, str, str]]  # id, masked name, role
    events: Sequence[dict[str, Any]]


def open_case(viewer: Viewer, *, number: str) -> CasePage:
    """
    One case, with its persons masked. The audit entry names the case and its persons, before the answer.

    :raises CaseNotVisible: there is none, or not for this viewer.
    """
    case = visible_cases(viewer, Action.CASE_READ).select_related("unit").filter(pk=number).first()
    if case is None:
        raise CaseNotVisible
    parties = PersonInCase.objects.filter(case=case).select_related("person").order_by("role", "person")
    persons = [(row.person_id, row.person.masked_name, row.get_role_display()) for row in parties]
    record_read(kind="case", key=number, persons=sorted({person for person, _, _ in persons}))
    row = CaseRow(
        number=case.number,
        title=case.title,
        kind=case.get_kind_display(),
        label=case.get_label_display(),
        unit=case.unit.short_name if case.unit else "",
    )
    return CasePage(row=row, persons=persons, events=case_events(number))


def case_events(number: str) -> list[dict[str, Any]]:
    """The events of a case by time, with their titles; of each the version that counts, withdrawn ones left out."""
    query = sql.SQL(
        """
        SELECT {names} FROM (
            SELECT DISTINCT ON (source, id) {names} FROM cases_event WHERE "case" = %s
            ORDER BY source, id, version DESC
        ) latest WHERE NOT void ORDER BY at, source, id
        """
    ).format(names=sql.SQL(", ").join(sql.Identifier(name) for name in EVENT_COLUMNS))
    with connection.cursor() as cursor:
        cursor.execute(query, [number])
        rows = [dict(zip(EVENT_COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    titles = vocabulary().event_types
    return [{**row, "title": titles[row["type"]].title if row["type"] in titles else row["type"]} for row in rows]


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


def held_events(viewer: Viewer) -> list[HeldEvent]:
    """Held events that wait for a second person, of cases whose events the viewer may confirm."""
    numbers = visible_cases(viewer, Action.EVENT_CONFIRM).values("number")
    return list(HeldEvent.objects.filter(decision=None, case__in=numbers).order_by("at", "pk"))


def held_rows(viewer: Viewer) -> list[tuple[HeldEvent, str]]:
    """The same with the titles of the events."""
    titles = vocabulary().event_types
    rows = held_events(viewer)
    return [(row, titles[row.body["type"]].title if row.body["type"] in titles else row.body["type"]) for row in rows]
