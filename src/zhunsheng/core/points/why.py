"""为什么是这个分: a score down to its entries, and an entry down to the facts and events that it rests on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from zhunsheng.core.points.policy import BLOCKS, Cite, Policy


@dataclass(frozen=True)
class EntryWhy:
    """One entry of a policy in a score. `counts` says which of the figures it gives."""

    id: str
    title: str
    cite: Cite
    amount: int  # hundredths: the sum of the rows that count
    kept: int
    judged: int
    rows: tuple[dict[str, Any], ...]  # of the ledger, each with its state and what it cites


@dataclass(frozen=True)
class BlockWhy:
    """One block of a score."""

    name: str
    weight: int
    value: int | None  # hundredths; None where it is neutral
    entries: tuple[EntryWhy, ...]


@dataclass(frozen=True)
class ScoreWhy:
    """A whole score."""

    holder: str
    period: date
    policy: str
    total: int | None
    blocks: tuple[BlockWhy, ...]
    manual: int


def why_score(rows: pl.DataFrame, scores: pl.DataFrame, policy: Policy, *, holder: str, period: date) -> ScoreWhy:
    """Why a holder has a score in a period.

    Takes   rows: the ledger with states (states.with_states); frozen rows are listed and not summed.
            scores: tables.SCORES.
    Raises  LookupError where there is no such score.
    """
    own = rows.filter(
        (pl.col("policy") == policy.id) & (pl.col("holder") == holder) & (pl.col("period") == period)
    ).sort("recorded_at", "key")
    score = scores.filter((pl.col("holder") == holder) & (pl.col("period") == period))
    if score.is_empty():
        raise LookupError(f"{holder} has no score in {period}: he was not in post, or the period is not computed.")
    found = score.row(0, named=True)
    blocks = tuple(
        BlockWhy(
            name=name,
            weight=policy.blocks[name],
            value=found[name],
            entries=tuple(
                _entry(entry.id, entry.title, entry.cite, own) for entry in policy.entries if entry.block == name
            ),
        )
        for name in BLOCKS
    )
    manual = own.filter((pl.col("block") == "manual") & (pl.col("state") != "frozen"))["amount"].sum()
    return ScoreWhy(holder, period, policy.version, found["total"], blocks, int(manual))


def _entry(entry: str, title: str, cite: Cite, own: pl.DataFrame) -> EntryWhy:
    rows = own.filter(pl.col("entry") == entry)
    counting = rows.filter(pl.col("state") != "frozen")
    return EntryWhy(
        id=entry,
        title=title,
        cite=cite,
        amount=int(counting["amount"].sum()),
        kept=int(counting["kept"].sum()),
        judged=int(counting["judged"].sum()),
        rows=tuple(rows.iter_rows(named=True)),
    )
