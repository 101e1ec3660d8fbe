"""The fifteen limits in Polars.

python -m bench.forms.polars_form FOLDER

A lane is what one subject of one rule hears in one case; a segment of it begins with an event that opens a clock and
ends with the stop that ends it for certain. Nearly all segments are a start and a stop, and are counted in one step.
The others are taken turn by turn (polars_turns): the n-th event of every segment at once.
"""

import sys
from itertools import pairwise
from pathlib import Path
from typing import Final

import polars as pl

from bench.child import serve
from bench.forms import book as b
from bench.forms.polars_due import BEFORE_ALL, Dues, looked_up, of
from bench.forms.polars_starts import Starts, among
from bench.forms.polars_turns import ZERO, Turns, result

PAIRS: Final = (1, 4, 5)  # places in AXES
ROW: Final = ("lane", "row", "ref", "kind", "opens", "late", "sure", "several", "place", "turn_kind")
TURN: Final = (
    "kind", "row", "at", "bare", "person", "rv", "arg", "late", "place", "limit", "amount", "strict0", "strict0_end",
    "outer0", "outer0_end", "until", "until_end", "wait", "holds", "hard", "mna", "keeps", "tells", "lane", "opens",
    "waits", "bit", "mask", "certain", "after", "ordinal", "mode", "lacks", "no_hour", "before",
    "ref",
)  # fmt: skip
HAND: Final = {"hand_row": pl.Int64, "hand_kind": pl.Int64, "hand_person": pl.Int32, "hand_bare": pl.Boolean}
YES: Final = pl.lit(value=True)
NO: Final = pl.lit(value=False)


