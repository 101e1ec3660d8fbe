"""A supervised database told as stories: events come in at an hour of the city's clock, and the tables are held against
the batch."""

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection
from psycopg import sql

from tests.core.small import VOCABULARY
from tests.story import RULEBOOK, at, history
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_events
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.apps.supervision.batch import LIMIT
from zhunsheng.apps.supervision.changes import Changes
from zhunsheng.apps.supervision.frames import copied_out, selected
from zhunsheng.apps.supervision.loop import Supervisor
from zhunsheng.apps.supervision.models import Clock, DueKey, Finding, Release
from zhunsheng.apps.supervision.queue import index_acts
from zhunsheng.apps.supervision.rulebooks import current
from zhunsheng.core import schemas
from zhunsheng.core.judge import judge
from zhunsheng.core.standing import supervised

EVENTS = pl.Schema(schemas.EVENTS)
TABLES = ("clock", "finding")
STANDING_STILL = ("due", "due_at_end", "outer", "outer_at_end", "earliest", "latest")


class Told:
    """A route that remembers what it was told."""

    def __init__(self) -> None:
        self.changes: list[Changes] = []

    def __call__(self, changes: Changes, *, as_of: datetime) -> None:
        del as_of
        self.changes.append(changes)

    def findings(self) -> list[str]:
        """Since the last question: `appeared P1 approaching blue`, in order."""
        rows = [
            row
            for changes in self.changes
            for row in changes.findings.sort("found_at", "case", "change", "level").iter_rows(named=True)
        ]
        self.changes.clear()
        return [
            f"{row['change']} {row['subject'] or row['case'] or row['incident']} {row['kind']} {row['level']}"
            + (f" ({row['state_reason']})" if row["state_reason"] else "")
            for row in rows
        ]


def rule_files(*texts: str) -> dict[str, str]:
    """A rulebook of plain words: the files of small rules, by the id that each states."""
    files = {"vocabulary.toml": VOCABULARY}
    for path in (RULEBOOK / "calendar").glob("*.toml"):
        files[f"calendar/{path.name}"] = path.read_text("utf-8")
    for text in texts:
        rule = text.split('id       = "')[1].split('"')[0]
        files[f"deadlines/{rule}.toml"] = text
    return files


def put_in_force(files: dict[str, str], *, by: str = "account:a", second: str = "account:b") -> Release:
    """A rulebook in force, as if two people had released it; nothing is judged anew by it."""
    instant = clock.now()
    with as_process("test"):
        index_acts(rulebooks.loaded(files))
        return Release.objects.create(
            sha256=rulebooks.digest_of(files),
            state=Release.State.RELEASED,
            by=by,
            at=instant,
            second=second,
            decided_at=instant,
            files=files,
        )


def it_is(moment: str) -> datetime:
    """Let the city's clock stand at a local time."""
    instant = at(moment)
    clock.set_city_clock(instant, seconds_per_second=0)
    return instant


def recorded(story: str, **case_facts: Any) -> None:
    """Events come in now."""
    rulebook, _ = current()
    receive(history(story, rulebook, **case_facts))


def receive(events: pl.DataFrame) -> None:
    """Events (schemas.EVENTS) come in now. What would stop a red clock was confirmed by two people."""
    events = events.with_columns(document_no=pl.coalesce("document_no", pl.lit("甲公字〔2026〕1号")))
    with as_process("test"):
        record_events(events, recorder="process:test", second_person=True)


def replay(events: pl.DataFrame) -> None:
    """Events come in again, each at the instant at which it was recorded."""
    for (instant,), rows in events.sort("recorded_at").group_by("recorded_at", maintain_order=True):
        assert isinstance(instant, datetime)  # the log says when
        clock.set_city_clock(instant, seconds_per_second=0)
        receive(rows)


def supervise(route: Any = None, *, limit: int = LIMIT) -> None:
    """Judge until nothing is due."""
    Supervisor(route=route or Told(), limit=limit).settle()


def log() -> pl.DataFrame:
    """Every event of the log: schemas.EVENTS."""
    with as_process("test"):
        query = sql.SQL("SELECT {} FROM cases_event e").format(selected(EVENTS, "e"))
        return copied_out(query, EVENTS)


