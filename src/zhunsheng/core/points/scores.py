"""The ledger → scores of 0 to 100, block by block. docs/points-format.md, Scores."""

from dataclasses import dataclass

import polars as pl

from zhunsheng.core.points import tables as t
from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.policy import BLOCKS, MONTHS, REPAIR_CAP, Entry, Policy
from zhunsheng.core.points.spread import EXACT, spreads
from zhunsheng.core.points.taint import taint_of
from zhunsheng.core.points.volume import gate_states, with_volume
from zhunsheng.core.schemas import assert_schema

SHRUNK: str = "sample.passed"
PRIOR: int = 10
WINDOW: int = 3
HOLDER: list[str] = ["holder", "period"]


def scores(
    rows: pl.DataFrame, policy: Policy, known: FactList, *, exposure: pl.DataFrame, bounds: pl.DataFrame
) -> pl.DataFrame:
    """The scores of every holder and period of `exposure`: tables.SCORES, by period and holder.

    Takes   rows: the rows of tables.LEDGER that count (states.counted), of any policy; exposure, bounds:
            tables.EXPOSURE, BOUNDS.
    Raises  SchemaMismatch.
    """
    scored = _scored(rows, policy, known, exposure, bounds)
    spread = spreads(scored.own, scored.grid, scored.tallies, scored.entries, policy)
    ranked = (
        scored.grid.join(spread, on=HOLDER, how="left")
        .with_columns(
            pl.col("spread", "below", "above").fill_null(0.0),
            is_ranked=pl.col("total").is_not_null()
            & (pl.col("half_days") >= 2 * policy.publish.min_exposure_days)
            & (pl.col("cases") >= policy.publish.min_cases),
        )
        .select(t.SCORES.names())
        .sort("period", "holder")
    )
    return assert_schema(ranked, t.SCORES, "scores")


def totals(
    rows: pl.DataFrame, policy: Policy, known: FactList, *, exposure: pl.DataFrame, bounds: pl.DataFrame
) -> pl.DataFrame:
    """The totals of `scores` alone, without how far each could lie elsewhere: holder, unit, period, total."""
    return _scored(rows, policy, known, exposure, bounds).grid.select("holder", "unit", "period", "total")


@dataclass(frozen=True)
class _Scored:
    """Rows of one policy, added up: `grid` has a row for each holder and period."""

    own: pl.DataFrame
    entries: pl.DataFrame
    tallies: pl.DataFrame
    grid: pl.DataFrame


def _scored(
    rows: pl.DataFrame, policy: Policy, known: FactList, exposure: pl.DataFrame, bounds: pl.DataFrame
) -> _Scored:
    own = assert_schema(rows, t.LEDGER, "ledger").filter(pl.col("policy") == policy.id)
    exposure = assert_schema(exposure, t.EXPOSURE, "exposure")
    entries = entry_table(policy, known)
    tallies = with_shares(_tallies(own), own, policy, entries, exposure)
    hours = _hours(tallies, entries)
    grid = exposure.join(hours, on=HOLDER, how="left").with_columns(pl.col("hours").fill_null(0))
    with_hours = with_volume(grid, policy, gate_states(assert_schema(bounds, t.BOUNDS, "bounds"), policy.gate))
    blocks = _blocks(tallies, entries, policy)
    total = _total(_joined(with_hours, blocks), own, policy)
    with_cases = total.join(_cases(own, known), on=HOLDER, how="left").with_columns(pl.col("cases").fill_null(0))
    return _Scored(own, entries, tallies, with_cases)


def entry_table(policy: Policy, known: FactList) -> pl.DataFrame:
    """What each entry is: entry, block, sign, points, cap, is_share, is_shrunk."""
    rows = [
        {
            "entry": entry.id,
            "block": entry.block,
            "sign": entry.sign,
            "points": entry.points,
            "cap": _cap(entry, policy, known),
            "is_share": entry.measure == "share",
            "is_shrunk": entry.fact == SHRUNK and policy.scheme == "officer",
        }
        for entry in policy.entries
    ]
    schema = {"entry": pl.String, "block": pl.String, "sign": pl.String, "points": pl.Int64, "cap": pl.Int64}
    return pl.DataFrame(rows, schema={**schema, "is_share": pl.Boolean, "is_shrunk": pl.Boolean})


