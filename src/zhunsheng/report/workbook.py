"""A judgement → report.xlsx: texts are texts, whatever they begin with; no cell computes or links."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl
import xlsxwriter
from xlsxwriter.workbook import Workbook

from zhunsheng.report.checks import broken_checks, check_title
from zhunsheng.report.page import Checked, standing
from zhunsheng.report.rows import key_of, state_lines
from zhunsheng.report.standing import KEYS, STATES, counts_by
from zhunsheng.report.words import Wording

MAX_ROWS: Final = 100_000  # findings in the workbook; Excel itself stops at 1,048,576 rows
CELL: Final = 32_767  # characters that one cell holds
HEAD: Final = (
    "level",
    "rule",
    "rule_id",
    "case",
    "subject",
    "unit",
    "start",
    "due",
    "outer",
    "done",
    "state",
    "reason",
)
CHECK_HEAD: Final = ("level", "check", "rule_id", "case", "subject", "unit", "since", "mends")
OPTIONS: Final = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True,
}  # fmt: skip


def write_workbook(checked: Checked, path: Path, *, language: str) -> None:
    """Write what stands now, worst first, and the counts per unit and per rule."""
    wording = Wording(language, checked.rulebook.vocabulary.zone)
    now = standing(checked)
    titles = {rule.id: rule.title if language == "zh" else rule.title_en for rule in checked.rulebook.rules}
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        as_of = checked.judgement.as_of.replace(tzinfo=None)  # the same findings give the same file
        book.set_properties({"title": wording["title"], "created": as_of})
        write_sheet(book, wording["worst"], [wording[name] for name in HEAD], _findings(now, checked, titles, wording))
        write_sheet(book, wording["checks"], [wording[name] for name in CHECK_HEAD], _checks(checked, wording))
        _groups(book, now, "unit", wording["units"], wording["unit"], {}, wording)
        _groups(book, now, "rule", wording["rules"], wording["rule"], titles, wording)


def _findings(now: pl.DataFrame, checked: Checked, titles: dict[str, str], wording: Wording) -> Iterable[list[str]]:
    now = now.head(MAX_ROWS)
    joined = checked.judgement.clocks.join(now.select(KEYS), on=KEYS, how="semi", nulls_equal=True)
    clocks = {key_of(row): row for row in joined.iter_rows(named=True)}
    for row in now.iter_rows(named=True):
        clock = clocks[key_of(row)]
        word = wording[row["level"] if row["kind"] == "approaching" else row["kind"]]
        yield [
            word,
            titles[row["rule"]],
            row["rule"],
            row["case"] or row["incident"] or "",
            row["subject"] or "",
            row["unit"] or "",
            wording.moment(clock["start"]),
            wording.due(row["due"]),
            wording.due(row["outer"]),
            wording.moment(clock["stopped"]),
            state_lines(clock, wording, checked.judgement.as_of)[0],
            row["reason"] or "",
        ]


def _checks(checked: Checked, wording: Wording) -> Iterable[list[str]]:
    """What checks found: broken, worst first."""
    checks = {check.id: check for check in checked.rulebook.checks}
    for row in broken_checks(checked.judgement.findings, checked.rulebook).head(MAX_ROWS).iter_rows(named=True):
        check = checks[row["rule"]]
        yield [
            wording[row["level"]],
            check_title(check, wording.language),
            check.id,
            wording["comma"].join(row["cases"] or []),
            row["subject"] or "",
            row["unit"] or "",
            wording.moment(row["found_at"]),
            check.mends,
        ]


def _groups(
    book: Workbook, now: pl.DataFrame, column: str, sheet: str, head: str, titles: dict[str, str], wording: Wording
) -> None:
    rows = (
        [titles.get(name or "", name or wording["no_unit"]), *(found[state] for state in STATES)]
        for name, found in counts_by(now, column)
    )
    write_sheet(book, sheet, [head, *(wording[state] for state in STATES)], rows)


def write_sheet(book: Workbook, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One sheet under a head; texts are written as texts."""
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bg_color": "#E9EEF5", "bottom": 1})
    sheet.set_column(0, len(head) - 1, 18)
    sheet.freeze_panes(1, 1)
    for n, text in enumerate(head):
        sheet.write_string(0, n, text, bold)
    for line, row in enumerate(rows, start=1):
        for n, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, n, value[:CELL])
            else:
                sheet.write_number(line, n, value)
