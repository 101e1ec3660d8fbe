"""A table to take away as an Excel workbook. Every cell is a value: nothing in it is calculated or followed."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import xlsxwriter
from django.http import HttpResponse

from zhunsheng.apps.display.formats import ZONE
from zhunsheng.apps.refusals import DomainError

MOST_ROWS: Final = 10_000
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST: Final = 60
Cell = str | int | float | datetime | None


class TooManyRows(DomainError):
    """An export that nobody will read, and that one request must not compute."""

    text = "符合条件的超过 {most} 行，没有导出。请加筛选条件，分几次导出。"


def workbook(title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """
    One sheet with a frozen head row.

    A text that begins with = or an address of the web stays a text. Times are Shanghai's.

    :raises TooManyRows: more than ten thousand.
    """
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(title[:31])
        head, time = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        widths = [len(text) * 2 for text in heads]
        for column, text in enumerate(heads):
            sheet.write_string(0, column, text, head)
        for line, row in enumerate(rows, 1):
            if line > MOST_ROWS:
                raise TooManyRows(most=MOST_ROWS)
            for column, cell in enumerate(row):
                _write(sheet, line, column, cell, time)
                widths[column] = max(widths[column], min(len(str(cell or "")) * 2, WIDEST))
        sheet.freeze_panes(1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width + 2)
    return target.getvalue()


def attachment(content: bytes, *, name: str) -> HttpResponse:
    """A workbook as an answer. `name` is ASCII, without suffix."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return HttpResponse(content, content_type=MEDIA_TYPE, headers=headers)


def _write(sheet: xlsxwriter.worksheet.Worksheet, line: int, column: int, cell: Cell, time: object) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(line, column, cell.astimezone(ZONE).replace(tzinfo=None), time)
    elif isinstance(cell, int | float):
        sheet.write_number(line, column, cell)
    elif cell:
        sheet.write_string(line, column, cell)
