"""The fifteen limits in Polars.

python -m bench.forms.polars_form FOLDER
"""

import sys
from pathlib import Path
from typing import Any, Final

import polars as pl

from bench.child import serve
from bench.forms import book as b

CLOCK: Final = ("row", "rv")
KEYS: Final = ("row", "rv", "case", "axis", "at", "subject", "person", "stop_at")
SUBJECTS: Final = (1, 2, 3)  # places in AXES
PAIRS: Final = (1, 4, 5)
STATE: Final = (
    *KEYS, "stop_row", "kind", *b.LIMIT, "tier", "granted", "until", "until_end", "until_days", "until_us",
    "in_custody",
)  # fmt: skip


class PolarsForm:
    """The events and the tables of the rules as frames."""

    def __init__(self, folder: Path) -> None:
        self.book = b.read_book(folder)
        self.events = pl.read_parquet(folder / "encoded.parquet").with_row_index("row")
        self.events = self.events.with_columns(pl.col("row").cast(pl.Int64))
        self.versions = _table(self.book.versions).lazy()
        self.tiers = _table(self.book.tiers).lazy()
        axes = {row["rv"]: row["axis"] for row in self.book.versions}
        self.roles = {
            name: _table([{**row, "axis": axes[row["rv"]]} for row in rows]).lazy()
            for name, rows in self.book.roles.items()
        }
        self.rolled = pl.Series(self.book.rolled, dtype=pl.Int64)
        self.months = pl.Series(self.book.months, dtype=pl.Int64)
        self.spc_months = pl.Series(self.book.spc_months, dtype=pl.Int64)
        self.result = pl.DataFrame()

    def run(self) -> int:
        """Compute every clock; their number."""
        clocks = self.stopped(self.started())
        spans = self.paused_spans(clocks)
        self.result = self.judged(self.extended(clocks, spans), spans)
        return self.result.height

    def pairs_of(self, name: str, *columns: str) -> pl.LazyFrame:
        """(event, role) pairs of one kind, with the subject that the event names for the role's rule."""
        wanted = self.events.lazy().select("row", "case", "at", "type", "person", "item", "visit", *columns)
        types = self.roles[name].select("type").unique()
        pairs = wanted.join(types, on="type", how="semi").join(self.roles[name], on="type")
        return pairs.with_columns(subject=_named("axis", SUBJECTS)).drop("item", "visit")

    def started(self) -> pl.LazyFrame:
        """Starts whose version is in force and whose rule applies."""
        starts = self.pairs_of("starts", "until", "until_end", *b.FACTS).join(self.versions.drop("axis"), on="rv")
        in_force = (self.day("at") >= pl.col("first_day")) & (self.day("at") < pl.col("end_day"))
        starts = self.with_facts(starts.filter(in_force))
        return starts.filter(
            pl.col(f"need_{name}").is_null() | (pl.col(f"need_{name}") == pl.coalesce(f"known_{name}", _assumed(name)))
            for name in b.FACTS
        )

    def with_facts(self, starts: pl.LazyFrame) -> pl.LazyFrame:
        """What the event states, else the case; the kind of case from its date on; custody by its measures."""
        events = self.events.lazy()
        for name in b.CASE_FACTS:
            last = (
                events.filter(pl.col(name).is_not_null())
                .group_by("case")
                .agg(pl.col(name).last().alias(f"last_{name}"))
            )
            starts = starts.join(last, on="case", how="left")
            starts = starts.with_columns(pl.coalesce(name, f"last_{name}").alias(f"known_{name}"))
        kinds = events.filter(pl.col("case_kind").is_not_null()).select("case", kind_at="at", kind_of_case="case_kind")
        starts = starts.sort("case", "at").join_asof(
            kinds, left_on="at", right_on="kind_at", by="case", check_sortedness=False
        )
        held = self.held(starts.filter(pl.col("need_in_custody").is_not_null()))
        return starts.join(held, on="row", how="left").with_columns(
            known_case_kind=pl.coalesce("case_kind", "kind_of_case"), known_in_custody=pl.coalesce("held", "in_custody")
        )

    def measures(self) -> pl.LazyFrame:
        """Measures that take into custody or let go; the key makes the taking the later of two in one instant."""
        named = (pl.col("custody") != 0) & (pl.col("person") >= 0)
        measure = pl.col("at") * 2 + (pl.col("custody") == b.TAKES).cast(pl.Int64)
        return self.events.lazy().filter(named).select("case", "person", measured="at", measure=measure)

    def held(self, asked: pl.LazyFrame) -> pl.LazyFrame:
        """Whether a person was in custody at an instant, by the last measure up to then."""
        known = asked.select("row", "case", "person", "at").unique("row").join(self.measures(), on=["case", "person"])
        last = known.filter(pl.col("measured") <= pl.col("at")).group_by("row").agg(pl.col("measure").max())
        return last.select("row", held=pl.col("measure") % 2)

    def stopped(self, starts: pl.LazyFrame) -> pl.DataFrame:
        """Each start with the first stop that reaches it; of starts with one subject and stop the first counts."""
        stops = self.pairs_of("stops").select(
            "case", "rv", "kind", stop_at="at", stop_row="row", stop_person="person", stop_subject="subject"
        )
        started = starts.collect()
        first = (
            started.lazy()
            .select("row", "case", "rv", "at", "subject", "person")
            .join(stops, on=["case", "rv"])
            .filter((pl.col("stop_at") >= pl.col("at")) & _reaches("stop"))
            .sort("stop_at", "kind", "stop_row")
            .unique(CLOCK, keep="first", maintain_order=True)
            .select(*CLOCK, "stop_at", "stop_row", "kind")
        )
        clocks = started.lazy().drop("kind").join(first, on=CLOCK, how="left").sort("row")
        clocks = clocks.unique(["case", "rv", "subject", "stop_row"], keep="first", maintain_order=True)
        zero = pl.lit(0, dtype=pl.Int64)
        clocks = clocks.with_columns(tier=zero - 1, granted=zero, until_days=zero, until_us=zero)
        return clocks.select(STATE).collect()

    def paused_spans(self, clocks: pl.DataFrame) -> pl.DataFrame:
        """The time in which a clock stood still: spans that overlap are one; `open` ones last to its stop or to now."""
        begins, ends = (
            self.pairs_of(name, "order", "document").with_columns(pair=pl.col("arg").replace_strict(self.book.pairs))
            .select("case", "rv", pause="arg", at="at", subject="subject", person="person", key=_named("pair", PAIRS))
            for name in ("pauses", "resumes")
        )  # fmt: skip
        over = pl.col("stop_at").fill_null(self.book.as_of)
        begun = clocks.lazy().select(KEYS).join(_prefixed(begins, "begin_"), on=["case", "rv"])
        begun = begun.filter(_reaches("begin"), pl.col("begin_at") <= over)
        pairs = (pl.col("begin_key") == pl.col("end_key")) | (pl.col("begin_key") < 0) | (pl.col("end_key") < 0)
        ended = begun.join(_prefixed(ends, "end_"), on=["case", "rv", "pause"])
        ended = ended.filter(_reaches("end"), pairs, pl.col("end_at") >= pl.col("begin_at"))
        names = [*CLOCK, "pause", "begin_key", "begin_at"]
        spans = (
            begun.join(ended.group_by(names).agg(pl.col("end_at").min()), on=names, how="left")
            .filter(pl.col("end_at").is_null() | (pl.col("end_at") >= pl.col("at")))
            .with_columns(open=pl.col("end_at").is_null() | (pl.col("end_at") > over))
            .select(*CLOCK, "open", begin=pl.max_horizontal("begin_at", "at"), end=pl.min_horizontal("end_at", over))
            .sort(*CLOCK, "begin")
        )
        reached = pl.col("end").cum_max().shift(1).over(CLOCK)
        islands = spans.with_columns(island=(pl.col("begin") > reached).fill_null(value=True).cum_sum())
        return (
            islands.group_by(*CLOCK, "island")
            .agg(pl.col("begin").min(), pl.col("end").max(), pl.col("open").any())
            .with_columns(days=self.day("end") - self.day("begin"), us=pl.col("end") - pl.col("begin"))
            .collect()
        )

    def extended(self, clocks: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
        """Grant extensions one after the other: the n-th of every clock in the n-th round."""
        asked = self.extensions(clocks)
        rest = clocks.join(asked, on=CLOCK, how="anti")
        moved = clocks.join(asked, on=CLOCK, how="semi")
        for turn in range(asked["turn"].max() + 1 if asked.height else 0):  # type: ignore[operator]  # an integer column
            granted = self.granted(moved.join(asked.filter(pl.col("turn") == turn), on=CLOCK), spans)
            moved = pl.concat([moved.join(granted, on=CLOCK, how="anti"), granted])
        return pl.concat([rest, moved])

    def extensions(self, clocks: pl.DataFrame) -> pl.DataFrame:
        """Extensions that reach an open clock and name their tier, numbered by clock."""
        tiers = _prefixed(self.tiers, "new_")
        found = self.pairs_of("extensions", "until", "until_end", "tier", "days", "public_security")
        found = found.drop("axis", "type", "kind").join(tiers, left_on="arg", right_on="new_tier")
        named = (pl.col("tier") == pl.col("new_code")) | (pl.col("tier").is_null() & (pl.col("new_siblings") == 1))
        last = self.events.lazy().filter(pl.col("public_security").is_not_null())
        last = last.group_by("case").agg(pl.col("public_security").last().alias("last"))
        need = pl.col("new_need_public_security")
        rests = need.is_null() | (need == pl.coalesce("public_security", "last"))
        found = (
            found.filter(named).join(last, on="case", how="left").filter(rests).drop("tier", "public_security", "last")
        )
        ext = {name: f"ext_{name}" for name in ("row", "at", "subject", "person", "until", "until_end", "days", "arg")}
        reached = clocks.lazy().select(KEYS).join(found.rename(ext), on=["case", "rv"])
        timely = (pl.col("ext_at") >= pl.col("at")) & (pl.col("ext_at") <= pl.col("stop_at").fill_null(b.LATER))
        reached = reached.filter(_reaches("ext"), timely).sort(*CLOCK, "ext_row")
        turns = reached.with_columns(turn=pl.int_range(pl.len()).over(CLOCK))
        return turns.select(*CLOCK, "turn", "^ext_.*$", "^new_.*$").collect()

    def granted(self, asked: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
        """The clocks of a round whose extension came in time, in order, and gives no less than what is in force."""
        now = self.due(self.paused_by(asked, "ext_at", spans))
        late = pl.when(pl.col("due_outer_end")).then(pl.col("ext_at") >= pl.col("due_outer"))
        in_time = pl.col("still") | ~late.otherwise(pl.col("ext_at") > pl.col("due_outer"))
        before = (pl.col("new_after") < 0) | ((pl.col("granted") // _power(pl.col("new_after").clip(0))) % 2 == 1)
        stated = (pl.col("new_states") == b.STATES_DAYS) & pl.col("ext_days").is_not_null()
        total = pl.min_horizontal("new_amount", pl.when(stated).then(pl.col("new_base_amount") + pl.col("ext_days")))
        then = now.filter(in_time & before).with_columns(
            *(pl.col(f"new_{name}").alias(name) for name in b.LIMIT[1:]),
            amount=total,
            tier="ext_arg",
            granted=pl.col("granted") + _power(pl.col("new_ordinal")),
            until="ext_until",
            until_end="ext_until_end",
            until_days="paused_days",
            until_us="paused_us",
            before="strict0",
        )
        return self.counted(then).filter(pl.col("strict0") >= pl.col("before")).select(STATE)

    def judged(self, clocks: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
        """Both due times and the outcome; of a clock that stands still as if it went on now."""
        ended = clocks.with_columns(ended=pl.col("stop_at").fill_null(self.book.as_of))
        due = self.due(self.paused_by(ended, "ended", spans))
        late = pl.when(pl.col("due_outer_end")).then(pl.col("stop_at") >= pl.col("due_outer"))
        late = late.otherwise(pl.col("stop_at") > pl.col("due_outer")) & ~pl.col("still")
        ending = pl.when(late).then(b.LATE).when(pl.col("kind") == b.SATISFY).then(b.MET).otherwise(b.MOOT)
        open_now = pl.when(pl.col("still")).then(b.PAUSED).otherwise(b.RUNNING)
        return due.select(
            "rv",
            "tier",
            "amount",
            start_event="row",
            strict="due_strict",
            strict_end=pl.col("due_strict_end").cast(pl.Int8),
            outer="due_outer",
            outer_end=pl.col("due_outer_end").cast(pl.Int8),
            stop_event=pl.col("stop_row").fill_null(-1),
            outcome=pl.when(pl.col("stop_at").is_null()).then(open_now).otherwise(ending),
        )

    def paused_by(self, clocks: pl.DataFrame, moment: str, spans: pl.DataFrame) -> pl.DataFrame:
        """With how long each clock had stood still by an instant, in days and microseconds, and whether it does."""
        if spans.is_empty():
            zero = pl.lit(0, dtype=pl.Int64)
            return clocks.with_columns(paused_days=zero, paused_us=zero, still=pl.lit(value=False))
        asked = (
            spans.lazy().join(clocks.lazy().select(*CLOCK, moment), on=CLOCK).filter(pl.col("begin") <= pl.col(moment))
        )
        ended = pl.min_horizontal("end", moment)
        days = (ended + self.book.offset) // b.DAY - self.day("begin")
        still = pl.col("open") | (pl.col("end") > pl.col(moment))
        sums = asked.group_by(CLOCK).agg(
            days.sum().alias("paused_days"), (ended - pl.col("begin")).sum().alias("paused_us"), still=still.any()
        )
        joined = clocks.lazy().join(sums, on=CLOCK, how="left")
        return joined.with_columns(
            pl.col("paused_days", "paused_us").fill_null(0), pl.col("still").fill_null(value=False)
        ).collect()

    def counted(self, clocks: pl.DataFrame) -> pl.DataFrame:
        """With the strict due time before pauses and stated ends."""
        day, amount, counting = self.day("at"), pl.col("amount"), pl.col("counting")
        place = (day - self.book.first_day) * (b.MOST_MONTHS + 1) + amount
        monthly = counting == b.SAME_DAY_OF_MONTH
        on = pl.lit(self.months).gather(pl.when(monthly).then(place))
        return clocks.with_columns(
            place=place,
            strict0=pl.when(counting == b.EXACT_MINUTE)
            .then(pl.col("at") + amount * b.HOUR)
            .when(counting == b.ROLLING_24H)
            .then(pl.col("at") + amount * b.DAY)
            .when(counting == b.DAY_AFTER)
            .then(self.end_of(day + amount))
            .otherwise(self.end_of(on)),
        )

    def due(self, clocks: pl.DataFrame) -> pl.DataFrame:
        """Both due times as they stand: moved by pauses, rolled past rest days, capped by a stated end."""
        frame = self.counted(clocks)
        at, outer, in_hours = pl.col("at"), pl.col("outer"), pl.col("unit") == b.HOURS
        whole_hour = at - (at + self.book.offset) % b.HOUR + (pl.col("amount") + 1) * b.HOUR
        spc = pl.lit(self.spc_months).gather(pl.when(outer == b.SPC_MONTH).then("place"))
        latest = pl.when(outer == b.FULL_HOUR).then(whole_hour)
        latest = latest.when(outer == b.DAY_END).then(self.end_of(self.day("at") + pl.col("amount")))
        latest = latest.when(outer == b.SPC_MONTH).then(self.end_of(spc)).otherwise("strict0")
        moved = pl.when(in_hours).then("paused_us").otherwise(pl.col("paused_days") * b.DAY)
        is_day = pl.col("counting").is_in((b.DAY_AFTER, b.SAME_DAY_OF_MONTH))
        since = pl.when(in_hours).then("until_us").otherwise(pl.col("until_days") * b.DAY)
        frame = frame.with_columns(
            due_strict=pl.col("strict0") + moved,
            due_strict_end=is_day,
            unrolled=latest + moved,
            due_outer_end=(outer.is_in((b.DAY_END, b.SPC_MONTH)) | is_day) & (outer != b.FULL_HOUR),
            until_now=pl.col("until") + moved - since,
        )
        return self.capped(self.rolled_past(frame))

    def rolled_past(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The outer due time on a working day; not where it rolls by custody and somebody of the case is held."""
        last = (pl.col("unrolled") - 1 + self.book.offset) // b.DAY - self.book.first_day
        last = last.clip(upper_bound=len(self.rolled) - 1)
        rolls = (pl.col("outer") == b.ROLLED) & pl.col("due_outer_end")
        frame = frame.with_columns(rolled=self.end_of(pl.lit(self.rolled).gather(pl.when(rolls).then(last))))
        rolls_now = rolls & ~((pl.col("roll") == b.BY_CUSTODY) & self.anyone_held(frame))
        return frame.with_columns(due_outer=pl.when(rolls_now).then("rolled").otherwise("unrolled"))

    def anyone_held(self, frame: pl.DataFrame) -> pl.Series:
        """Whether somebody of the case is in custody at the unrolled due time, or now if that is earlier."""
        moment = pl.min_horizontal("unrolled", self.book.as_of)
        asked = frame.select(moment.alias("moment"), "case", "in_custody", "roll").with_row_index("n")
        asked = asked.filter(pl.col("roll") == b.BY_CUSTODY)
        known = asked.lazy().join(self.measures(), on="case").filter(pl.col("measured") <= pl.col("moment"))
        by_person = known.group_by("n", "person").agg(pl.col("measure").max() % 2)
        held = by_person.group_by("n").agg(pl.col("measure").max() == 1).collect()
        measured = asked.join(self.measures().select("case").unique().collect(), on="case", how="anti")
        as_stated = measured.select("n", measure=pl.col("in_custody").fill_null(0) == 1)
        answers = pl.concat([held, as_stated.cast(held.schema)])
        flags = pl.repeat(value=False, n=frame.height, eager=True)
        return flags.scatter(answers["n"], answers["measure"])

    def capped(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The end that a document states, if it is the earlier; never an outer due time before the strict one."""
        until, strict = pl.col("until_now"), pl.col("due_strict")
        frame = frame.with_columns(
            due_strict=pl.min_horizontal("due_strict", "until_now"),
            due_strict_end=pl.when(until < strict).then(pl.col("until_end") == 1).otherwise("due_strict_end"),
        )
        sooner = (until < pl.col("due_outer")) | (pl.col("due_outer").is_null() & (until <= strict))
        frame = frame.with_columns(
            due_outer=pl.when(sooner).then(until).otherwise("due_outer"),
            due_outer_end=pl.when(sooner).then(pl.col("until_end") == 1).otherwise("due_outer_end"),
        )
        before = pl.col("due_outer") < strict
        return frame.with_columns(
            due_outer=pl.when(before).then(strict).otherwise("due_outer"),
            due_outer_end=pl.when(before).then("due_strict_end").otherwise("due_outer_end"),
        )

    def day(self, name: str) -> pl.Expr:
        """The local day of an instant."""
        return (pl.col(name) + self.book.offset) // b.DAY

    def end_of(self, day: pl.Expr) -> pl.Expr:
        """24:00 of a day."""
        return (day + 1) * b.DAY - self.book.offset


def _table(rows: b.Rows) -> pl.DataFrame:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.with_columns(pl.all().cast(pl.Int64)).with_columns(
        pl.col(name).cast(pl.Int32) for name in ("type",) if name in frame.columns
    )


def _named(axis: str, axes: tuple[int, ...]) -> pl.Expr:
    """What an event names on the axis that a column gives; -1 for nothing, and for a rule per case."""
    named = pl.lit(-1, dtype=pl.Int32)
    for n in axes:
        named = pl.when(pl.col(axis) == n).then(b.AXES[n]).otherwise(named)
    return named


def _reaches(other: str) -> pl.Expr:
    """The same subject or none, and no other person."""
    subject, person = pl.col(f"{other}_subject"), pl.col(f"{other}_person")
    same = (subject < 0) | (pl.col("subject") < 0) | (subject == pl.col("subject"))
    return same & ((person < 0) | (pl.col("person") < 0) | (person == pl.col("person")))


def _assumed(name: str) -> Any:
    return "assume_economic" if name == "economic" else pl.lit(None, dtype=pl.Int64)


def _power(exponent: pl.Expr) -> pl.Expr:
    return pl.lit(2, dtype=pl.Int64).pow(exponent)


def _prefixed(frame: pl.LazyFrame, prefix: str) -> pl.LazyFrame:
    """A frame whose columns have a prefix, but for the keys that it is joined by."""
    return frame.select(pl.all().exclude("case", "rv", "pause").name.prefix(prefix), *_keys(frame))


def _keys(frame: pl.LazyFrame) -> list[str]:
    return [name for name in ("case", "rv", "pause") if name in frame.collect_schema().names()]


if __name__ == "__main__":
    form = PolarsForm(Path(sys.argv[1]))
    serve({"run": form.run, "write": lambda: form.result.write_parquet(Path(sys.argv[1]) / "polars.parquet")})
