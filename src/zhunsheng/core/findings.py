"""Clocks × as_of → findings: what is about to end, what has ended, what ended late, what cannot be judged.

One row per level crossed, with the instant at which it became true, whenever we looked. clock.md, Findings over a
clock.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import schemas
from zhunsheng.core.clocks import FoldPart
from zhunsheng.core.dates import NONE
from zhunsheng.core.fold import state as s
from zhunsheng.core.tables import CLOCK_ORDER, event_names, instants
from zhunsheng.core.thresholds import NEVER, as_of_of, crossings, is_overdue, warning_rows

KEY_COLUMNS: Final = ("rule", "case", "incident", "subject", "epoch", "kind", "level")
DUE_TIMES: Final = ("due", "outer")
RESTING_ON_EVENT: Final = ("unknown", *s.ANOMALIES)
SEPARATOR: Final = "\x1f"
ORDER: Final = ("rule", "case", "incident", "subject", "epoch", "kind", "level", "found_at", "event")


@dataclass(frozen=True)
class _Rows:
    """Findings of one kind: rows of the clocks, and what differs between kinds."""

    kind: str
    level: str
    rows: NDArray[np.int64]
    found_at: NDArray[np.int64]
    events: NDArray[np.int64]


def check_findings(verdicts: pl.DataFrame) -> pl.DataFrame:
    """Verdicts of checks (schemas.VERDICTS) as schemas.FINDINGS."""
    nothing = pl.lit(None, dtype=schemas.INSTANT)
    table = verdicts.with_columns(
        pl.lit(None, dtype=pl.Int32).alias("epoch"), nothing.alias("due"), nothing.alias("outer")
    ).select(schemas.FINDINGS.names())
    return schemas.assert_schema(table, schemas.FINDINGS, "findings")


def with_checks(findings: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Findings, in canonical order, and those of checks of other rules, together in canonical order."""
    if verdicts.is_empty():
        return findings
    of_checks = check_findings(verdicts).sort(ORDER, nulls_last=False)
    return pl.concat([findings, of_checks]).sort("rule", maintain_order=True)  # both are in order within each rule


def finding_keys(findings: pl.DataFrame) -> pl.Series:
    """The key of each finding: SHA-256 over what it is about and what it rests on. No rule file and no clock reading is
    in it.

    A level rests on both due times. A question or an act without effect rests on its event: the due times of a clock
    that stands still move every day, and an act does not become another one when the clock is extended later. A
    check's finding rests on its events.
    """
    of_check = pl.col("epoch").is_null()
    rests_on_event = pl.col("kind").is_in(RESTING_ON_EVENT)
    due_times = [pl.when(~rests_on_event).then(pl.col(name).dt.epoch("us").cast(pl.String)) for name in DUE_TIMES]
    events = [pl.when(rests_on_event).then(pl.col(name)) for name in ("event", "reason")]
    about = [pl.col(name).cast(pl.String) for name in KEY_COLUMNS]
    plain = pl.concat_str([field.fill_null("-") for field in (*about, *due_times)], separator=SEPARATOR)
    asked = pl.concat_str([field.fill_null("-") for field in (*about, *events)], separator=SEPARATOR)
    checked = pl.concat_str([field.fill_null("-") for field in _of_check()], separator=SEPARATOR)
    keys = pl.when(of_check).then(checked).when(rests_on_event).then(asked).otherwise(plain)
    texts = findings.select(key=keys)["key"]
    return sha256_of(texts)


def _of_check() -> tuple[pl.Expr, ...]:
    """What a check's finding rests on: rule, judged key, the events, level."""
    return pl.col("rule"), pl.col("subject"), pl.col("events").list.join(","), pl.col("level")


def clock_keys(clocks: pl.DataFrame) -> pl.Series:
    """The key of each clock, or of the clock that a finding is about: SHA-256 over rule, case, incident, subject and
    epoch."""
    fields = [pl.col(name).cast(pl.String).fill_null("-") for name in CLOCK_ORDER]
    return sha256_of(clocks.select(key=pl.concat_str(fields, separator=SEPARATOR))["key"])


def sha256_of(texts: pl.Series) -> pl.Series:
    """SHA-256 of each text, hexadecimal."""
    return pl.Series("key", [hashlib.sha256(text.encode()).hexdigest() for text in texts], dtype=pl.String)


def part_findings(part: FoldPart, clocks: pl.DataFrame) -> pl.DataFrame:
    """The findings over one part; `clocks` are its clocks in the order of its results."""
    if not len(part.results):
        return pl.DataFrame(schema=schemas.FINDINGS)
    as_of = as_of_of(part)
    kinds = [
        *_approaching(part, as_of),
        *_ended(part, as_of),
        _late_known(part, as_of),
        _unknown(part),
        *_anomalies(part),
    ]
    tables = [_table(part, clocks, rows) for rows in kinds if len(rows.rows)]
    return pl.concat(tables) if tables else pl.DataFrame(schema=schemas.FINDINGS)