class PolarsForm:
    """The events and the tables of the rules as frames."""

    def __init__(self, folder: Path) -> None:
        self.book = b.read_book(folder)
        self.dues = Dues(self.book)
        self.turns = Turns(self.book, self.dues)
        self.events = pl.read_parquet(folder / "encoded.parquet").with_row_index("row")
        self.events = self.events.with_columns(pl.col("row").cast(pl.Int64))
        self.acts = table(b.act_roles(self.book)).with_row_index("ref").with_columns(pl.col("ref").cast(pl.Int64))
        self.starts = Starts(self.book, self.dues, self.events, self.acts)
        self.rules = self.starts.rules
        self.result = pl.DataFrame()

    def run(self) -> int:
        """Compute every clock; their number."""
        opens, self.instants = self.starts.opened()
        self.muted = pl.Series([], dtype=pl.Int64)
        while (needless := self.judge(opens)) is not None:
            opens = opens.filter(~((pl.col("kind") == b.RESTART) & pl.col("row").is_in(needless.implode())))
        return self.result.height

    def judge(self, opens: pl.DataFrame) -> pl.Series | None:
        """Judge every clock. The restarts that should not have opened one, as another clock heard them: then it must be
        done again without these."""
        rows, opens, heard = self.lanes(opens)
        rows, dead = self.segments(rows)
        pausing = self.pausing(heard)
        opens = self.with_pauses(opens, pausing)
        pausing = pausing.group_by("lane", "row", "ref").agg(
            mask=pl.col("pause_bit").sum(), pause_bit=pl.col("pause_bit").first()
        )
        clocks = pl.concat(self.judged(rows, opens, pausing))
        early = heard.filter("early").select("lane", "row", "ref", "kind")
        self.result = self.with_early_stops(clocks, pl.concat([early, dead]), rows, opens)
        return self.needless(rows)

    def needless(self, rows: pl.DataFrame) -> pl.Series | None:
        """Restarts that opened a clock in one lane while a clock of another lane heard them: the first of each case."""
        others = rows.filter((pl.col("kind") == b.RESTART) & ~pl.col("opens"))
        others = others.filter(of(self.acts["opens"], "ref") == 1)
        if others.is_empty():
            return None
        opened = self.restarts_that_opened(rows).to_frame()
        heard = pl.concat([opened.clear(), *(turn.select("row") for turn in self.turns.hearing)])
        wrong = opened.join(heard, on="row", how="semi")
        if wrong.height:
            return wrong.group_by(of(self.events["case"], "row")).agg(pl.col("row").min())["row"]
        first = rows.filter("opens").unique("lane", keep="first", maintain_order=True)  # the first clock of its lane
        late = (
            others.filter("late").join(opened, on="row", how="semi").join(first, on="row", how="semi")["row"].unique()
        )
        late = late.filter(~late.is_in(self.muted.implode()))
        self.muted = pl.concat([self.muted, late])
        return pl.Series([], dtype=pl.Int64) if late.len() else None

    def restarts_that_opened(self, rows: pl.DataFrame) -> pl.Series:
        """The events that opened a clock as restarts: nobody heard them."""
        opened = rows.filter(pl.col("is_new"), pl.col("kind") == b.RESTART).select("row")
        return pl.concat([opened, *(turn.select("row") for turn in self.turns.opening)])["row"]

    # -- lanes

    def lanes(self, opens: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
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
        most = groups["value"].to_list()[-1] if groups.height else 0
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

    # -- segments

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

    def judged(self, rows: pl.DataFrame, opens: pl.DataFrame, pausing: pl.DataFrame) -> list[pl.DataFrame]:
        """The clocks: plain segments in one step, the others by turns."""
        first = rows.select(pl.col("is_new").arg_true())["is_new"].cast(pl.Int64)
        segments = pl.DataFrame({"first": first}).with_columns(
            size=pl.col("first").shift(-1).fill_null(rows.height) - pl.col("first"), ref=rows["ref"].gather(first)
        )
        stands = (opens["wait"] | opens["holds"]) != 0
        second = pl.when(pl.col("size") > 1).then(pl.col("first") + 1)
        ends = pl.lit(rows["sure"]).gather(second)
        segments = segments.with_columns(
            plain=((pl.col("size") == 1) | ((pl.col("size") == 2) & ends)) & ~of(stands, "ref"), second=second
        )
        plain = segments.filter("plain")
        stops = pl.DataFrame({f"stop_{name}": rows[name].gather(plain["second"]) for name in ("row", "kind")})
        stops = stops.with_columns(
            stop_at=of(self.events["at"], "stop_row"),
            stop_bare=(of(self.events["bare"], "stop_row") == 1).fill_null(value=False),
        )
        done = [self.judged_plainly(opens[plain["ref"]], stops)]
        self.turns.forget()
        others = segments.filter(~pl.col("plain"))
        if others.height:
            others = others.sort("size", descending=True, maintain_order=True).with_columns(rank=pl.int_range(pl.len()))
            spread = others.select("rank", n=pl.int_ranges("first", pl.col("first") + pl.col("size"))).explode("n")
            chosen = rows[spread["n"]].with_columns(spread["rank"])
            turn = pl.int_range(pl.len()).over("rank")
            done += self.turns.run(self.turn_rows(chosen.with_columns(turn=turn), opens, pausing))
        return done

    def judged_plainly(self, opens: pl.DataFrame, stops: pl.DataFrame) -> pl.DataFrame:
        """Segments of a start, and perhaps the stop that ends it."""
        clocks = pl.concat([opens, stops], how="horizontal")
        clocks = self.dues.due(clocks)
        stopped = pl.col("stop_at").is_not_null()
        same_day = self.dues.on_its_day("stop_at", "stop_bare")
        asks = pl.col("hard") | (stopped & (same_day | self.dues.undecided("stop_at")))
        ending = pl.when(self.dues.past("stop_at")).then(b.LATE).when(pl.col("stop_kind") == b.SATISFY).then(b.MET)
        outcome = pl.when(asks).then(b.UNKNOWN).when(~stopped).then(b.RUNNING).otherwise(ending.otherwise(b.MOOT))
        return result(
            clocks.with_columns(
                outcome=outcome,
                start_event="row",
                tier=pl.lit(-1, dtype=pl.Int64),
                stop_event=pl.col("stop_row").fill_null(-1),
            )
        )

    # -- what a turn reads

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

    def with_early_stops(
        self, clocks: pl.DataFrame, missed: pl.DataFrame, rows: pl.DataFrame, opens: pl.DataFrame
    ) -> pl.DataFrame:
        """Clocks are a question where an act that should meet them came before their start and found none open."""
        unheard = [turn.select("lane", "row", "ref", "kind") for turn in self.turns.unheard]
        missed = pl.concat([missed, *unheard])
        asks = (pl.col("kind") == b.SATISFY) & (of(self.acts["before_start"], "ref") == b.QUESTION)
        missed = missed.filter(asks).with_columns(at=of(self.events["at"], "row"))
        last = opens.filter(pl.col("lane").is_in(missed["lane"].unique().implode()))
        missed = missed.join(last.group_by("lane").agg(last_at=pl.col("at").max()), on="lane")
        missed = missed.filter(pl.col("at") < pl.col("last_at")).unique(("lane", "row"))
        missed = missed.with_columns(rule=of(self.acts["rule"], "ref")).join(
            self.found(missed["row"], rows), on=("row", "rule"), how="anti"
        )
        if missed.is_empty():
            return clocks
        opened = self.restarts_that_opened(rows)
        starts = opens.filter((pl.col("kind") == b.START) | pl.col("row").is_in(opened.implode()))
        starts = starts.select("lane", "person", "rv", start="row", start_at="at")
        other = pl.when(of(self.acts["axis"], "ref") > 0).then(of(self.events["person"], "row")).otherwise(-1)
        missed = missed.with_columns(other=other, bare=of(self.events["bare"], "row") == 1).join(starts, on="lane")
        reaches = (pl.col("other") < 0) | (pl.col("person") < 0) | (pl.col("other") == pl.col("person"))
        same_day = pl.col("bare") & (self.dues.day("at") == self.dues.day("start_at"))
        missed = missed.filter(pl.col("at") < pl.col("start_at"), reaches, ~same_day)
        asked = missed.select("rv", start_event="start").unique().with_columns(asked=YES)
        clocks = clocks.join(asked, on=("rv", "start_event"), how="left")
        unknown = pl.lit(b.UNKNOWN, dtype=pl.Int32)
        return clocks.with_columns(outcome=pl.when("asked").then(unknown).otherwise("outcome")).drop("asked")

    def found(self, acts: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
        """Of acts, those that found a clock in any lane, with the rule of it."""
        heard = rows.filter(~pl.col("opens"), pl.col("row").is_in(acts.unique().implode()))
        unheard = [turn.select("row", "lane", "place") for turn in self.turns.unheard]
        if unheard:
            heard = heard.join(pl.concat(unheard), on=("row", "lane", "place"), how="anti")
        return heard.select("row", rule=of(self.acts["rule"], "ref"))

    def write(self, folder: Path) -> None:
        """The clocks, as Parquet."""
        self.result.write_parquet(folder / "polars.parquet")


def table(rows: b.Rows) -> pl.DataFrame:
    """Rows of integers as a frame."""
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.with_columns(pl.all().cast(pl.Int64)).with_columns(
        pl.col(name).cast(pl.Int32) for name in ("type",) if name in frame.columns
    )


def _named(axis: str) -> pl.Expr:
    """What an event names on the axis by which a pause pairs; -1 for nothing."""
    named = pl.lit(-1, dtype=pl.Int32)
    for n in PAIRS:
        named = pl.when(pl.col(axis) == n).then(f"of_{b.AXES[n]}").otherwise(named)
    return named


def _power(exponent: pl.Expr) -> pl.Expr:
    return pl.lit(2, dtype=pl.Int64).pow(exponent)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    form = PolarsForm(folder)
    serve({"run": form.run, "write": lambda: form.write(folder)})
