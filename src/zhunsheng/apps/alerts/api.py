"""The interface for programs that read: cases, clocks, findings, alerts, explanations, under the rules of the pages."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer
from pydantic import BeforeValidator

from zhunsheng.apps.access.models import ReadToken
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.processes import as_viewer
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.access.tokens import token_behind, viewer_of_token
from zhunsheng.apps.alerts.models import Alert
from zhunsheng.apps.alerts.selectors import visible_groups
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.services import record, record_read
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.instants import in_utc
from zhunsheng.apps.org.selectors import ZONE
from zhunsheng.apps.supervision.models import Clock, Finding
from zhunsheng.apps.supervision.selectors import explanation

MOST = 500
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]")
Short = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]
Key = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _written_as_a_date(value: object) -> object:
    if isinstance(value, str) and not DATE.match(value):  # a bare number would be read as seconds
        raise ValueError("请写成 2026-03-01T00:00:00+08:00。")
    return value


Instant = Annotated[datetime, BeforeValidator(_written_as_a_date)]
Level = Literal["red", "yellow", "blue", "ask", ""]
Row = TypeVar("Row", bound=Model)


class ReadKey(HttpBearer):
    """The key of a read token, as a bearer token."""

    def authenticate(self, request: HttpRequest, token: str) -> ReadToken | None:
        """The token, or None, which is answered with 401."""
        del request
        return token_behind(token)


class Detail(Schema):
    """Not allowed, or not there."""

    detail: str


class PageIn(Schema):
    """Which part of a list: the rows after a key, up to a number."""

    after: Short = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100


class CasesIn(PageIn):
    """Filters of cases."""

    unit: Short = ""
    kind: Short = ""


class ClocksIn(PageIn):
    """Filters of clocks."""

    case: Short = ""
    rule: Short = ""
    outcome: Short = ""
    level: Level | None = None
    liberty: bool | None = None


class FindingsIn(PageIn):
    """Filters of findings."""

    case: Short = ""
    rule: Short = ""
    kind: Short = ""
    state: Literal["current", "superseded", "withdrawn", ""] = ""
    level: Level | None = None


class AlertsIn(PageIn):
    """Filters of alerts."""

    case: Short = ""
    group: Short = ""
    reason: Short = ""
    level: Level | None = None
    since: Instant | None = None


class CaseOut(Schema):
    """A case as lists show it: its masked title."""

    number: str
    title: str
    kind: str
    label: str
    unit_id: str | None


class ClockOut(Schema):
    """One clock as it was judged last."""

    key: str
    rule: str
    rule_version: int
    case: str | None
    incident: str | None
    subject: str | None
    person: str | None
    epoch: int
    unit: str | None
    start: datetime | None
    due: datetime | None
    due_at_end: bool
    outer: datetime | None
    outer_at_end: bool
    stopped: datetime | None
    outcome: str
    nature: str
    liberty: bool
    level: str
    as_of: datetime


class FindingOut(Schema):
    """One finding and whether it still stands."""

    key: str
    clock: str | None
    rule: str
    case: str | None
    incident: str | None
    subject: str | None
    person: str | None
    unit: str | None
    kind: str
    level: str
    found_at: datetime | None
    due: datetime | None
    outer: datetime | None
    closed_at: datetime | None
    reason: str | None
    state: str
    state_reason: str


class AlertOut(Schema):
    """One message to one person."""

    key: str
    group_id: str | None
    finding: str
    case: str | None
    incident: str | None
    role: str
    officer_id: int | None
    reason: str
    level: str
    kind: str
    liberty: bool
    text: str
    created_at: datetime


class Cases(Schema):
    """Some cases; `next` is the `after` of the next part, empty at the end."""

    items: list[CaseOut]
    next: str


class Clocks(Schema):
    """Some clocks."""

    items: list[ClockOut]
    next: str


class Findings(Schema):
    """Some findings."""

    items: list[FindingOut]
    next: str


class Alerts(Schema):
    """Some alerts."""

    items: list[AlertOut]
    next: str


REFUSALS: dict[int, Any] = {401: Detail, 403: Detail, 404: Detail, 422: dict[str, Any]}
router = Router(auth=ReadKey())


@router.get("/cases", response={200: Cases, **REFUSALS}, operation_id="listCases", url_name="listCases")
def list_cases(request: HttpRequest, asked: Query[CasesIn]) -> dict[str, Any]:
    """Cases by number."""
    with _reading(request, "cases") as viewer:
        equal = {"unit": asked.unit, "kind": asked.kind}
        return _part("cases", visible_cases(viewer, Action.CASE_LIST), equal, asked, request)


@router.get("/clocks", response={200: Clocks, **REFUSALS}, operation_id="listClocks", url_name="listClocks")
def list_clocks(request: HttpRequest, asked: Query[ClocksIn]) -> dict[str, Any]:
    """Clocks of cases that may be read, by key."""
    with _reading(request, "clocks") as viewer:
        equal = {name: getattr(asked, name) for name in ("case", "rule", "outcome")}
        rows = _of_level(Clock.objects.filter(_readable(viewer)), asked.level)
        rows = rows if asked.liberty is None else rows.filter(liberty=asked.liberty)
        return _part("clocks", rows, equal, asked, request)


@router.get("/findings", response={200: Findings, **REFUSALS}, operation_id="listFindings", url_name="listFindings")
def list_findings(request: HttpRequest, asked: Query[FindingsIn]) -> dict[str, Any]:
    """Findings of cases that may be read, by key."""
    with _reading(request, "findings") as viewer:
        equal = {name: getattr(asked, name) for name in ("case", "rule", "kind", "state")}
        rows = _of_level(Finding.objects.filter(_readable(viewer)), asked.level)
        return _part("findings", rows, equal, asked, request)


@router.get("/alerts", response={200: Alerts, **REFUSALS}, operation_id="listAlerts", url_name="listAlerts")
def list_alerts(request: HttpRequest, asked: Query[AlertsIn]) -> dict[str, Any]:
    """Alerts about cases that may be listed, by key; `since` takes those made at an instant or later."""
    with _reading(request, "alerts") as viewer:
        rows = _of_level(Alert.objects.filter(group__in=visible_groups(viewer).values("key")), asked.level)
        if asked.since is not None:
            rows = rows.filter(created_at__gte=_with_zone(asked.since))
        equal = {name: getattr(asked, name) for name in ("case", "group", "reason")}
        return _part("alerts", rows, equal, asked, request)


@router.get(
    "/explanations/{key}",
    response={200: dict[str, Any], **REFUSALS},
    operation_id="explainClock",
    url_name="explainClock",
)
def explain(request: HttpRequest, key: Key) -> dict[str, Any]:
    """How the due times of a clock were reached, step by step, as of now."""
    with _reading(request, "explanations") as viewer:
        row = Clock.objects.filter(_readable(viewer), pk=key).first()
        if row is None:
            raise HttpError(404, "没有这项期限，或令牌无权查看。")
        _record(request, "explanations", key, [row])
        return explanation(key)


@contextmanager
def _reading(request: HttpRequest, scope: str) -> Iterator[Viewer]:
    """The viewer of the request's token, for one scope; row security is his, and so is the audit entry."""
    token = _token(request)
    if scope not in token.scopes:
        record(action="GET", result="denied", kind=f"api_{scope}", key=token.name)
        raise HttpError(403, f"令牌没有 {scope} 范围。请申请带此范围的令牌。")
    viewer = viewer_of_token(token, on=clock.now().astimezone(ZONE).date())
    with as_viewer(viewer, purpose=f"接口令牌 {token.name}"):
        yield viewer


