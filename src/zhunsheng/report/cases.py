"""Which cases are red, worst first, and what the report says of each: its track, and how its due times were
computed."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import polars as pl

from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.judge import judge
from zhunsheng.core.rule import Basis, Rule
from zhunsheng.explanation import Explainer
from zhunsheng.report.rows import Row, key_of, rows_of, shown
from zhunsheng.report.standing import KEYS
from zhunsheng.report.track import track_svg
from zhunsheng.report.words import Wording

MAX_CASES: Final = 30
MAX_EXPLAINED: Final = 6
TALL: Final = 4  # rows from which a case begins a new sheet of paper
Key = tuple[Any, ...]
NUMBER: Final = pl.coalesce("case", "incident")
IS_RED: Final = (pl.col("kind") == "overdue") | ((pl.col("kind") == "approaching") & (pl.col("level") == "red"))
"""A finding that is overdue or red now, of those that stand."""


@dataclass(frozen=True)
class Explained:
    """How one due time was computed."""

    title: str
    rule: str
    state: str
    level: str
    sentences: tuple[str, ...]
    basis: tuple[Basis, ...]


@dataclass(frozen=True)
class CasePage:
    """One red case of the report. `svg` is markup made here; all else is plain text."""

    number: str
    unit: str
    level: str
    is_tall: bool
    svg: str
    folded: int
    explained: tuple[Explained, ...]
    unexplained: int


def red_numbers(now: pl.DataFrame) -> list[str]:
    """The cases (or incidents) with something overdue or red now, in the order of `now`."""
    numbers = now.filter(IS_RED).select(NUMBER.alias("number"))["number"].drop_nulls()
    return numbers.unique(maintain_order=True).to_list()


def case_pages(
    red: pl.DataFrame,
    events: pl.DataFrame,
    rulebook: Rulebook,
    wording: Wording,
    *,
    as_of: datetime,
    known_at: datetime | None,
) -> list[CasePage]:
    """Pages of the first MAX_CASES cases of `red` (rows of IS_RED, worst first). They are judged once more, with their
    steps: of the whole body of events these would be far more than anybody reads."""
    numbers = red_numbers(red)[:MAX_CASES]
    own = events.filter(pl.col("case").is_in(numbers) | pl.col("incident").is_in(numbers))
    linked = own["incident"].drop_nulls().unique().implode()
    few = events.filter(pl.col("case").is_in(numbers) | pl.col("incident").is_in(linked))
    judged = judge(few, replace(rulebook, checks=()), as_of=as_of, known_at=known_at, with_steps=True)
    types = dict(few.select(EVENT_KEY.alias("key"), "type").iter_rows())
    book = _Book(rulebook, wording, as_of, types, _by_clock(judged.findings), _by_clock(judged.steps))
    order = {key: n for n, key in enumerate(red.select(KEYS).iter_rows())}
    clocks = _by_number(judged.clocks.with_columns(number=NUMBER))
    return [_page(number, clocks[number], order, book) for number in numbers]


@dataclass(frozen=True)
class _Book:
    """What every page needs."""

    rulebook: Rulebook
    wording: Wording
    as_of: datetime
    types: dict[str, str]
    findings: dict[Key, list[dict[str, Any]]]
    steps: dict[Key, list[dict[str, Any]]]


def _page(number: str, clocks: list[dict[str, Any]], order: dict[Key, int], book: _Book) -> CasePage:
    rules = {rule.id: rule for rule in book.rulebook.rules}
    rows = rows_of(clocks, book.findings, book.steps, rules, book.wording, book.as_of)
    drawn = shown(rows)
    label = f"{number}: " + "; ".join(f"{row.name}, {row.lines[0]}, {row.lines[1]}" for row in drawn)
    versions = {key_of(clock): int(clock["rule_version"]) for clock in clocks}
    red = sorted((row for row in rows if row.key in order), key=lambda row: order[row.key])
    return CasePage(
        number=number,
        unit=next((clock["unit"] for clock in clocks if clock["unit"]), ""),
        level="over" if any(row.level == "over" for row in rows) else "red",
        is_tall=len(drawn) > TALL,
        svg=track_svg(drawn, book.as_of, book.rulebook.calendar, book.wording, title=label),
        folded=len(rows) - len(drawn),
        explained=tuple(_explained(row, rules[row.key[0]], versions[row.key], book) for row in red[:MAX_EXPLAINED]),
        unexplained=len(red[MAX_EXPLAINED:]),
    )


def _explained(row: Row, rule: Rule, version: int, book: _Book) -> Explained:
    rulebook, language = book.rulebook, book.wording.language
    explainer = Explainer(rule, rulebook.vocabulary, rulebook.calendar, language=language)
    return Explained(
        title=book.wording.about(row.name, row.about or None),
        rule=rule.id,
        state=" · ".join(row.lines),
        level=row.level,
        sentences=tuple(explainer.sentences(book.steps[row.key], book.types)),
        basis=rule.versions[version - 1].basis if version else (),
    )


def _by_clock(table: pl.DataFrame) -> dict[Key, list[dict[str, Any]]]:
    found: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for row in table.iter_rows(named=True):
        found[key_of(row)].append(row)
    return found


def _by_number(table: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in table.iter_rows(named=True):
        found[row["number"]].append(row)
    return found
