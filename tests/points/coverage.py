"""How often the interval that a board shows holds the truth: the shipped policy over periods drawn under known rates.

Each officer of the drawn group is one period: cases as they come (Poisson), each with its problem or without, files of
the lot, confirmed faults. The rows of the ledger are scored by the code that scores them on the platform.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

import numpy as np
import polars as pl

from tests.points.book import facts
from tests.points.ledger_story import shipped
from zhunsheng.city.gaming.world import DETAINED, DRAWN, MIX, WEIGHTS
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.board import board
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.points.scores import scores

PERIOD: Final = date(2027, 3, 1)
AT: Final = datetime(2027, 3, 20, 4, tzinfo=UTC)
DAYS: Final = 42
PEERS: Final = 3
OFFICERS, UNITS = "station_case_team", "station_unit"
HOURS: Final = np.array([(200 * minutes + 60) // 120 for minutes in WEIGHTS])
"""Hundredths of a standard hour, by type of case."""
MEAN: Final = float(np.average(HOURS, weights=MIX))
LATE, UNNOTICED, UNSAFE, CONFIRMED = 0.5, 0.3, 0.3, 0.5
"""Of problems: late, without notice of rights, of those detained with a custody breach; of the late: confirmed."""


@dataclass(frozen=True)
class Covered:
    """How often the truth was inside, below, and above the interval, and how wide that was on average."""

    held: float
    below: float
    above: float
    width: float


def covered(cases: int, rate: float, *, holders: int, name: str = OFFICERS, effort: float = 1.0) -> Covered:
    """The interval of a score of holders who expect so many cases, of which such a share has a problem.

    `name`: the shipped policy, of officers or of units. `effort`: how many times what their peers do officers are
    expected to do, at as many cases.
    """
    rng = np.random.default_rng([9, cases, round(1000 * rate), round(100 * effort)])
    policy = replace(shipped(name), in_force=PERIOD)
    rows = _ledger(rng, cases, rate, holders, policy)
    bounds = pl.DataFrame([("S1", PERIOD, 0.1, 60)], schema=t.BOUNDS, orient="row")
    found = scores(rows, policy, facts(), exposure=_exposure(holders, effort), bounds=bounds)
    shown = board(found, rows, policy).join(found.select("holder", "peer_rate"), on="holder")
    drawn = shown.filter(pl.col("holder").str.starts_with("P"))
    hours = 2 * cases * MEAN / round(DAYS / effort)
    truth = _truth(cases, rate, policy) + _volume(hours, drawn["peer_rate"].to_numpy(), policy)
    low, high = drawn["low"].to_numpy(), drawn["high"].to_numpy()
    return Covered(
        held=float(((low <= truth) & (truth <= high)).mean()),
        below=float((truth < low).mean()),
        above=float((truth > high).mean()),
        width=float((high - low).mean()) / 100,
    )


def _ledger(rng: np.random.Generator, cases: int, rate: float, holders: int, policy: Policy) -> pl.DataFrame:
    """The rows of a month: the drawn holders with all their parts, three times as many peers with hours and faults."""
    drawn = _cases(rng, cases, rate, [f"P{n}" for n in range(holders)])
    every = pl.concat([drawn, _cases(rng, cases, rate, [f"H{n}" for n in range(PEERS * holders)])])
    kept = {
        "ontime": (drawn, ~pl.col("late")),
        "custody": (drawn, ~pl.col("unsafe")),
        "rights": (drawn, ~pl.col("unnoticed")),
        "told": (drawn, ~pl.col("untold")),
        "recorded": (drawn, ~pl.col("untold")),
        "sample": (drawn.filter("drawn"), ~pl.col("problem")),
    }
    faults = {"overdue": every.filter("confirmed"), "problem": every.filter(pl.col("drawn") & pl.col("problem"))}
    nothing, one = pl.lit(0, pl.Int64), pl.lit(1, pl.Int64)
    parts = []
    for entry in policy.entries:
        named = {"entry": pl.lit(entry.id), "block": pl.lit(entry.block), "fact": pl.lit(entry.fact)}
        if entry.id == "work":
            worth = {"kind": pl.lit("earn"), "amount": pl.col("hours"), "kept": nothing, "judged": nothing}
            parts.append(every.select("holder", "case", **named, **worth))
        if entry.id in kept:
            rows, is_kept = kept[entry.id]
            worth = {"kind": pl.lit("judge"), "amount": nothing, "kept": is_kept.cast(pl.Int64), "judged": one}
            parts.append(rows.select("holder", "case", **named, **worth))
        if entry.id in faults:
            cost = pl.lit(-entry.points, pl.Int64)
            worth = {"kind": pl.lit("deduct"), "amount": cost, "kept": nothing, "judged": nothing}
            parts.append(faults[entry.id].select("holder", "case", **named, **worth))
    return _rows(pl.concat(parts), policy)


def _cases(rng: np.random.Generator, expected: int, rate: float, holders: list[str]) -> pl.DataFrame:
    """Cases as they come, with what became of each."""
    counts = rng.poisson(expected, len(holders))
    whose = np.repeat(np.arange(len(holders)), counts)
    chance = rng.random((7, len(whose)))
    problem = chance[0] < rate
    late = problem & (chance[1] < LATE)
    return pl.DataFrame(
        {
            "holder": pl.Series(holders).gather(whose),
            "case": np.arange(len(whose)),
            "hours": rng.choice(HOURS, size=len(whose), p=np.array(MIX) / sum(MIX)),
            "problem": problem,
            "late": late,
            "confirmed": late & (chance[2] < CONFIRMED),
            "unnoticed": problem & (chance[3] < UNNOTICED),
            "unsafe": problem & (chance[4] < DETAINED * UNSAFE),
            "untold": chance[5] < rate,
            "drawn": chance[6] < DRAWN,
        }
    ).with_columns(case=pl.format("{}-{}", "holder", "case"))


def _rows(given: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Rows of the ledger from holder, case, entry, block, fact, kind and amounts."""
    one, no_text = pl.lit(1, pl.Int64), pl.lit(None, pl.String)
    return given.select(
        key=pl.concat_str("entry", "case", separator="|"),
        kind="kind",
        policy=pl.lit(policy.id),
        version=pl.lit(PERIOD),
        weights=pl.lit(None, pl.Int32),
        entry="entry",
        block="block",
        fact="fact",
        fact_key="case",
        group="case",
        holder="holder",
        unit=pl.lit("S1"),
        period=pl.lit(PERIOD),
        amount="amount",
        kept="kept",
        judged="judged",
        numerator=one,
        denominator=one,
        at=pl.lit(AT, t.LEDGER["at"]),
        recorded_at=pl.lit(AT, t.LEDGER["recorded_at"]),
        target=no_text,
        author=no_text,
        cites=pl.concat_list("case"),
    )


