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
BESIDE: Final = 3653  # days before and after the calendar in which months too are counted

# Codes of the program's tables.
START, RESTART, WAIT, PAUSE, RESUME, EXTEND, EXCUSE, TERMINATE, SATISFY = 0, 1, 2, 3, 4, 6, 7, 8, 9
EXACT_MINUTE, ROLLING_24H, DAY_AFTER, SAME_DAY_OF_MONTH, AT_ONCE, BY_DOCUMENT = 0, 1, 3, 5, 7, 9
FULL_HOUR, DAY_END, SPC_MONTH, ROLLED = 1, 2, 3, 4
BY_CUSTODY: Final = 2
HOURS, DAYS, MONTHS, YEARS = 0, 1, 3, 4
STATES_DAYS: Final = 1
TIER_TOTAL, TIER_BY_DOCUMENT = 0, 2
QUESTION: Final = 0
TAKES: Final = 1
RUNNING, WAITING, PAUSED, MET, LATE, MOOT, EXCUSED, RESTARTED, UNKNOWN = 0, 1, 2, 3, 4, 5, 6, 8, 9

AXES: Final = ("case", "person", "item", "visit", "order", "document")
CASE_FACTS: Final = ("public_security", "economic")  # the last of the case counts; case_kind is dated
FACTS: Final = ("case_kind", *CASE_FACTS, "in_custody")
EVENT_FACTS: Final = ("identity_unknown", "remote", "reason")  # of the event that states them
LIMIT: Final = ("amount", "unit", "counting", "outer", "roll")
RESULT: Final = (
    "rv", "start_event", "strict", "strict_end", "outer", "outer_end", "stop_event", "outcome", "tier", "amount",
)  # fmt: skip
ROLES: Final = ("starts", "restarts", "waits", "pauses", "resumes", "extensions", "excuses", "stops")

ACT: Final = (
    "limit", "bit", "waits", "opens", "pair", "reason", "after", "ordinal", "code", "siblings", "states", "base_amount",
    "need_public_security", "mode",
)  # fmt: skip

Rows = list[dict[str, Any]]


class NotExpressed(ValueError):
    """A rule uses what the forms have no words for."""


@dataclass(frozen=True)
class Book:
    """Tables as lists of rows. Days are numbers since 1970-01-01; `months` is indexed by day × 13 + months, from
    `first_month_day` on."""

    versions: Rows
    tiers: Rows
    limits: Rows
    restarts: Rows
    pauses: Rows
    roles: dict[str, Rows]  # ROLES; each row: type, rv, kind, arg
    pairs: dict[int, int]  # pause → the axis by which it pairs
    offset: int  # of the zone, microseconds; no change of it falls into the years judged
    as_of: int
    first_day: int  # of the calendar
    rolled: list[int | None]  # day → itself if worked, else the next working day; the last stands for any day beyond
    first_month_day: int
    months: list[int]  # the same-numbered day, clipped
    spc_months: list[int]  # a last day of a month goes to a last day


def read_book(folder: Path) -> Book:
    """Read program.json. Raises NotExpressed."""
    raw = json.loads((folder / "program.json").read_text("utf-8"))
    first, working = raw["first_day"], raw["is_working"]
    days = [EPOCH + timedelta(first + n) for n in range(-BESIDE, len(working) + BESIDE)]
    book = Book(
        versions=raw["versions"],
        tiers=raw["tiers"],
        limits=raw["limits"],
        restarts=raw["restart_kinds"],
        pauses=raw["pairs"],
        roles={name: raw[name] for name in ROLES},
        pairs={row["pause"]: row["pair"] for row in raw["pairs"]},
        offset=raw["offset"],
        as_of=raw["as_of"],
        first_day=first,
        rolled=_rolled(first, working),
        first_month_day=first - BESIDE,
        months=[_months_on(day, n, keep_end=False) for day in days for n in range(MOST_MONTHS + 1)],
        spc_months=[_months_on(day, n, keep_end=True) for day in days for n in range(MOST_MONTHS + 1)],
    )
    _must_be_expressed(book)
    return book


def stops_by_rule(book: Book) -> Rows:
    """Type, rule and kind of each stop: every version of a rule is stopped alike."""
    rules = {row["rv"]: row["rule"] for row in book.versions}
    found = {(row["type"], rules[row["rv"]], row["kind"]) for row in book.roles["stops"]}
    return [{"type": kind, "rule": rule, "kind": stop} for kind, rule, stop in sorted(found)]


def starts_by_type(book: Book) -> dict[int, int]:
    """Event type → the versions whose clocks it starts, as bits."""
    told: dict[int, int] = {}
    for row in book.roles["starts"]:
        told[row["type"]] = told.get(row["type"], 0) | 1 << row["rv"]
    return told


