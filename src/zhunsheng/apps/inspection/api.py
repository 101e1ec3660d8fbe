"""The interface of inspection: plans and their draws, answers, cards, indicators of oversight.

The same services as the pages, for the same people. What the server sets (numbers, units, times, points) a client may
not send. Every POST bears an Idempotency-Key.
"""

import json
from collections.abc import Callable, Mapping, Set
from datetime import date, datetime
from typing import Annotated, Any, Final

from django.db.models import Q
from django.http import HttpRequest
from django.utils.timezone import localdate
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict

from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.access.session_api import Detail, Problem, Session
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk import units
from zhunsheng.apps.inspection import cards, plans, reading, watching
from zhunsheng.apps.inspection.keeping import month_before
from zhunsheng.apps.inspection.lists import current_assignments, responsible_card
from zhunsheng.apps.inspection.models import Alarm, Assigned, Card, CardNow, Plan
from zhunsheng.apps.inspection.people import CARD_ROLES, INSPECTORS, PLANNERS, READERS, WITNESSES, officer_behind
from zhunsheng.apps.inspection.refusals import PlanRefused, ReadingRefused
from zhunsheng.apps.inspection.repeating import once
from zhunsheng.apps.instants import in_utc
from zhunsheng.core.inspection.sheets import Answer as Said

MOST: Final = 200
Text = Annotated[str, Field(max_length=400, pattern=r"^[^\x00]*$")]
Short = Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")]
Given = Annotated[str, Field(min_length=1, max_length=400, pattern=r"^[^\x00]*$")]
Day = Annotated[date, BeforeValidator(lambda value: date.fromisoformat(value) if isinstance(value, str) else value)]
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(lambda value: datetime.fromisoformat(value) if isinstance(value, str) else value),
    AfterValidator(in_utc),
]
REFUSALS: Final[dict[int, Any]] = {401: Detail, 403: Detail, 404: Detail, 409: Problem, 422: dict[str, Any]}
router = Router(auth=Session(csrf=True))


class Closed(Schema):
    """What is not named may not be sent."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PlanIn(Closed):
    """What a plan is asked to be. `below` in percent; `hour` by the clock of the log, with its zone."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    unit: Annotated[str, Field(min_length=12, max_length=12)]
    from_on: Day
    until_on: Day
    below: Annotated[str, Field(pattern=r"^\d{1,2}(\.\d)?$")]
    problems: Annotated[int, Field(ge=0, le=20)] = 0
    drawn: Annotated[int, Field(ge=1, le=50_000)]
    hour: Instant


class PlanOut(Schema):
    """A plan with its sealed frame."""

    number: str
    title: str
    unit: str
    from_on: date
    until_on: date
    files: int
    frame_hash: str
    drawn: int
    hour: datetime
    is_drawn: bool
    void: str


class PageIn(Schema):
    """Which part of a list: what stands after a number, up to so many."""

    after: Short = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100


class PlansOut(Schema):
    """Plans by number, and after which one the next part begins."""

    items: list[PlanOut]
    next: str | None


class AnswerIn(Closed):
    """One answer to one question of a file that one was given."""

    assigned: Annotated[int, Field(ge=1)]
    question: Annotated[str, Field(min_length=1, max_length=4)]
    answer: Annotated[str, Field(min_length=1, max_length=16)]
    note: Text = ""
    page: Annotated[str, Field(max_length=40)] = ""
    basis: Short = ""
    responsible: Annotated[str, Field(max_length=20)] = ""
    remedy_days: Annotated[int, Field(ge=1, le=30)] | None = None


class AnswerOut(Schema):
    """The answer as it was kept: which version of it."""

    question: str
    answer: str
    version: int
    at: datetime


class DoneIn(Closed):
    """What was put right, and the document that shows it."""

    reason: Given
    document_no: Annotated[str, Field(min_length=1, max_length=80)]


class ReasonIn(Closed):
    """Why."""

    reason: Given


class CardOut(Schema):
    """Where a card stands after an act."""

    number: str
    state: str
    due_at: datetime | None
    disputed: bool


class MonthIn(Schema):
    """Which month; the last whole one where nothing is said."""

    month: Annotated[str, Field(pattern=r"^((19|20)\d{2}-(0[1-9]|1[0-2]))?$")] = ""


