"""Files broken in ways of their own format, named by what is wrong with them."""

import gzip
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

import polars as pl
import xlsxwriter

from tests.files import tables
from tests.files.tables import DETAINED, FILED

SOUND: Final = [FILED, DETAINED]
HEADER: Final = "id,type,at,case\n"
LINE: Final = "1,case.filed,2026-03-01T14:35:00+08:00,C1\n"
PLAIN: Final = HEADER + LINE
MANY: Final = 100_000


@dataclass(frozen=True)
class Damage:
    """Bytes that must be refused; the refusal has `says` in its text and, if given, names the row."""

    bytes: Callable[[], bytes]
    says: str
    row: int | None = None


def text(content: str, says: str, row: int | None = None, encoding: str = "utf-8") -> Damage:
    """Damage of a text file."""
    return Damage(lambda: content.encode(encoding), says, row)


def delimited(encoding: str) -> dict[str, Damage]:
    """What can be wrong with CSV in any encoding."""

    def damage(content: str, says: str, row: int | None = None) -> Damage:
        return text(content, says, row, encoding)

    return {
        "nothing-at-all": damage("", "there is no header row", 1),
        "blank-lines-only": damage("\n\n\n", "there is no header row", 1),
        "nul-byte": damage(PLAIN + "2,case.filed,\0,C1\n", "a NUL byte", 3),
        "half-a-row": damage(PLAIN + "2,case.fil", "not the header's 4", 3),
        "one-cell-too-many": damage(PLAIN + LINE.strip() + ",x\n", "not the header's 4", 3),
        "a-line-without-cells": damage(PLAIN + "\n" + LINE, "not the header's 4", 3),
        "quote-never-closed": damage(PLAIN + '"2,case.filed,2026-03-01T14:35:00+08:00,C1\n', "never closed"),
        "quote-inside-a-cell": damage(
            PLAIN + '2,case.filed,2026-03-01T14:35:00+08:00,C"1"\n', "quote in the middle", 3
        ),
        "text-after-a-quote": damage(
            PLAIN + '"2"x,case.filed,2026-03-01T14:35:00+08:00,C1\n', "quote in the middle", 3
        ),
        "two-headers": damage(PLAIN + HEADER + LINE.replace("1,", "2,", 1), "the header again", 3),
        "column-twice": damage("id,type,at,case,at\n", "there twice", 1),
        "column-without-name": damage("id,type,at,case,\n", "has no name", 1),
        "column-name-with-a-tab": damage("id,type,at,case,per\tson\n", "control characters", 1),
        "semicolons-for-commas": damage(PLAIN.replace(",", ";"), "the column is missing"),
        "line-ends-of-an-old-mac": damage(PLAIN.replace("\n", "\r"), "a carriage return alone", 1),
        "a-hundred-thousand-columns": damage(",".join(f"c{n}" for n in range(MANY)) + "\n", "at most 1000", 1),
        "a-cell-without-end": damage(
            PLAIN + '2,case.filed,2026-03-01T14:35:00+08:00,"' + "x" * 200_000 + '"\n', "a cell of more"
        ),
    }


CSV: Final = {
    **delimited("utf-8"),
    "another-encoding": text(HEADER + "1,case.filed,2026-03-01T14:35:00+08:00,案件\n", "not UTF-8", 2, "gb18030"),
    "mixed-encodings": Damage(
        lambda: (PLAIN + "2,case.filed,,案\n").encode() + "3,case.filed,,案\n".encode("gb18030"), "not UTF-8", 4
    ),
    "utf-16": text("\ufeff" + PLAIN, "the text is UTF-16", None, "utf-16-le"),
    "utf-32": text("\ufeff" + PLAIN, "the text is UTF-32", None, "utf-32-le"),
    "byte-order-mark-in-the-middle": text(PLAIN + "\ufeff" + HEADER + LINE, "a byte order mark inside", 3),
    "characters-lost-in-conversion": text(PLAIN + "2,case.filed,\ufffd,C1\n", "an earlier conversion lost", 3),
    "half-a-character": Damage(lambda: PLAIN.encode() + "案".encode()[:2], "not UTF-8", 3),
    "parquet-by-another-name": Damage(lambda: tables.parquet_bytes(SOUND), "not UTF-8"),
}

