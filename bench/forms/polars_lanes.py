"""Lanes in Polars: what one subject of one rule hears in one case, in order, and the segments of it.

A segment begins with an event that opens a clock, and ends with the stop that ends it for certain.
"""

from typing import Final

import polars as pl

from bench.forms import book as b
from bench.forms.polars_due import BEFORE_ALL, NO, YES, ZERO, Dues, looked_up, of
from bench.forms.polars_starts import Starts, among

PAIRS: Final = (1, 4, 5)  # places in AXES
ROW: Final = ("lane", "row", "ref", "kind", "opens", "late", "sure", "several", "place", "turn_kind")


class Lanes:
    """The events and what they may do to a clock that is open."""

    def __init__(self, dues: Dues, events: pl.DataFrame, acts: pl.DataFrame, starts: Starts) -> None:
        self.dues, self.events, self.acts, self.starts = dues, events, acts, starts
        self.rules = starts.rules
        self.instants = pl.Series([], dtype=pl.Int64)  # row → the first row of its case in the same instant
        self.muted = pl.Series([], dtype=pl.Int64)  # bare dates that act on no later clock of their day

    def of_starts(self, opens: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """What each lane hears, in order, from its first start on; the starts with their lanes; all that is heard."""
        lanes = opens.lazy().group_by("group", "subject").agg(
            lane=(pl.col("row") * self.rules + pl.col("rule")).min(),
            first_row=pl.col("row").min(),
            starts=pl.len().cast(pl.Int64),
            least=pl.col("person").min(),
            most=pl.col("person").max(),
        ).with_columns(first_run=of(self.instants, "first_row")).sort("group").collect()  # fmt: skip
        opens = opens.join(lanes.select("group", "subject", "lane"), on=("group", "subject"), maintain_order="left")
        opens = opens.with_columns(ref=pl.int_range(pl.len()))
        heard = self.heard(lanes, opens.filter(pl.col("kind") == b.RESTART)["row"])
        ordinary = heard.filter(~pl.col("early"))
        opening = opens.select(
            "lane", "row", "ref", "kind", opens=YES, late=NO, sure=NO, several=NO, place="row", turn_kind="kind"
        )
        rows = [opening, ordinary.select(ROW), *self.acting_late(heard, opens)]
        return self.in_order(pl.concat(rows)), opens, heard

    def in_order(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows by lane, instant and role; at one instant one start after the other, and after each what acts late."""
        run = of(self.instants, "place")
        nth = pl.when(pl.col("turn_kind") <= b.RESTART).then((pl.col("place") - run).clip(0, 7)).otherwise(0)
        key = ((pl.col("lane") * self.events.height + run) * 16 + pl.col("turn_kind")) * 8 + nth
        order = rows.select(key.alias("key")).with_row_index("n").sort("key", maintain_order=True)["n"]
        return rows.drop("turn_kind")[order]

    def heard(self, lanes: pl.DataFrame, opening: pl.Series) -> pl.DataFrame:
        """Every act that may reach a clock of a lane; `sure` is a stop that ends whatever it finds open."""
        axis = of(self.acts["axis"], "ref")
        joined = self.acts_by_lane(lanes).with_columns(
            *(of(lanes[name], "n").alias(name) for name in ("lane", "starts", "least", "most", "first_run")),
            whose=of(lanes["subject"], "n"),
            subject=self.starts.subject(axis, "row"),
            person=self.starts.person(axis),
        )
        same = (pl.col("subject") < 0) | (pl.col("whose") < 0) | (pl.col("subject") == pl.col("whose"))
        one, person = pl.col("least") == pl.col("most"), pl.col("person")
        known = (person < 0) | (one & ((pl.col("least") < 0) | (person == pl.col("least"))))
        heard = joined.filter(same, known | ~one)
        heard = self.granted_only(self.without_openings(heard, opening))
        handover = of(self.acts["handover"], "ref") == 1
        return heard.select(
            "lane", "row", "ref", "kind", "person", "starts",
            opens=NO,
            late=NO,
            sure=(pl.col("kind") >= b.TERMINATE) & known,
            several=handover & (pl.col("starts") > 1),
            early=of(self.instants, "row") < pl.col("first_run"),
            place="row",
            turn_kind="kind",
        )  # fmt: skip

    def acts_by_lane(self, lanes: pl.DataFrame) -> pl.DataFrame:
        """Every act with the number of each lane of its rule in its case."""
        roles = self.acts.lazy().select("type", "ref", "kind", rule=pl.col("rule").cast(pl.Int32))
        events = self.events.lazy().select("row", "case", "type").filter(among(self.acts, "type"))
        acts = events.join(roles, on="type", maintain_order="left_right")
        acts = acts.select("row", "ref", "kind", group=pl.col("case") * self.rules + pl.col("rule"))
        groups = lanes.select(pl.col("group").rle()).unnest("group")
        groups = groups.select("value", size=pl.col("len").cast(pl.Int32)).with_columns(
            first=pl.col("size").cum_sum() - pl.col("size")
        )
        most: int = groups["value"][-1] if groups.height else 0
        first, size = (looked_up(groups["value"], groups[name], most + 2) for name in ("first", "size"))
        place = pl.col("group").clip(upper_bound=most + 1)  # the last stands for any beyond
        acts = acts.with_columns(n=pl.lit(first).gather(place), size=pl.lit(size).gather(place)).drop("group")
        found = acts.filter(pl.col("n").is_not_null()).collect()
        several = found.filter(pl.col("size") > 1)
        several = several.with_columns(n=pl.int_ranges("n", pl.col("n") + pl.col("size"), dtype=pl.Int32)).explode("n")
        return pl.concat([found.filter(pl.col("size") == 1), several]).drop("size")

    def without_openings(self, heard: pl.DataFrame, opening: pl.Series) -> pl.DataFrame:
        """Without the restarts that may open a clock in the lane: they stand among the starts."""
        if opening.is_empty():
            return heard
        own = (of(self.acts["opens"], "ref") == 1) & (pl.col("subject") == pl.col("whose"))
        return heard.filter(~(own & pl.col("row").is_in(opening.implode())))

    def granted_only(self, heard: pl.DataFrame) -> pl.DataFrame:
        """Without extensions that name another tier or lack what theirs rests on, and pauses for another reason."""
        some = (
            heard.drop("n")
            .with_row_index("n")
            .filter(pl.col("kind").is_in((b.EXTEND, b.PAUSE)))
            .select("n", "row", "ref", "kind")
        )
        role = {name: of(self.acts[name], "ref") for name in ("code", "siblings", "need_public_security", "reason")}
        tier, reason = of(self.events["tier"], "row"), of(self.events["reason"], "row")
        named = (tier == role["code"]) | (tier.is_null() & (role["siblings"] == 1))
        need = role["need_public_security"]
        known = pl.coalesce(
            of(self.events["public_security"], "row"),
            pl.lit(self.starts.last["public_security"]).gather(of(self.events["case"], "row")),
        )
        extends = named.fill_null(value=False) & ((need < 0) | (need == known).fill_null(value=False))
        pauses = (role["reason"] < 0) | reason.is_null() | (role["reason"] == reason)
        counts = pl.when(pl.col("kind") == b.EXTEND).then(extends).otherwise(pauses)
        refused = some.filter(~counts)["n"]
        if refused.is_empty():
            return heard
        keep = pl.repeat(value=True, n=heard.height, eager=True).scatter(refused, values=False)
        return heard.filter(keep)

    def acting_late(self, heard: pl.DataFrame, opens: pl.DataFrame) -> list[pl.DataFrame]:
        """Bare dates once more, after each start of the same day: there they act on what they found not yet open."""
        bare = heard.filter((of(self.events["bare"], "row") == 1) & ~pl.col("kind").is_in((b.PAUSE, b.RESUME)))
        if bare.is_empty():
            return []
        bare = bare.with_columns(at=of(self.events["at"], "row")).with_columns(day=self.dues.day("at"))
        bare = bare.sort("lane", "kind", "row", maintain_order=True)
        starts = opens.select("lane", day=self.dues.day("at"), place="row", start_at="at", turn_kind="kind")
        late = bare.drop("place", "turn_kind").join(starts, on=("lane", "day"), maintain_order="left")
        late = late.filter(pl.col("at") < pl.col("start_at"), ~pl.col("row").is_in(self.muted.implode()))
        moves = (pl.col("kind") == b.RESTART).any().over("lane")  # then what follows acts on nothing
        sure = pl.col("sure") & (pl.col("starts") == 1) & ~moves
        return [late.with_columns(late=YES, sure=sure).select(ROW)]

    def segments(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows that may matter, and acts that meet nothing: after a stop that ends its clock for certain there is none
        until the next start."""
        pos, instant = pl.int_range(pl.len()), of(self.instants, "place")
        rows = rows.with_columns(
            last_open=pl.when("opens").then(pos).forward_fill(), open_lane=pl.when("opens").then("lane").forward_fill()
        )
        handed = pl.col("several") & (instant == pl.lit(rows["place"]).gather(pl.col("last_open")).pipe(self.instant))
        rows = rows.with_columns(sure=pl.col("sure") & ~handed)
        last_sure = pl.when("sure").then(pos).forward_fill().shift(1).fill_null(-1)
        may_be_open = (last_sure < pl.col("last_open")) & (pl.col("open_lane") == pl.col("lane"))
        rows = rows.with_columns(live=pl.col("opens") | may_be_open.fill_null(value=False)).drop(
            "last_open", "open_lane"
        )
        dead = rows.filter(~pl.col("live"), pl.col("kind") == b.SATISFY).select("lane", "row", "ref", "kind")
        rows = rows.filter("live").drop("live")
        same_lane = (pl.col("lane") == pl.col("lane").shift(1)).fill_null(value=False)
        hears_late = pl.col("late").shift(-1).fill_null(value=False)  # what an earlier clock heard it does not
        stopped = pl.col("sure").shift(1).fill_null(value=False)
        return rows.with_columns(is_new=pl.col("opens") & (~same_lane | (stopped & ~hears_late))), dead

    def instant(self, rows: pl.Expr) -> pl.Expr:
        """The first row of the instants of rows."""
        return pl.lit(self.instants).gather(rows)

    def pausing(self, heard: pl.DataFrame) -> pl.DataFrame:
        """Begins and ends of pauses in each lane; a bit stands for a pair: a begin has one, an end those it ends."""
        acts = heard.filter(pl.col("kind").is_in((b.PAUSE, b.RESUME)))
        acts = acts.with_columns(
            *(of(self.acts[name], "ref").alias(name) for name in ("rv", "arg", "pair", "reason")),
            at=of(self.events["at"], "row"),
        ).with_columns(of(self.events[name], "row").alias(f"of_{name}") for name in ("person", "order", "document"))
        acts = acts.with_columns(named=_named("pair"), reason_given=of(self.events["reason"], "row"))
        begins = acts.filter(pl.col("kind") == b.PAUSE)
        keys = begins.select("lane", "arg", "named").unique(maintain_order=True)
        keys = keys.with_columns(pause_bit=_power(pl.int_range(pl.len()).over("lane")))
        begins = begins.join(keys, on=("lane", "arg", "named"))
        ends = acts.filter(pl.col("kind") == b.RESUME).join(keys.rename({"named": "begun"}), on=("lane", "arg"))
        pairs = (pl.col("named") < 0) | (pl.col("begun") < 0) | (pl.col("named") == pl.col("begun"))
        names = ("lane", "row", "at", "ref", "kind", "person", "rv", "reason", "reason_given", "pause_bit")
        return pl.concat([begins.select(names), ends.filter(pairs).select(names)])

    def with_pauses(self, opens: pl.DataFrame, pausing: pl.DataFrame) -> pl.DataFrame:
        """Starts with the pauses that began before and last: of each pair the first begin after the last end, if it is
        certain of its reason."""
        opens = opens.with_columns(holds=ZERO)
        if pausing.is_empty():
            return opens
        acts = pausing.rename({"at": "then", "person": "other", "kind": "act", "row": "nth"}).drop("ref")
        met = opens.select("ref", "lane", "at", "rv", "person").join(acts, on=("lane", "rv"))
        reaches = (pl.col("other") < 0) | (pl.col("person") < 0) | (pl.col("other") == pl.col("person"))
        met = met.filter(pl.col("then") < pl.col("at"), reaches)
        met = met.with_columns(order=pl.col("then") * 2 + (pl.col("act") == b.RESUME).cast(pl.Int64))
        over = pl.col("order").filter(pl.col("act") == b.RESUME).max().fill_null(BEFORE_ALL)
        begun = (pl.col("act") == b.PAUSE) & (pl.col("order") > over)
        certain = (pl.col("reason") < 0) | pl.col("reason_given").is_not_null()
        first = (
            met.sort("order", "nth")
            .group_by("ref", "pause_bit", maintain_order=True)
            .agg(holds=certain.filter(begun).first())
        )
        held = first.filter("holds").group_by("ref").agg(bits=pl.col("pause_bit").sum())
        return opens.with_columns(holds=opens["holds"].scatter(held["ref"], held["bits"]))


def _named(axis: str) -> pl.Expr:
    """What an event names on the axis by which a pause pairs; -1 for nothing."""
    named = pl.lit(-1, dtype=pl.Int32)
    for n in PAIRS:
        named = pl.when(pl.col(axis) == n).then(f"of_{b.AXES[n]}").otherwise(named)
    return named


def _power(exponent: pl.Expr) -> pl.Expr:
    return pl.lit(2, dtype=pl.Int64).pow(exponent)
