"""The interface for source systems: events in."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.security import HttpBearer
from pydantic import BeforeValidator, ConfigDict

from zhunsheng.apps.access.processes import as_source
from zhunsheng.apps.cases.eventlog import record_events
from zhunsheng.apps.cases.incoming import read_rows
from zhunsheng.apps.cases.models import Source
from zhunsheng.apps.cases.sources import SCHEME, source_behind
from zhunsheng.apps.cases.words import vocabulary
from zhunsheng.apps.crashpoints import crash_at

MOST_EVENTS = 5000
SHORT = 120


class SourceKey(HttpBearer):
    """The key of a source, as a bearer token."""

    def authenticate(self, request: HttpRequest, token: str) -> Source | None:
        """The source, or None, which is answered with 401."""
        del request
        return source_behind(f"{SCHEME}{token}")


Short = Annotated[str, Field(max_length=SHORT)]


def _whole(value: Any) -> Any:
    # JSON knows one kind of number: 1.0 is the integer 1, for its schema as for us.
    return int(value) if isinstance(value, float) and value.is_integer() else value


class EventIn(Schema):
    """One event as a source reports it. The server sets when it learned of it; a source cannot."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Annotated[str, Field(min_length=1, max_length=SHORT)]
    version: Annotated[int, Field(ge=1, le=2**31 - 1), BeforeValidator(_whole)] = 1
    void: bool = False
    type: Short
    at: Annotated[str, Field(max_length=40, description="2026-03-01T14:35:00+08:00，或只有日期 2026-03-01")]
    case: Short | None = None
    incident: Short | None = None
    person: Short | None = None
    item: Short | None = None
    visit: Short | None = None
    order: Short | None = None
    dossier: Short | None = None
    document: Short | None = None
    place: Short | None = None
    unit: Short | None = None
    officers: Annotated[list[Short], Field(max_length=50, default_factory=list)]
    until: Annotated[str, Field(max_length=40)] | None = None
    facts: Annotated[dict[str, Any], Field(default_factory=dict)]
    document_no: Short | None = None


class BatchIn(Schema):
    """Events in any order; delivering one again changes nothing."""

    model_config = ConfigDict(extra="forbid", strict=True)

    events: Annotated[list[EventIn], Field(min_length=1, max_length=MOST_EVENTS)]


class ProblemOut(Schema):
    """One event that was not taken, and what to correct."""

    id: str
    reason: str
    text: str


class ReceiptOut(Schema):
    """What became of the batch. It is sent after the transaction committed."""

    received: int
    added: int
    known: int
    held: int
    quarantined: dict[str, int]
    problems: list[ProblemOut]


class Problem(Schema):
    """A refusal of the whole request."""

    code: str
    text: str


class Detail(Schema):
    """Not JSON, or no source has this key."""

    detail: str


router = Router(auth=SourceKey())


@router.post(
    "/events",
    response={200: ReceiptOut, 400: Detail, 401: Detail, 409: Problem, 422: dict[str, Any]},
    operation_id="recordEvents",
    url_name="recordEvents",
    summary="登记事件：成批、可重发，提交之后才答复",
)
def record_batch(request: HttpRequest, body: BatchIn) -> ReceiptOut:
    """One call of the event log, in the name of the source."""
    source: Source = getattr(request, "auth")  # noqa: B009 - set by ninja, unknown to HttpRequest
    with as_source(source.id):
        rows = [event.model_dump(exclude_unset=True) for event in body.events]
        events, refusals = read_rows(rows, source=source.id, zone=source.zone, vocabulary=vocabulary())
        receipt = record_events(
            events, recorder=f"source:{source.id}", second_person=source.second_person, refusals=refusals
        )
        crash_at("web.before_commit")
    crash_at("web.after_commit")
    problems = [ProblemOut(id=str(row.body["id"]), reason=row.reason, text=row.text) for row in refusals]
    return ReceiptOut(
        received=receipt.received,
        added=receipt.added,
        known=receipt.known,
        held=receipt.held,
        quarantined=dict(receipt.quarantined),
        problems=problems,
    )
