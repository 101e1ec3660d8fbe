"""The event table → files in each format that can be read, so that what is written reads back the same."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

import polars as pl
import xlsxwriter
from lxml import etree

from zhunsheng.core.schemas import EVENTS, assert_schema
from zhunsheng.files.load import SUFFIXES, suffix_of

SEPARATOR: Final = ";"
MOST_XLSX_ROWS: Final = 1_048_575
LONGEST_XLSX_CELL: Final = 32_767
FORMULA_STARTS: Final = r"^[=+\-@\t\r]"
XES: Final = "http://www.xes-standard.org/"
XES_NAMES: Final = {"type": "concept:name", "at": "time:timestamp"}
XES_KINDS: Final = {"version": "int", "void": "boolean", "at": "date", "recorded_at": "date", "until": "date"}
EXTENSIONS: Final = {"Concept": "concept", "Time": "time"}


class CannotWrite(ValueError):
    """The table does not fit the format; the message says what does."""


def write_events(events: pl.DataFrame, path: Path, *, encoding: str = "utf-8") -> None:
    """Write schemas.EVENTS by the suffix of a path. `encoding` is of CSV and JSON lines.

    Raises  CannotWrite: an unknown suffix, a cell that a spreadsheet would take for a formula, too much for a sheet.
    """
    assert_schema(events, EVENTS, "events")
    writers: dict[str, Callable[[], None]] = {
        ".csv": lambda: _write_csv(events, path, encoding),
        ".parquet": lambda: events.write_parquet(path),
        ".xlsx": lambda: _write_xlsx(events, path),
        ".jsonl": lambda: _write_jsonl(events, path, encoding),
        ".ndjson": lambda: _write_jsonl(events, path, encoding),
        ".xes": lambda: _write_xes(events, path),
        ".xes.gz": lambda: _write_xes(events, path),
    }
    suffix = suffix_of(path)
    if suffix is None:
        raise CannotWrite(f"{path.name}: of no kind that can be written. Use one of {', '.join(SUFFIXES)}.")
    writers[suffix]()


def _as_text(events: pl.DataFrame) -> pl.DataFrame:
    """Every cell as the text that the readers take; columns without a value are left out."""
    filled = [
        name
        for name in events.columns
        if events[name].null_count() < events.height or name in ("id", "type", "at", "case")
    ]
    texts = events.select(filled).with_columns(
        pl.selectors.datetime().dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"), pl.selectors.boolean().cast(pl.String)
    )
    if "officers" in filled:
        texts = texts.with_columns(pl.col("officers").list.join(SEPARATOR))
    return texts.with_columns(pl.all().cast(pl.String))


def _write_csv(events: pl.DataFrame, path: Path, encoding: str) -> None:
    texts = _as_text(events)
    for name in texts.columns:
        active = texts.filter(pl.col(name).str.contains(FORMULA_STARTS))
        if active.height:
            raise CannotWrite(
                f"{path.name}: column {name} has {active.height} cells that a spreadsheet would take for a formula. "
                "Write .xlsx, .jsonl or .parquet."
            )
    path.write_bytes(texts.write_csv(None).encode(encoding))


def _write_xlsx(events: pl.DataFrame, path: Path) -> None:
    texts = _as_text(events)
    longest = max((texts[name].str.len_chars().max() or 0 for name in texts.columns), default=0)
    if texts.height > MOST_XLSX_ROWS or int(str(longest)) > LONGEST_XLSX_CELL:
        raise CannotWrite(f"{path.name}: more than a sheet holds. Write .csv or .parquet, or split the events.")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(path, options) as workbook:
        sheet = workbook.add_worksheet("events")
        sheet.write_row(0, 0, texts.columns)
        for number, row in enumerate(texts.iter_rows(), 1):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write_string(number, column, cell)


def _write_jsonl(events: pl.DataFrame, path: Path, encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="\n") as file:
        for row in _as_text(events).iter_rows(named=True):
            members: dict[str, Any] = {name: cell for name, cell in row.items() if cell is not None}
            if "facts" in members:
                members["facts"] = json.loads(members["facts"])
            file.write(json.dumps(members, ensure_ascii=False) + "\n")


def _write_xes(events: pl.DataFrame, path: Path) -> None:
    """One trace a case, events in the order given; what has no case stands in a trace without a name."""
    with _stream(path) as stream, etree.xmlfile(stream, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element("log", {"xes.version": "1849.2016", "xmlns": XES}):
            for name, prefix in EXTENSIONS.items():
                uri = f"{XES}{prefix}.xesext"
                xml.write(etree.Element("extension", {"name": name, "prefix": prefix, "uri": uri}), pretty_print=True)
            for case, rows in _as_text(events).group_by("case", maintain_order=True):
                with xml.element("trace"):
                    if case[0] is not None:
                        xml.write(_attribute("concept:name", "string", str(case[0])))
                    for event in _xes_events(rows.drop("case")):
                        xml.write(event, pretty_print=True)


def _stream(path: Path) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(path, "wb", compresslevel=6) if path.name.lower().endswith(".gz") else path.open("wb")


def _xes_events(rows: pl.DataFrame) -> Iterator[Any]:
    for row in rows.iter_rows(named=True):
        event = etree.Element("event")
        for name, cell in row.items():
            if cell is not None:
                event.append(_attribute(XES_NAMES.get(name, name), XES_KINDS.get(name, "string"), cell))
        yield event


def _attribute(key: str, kind: str, value: str) -> Any:
    return etree.Element(kind, {"key": key, "value": value})
