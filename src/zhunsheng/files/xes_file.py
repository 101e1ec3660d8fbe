"""XES and XES.gz (IEEE 1849, logs of process mining) → rows of text, streamed.

An event's attributes become columns by their keys, those of its trace with `case:` before them, nested ones with a
slash between; the values of a list are joined by semicolons. Globals, classifiers and extensions say nothing of an
event; they are not read.
"""

import gzip
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import polars as pl
from lxml import etree

from zhunsheng.files.refusal import ROW, Issues
from zhunsheng.files.table import MOST_COLUMNS, check_header, tidy

CASE: Final = "case:"
CHUNK: Final = 20_000
SEPARATOR: Final = ";"
ATTRIBUTES: Final = ("string", "date", "int", "float", "boolean", "id", "list", "container")
PARENTS: Final = {"log": ("",), "trace": ("log",), "event": ("log", "trace")}
DEEPEST: Final = 16
LARGEST_RATIO: Final = 100
SMALL: Final = 16 << 20
GZIP_MAGIC: Final = b"\x1f\x8b"
OWN_NAMES: Final = {"concept:name": "type", "time:timestamp": "at", f"{CASE}concept:name": "case"}
"""Without a mapping the three standard attributes stand for our columns; every other key must be one of our names."""


class TooLarge(ValueError):
    """A compressed log unpacks beyond all measure."""


class LogWrong(ValueError):
    """A log breaks a rule of XES, or does what no log needs."""


def read_xes(path: Path, issues: Issues, *, columns: set[str] | None = None) -> pl.DataFrame:
    """Rows of text (null = absent) and #row, the ordinal of the event. `columns` are those wanted, None all.

    Raises  InputRefused: not XML or XES, document types, truncated or oversized gzip, an attribute twice.
    """
    chunks: list[pl.DataFrame] = []
    height = 0
    try:
        with _opened(path) as stream:
            for rows in _batches(_events(stream, columns)):
                chunks.append(_frame(rows, height))
                height += len(rows)
                if len(chunks[-1].columns) > MOST_COLUMNS:
                    raise LogWrong(f"more than {MOST_COLUMNS} different attributes.")
    except etree.XMLSyntaxError as wrong:
        issues.add(f"not well-formed XML at line {wrong.lineno}.", "The log is damaged or cut off: export it again.")
    except (EOFError, gzip.BadGzipFile, zlib.error):
        issues.add("the gzip stream is damaged or cut off.", "Compress it again.", row=height or None)
    except (TooLarge, LogWrong) as wrong:
        issues.add(str(wrong), "Export the log again, or convert it to CSV.", row=height or None)
    issues.refuse()
    frame = pl.concat(chunks, how="diagonal") if chunks else pl.DataFrame(schema={ROW: pl.Int64()})
    if columns is None:
        frame = frame.rename(
            {key: name for key, name in OWN_NAMES.items() if key in frame.columns and name not in frame.columns}
        )
    check_header([name for name in frame.columns if name != ROW], issues, row=1)
    return tidy(frame, issues)


def _opened(path: Path) -> "IO[bytes] | _Bounded":
    with path.open("rb") as stream:
        is_compressed = stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    if is_compressed:
        return _Bounded(gzip.GzipFile(path), max(SMALL, path.stat().st_size * LARGEST_RATIO))
    return path.open("rb")


class _Bounded:
    """A compressed stream that refuses to give more than it should."""

    def __init__(self, stream: gzip.GzipFile, limit: int) -> None:
        self._stream, self._left = stream, limit

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge("unpacks to far more than a log should.")
        return data

    def __enter__(self) -> "_Bounded":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def _events(stream: Any, wanted: set[str] | None) -> Iterator[dict[str, str]]:
    """The attributes of each event and of its trace. A trace is held until it ends, an element no longer."""
    held: list[dict[str, str]] = []
    read_before: dict[str, Any] = {}
    for _, element in etree.iterparse(
        stream, events=("end",), tag=("{*}log", "{*}trace", "{*}event"), resolve_entities=False,
        no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
    ):  # fmt: skip
        name, parent = _local(element), _local(element.getparent())
        if not read_before and element.getroottree().docinfo.internalDTD is not None:
            raise LogWrong("declares a document type, which no log needs.")
        if parent not in PARENTS[name]:
            raise LogWrong(f"an element {name} inside {parent or 'nothing'}.")
        if name == "event":
            held.append(_attributes(element, "", wanted))
        if name == "trace" and held:
            of_trace = _attributes(element, CASE, wanted)
            held = [row | of_trace for row in held]
        if name == "trace" or parent == "log":
            yield from held
            held = []
        _forget(element, name, read_before)
    if "log" not in read_before:
        raise LogWrong("XML, but no XES log.")


def _local(element: Any) -> str:
    """The name of an element without its namespace; empty for none."""
    return "" if element is None else str(element.tag).rpartition("}")[2]


def _forget(element: Any, name: str, read_before: dict[str, Any]) -> None:
    """Empty an element that was read, and cut its like, read before it, out of the tree."""
    element.clear()
    previous = read_before.get(name)
    if previous is not None and previous.getparent() is not None:
        previous.getparent().remove(previous)
    read_before[name] = element


def _attributes(element: Any, prefix: str, wanted: set[str] | None) -> dict[str, str]:
    """The attributes of a log, trace or event that are wanted."""
    row: dict[str, str] = {}
    for child in element:
        key = child.get("key")
        if key is not None:
            name = prefix + key
            if wanted is None or name in wanted:
                _store(row, name, child)
            if len(child):
                _nested(child, name, wanted, row, 1)
    return row


def _store(row: dict[str, str], name: str, element: Any) -> None:
    if name in row:
        raise LogWrong("an attribute twice in one event or trace.")
    kind = _local(element)
    value = element.get("value")
    if kind == "list":
        value = SEPARATOR.join(item.get("value", "") for item in element.iter() if item.get("key") is not None)[1:]
    if kind not in ATTRIBUTES or (value is None and kind != "container"):
        raise LogWrong(f"an attribute that is no {', '.join(ATTRIBUTES)} with key and value.")
    row[name] = value or ""


def _nested(element: Any, name: str, wanted: set[str] | None, row: dict[str, str], depth: int) -> None:
    """Attributes of an attribute: name/key. What a list holds is its value."""
    if depth > DEEPEST:
        raise LogWrong("attributes nested too deeply.")
    if _local(element) == "list":
        return
    for child in element:
        key = child.get("key")
        if key is not None:
            inner = f"{name}/{key}"
            if wanted is None or inner in wanted:
                _store(row, inner, child)
            if len(child):
                _nested(child, inner, wanted, row, depth + 1)


def _batches(rows: Iterator[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    while batch := list(islice(rows, CHUNK)):
        yield batch


def _frame(rows: list[dict[str, str]], before: int) -> pl.DataFrame:
    """Rows of one batch, the columns in the order in which they appear."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in names}
    numbers = pl.int_range(before + 1, before + 1 + len(rows), dtype=pl.Int64, eager=True)
    return pl.DataFrame({**columns, ROW: numbers})
