"""Events written as a person writes them, one table a row, turned into the event table: for rule tests, vectors and
stories."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from zhunsheng.core import schemas
from zhunsheng.core.vocabulary import Vocabulary

COLUMNS: Final = frozenset(schemas.EVENTS) - {"at_precision", "until_precision", "facts"}


def events_of(
    rows: Sequence[Mapping[str, Any]],
    vocabulary: Vocabulary,
    *,
    case: str = "case",
    case_facts: Mapping[str, Any] | None = None,
) -> pl.DataFrame:
    """Rows of at, type, columns of the event table and facts beside them, as schemas.EVENTS.

    A row without `case` and `incident` belongs to `case`. `case_facts` are stated by the first event of every case.
    An instant has a zone; a
    bare date stands at its local midnight, a bare `until` at the end of its day. Raises KeyError for a column or fact
    that does not exist.
    """
    zone = ZoneInfo(vocabulary.zone)
    seen: set[str | None] = set()
    events = []
    for n, row in enumerate(sorted(rows, key=lambda row: _instant(row["at"], zone))):
        event = _event(row, n, vocabulary, zone, case)
        if event["case"] not in seen:
            seen.add(event["case"])
            event["facts"] = {**(case_facts or {}), **event["facts"]}
        events.append(event)
    for event in events:
        event["facts"] = facts_text(event["facts"])
    return pl.DataFrame(events, schema=schemas.EVENTS, orient="row")


def _event(row: Mapping[str, Any], n: int, vocabulary: Vocabulary, zone: ZoneInfo, case: str) -> dict[str, Any]:
    facts = {name: value for name, value in row.items() if name not in COLUMNS}
    for name in facts:
        if name not in vocabulary.facts:
            raise KeyError(f"{name!r} is neither a column of the event table nor a fact of the vocabulary.")
    until = row.get("until")
    event: dict[str, Any] = dict.fromkeys(schemas.EVENTS)
    event |= {"source": "story", "id": f"{n:04d}", "version": 1, "void": False}
    event |= {name: value for name, value in row.items() if name in COLUMNS}
    event |= {
        "at": _instant(row["at"], zone),
        "at_precision": "day" if type(row["at"]) is date else "minute",
        "facts": facts,
    }
    event["recorded_at"] = _instant(row["recorded_at"], zone) if "recorded_at" in row else event["at"]
    if until is not None:
        bare = type(until) is date
        event["until"] = _instant(until + timedelta(days=1) if bare else until, zone)
        event["until_precision"] = "day" if bare else "minute"
    if event["case"] is None and event["incident"] is None:
        event["case"] = case
    return event


def _instant(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time(), zone).astimezone(UTC)


def facts_text(facts: Mapping[str, Any]) -> str | None:
    """Facts as the event table holds them: one JSON object with sorted keys; None for none."""
    if not facts:
        return None
    return json.dumps({name: _plain(facts[name]) for name in sorted(facts)}, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(value)
    return value
