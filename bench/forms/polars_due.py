"""Due times in Polars: from a limit to its two due times, moved by pauses, capped by a stated end, rolled past rest
days. Every function takes columns of one row a clock."""

from typing import Final

import polars as pl

from bench.forms import book as b

BEFORE_ALL: Final = -b.LATER
ZERO: Final = pl.lit(0, dtype=pl.Int64)
YES: Final = pl.lit(value=True)
NO: Final = pl.lit(value=False)


class Dues:
    """The limits and the calendar as columns to look up in."""

    def __init__(self, book: b.Book) -> None:
        self.book = book
        rows = book.limits
        days = [row["unit"] in (b.DAYS, b.MONTHS) for row in rows]
        self.amount = pl.Series([row["amount"] for row in rows], dtype=pl.Int64)
        self.in_days = pl.Series(days)
        self.counting = pl.Series([row["counting"] for row in rows], dtype=pl.Int64)
        self.reading = pl.Series([row["outer"] for row in rows], dtype=pl.Int64)
        self.step = pl.Series([b.HOUR if row["unit"] == b.HOURS else b.DAY for row in rows], dtype=pl.Int64)
        self.by_document = pl.Series([row["counting"] == b.BY_DOCUMENT for row in rows])
        self.rolls = pl.Series([row["outer"] == b.ROLLED for row in rows])
        hours = (b.EXACT_MINUTE, b.ROLLING_24H, b.AT_ONCE)
        self.counts_hours = pl.Series([row["counting"] in hours for row in rows])
        self.at_once = pl.Series([row["at_once_outer"] for row in book.versions], dtype=pl.Int64)
        self.then = pl.Series([b.limit_after_pauses(book, row["rv"]) for row in book.versions], dtype=pl.Int64)
        self.rolled = pl.Series(book.rolled, dtype=pl.Int64)
        self.months = pl.Series(book.months, dtype=pl.Int64)
        self.spc_months = pl.Series(book.spc_months, dtype=pl.Int64)

    def day(self, name: str) -> pl.Expr:
        """The local day of an instant."""
        return (pl.col(name) + self.book.offset) // b.DAY

    def end_of(self, day: pl.Expr) -> pl.Expr:
        """24:00 of a day."""
        return (day + 1) * b.DAY - self.book.offset

    def opened(self, opens: pl.DataFrame) -> pl.DataFrame:
        """Clocks as they open: counted, with the end that the start states, and whether they are a question."""
        opens = opens.with_columns(amount=of(self.amount, "limit"))
        opens = self.counted(opens)
        lacks = of(self.counts_hours, "limit") & pl.col("bare")
        before = self.ends_before("at")
        return opens.with_columns(
            strict0=pl.when(~lacks).then("strict0"),
            outer0=pl.when(~lacks).then("outer0"),
            hard=pl.col("mna") | ((lacks | pl.col("no_hour").fill_null(value=False)) & (pl.col("wait") == 0)) | before,
            until=pl.when(~before).then("until"),
            before=before,
        )

    def ends_before(self, start: str) -> pl.Expr:
        """Whether the end that an event states lies before a start."""
        until, start_at = pl.col("until"), pl.col(start)
        return ((until < start_at) | (pl.col("until_end") & (until == start_at))).fill_null(value=False)

    def counted(self, clocks: pl.DataFrame, origin: str = "at") -> pl.DataFrame:
        """With both due times before pauses, stated ends and rest days: of `limit` and `amount` from an instant."""
        at, amount = pl.col(origin), pl.col("amount")
        counting, reading = of(self.counting, "limit"), of(self.reading, "limit")
        clocks = clocks.with_columns(counting=counting, reading=reading, of_day=self.day(origin))
        counting, reading, day = pl.col("counting"), pl.col("reading"), pl.col("of_day")
        place = (day - self.book.first_month_day) * (b.MOST_MONTHS + 1) + amount
        on = pl.lit(self.months).gather(pl.when(counting == b.SAME_DAY_OF_MONTH).then(place))
        spc = pl.lit(self.spc_months).gather(pl.when(reading == b.SPC_MONTH).then(place))
        clocks = clocks.with_columns(
            strict0=pl.when(counting <= b.ROLLING_24H).then(at + amount * of(self.step, "limit"))
            .when(counting == b.DAY_AFTER).then(self.end_of(day + amount))
            .when(counting == b.SAME_DAY_OF_MONTH).then(self.end_of(on))
            .when(counting == b.AT_ONCE).then(at),
            strict0_end=counting.is_in((b.DAY_AFTER, b.SAME_DAY_OF_MONTH)),
        )  # fmt: skip
        whole_hour = at - (at + self.book.offset) % b.HOUR + (amount + 1) * b.HOUR
        return clocks.with_columns(
            outer0=pl.when(reading == b.FULL_HOUR).then(whole_hour)
            .when(reading == b.DAY_END).then(self.end_of(day + amount))
            .when(reading == b.SPC_MONTH).then(self.end_of(spc))
            .when(counting == b.AT_ONCE).then(at + of(self.at_once, "rv"))
            .otherwise("strict0"),
            outer0_end=(pl.col("strict0_end") | reading.is_in((b.DAY_END, b.SPC_MONTH))) & (reading != b.FULL_HOUR),
        ).drop("counting", "reading", "of_day")  # fmt: skip

    def due(self, clocks: pl.DataFrame) -> pl.DataFrame:
        """Both due times of clocks that never stood still."""
        return self.rolled_past(
            clocks.with_columns(
                strict="strict0",
                strict_end="strict0_end",
                unrolled="outer0",
                outer_end="outer0_end",
                until_now="until",
                rolls=of(self.rolls, "limit"),
                by_doc=pl.lit(value=False),
            )
        )

    def due_at(self, clocks: pl.DataFrame, moment: str) -> pl.DataFrame:
        """Both due times as they stand at an instant: moved by the time that did not count. A clock that stands still
        has those of going on then: with the rest of its limit, or with the one that the law grants instead; one that
        waits has none."""
        still, until = (pl.col("holds") | pl.col("wait")) != 0, pl.max_horizontal(moment, "since")
        clocks = clocks.with_columns(still=still, then=of(self.then, "rv"), resumed=until)
        clocks = clocks.with_columns(
            anew=pl.col("still") & (pl.col("wait") == 0) & (pl.col("then") >= 0),
            days_still=pl.when("still").then(self.day("resumed") - self.day("since")).otherwise(0),
            us_still=pl.when("still").then(pl.col("resumed") - pl.col("since")).otherwise(0),
        )
        anew = pl.col("anew")
        clocks = clocks.with_columns(due_limit=pl.when(anew).then("then").otherwise("limit"))
        in_days = of(self.in_days, "due_limit")
        stood = pl.when(in_days).then((pl.col("paused_days") + pl.col("days_still")) * b.DAY)
        since = pl.when(in_days).then(pl.col("until_days") * b.DAY).otherwise("until_us")
        clocks = clocks.with_columns(shift=stood.otherwise(pl.col("paused_us") + pl.col("us_still")), since_until=since)
        at = pl.col(moment)
        clocks = clocks.with_columns(
            strict=pl.when(anew).then(at).otherwise(pl.col("strict0") + pl.col("shift")),
            strict_end=pl.col("strict0_end") & ~anew,
            unrolled=pl.when(anew).then(at + of(self.at_once, "rv")).otherwise(pl.col("outer0") + pl.col("shift")),
            outer_end=pl.col("outer0_end") & ~anew,
            until_now=pl.when(~anew).then(pl.col("until") + pl.col("shift") - pl.col("since_until")),
            due_amount=pl.when(anew).then(of(self.amount, "due_limit")).otherwise("amount"),
            rolls=of(self.rolls, "due_limit"),
            by_doc=of(self.by_document, "due_limit"),
        )
        return self.rolled_past(clocks)

    def rolled_past(self, clocks: pl.DataFrame) -> pl.DataFrame:
        """The outer due time on a working day, where its limit says so and nobody is held."""
        beyond = len(self.rolled) - 1
        last = (pl.col("unrolled") - 1 + self.book.offset) // b.DAY - self.book.first_day
        last = pl.when(last.is_between(0, beyond)).then(last).otherwise(beyond)
        rolls = pl.col("rolls") & pl.col("outer_end") & ~pl.col("keeps") & pl.col("unrolled").is_not_null()
        worked = self.end_of(pl.lit(self.rolled).gather(pl.when(rolls).then(last)))
        return self.capped(clocks.with_columns(outer=pl.when(rolls).then(worked).otherwise("unrolled")))

    def capped(self, clocks: pl.DataFrame) -> pl.DataFrame:
        """The end that a document states, if it is the earlier; never an outer due time before the strict one."""
        until, strict, outer, by_doc = (pl.col(name) for name in ("until_now", "strict", "outer", "by_doc"))
        until_end = pl.col("until_end") & until.is_not_null()
        cut = (strict.is_null() & by_doc & until.is_not_null()) | (until < strict).fill_null(value=False)
        clocks = clocks.with_columns(
            strict=pl.when(cut).then(until).otherwise(strict),
            strict_end=pl.when(cut).then(until_end).otherwise("strict_end"),
        )
        instead = outer.is_null() & ((by_doc & until.is_not_null()) | (until <= strict).fill_null(value=False))
        cut = instead | (until < outer).fill_null(value=False)
        clocks = clocks.with_columns(
            outer=pl.when(cut).then(until).otherwise(outer),
            outer_end=pl.when(cut).then(until_end).otherwise("outer_end"),
        )
        before = (outer < strict).fill_null(value=False)
        return clocks.with_columns(
            outer=pl.when(before).then(strict).otherwise(outer),
            outer_end=pl.when(before).then("strict_end").otherwise("outer_end"),
        )

    def past(self, at: str) -> pl.Expr:
        """Whether an instant lies after the outer due time."""
        outer, moment = pl.col("outer"), pl.col(at)
        return pl.when(pl.col("outer_end")).then(moment >= outer).otherwise(moment > outer).fill_null(value=False)

    def on_its_day(self, at: str, bare: str) -> pl.Expr:
        """Whether a bare date names the day on which a limit ends at an hour."""
        same = self.day("outer") == self.day(at)
        return (~pl.col("outer_end") & pl.col(bare) & same).fill_null(value=False)

    def undecided(self, at: str) -> pl.Expr:
        """Whether the calendar ends before the outer due time does, and the strict one has passed."""
        strict, moment = pl.col("strict"), pl.col(at)
        in_time = (moment < strict) | ((moment == strict) & ~pl.col("strict_end"))
        return pl.col("outer").is_null() & ~in_time.fill_null(value=False)


def looked_up(places: pl.Series, values: pl.Series, size: int) -> pl.Series:
    """A table of a size, null but at some places."""
    table = pl.Series([None], dtype=values.dtype).new_from_index(0, size)
    return table.scatter(places, values)


def of(table: pl.Series, index: str) -> pl.Expr:
    """The entry of a table that a column names."""
    return pl.lit(table).gather(pl.col(index))


def table(rows: b.Rows) -> pl.DataFrame:
    """Rows of integers as a frame."""
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.with_columns(pl.all().cast(pl.Int64)).with_columns(
        pl.col(name).cast(pl.Int32) for name in ("type",) if name in frame.columns
    )
