"""A case file as text, so that a test reads like one.

Each line: a local date, perhaps an hour, an event type, then `name=value`: a column of the event table, or else a fact.
    2026-03-01 14:35  person.detained  person=P1
    2026-03-03        detention.extended  person=P1  tier=7d  days=4
"""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.rule_files import COLUMNS

ZONE = ZoneInfo("Asia/Shanghai")


def history(text: str, zone: ZoneInfo = ZONE, **case_facts: Any) -> list[dict[str, Any]]:
    """Rows of the event table. `case_facts` are stated by the case before its first event."""
    rows = [_row(n, line.split(), zone) for n, line in enumerate(text.strip().splitlines(), start=1) if line.strip()]
    if case_facts:
        first = min(row["at"] for row in rows)
        stated = {"id": "case", "type": "case.stated", "at": first, "at_precision": "minute", "case": "C1"}
        rows.append({**stated, "source": "s", "facts": case_facts})
    return rows


def _row(n: int, words: list[str], zone: ZoneInfo) -> dict[str, Any]:
    has_hour = ":" in words[1]
    row: dict[str, Any] = {
        "source": "s",
        "id": f"e{n:02}",
        "case": "C1",
        "at": at(" ".join(words[: 2 if has_hour else 1]), zone),
        "at_precision": "minute" if has_hour else "day",
        "type": words[2 if has_hour else 1],
        "facts": {},
    }
    for word in words[3 if has_hour else 2 :]:
        name, value = word.split("=", 1)
        if name == "until":
            row["until_precision"] = "minute" if "T" in value else "day"
            row["until"] = at(value.replace("T", " "), zone)
            row["until"] += timedelta(days=0 if "T" in value else 1)
        elif name == "recorded_at":
            row["recorded_at"] = at(value.replace("T", " "), zone)
        elif name in COLUMNS:
            row[name] = int(value) if name == "version" else value == "true" if name == "void" else value or None
        else:
            row["facts"][name] = value if name == "tier" else _value(value)
    return row


def _value(text: str) -> Any:
    if text.startswith("["):
        return [part for part in text[1:-1].split(",") if part]
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdigit() else text


def at(text: str, zone: ZoneInfo = ZONE) -> datetime:
    """A local time `2026-03-01 14:35`; `2026-03-01 24:00` is the end of that day; a date alone its start."""
    day, _, clock = text.partition(" ")
    if clock == "24:00":
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(0), zone)
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock) if clock else time(0), zone)
