"""The mapping file: how the rows of another system become events. TOML text in, a value or every issue out."""

import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zhunsheng.core.schemas import EVENTS, PRECISIONS
from zhunsheng.core.toml_table import Issue, Table, read_toml
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.files.facts import FactWrong, fact_value
from zhunsheng.files.times import Clockwork

ENCODINGS: Final = ("utf-8", "gb18030")
DELIMITERS: Final = (",", ";", "\t", "|")
ROW_NUMBER: Final = "row"
"""What a template may name beside the columns of the file: the number of the row."""
PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")
CELLS: Final = tuple(
    name for name in EVENTS.names() if name not in ("type", "at_precision", "until_precision", "facts", "source")
)


@dataclass(frozen=True)
class Cell:
    """Where a value comes from: a template over columns of the file, or a constant; `words` turns its words into ours.

    A word that is not listed becomes `other`; where that is None, the row is refused.
    """

    template: str = ""
    constant: str | None = None
    words: Dictionary[str, str] = field(default_factory=dict)
    other: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return tuple(name for name in PLACEHOLDER.findall(self.template) if name != ROW_NUMBER)


@dataclass(frozen=True)
class Block:
    """One [[event]]: every row that `when` lets through and whose `at` is not empty gives one event."""

    type: Cell
    cells: Dictionary[str, Cell]
    facts: Dictionary[str, Cell]
    precisions: Dictionary[str, str]
    when: Dictionary[str, tuple[str, ...] | bool]  # the texts that a column may have, or whether it is filled

    @property
    def columns(self) -> set[str]:
        """The columns of the file that it reads."""
        cells = (self.type, *self.cells.values(), *self.facts.values())
        return {name for cell in cells for name in cell.columns} | set(self.when)


@dataclass(frozen=True)
class Mapping:
    """How one kind of file is read. Without blocks its columns have our names, and only the rest holds."""

    blocks: tuple[Block, ...] = ()
    source: str | None = None
    zone: str | None = None
    time_format: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    header_row: int = 1
    officers_separator: str = ";"

    @property
    def columns(self) -> set[str] | None:
        """Every column of the file that is read; None for all, which then have our names."""
        return set().union(*(block.columns for block in self.blocks)) if self.blocks else None

    def clockwork(self, zone: str) -> Clockwork:
        """How its times are read; `zone` is the rulebook's, for bare dates where the mapping states none."""
        return Clockwork(self.zone or zone, self.zone is not None, self.time_format, rounds_to_days=bool(self.blocks))


class MappingRefused(ValueError):
    """A mapping file has issues; all of them are in the message, one a line."""

    def __init__(self, issues: list[Issue]) -> None:
        self.issues = issues
        super().__init__("\n".join(map(str, issues)))


def load_mapping(path: Path, vocabulary: Vocabulary) -> Mapping:
    """Read a mapping file. Raises MappingRefused, OSError."""
    return parse_mapping(path.read_text("utf-8"), vocabulary, path=path.name)


def parse_mapping(text: str, vocabulary: Vocabulary, *, path: str = "mapping.toml") -> Mapping:
    """Read the text of a mapping file.

    Raises  MappingRefused with every issue at once, each with file, line, key and remedy.
    """
    mapping, issues = read_toml(text, lambda top, found: _mapping(top, vocabulary, found, path), path=path)
    if mapping is None:
        raise MappingRefused(issues)
    return mapping


def _mapping(top: Table, vocabulary: Vocabulary, issues: list[Issue], path: str) -> Mapping:
    mapping = Mapping(
        source=top.take("source", str, None),
        zone=_zone(top),
        time_format=_time_format(top),
        encoding=top.choice("encoding", ENCODINGS, "utf-8"),
        delimiter=top.choice("delimiter", DELIMITERS, ","),
        sheet=top.take("sheet", str, None),
        header_row=max(1, top.take("header_row", int, 1)),
        officers_separator=top.take("officers_separator", str, ";"),
        blocks=tuple(_BlockReader(table, vocabulary, issues, path).read() for table in top.tables("event")),
    )
    top.close()
    return mapping


def _zone(top: Table) -> str | None:
    zone: str | None = top.take("zone", str, None)
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            top.issue("zone", f"{zone!r} is no time zone. Write one such as Asia/Shanghai.")
            return None
    return zone


