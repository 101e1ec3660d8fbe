"""Events that come in order and only add: what was said before them stands, and the day on which they are learned needs
no stage of its own.

An event comes in order where it is learned on the day on which it happens. It only adds where it opens and ends clocks
but moves none that was open when the day began, settles no question about an act of an earlier day, and states nothing
that counts for what came before. Where a clock turns out to ask what an event of such a type may have brought (UNSURE),
its group is judged again, stage by stage.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.core import check as c
from zhunsheng.core.backtest.days import Days, Ints
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.program import RESTART, SATISFY, START, TERMINATE
from zhunsheng.core.rule import Rule

Bools = NDArray[np.bool_]

ADDING: Final = (START, TERMINATE, SATISFY)
UNSURE: Final = ("repeated_start", "no_hour_stop", "beyond_calendar")
"""Questions of a clock by which an event that opens or ends clocks takes back what was said before it."""
NOBODY: Final = "\x00"


@dataclass(frozen=True)
class Settling:
    """Acts of a check, the events by which its answer about an earlier act may change, and the columns that both must
    share."""

    acts: tuple[str, ...]
    ends: tuple[str, ...]
    columns: tuple[str, ...]


def is_in_order(log: "Log", rulebook: Rulebook) -> Bools:
    """Whether each event comes in order and only adds."""
    found = log.in_time & ~log.names_first() & ~log.states_of_before(rulebook)
    for types, starts in _moved(rulebook).items():
        found &= ~log.comes_after(types, starts)
    for settling in settlings(rulebook):
        found &= ~log.settles(settling, found)
    return found


def settlings(rulebook: Rulebook) -> list[Settling]:
    """What may change the answer of each check about an act before it."""
    return [
        Settling(check.events, ends, columns)
        for check in rulebook.judged_checks()
        for ends, columns in _settling(check)
        if ends
    ]


def _settling(check: c.Check) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    body, columns = check.body, columns_of(check)
    if isinstance(body, c.Overlap):
        yield body.ends, body.ends_by
    elif isinstance(body, c.Span):
        yield body.ends if body.outside is not None or body.longer else (), columns
        yield tuple(longer.event for longer in body.longer), columns
    elif isinstance(body, c.Absent):
        yield body.from_, columns
    elif isinstance(body, c.Match) and not body.looks_back:
        yield body.others, columns


def columns_of(check: c.Check) -> tuple[str, ...]:
    """The columns by which a check holds records together, beside the case."""
    own = () if check.key in ("case", "officer") else (check.key,)
    return tuple(dict.fromkeys((*own, *(name for name in check.same if name != "case"))))


def _moved(rulebook: Rulebook) -> Mapping[frozenset[str], frozenset[str]]:
    """Sets of event types that move clocks, and the types by which those clocks begin."""
    by_type: dict[str, set[str]] = {}
    for compiled in rulebook.compiled.values():
        program = compiled.program
        roles = [
            (name, int(role.kind), int(role.rule))
            for code, name in enumerate(compiled.types)
            for role in program.roles[program.role_ptr[code] : program.role_ptr[code + 1]]
        ]
        starts = _starts(roles, compiled.rules)
        for name, kind, rule in roles:
            if kind not in ADDING:
                by_type.setdefault(name, set()).update(starts[rule])
    vocabulary = rulebook.vocabulary
    asking = {name for rule in rulebook.judged() if _asks_for_custody(rule) for name in _types_of(rule)}
    for name in (*vocabulary.custody_takes, *vocabulary.custody_ends) if asking else ():
        by_type.setdefault(name, set()).update(asking)
    found: dict[frozenset[str], set[str]] = {}
    for name, begun in by_type.items():
        found.setdefault(frozenset(begun), set()).add(name)
    return {frozenset(types): begun for begun, types in found.items()}


def _starts(roles: Iterable[tuple[str, int, int]], rules: tuple[Rule, ...]) -> list[set[str]]:
    """The event types by which clocks of each rule begin, its parents' among them."""
    found: list[set[str]] = [set() for _ in rules]
    for name, kind, rule in roles:
        if kind in (START, RESTART):
            found[rule].add(name)
    ids = [rule.id for rule in rules]
    for n in range(len(rules)):
        for parent in rules[n].parents:
            if parent.rule in ids:
                found[n] |= found[ids.index(parent.rule)]
    return found


def _asks_for_custody(rule: Rule) -> bool:
    return any(limit.roll == "by_custody" for version in rule.versions for limit in version.limits)


def _types_of(rule: Rule) -> set[str]:
    return {name for version in rule.versions for name in version.start} | {one.event for one in rule.restarts}


