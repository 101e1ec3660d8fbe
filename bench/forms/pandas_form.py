"""The fifteen limits in pandas, of plain cases only: merges and groups in pandas, arithmetic on its NumPy columns.

python -m bench.forms.pandas_form FOLDER
"""

import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl

from bench.child import serve
from bench.forms import book as b

CLOCK: Final = ["row", "rv"]
KEYS: Final = [*CLOCK, "case", "at", "subject", "person", "stop_at"]
NONE: Final = np.iinfo(np.int64).min
STATE: Final = (
    *KEYS, "stop_row", "kind", *b.LIMIT, "tier", "granted", "until", "until_end", "until_days", "until_us",
    "in_custody",
)  # fmt: skip

Array = Any


class PandasForm:
    """The events and the tables of the rules as frames. NONE stands for a missing number: no column turns to floats."""

    def __init__(self, folder: Path) -> None:
        self.book = b.read_book(folder)
        read = pl.read_parquet(folder / "encoded.parquet").with_row_index("row")
        columns = {name: read[name].cast(pl.Int64).fill_null(NONE).to_numpy() for name in read.columns}
        self.events = pd.DataFrame(columns)
        self.versions = _table(self.book.versions)
        axes = self.versions.set_index("rv")["axis"]
        self.tiers = _table(self.book.tiers)
        self.roles = {
            name: _table(rows).assign(axis=lambda t: t["rv"].map(axes)) for name, rows in self.book.roles.items()
        }
        self.rolled = np.array([NONE if day is None else day for day in self.book.rolled])
        self.months, self.spc_months = np.array(self.book.months), np.array(self.book.spc_months)
        self.result = pd.DataFrame()

    def run(self) -> int:
        """Compute every clock; their number."""
        clocks = self.stopped(self.started())
        spans = self.paused_spans(clocks)
        self.result = self.judged(self.extended(clocks, spans), spans)
        return len(self.result)

    def write(self, folder: Path) -> None:
        """The clocks, as Parquet."""
        frame = pl.DataFrame({name: self.result[name].to_numpy() for name in b.RESULT})
        frame = frame.with_columns(pl.when(pl.col(name) != NONE).then(name).alias(name) for name in ("strict", "outer"))
        frame.write_parquet(folder / "pandas.parquet")

    def pairs_of(self, name: str, *columns: str) -> pd.DataFrame:
        """(event, role) pairs of one kind, with the subject that the event names for the role's rule."""
        types = self.roles[name]["type"].unique()
        wanted = ["row", "case", "at", "type", "person", "item", "visit", *columns]
        pairs = self.events.loc[self.events["type"].isin(types), wanted].merge(self.roles[name], on="type")
        pairs["subject"] = _named(pairs, pairs["axis"], (1, 2, 3))
        return pairs.drop(columns=["item", "visit", "type", "axis"])

    def started(self) -> pd.DataFrame:
        """Starts whose version is in force and whose rule applies."""
        starts = self.pairs_of("starts", "until", "until_end", *b.FACTS).merge(self.versions, on="rv")
        day = self.day(starts["at"].to_numpy())
        starts = starts[(day >= starts["first_day"]) & (day < starts["end_day"])]
        starts = self.with_facts(starts)
        keep = np.ones(len(starts), dtype=bool)
        for name in b.FACTS:
            need, known = starts[f"need_{name}"].to_numpy(), starts[f"known_{name}"].to_numpy()
            if name == "economic":
                known = np.where(known == NONE, starts["assume_economic"], known)
            keep = keep & ((need == NONE) | (need == known))
        return starts[keep]

    def with_facts(self, starts: pd.DataFrame) -> pd.DataFrame:
        """What the event states, else the case; the kind of case from its date on; custody by its measures."""
        for name in b.CASE_FACTS:
            starts = starts.assign(**{f"known_{name}": self.of_case(starts, name)})
        kinds = self.events.loc[self.events["case_kind"] != NONE, ["case", "at", "case_kind"]]
        kinds = kinds.rename(columns={"case_kind": "kind_of_case"})
        starts = pd.merge_asof(starts.sort_values("at"), kinds.sort_values("at", kind="stable"), on="at", by="case")
        kind = starts["kind_of_case"].fillna(NONE).to_numpy().astype(np.int64)
        starts["known_case_kind"] = np.where(starts["case_kind"] != NONE, starts["case_kind"], kind)
        asked = starts.loc[starts["need_in_custody"] != NONE, ["row", "case", "person", "at"]]
        held = starts["row"].map(self.held(asked))
        starts["known_in_custody"] = held.fillna(starts["in_custody"]).to_numpy().astype(np.int64)
        return starts

    def of_case(self, frame: pd.DataFrame, name: str) -> Array:
        """A fact as the event states it, else as the case stated it last."""
        stated = self.events.loc[self.events[name] != NONE, ["case", name]]
        last = frame["case"].map(stated.drop_duplicates("case", keep="last").set_index("case")[name])
        return np.where(frame[name] != NONE, frame[name], last.fillna(NONE).to_numpy().astype(np.int64))

    def measures(self) -> pd.DataFrame:
        """Measures that take into custody or let go; the key makes the taking the later of two in one instant."""
        named = self.events[(self.events["custody"] != 0) & (self.events["person"] >= 0)]
        measure = named["at"] * 2 + (named["custody"] == b.TAKES)
        return pd.DataFrame(
            {"case": named["case"], "person": named["person"], "measured": named["at"], "measure": measure}
        )

    def held(self, asked: pd.DataFrame) -> pd.Series:
        """Row → whether its person was in custody at its instant, by the last measure up to then."""
        known = asked.drop_duplicates("row").merge(self.measures(), on=["case", "person"])
        return known[known["measured"] <= known["at"]].groupby("row")["measure"].max() % 2

    def stopped(self, started: pd.DataFrame) -> pd.DataFrame:
        """Each start with the first stop that reaches it; of starts with one subject and stop the first counts."""
        stops = self.pairs_of("stops").drop(columns="arg")
        stops = stops.rename(columns={name: f"stop_{name}" for name in ("row", "at", "person", "subject")})
        keys = started[["row", "rv", "case", "at", "subject", "person"]]
        pairs = keys.merge(stops, on=["case", "rv"])
        pairs = pairs[(pairs["stop_at"] >= pairs["at"]) & _reaches(pairs, "stop")]
        first = pairs.sort_values(["stop_at", "kind", "stop_row"]).drop_duplicates(CLOCK)[
            [*CLOCK, "stop_at", "stop_row", "kind"]
        ]
        clocks = started.drop(columns="kind").merge(first, on=CLOCK, how="left").sort_values("row")
        for name, none in (("stop_at", NONE), ("stop_row", -1), ("kind", -1)):
            clocks[name] = clocks[name].fillna(none).to_numpy().astype(np.int64)
        clocks = clocks.drop_duplicates(["case", "rv", "subject", "stop_row"])
        return clocks.assign(tier=-1, granted=0, until_days=0, until_us=0)[list(STATE)]

    def paused_spans(self, clocks: pd.DataFrame) -> pd.DataFrame:
        """The time in which a clock stood still: spans that overlap are one; `open` ones last to its stop or to now."""
        sides = {}
        for side, name in (("begin", "pauses"), ("end", "resumes")):
            found = self.pairs_of(name, "order", "document").rename(columns={"arg": "pause"})
            found["key"] = _named(found, found["pause"].map(self.book.pairs), (1, 4, 5))
            found = found.drop(columns=["row", "kind", "order", "document"])
            sides[side] = found.rename(columns={n: f"{side}_{n}" for n in ("at", "subject", "person", "key")})
        begun = clocks[KEYS].merge(sides["begin"], on=["case", "rv"])
        begun["over"] = np.where(begun["stop_at"] == NONE, self.book.as_of, begun["stop_at"])
        begun = begun[_reaches(begun, "begin") & (begun["begin_at"] <= begun["over"])]
        ended = begun.merge(sides["end"], on=["case", "rv", "pause"])
        one = (ended["begin_key"] == ended["end_key"]) | (ended["begin_key"] < 0) | (ended["end_key"] < 0)
        ended = ended[one & _reaches(ended, "end") & (ended["end_at"] >= ended["begin_at"])]
        names = [*CLOCK, "pause", "begin_key", "begin_at"]
        spans = begun.merge(ended.groupby(names, as_index=False)["end_at"].min(), on=names, how="left")
        end = spans["end_at"].fillna(b.LATER).to_numpy().astype(np.int64)
        spans = spans.assign(
            open=end > spans["over"],
            begin=np.maximum(spans["begin_at"], spans["at"]),
            end=np.minimum(end, spans["over"]),
        )[end >= spans["at"]]
        return self.islands(spans.sort_values([*CLOCK, "begin"])[[*CLOCK, "begin", "end", "open"]])

    def islands(self, spans: pd.DataFrame) -> pd.DataFrame:
        """Spans in order, those that overlap made one."""
        reached = spans.groupby(CLOCK)["end"].cummax().groupby([spans["row"], spans["rv"]]).shift(1)
        island = (reached.isna() | (spans["begin"] > reached.fillna(0))).cumsum()
        grouped = spans.groupby([*CLOCK, island.rename("island")], as_index=False)
        return grouped.agg(begin=("begin", "min"), end=("end", "max"), open=("open", "any"))

    def extended(self, clocks: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
        """Grant extensions one after the other: the n-th of every clock in the n-th round."""
        asked = self.extensions(clocks)
        touched = clocks.merge(asked[CLOCK].drop_duplicates(), on=CLOCK, how="left", indicator=True)
        is_touched = (touched.pop("_merge") == "both").to_numpy()
        rest, moved = touched[~is_touched], touched[is_touched]
        for turn in range(int(asked["turn"].max()) + 1 if len(asked) else 0):
            granted = self.granted(moved.merge(asked[asked["turn"] == turn], on=CLOCK), spans)
            moved = pd.concat([granted, moved]).drop_duplicates(CLOCK)
        return pd.concat([rest, moved])

    def extensions(self, clocks: pd.DataFrame) -> pd.DataFrame:
        """Extensions that reach an open clock and name their tier, numbered by clock."""
        found = self.pairs_of("extensions", "until", "until_end", "tier", "days", "public_security").drop(
            columns="kind"
        )
        found = found.merge(self.tiers.add_prefix("new_"), left_on="arg", right_on="new_tier")
        named = (found["tier"] == found["new_code"]) | ((found["tier"] == NONE) & (found["new_siblings"] == 1))
        need = found["new_need_public_security"]
        found = found[named & ((need == NONE) | (need == self.of_case(found, "public_security")))]
        kept = ("row", "at", "subject", "person", "until", "until_end", "days", "arg")
        found = found.drop(columns=["tier", "public_security"]).rename(columns={name: f"ext_{name}" for name in kept})
        reached = clocks[KEYS].merge(found, on=["case", "rv"])
        open_then = (reached["stop_at"] == NONE) | (reached["ext_at"] <= reached["stop_at"])
        reached = reached[_reaches(reached, "ext") & (reached["ext_at"] >= reached["at"]) & open_then]
        reached = reached.sort_values([*CLOCK, "ext_row"])
        reached["turn"] = reached.groupby(CLOCK).cumcount()
        names = [name for name in reached if name.startswith(("ext_", "new_"))]
        return reached[[*CLOCK, "turn", *names]]

    def granted(self, asked: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
        """The clocks of a round whose extension came in time, in order, and gives no less than what is in force."""
        now = self.due(self.paused_by(asked, asked["ext_at"], spans))
        after = now["new_after"].to_numpy()
        before = (after < 0) | (now["granted"].to_numpy() >> np.maximum(after, 0) & 1 == 1)
        then = now[before & (now["still"] | ~_passed(now, "ext_at"))]
        stated = (then["new_states"] == b.STATES_DAYS) & (then["ext_days"] != NONE)
        total = np.where(
            stated, np.minimum(then["new_amount"], then["new_base_amount"] + then["ext_days"]), then["new_amount"]
        )
        then = then.assign(
            **{name: then[f"new_{name}"] for name in b.LIMIT[1:]},
            amount=total,
            tier=then["ext_arg"],
            granted=then["granted"] + 2 ** then["new_ordinal"],
            until=then["ext_until"],
            until_end=then["ext_until_end"],
            until_days=then["paused_days"],
            until_us=then["paused_us"],
        )
        return then.loc[self.counted(then) >= then["strict0"], list(STATE)]

    def judged(self, clocks: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
        """Both due times and the outcome; of a clock that stands still as if it went on now."""
        is_open = (clocks["stop_at"] == NONE).to_numpy()
        due = self.due(self.paused_by(clocks, np.where(is_open, self.book.as_of, clocks["stop_at"]), spans))
        late = _passed(due, "stop_at") & ~due["still"]
        ending = np.where(late, b.LATE, np.where(due["kind"] == b.SATISFY, b.MET, b.MOOT))
        return pd.DataFrame(
            {
                "rv": due["rv"],
                "start_event": due["row"],
                "strict": due["strict"],
                "strict_end": due["strict_end"],
                "outer": due["latest"],
                "outer_end": due["latest_end"],
                "stop_event": due["stop_row"],
                "outcome": np.where(is_open, np.where(due["still"], b.PAUSED, b.RUNNING), ending),
                "tier": due["tier"],
                "amount": due["amount"],
            }
        )

    def paused_by(self, clocks: pd.DataFrame, moment: Array, spans: pd.DataFrame) -> pd.DataFrame:
        """With how long each clock had stood still by an instant, in days and microseconds, and whether it does."""
        clocks = clocks.assign(moment=moment)
        asked = spans.merge(clocks[[*CLOCK, "moment"]], on=CLOCK)
        asked = asked[asked["begin"] <= asked["moment"]]
        ended = np.minimum(asked["end"], asked["moment"])
        sums = asked.assign(
            paused_days=self.day(ended) - self.day(asked["begin"]),
            paused_us=ended - asked["begin"],
            still=(asked["open"] | (asked["end"] > asked["moment"])).astype(np.int64),
        )
        sums = sums.groupby(CLOCK, as_index=False).agg({"paused_days": "sum", "paused_us": "sum", "still": "max"})
        joined = clocks.merge(sums, on=CLOCK, how="left")
        for name in ("paused_days", "paused_us", "still"):
            joined[name] = joined[name].fillna(0).to_numpy().astype(np.int64)
        return joined.assign(still=joined["still"] == 1)

    def counted(self, clocks: pd.DataFrame) -> Array:
        """The strict due time before pauses and stated ends."""
        at, amount, counting = (clocks[name].to_numpy() for name in ("at", "amount", "counting"))
        on = self.months[self.place(clocks, counting == b.SAME_DAY_OF_MONTH)]
        hours = np.where(counting == b.EXACT_MINUTE, at + amount * b.HOUR, at + amount * b.DAY)
        days = np.where(counting == b.DAY_AFTER, self.end_of(self.day(at) + amount), self.end_of(on))
        return np.where(counting <= b.ROLLING_24H, hours, days)

    def place(self, clocks: pd.DataFrame, wanted: Array) -> Array:
        """Place of a start and its months in the tables; 0 where it is not wanted."""
        day = self.day(clocks["at"].to_numpy()) - self.book.first_month_day
        return np.where(wanted, day * (b.MOST_MONTHS + 1) + clocks["amount"].to_numpy(), 0)

    def due(self, clocks: pd.DataFrame) -> pd.DataFrame:
        """Both due times as they stand: moved by pauses, rolled past rest days, capped by a stated end."""
        at, amount, outer, counting = (clocks[name].to_numpy() for name in ("at", "amount", "outer", "counting"))
        strict0 = self.counted(clocks)
        whole_hour = at - (at + self.book.offset) % b.HOUR + (amount + 1) * b.HOUR
        spc = self.end_of(self.spc_months[self.place(clocks, outer == b.SPC_MONTH)])
        day_end = self.end_of(self.day(at) + amount)
        readings = [outer == b.FULL_HOUR, outer == b.DAY_END, outer == b.SPC_MONTH]
        in_hours = clocks["unit"].to_numpy() == b.HOURS
        moved = np.where(in_hours, clocks["paused_us"], clocks["paused_days"] * b.DAY)
        since = np.where(in_hours, clocks["until_us"], clocks["until_days"] * b.DAY)
        is_day = np.isin(counting, (b.DAY_AFTER, b.SAME_DAY_OF_MONTH))
        frame = clocks.assign(
            strict0=strict0,
            strict=strict0 + moved,
            strict_end=is_day,
            unrolled=np.select(readings, [whole_hour, day_end, spc], strict0) + moved,
            latest_end=(np.isin(outer, (b.DAY_END, b.SPC_MONTH)) | is_day) & (outer != b.FULL_HOUR),
            until_now=np.where(clocks["until"] == NONE, b.LATER, clocks["until"] + moved - since),
        )
        return self.capped(frame.assign(latest=self.rolled_past(frame)))

    def rolled_past(self, frame: pd.DataFrame) -> Array:
        """The outer due time on a working day; not where it rolls by custody and somebody of the case is held."""
        unrolled = frame["unrolled"].to_numpy()
        rolls = ((frame["outer"] == b.ROLLED) & frame["latest_end"]).to_numpy()
        rolls = rolls & ~self.anyone_held(frame)
        last = np.clip(self.day(unrolled - 1) - self.book.first_day, 0, len(self.rolled) - 1)
        day = self.rolled[np.where(rolls, last, 0)]
        return np.where(rolls, np.where(day == NONE, NONE, self.end_of(day)), unrolled)

    def anyone_held(self, frame: pd.DataFrame) -> Array:
        """Whether somebody of the case is in custody at the unrolled due time, or now if that is earlier."""
        places = np.flatnonzero(frame["roll"] == b.BY_CUSTODY)
        asked = frame.iloc[places][["case", "in_custody", "unrolled"]].assign(place=places)
        known = asked.merge(self.measures(), on="case")
        as_stated = asked[~asked["place"].isin(known["place"]) & (asked["in_custody"] == 1)]["place"]
        known = known[known["measured"] <= np.minimum(known["unrolled"], self.book.as_of)]
        held = known.groupby(["place", "person"])["measure"].max() % 2
        flags = np.zeros(len(frame), dtype=bool)
        flags[held[held == 1].index.get_level_values("place")] = True
        flags[as_stated] = True
        return flags

    def capped(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The end that a document states, if it is the earlier; never an outer due time before the strict one."""
        until, own, latest = (frame[name].to_numpy() for name in ("until_now", "strict", "latest"))
        until_end, own_end, latest_end = (frame[name].to_numpy() for name in ("until_end", "strict_end", "latest_end"))
        strict, strict_end = np.minimum(own, until), np.where(until < own, until_end == 1, own_end)
        cut = (until < latest) & (latest != NONE) | ((latest == NONE) & (until <= own))
        latest, latest_end = np.where(cut, until, latest), np.where(cut, until_end == 1, latest_end)
        before = (latest < strict) & (latest != NONE)
        return frame.assign(
            strict=strict,
            strict_end=strict_end,
            latest=np.where(before, strict, latest),
            latest_end=np.where(before, strict_end, latest_end),
        )

    def day(self, instants: Array) -> Array:
        """The local day of an instant."""
        return (instants + self.book.offset) // b.DAY

    def end_of(self, day: Array) -> Array:
        """24:00 of a day."""
        return (day + 1) * b.DAY - self.book.offset


def _table(rows: b.Rows) -> pd.DataFrame:
    return pd.DataFrame(
        {name: [NONE if row[name] is None else row[name] for row in rows] for name in rows[0]}, dtype=np.int64
    )


def _named(frame: pd.DataFrame, axis: pd.Series, axes: tuple[int, ...]) -> Array:
    """What an event names on the axis of its rule; -1 for nothing, and for a rule per case."""
    return np.select([axis.to_numpy() == n for n in axes], [frame[b.AXES[n]].to_numpy() for n in axes], -1)


def _reaches(frame: pd.DataFrame, other: str) -> Array:
    """The same subject or none, and no other person."""
    subject, person = frame[f"{other}_subject"].to_numpy(), frame[f"{other}_person"].to_numpy()
    mine, whose = frame["subject"].to_numpy(), frame["person"].to_numpy()
    return ((subject < 0) | (mine < 0) | (subject == mine)) & ((person < 0) | (whose < 0) | (person == whose))


def _passed(due: pd.DataFrame, moment: str) -> Array:
    """Whether an instant lies beyond the outer due time; not where that is not known."""
    at, latest = due[moment].to_numpy(), due["latest"].to_numpy()
    return (latest != NONE) & np.where(due["latest_end"], at >= latest, at > latest)


if __name__ == "__main__":
    form = PandasForm(Path(sys.argv[1]))
    serve({"run": form.run, "write": lambda: form.write(Path(sys.argv[1]))})