def _approaching(part: FoldPart, as_of: NDArray[np.int64]) -> list[_Rows]:
    rows = warning_rows(part)
    stopped = part.results.stopped[rows]
    until = np.where(stopped != NONE, stopped, NEVER)
    found = []
    for level, at in crossings(part, rows).items():
        crossed = (at <= as_of[rows]) & (at < until)
        found.append(_Rows("approaching", level, rows[crossed], at[crossed], np.full(int(crossed.sum()), -1)))
    return found


def _ended(part: FoldPart, as_of: NDArray[np.int64]) -> list[_Rows]:
    results = part.results
    overdue = np.flatnonzero(is_overdue(results, as_of))
    late = np.flatnonzero(results.outcome == s.LATE)
    lapsed = np.flatnonzero(results.outcome == s.LAPSED)
    return [
        _Rows("overdue", "red", overdue, results.outer[overdue], results.stop_event[overdue]),
        _Rows("late", "red", late, results.stopped[late], results.stop_event[late]),
        _Rows("lapsed", "blue", lapsed, results.outer[lapsed], results.stop_event[lapsed]),
    ]


def _late_known(part: FoldPart, as_of: NDArray[np.int64]) -> _Rows:
    """Overdue clocks whose start was recorded only when the due time had passed: nobody could have been warned."""
    results = part.results
    overdue = np.flatnonzero(is_overdue(results, as_of))
    recorded = part.encoded.column("recorded_at", results.start_event[overdue])
    learned = recorded.to_physical().fill_null(NONE).to_numpy()
    late = learned > results.outer[overdue]
    rows = overdue[late]
    return _Rows("late_known", "red", rows, learned[late], results.start_event[rows])


def _unknown(part: FoldPart) -> _Rows:
    results = part.results
    rows = np.flatnonzero(results.question != 0)
    asked = results[rows]
    at = part.encoded.arrays.at[asked.question_event] if len(rows) else np.zeros(0, dtype=np.int64)
    return _Rows("unknown", "ask", rows, np.maximum(at, asked.start), asked.question_event)


def _anomalies(part: FoldPart) -> list[_Rows]:
    found = []
    for code, kind in enumerate(s.ANOMALIES):
        applies = part.results.may_not_apply[part.anomalies.row] == 0
        chosen = part.anomalies[(part.anomalies.kind == code) & applies]
        at = part.encoded.arrays.at[chosen.event] if len(chosen) else np.zeros(0, dtype=np.int64)
        found.append(_Rows(kind, "yellow", chosen.row.astype(np.int64), at, chosen.event.astype(np.int64)))
    return found


def _table(part: FoldPart, clocks: pl.DataFrame, rows: _Rows) -> pl.DataFrame:
    about = clocks[rows.rows]
    frame = about.select(
        "rule",
        "case",
        "incident",
        "subject",
        "person",
        "epoch",
        "unit",
        pl.lit(rows.kind).alias("kind"),
        pl.lit(rows.level).alias("level"),
        instants(rows.found_at).alias("found_at"),
        "due",
        "outer",
        pl.col("stopped").alias("closed_at"),
        "start_event",
        event_names(part, rows.events).alias("event"),
        _reasons(about, rows.kind).alias("reason"),
        pl.lit(None, dtype=schemas.FINDINGS["events"]).alias("events"),
        pl.lit(None, dtype=schemas.FINDINGS["cases"]).alias("cases"),
    )
    return schemas.assert_schema(frame, schemas.FINDINGS, "findings")


def _reasons(about: pl.DataFrame, kind: str) -> pl.Series:
    if kind != "unknown":
        return pl.Series([None] * about.height, dtype=pl.String)
    fact = pl.col("question_fact")
    named = pl.when(fact.is_not_null()).then(pl.concat_str("question", pl.lit(": "), fact)).otherwise("question")
    return about.select(named).to_series()


def worst_first(findings: pl.DataFrame, custody_rules: Sequence[str]) -> pl.DataFrame:
    """Findings in the order in which a person should read them: open before closed, liberty first, then by gravity
    and due time."""
    gravity = {"overdue": 0, "broken": 0, "late_known": 1, "late": 2, "approaching": 3, "unknown": 5}
    levels = {"red": 0, "yellow": 1, "blue": 2, "ask": 3}
    return findings.sort(
        pl.col("closed_at").is_not_null(),
        pl.col("kind").replace_strict(gravity, default=4, return_dtype=pl.Int8),
        pl.col("level").replace_strict(levels, return_dtype=pl.Int8),
        ~pl.col("rule").is_in(list(custody_rules)),
        "outer",
        "rule",
        "case",
        "subject",
        nulls_last=True,
    )
