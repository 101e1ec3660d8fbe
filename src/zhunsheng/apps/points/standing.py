"""Scores and boards of a policy in a period, from the rows that count now. Computed once for what is recorded."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import polars as pl

from zhunsheng.apps.points import stored
from zhunsheng.apps.points.policies import known
from zhunsheng.core.points.board import board
from zhunsheng.core.points.policy import Policy
from zhunsheng.core.points.scores import SHRUNK, WINDOW, scores
from zhunsheng.core.points.states import counted

KEPT: Final = 16
OF_OFFICERS: Final = "|"
LENGTHS: Final = {"month": "mo", "quarter": "q", "year": "y"}


@dataclass(frozen=True)
class Standing:
    """What a policy says of everybody in a period: tables.SCORES and BOARD of that period alone."""

    policy: Policy
    period: date
    scores: pl.DataFrame
    board: pl.DataFrame

    def line(self, holder: str) -> dict[str, object] | None:
        """The board's row of a holder."""
        return _only(self.board, holder)

    def score(self, holder: str) -> dict[str, object] | None:
        """His score, block by block."""
        return _only(self.scores, holder)

    def median(self, unit: str) -> int | None:
        """The median total of those of a unit of whom something was counted, in hundredths; None while there are none.
        Who had no case has no total that his colleagues could be compared with."""
        own = self.board.filter((pl.col("unit") == unit) & ((pl.col("cases") > 0) | (pl.col("total") != 0)))
        value = own["total"].median()
        return round(float(value)) if isinstance(value, int | float) else None


_MEMORY: dict[tuple[UUID, str, date], Standing] = {}
"""Of this process: what was computed since somebody wrote last."""


def _only(frame: pl.DataFrame, holder: str) -> dict[str, object] | None:
    own = frame.filter(pl.col("holder") == holder)
    return own.row(0, named=True) if own.height else None


def standing(policy: Policy, period: date, *, as_of: datetime) -> Standing:
    """The standing now. Must run inside a transaction; the rows of everybody are read, whoever asks."""
    with stored.whole():
        key = (stored.stamp(), policy.version, period)
        if key not in _MEMORY:
            while len(_MEMORY) >= KEPT:
                _MEMORY.pop(next(iter(_MEMORY)), None)
            _MEMORY[key] = compute(policy, period, as_of=as_of)
        return _MEMORY[key]


def standing_at(policy: Policy, period: date, *, watermark: datetime, is_corrected: bool = False) -> Standing:
    """The standing as it was known at an instant: recomputing it gives the same, whatever came later.

    `is_corrected`: what was undone later, in a later period of the ledger, is laid to the period of what it undoes.
    """
    with stored.whole():
        return compute(policy, period, as_of=watermark, is_corrected=is_corrected)


def compute(policy: Policy, period: date, *, as_of: datetime, is_corrected: bool = False) -> Standing:
    """Scores and board of one period, from what was recorded by an instant."""
    rows = _rows(policy, period, as_of)
    if is_corrected:
        rows = pl.concat([rows, _undone_later(policy, period, as_of)])
    acts = stored.acts("t.recorded_at <= {by}", by=as_of)
    counting = counted(rows, acts, as_of=as_of)
    is_of_officers = pl.col("peers").str.contains(OF_OFFICERS, literal=True)
    exposure = stored.exposure(by=as_of).filter(
        (pl.col("period") == period)
        & (is_of_officers if policy.scheme == "officer" else ~is_of_officers)
        & pl.col("peers").is_in(_peers(policy))
    )
    found = scores(counting, policy, known(), exposure=exposure, bounds=stored.bounds(by=as_of))
    return Standing(policy, period, found, board(found, counting, policy).filter(pl.col("period") == period))


def _peers(policy: Policy) -> list[str]:
    """The comparable groups that a policy applies to."""
    if policy.scheme == "unit":
        return list(policy.unit_kinds)
    return [f"{kind}{OF_OFFICERS}{post}" for kind in policy.unit_kinds for post in policy.posts]


def _rows(policy: Policy, period: date, as_of: datetime) -> pl.DataFrame:
    """The rows of the period, and of the two before it what files drawn by lot are judged by."""
    first = pl.Series([period]).dt.offset_by(f"-{WINDOW - 1}{LENGTHS[policy.period]}")[0]
    return stored.entries(
        "t.policy = {policy} AND t.recorded_at <= {by} AND t.kind <> 'close'"
        " AND (t.period = {period} OR (t.fact = {drawn} AND t.period >= {first} AND t.period < {period}))",
        policy=policy.id,
        by=as_of,
        period=period,
        drawn=SHRUNK,
        first=first,
    )


def _undone_later(policy: Policy, period: date, as_of: datetime) -> pl.DataFrame:
    """The rows of later periods that undo rows of this one, or undo such a row again, as rows of this one."""
    found = stored.entries(
        """
        t.policy = {policy} AND t.recorded_at <= {by} AND t.period > {period} AND EXISTS (
            SELECT FROM points_entry o LEFT JOIN points_entry p ON p.key = o.target
            WHERE o.key = t.target AND {period} IN (o.period, p.period)
        )
        """,
        policy=policy.id,
        by=as_of,
        period=period,
    )
    return found.with_columns(period=pl.lit(period))
