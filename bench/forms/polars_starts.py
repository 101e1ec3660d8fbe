"""What opens a clock, in Polars: starts whose version is in force and whose rule applies, by the facts known then."""

from typing import Final

import polars as pl

from bench.forms import book as b
from bench.forms.polars_due import Dues, looked_up, of

SUBJECTS: Final = (1, 2, 3)  # places in AXES
WHOLE: Final = (
    "row", "case", "at", "bare", "rv", "kind", "rule", "group", "subject", "person", "limit", "tells", "mna", "no_hour",
)  # fmt: skip


class Starts:
    """The events, and the tables of the rules that say what starts them."""

    def __init__(self, book: b.Book, dues: Dues, events: pl.DataFrame, acts: pl.DataFrame) -> None:
        self.book, self.dues, self.events = book, dues, events
        self.rules = 1 + max(row["rule"] for row in book.versions)
        self.versions = pl.DataFrame(book.versions, infer_schema_length=None).with_columns(pl.all().cast(pl.Int64))
        told = b.starts_by_type(book)
        names = ("rv", "rule", "axis", "first_day", "end_day", "limit")
        starts = [{"type": row["type"], "rv": row["rv"], "tells": told[row["type"]]} for row in book.roles["starts"]]
        self.starts = _of_types(starts).join(self.versions.select("rv", "first_day", "end_day", "is_first"), on="rv")
        restarts = acts.filter(pl.col("opens") == 1).select("type", "rv", own="limit")
        self.restarts = restarts.join(self.versions.select(names), on="rv")
        self.last: dict[str, pl.Series] = {}

    def opened(self) -> tuple[pl.DataFrame, pl.Series]:
        """Every event that may open a clock, counted; and row → the first row of its case in the same instant."""
        instants, last_row = self.instants()
        self.last = {name: self.last_of_case(name) for name in b.CASE_FACTS}
        found = self.applying(self.started(), last_row)
        restarts = self.opened_by_restart()
        if restarts.height:
            found = pl.concat([found, restarts]).sort("row")
        row = {name: of(self.events[name], "row") for name in ("until", "until_end")}
        found = found.with_columns(
            until=row["until"], until_end=row["until_end"] == 1, bare=pl.col("bare") == 1, wait=self.waits()
        )
        found = self.dues.opened(found)
        return found.with_columns(keeps=self.kept_in_custody(found)), instants

    def instants(self) -> tuple[pl.Series, pl.Series]:
        """Row → the first and the last row of its case in the same instant."""
        new = (pl.col("case") != pl.col("case").shift(1)) | (pl.col("at") != pl.col("at").shift(1))
        first = pl.when(new.fill_null(value=True)).then("row")
        runs = self.events.select(first=first.forward_fill(), last=(first - 1).shift(-1).backward_fill())
        return runs["first"], runs["last"].fill_null(self.events.height - 1)

    def last_of_case(self, fact: str) -> pl.Series:
        """Case → what was last said of it."""
        said = self.events.lazy().filter(pl.col(fact).is_not_null()).select("case", fact)
        last = said.filter((pl.col("case") != pl.col("case").shift(-1)).fill_null(value=True)).collect()
        return looked_up(last["case"], last[fact].cast(pl.Int64), self._cases())

    def _cases(self) -> int:
        return int(self.events["case"][-1]) + 1 if self.events.height else 0

    def started(self) -> pl.DataFrame:
        """Starts whose version is in force; also those on days before the first version of their rule."""
        wanted = self.events.lazy().select("row", "case", "at", "type", "bare").filter(among(self.starts, "type"))
        starts = wanted.join(self.starts.lazy(), on="type", maintain_order="left_right")
        day = self.dues.day("at")
        none_yet = (pl.col("is_first") == 1) & (day < pl.col("first_day"))
        in_force = (day >= pl.col("first_day")) & (day < pl.col("end_day"))
        return (
            starts.filter(none_yet | in_force)
            .select("row", "case", "at", "bare", "rv", "tells", mna=none_yet)
            .collect()
        )

    def applying(self, starts: pl.DataFrame, last_row: pl.Series) -> pl.DataFrame:
        """Those whose facts hold, or are not stated by anybody: then whether the rule applies is a question."""
        known = {name: self.of_case(name) for name in b.CASE_FACTS}
        known["economic"] = pl.coalesce(known["economic"], of(self.versions["assume_economic"], "rv"))
        known["case_kind"] = self.kind_of_case(last_row)
        known["in_custody"] = pl.lit(self.in_custody(starts))
        fails, missing = pl.lit(value=False), pl.col("mna")
        for name, value in known.items():
            need = of(self.versions[f"need_{name}"], "rv")
            starts = starts.with_columns(pl.when(need.is_not_null()).then(value).alias(name))
            fails = fails | (need != pl.col(name)).fill_null(value=False)
            missing = missing | (need.is_not_null() & pl.col(name).is_null())
        axis = of(self.versions["axis"], "rv")
        starts = starts.with_columns(fails=fails, missing=missing).filter(~pl.col("fails"))
        return (
            starts.with_columns(rule=of(self.versions["rule"], "rv"))
            .with_columns(
                mna="missing",
                limit=of(self.versions["limit"], "rv"),
                kind=pl.lit(b.START, dtype=pl.Int64),
                no_hour=pl.lit(value=False),
                group=pl.col("case").cast(pl.Int64) * self.rules + pl.col("rule"),
                subject=self.subject(axis, "row"),
                person=self.person(axis),
            )
            .select(WHOLE)
        )

    def of_case(self, fact: str) -> pl.Expr:
        """What the event states, else what was last said of the case."""
        return pl.coalesce(of(self.events[fact], "row"), of(self.last[fact], "case"))

    def kind_of_case(self, last_row: pl.Series) -> pl.Expr:
        """What the event states, else the kind that the case was last given up to this instant."""
        said = self.events.select(pl.when(pl.col("case_kind").is_not_null()).then("row").forward_fill())["row"]
        given = pl.lit(said).gather(of(last_row, "row"))
        same = pl.lit(self.events["case"]).gather(given) == pl.col("case")
        return pl.coalesce(
            of(self.events["case_kind"], "row"), pl.when(same).then(pl.lit(self.events["case_kind"]).gather(given))
        )

    def subject(self, axis: pl.Expr, row: str) -> pl.Expr:
        """What an event names on an axis; -1 for nothing, and for a rule per case."""
        named = pl.lit(-1, dtype=pl.Int32)
        for n in SUBJECTS:
            named = pl.when(axis == n).then(of(self.events[b.AXES[n]], row)).otherwise(named)
        return named

    def person(self, axis: pl.Expr) -> pl.Expr:
        """Whom an event names; a rule per case hears it whoever that is."""
        return pl.when(axis > 0).then(of(self.events["person"], "row")).otherwise(pl.lit(-1, dtype=pl.Int32))

    def opened_by_restart(self) -> pl.DataFrame:
        """Restarts that open a clock where none is open."""
        wanted = self.events.lazy().select("row", "case", "at", "type", "bare").filter(among(self.restarts, "type"))
        found = wanted.join(self.restarts.lazy(), on="type", maintain_order="left_right")
        day = self.dues.day("at")
        hours = of(self.dues.counts_hours, "limit")  # the version's own limit lacks its hour
        return (
            found.filter((day >= pl.col("first_day")) & (day < pl.col("end_day")))
            .with_columns(
                kind=pl.lit(b.RESTART, dtype=pl.Int64),
                tells=pl.lit(0, dtype=pl.Int64),
                mna=pl.lit(value=False),
                no_hour=hours & (pl.col("bare") == 1),
                group=pl.col("case").cast(pl.Int64) * self.rules + pl.col("rule"),
                subject=self.subject(pl.col("axis"), "row"),
                person=self.person(pl.col("axis")),
            )
            .with_columns(limit="own")
            .select(WHOLE)
            .collect()
        )

    def waits(self) -> pl.Expr:
        """The waits that a fact of the start says, as bits."""
        mask = pl.lit(0, dtype=pl.Int64)
        for row in self.book.restarts:
            for name in b.EVENT_FACTS:
                if (wanted := row[f"need_{name}"]) is None:
                    continue
                versions = [role["rv"] for role in self.book.roles["restarts"] if role["arg"] == row["restart"]]
                says = (pl.col("kind") == b.START) & pl.col("rv").is_in(versions)
                says = says & (of(self.events[name], "row") == wanted)
                mask = mask + pl.when(says.fill_null(value=False)).then(row["bit"]).otherwise(0)
        return mask

    # -- custody

    def measures(self) -> pl.DataFrame:
        """Measures that take into custody or let go; the key makes the taking the later of two in one instant."""
        measure = pl.col("at") * 2 + (pl.col("custody") == b.TAKES).cast(pl.Int64)
        return (
            self.events.lazy()
            .filter(pl.col("custody") != 0)
            .select("case", who="person", measured="at", measure=measure)
            .collect()
        )

    def in_custody(self, starts: pl.DataFrame) -> pl.Series:
        """Of each start that asks, whether its person is in custody: by the measures up to then, else as it states,
        else as others state of him or of the case."""
        asking = starts.lazy().with_row_index("n").filter(of(self.versions["need_in_custody"], "rv").is_not_null())
        asked = asking.select("n", "row", "case", "at", person=of(self.events["person"], "row")).collect()
        known = asked.lazy().join(self.measures().lazy(), on="case").filter(pl.col("measured") <= pl.col("at"))
        mine = (pl.col("who") == pl.col("person")) & (pl.col("who") >= 0)
        last = known.group_by("n").agg(
            mine=pl.col("measure").filter(mine).max(),
            all_go=pl.col("measure").filter((pl.col("who") < 0) & (pl.col("measure") % 2 == 0)).max(),
        )
        let_go = (pl.col("mine") % 2 == 1) & (pl.col("all_go").fill_null(-1) > pl.col("mine"))
        held = last.select("n", held=pl.when(let_go).then(0).otherwise(pl.col("mine") % 2))
        stated = self.events.lazy().filter(pl.col("in_custody").is_not_null())
        stated = stated.select("case", "row", who="person", said="in_custody")
        told = asked.lazy().drop("row").join(stated, on="case").sort("row").group_by("n").agg(
            own_said=pl.col("said").filter(mine).last(), all_said=pl.col("said").filter(pl.col("who") < 0).last()
        )  # fmt: skip
        joined = asked.lazy().join(held, on="n", how="left").join(told, on="n", how="left")
        known_now = pl.coalesce("held", of(self.events["in_custody"], "row"), "own_said", "all_said")
        found = joined.select("n", known=known_now.cast(pl.Int64)).collect()
        return looked_up(found["n"], found["known"], starts.height)

    def kept_in_custody(self, opens: pl.DataFrame) -> pl.Series:
        """The starts whose limit does not roll, as somebody of the case is held when it ends, or now if earlier."""
        by_custody = pl.lit(self.versions["roll"]).gather(pl.col("rv")) == b.BY_CUSTODY
        asked = opens.lazy().with_row_index("n").filter(by_custody).select(
            "n", "case", "row", moment=pl.min_horizontal("outer0", self.book.as_of)
        ).collect()  # fmt: skip
        none = pl.repeat(value=False, n=opens.height, eager=True)
        if asked.is_empty():
            return none
        measures = self.measures()
        known = asked.join(measures, on="case").filter(pl.col("measured") <= pl.col("moment"))
        goes = known.filter((pl.col("who") < 0) & (pl.col("measure") % 2 == 0))
        by_person = known.group_by("n", "who").agg(pl.col("measure").max())
        by_person = by_person.join(goes.group_by("n").agg(go=pl.col("measure").max()), on="n", how="left")
        held = by_person.filter(pl.col("measure") % 2 == 1, pl.col("measure") > pl.col("go").fill_null(-1))
        unmeasured = asked.join(measures, on="case", how="anti").filter(of(self.events["in_custody"], "row") == 1)
        return none.scatter(pl.concat([held["n"], unmeasured["n"]]).unique(), values=True)


def among(roles: pl.DataFrame, name: str) -> pl.Expr:
    """Whether a type is one of those that roles have."""
    codes = roles[name].unique().to_list()
    is_one = pl.Series([code in codes for code in range(max(codes, default=0) + 2)])  # the last stands for any beyond
    return pl.lit(is_one).gather(pl.col(name).clip(upper_bound=is_one.len() - 1))


def _of_types(rows: b.Rows) -> pl.DataFrame:
    return pl.DataFrame(rows).with_columns(pl.all().cast(pl.Int64)).with_columns(pl.col("type").cast(pl.Int32))