def _cap(entry: Entry, policy: Policy, known: FactList) -> int | None:
    """The cap of a count; repairs have one even where the policy names none."""
    facts = taint_of(entry.fact, known, policy.derived).facts
    if entry.cap is None and any(fact.label.name == "repair" for fact in facts) and entry.measure == "count":
        return REPAIR_CAP
    return entry.cap


def _tallies(own: pl.DataFrame) -> pl.DataFrame:
    """Sums by holder, period and entry."""
    return own.group_by(*HOLDER, "entry").agg(
        pl.col("amount").sum(), pl.col("kept").sum(), pl.col("judged").sum(), pl.col("unit").first()
    )


def with_shares(
    tallies: pl.DataFrame, own: pl.DataFrame, policy: Policy, entries: pl.DataFrame, exposure: pl.DataFrame
) -> pl.DataFrame:
    """Add x, the share of each entry, and n, over how many; null where nothing was judged.

    The share of files that the lot drew rests on one or two a month: it is taken over three periods, and shrunk to the
    share of the unit.
    """
    plain = tallies.with_columns(
        n=pl.when(pl.col("judged") > 0).then(pl.col("judged").cast(pl.Float64)),
        x=pl.when(pl.col("judged") > 0).then((pl.col("kept") / pl.col("judged")).clip(0, 1)),
    )
    named = entries.filter("is_shrunk")["entry"].to_list()
    if not named:
        return plain
    every = MONTHS[policy.period]
    judged = (
        own.filter(pl.col("entry").is_in(named))
        .group_by("holder", "unit", "period", "entry")
        .agg(pl.col("kept").sum(), pl.col("judged").sum())
    )
    later = [judged.with_columns(pl.col("period").dt.offset_by(f"{n * every}mo")) for n in range(WINDOW)]
    rolled = pl.concat(later).group_by("holder", "unit", "period", "entry").agg(pl.col("kept", "judged").sum())
    units = rolled.group_by("unit", "period", "entry").agg(
        unit_kept=pl.col("kept").sum(), unit_judged=pl.col("judged").sum()
    )
    own_rolled = rolled.group_by("holder", "period", "entry").agg(pl.col("kept", "judged").sum())
    shrunk = (
        exposure.select("holder", "unit", "period")
        .join(units.filter(pl.col("unit_judged") > 0), on=["unit", "period"])
        .join(own_rolled, on=["holder", "period", "entry"], how="left")
        .with_columns(pl.col("kept", "judged").fill_null(0))
        .with_columns(n=(pl.col("judged") + PRIOR).cast(pl.Float64))
        .with_columns(x=(pl.col("kept") + PRIOR * pl.col("unit_kept") / pl.col("unit_judged")) / pl.col("n"))
        .with_columns(amount=pl.lit(0, pl.Int64))
        .select(plain.columns)
    )
    return pl.concat([plain.filter(~pl.col("entry").is_in(named)), shrunk])