class IndicatorOut(Schema):
    """One count of one unit. `limit`: from so many on it is an alarm; 0 while there is nothing to compare with."""

    indicator: str
    unit: str
    found: int
    chances: int
    expected: float
    limit: int
    is_alarm: bool


class AlarmOut(Schema):
    """An alarm on record, and how far its 核查单 is."""

    id: int
    indicator: str
    unit: str
    month: date
    found: int
    expected: float
    limit: int
    state: str


class IndicatorsOut(Schema):
    """The month's counts and what was raised for it."""

    month: date
    indicators: list[IndicatorOut]
    alarms: list[AlarmOut]


@router.post(
    "/inspection/plans",
    response={200: PlanOut, **REFUSALS},
    operation_id="inspectionPlan",
    url_name="inspectionPlans",
    summary="制订抽查计划并封存抽样框",
)
def make_plan(request: HttpRequest, body: PlanIn) -> dict[str, Any]:
    """State a plan and seal its frame. A claim that the sample cannot bear is refused with the one that it can."""
    viewer, who = _among(request, PLANNERS), asking(request)
    if body.unit not in {unit.code for unit in units.reached(viewer)}:
        raise HttpError(404, f"没有单位 {body.unit}，或不在您的范围。请核对单位代码。")
    wanted = plans.Wanted(**body.model_dump())
    return once(request, lambda: _plan(plans.make(wanted, by=officer_behind(viewer), at=who.now, real_at=who.at)))


@router.get(
    "/inspection/plans",
    response={200: PlansOut, **REFUSALS},
    operation_id="inspectionPlans",
    url_name="inspectionPlans",
    summary="抽查计划",
)
def list_plans(request: HttpRequest, asked: Query[PageIn]) -> dict[str, Any]:
    """Plans by number."""
    _among(request, PLANNERS | WITNESSES)
    rows = Plan.objects.select_related("frame", "draw", "void").filter(pk__gt=asked.after).order_by("pk")
    found = list(rows[: asked.limit + 1])
    record_read(kind="plans", key=asked.after or "first", detail={"count": min(len(found), asked.limit)})
    items = found[: asked.limit]
    return {"items": [_plan(row) for row in items], "next": items[-1].pk if len(found) > asked.limit else None}


@router.get(
    "/inspection/plans/{number}/draw",
    response={200: dict[str, Any], **REFUSALS},
    operation_id="inspectionDraw",
    url_name="inspectionDraw",
    summary="抽取记录：第三方重做抽取所需的一切",
)
def read_draw(request: HttpRequest, number: Short) -> dict[str, Any]:
    """All that a third party needs to repeat a draw."""
    viewer_behind(request)
    row = Plan.objects.filter(pk=number).first()
    try:
        text = plans.published(row) if row else ""
    except PlanRefused as problem:
        raise HttpError(404, str(problem)) from problem
    if not text:
        raise HttpError(404, f"没有抽查计划 {number}。请核对编号。")
    record_read(kind="draw_record", key=number)
    return dict(json.loads(text))


@router.post(
    "/inspection/answers",
    response={200: AnswerOut, **REFUSALS},
    operation_id="inspectionAnswer",
    url_name="inspectionAnswer",
    summary="评查作答；再答是新的一版",
)
def answer(request: HttpRequest, body: AnswerIn) -> dict[str, Any]:
    """Answer one question of a file that one was given; a second answer is a new version beside the first."""
    viewer, now = _among(request, READERS), asking(request).now
    row = _reading(viewer, body.assigned)
    said = Said(**body.model_dump(exclude={"assigned"}))

    def act() -> dict[str, Any]:
        try:
            kept = reading.answer(row, said, by=officer_behind(viewer), at=now)
        except ReadingRefused as problem:
            raise HttpError(422, str(problem)) from problem
        return {"question": kept.question, "answer": kept.answer, "version": kept.version, "at": now.isoformat()}

    return once(request, act)


def _reading(viewer: Viewer, assigned: int) -> Assigned:
    row = current_assignments(viewer).filter(pk=assigned).first()
    if row is not None:
        return row
    if Assigned.objects.filter(pk=assigned).exists():
        raise HttpError(403, "这份案卷不是分派给您的，或已换了阅卷人。")
    raise HttpError(404, "没有这项阅卷任务，或您无权查看。")


