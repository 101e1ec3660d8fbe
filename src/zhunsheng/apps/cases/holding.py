"""A fact that would stop a clock after red needs a document and a second person; until then it is held.

What is held is not in the log and stops nothing. It becomes an event, unchanged, when somebody other than its recorder
confirms it with a document; what it was and who decided stays either way.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl
from django.db import IntegrityError, connection, transaction

from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.clock_stops import EventKey, stopped_red_clocks
from zhunsheng.apps.cases.models import HeldDecision, HeldEvent
from zhunsheng.apps.refusals import DomainError


class OwnEvent(DomainError):
    """The recorder is not a second person."""

    text = "这条记录是您自己录入的，需要由另一个人确认。请交给法制员或单位负责人。"


class AlreadyDecided(DomainError):
    """A decision is made once."""

    text = "这条记录已于 {at} 由 {by} 决定，不能再次决定。如需更正，请录入更正的新版本。"


class DocumentMissing(DomainError):
    """A confirmation names the document that proves the fact."""

    text = "缺少文书文号。请填写能证明这一事实的文书文号后再确认。"


def to_be_held(events: pl.DataFrame, *, second_person: bool) -> dict[EventKey, tuple[str, tuple[str, ...]]]:
    """The events that must wait: what each lacks (document, second_person, both), and the clocks that it would stop."""
    stopping = stopped_red_clocks(events)
    if not stopping:
        return {}
    rows = events.select("source", "id", "version", "document_no").iter_rows()
    documented = {(source, number, version): paper is not None for source, number, version, paper in rows}
    found: dict[EventKey, tuple[str, tuple[str, ...]]] = {}
    for key, clocks in stopping.items():
        lacks = _lacking(has_document=documented[key], has_second_person=second_person)
        if lacks:
            found[key] = (lacks, clocks)
    for key in _in_the_log(found):
        del found[key]  # delivered again after it was confirmed: the log says whether it is the same
    return found


def hold(events: pl.DataFrame, waiting: Mapping[EventKey, tuple[str, tuple[str, ...]]], *, recorder: str) -> int:
    """Keep events that must wait. Delivered again they are the same row. Returns how many there were."""
    if not waiting:
        return 0
    at = clock.now()
    rows = [row for row in events.iter_rows(named=True) if (row["source"], row["id"], row["version"]) in waiting]
    HeldEvent.objects.bulk_create([_held(row, waiting, recorder, at) for row in rows], ignore_conflicts=True)
    return len(rows)


@transaction.atomic
def decide(*, held: HeldEvent, confirmed: bool, by: str, document_no: str, reason: str, at: datetime) -> HeldDecision:
    """
    The second person's decision. The caller records the event itself when it is confirmed.

    :raises OwnEvent: the recorder decides on his own entry.
    :raises AlreadyDecided: it is decided.
    :raises DocumentMissing: neither the event nor the decision names a document.
    """
    earlier = HeldDecision.objects.filter(held=held).first()
    if earlier is not None:
        raise AlreadyDecided(at=f"{earlier.at:%Y-%m-%d %H:%M}", by=earlier.by)
    if held.by == by:
        raise OwnEvent
    document = document_no or held.body.get("document_no") or ""
    if confirmed and not document:
        raise DocumentMissing
    try:
        with transaction.atomic():
            return HeldDecision.objects.create(
                held=held, confirmed=confirmed, document_no=document, reason=reason, by=by, at=at
            )
    except IntegrityError as problem:  # somebody else decided between the question and the answer
        raise AlreadyDecided(at=f"{at:%Y-%m-%d %H:%M}", by="另一个人") from problem


def held_frame(held: HeldEvent, schema: pl.Schema) -> pl.DataFrame:
    """The held event as it came in."""
    body = {name: held.body[name] for name in schema.names()}
    for name in ("at", "until"):
        body[name] = datetime.fromisoformat(body[name]) if body[name] else None
    return pl.DataFrame([body], schema=schema, orient="row")


def _in_the_log(keys: Iterable[EventKey]) -> list[EventKey]:
    wanted = list(keys)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source, id, version FROM cases_event WHERE (source, id, version) IN"
            " (SELECT * FROM unnest(%s::text[], %s::text[], %s::integer[]))",
            [list(column) for column in zip(*wanted, strict=True)],
        )
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


def _lacking(*, has_document: bool, has_second_person: bool) -> str:
    if has_document and has_second_person:
        return ""
    if has_document:
        return "second_person"
    return "document" if has_second_person else "both"


def _held(
    row: Mapping[str, object], waiting: Mapping[EventKey, tuple[str, tuple[str, ...]]], recorder: str, at: datetime
) -> HeldEvent:
    key = (str(row["source"]), str(row["id"]), int(str(row["version"])))
    lacks, clocks = waiting[key]
    body = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
    body["recorded_at"] = None
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return HeldEvent(
        digest=digest,
        source=key[0],
        event_id=key[1],
        version=key[2],
        case=str(row["case"] or ""),
        lacks=lacks,
        clocks=list(clocks),
        body=body,
        by=recorder,
        at=at,
    )