GB18030: Final = {
    **delimited("gb18030"),
    "utf-8-by-another-name": text(PLAIN + "2,case.filed,,立案登记\n", "", None),
    "half-a-character": Damage(lambda: PLAIN.encode() + "案".encode("gb18030")[:1], "not GB18030", 3),
    "four-bytes-cut-to-three": Damage(lambda: PLAIN.encode() + "𠀀".encode("gb18030")[:3], "not GB18030", 3),
    "mixed-encodings": Damage(lambda: PLAIN.encode() + b"2,case.filed,\xff\xff,C1\n", "not GB18030", 3),
    "utf-16": text("\ufeff" + PLAIN, "the text is UTF-16", None, "utf-16-le"),
    "characters-lost-in-conversion": text(
        PLAIN + "2,case.filed,\ufffd,C1\n", "an earlier conversion lost", 3, "gb18030"
    ),
}

OBJECT: Final = '{"id":"1","type":"case.filed","at":"2026-03-01T14:35:00+08:00","case":"C1"}\n'
JSONL: Final = {
    "nothing-but-a-word": text("hello\n", "not a JSON object", 1),
    "an-array-of-all": text("[" + OBJECT.strip() + "]\n", "not a JSON object", 1),
    "a-number": text(OBJECT + "17\n", "not a JSON object", 2),
    "half-a-row": text(OBJECT + OBJECT[:30], "not a JSON object", 2),
    "two-objects-on-a-line": text(OBJECT.strip() + OBJECT, "not a JSON object", 1),
    "key-twice": text('{"id":"1","id":"2"}\n', "a key twice", 1),
    "key-twice-by-a-dot": text('{"a":{"b":"1"},"a.b":"2"}\n', "a key twice", 1),
    "not-a-number": text('{"id":NaN}\n', "no JSON number", 1),
    "infinity": text('{"id":-Infinity}\n', "no JSON number", 1),
    "nul-escaped": text('{"id":"a\\u0000b"}\n', "a NUL character", 1),
    "nul-byte": text(OBJECT + '{"id":"\0"}\n', "a NUL byte", 2),
    "half-a-surrogate-pair": text('{"id":"\\ud800"}\n', "surrogate", 1),
    "nested-a-little-too-deep": text('{"a":{"b":{"c":{"d":{"e":"1"}}}}}\n', "nested too deeply", 1),
    "nested-a-hundred-thousand-deep": text('{"a":' * MANY + "1" + "}" * MANY + "\n", "nested too deeply", 1),
    "a-number-of-ten-thousand-digits": text('{"id":' + "9" * 10_000 + "}\n", "not a JSON object", 1),
    "another-encoding": text('{"case":"案件"}\n', "not UTF-8", 1, "gb18030"),
    "mixed-encodings": Damage(lambda: OBJECT.encode() + '{"case":"案"}\n'.encode("gb18030"), "not UTF-8", 2),
    "utf-16": text("\ufeff" + OBJECT, "the text is UTF-16", None, "utf-16-le"),
    "byte-order-mark-in-the-middle": text(OBJECT + "\ufeff" + OBJECT, "a byte order mark inside", 2),
    "a-hundred-thousand-columns": text("{" + ",".join(f'"c{n}":1' for n in range(MANY)) + "}\n", "more than 1000", 1),
    "key-without-a-name": text('{"":"1"}\n', "has no name", 1),
    "csv-by-another-name": text(PLAIN, "not a JSON object", 1),
}


def parquet_of(columns: dict[str, Any], **types: Any) -> Damage:
    """A sound Parquet file of columns that no event has, with what is said of them."""
    return Damage(lambda: _parquet(pl.DataFrame(columns, schema_overrides=types)), "")


def _parquet(frame: pl.DataFrame) -> bytes:
    out = BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def typed(says: str, **columns: pl.Series) -> Damage:
    """One sound event with columns of another type."""
    sound = {name: pl.Series([value]) for name, value in FILED.items()}
    return Damage(lambda: _parquet(pl.DataFrame({**sound, **columns})), says)