def _hours(tallies: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    capped = pl.min_horizontal("amount", "cap")
    volume = entries.filter((pl.col("block") == "volume") & ~pl.col("is_share"))
    return tallies.join(volume, on="entry").group_by(HOLDER).agg(hours=capped.sum())


def _blocks(tallies: pl.DataFrame, entries: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """By holder, period and block: earned (hundredths, null where neutral) and deducted (≤ 0)."""
    joined = tallies.join(entries.filter(pl.col("block") != "volume"), on="entry")
    is_count = ~pl.col("is_share") & (pl.col("sign") == "earn")
    is_judged = pl.col("is_share") & pl.col("x").is_not_null()
    sums = joined.group_by(*HOLDER, "block").agg(
        share=(pl.col("points") * pl.col("x")).filter(is_judged).sum(),
        of=pl.col("points").filter(is_judged).sum(),
        counts=pl.min_horizontal("amount", "cap").filter(is_count).sum(),
        deducted=pl.col("amount").filter(pl.col("sign") == "deduct").sum(),
    )
    weights = pl.DataFrame(
        {"block": list(policy.blocks), "weight": [100 * weight for weight in policy.blocks.values()]}
    )
    return sums.join(weights, on="block").with_columns(
        share=pl.when(pl.col("of") > 0).then((pl.col("weight") * pl.col("share") / pl.col("of")).round(EXACT))
    )


def _joined(grid: pl.DataFrame, blocks: pl.DataFrame) -> pl.DataFrame:
    """The grid with share, counts and deducted of each block."""
    for name in BLOCKS[1:]:
        own = blocks.filter(pl.col("block") == name).select(
            *HOLDER, *(pl.col(part).alias(f"{name}.{part}") for part in ("share", "counts", "deducted"))
        )
        grid = grid.join(own, on=HOLDER, how="left")
    return grid


def _total(grid: pl.DataFrame, own: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add the blocks and the total.

    A block with nothing to judge is neutral: it leaves the total, which is re-based to 100. What was deducted in it
    comes off all the same.
    """
    weights = {name: pl.lit(100 * policy.blocks[name], pl.Int64) for name in BLOCKS}
    left = pl.lit(0, pl.Int64)
    for name in BLOCKS[1:]:
        has_shares = any(entry.block == name and entry.measure == "share" for entry in policy.entries)
        has_counts = any(e.block == name and e.measure != "share" and e.sign == "earn" for e in policy.entries)
        share, counts, deducted = (pl.col(f"{name}.{part}") for part in ("share", "counts", "deducted"))
        counts, deducted = counts.fill_null(0), deducted.fill_null(0)
        is_neutral = share.is_null() if has_shares else pl.lit(not has_counts or policy.blocks[name] == 0)
        value = (share.fill_null(0.0) + counts + deducted).clip(0, 100 * policy.blocks[name]).round().cast(pl.Int64)
        grid = grid.with_columns(
            pl.when(is_neutral | (policy.blocks[name] == 0)).then(None).otherwise(value).alias(name)
        )
        left = left + pl.when(pl.col(name).is_null()).then(deducted).otherwise(0)
    # Without a cap a policy pays without end; the gate loads none such, and the simulator shows what it would pay.
    most = 10_000 if policy.cap or not policy.blocks["volume"] else None
    manual = own.filter(pl.col("block") == "manual").group_by(HOLDER).agg(manual=pl.col("amount").sum())
    base = pl.sum_horizontal(*(pl.when(pl.col(name).is_not_null()).then(weights[name]) for name in BLOCKS))
    value = pl.sum_horizontal(*(pl.col(name) for name in BLOCKS)) + left
    return (
        grid.join(manual, on=HOLDER, how="left")
        .with_columns(base=base, value=value)
        .with_columns(
            total=pl.when(pl.col("base") > 0).then(
                (
                    (10_000 * pl.col("value") / pl.col("base")).round().cast(pl.Int64) + pl.col("manual").fill_null(0)
                ).clip(0, most)
            )
        )
    )


def _cases(own: pl.DataFrame, known: FactList) -> pl.DataFrame:
    """How many cases a holder's score rests on."""
    of_cases = [fact.name for fact in known.facts.values() if fact.over == "assigned_case" or fact.label.name == "work"]
    return (
        own.filter(pl.col("fact").is_in(of_cases) & pl.col("kind").is_in(["earn", "judge"]))
        .group_by(HOLDER)
        .agg(cases=pl.col("group").drop_nulls().n_unique().cast(pl.Int64))
    )
