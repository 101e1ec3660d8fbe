"""A table to take away as an Excel workbook. Every cell is a value: nothing in it is calculated or followed."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Final

import xlsxwriter
from django.http import HttpResponse

from zhunsheng.apps.display.formats import ZONE
from zhunsheng.apps.refusals import DomainError

MOST_ROWS: Final = 10_000
MOST_ROWS_OF_EXCEL: Final = 1_048_575  # beside the head row
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SOURCE: Final = "来源"
WIDEST: Final = 60
Cell = str | int | float | datetime | None


@dataclass(frozen=True)
class Mark:
    """Who takes a file away, when, and the code of that in the log. It stands in the file, on every printed page."""

    account: str
    at: datetime
    code: str

    @property
    def line(self) -> str:
        """In one line, without what Excel takes for a command of headers."""
        return f"{self.account} · {self.at.astimezone(ZONE):%Y-%m-%d %H:%M:%S} · {self.code}".replace("&", "＆")


class TooManyRows(DomainError):
    """An export that nobody will read, and that one request must not compute."""

    text = "符合条件的超过 {most} 行，没有直接导出。请加筛选条件，分几次导出，或作为任务导出。"


def workbook(title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], mark: Mark) -> bytes:
    """
    One sheet in memory: see `write_workbook`.

    :raises TooManyRows: more than ten thousand.
    """
    target = io.BytesIO()
    write_workbook(target, title, heads, rows, mark=mark, most=MOST_ROWS)
    return target.getvalue()


def write_workbook(
    target: IO[bytes], title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, mark: Mark, most: int
) -> int:
    """
    Write one sheet with a frozen head row. Returns the number of rows below it. The mark is on each printed page, on a
    sheet of its own and in the properties of the file.

    A text that begins with = or an address of the web stays a text. Times are Shanghai's.

    :raises TooManyRows: more than `most`.
    """
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    line = 0
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(title[:31])
        head, time = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        widths = [len(text) * 2 for text in heads]
        for column, text in enumerate(heads):
            sheet.write_string(0, column, text, head)
        for line, row in enumerate(rows, 1):
            if line > most:
                raise TooManyRows(most=most)
            for column, cell in enumerate(row):
                _write(sheet, line, column, cell, time)
                widths[column] = max(widths[column], min(len(str(cell or "")) * 2, WIDEST))
        sheet.freeze_panes(1, 0)
        sheet.set_header(f"&C{mark.line}")
        sheet.set_footer(f"&C{mark.line}")
        book.add_worksheet(SOURCE).write_string(0, 0, mark.line)
        book.set_properties({"author": mark.account, "comments": mark.line})
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width + 2)
    return line


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