class Log:
    """Events (schemas.EVENTS, every version) with their groups and the days on which they happened and were learned."""

    def __init__(self, events: pl.DataFrame, groups: Ints, days: Days) -> None:
        self.events, self.groups, self.days = events, groups, days
        self.known, self.happened = days.of(events["recorded_at"]), days.of(events["at"])
        self.told = events.with_columns(
            pl.Series("group", groups), pl.Series("known", self.known), pl.Series("happened", self.happened)
        ).with_row_index("row")

    @cached_property
    def in_time(self) -> Bools:
        """Learned on the day on which it happened, to the minute, and never corrected."""
        plain = self.told.select(
            ~pl.col("void").fill_null(value=False)
            & (pl.col("version") == 1)
            & ~pl.col("id").is_in(self.told.filter(pl.col("version") != 1)["id"].unique().implode())
            & (pl.col("at_precision") != "day").fill_null(value=False)
            & pl.col("recorded_at").is_not_null()
        ).to_series()
        return np.asarray(plain.to_numpy() & (self.known == self.happened))

    def names_first(self) -> Bools:
        """The first to say that an incident belongs to a case: others come to belong there, too."""
        both = pl.col("case").is_not_null() & pl.col("incident").is_not_null()
        first = pl.col("known") == pl.col("known").min().over("group", "case", "incident")
        return self._marked(both & first)

    def states_of_before(self, rulebook: Rulebook) -> Bools:
        """It states what counts for the whole case, or for a person who was named before."""
        facts, read = rulebook.vocabulary.facts, rulebook.facts_read
        lasting = {name for name in read if facts[name].of != "event" and not facts[name].dated}
        of_case = {name for name in lasting if facts[name].of == "case"}
        stating = {name for name, kind in rulebook.vocabulary.event_types.items() if lasting.intersection(kind.states)}
        named_before = pl.col("known") > pl.col("known").min().over("group", "person")
        personal = _states(lasting - of_case) & (pl.col("person").is_null() | named_before)
        return self._marked(_states(of_case) | personal | pl.col("type").is_in(list(stating)))

    def comes_after(self, types: frozenset[str], starts: frozenset[str]) -> Bools:
        """An event of some types, where another of `starts` was known when its day began."""
        begins = self._of_types(starts)
        since = np.full(int(self.groups.max(initial=-1)) + 1, np.iinfo(np.int64).max)
        np.minimum.at(since, self.groups[begins], self.known[begins])
        return np.asarray(self._of_types(types) & (self.known > since[self.groups]))

    @cached_property
    def _type_codes(self) -> tuple[Ints, dict[str, int]]:
        """The type of each event as a number, and the numbers of all types."""
        names = self.told["type"].unique().sort()
        numbers = np.arange(len(names))
        codes = self.told["type"].replace_strict(names, numbers, return_dtype=pl.Int64).to_numpy()
        return codes, {name: n for n, name in enumerate(names)}

    def _of_types(self, types: Iterable[str]) -> Bools:
        codes, numbers = self._type_codes
        wanted = np.zeros(len(numbers), dtype=bool)
        wanted[[numbers[name] for name in types if name in numbers]] = True
        return wanted[codes]

    def settles(self, settling: Settling, adding: Bools) -> Bools:
        """The first of its kind after an act of an earlier day, or one that does not say of which act it speaks."""
        ends = self.told.filter(pl.col("type").is_in(settling.ends) & pl.Series(adding))
        nameless = ends.filter(pl.any_horizontal(pl.lit(value=False), *(pl.col(n).is_null() for n in settling.columns)))
        return self._rows(nameless["row"]) | self._rows(
            self.ended(settling, adding).filter(pl.col("happened") < pl.col("ended"))["end"].drop_nulls()
        )

    def ended(self, settling: Settling, adding: Bools) -> pl.DataFrame:
        """Each act with the first end after it that comes in order: its row, instant, and day."""
        by = ["group", *settling.columns]
        shared = [pl.col(name).fill_null(NOBODY) for name in settling.columns]
        told = self.told.select("row", "type", "at", "group", "happened", *shared)
        acts = told.filter(pl.col("type").is_in(settling.acts)).sort("at")
        ends = told.filter(pl.col("type").is_in(settling.ends) & pl.Series(adding)).sort("at")
        last = ends.select(*by, "at", end="row", end_at="at", ended="happened")
        return acts.join_asof(last, on="at", by=by, strategy="forward", check_sortedness=False)

    def _marked(self, is_so: pl.Expr) -> Bools:
        return self.told.select(is_so.fill_null(value=False)).to_series().to_numpy()

    def _rows(self, rows: pl.Series) -> Bools:
        found = np.zeros(self.told.height, dtype=bool)
        found[rows.to_numpy()] = True
        return found


def _states(facts: Iterable[str]) -> pl.Expr:
    """Whether an event states any of some facts. A name in some other place counts as well."""
    names = [f'"{name}"' for name in sorted(facts)]
    return pl.col("facts").str.contains_any(names).fill_null(value=False) if names else pl.lit(value=False)


def lasting_acts(log: Log, settling: Settling, most: pl.Expr) -> pl.DataFrame:
    """The acts (`group`, `at`) that are not ended in order before an instant: `most`, of `at`."""
    acts = log.ended(settling, log.in_time)
    return acts.filter(pl.col("end_at").is_null() | (pl.col("end_at") > most)).select("group", "at")
