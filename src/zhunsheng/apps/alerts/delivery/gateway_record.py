"""What a gateway says that it took: its own record, exported as lines of JSON or as CSV with a head.

`key` is the message's key, or the eight digits that the gateway keeps of its hash (LinkID, Reserve, 0x1400); `id` the
gateway's number. Other columns are not read. Lines of JSON that say `what` count only where that is `accepted`.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

REFERENCE: Final = re.compile(r"[0-9A-Za-z_-]{8,64}")
LONGEST_ID: Final = 120


class RecordRefused(ValueError):
    """The record cannot be read: which line, why, and what to do."""


@dataclass(frozen=True)
class Taken:
    """One message that the gateway took."""

    reference: str
    gateway_id: str


def read_record(path: Path) -> list[Taken]:
    """Everything that a record says was taken, each reference once.

    Raises  RecordRefused, and then nothing was used.
    """
    rows = _csv_rows(path) if path.suffix.lower() == ".csv" else _json_rows(path)
    return list({taken.reference: taken for taken in (_taken(row, line) for line, row in rows)}.values())


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
            except ValueError as problem:
                raise RecordRefused(f"第 {number} 行不是 JSON。请导出为每行一个 JSON 对象，或用 .csv。") from problem
            if not isinstance(row, dict):
                raise RecordRefused(f"第 {number} 行不是 JSON 对象。请导出为每行一个 JSON 对象，或用 .csv。")
            if row.get("what", "accepted") == "accepted":
                yield number, row


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from enumerate(csv.DictReader(file), 2)


def _taken(row: dict[str, Any], line: int) -> Taken:
    reference, gateway_id = str(row.get("key") or ""), str(row.get("id") or "")
    if not REFERENCE.fullmatch(reference) or len(gateway_id) > LONGEST_ID:
        raise RecordRefused(f"第 {line} 行没有消息编号 key（或网关编号 id 过长）。请在网关的导出里包含这两列。")
    return Taken(reference, gateway_id)
