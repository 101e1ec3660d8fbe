"""Facts × policies → the ledger. The same facts in any order, twice over or in parts give the same rows.

A row is recorded when its fact was; so the ledger is a function of what was recorded, and of nothing else: not of when
somebody computed it. A second run finds every key posted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from zhunsheng.core.points import tables as t
from zhunsheng.core.points.facts import FactList
from zhunsheng.core.points.joint import shared
from zhunsheng.core.points.policy import Entry, Policy
from zhunsheng.core.points.taint import taint_of
from zhunsheng.core.points.undoing import manual_rows, restoring_rows, reversing_rows
from zhunsheng.core.schemas import assert_schema

EVERY: Final = {"month": "1mo", "quarter": "1q", "year": "1y"}
SEPARATOR: Final = "|"


@dataclass(frozen=True)
class Ground:
    """What every policy is applied to."""

    facts: pl.DataFrame  # POINT_FACTS, in the order of recording
    acts: pl.DataFrame  # POINT_ACTS
    closings: pl.DataFrame  # CLOSINGS
    weights: pl.DataFrame  # WEIGHTS
    known: FactList
    zone: str


def ledger(
    facts: pl.DataFrame,
    policies: Sequence[Policy],
    known: FactList,
    *,
    acts: pl.DataFrame | None = None,
    closings: pl.DataFrame | None = None,
    weights: pl.DataFrame | None = None,
    zone: str = "Asia/Shanghai",
) -> pl.DataFrame:
    """The ledger of some facts under some versions of policies: tables.LEDGER in order of recording.

    Takes   facts, acts, closings, weights: tables.POINT_FACTS, POINT_ACTS, CLOSINGS, WEIGHTS, in any order.
            A fact is judged by the version in force on its local day; what a later version says changes no row of it.
    Raises  SchemaMismatch.
    """
    ground = Ground(
        facts=first_recorded(assert_schema(facts, t.POINT_FACTS, "facts of points"), ["fact", "key", "officer"]),
        acts=first_recorded(_or_empty(acts, t.POINT_ACTS), ["act", "target", "id"]),
        closings=_or_empty(closings, t.CLOSINGS).sort("closed_at"),
        weights=_or_empty(weights, t.WEIGHTS),
        known=known,
        zone=zone,
    )
    parts = [_policy_rows(policy, policies, ground) for policy in policies]
    rows = pl.concat([pl.DataFrame(schema=t.LEDGER), *parts])
    return assert_schema(rows.sort(t.LEDGER_ORDER), t.LEDGER, "ledger")


def first_recorded(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Of rows that say the same thing twice the first recorded; ties by everything that they say."""
    plain = [name for name, dtype in rows.schema.items() if dtype != pl.List(pl.String)]
    order = ["recorded_at", *(name for name in plain if name != "recorded_at")]
    return rows.sort(order, nulls_last=False).unique(key, keep="first", maintain_order=True)


def _or_empty(frame: pl.DataFrame | None, schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=schema) if frame is None else assert_schema(frame, schema, "points")


def _policy_rows(policy: Policy, policies: Sequence[Policy], ground: Ground) -> pl.DataFrame:
    """Every row that one version of a policy posts."""
    governed = _governed(policy, policies, ground)
    posted = [_entry_rows(policy, entry, governed, ground) for entry in policy.entries]
    earned = _periods(pl.concat([pl.DataFrame(schema=t.LEDGER), *posted]), policy, ground)
    manual = _periods(manual_rows(policy, ground.acts, _day_of(ground.zone), _end_of(policy, policies)), policy, ground)
    standing = pl.concat([earned, manual])
    reversed_ = reversing_rows(policy, standing, ground.facts, ground.acts)
    restored = restoring_rows(reversed_, ground.acts)
    undone = _periods(pl.concat([reversed_, restored]), policy, ground)
    return pl.concat([standing, undone])


def _day_of(zone: str) -> pl.Expr:
    return pl.col("at").dt.convert_time_zone(zone).dt.date()


def _end_of(policy: Policy, policies: Sequence[Policy]) -> date:
    """The day from which a later version of the policy governs."""
    later = [one.in_force for one in policies if one.id == policy.id and one.in_force > policy.in_force]
    return min(later, default=date.max)


def _governed(policy: Policy, policies: Sequence[Policy], ground: Ground) -> pl.DataFrame:
    """The facts that a version governs: by day, unit kind and post."""
    day = _day_of(ground.zone)
    return ground.facts.filter(
        (day >= policy.in_force)
        & (day < _end_of(policy, policies))
        & pl.col("unit.kind").is_in(policy.unit_kinds)
        & pl.col("officer.post").is_in(policy.posts)
    )


