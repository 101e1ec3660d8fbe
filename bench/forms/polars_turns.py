"""Turn by turn in Polars: of segments in which more happens than a start and a stop, the n-th event of each at once.

Segments stand by their length, the longest first: those that have an n-th event are the first rows of the state, and
stand beside their events without a join.
"""

from typing import Any, Final

import polars as pl

from bench.forms import book as b
from bench.forms.polars_due import BEFORE_ALL, NO, ZERO, Dues, of

LIMIT: Final = ("limit", "amount", "strict0", "strict0_end", "outer0", "outer0_end")
STATE: Final = (
    "open", "rv", "event", "start", "start_bare", "person", "origin", "origin_bare", *LIMIT, "tier", "granted",
    "paused_days", "paused_us", "until", "until_end", "until_days", "until_us", "since", "holds", "wait", "hard", "mna",
    "excused", "handed", "keeps", "prev_stop", "prev_person",
)  # fmt: skip
RESULT: Final = (
    "rv", "tier", "amount", "start_event", "strict", "strict_end", "outer", "outer_end", "stop_event", "outcome",
)  # fmt: skip


class Turns:
    """The state of every segment, and what an event does to it."""

    def __init__(self, book: b.Book, dues: Dues) -> None:
        self.book, self.dues = book, dues
        self.unheard: list[pl.DataFrame] = []
        self.opening: list[pl.DataFrame] = []
        self.hearing: list[pl.DataFrame] = []
        self.handover = pl.Series([row["handover"] == 1 for row in book.versions])

    def forget(self) -> None:
        """No act has yet met no clock, no restart opened one, and no clock heard one."""
        self.unheard, self.opening, self.hearing = [], [], []

    def run(self, turns: list[pl.DataFrame]) -> list[pl.DataFrame]:
        """Take every turn; the clocks that ended, and those that still run. The first turn opens every segment."""
        state = opened(turns[0])
        done: list[pl.DataFrame] = []
        ended: list[pl.DataFrame] = []
        for turn in turns[1:]:
            if turn.height < state.height:
                done.append(state.slice(turn.height).filter("open"))
                state = state.head(turn.height)
            state, closed = self.turn(pl.concat([state, turn], how="horizontal"))
            ended.append(closed)
        done.append(state.filter("open"))
        return [*ended, self.still_open(pl.concat(done))]

    def turn(self, now: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """One event of each segment: the state after it, and the clocks that it ended."""
        moment = pl.when(pl.col("e_kind") == b.RESTART).then(pl.max_horizontal("e_at", "start")).otherwise("e_at")
        now = now.with_columns(moment=moment, here=pl.max_horizontal("e_at", "start"))
        now = self.judged(self.dues.due_at(now, "here"))
        closed = self.closed(now.filter("closes"))
        self.note(now)
        now = self.released(now)
        return self.moved(self.extended(now)), closed

    def note(self, now: pl.DataFrame) -> None:
        """Remember what concerns other segments too."""
        restarts, live = pl.col("kind") == b.RESTART, pl.col("live")
        named = now.select(
            "live", "opens", row="e_row", lane="e_lane", late="e_late", place="e_place", ref="e_ref", kind="e_kind"
        )
        self.unheard.append(named.filter((pl.col("kind") == b.SATISFY) & ~live))
        restarted = named.filter(restarts & ~pl.col("late"))
        self.opening.append(restarted.filter("opens"))
        self.hearing.append(restarted.filter("live"))

    def judged(self, now: pl.DataFrame) -> pl.DataFrame:
        """Whether each event reaches its clock, comes in time, and ends or opens one."""
        kind, person, other = pl.col("e_kind"), pl.col("person"), pl.col("e_person")
        reaches = (other < 0) | (person < 0) | (other == person)
        before = pl.col("prev_person")
        heard = (pl.col("prev_stop") >= pl.col("e_at")) & ((other < 0) | (before < 0) | (other == before))
        fresh = ~pl.col("e_late") | ((pl.col("event") == pl.col("e_place")) & ~heard)
        live = pl.col("open") & ((pl.col("e_rv") < 0) | (pl.col("e_rv") == pl.col("rv"))) & reaches & fresh
        now = now.with_columns(live=live & (kind != b.START))
        runs, hand = ~pl.col("still"), pl.col("hand_person")
        handed = (hand < 0) | (person < 0) | (hand == person)
        now = now.with_columns(
            past=runs & self.dues.past("moment"),
            same_day=runs & self.dues.on_its_day("moment", "e_bare"),
            undecided=runs & self.dues.undecided("moment"),
            hands=(kind == b.START) & pl.col("open") & of(self.handover, "rv") & (pl.col("start") < pl.col("e_at"))
            & pl.col("hand_row").is_not_null() & handed.fill_null(value=False),
            ends=pl.col("live") & (kind >= b.TERMINATE) & ~(pl.col("handed") & (pl.col("start") == pl.col("e_at"))),
            again=pl.col("live") & (kind == b.RESTART)
            & ((pl.col("e_waits") == 0) | ((pl.col("wait") & pl.col("e_bit")) != 0)),
        )  # fmt: skip
        opens = (kind == b.START) & (~pl.col("open") | pl.col("hands"))
        return now.with_columns(
            closes=pl.col("hands") | pl.col("ends") | pl.col("again"),
            opens=opens | ((kind == b.RESTART) & pl.col("e_opens") & ~pl.col("open")),
        )

    def closed(self, now: pl.DataFrame) -> pl.DataFrame:
        """The clocks that ended, with their outcome and the due times as they stood."""
        kind = pl.when("hands").then("hand_kind").otherwise("e_kind")
        bare = pl.when("hands").then("hand_bare").otherwise(pl.col("e_bare") & pl.col("ends"))
        ending = pl.when("again").then(b.RESTARTED).when(kind == b.SATISFY).then(b.MET).otherwise(b.MOOT)
        now = now.with_columns(bare_stop=bare).with_columns(
            same_day=~pl.col("still") & self.dues.on_its_day("e_at", "bare_stop")
        )
        asks = pl.col("hard") | pl.col("same_day") | pl.col("undecided")
        late = pl.when("excused").then(b.EXCUSED).otherwise(b.LATE)
        now = now.with_columns(
            outcome=pl.when(asks).then(b.UNKNOWN).when("past").then(late).otherwise(ending),
            stop_event=pl.when("hands").then("hand_row").otherwise("e_row"),
        )
        return result(now)

    def still_open(self, clocks: pl.DataFrame) -> pl.DataFrame:
        """The clocks that nothing has stopped; one that stands still as if it went on now."""
        now = self.dues.due_at(clocks.with_columns(moment=pl.lit(self.book.as_of, dtype=pl.Int64)), "moment")
        stands = pl.when(pl.col("wait") == 0).then(b.PAUSED).otherwise(b.WAITING)
        excused = self.dues.past("moment") & pl.col("excused")
        runs = pl.when(excused).then(b.EXCUSED).otherwise(b.RUNNING)
        outcome = pl.when("hard").then(b.UNKNOWN).when("still").then(stands).otherwise(runs)
        return result(now.with_columns(outcome=outcome, stop_event=pl.lit(-1, dtype=pl.Int64)))

    def released(self, now: pl.DataFrame) -> pl.DataFrame:
        """Pauses that the event ends: when none holds the clock any more, what it stood still counts."""
        held = pl.when(pl.col("live") & (pl.col("e_kind") == b.RESUME)).then(pl.col("holds") & pl.col("e_mask"))
        now = now.with_columns(ended=held.fill_null(ZERO))
        goes_on = (pl.col("ended") != 0) & (((pl.col("holds") - pl.col("ended")) | pl.col("wait")) == 0)
        return now.with_columns(goes_on=goes_on, instead=goes_on & (pl.col("e_limit") >= 0).fill_null(value=False))

    def extended(self, now: pl.DataFrame) -> pl.DataFrame:
        """Extensions that come in time and in order, and give no less than what is in force."""
        places = now.select((pl.col("live") & (pl.col("e_kind") == b.EXTEND)).arg_true())["live"]
        now = now.with_columns(grants=NO, asks=NO)
        if places.is_empty():
            return now
        asked = now[places].with_columns(old="strict0", was="amount", limit="e_limit", amount="e_amount")
        asked = asked.with_columns(amount=pl.col("e_amount").fill_null(0))
        asked = self.dues.counted(asked, "origin").with_columns(
            pl.when(pl.col("e_mode") == b.TIER_TOTAL).then(name).alias(name) for name in ("strict0", "outer0")
        )
        in_order = (pl.col("e_after") < 0) | ((pl.col("granted") // _power(pl.col("e_after").clip(0))) % 2 == 1)
        timely = ~pl.col("past") & ~pl.col("same_day") & in_order
        shorter = (pl.col("strict0") < pl.col("old")).fill_null(value=False)
        lacks = of(self.dues.counts_hours, "limit") & pl.col("origin_bare")
        asked = asked.with_columns(
            grants=timely & ~pl.col("e_lacks") & ~shorter, asks=pl.col("same_day") | (timely & pl.col("e_lacks"))
        )
        by_document = pl.col("e_mode") == b.TIER_BY_DOCUMENT
        asked = asked.with_columns(
            strict0=pl.when(~lacks).then("strict0"),
            outer0=pl.when(~lacks).then("outer0"),
            amount=pl.when(by_document).then("was").otherwise("amount"),
        )
        given = asked["grants"]
        asking = places.filter(asked["asks"])
        granted = asked.filter(given)
        places = places.filter(given)
        ends = granted["e_mode"] == b.TIER_BY_DOCUMENT  # their limit has no end of its own: the old kind of end stays
        kept = now[places]
        columns: dict[str, Any] = {name: granted[name] for name in LIMIT}
        for name in ("strict0_end", "outer0_end"):
            columns[name] = granted[name].zip_with(~ends, kept[name])
        now = now.with_columns(now[name].scatter(places, values) for name, values in columns.items())
        return now.with_columns(now["grants"].scatter(places, values=True), now["asks"].scatter(asking, values=True))

    def moved(self, now: pl.DataFrame) -> pl.DataFrame:
        """The state after the event."""
        kind, still, at = pl.col("e_kind"), pl.col("still"), pl.col("e_at")
        opens, again, grants, instead = (pl.col(name) for name in ("opens", "again", "grants", "instead"))
        fresh = opens | again
        start = pl.when(opens).then(at).when(again).then("moment").otherwise("start")
        said = fresh | grants
        until, until_end = pl.col("e_until"), pl.col("e_until_end")
        before = (said & ((until < start) | (until_end & (until == start)))).fill_null(value=False)
        timely = pl.col("live") & ~pl.col("past")
        pauses = timely & (kind == b.PAUSE) & pl.col("e_certain") & ((pl.col("holds") & pl.col("e_bit")) == 0)
        waits = timely & (kind == b.WAIT) & ((pl.col("wait") & pl.col("e_bit")) == 0)
        excuses = pl.col("live") & (kind == b.EXCUSE)
        told = (pl.col("e_tells") // _power(pl.col("rv"))) % 2 == 1
        anew = (pl.col("start") != at) | (pl.col("start_bare") != pl.col("e_bare"))
        repeats = (kind == b.START) & pl.col("open") & ~opens & told & anew
        since, bit = pl.col("since"), pl.col("e_bit")
        waiting = pl.when(opens).then("e_wait").when(again).then(pl.col("wait") - (pl.col("wait") & bit))
        wait = waiting.when(waits).then(pl.col("wait") | bit).otherwise("wait")
        holding = pl.when(opens).then("e_holds").when(pauses).then(pl.col("holds") | bit)
        holds = holding.otherwise(pl.col("holds") - pl.col("ended"))
        days, us = pl.col("paused_days") + pl.col("days_still"), pl.col("paused_us") + pl.col("us_still")
        no_hour = pl.col("e_no_hour")
        from_event = fresh | instead
        asks_anew = pl.col("mna") | (no_hour & (wait == 0)) | before
        hard = pl.when(opens).then("e_hard").when(again).then(asks_anew)
        more = repeats | pl.col("asks") | before | (excuses & pl.col("same_day")) | (instead & no_hour)
        closes_at = pl.when(pl.col("closes")).then(pl.col("moment")).otherwise("prev_stop")
        return now.select(
            open=pl.when(fresh).then(pl.lit(value=True)).when("closes").then(NO).otherwise("open"),
            rv=pl.when(opens).then("e_rv").otherwise("rv"),
            event=pl.when(fresh).then("e_row").otherwise("event"),
            start=start,
            start_bare=pl.when(fresh).then("e_bare").otherwise("start_bare"),
            person=pl.when(opens).then("e_person").otherwise("person"),
            origin=pl.when(from_event).then(at).otherwise("origin"),
            origin_bare=pl.when(from_event).then("e_bare").otherwise("origin_bare"),
            **{name: pl.when(from_event).then(f"e_{name}").otherwise(name) for name in LIMIT},
            tier=pl.when(fresh).then(-1).when(grants).then("e_arg").otherwise("tier"),
            granted=pl.when(fresh).then(ZERO).when(grants).then(pl.col("granted") | _power(pl.col("e_ordinal").clip(0)))
            .otherwise("granted"),
            paused_days=pl.when(from_event).then(ZERO).when("goes_on").then(days)
            .otherwise("paused_days"),
            paused_us=pl.when(from_event).then(ZERO).when("goes_on").then(us)
            .otherwise("paused_us"),
            until=pl.when(said).then(pl.when(~before).then(until)).otherwise(pl.when(~instead).then("until")),
            until_end=pl.when(said).then(until_end).otherwise("until_end"),
            until_days=pl.when(fresh).then(ZERO).when(grants).then(days).otherwise("until_days"),
            until_us=pl.when(fresh).then(ZERO).when(grants).then(us).otherwise("until_us"),
            since=pl.when(fresh).then(start).when((pauses | waits) & ~still).then(pl.max_horizontal(at, "start"))
            .otherwise(since),
            holds=holds,
            wait=wait,
            hard=hard.otherwise(pl.col("hard") | more),
            mna=pl.when(opens).then("e_mna").otherwise("mna"),
            excused=(pl.col("excused") & ~fresh) | (excuses & ~pl.col("same_day") & ~pl.col("past")),
            handed=pl.when(fresh).then("hands").otherwise("handed"),
            keeps=pl.when(opens).then("e_keeps").otherwise("keeps"),
            prev_stop=closes_at,
            prev_person=pl.when("closes").then("person").otherwise("prev_person"),
        )  # fmt: skip


def opened(turn: pl.DataFrame) -> pl.DataFrame:
    """The state of segments after the start that begins them."""
    names = ("rv", "person", *LIMIT, "until", "until_end", "holds", "wait", "hard", "mna", "keeps")
    values = {name: pl.col(f"e_{name}") for name in names}
    values |= dict.fromkeys(("granted", "paused_days", "paused_us", "until_days", "until_us"), ZERO)
    values["until"] = pl.when(~pl.col("e_before")).then("e_until")
    values |= {"open": pl.lit(value=True), "excused": NO, "handed": NO, "tier": pl.lit(-1, dtype=pl.Int64)}
    values |= {
        "event": pl.col("e_row"),
        "prev_stop": pl.lit(BEFORE_ALL, dtype=pl.Int64),
        "prev_person": pl.col("e_person"),
    }
    values |= {name: pl.col("e_at") for name in ("start", "origin", "since")}
    values |= {name: pl.col("e_bare") for name in ("start_bare", "origin_bare")}
    return turn.select(values[name].alias(name) for name in STATE)


def result(clocks: pl.DataFrame) -> pl.DataFrame:
    """The rows that leave the form, of clocks with their due times and outcome."""
    if "wait" in clocks.columns and "event" in clocks.columns:
        due = (pl.when(pl.col("wait") == 0).then(name).alias(name) for name in ("strict", "outer"))
        clocks = clocks.with_columns(*due, start_event="event", amount="due_amount")
    return clocks.select(RESULT).with_columns(pl.col("outcome").cast(pl.Int32))


def _power(exponent: pl.Expr) -> pl.Expr:
    return pl.lit(2, dtype=pl.Int64).pow(exponent)
