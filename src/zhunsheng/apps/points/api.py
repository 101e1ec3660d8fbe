"""The interface of points: one's own score, one row of it, an appeal, and what the gate says of a text."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.requests import asking, viewer_behind
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.access.session_api import Detail, Problem, Session
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.points import appeals
from zhunsheng.apps.points.entry_page import entry_page
from zhunsheng.apps.points.own import own_page
from zhunsheng.apps.points.people import own_code
from zhunsheng.apps.points.policies import known
from zhunsheng.core.points.gate import judge_policy
from zhunsheng.core.points.issue import codes_of, verdict_of

LARGEST_POLICY = 70_000  # a larger one is refused by the gate itself, which names its own limit
Key = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]


class MeIn(Schema):
    """Which period; the open one where nothing is said."""

    period: date | None = None


class BlockOut(Schema):
    """One block: hundredths as text, a dash where it is neutral."""

    name: str
    weight: int
    value: str


class MeOut(Schema):
    """One's own score. `is_live`: 实时·未定."""

    holder: str
    policy: str
    period: date
    is_live: bool
    score: str
    band: int | None
    first: int | None
    last: int | None
    of: int
    unit_median: str
    days: str
    frozen: int
    blocks: list[BlockOut]


class EntryOut(Schema):
    """One row of the ledger: the fact, the rule, the weights, the share."""

    key: str
    kind: str
    state: str
    amount: int
    kept: int
    judged: int
    numerator: int
    denominator: int
    policy: str
    version: date
    entry: str
    article: str
    fact: str
    weights: int | None
    minutes: int | None
    period: date
    at: datetime
    recorded_at: datetime
    target: str | None
    cites: list[str]


class AppealIn(Schema):
    """Against which row, and why. Unit, points and times are the server's."""

    model_config = ConfigDict(extra="forbid", strict=True)

    key: Key
    reason: Annotated[str, Field(min_length=1, max_length=400)]
    document_no: Annotated[str, Field(max_length=80)] = ""


class AppealOut(Schema):
    """The appeal as it was recorded."""

    id: str
    target: str
    at: datetime


class PolicyIn(Schema):
    """The text of a policy file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, Field(max_length=LARGEST_POLICY)]


class IssueOut(Schema):
    """One thing that is wrong with it."""

    code: str
    key: str
    line: int
    text: str
    source: str
    remedy: str


class VerdictOut(Schema):
    """What the gate says. Nothing is loaded by it."""

    verdict: str
    codes: list[str]
    issues: list[IssueOut]


REFUSALS: dict[int, Any] = {401: Detail, 403: Detail, 404: Detail, 422: dict[str, Any]}
router = Router(auth=Session(csrf=True))


@router.get("/points/me", response={200: MeOut, **REFUSALS}, operation_id="pointsMe", url_name="pointsMe")
def me(request: HttpRequest, asked: Query[MeIn]) -> dict[str, Any]:
    """One's own score in a period."""
    viewer = _viewer(request, Action.POINTS_OWN)
    holder = own_code(viewer)
    period = asked.period.isoformat() if asked.period else ""
    found = own_page(viewer, holder, period, now=asking(request).now)
    if found is None:
        raise HttpError(404, "本期还没有积分：您的岗位没有批准在用的办法。")
    record_read(kind="points_own", key=holder, detail={"own": True})
    return {
        "holder": holder, "policy": found.policy.version, "period": found.period, "is_live": found.is_live,
        "score": found.score, "band": found.band, "first": found.first, "last": found.last, "of": found.of,
        "unit_median": found.median, "days": found.days, "frozen": found.frozen,
        "blocks": [{"name": one.name, "weight": one.weight, "value": one.value} for one in found.blocks],
    }  # fmt: skip


@router.get(
    "/points/entries/{path:key}",
    response={200: EntryOut, **REFUSALS},
    operation_id="pointsEntry",
    url_name="pointsEntry",
)
def entry(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One row of one's own, or of a unit that one leads."""
    found = entry_page(viewer_behind(request), key, now=asking(request).now)
    if found is None:
        raise HttpError(404, "没有这条积分，或您无权查看。")
    record_read(kind="points_entry", key=key, detail={"own": found.is_own})
    plain = {name: getattr(found.entry, name) for name in EntryOut.model_fields if hasattr(found.entry, name)}
    article = f"{found.rule.cite.instrument}{found.rule.cite.article}" if found.rule else ""
    return {
        **plain, "state": found.state, "article": article, "minutes": found.minutes,
        "cites": [one.mark for one in found.cited],
    }  # fmt: skip


@router.post(
    "/points/appeals",
    response={200: AppealOut, 409: Problem, **REFUSALS},
    operation_id="pointsAppeal",
    url_name="pointsAppeal",
)
def lodge(request: HttpRequest, body: AppealIn) -> dict[str, Any]:
    """Appeal against one row of one's own."""
    viewer = _viewer(request, Action.POINTS_OWN)
    try:
        made = appeals.appeal(viewer, at=asking(request).now, **body.model_dump())
    except appeals.NoSuchEntry as problem:
        raise HttpError(404, str(problem)) from problem
    return {"id": made.pk, "target": made.target, "at": made.at}


@router.post(
    "/policies/check",
    response={200: VerdictOut, **REFUSALS},
    operation_id="policiesCheck",
    url_name="policiesCheck",
)
def check(request: HttpRequest, body: PolicyIn) -> dict[str, Any]:
    """What the gate says of a text."""
    _viewer(request, Action.POINTS_DECIDE)
    issues = judge_policy(body.text, known()).issues
    names = ("code", "key", "line", "text", "source", "remedy")
    return {
        "verdict": verdict_of(issues),
        "codes": list(codes_of(issues)),
        "issues": [{name: getattr(issue, name) for name in names} for issue in issues],
    }


def _viewer(request: HttpRequest, action: Action) -> Viewer:
    viewer = viewer_behind(request)
    if not viewer.may(action):
        raise HttpError(403, "您没有这个接口的权限。需要的话联系安全管理员。")
    return viewer
