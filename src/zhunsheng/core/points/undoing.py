"""Rows that undo rows: reversal, restoring; and rows by hand."""

from datetime import date
from typing import Final

import polars as pl

from zhunsheng.core.points import tables as t
from zhunsheng.core.points.policy import Policy

MANUAL: Final = "manual"
"""Entries by hand stand beside the five blocks: they are added to the total, and never lift it above 100."""


def reversing_rows(policy: Policy, rows: pl.DataFrame, facts: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """One reversing row for each row that something undoes, for the first thing that does.

    Undone by: a defect of the entry's reverses_on in the same group; the fact withdrawn; an appeal granted. The row has
    minus the amounts, the period of what it undoes (moved to the open one later), and cites its cause.
    """
    causes = pl.concat([_by_defect(policy, rows, facts), _by_act(rows, acts)])
    first = causes.sort("cause_at", "cause").unique("key", keep="first", maintain_order=True)
    return _undoing(rows.join(first, on="key", how="inner"), "reverse")


def restoring_rows(reversed_: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """One restoring row for each reversing row that somebody undoes."""
    causes = (
        acts.filter(pl.col("act") == "restore")
        .select(key="target", cause="id", cause_at="recorded_at")
        .sort("cause_at", "cause")
        .unique("key", keep="first", maintain_order=True)
    )
    return _undoing(reversed_.join(causes, on="key", how="inner"), "restore")


def _undoing(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Rows with cause and cause_at, turned into the rows that undo them."""
    named = ["policy", "entry", "fact", "fact_key", "holder"]
    return rows.with_columns(
        *(-pl.col(name) for name in ("amount", "kept", "judged")),
        target=pl.col("key"),
        key=pl.concat_str([*named, pl.lit(kind), "key"], separator="|"),
        kind=pl.lit(kind),
        recorded_at=pl.max_horizontal("cause_at", "recorded_at"),
        cites=pl.concat_list("cause"),
    ).select(t.LEDGER.names())


def _by_defect(policy: Policy, rows: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    pairs = [(entry.id, name) for entry in policy.entries if entry.sign == "earn" for name in entry.reverses_on]
    reasons = pl.DataFrame(pairs, schema={"entry": pl.String, "reason": pl.String}, orient="row")
    defects = facts.filter(pl.col("group").is_not_null()).select(
        "group", reason="fact", cause=pl.concat_str("fact", "key", separator="|"), cause_at="recorded_at"
    )
    return (
        rows.filter(pl.col("kind") == "earn")
        .select("key", "entry", "group")
        .join(reasons, on="entry")
        .join(defects, on=["group", "reason"])
        .select("key", "cause", "cause_at")
    )


def _by_act(rows: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """A fact that was withdrawn undoes every row of it; an appeal that was granted undoes one."""
    causes = acts.select("act", "target", cause="id", cause_at="recorded_at")
    withdrawn = (
        rows.select("key", target=pl.concat_str("fact", "fact_key", separator="|"))
        .join(causes.filter(pl.col("act") == "withdraw"), on="target")
        .select("key", "cause", "cause_at")
    )
    granted = causes.filter(pl.col("act") == "appeal_granted").select(key="target", cause="cause", cause_at="cause_at")
    return pl.concat([withdrawn, granted])


def manual_rows(policy: Policy, acts: pl.DataFrame, day: pl.Expr, end: date) -> pl.DataFrame:
    """Entries by hand: of a kind that the policy lists, confirmed by another person than proposed them."""
    kinds = [manual.kind for manual in policy.manual]
    confirmed = acts.filter(pl.col("act") == "manual_confirmed").select(
        id="target", second="author", confirmed_at="recorded_at"
    )
    proposed = (
        acts.filter(
            (pl.col("act") == "manual_proposed")
            & (pl.col("policy") == policy.id)
            & pl.col("reason").is_in(kinds)
            & (day >= policy.in_force)
            & (day < end)
        )
        .join(confirmed, on="id")
        .filter((pl.col("second") != pl.col("author")) & (pl.col("author") != pl.col("officer")))
        .filter(pl.col("second") != pl.col("officer"))
        .sort("confirmed_at", "second")
        .unique("id", keep="first", maintain_order=True)
    )
    return _manual(policy, proposed)


def _manual(policy: Policy, proposed: pl.DataFrame) -> pl.DataFrame:
    holder = "officer" if policy.scheme == "officer" else "unit"
    nothing, one, no_text = pl.lit(0, pl.Int64), pl.lit(1, pl.Int64), pl.lit(None, pl.String)
    named = [pl.lit(policy.id), pl.lit(MANUAL), "reason", "id", holder, pl.lit(MANUAL), pl.lit("")]
    return proposed.select(
        key=pl.concat_str(named, separator="|"),
        kind=pl.lit("manual"),
        policy=pl.lit(policy.id),
        version=pl.lit(policy.in_force),
        weights=pl.lit(None, pl.Int32),
        entry=pl.lit(MANUAL),
        block=pl.lit(MANUAL),
        fact="reason",
        fact_key="id",
        group=no_text,
        holder=holder,
        unit="unit",
        period=pl.lit(None, pl.Date),
        amount="amount",
        kept=nothing,
        judged=nothing,
        numerator=one,
        denominator=one,
        at="at",
        recorded_at="confirmed_at",
        target=no_text,
        author="author",
        cites=pl.concat_list("id"),
    )
