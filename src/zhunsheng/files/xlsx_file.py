"""XLSX → rows of text. The zip directory is checked before anything is unpacked; formulas count by their last value."""

import re
import struct
import zipfile
import zlib
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from zhunsheng.files.refusal import ROW, Issues
from zhunsheng.files.table import check_header, tidy

MOST_PARTS: Final = 2_000
LARGEST: Final = 1 << 30  # bytes, unpacked
LARGEST_RATIO: Final = 200
SMALL: Final = 1 << 20  # below this a ratio says nothing
BLOCK: Final = 1 << 16
NEEDED: Final = ("[Content_Types].xml", "xl/workbook.xml")
ERROR_CELL: Final = re.compile(rb"<c\b[^>]*?\bt=[\"']e[\"']")
CELL_NAME: Final = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
DAMAGED: Final = "The workbook is damaged: save it again."
# What zipfile raises over noise: a bad seek, a wrong signature, an unknown method or flag, a broken stream.
ZIP_ERRORS: Final = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError)
LARGEST_WHOLE: Final = 2**53


def read_xlsx(path: Path, issues: Issues, *, sheet: str | None = None, header_row: int = 1) -> pl.DataFrame:
    """Rows of text (null = empty) and #row as the sheet counts them. Dates are ISO texts without zone.

    Raises  InputRefused: not a workbook, a bomb, several sheets and none named, merged or faulty cells, header.
    """
    _check_archive(path, issues)
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            chosen = _sheet(workbook, sheet, issues)
            issues.sheet = chosen.name
            _refuse_merged(chosen, issues)
            table = [_texts(row) for row in chosen.to_python(skip_empty_area=False)]
    except (CalamineError, OSError, ValueError) as wrong:
        issues.add(f"cannot be read as a workbook ({type(wrong).__name__}).", DAMAGED)
        issues.refuse()
    while table and not any(table[-1]):
        table.pop()
    if len(table) < header_row:
        issues.add("there is no header row.", "The first row must name the columns.", row=header_row)
        issues.refuse()
    width = max(len(row) - next((n for n, cell in enumerate(reversed(row)) if cell), len(row)) for row in table)
    header = [cell or "" for cell in table[header_row - 1][:width]]
    check_header(header, issues, row=header_row)
    body = table[header_row:]
    columns = {name: pl.Series([row[n] for row in body], dtype=pl.String) for n, name in enumerate(header)}
    numbers = pl.int_range(header_row + 1, header_row + 1 + len(body), dtype=pl.Int64, eager=True)
    rows = pl.DataFrame({**columns, ROW: numbers})
    return tidy(rows.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null())), issues)


def _check_archive(path: Path, issues: Issues) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive, path.stat().st_size, issues)
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    _check_part(archive, part, issues)
    except ZIP_ERRORS as wrong:
        issues.add(f"not a workbook, or a damaged one ({type(wrong).__name__}).", DAMAGED)
    issues.refuse()


def _check_directory(archive: zipfile.ZipFile, packed: int, issues: Issues) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or unpacked > LARGEST or (unpacked > SMALL and unpacked > packed * LARGEST_RATIO):
        issues.add("unpacks to far more than a workbook should.", "Save it again without pictures, or export CSV.")
    if len(set(names)) < len(names):
        issues.add("has one part twice.", DAMAGED)
    if any(part.flag_bits & 1 for part in parts):
        issues.add("is encrypted.", "Save it without a password.")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        issues.add("is packed in a way that no workbook is.", "Save it again.")
    if any(".." in Path(name).parts or name.startswith(("/", "\\")) for name in names):
        issues.add("has a part that points outside it.", DAMAGED)
    if not set(NEEDED) <= set(names):
        issues.add("is a zip file but no workbook.", "Save it as .xlsx.")
    issues.refuse()


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, issues: Issues) -> None:
    """No document type anywhere, no error value in a sheet; what is unpacked is what the directory promised."""
    is_sheet = part.filename.startswith("xl/worksheets/")
    before = b""
    with archive.open(part) as stream:
        while block := stream.read(BLOCK):
            text = before + block
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                issues.add("declares a document type, which no workbook does.", DAMAGED)
                issues.refuse()
            if is_sheet and (error := ERROR_CELL.search(text)):
                cell = CELL_NAME.search(error.group())
                row = int(cell.group(2)) if cell else None
                issues.add("a cell that shows an error such as #N/A.", "Correct the formula.", row=row)
                issues.refuse()
            before = text[-200:]


def _sheet(workbook: CalamineWorkbook, name: str | None, issues: Issues) -> CalamineSheet:
    visible = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    if name is None:
        filled = [one for one in visible if workbook.get_sheet_by_name(one).height]
        if len(filled) != 1:
            issues.add(f"{len(filled)} sheets that hold something.", "Name the one to read as `sheet` in a mapping.")
            issues.refuse()
        return workbook.get_sheet_by_name(filled[0])
    if name not in workbook.sheet_names:
        issues.add(f"there is no sheet {name!r}.", f"It has {', '.join(visible)[:200]}.")
        issues.refuse()
    return workbook.get_sheet_by_name(name)


def _refuse_merged(sheet: CalamineSheet, issues: Issues) -> None:
    for (row, _), _ in sheet.merged_cell_ranges or ():
        issues.add("merged cells.", "Unmerge them and fill every cell.", row=row + 1)
        issues.refuse()


def _texts(row: list[Any]) -> list[str | None]:
    return [_text(cell) for cell in row]


def _text(cell: Any) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < LARGEST_WHOLE else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
