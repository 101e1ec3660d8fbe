"""What the forms start from: the integers that the compiled fold reads, as Parquet, and its tables as rows of JSON.

Everything that takes words or JSON apart has been done, and rows stand in fold order: the forms are measured against
the pass of the fold alone, which starts from the same.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from bench.plain_cases import plain_cases
from zhunsheng.core import program as p
from zhunsheng.core.calendar import Calendar
from zhunsheng.core.clocks import FoldPart, Rulebook, fold_events
from zhunsheng.core.dates import NONE

AXES: Final = ("person", "item", "visit", "order", "document")
FACTS: Final = (
    "case_kind", "public_security", "economic", "in_custody", "identity_unknown", "remote", "reason", "tier", "days",
)  # fmt: skip
"""The facts that the forms read: the kind of case is dated, the next two are of the case, custody is of the person, the
rest of the event."""
TESTED: Final = FACTS[:-2]
RESULT: Final = (
    "rv", "start_event", "strict", "strict_end", "outer", "outer_end", "stop_event", "outcome", "tier", "amount",
)  # fmt: skip
ROLES: Final = {
    "starts": p.START,
    "restarts": p.RESTART,
    "waits": p.WAIT,
    "pauses": p.PAUSE,
    "resumes": p.RESUME,
    "extensions": p.EXTEND,
    "excuses": p.EXCUSE,
}
STOPS: Final = (p.TERMINATE, p.SATISFY)


def write_encoded(folder: Path, events: pl.DataFrame, rulebook: Rulebook, as_of: datetime) -> None:
    """Write encoded.parquet, expected.parquet (what the fold says), plain.parquet and program.json."""
    (part,) = fold_events(events, rulebook, as_of=as_of).parts  # none of the fifteen rules is judged by incident
    encoded_frame(part).write_parquet(folder / "encoded.parquet")
    expected(part).write_parquet(folder / "expected.parquet")
    pl.DataFrame({"case": np.flatnonzero(plain_cases(part))}).write_parquet(folder / "plain.parquet")
    text = json.dumps(program_of(part, rulebook.calendar, as_of))
    (folder / "program.json").write_text(text, "utf-8")


def encoded_frame(part: FoldPart) -> pl.DataFrame:
    """One row an event: case, at, type, what it names (-1: nothing), the end it states, custody, and facts."""
    arrays, names = part.encoded.arrays, [fact.id for fact in part.compiled.facts]
    columns: dict[str, Any] = {"case": arrays.group, "at": arrays.at, "type": arrays.type}
    columns |= {name: arrays.subjects[p.SUBJECT_AXES.index(name)] for name in AXES}
    columns["bare"] = arrays.day
    columns |= {"until": arrays.until, "until_end": arrays.until_day}
    columns["custody"] = part.compiled.program.type_custody[arrays.type].astype(np.int8)
    owner = np.repeat(np.arange(len(arrays.at)), np.diff(arrays.fact_ptr))
    for name in FACTS:
        values = np.full(len(arrays.at), NONE, dtype=np.int64)
        stated = arrays.fact_code == names.index(name)
        values[owner[stated]] = arrays.fact_value[stated]
        columns[name] = values
    nullable = [pl.when(pl.col(name) != NONE).then(name).alias(name) for name in ("until", *FACTS)]
    return pl.DataFrame(columns).with_columns(nullable)


def expected(part: FoldPart) -> pl.DataFrame:
    """The clocks, as integers, by rule version and starting event."""
    results = part.results
    frame = pl.DataFrame({name: np.ascontiguousarray(results[name]) for name in RESULT})
    frame = frame.with_columns(pl.when(pl.col(name) != NONE).then(name).alias(name) for name in ("strict", "outer"))
    return frame.sort("rv", "start_event")


def program_of(part: FoldPart, calendar: Calendar, as_of: datetime) -> dict[str, Any]:
    """The rules and the calendar as lists of rows."""
    days = calendar.arrays
    return {
        "versions": [version_row(part, rv) for rv in range(len(part.compiled.program.rvs))],
        "tiers": [tier_row(part, n) for n in range(len(part.compiled.tiers))],
        "limits": [limit_fields(part, n) for n in range(len(part.compiled.program.limits))],
        "pairs": [pause_row(part, n) for n in range(len(part.compiled.program.pauses))],
        "restart_kinds": [restart_row(part, n) for n in range(len(part.compiled.program.restarts))],
        "stops": [row for row in role_rows(part) if row["kind"] in STOPS],
        **{name: [row for row in role_rows(part) if row["kind"] == kind] for name, kind in ROLES.items()},
        "offset": int(days.offsets[-1]),
        "first_day": days.first_day,
        "is_working": days.is_working.tolist(),
        "as_of": round(as_of.timestamp() * 1_000_000),
    }


def role_rows(part: FoldPart) -> Iterator[dict[str, int]]:
    """Event type, rule version, kind and argument of each role."""
    program = part.compiled.program
    for code, (first, end) in enumerate(zip(program.role_ptr, program.role_ptr[1:], strict=False)):
        for role in program.roles[first:end]:
            yield {"type": code, "rv": int(role.rv), "kind": int(role.kind), "arg": int(role.arg)}


def version_row(part: FoldPart, rv: int) -> dict[str, Any]:
    """A rule version: subject, days in force, what it applies to, its limit. Raises ValueError beyond one limit."""
    row = part.compiled.program.rvs[rv]
    if row.limits1 - row.limits0 != 1:
        raise ValueError(f"version {rv} chooses between limits; the forms know one limit a version.")
    fields = ("rule", "axis", "first_day", "end_day", "is_first", "handover", "before_start", "at_once_outer")
    whole = {"rv": rv} | {name: int(row[name]) for name in fields}
    whole["limit"] = int(row.limits0)
    return whole | limit_fields(part, row.limits0) | needs(part, row.applies0, row.applies1)


def tier_row(part: FoldPart, n: int) -> dict[str, Any]:
    """An extension: the code that names it, its total, what it rests on, what must come first."""
    row = part.compiled.program.tiers[n]
    fields = ("mode", "code", "states", "after", "siblings", "base_amount", "ordinal")
    whole = {"tier": n} | {name: int(row[name]) for name in fields} | {"limit": int(row.limit)}
    return whole | limit_fields(part, row.limit) | needs(part, row.tests0, row.tests1)


def pause_row(part: FoldPart, n: int) -> dict[str, Any]:
    """A pause: by what its begin and its end pair, the limit that runs after it, the reason that it rests on."""
    row = part.compiled.program.pauses[n]
    fields = {"pause": n, "pair": int(row.pair), "then": int(row.then)}
    return fields | needs(part, row.tests0, row.tests1)


def restart_row(part: FoldPart, n: int) -> dict[str, Any]:
    """A restart: its own limit, whether it opens a clock, whether it must have been waited for, and the fact of a start
    that says so."""
    row = part.compiled.program.restarts[n]
    fields = {name: int(row[name]) for name in ("limit", "opens", "waits", "bit")}
    return {"restart": n} | fields | needs(part, row.tests0, row.tests1)


def limit_fields(part: FoldPart, limit: int) -> dict[str, int]:
    """Amount, unit, counting, outer reading, roll."""
    row = part.compiled.program.limits[limit]
    return {name: int(row[name]) for name in ("amount", "unit", "counting", "outer", "roll")}


def needs(part: FoldPart, first: int, end: int) -> dict[str, int | None]:
    """The value that each fact must have, null where none is asked for. Raises ValueError for any other test."""
    program = part.compiled.program
    wanted: dict[str, int | None] = {f"need_{name}": None for name in TESTED}
    wanted["assume_economic"] = None
    for test in program.tests[first:end]:
        name = part.compiled.facts[test.fact].id
        if test.op != p.ONE_OF or test.values1 - test.values0 != 1 or f"need_{name}" not in wanted:
            raise ValueError(f"a test on {name} is more than one value; the forms know no such test.")
        wanted[f"need_{name}"] = int(program.values[test.values0])
        if test.assume != NONE:
            wanted["assume_economic"] = int(test.assume)
    return wanted
