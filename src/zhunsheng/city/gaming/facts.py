"""A gaming world as facts of points, as the platform would derive them from its events."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Final

import numpy as np
import polars as pl

from zhunsheng.city.gaming.world import HALF_DAYS, TYPES, WEIGHTS, World
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.volume import upper_bound
from zhunsheng.core.schemas import INSTANT

YEAR: Final = 2027
PROBLEM_OF_CUSTODY: Final = 0.3
PROBLEM_OF_NOTICE: Final = 0.3
CONFIRMED: Final = 0.5
WEIGHT_TABLE: Final = 2026
STATION: Final = "station"
LEARNT: Final = "learning.course_hours"
OF_NUMBERS: Final = ("case.closed", "case.accepted", "case.solved")
"""What is counted by case numbers, however many a case was given."""


def world_facts(world: World, officers: range, names: Collection[str] | None = None) -> pl.DataFrame:
    """The facts of some officers, all or those of some names: tables.POINT_FACTS. Station of a seed: W and its number.

    Officers of whom some may game and some not are asked for apart.
    """
    seed, officer, month, case = np.nonzero((world.done | world.missed)[:, officers.start : officers.stop])
    officer = officer + officers.start
    at = (seed, officer, month, case)
    later = np.minimum(month + world.delayed[at], 11)
    base = pl.DataFrame(
        {
            "seed": seed,
            "officer_n": officer,
            "month": later,
            "case_n": case + 100 * month,
            "type": world.type[at],
            "late": world.late[at],
            "problem": world.problem[at],
            "unknown": world.unknown[at],
            "detained": world.detained[at],
            "drawn": world.drawn[at],
            "passed": world.passed[at],
            "told": world.told[at] & ~world.hidden[at],
            "hidden": world.hidden[at],
            "parts": world.parts[at],
            "u": world.u[(*at, 7)],
        }
    ).with_columns(
        unit=pl.format("W{}", "seed"),
        officer=pl.format("W{}P{}", "seed", pl.col("officer_n").cast(pl.String).str.zfill(2)),
        at=_instants(later),
    )
    cases = base.with_columns(key=pl.format("{}-{}", "officer", "case_n"))
    parts = [*_of_cases(cases, names), *_of_months(world, officers, names)]
    return pl.concat([pl.DataFrame(schema=t.POINT_FACTS), *parts])


def _instants(months: np.ndarray) -> pl.Series:
    """The twentieth of each month, noon."""
    days = np.array([datetime(YEAR, n + 1, 20, 4, tzinfo=UTC) for n in range(12)])
    return pl.Series("at", days[months].tolist(), dtype=INSTANT)


def _of_cases(incidents: pl.DataFrame, names: Collection[str] | None) -> Iterator[pl.DataFrame]:
    cases = incidents.filter(~pl.col("hidden"))
    kept = pl.lit(None, pl.Boolean)
    is_good = ~pl.col("problem")
    notice_kept = is_good | (pl.col("u") > PROBLEM_OF_NOTICE)
    custody_kept = is_good | ~pl.col("detained") | (pl.col("u") > PROBLEM_OF_CUSTODY)
    timely = pl.when(pl.col("unknown")).then(None).otherwise(~pl.col("late"))
    drawn = cases.filter("drawn")
    overdue = cases.filter(pl.col("late") & ~pl.col("unknown") & (pl.col("u") < CONFIRMED))
    made = {
        # One group, one weight: the numbers into which a case was split are one case
        "work.assigned_minutes": (cases, kept),
        "clock.kept": (cases, timely),
        "clock.kept.custody": (cases, custody_kept),
        "check.kept.rights_notice": (cases, notice_kept),
        # The telephone count has what nobody recorded
        "report.victim_told": (incidents, pl.col("told")),
        "report.recorded": (incidents, pl.col("told")),
        "sample.passed": (drawn, is_good | pl.col("passed")),
        "defect.red_overdue": (overdue, kept),
        # What no policy may rest on, so that a policy which does is seen for what it pays
        "person.detained": (cases.filter("detained"), kept),
        **{name: (_split(cases) if _is_named(name, names) else cases, kept) for name in OF_NUMBERS},
    }
    for name, (rows, is_kept) in made.items():
        if _is_named(name, names):
            yield _rows(rows, name, is_kept)


def _is_named(name: str, names: Collection[str] | None) -> bool:
    return names is None or name in names


def _split(cases: pl.DataFrame) -> pl.DataFrame:
    """A row for each number that a case was given."""
    return (
        cases.with_columns(part=pl.int_ranges(0, "parts"))
        .explode("part", empty_as_null=False)
        .with_columns(key=pl.format("{}.{}", "key", "part"))
    )


def _rows(cases: pl.DataFrame, fact: str, kept: pl.Expr) -> pl.DataFrame:
    no_text = pl.lit(None, pl.String)
    fields = dict.fromkeys(t.FIELDS, no_text)
    fields |= {
        "unit.kind": pl.lit("station"),
        "officer.post": pl.lit("case_officer"),
        "case.type": pl.lit(pl.Series(TYPES)).gather(pl.col("type")),
        "case.kind": pl.lit("criminal"),
        "sample.stream": pl.lit("random"),
        "finding.statutory": pl.lit("true"),
        "finding.severity": pl.lit("red"),
    }
    return cases.select(
        *(expression.alias(name) for name, expression in fields.items()),
        fact=pl.lit(fact),
        key="key",
        group="key",
        officer="officer",
        role=pl.lit("lead"),
        unit="unit",
        at="at",
        recorded_at="at",
        amount=pl.lit(1, pl.Int64),
        kept=kept,
        cites=pl.concat_list("key"),
    ).select(t.POINT_FACTS.names())


def _of_months(world: World, officers: range, names: Collection[str] | None) -> Iterator[pl.DataFrame]:
    """What is not of a case: learning of everybody, and what gaming leaves behind."""
    seeds, _, months = world.half_days.shape
    if _is_named(LEARNT, names):
        learned = [(s, o, m, 0) for s in range(seeds) for o in officers for m in range(months)]
        yield _monthly(LEARNT, learned, amount=8)
    if officers.start >= world.players:
        return
    counts = {
        "finding.self_reported": world.repairs,
        "defect.check_broken": world.caught,
        "defect.not_recorded": world.unrecorded,
        "defect.record_falsified": world.falsified,
    }
    for fact, numbers in counts.items():
        if _is_named(fact, names):
            rows = [(s, o, m, n) for (s, o, m), count in np.ndenumerate(numbers) for n in range(count)]
            yield _monthly(fact, rows)


def _monthly(fact: str, rows: list[tuple[int, int, int, int]], amount: int = 1) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["seed", "officer_n", "month", "n"], orient="row").cast(pl.Int64)
    named = frame.with_columns(
        unit=pl.format("W{}", "seed"),
        officer=pl.format("W{}P{}", "seed", pl.col("officer_n").cast(pl.String).str.zfill(2)),
        at=_instants(frame["month"].to_numpy()),
        type=pl.lit(0, pl.Int64),
    ).with_columns(key=pl.format("{}-m{}-{}", "officer", "month", "n"))
    return _rows(named, fact, pl.lit(None, pl.Boolean)).with_columns(
        amount=pl.lit(amount, pl.Int64), group=pl.lit(None, pl.String)
    )


def weight_table(seeds: int) -> pl.DataFrame:
    """The measured weights, the same for every station: tables.WEIGHTS."""
    rows = [(WEIGHT_TABLE, f"W{s}", name, m) for s in range(seeds) for name, m in zip(TYPES, WEIGHTS, strict=True)]
    return pl.DataFrame(rows, schema=t.WEIGHTS, orient="row")


def exposure_table(world: World) -> pl.DataFrame:
    """Half-days of everybody: tables.EXPOSURE. A station is one comparable group."""
    seeds, officers, months = world.type.shape[:3]
    seed, officer, month = (axis.ravel() for axis in np.indices((seeds, officers, months)))
    half_days = np.full((seeds, officers, months), HALF_DAYS)
    half_days[:, : world.players] = world.half_days
    days = half_days[seed, officer, month]
    return (
        pl.DataFrame({"seed": seed, "officer_n": officer, "month": month, "half_days": days})
        .with_columns(
            holder=pl.format("W{}P{}", "seed", pl.col("officer_n").cast(pl.String).str.zfill(2)),
            unit=pl.format("W{}", "seed"),
            peers=pl.format("W{}", "seed"),
            period=pl.date(YEAR, pl.col("month") + 1, 1),
        )
        .select(t.EXPOSURE.names())
        .cast({"half_days": pl.Int64})
    )


def of_units(exposure: pl.DataFrame) -> pl.DataFrame:
    """The same of stations, which are one comparable group: tables.EXPOSURE."""
    units = exposure.group_by("unit", "period").agg(pl.col("half_days").sum())
    return units.with_columns(holder="unit", peers=pl.lit(STATION)).select(t.EXPOSURE.names())


def bounds_table(facts: pl.DataFrame) -> pl.DataFrame:
    """The random stream over three months rolling: tables.BOUNDS."""
    read = (
        facts.filter(pl.col("fact") == "sample.passed")
        .with_columns(period=pl.col("at").dt.date().dt.truncate("1mo"))
        .group_by("unit", "period")
        .agg(files=pl.len().cast(pl.Int64), problems=(~pl.col("kept")).sum().cast(pl.Int64))
    )
    rolled = (
        pl.concat([read.with_columns(pl.col("period").dt.offset_by(f"{n}mo")) for n in range(3)])
        .group_by("unit", "period")
        .agg(pl.col("files", "problems").sum())
    )
    bound = [upper_bound(problems, files) for problems, files in rolled.select("problems", "files").iter_rows()]
    return rolled.with_columns(bound=pl.Series(bound, dtype=pl.Float64)).select(t.BOUNDS.names())
