"""The rules as the forms read them, and the arithmetic of dates looked up instead of done."""

import json
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

EPOCH: Final = date(1970, 1, 1)
DAY: Final = 86_400_000_000
HOUR: Final = 3_600_000_000
LATER: Final = 1 << 62
MOST_MONTHS: Final = 12

# Codes of the program's tables.
EXACT_MINUTE, ROLLING_24H, DAY_AFTER, SAME_DAY_OF_MONTH = 0, 1, 3, 5
FULL_HOUR, DAY_END, SPC_MONTH, ROLLED = 1, 2, 3, 4
BY_CUSTODY: Final = 2
HOURS: Final = 0
STATES_DAYS: Final = 1
TAKES: Final = 1
SATISFY: Final = 9
RUNNING, PAUSED, MET, LATE, MOOT = 0, 2, 3, 4, 5

AXES: Final = ("case", "person", "item", "visit", "order", "document")
CASE_FACTS: Final = ("public_security", "economic")  # the last of the case counts; case_kind is dated
FACTS: Final = ("case_kind", *CASE_FACTS, "in_custody")
LIMIT: Final = ("amount", "unit", "counting", "outer", "roll")
RESULT: Final = (
    "rv", "start_event", "strict", "strict_end", "outer", "outer_end", "stop_event", "outcome", "tier", "amount",
)  # fmt: skip

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Book:
    """Tables as lists of rows. Days are numbers since 1970-01-01; `months` is indexed by day × 13 + months."""

    versions: Rows
    tiers: Rows
    roles: dict[str, Rows]  # starts, stops, extensions, pauses, resumes
    pairs: dict[int, int]  # pause → the axis by which it pairs
    offset: int  # of the zone, microseconds; no change of it falls into the years judged
    as_of: int
    first_day: int
    rolled: list[int | None]  # day → itself if worked, else the next working day; None beyond the calendar
    months: list[int]  # the same-numbered day, clipped
    spc_months: list[int]  # a last day of a month goes to a last day


def read_book(folder: Path) -> Book:
    """Read program.json."""
    raw = json.loads((folder / "program.json").read_text("utf-8"))
    first, working = raw["first_day"], raw["is_working"]
    days = [EPOCH + timedelta(first + n) for n in range(len(working))]
    return Book(
        versions=raw["versions"],
        tiers=raw["tiers"],
        roles={name: raw[name] for name in ("starts", "stops", "extensions", "pauses", "resumes")},
        pairs={row["pause"]: row["pair"] for row in raw["pairs"]},
        offset=raw["offset"],
        as_of=raw["as_of"],
        first_day=first,
        rolled=_rolled(first, working),
        months=[_months_on(day, n, keep_end=False) for day in days for n in range(MOST_MONTHS + 1)],
        spc_months=[_months_on(day, n, keep_end=True) for day in days for n in range(MOST_MONTHS + 1)],
    )


def _rolled(first: int, working: list[int]) -> list[int | None]:
    rolled: list[int | None] = []
    following: int | None = None
    for n in reversed(range(len(working))):
        following = first + n if working[n] else following
        rolled.append(following)
    return [*rolled[::-1], None]  # the last entry stands for every day beyond


def _months_on(day: date, months: int, *, keep_end: bool) -> int:
    total = day.year * 12 + day.month - 1 + months
    year, month = total // 12, total % 12 + 1
    length = monthrange(year, month)[1]
    is_end = keep_end and day.day == monthrange(day.year, day.month)[1]
    return (date(year, month, length if is_end else min(day.day, length)) - EPOCH).days
