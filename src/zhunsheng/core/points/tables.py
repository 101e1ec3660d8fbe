"""Columns and types of the tables of points: facts → entries → scores → boards. Asserted where they enter and leave."""

from typing import Final

import polars as pl

from zhunsheng.core.schemas import INSTANT

FIELDS: Final = (
    "unit.kind",
    "case.kind",
    "case.type",
    "officer.post",
    "finding.severity",
    "finding.statutory",
    "sample.stream",
    "case.origin",
    "document.kind",
    "case.outcome",
)
"""What `where` may look at; a column each, null where it does not apply. Booleans are true and false."""

POINT_FACTS: Final = pl.Schema(
    {
        "fact": pl.String(),  # a name of the closed list
        "key": pl.String(),  # of what happened; with `fact` it is one thing
        "group": pl.String(),  # the case, or what else it belongs to; what is annulled is annulled by it
        "officer": pl.String(),  # a row for each officer who took part
        "role": pl.String(),  # his part in joint work; null: no joint work
        "unit": pl.String(),  # at the time
        "at": INSTANT,  # when it happened
        "recorded_at": INSTANT,  # when it was known
        "amount": pl.Int64(),  # in the unit of the fact: minutes, hours; 1 for a count
        "kept": pl.Boolean(),  # of a share: dealt with well; null: unknown, judged by nobody
        **dict.fromkeys(FIELDS, pl.String()),
        "cites": pl.List(pl.String()),  # the events or findings that it rests on
    }
)
"""What happened that a policy may look at. A row that comes twice counts once; the first recorded stands."""

ACTS: Final = (
    "withdraw",  # the fact `target` (fact|key) does not hold after all
    "appeal",  # against the ledger row `target`
    "appeal_granted",
    "appeal_refused",
    "dispute",  # somebody calls the alert behind the fact `target` false; nobody has ruled yet
    "dispute_closed",
    "restore",  # undoes the reversing row `target`
    "manual_proposed",  # `amount` hundredths for `officer`, of the policy's kind `reason`
    "manual_confirmed",  # of the proposal `target`, by another author
)

POINT_ACTS: Final = pl.Schema(
    {
        "id": pl.String(),
        "act": pl.String(),
        "target": pl.String(),
        "policy": pl.String(),
        "officer": pl.String(),
        "unit": pl.String(),
        "author": pl.String(),
        "at": INSTANT,
        "recorded_at": INSTANT,
        "amount": pl.Int64(),
        "reason": pl.String(),
    }
)
"""What people did to entries. The first act of a kind on a target stands."""

ENTRY_KINDS: Final = ("earn", "deduct", "judge", "reverse", "restore", "manual", "close")

LEDGER: Final = pl.Schema(
    {
        "key": pl.String(),  # policy|entry|fact|fact key|holder|kind|target: the same thing is posted once
        "kind": pl.String(),
        "policy": pl.String(),
        "version": pl.Date(),  # the day from which the governing version is in force
        "weights": pl.Int32(),  # year of the weight table; null where none was used
        "entry": pl.String(),
        "block": pl.String(),
        "fact": pl.String(),
        "fact_key": pl.String(),
        "group": pl.String(),
        "holder": pl.String(),  # whose points: the officer, or the unit where the scheme is the unit's
        "unit": pl.String(),
        "period": pl.Date(),  # its first day: of the fact, or the one open when it was recorded
        "amount": pl.Int64(),  # hundredths of a point
        "kept": pl.Int64(),  # of a judge row: 1 where dealt with well
        "judged": pl.Int64(),  # of a judge row: 1
        "numerator": pl.Int64(),  # share of joint work
        "denominator": pl.Int64(),
        "at": INSTANT,
        "recorded_at": INSTANT,
        "target": pl.String(),  # of a reverse or restore: the key that it undoes
        "author": pl.String(),  # of a manual entry
        "cites": pl.List(pl.String()),
    }
)
"""The ledger. Append-only: what is undone is undone by a row."""

LEDGER_ORDER: Final = ("recorded_at", "key")

CLOSINGS: Final = pl.Schema({"period": pl.Date(), "closed_at": INSTANT})
"""When a period was closed: what is recorded from then on belongs to the open one."""

WEIGHTS: Final = pl.Schema({"year": pl.Int32(), "unit": pl.String(), "case.type": pl.String(), "minutes": pl.Int64()})
"""Measured minutes of a type of case, for a unit whose own cases were left out."""

EXPOSURE: Final = pl.Schema(
    {
        "holder": pl.String(),
        "unit": pl.String(),
        "peers": pl.String(),  # the comparable group: unit kind and post
        "period": pl.Date(),
        "half_days": pl.Int64(),  # in post, less leave, training, secondment; plus leave days with an act
    }
)
"""What a holder could work in a period."""

BOUNDS: Final = pl.Schema({"unit": pl.String(), "period": pl.Date(), "bound": pl.Float64(), "files": pl.Int64()})
"""The random stream of a unit up to a period: one-sided upper bound of its problem rate, and files read."""

SCORES: Final = pl.Schema(
    {
        "holder": pl.String(),
        "unit": pl.String(),
        "peers": pl.String(),
        "period": pl.Date(),
        "half_days": pl.Int64(),
        "hours": pl.Int64(),  # hundredths of a standard hour
        "peer_rate": pl.Float64(),  # median hours of the peers per day, in hundredths
        "ratio": pl.Float64(),  # hours per day over it
        "volume_state": pl.String(),  # paid, held, released, lapsed, neutral
        "volume": pl.Int64(),  # hundredths of a point; null: neutral, leaves the total
        "quality": pl.Int64(),
        "timeliness": pl.Int64(),
        "effect": pl.Int64(),
        "ability": pl.Int64(),
        "total": pl.Int64(),  # of 100.00, re-based where a block is neutral; null where all are
        "cases": pl.Int64(),
        "spread": pl.Float64(),  # s of the total, in hundredths, for bands
        "below": pl.Float64(),  # how far below the total its interval begins, in hundredths,
        "above": pl.Float64(),  # and how far above it ends
        "is_ranked": pl.Boolean(),
    }
)
"""What a holder has in a period, from the rows of the ledger that count at an instant."""

BOARD: Final = pl.Schema(
    {
        "period": pl.Date(),
        "peers": pl.String(),
        "holder": pl.String(),
        "unit": pl.String(),
        "total": pl.Int64(),
        "low": pl.Int64(),
        "high": pl.Int64(),
        "per_hundred": pl.Int64(),  # confirmed faults per hundred cases, in hundredths; null without cases
        "cases": pl.Int64(),
        "half_days": pl.Int64(),
        "band": pl.Int64(),  # null: too few cases or days, listed without a place
        "first": pl.Int64(),  # the rank set: no place above first,
        "last": pl.Int64(),  # none below last
        "place": pl.Int64(),  # only where the policy publishes places, with its reason
    }
)
"""What is shown of a comparable group."""