@router.post(
    "/rectification/{number}/answer",
    response={200: CardOut, **REFUSALS},
    operation_id="rectificationAnswer",
    url_name="rectificationAnswer",
    summary="整改反馈",
)
def answer_card(request: HttpRequest, number: Short, body: DoneIn) -> dict[str, Any]:
    """What was put right, with the document that shows it."""
    return _on_card(request, number, cards.answer, reason=body.reason, document_no=body.document_no)


@router.post(
    "/rectification/{number}/recheck",
    response={200: CardOut, **REFUSALS},
    operation_id="rectificationRecheck",
    url_name="rectificationRecheck",
    summary="复核：已改正，销号",
)
def recheck_card(request: HttpRequest, number: Short, body: ReasonIn) -> dict[str, Any]:
    """Another person found it put right: the card closes."""
    return _on_card(request, number, cards.recheck, kept=True, reason=body.reason)


@router.post(
    "/rectification/{number}/return",
    response={200: CardOut, **REFUSALS},
    operation_id="rectificationReturn",
    url_name="rectificationReturn",
    summary="复核：没有改正，退回",
)
def return_card(request: HttpRequest, number: Short, body: ReasonIn) -> dict[str, Any]:
    """Another person found it not put right: sent back, then red."""
    return _on_card(request, number, cards.recheck, kept=False, reason=body.reason)


@router.post(
    "/rectification/{number}/object",
    response={200: CardOut, **REFUSALS},
    operation_id="rectificationObject",
    url_name="rectificationObject",
    summary="对整改提出异议",
)
def object_to_card(request: HttpRequest, number: Short, body: ReasonIn) -> dict[str, Any]:
    """The unit or the person responsible says that there is no fault."""
    return _on_card(request, number, cards.object_to, reason=body.reason)


def _on_card(request: HttpRequest, number: str, act: Callable[..., Card], **said: object) -> dict[str, Any]:
    viewer, now = _among(request, CARD_ROLES), asking(request).now
    if responsible_card(number, viewer) is None:
        raise HttpError(404, "没有这张整改单，或您没有查看它的权限。")

    def done() -> dict[str, Any]:
        act(number, by=officer_behind(viewer), at=now, **said)
        row = CardNow.objects.get(pk=number)
        due = row.due_at.isoformat() if row.due_at else None
        return {"number": number, "state": row.state, "due_at": due, "disputed": row.disputed}

    return once(request, done)


@router.get(
    "/oversight/indicators",
    response={200: IndicatorsOut, **REFUSALS},
    operation_id="oversightIndicators",
    url_name="oversightIndicators",
    summary="督察指标和报警",
)
def indicators(request: HttpRequest, asked: Query[MonthIn]) -> dict[str, Any]:
    """Every count of a month against what chance gives, and the alarms on record for it."""
    _among(request, INSPECTORS)
    last = month_before(localdate(asking(request).now), 1)
    month = date.fromisoformat(f"{asked.month}-01") if asked.month else last
    with plans.whole():
        seen = watching.indicators(month)
    alarms = Alarm.objects.prefetch_related("steps").filter(Q(month=month)).order_by("pk")
    record_read(kind="oversight", key=month.isoformat(), detail={"count": len(seen)})
    names = ("indicator", "unit", "found", "chances", "expected", "limit", "is_alarm")
    return {
        "month": month,
        "indicators": [{name: getattr(one, name) for name in names} for one in seen],
        "alarms": [_alarm(row) for row in alarms],
    }


def _alarm(row: Alarm) -> Mapping[str, Any]:
    names = ("id", "indicator", "unit", "month", "found", "expected", "limit")
    steps = sorted(row.steps.all(), key=lambda step: step.pk)
    return {**{name: getattr(row, name) for name in names}, "state": steps[-1].act if steps else "raised"}


def _plan(row: Plan) -> dict[str, Any]:
    return {
        "number": row.pk,
        "title": row.title,
        "unit": row.unit,
        "from_on": row.from_on.isoformat(),
        "until_on": row.until_on.isoformat(),
        "files": row.frame.files,
        "frame_hash": row.frame.hash,
        "drawn": row.drawn,
        "hour": row.hour.isoformat(),
        "is_drawn": hasattr(row, "draw"),
        "void": row.void.reason if hasattr(row, "void") else "",
    }


def _among(request: HttpRequest, roles: Set[str]) -> Viewer:
    viewer = viewer_behind(request)
    if not viewer.roles() & roles:
        raise HttpError(403, "您没有这个接口的权限。需要的话联系安全管理员。")
    return viewer
