"""CSV → rows of text. Nothing is inferred, nothing repaired: what is not a regular table is refused with its row."""

import csv
import io
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zhunsheng.files.refusal import ROW, InputRefused, Issues
from zhunsheng.files.table import check_header, tidy

CHUNK: Final = 1 << 23
QUOTE, NEWLINE, RETURN = b'"'[0], b"\n"[0], b"\r"[0]
BYTE_ORDER_MARKS: Final = {
    b"\xff\xfe\x00\x00": "UTF-32", b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16",
}  # fmt: skip
UTF8_MARK: Final = b"\xef\xbb\xbf"
AS_UTF8: Final = "Save the file as UTF-8, or state `encoding` in a mapping."
FORBIDDEN: Final = (
    (b"\0", "a NUL byte.", "The file is damaged or not text: export it again."),
    (UTF8_MARK, "a byte order mark inside the text.", "Two files were joined: keep one mark and one header."),
    ("\N{REPLACEMENT CHARACTER}".encode(), "a character that an earlier conversion lost.", "Export it again as UTF-8."),
)


def read_csv(
    data: bytes, issues: Issues, *, delimiter: str = ",", encoding: str = "utf-8", header_row: int = 1
) -> pl.DataFrame:
    """Rows of text (null = empty) and #row, which counts records from 1; the header's is `header_row`.

    Raises  InputRefused: encoding, NUL, quotes, ragged rows, header.
    """
    text = decoded(data, encoding, issues)
    starts, widths = _records(text, delimiter, issues)
    if len(starts) < header_row:
        issues.add("there is no header row.", "The first row must name the columns.", row=header_row)
        issues.refuse()
    body = int(starts[header_row]) if len(starts) > header_row else len(text)
    header = _header(text[starts[header_row - 1] : body], delimiter, issues, row=header_row)
    check_header(header, issues, row=header_row)
    _refuse_ragged(widths[header_row:], len(header), header_row, issues)
    rows = pl.DataFrame(schema=dict.fromkeys(header, pl.String()))
    if body < len(text):
        rows = pl.read_csv(text[body:], has_header=False, schema=rows.schema, separator=delimiter, quote_char='"')
    if rows.height != len(starts) - header_row:
        issues.add(
            "its rows cannot be told apart.", "Write the file anew, with quotes around cells that hold line ends."
        )
        issues.refuse()
    return tidy(rows.with_columns(pl.int_range(header_row + 1, len(starts) + 1, dtype=pl.Int64).alias(ROW)), issues)


def _header(record: bytes, delimiter: str, issues: Issues, *, row: int) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(record.decode(), newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        issues.add("the header cannot be read.", "End lines with a line feed; put quotes around names.", row=row)
        raise InputRefused(issues.found) from None


def decoded(data: bytes, encoding: str, issues: Issues) -> bytes:
    """The text as UTF-8 without its byte order mark and without blank lines at its end. Raises InputRefused."""
    for mark, name in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            issues.add(f"the text is {name}.", AS_UTF8)
            issues.refuse()
    data = data.removeprefix(UTF8_MARK)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as wrong:
        issues.add(f"not {encoding.upper()}.", AS_UTF8, row=_row_at(data, wrong.start))
        issues.refuse()
    utf8 = data if encoding == "utf-8" else text.encode()
    for mark, fault, remedy in FORBIDDEN:
        if (place := utf8.find(mark)) >= 0:
            issues.add(fault, remedy, row=_row_at(utf8, place))
    issues.refuse()
    return utf8.rstrip(b"\r\n")


def _row_at(text: bytes, place: int) -> int:
    return text.count(b"\n", 0, place) + 1


def _records(text: bytes, delimiter: str, issues: Issues) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each record starts and how many cells it has. Line ends inside quotes are no ends. Raises InputRefused."""
    data = np.frombuffer(text, dtype=np.uint8)
    separator = np.uint8(ord(delimiter))
    ends: list[NDArray[np.int64]] = []
    separators_before: list[NDArray[np.int64]] = []
    quotes = separators = 0
    for first in range(0, len(data), CHUNK):
        chunk = data[first : first + CHUNK]
        places = np.flatnonzero((chunk == QUOTE) | (chunk == NEWLINE) | (chunk == separator) | (chunk == RETURN))
        kinds = chunk[places]
        is_outside = ((quotes + np.cumsum(kinds == QUOTE)) & 1) == 0
        is_end = is_outside & (kinds == NEWLINE)
        counted = separators + np.cumsum(is_outside & (kinds == separator))
        _refuse_lone_returns(data, first + places[is_outside & (kinds == RETURN)], issues)
        _refuse_stray_quotes(data, first + places[kinds == QUOTE], quotes, separator, issues)
        ends.append(first + places[is_end])
        separators_before.append(counted[is_end])
        quotes += int(np.count_nonzero(kinds == QUOTE))
        separators = int(counted[-1]) if len(counted) else separators
    if quotes & 1:
        issues.add("a quote is opened and never closed.", "Is the file cut off? Export it again.")
        issues.refuse()
    if not len(data):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    starts = np.concatenate([[0], *(end + 1 for end in ends)]).astype(np.int64)
    counts = np.concatenate([*separators_before, [separators]]).astype(np.int64)
    return starts, np.diff(counts, prepend=0) + 1


def _refuse_lone_returns(data: NDArray[np.uint8], places: NDArray[np.int64], issues: Issues) -> None:
    """A carriage return outside quotes stands before a line feed, or at the very end."""
    after = places[places + 1 < len(data)] + 1
    lone = after[data[after] != NEWLINE]
    if len(lone):
        row = _row_at(data[: lone[0]].tobytes(), int(lone[0]))
        issues.add("lines that end with a carriage return alone.", "Save it with line feeds (LF or CR LF).", row=row)
        issues.refuse()


def _refuse_stray_quotes(
    data: NDArray[np.uint8], places: NDArray[np.int64], quotes_before: int, separator: np.uint8, issues: Issues
) -> None:
    """A quote opens at the beginning of a cell and closes at its end; inside quotes it is doubled."""
    borders = np.array([separator, NEWLINE, RETURN, QUOTE], dtype=np.uint8)
    opens = ((quotes_before + np.arange(len(places))) & 1) == 0
    neighbours = np.where(opens, places - 1, places + 1)
    at_border = (neighbours < 0) | (neighbours >= len(data))
    inside = np.clip(neighbours, 0, len(data) - 1)
    stray = ~at_border & ~np.isin(data[inside], borders)
    if stray.any():
        place = int(places[np.argmax(stray)])
        row = _row_at(data[:place].tobytes(), place)
        issues.add(
            "a quote in the middle of a cell.", "Put quotes around the whole cell and double those inside.", row=row
        )
        issues.refuse()


def _refuse_ragged(widths: NDArray[np.int64], width: int, header_row: int, issues: Issues) -> None:
    """Every record has as many cells as the header."""
    ragged = np.flatnonzero(widths != width)
    if len(ragged):
        rows = pl.Series(ragged + header_row + 1)
        text = f"a row whose number of cells is not the header's {width}."
        remedy = "Half a row, a line end or a delimiter without quotes: export the file again."
        issues.where(
            pl.Series([True] * len(ragged)), rows, "number of cells", text, remedy, values=pl.Series(widths[ragged])
        )
        issues.refuse()
