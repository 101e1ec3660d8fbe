"""Raw tables in every format, sound or not: what the writers of the product would never write."""

import gzip
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Final

import polars as pl
import xlsxwriter
from lxml import etree

Row = dict[str, str]

FILED: Final[Row] = {"id": "1", "type": "case.filed", "at": "2026-03-01T14:35:00+08:00", "case": "C1"}
DETAINED: Final[Row] = {
    "id": "2", "type": "person.detained", "at": "2026-03-02T09:00:00+08:00", "case": "C1", "person": "P1",
}  # fmt: skip


def columns_of(rows: list[Row]) -> list[str]:
    """All keys in the order in which they appear."""
    return list(dict.fromkeys(key for row in rows for key in row))


def csv_text(rows: list[Row]) -> str:
    """CSV with every cell quoted."""
    names = columns_of(rows)
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    return "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) + "\n" for line in lines)


def csv_bytes(rows: list[Row]) -> bytes:
    """CSV in UTF-8."""
    return csv_text(rows).encode()


def gb18030_bytes(rows: list[Row]) -> bytes:
    """CSV in GB18030."""
    return csv_text(rows).encode("gb18030")


def jsonl_bytes(rows: list[Row]) -> bytes:
    """JSON lines; facts stay the text that they are."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def parquet_bytes(rows: list[Row]) -> bytes:
    """Parquet with every column as text."""
    out = BytesIO()
    names = columns_of(rows)
    pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String())
    ).write_parquet(out)
    return out.getvalue()


def xlsx_bytes(rows: list[Row]) -> bytes:
    """A workbook of one sheet with every cell as text."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet("events")
        names = columns_of(rows)
        sheet.write_row(0, 0, names)
        for number, row in enumerate(rows, 1):
            for column, name in enumerate(names):
                if row.get(name):
                    sheet.write_string(number, column, row[name])
    return out.getvalue()


def xes_bytes(rows: list[Row]) -> bytes:
    """A log with every event in a trace of its own and every attribute a string of our names."""
    log = etree.Element("log")
    for row in rows:
        event = etree.SubElement(etree.SubElement(log, "trace"), "event")
        for key, value in row.items():
            if value:
                etree.SubElement(event, "string", {"key": key, "value": value})
    return etree.tostring(log, xml_declaration=True, encoding="UTF-8")


def xes_gz_bytes(rows: list[Row]) -> bytes:
    """The same, compressed."""
    return gzip.compress(xes_bytes(rows), mtime=0)


WRITERS: Final[dict[str, Callable[[list[Row]], bytes]]] = {
    "csv": csv_bytes, "gb18030.csv": gb18030_bytes, "parquet": parquet_bytes, "xlsx": xlsx_bytes, "jsonl": jsonl_bytes,
    "xes": xes_bytes, "xes.gz": xes_gz_bytes,
}  # fmt: skip
"""Format → what writes it. The name is also the file's ending."""


def write(rows: list[Row], form: str, folder: Path, name: str = "log") -> Path:
    """Write rows in a format."""
    path = folder / f"{name}.{form}"
    path.write_bytes(WRITERS[form](rows))
    return path