def _entry_rows(policy: Policy, entry: Entry, facts: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """The rows of one entry, in the period of their facts."""
    names = [fact.name for fact in taint_of(entry.fact, ground.known, policy.derived).facts]
    own = facts.filter(pl.col("fact").is_in(names))
    for name, values in entry.where.items():
        own = own.filter(pl.col(name).is_in(values))
    if policy.scheme == "unit":
        own = own.unique(["fact", "key"], keep="first", maintain_order=True)
    holder = "officer" if policy.scheme == "officer" else "unit"
    own = own.with_columns(holder=pl.col(holder)).filter(pl.col("holder").is_not_null())
    valued = _shares(entry, own) if entry.measure == "share" else _amounts(policy, entry, own, ground)
    return _rows(policy, entry, valued)


def _shares(entry: Entry, own: pl.DataFrame) -> pl.DataFrame:
    """A judge row for each thing that was judged; what is unknown is judged by nobody."""
    _ = entry
    return own.filter(pl.col("kept").is_not_null()).with_columns(
        kind=pl.lit("judge"),
        amount=pl.lit(0, pl.Int64),
        kept=pl.col("kept").cast(pl.Int64),
        judged=pl.lit(1, pl.Int64),
        numerator=pl.lit(1, pl.Int64),
        denominator=pl.lit(1, pl.Int64),
    )


def _amounts(policy: Policy, entry: Entry, own: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """What each thing earns or costs, rounded once, then shared among those who took part."""
    if entry.measure == "flag":
        period = _day_of(ground.zone).dt.truncate(EVERY[policy.period])
        first = own.sort("at", "key").with_columns(period=period)
        own = first.unique(["holder", "period"], keep="first", maintain_order=True).drop("period")
    quantity = pl.col("amount") if entry.measure == "sum" else pl.lit(1, pl.Int64)
    weighed = _weighed(policy, entry, own, ground)
    whole = weighed.with_columns(whole=(2 * entry.points * quantity + entry.per) // (2 * entry.per))
    if entry.share and policy.scheme == "officer":
        split = shared(
            whole.with_columns(thing=pl.col("key"), key=pl.concat_str("fact", "key", separator="|")), policy.roles
        )
        split = split.with_columns(key=pl.col("thing")).drop("thing")
    else:
        one = pl.lit(1, pl.Int64)
        split = whole.with_columns(amount=pl.col("whole"), numerator=one, denominator=one)
    sign = 1 if entry.sign == "earn" else -1
    nothing = pl.lit(0, pl.Int64)
    return split.filter(pl.col("amount") > 0).with_columns(
        kind=pl.lit(entry.sign), amount=sign * pl.col("amount"), kept=nothing, judged=nothing
    )


def _weighed(policy: Policy, entry: Entry, own: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Facts with the measured minutes of their type of case in place of their own, where the entry says so.

    A type that was not measured for the unit earns nothing: it is shown by lacking, not guessed.
    """
    if not entry.weight or policy.weights is None:
        return own
    table = ground.weights.filter(pl.col("year") == policy.weights.year).drop("year")
    return own.join(table, on=["unit", "case.type"], how="inner", maintain_order="left").with_columns(
        amount=pl.col("minutes")
    )


def _rows(policy: Policy, entry: Entry, valued: pl.DataFrame) -> pl.DataFrame:
    uses = bool(entry.weight) and policy.weights is not None
    text = [pl.lit(policy.id), pl.lit(entry.id), "fact", "key", "holder", "kind", pl.lit("")]
    return valued.select(
        key=pl.concat_str(text, separator=SEPARATOR),
        kind="kind",
        policy=pl.lit(policy.id),
        version=pl.lit(policy.in_force),
        weights=pl.lit(policy.weights.year if uses and policy.weights else None, pl.Int32),
        entry=pl.lit(entry.id),
        block=pl.lit(entry.block),
        fact="fact",
        fact_key="key",
        group="group",
        holder="holder",
        unit="unit",
        period=pl.lit(None, pl.Date),
        amount="amount",
        kept="kept",
        judged="judged",
        numerator="numerator",
        denominator="denominator",
        at="at",
        recorded_at="recorded_at",
        target=pl.lit(None, pl.String),
        author=pl.lit(None, pl.String),
        cites="cites",
    )


def _periods(rows: pl.DataFrame, policy: Policy, ground: Ground) -> pl.DataFrame:
    """The period of each row: its own, or the one open when it was recorded. A row that undoes another keeps what is
    its own: the period of what it undoes."""
    every = EVERY[policy.period]
    own = pl.coalesce("period", _day_of(ground.zone).dt.truncate(every))
    closed = ground.closings.select(pl.col("period").alias("last_closed"), pl.col("closed_at"))
    return (
        rows.with_columns(period=own)
        .sort("recorded_at")
        .join_asof(closed, left_on="recorded_at", right_on="closed_at", strategy="backward")
        .with_columns(
            period=pl.when(pl.col("period") <= pl.col("last_closed"))
            .then(pl.col("last_closed").dt.offset_by(every))
            .otherwise("period")
        )
        .select(t.LEDGER.names())
    )


def new_rows(posted: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a ledger that are not posted yet: what a run appends. A second run appends nothing."""
    return rows.join(posted.select("key"), on="key", how="anti", maintain_order="left")