def waits_by_version(book: Book) -> dict[int, dict[str, int]]:
    """Version → the fact of a start (its place in EVENT_FACTS, from 1) with which it waits, its value and the bit; -1
    where none does."""
    found = {row["rv"]: {"wait_fact": -1, "wait_value": -1, "wait_bit": -1} for row in book.versions}
    for role in book.roles["restarts"]:
        restart = book.restarts[role["arg"]]
        for n, name in enumerate(EVENT_FACTS, start=1):
            if restart[f"need_{name}"] is not None:
                wanted = {"wait_fact": n, "wait_value": restart[f"need_{name}"], "wait_bit": restart["bit"]}
                found[role["rv"]] = wanted
    return found


def act_roles(book: Book) -> Rows:
    """Every role but the starts, with what it needs of the tables of its rule; -1 where it needs none."""
    versions = {row["rv"]: row for row in book.versions}
    found = [_act_role(book, row, versions[row["rv"]]) for name in ROLES[1:-1] for row in book.roles[name]]
    first = {row["rule"]: row for row in reversed(book.versions)}
    found += [_act_role(book, {**row, "rv": -1, "arg": -1}, first[row["rule"]]) for row in stops_by_rule(book)]
    return sorted(found, key=lambda row: (row["type"], row["kind"], row["arg"]))


def _act_role(book: Book, row: dict[str, Any], version: dict[str, Any]) -> dict[str, Any]:
    kind, arg, of_rule = row["kind"], row["arg"], ("rule", "axis", "handover", "before_start")
    role = {name: row[name] for name in ("type", "kind", "rv", "arg")} | {name: version[name] for name in of_rule}
    role |= dict.fromkeys(ACT, -1)
    if kind in (RESTART, WAIT):
        restart = book.restarts[arg]
        role |= {name: restart[name] for name in ("bit", "waits", "opens")}
        role["limit"] = restart["limit"] if restart["limit"] >= 0 else version["limit"]
    elif kind in (PAUSE, RESUME):
        role |= {"pair": book.pairs[arg], "limit": limit_after_pauses(book, row["rv"])}
        role["reason"] = _code(book.pauses[arg]["need_reason"])
    elif kind == EXTEND:
        tier = book.tiers[arg]
        names = ("limit", "after", "ordinal", "code", "siblings", "states", "base_amount", "mode")
        role |= {name: tier[name] for name in names}
        role["need_public_security"] = _code(tier["need_public_security"])
    return role


def _code(value: int | None) -> int:
    return -1 if value is None else value


def limit_after_pauses(book: Book, rv: int) -> int:
    """The limit that runs instead of the rest when the pauses of a version are over; -1 for the rest."""
    return max((book.pauses[row["arg"]]["then"] for row in book.roles["pauses"] if row["rv"] == rv), default=-1)


def _must_be_expressed(book: Book) -> None:
    """Raises NotExpressed for what a rule may say and none of the fifteen says."""
    doubts = {
        "its versions are not stopped alike": _stopped_in_several_ways(book),
        "a pause leaves the rest and another does not": _pauses_of_two_kinds(book),
        "time is added to what is in force": [row for row in book.tiers if row["mode"] not in (0, 2)],
        "custody decides over a roll that time moves": _custody_and_time(book),
        "a clock that a restart opens depends on facts": _opened_upon_facts(book),
        "a unit or a counting": [row for row in book.limits if row["unit"] == YEARS or row["counting"] in (2, 4, 6, 8)],
    }
    for doubt, rows in doubts.items():
        if rows:
            raise NotExpressed(f"the forms have no words for this: {doubt} ({rows}).")


def _stopped_in_several_ways(book: Book) -> list[int]:
    stops: dict[int, set[tuple[int, int]]] = {row["rv"]: set() for row in book.versions}
    for row in book.roles["stops"]:
        stops[row["rv"]].add((row["type"], row["kind"]))
    first = {row["rule"]: stops[row["rv"]] for row in reversed(book.versions)}
    return [row["rule"] for row in book.versions if stops[row["rv"]] != first[row["rule"]]]


def _pauses_of_two_kinds(book: Book) -> list[int]:
    return [rv for rv, limits in _limits_after(book).items() if len(limits) > 1]


def _limits_after(book: Book) -> dict[int, set[Any]]:
    found: dict[int, set[Any]] = {}
    for row in book.roles["pauses"]:
        then = book.pauses[row["arg"]]["then"]
        limit = tuple(book.limits[then][name] for name in LIMIT) if then >= 0 else None
        if limit is not None and limit[2] != AT_ONCE:
            limit = (*limit, then)
        found.setdefault(row["rv"], set()).add(limit)
    return found


def _custody_and_time(book: Book) -> list[int]:
    moved = {row["rv"] for name in ("pauses", "restarts", "extensions") for row in book.roles[name]}
    return [row["rv"] for row in book.versions if row["roll"] == BY_CUSTODY and row["rv"] in moved]


def _opened_upon_facts(book: Book) -> list[int]:
    opening = {row["rv"] for row in book.roles["restarts"] if book.restarts[row["arg"]]["opens"]}
    return [rv for rv in opening if any(book.versions[rv][f"need_{name}"] is not None for name in FACTS)]


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
