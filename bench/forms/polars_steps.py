"""What each turn of a segment reads, in Polars: the event, what its role says, and what it would count."""

from itertools import pairwise
from typing import Final

import polars as pl

from bench.forms import book as b
from bench.forms.polars_due import ZERO, Dues, of

TURN: Final = (
    "kind", "row", "at", "bare", "person", "rv", "arg", "late", "place", "limit", "amount", "strict0", "strict0_end",
    "outer0", "outer0_end", "until", "until_end", "wait", "holds", "hard", "mna", "keeps", "tells", "lane", "opens",
    "waits", "bit", "mask", "certain", "after", "ordinal", "mode", "lacks", "no_hour", "before",
    "ref",
)  # fmt: skip
HAND: Final = {"hand_row": pl.Int64, "hand_kind": pl.Int64, "hand_person": pl.Int32, "hand_bare": pl.Boolean}


class Steps:
    """The events and the tables of the rules."""

    def __init__(self, dues: Dues, events: pl.DataFrame, acts: pl.DataFrame) -> None:
        self.dues, self.events, self.acts = dues, events, acts

    def turn_rows(self, rows: pl.DataFrame, opens: pl.DataFrame, pausing: pl.DataFrame) -> list[pl.DataFrame]:
        """The rows of segments by turn, each turn in the order of the segments."""
        rows = rows.with_columns(
            at=of(self.events["at"], "row"),
            bare=of(self.events["bare"], "row"),
            person=of(self.events["person"], "row"),
        )
        acts, hands = rows.filter(~pl.col("opens")), self.hands(rows)
        wide = pl.concat([self.turns_that_open(rows.filter("opens"), opens, hands), self.turns_that_act(acts, pausing)])
        wide = wide.sort("turn", "rank")
        edges = [0, *wide["turn"].rle().struct.field("len").cum_sum()]
        wide = wide.drop("turn", "rank")
        return [wide.slice(first, end - first) for first, end in pairwise(edges)]

    def hands(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The stop in the instant of a start: it may hand the clock over."""
        stops = rows.filter(pl.col("several"), pl.col("kind") >= b.TERMINATE, ~pl.col("late"))
        return stops.group_by("lane", "at", maintain_order=True).agg(
            hand_row=pl.col("row").first(),
            hand_kind=pl.col("kind").first(),
            hand_person=pl.col("person").first(),
            hand_bare=pl.col("bare").first() == 1,
        )

    def turns_that_open(self, rows: pl.DataFrame, opens: pl.DataFrame, hands: pl.DataFrame) -> pl.DataFrame:
        """Starts, and restarts that may open a clock."""
        found = opens[rows["ref"]].with_columns(rows["turn"], rows["rank"])
        found = found.with_columns(
            late=pl.lit(value=False),
            place="row",
            arg=pl.lit(-1, dtype=pl.Int64),
            opens=pl.col("kind") == b.RESTART,
            waits=ZERO,
            mask=ZERO,
            certain=pl.lit(value=False),
            **{name: pl.lit(-1, dtype=pl.Int64) for name in ("bit", "after", "ordinal", "mode")},
            lacks=pl.lit(value=False),
            no_hour=of(self.dues.counts_hours, "limit") & pl.col("bare"),
            until=of(self.events["until"], "row"),
        )
        found = found.join(hands, on=("lane", "at"), how="left", maintain_order="left")
        return found.select("turn", "rank", *(pl.col(name).alias(f"e_{name}") for name in TURN), *HAND)

    def turns_that_act(self, rows: pl.DataFrame, pausing: pl.DataFrame) -> pl.DataFrame:
        """Everything else that happens to a clock."""
        names = ("rv", "arg", "limit", "waits", "after", "ordinal", "mode", "states", "base_amount", "reason")
        found = rows.with_columns(
            *(of(self.acts[name], "ref").alias(name) for name in (*names, "bit")),
            *(of(self.events[name], "row").alias(name) for name in ("until", "days")),
            person=pl.when(of(self.acts["axis"], "ref") > 0).then("person").otherwise(pl.lit(-1, dtype=pl.Int32)),
            until_end=of(self.events["until_end"], "row") == 1,
            reason_given=of(self.events["reason"], "row"),
            bare=pl.col("bare") == 1,
        )
        found = found.join(pausing, on=("lane", "row", "ref"), how="left", maintain_order="left")
        extends, states = pl.col("kind") == b.EXTEND, (pl.col("states") == b.STATES_DAYS)
        by_document = pl.col("mode") == b.TIER_BY_DOCUMENT
        stated = pl.when(extends & states & pl.col("days").is_not_null()).then(pl.col("base_amount") + pl.col("days"))
        lacks_days = states & pl.col("days").is_null()
        has_limit = pl.when(pl.col("limit") >= 0).then("limit")
        found = found.with_columns(limit=has_limit).with_columns(
            amount=pl.min_horizontal(of(self.dues.amount, "limit"), stated),
            lacks=extends & (by_document | lacks_days) & pl.col("until").is_null(),
            no_hour=(of(self.dues.counts_hours, "limit") & pl.col("bare")).fill_null(value=False),
            certain=(pl.col("reason") < 0) | pl.col("reason_given").is_not_null(),
            bit=pl.coalesce("pause_bit", "bit"),
            mask=pl.col("mask").fill_null(0),
        )
        found = self.dues.counted(found).with_columns(
            pl.when(~pl.col("no_hour")).then(name).alias(name) for name in ("strict0", "outer0")
        )
        found = found.with_columns(
            **dict.fromkeys(("wait", "holds", "tells"), ZERO),
            **{name: pl.lit(value=False) for name in ("hard", "mna", "keeps", "opens", "before")},
            limit=pl.col("limit").fill_null(-1),
        )
        hand = {name: pl.lit(None, dtype=kind) for name, kind in HAND.items()}
        return found.select("turn", "rank", *(pl.col(name).alias(f"e_{name}") for name in TURN), **hand)