NAIVE: Final = pl.Series([datetime(2026, 3, 1, 14, 35)])  # noqa: DTZ001 (that it has no zone is the defect)
PARQUET: Final = {
    "nothing-at-all": Damage(lambda: b"", "not a Parquet file"),
    "csv-by-another-name": text(PLAIN, "not a Parquet file"),
    "magic-and-nothing-more": Damage(lambda: b"PAR1", "cannot be read as Parquet"),
    "cut-in-half": Damage(lambda: tables.parquet_bytes(SOUND)[:200], "cannot be read as Parquet"),
    "footer-lost": Damage(lambda: tables.parquet_bytes(SOUND)[:-8], "cannot be read as Parquet"),
    "footer-longer-than-the-file": Damage(
        lambda: tables.parquet_bytes(SOUND)[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1", "cannot be read as Parquet"
    ),
    "footer-of-noise": Damage(lambda: b"PAR1" + b"\xff" * 64 + struct.pack("<I", 64) + b"PAR1", ""),
    "half-a-row": Damage(
        lambda: _parquet(pl.DataFrame({"id": ["1"], "type": ["case.filed"]})), "the column is missing"
    ),
    "time-without-zone": typed("a time without its zone", at=NAIVE),
    "time-as-a-number": typed("of type Int64", at=pl.Series([1_772_346_900])),
    "time-as-a-serial": typed("of type Float64", at=pl.Series([46_082.6])),
    "id-as-a-float": typed("of type Float64", id=pl.Series([1.0])),
    "officers-as-numbers": typed("which no cell has", officers=pl.Series([[1, 2]])),
    "facts-as-a-structure": typed("which no cell has", facts=pl.Series([{"minor": True}])),
    "bytes-for-text": typed("which no cell has", person=pl.Series([b"\xff\xfe"])),
    "void-as-a-number": typed("of type Int64", void=pl.Series([1])),
    "version-as-a-float": typed("of type Float64", version=pl.Series([1.0])),
    "nul-character": typed("a NUL character", person=pl.Series(["a\0b"])),
    "column-of-our-own-mark": typed("begins with #", **{"#row": pl.Series([1])}),
    "two-headers": Damage(
        lambda: _parquet(pl.DataFrame({name: [name, value] for name, value in FILED.items()})), "the header again", 1
    ),
    "a-hundred-thousand-columns": Damage(
        lambda: _parquet(pl.DataFrame({f"c{n}": [1] for n in range(2_000)})), "at most 1000"
    ),
}


def workbook(fill: Callable[[Any, Any], None], **options: Any) -> Callable[[], bytes]:
    """A workbook whose first sheet is filled by a function of workbook and sheet."""

    def build() -> bytes:
        out = BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
            sheet = book.add_worksheet("events")
            for number, name in enumerate(FILED):
                sheet.write_string(0, number, name)
                sheet.write_string(1, number, FILED[name])
            fill(book, sheet)
        return out.getvalue()

    return build


def repacked(
    change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None
) -> Callable[[], bytes]:
    """A sound workbook whose parts were changed (None drops one), and parts added."""

    def build() -> bytes:
        out = BytesIO()
        with (
            zipfile.ZipFile(BytesIO(tables.xlsx_bytes(SOUND))) as sound,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed,
        ):
            for part in sound.infolist():
                content = change(part.filename, sound.read(part))
                if content is not None:
                    changed.writestr(part.filename, content)
            for name, content in (extra or {}).items():
                changed.writestr(name, content)
        return out.getvalue()

    return build


def kept(_: str, content: bytes) -> bytes:
    """A part as it is."""
    return content


def in_sheet(before: bytes, after: bytes) -> Callable[[str, bytes], bytes]:
    """A replacement in the first sheet."""
    return lambda name, content: content.replace(before, after) if name == "xl/worksheets/sheet1.xml" else content


def dated(book: Any, sheet: Any) -> None:
    """A cell that is a date, which has no zone."""
    sheet.write_datetime(1, 2, datetime(2026, 3, 1, 14, 35), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001


def header_again(_: Any, sheet: Any) -> None:
    """The header once more, below the data."""
    sheet.write_row(2, 0, list(FILED))


def wide(_: Any, sheet: Any) -> None:
    """Ten thousand columns."""
    sheet.write_row(0, 4, [f"c{n}" for n in range(10_000)])


LAUGHS: Final = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
AFTER_DECLARATION: Final = b"?>\n"
XLSX: Final = {
    "nothing-at-all": Damage(lambda: b"", "not a workbook"),
    "csv-by-another-name": text(PLAIN, "not a workbook"),
    "cut-in-half": Damage(lambda: tables.xlsx_bytes(SOUND)[:2000], "not a workbook"),
    "zip-of-something-else": Damage(lambda: _zip({"readme.txt": b"hello"}), "a zip file but no workbook"),
    "zip-bomb": Damage(repacked(kept, {"xl/media/zeros.bin": bytes(200 << 20)}), "unpacks to far more"),
    "zip-bomb-inside-a-sheet": Damage(
        repacked(in_sheet(b"<sheetData>", b"<sheetData>" + b" " * (100 << 20))), "unpacks to far more"
    ),
    "ten-thousand-parts": Damage(
        repacked(kept, {f"xl/p{n}.xml": b"<x/>" for n in range(10_000)}), "unpacks to far more"
    ),
    "part-that-points-outside": Damage(repacked(kept, {"../evil.xml": b"<x/>"}), "points outside"),
    "crc-wrong": Damage(lambda: _flipped(tables.xlsx_bytes(SOUND)), ""),
    "billion-laughs": Damage(
        repacked(in_sheet(AFTER_DECLARATION, AFTER_DECLARATION + LAUGHS)), "declares a document type"
    ),
    "external-entity": Damage(
        repacked(
            in_sheet(AFTER_DECLARATION, AFTER_DECLARATION + b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>')
        ),
        "declares a document type",
    ),
    "sheet-of-noise": Damage(repacked(in_sheet(b"<sheetData>", b"<<<>>>")), "cannot be read as a workbook"),
    "half-a-row": Damage(repacked(in_sheet(b"</sheetData>", b"")), ""),
    "workbook-part-lost": Damage(
        repacked(lambda name, content: None if name == "xl/workbook.xml" else content), "no workbook"
    ),
    "merged-cells": Damage(workbook(lambda _, sheet: sheet.merge_range(2, 0, 3, 1, "x")), "merged cells", 3),
    "error-in-a-cell": Damage(
        workbook(lambda _, sheet: sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")), "shows an error", 2
    ),
    "date-cell-without-zone": Damage(workbook(dated), "a time without its zone", 2),
    "date-cell-counted-from-1904": Damage(workbook(dated, date_1904=True), "a time without its zone", 2),
    "serial-of-1900": Damage(workbook(lambda _, sheet: sheet.write_number(1, 2, 46_082.6)), "serial number", 2),
    "serial-of-1904": Damage(
        workbook(lambda _, sheet: sheet.write_number(1, 2, 44_620.6), date_1904=True), "serial number", 2
    ),
    "two-headers": Damage(
        workbook(header_again),
        "the header again",
        3,
    ),
    "column-without-name": Damage(workbook(lambda _, sheet: sheet.write_string(1, 5, "x")), "has no name", 1),
    "column-twice": Damage(workbook(lambda _, sheet: sheet.write_string(0, 4, "at")), "there twice", 1),
    "two-sheets-filled": Damage(workbook(lambda book, _: book.add_worksheet("more").write(0, 0, "x")), "2 sheets"),
    "a-cell-in-the-last-corner": Damage(workbook(lambda _, sheet: sheet.write(1_048_575, 16_383, "x")), ""),
    "ten-thousand-columns": Damage(workbook(wide), "at most 1000", 1),
    "empty-sheet": Damage(repacked(in_sheet(b"<sheetData>", b"<sheetData/><!--")), ""),
}


def _zip(parts: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _flipped(content: bytes) -> bytes:
    """One bit of the first part's data changed."""
    return content[:60] + bytes([content[60] ^ 1]) + content[61:]


def log(body: str, head: str = "", root: str = "log") -> bytes:
    """An XES document."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<{root}>{body}</{root}>'.encode()


def event(attributes: str) -> str:
    """An event in a trace, with attributes beside its type."""
    return f'<trace><event><string key="concept:name" value="case.filed"/>{attributes}</event></trace>'


def xes(body: str, says: str, row: int | None = None, head: str = "") -> Damage:
    """Damage of a log."""
    return Damage(lambda: log(body, head), says, row)


DEEP: Final = 40
XES: Final = {
    "nothing-at-all": Damage(lambda: b"", "not well-formed"),
    "csv-by-another-name": text(PLAIN, "not well-formed"),
    "html": Damage(lambda: log("<p>hello</p>", root="html"), "no XES log"),
    "cut-in-half": Damage(lambda: tables.xes_bytes(SOUND)[:150], "not well-formed"),
    "half-a-row": Damage(lambda: tables.xes_bytes(SOUND).replace(b"</event>", b"", 1), "not well-formed"),
    "billion-laughs": xes(event('<string key="id" value="&c;"/>'), "declares a document type", None, LAUGHS.decode()),
    "billion-laughs-in-an-attribute": Damage(lambda: log(event('<string key="id" value="&e20;"/>'), _entities(20)), ""),
    "external-entity": xes(
        event('<string key="id" value="x"/>&e;'),
        "declares a document type",
        None,
        '<!DOCTYPE log [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    ),
    "external-document-type": xes(event(""), "declares a document type", None, '<!DOCTYPE log SYSTEM "log.dtd">'),
    "parameter-entity": xes(
        event(""), "declares a document type", None, '<!DOCTYPE log [<!ENTITY % p SYSTEM "p.dtd"> %p;]>'
    ),
    "unknown-entity": xes(event('<string key="id" value="&nbsp;"/>'), "not well-formed"),
    "nul-byte": Damage(lambda: log(event('<string key="id" value="a\0b"/>')), "not well-formed"),
    "another-encoding": Damage(
        lambda: log(event('<string key="id" value="案"/>')).decode().encode("gb18030"), "not well-formed"
    ),
    "attribute-twice": xes(event('<string key="id" value="1"/><string key="id" value="2"/>'), "an attribute twice"),
    "attribute-without-value": xes(event('<string key="id"/>'), "with key and value"),
    "attribute-of-no-kind": xes(event('<text key="id" value="1"/>'), "an attribute that is no"),
    "event-inside-an-event": xes("<trace><event><event/></event></trace>", "an element event inside event"),
    "trace-inside-a-trace": xes("<trace><trace/></trace>", "an element trace inside trace"),
    "log-inside-a-log": xes("<log/>", "an element log inside log"),
    "nested-too-deep": xes(event("<container key='a'>" * DEEP + "</container>" * DEEP), "nested too deeply"),
    "nested-beyond-the-parser": xes(event("<container key='a'>" * 5_000 + "</container>" * 5_000), "not well-formed"),
    "a-hundred-thousand-columns": xes(
        event("".join(f'<int key="c{n}" value="1"/>' for n in range(MANY))), "more than 1000"
    ),
    "a-value-beyond-the-parser": xes(event('<string key="id" value="' + "x" * 11_000_000 + '"/>'), "not well-formed"),
    "two-roots": Damage(lambda: log("") + b"<log/>", "not well-formed"),
    "two-headers": Damage(lambda: log("") + log("")[:60], "not well-formed"),
}

XES_GZ: Final = {
    "truncated-gzip": Damage(lambda: tables.xes_gz_bytes(SOUND)[:-20], "gzip stream is damaged"),
    "gzip-without-its-end": Damage(lambda: tables.xes_gz_bytes(SOUND)[:-4], "gzip stream is damaged"),
    "checksum-wrong": Damage(lambda: tables.xes_gz_bytes(SOUND)[:-8] + bytes(8), "gzip stream is damaged"),
    "one-bit-flipped": Damage(lambda: _flipped(tables.xes_gz_bytes(SOUND)), ""),
    "gzip-bomb": Damage(lambda: gzip.compress(log("<trace/>" * (20 << 20)), mtime=0), "unpacks to far more"),
    "gzip-in-gzip": Damage(lambda: gzip.compress(tables.xes_gz_bytes(SOUND), mtime=0), "not well-formed"),
    "gzip-of-csv": Damage(lambda: gzip.compress(PLAIN.encode(), mtime=0), "not well-formed"),
    "zip-by-another-name": Damage(lambda: _zip({"log.xes": tables.xes_bytes(SOUND)}), "not well-formed"),
}


def _entities(levels: int) -> str:
    """Entities, each ten times the one before."""
    lines = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels + 1)]
    return '<!DOCTYPE log [<!ENTITY e0 "ha">' + "".join(lines) + "]>"


DAMAGE: Final[dict[str, dict[str, Damage]]] = {
    "csv": CSV, "gb18030.csv": GB18030, "jsonl": JSONL, "parquet": PARQUET, "xlsx": XLSX, "xes": XES, "xes.gz": XES_GZ,
}  # fmt: skip
"""Format → defect → file."""