def _time_format(top: Table) -> str | None:
    form: str | None = top.take("time_format", str, None)
    if form is not None and not all(part in form for part in ("%Y", "%m", "%d")):
        top.issue("time_format", f"{form!r} does not say where year, month and day stand. Use %Y, %m, %d, %H, %M, %S.")
    return form


class _BlockReader:
    """Reads one [[event]] table."""

    def __init__(self, table: Table, vocabulary: Vocabulary, issues: list[Issue], path: str) -> None:
        self.table, self.vocabulary, self.issues, self.path = table, vocabulary, issues, path

    def read(self) -> Block:
        table = self.table
        cells = {name: self._cell(table, name) for name in CELLS if table.has(name)}
        for name in ("id", "at"):
            if name not in cells:
                table.issue(name, 'missing. Name a column, or columns in braces such as "{CASE}/opened".')
        if "case" not in cells and "incident" not in cells:
            table.issue("case", "missing, and so is incident. Name the column of one of them.")
        block = Block(
            type=self._type(),
            cells=cells,
            facts=self._facts(table.table("facts")),
            precisions={name: self._precision(name) for name in ("at", "until") if table.has(f"{name}_precision")},
            when=self._when(table.table("when")),
        )
        table.close()
        return block

    def _type(self) -> Cell:
        table = self.table
        types = self.vocabulary.event_types
        if table.has("type_from"):
            if table.has("type"):
                table.issue("type", "given beside type_from. Keep one of the two.")
                table.raw("type")
            cell = self._cell(table, "type_from")
            for word in (*cell.words.values(), *filter(None, [cell.other])):
                if word not in types:
                    table.issue("type_from", f"{word!r} is no event type. Use one of vocabulary.toml.")
            if not cell.words:
                table.issue("type_from", "values is missing. List which word means which event type.")
            return cell
        name = table.take("type", str)
        if name and name not in types:
            table.issue("type", f"{name!r} is no event type. Use one of vocabulary.toml.")
        return Cell(constant=name)

    def _precision(self, name: str) -> str:
        return self.table.choice(f"{name}_precision", PRECISIONS)

    def _when(self, table: Table) -> dict[str, tuple[str, ...] | bool]:
        tests: dict[str, tuple[str, ...] | bool] = {}
        for name, value in table.rest().items():
            if isinstance(value, dict):
                test = Table(value, table.where(name), self.issues, self.path)
                tests[name] = bool(test.take("present", bool))
                test.close()
            else:
                tests[name] = _texts(table, name, value)
        return tests

    def _facts(self, table: Table) -> dict[str, Cell]:
        cells = {}
        for name, value in table.rest().items():
            fact = self.vocabulary.facts.get(name)
            if fact is None:
                table.issue(name, "no such fact. Use one of vocabulary.toml.")
                continue
            cell = self._cell_of(table, name, value)
            for word in (*cell.words.values(), *filter(None, [cell.other, cell.constant])):
                try:
                    fact_value(fact, word, Clockwork("UTC"))
                except FactWrong as wrong:
                    table.issue(name, f"{word!r} cannot be stated: {wrong}")
            cells[name] = cell
        return cells

    def _cell(self, table: Table, name: str) -> Cell:
        return self._cell_of(table, name, table.raw(name))

    def _cell_of(self, table: Table, name: str, value: Any) -> Cell:
        """A column, a template, or a table: { value = … } or { column = …, values = { … }, other = … }."""
        if isinstance(value, str):
            return Cell(template=value if "{" in value else f"{{{value}}}")
        if not isinstance(value, dict):
            table.issue(name, f"{value!r} is no column. Name one, or write {{ value = … }}.")
            return Cell()
        parts = Table(value, table.where(name), self.issues, self.path)
        if parts.has("value"):
            cell = Cell(constant=_text(parts.raw("value")))
        else:
            column = parts.take("column", str)
            words = parts.take("values", dict, {})
            other = parts.raw("other")
            cell = Cell(
                template=column if "{" in column else f"{{{column}}}",
                words={word: _text(meaning) for word, meaning in words.items()},
                other=None if other is None else _text(other),
            )
        parts.close()
        return cell


def _texts(table: Table, name: str, value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(item, str | int | bool) for item in values):
        table.issue(name, f'{value!r} is no value. Write a text or a list of texts; "" is the empty cell.')
        return ()
    return tuple(_text(item) for item in values)


def _text(value: Any) -> str:
    """The text by which a TOML value stands in a cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(map(str, value))
    return str(value)