def _exposure(holders: int, effort: float) -> pl.DataFrame:
    """Who does as much in fewer days does more a day than his peers."""
    names = [(f"P{n}", round(DAYS / effort)) for n in range(holders)]
    names += [(f"H{n}", DAYS) for n in range(PEERS * holders)]
    rows = [(name, "S1", "station|case_officer", PERIOD, days) for name, days in names]
    return pl.DataFrame(rows, schema=t.EXPOSURE, orient="row")


def _truth(cases: int, rate: float, policy: Policy) -> float:
    """The blocks beside volume that the rates themselves give, in hundredths."""
    kept = {
        "ontime": 1 - rate * LATE,
        "custody": 1 - rate * DETAINED * UNSAFE,
        "rights": 1 - rate * UNNOTICED,
        "told": 1 - rate,
        "recorded": 1 - rate,
        "sample": 1 - rate,
    }
    faults = {"overdue": cases * rate * LATE * CONFIRMED, "problem": cases * rate * DRAWN}
    whole = 0.0
    for block, weight in policy.blocks.items():
        shares = [entry for entry in policy.entries if entry.block == block and entry.id in kept]
        of = sum(entry.points for entry in shares)
        value = sum(100 * weight * entry.points / of * kept[entry.id] for entry in shares)
        value -= sum(entry.points * faults.get(entry.id, 0.0) for entry in policy.entries if entry.block == block)
        whole += max(0.0, value)
    return whole


def _volume(hours: float, peer_rate: np.ndarray, policy: Policy) -> np.ndarray:
    """The volume of somebody expected to do so many hours a day, beside his peers; nothing where none is paid."""
    if policy.cap is None:
        return np.zeros(len(peer_rate))
    most = float(policy.cap.at_most)
    return np.asarray(100 * policy.blocks["volume"] * np.minimum(hours / peer_rate, most) / most)
