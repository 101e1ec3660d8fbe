"""A judgement → files in a folder: report.html and report.xlsx, each whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from zhunsheng.report.page import Checked, report_html
from zhunsheng.report.workbook import write_workbook

HTML: Final = "report.html"
XLSX: Final = "report.xlsx"


def write_report(checked: Checked, folder: Path, *, language: str) -> None:
    """Write both files into an existing folder. Raises OSError where it cannot be written."""
    page = report_html(checked, language=language)
    replace_whole(folder / HTML, lambda partial: partial.write_text(page, "utf-8"))
    replace_whole(folder / XLSX, lambda partial: write_workbook(checked, partial, language=language))


def replace_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the file, then move over it; what a failure leaves is removed."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        write(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