def kept(table: str, schema: pl.Schema, condition: str = "true") -> pl.DataFrame:
    """The rows of a table in canonical order."""
    with as_process("test"):
        query = sql.SQL("SELECT {} FROM {} t WHERE " + condition).format(selected(schema, "t"), sql.Identifier(table))
        return ordered(copied_out(query, schema))


def ordered(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in an order that depends on nothing but them."""
    return rows.sort([name for name, dtype in rows.schema.items() if dtype != pl.List(pl.String())])


def standing_tables() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The clocks and the findings that stand, as TABLES names them."""
    findings = kept("supervision_finding", schemas.FINDINGS, "state = 'current'")
    return kept("supervision_clock", schemas.CLOCKS), findings


def assert_as_batch(as_of: datetime, *, paused_too: bool = False) -> None:
    """Clocks and current findings are, row for row and column for column, what the batch says of the log, and the
    judged keys say that these are kept.

    The due times of a clock that stands still are shown as if it ran on from the judgement, which may have been earlier
    today; with `paused_too` they are held against the batch as well.
    """
    rulebook, _ = current()
    told = judge(log(), supervised(rulebook), as_of=as_of, threads=1)
    batch = told.clocks, told.findings
    tables = standing_tables()
    found = differing(tables, batch, paused_too=paused_too)
    assert found.is_empty(), found.to_dicts()
    assert said_to_be_kept() == digests_kept()


def said_to_be_kept() -> list[int]:
    """What the judged keys say that they keep."""
    with as_process("test"):
        return sorted(digest for said in DueKey.objects.values_list("kept", flat=True) for digest in said or ())


def digests_kept() -> list[int]:
    """The digests of the clocks and of the current findings of clocks."""
    with as_process("test"):
        clocks = Clock.objects.values_list("digest", flat=True)
        findings = Finding.objects.filter(state="current", clock__isnull=False).values_list("digest", flat=True)
        return sorted([*clocks, *findings])


def differing(
    tables: tuple[pl.DataFrame, pl.DataFrame], batch: tuple[pl.DataFrame, pl.DataFrame], *, paused_too: bool = False
) -> pl.DataFrame:
    """Every row of clocks or findings that only one side has, as text, with `side` and `table`."""
    if not paused_too:
        tables, batch = _without_moving_dues(*tables), _without_moving_dues(*batch)
    parts = []
    for name, ours, theirs in zip(TABLES, tables, batch, strict=True):
        one, other = _texts(ours), _texts(theirs)
        parts += [
            one.join(other, on="row", how="anti").with_columns(side=pl.lit("tables"), table=pl.lit(name)),
            other.join(one, on="row", how="anti").with_columns(side=pl.lit("batch"), table=pl.lit(name)),
        ]
        parts += [_repeated(one, "tables", name), _repeated(other, "batch", name)]
    return pl.concat(parts)


def _texts(rows: pl.DataFrame) -> pl.DataFrame:
    """Each row as one text."""
    lists = [pl.col(name).list.join(",") for name, dtype in rows.schema.items() if dtype == pl.List(pl.String())]
    fields = [pl.concat_str(pl.lit(f"{name}="), pl.col(name).cast(pl.String).fill_null("-")) for name in rows.columns]
    return rows.with_columns(lists).select(row=pl.concat_str(fields, separator=" "))


def _repeated(rows: pl.DataFrame, side: str, table: str) -> pl.DataFrame:
    """Rows that stand twice: no two clocks and no two findings are the same."""
    return rows.filter(pl.col("row").is_duplicated()).with_columns(side=pl.lit(side), table=pl.lit(table))


def _without_moving_dues(clocks: pl.DataFrame, findings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    still = pl.col("outcome").is_in(["paused", "unknown"]) & pl.col("stopped").is_null()
    hidden = [pl.when(~still).then(pl.col(name)).alias(name) for name in STANDING_STILL]
    about = ("rule", "case", "incident", "subject", "epoch")
    ours = clocks.filter(still).select(*about, still=pl.lit(value=True))
    rows = findings.join(ours, on=about, how="left", nulls_equal=True)
    dues = [pl.when(pl.col("still").is_null()).then(pl.col(name)).alias(name) for name in ("due", "outer")]
    return clocks.with_columns(hidden), rows.with_columns(dues).drop("still")


def judge_all_again() -> None:
    """Make every key due."""
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute("UPDATE supervision_duekey SET next_at = zs_now()")


def written(folder: Path, files: dict[str, str]) -> Path:
    """Rule files in a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
