"""Why a file is refused: file, sheet, row, column, value and remedy; the value masked where it may be of a person."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import polars as pl

ROW: Final = "#row"
"""Column that carries the number of the source's row (the header is row 1) through every step."""

MOST_VALUES: Final = 5
MOST_SHOWN: Final = 40
LONGEST_MASK: Final = 6
WORD: Final = re.compile(r"[A-Za-z0-9_.:\-]{1,40}")
MOMENT: Final = re.compile(r"(?=.*\d)[0-9TZ:./,+ \-]{1,32}")
LONG_NUMBER: Final = re.compile(r"\d{9,}")
SHOWS_WORDS: Final = {"type", "at_precision", "until_precision", "version", "void"}
SHOWS_MOMENTS: Final = {"at", "until", "recorded_at"}


@dataclass(frozen=True)
class Issue:
    """One fault of a file. `rows` says how many rows have it; `row` is the first of them."""

    file: str
    text: str
    remedy: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    rows: int = 1

    def __str__(self) -> str:
        place = [self.file]
        place += [f"sheet {self.sheet}"] if self.sheet is not None else []
        place += [f"row {self.row}"] if self.row is not None else []
        place += [f"column {self.column}"] if self.column is not None else []
        place += [f"value {self.value}"] if self.value is not None else []
        more = f" ({self.rows} rows)" if self.rows > 1 else ""
        return f"{', '.join(place)}: {self.text} {self.remedy}{more}"


class InputRefused(ValueError):
    """A file was refused whole. Every issue is in `issues`, and in the message one a line."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = list(issues)
        told = [str(issue) for issue in self.issues[:MOST_SHOWN]]
        if len(self.issues) > MOST_SHOWN:
            told.append(f"… and {len(self.issues) - MOST_SHOWN} more.")
        super().__init__("\n".join(told))


@dataclass
class Issues:
    """The issues of one file, collected so that they can be told at once."""

    file: str
    sheet: str | None = None
    found: list[Issue] = field(default_factory=list)

    def add(
        self, text: str, remedy: str, *, row: int | None = None, column: str | None = None, value: str | None = None
    ) -> None:
        """Record one fault."""
        self.found.append(Issue(self.file, text, remedy, self.sheet, row, column, value))

    def where(
        self, bad: pl.Series, rows: pl.Series, column: str, text: str, remedy: str, *, values: pl.Series | None = None
    ) -> None:
        """Record a fault of every row that is `bad`: one issue a distinct value, five at most, the last with the rest.

        Takes series of one length: whether a row has the fault, its number, and the values that are to blame.
        """
        if not bad.any():
            return
        blamed = values.filter(bad).cast(pl.String) if values is not None else pl.lit(None, pl.String)
        faults = (
            rows.filter(bad)
            .alias("row")
            .to_frame()
            .with_columns(value=blamed)
            .group_by("value")
            .agg(pl.col("row").min(), pl.len().alias("rows"))
            .sort("row")
        )
        for row, value, count in faults.head(MOST_VALUES).select("row", "value", "rows").iter_rows():
            told = None if value is None else masked(value, column)
            self.found.append(Issue(self.file, text, remedy, self.sheet, row, column, told, count))
        rest = faults[MOST_VALUES:]
        if rest.height:
            more = f"{rest.height} more values: {text}"
            count, first = int(rest["rows"].sum()), int(rest.item(0, "row"))
            self.found.append(Issue(self.file, more, remedy, self.sheet, first, column, rows=count))

    def refuse(self) -> None:
        """Raise InputRefused if anything was found."""
        if self.found:
            raise InputRefused(self.found)


def masked(value: str, column: str) -> str:
    """A value as it may be told: words of closed lists and moments as they are, else the first and last character.

    A wrong cell may hold anything, for example a name where a time should be; a long number may be somebody's.
    """
    plain = (column in SHOWS_WORDS and WORD.fullmatch(value)) or (column in SHOWS_MOMENTS and MOMENT.fullmatch(value))
    if plain and not LONG_NUMBER.search(value):
        return f"'{value}'"
    if len(value) <= 2:
        return f"'{value[:1]}*'"
    return f"'{value[0]}{'*' * min(len(value) - 2, LONGEST_MASK)}{value[-1]}'"