def _token(request: HttpRequest) -> ReadToken:
    token: ReadToken = getattr(request, "auth")  # noqa: B009 - set by ninja, unknown to HttpRequest
    return token


def _readable(viewer: Viewer) -> Q:
    """Of cases whose content the viewer may read; of incidents without a case, by unit as lists of alerts show them."""
    cases = visible_cases(viewer, Action.CASE_READ)
    reach = viewer.reach(Action.CASE_READ).values()
    beside = Q(pk__in=[])
    if any(part.everywhere for part in reach):
        beside = Q(case=None)
    elif units := {unit for part in reach for unit in part.units}:
        beside = Q(case=None, unit__in=sorted(units))
    return Q(case__in=cases.values("number")) | beside


def _of_level(rows: QuerySet[Row], level: str | None) -> QuerySet[Row]:
    return rows if level is None else rows.filter(level=level)


def _part(kind: str, rows: QuerySet[Any], equal: dict[str, str], asked: PageIn, request: HttpRequest) -> dict[str, Any]:
    """Rows after a key in order of their keys, on the record before they are shown."""
    wanted = {name: value for name, value in equal.items() if value}
    found = list(rows.filter(**wanted, pk__gt=asked.after).order_by("pk")[: asked.limit + 1])
    shown = found[: asked.limit]
    _record(request, kind, asked.after or "first", shown)
    return {"items": shown, "next": str(shown[-1].pk) if len(found) > len(shown) else ""}


def _record(request: HttpRequest, kind: str, key: str, rows: Iterable[Any]) -> None:
    shown: Sequence[Any] = list(rows)
    cases = {row.number if isinstance(row, Case) else row.case for row in shown} - {None}
    persons = {str(row.person) for row in shown if getattr(row, "person", None)}
    detail = {"token": _token(request).name, "count": len(shown), "cases": sorted(cases)}
    record_read(kind=f"api_{kind}", key=key, persons=sorted(persons), detail=detail)


def _with_zone(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise HttpError(422, "since 没有时区。请写成 2026-03-01T00:00:00+08:00。")
    try:
        return in_utc(instant)
    except ValueError:
        raise HttpError(422, "since 不在可以表示的年份之内。请写成 2026-03-01T00:00:00+08:00。") from None
