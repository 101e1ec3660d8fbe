"""The fifteen limits in Polars.

python -m bench.forms.polars_form FOLDER

A lane is what one subject of one rule hears in one case; a segment of it begins with an event that opens a clock and
ends with the stop that ends it for certain. Nearly all segments are a start and a stop, and are counted in one step.
The others are taken turn by turn (polars_turns): the n-th event of every segment at once.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Final

import polars as pl

from bench.child import serve
from bench.forms import book as b
from bench.forms.polars_due import YES, Dues, of, table
from bench.forms.polars_lanes import Lanes
from bench.forms.polars_starts import Starts
from bench.forms.polars_steps import Steps
from bench.forms.polars_turns import Turns, result

THREADS: Final = 2
PART_EVENTS: Final = 1_000_000


class PolarsForm:
    """The events of whole cases in parts, which two threads take in turn: no case asks after another."""

    def __init__(self, folder: Path) -> None:
        book = b.read_book(folder)
        events = pl.read_parquet(folder / "encoded.parquet")
        ranges = parts_of(events["case"])
        self.parts = [Part(book, events.slice(first, end - first).rechunk(), first) for first, end in ranges]
        self.result = pl.DataFrame()

    def run(self) -> int:
        """Compute every clock; their number."""
        with ThreadPoolExecutor(THREADS) as pool:
            self.result = pl.concat(pool.map(lambda part: part.run(), self.parts))
        return self.result.height

    def write(self, folder: Path) -> None:
        """The clocks, as Parquet."""
        self.result.write_parquet(folder / "polars.parquet")


def parts_of(cases: pl.Series) -> Iterator[tuple[int, int]]:
    """Ranges of rows that hold whole cases, of about PART_EVENTS each."""
    parts = max(1, round(cases.len() / PART_EVENTS))
    near = [cases.len() * n // parts for n in range(1, parts)]
    edges = [0, *(int(cases.search_sorted(cases[row])) for row in near), cases.len()]
    return ((first, end) for first, end in pairwise(edges) if first < end or parts == 1)


class Part:
    """Events of some cases and the tables of the rules, as frames. Rows and cases count from the first of them."""

    def __init__(self, book: b.Book, events: pl.DataFrame, first: int) -> None:
        self.book, self.first = book, first
        self.dues = Dues(book)
        self.turns = Turns(book, self.dues)
        self.events = events.with_row_index("row").with_columns(
            pl.col("row").cast(pl.Int64), pl.col("case") - pl.col("case").first()
        )
        self.acts = table(b.act_roles(book)).with_row_index("ref").with_columns(pl.col("ref").cast(pl.Int64))
        self.starts = Starts(book, self.dues, self.events, self.acts)
        self.lanes = Lanes(self.dues, self.events, self.acts, self.starts)
        self.steps = Steps(self.dues, self.events, self.acts)
        self.result = pl.DataFrame()

    def run(self) -> pl.DataFrame:
        """Every clock, by the rows of the whole."""
        opens, self.lanes.instants = self.starts.opened()
        self.lanes.muted = pl.Series([], dtype=pl.Int64)
        while (needless := self.judge(opens)) is not None:
            opens = opens.filter(~((pl.col("kind") == b.RESTART) & pl.col("row").is_in(needless.implode())))
        stop = pl.col("stop_event")
        return self.result.with_columns(
            pl.col("start_event") + self.first, pl.when(stop >= 0).then(stop + self.first).otherwise(stop)
        )

    def judge(self, opens: pl.DataFrame) -> pl.Series | None:
        """Judge every clock. The restarts that should not have opened one, as another clock heard them: then it must be
        done again without these."""
        rows, opens, heard = self.lanes.of_starts(opens)
        rows, dead = self.lanes.segments(rows)
        pausing = self.lanes.pausing(heard)
        opens = self.lanes.with_pauses(opens, pausing)
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
        late = late.filter(~late.is_in(self.lanes.muted.implode()))
        self.lanes.muted = pl.concat([self.lanes.muted, late])
        return pl.Series([], dtype=pl.Int64) if late.len() else None

    def restarts_that_opened(self, rows: pl.DataFrame) -> pl.Series:
        """The events that opened a clock as restarts: nobody heard them."""
        opened = rows.filter(pl.col("is_new"), pl.col("kind") == b.RESTART).select("row")
        return pl.concat([opened, *(turn.select("row") for turn in self.turns.opening)])["row"]

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
            done += self.turns.run(self.steps.turn_rows(chosen.with_columns(turn=turn), opens, pausing))
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


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    form = PolarsForm(folder)
    serve({"run": form.run, "write": lambda: form.write(folder)})
