"""rulebook/inspections on disk → check sheets, clocks of rectification, terms of tasks. The core never opens a file."""

from collections.abc import Iterable
from pathlib import Path

from zhunsheng.book import RulebookRefused
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.inspection.rectification import Clocks, parse_clocks
from zhunsheng.core.inspection.sheet_file import Known, parse_sheet
from zhunsheng.core.inspection.sheets import Sheet
from zhunsheng.core.inspection.tasks import Terms, parse_terms
from zhunsheng.core.toml_table import Issue

FOLDER = "inspections"
CLOCKS = "rectification.toml"
TERMS = "tasks.toml"


def load_sheets(folder: Path, rulebook: Rulebook) -> tuple[Sheet, ...]:
    """Every sheet of a rulebook folder, by file name.

    Raises  RulebookRefused with every issue of every file: unknown keys, rules and checks, ids used twice.
    """
    known = Known(
        rules=frozenset(rule.id for rule in rulebook.rules),
        checks=frozenset(check.code for check in rulebook.checks),
    )
    sheets: list[Sheet] = []
    issues: list[Issue] = []
    for path in sorted((folder / FOLDER).glob("*.toml")):
        if path.name in (CLOCKS, TERMS):
            continue
        where = f"{FOLDER}/{path.name}"
        sheet, found = parse_sheet(path.read_text("utf-8"), known, path=where)
        issues += found
        if sheet is not None:
            issues += _fits(sheet, path.name, where, sheets)
            sheets.append(sheet)
    if issues:
        raise RulebookRefused(issues)
    return tuple(sheets)


def load_clocks(folder: Path) -> Clocks:
    """The clocks of rectification. Raises RulebookRefused."""
    path = folder / FOLDER / CLOCKS
    clocks, issues = parse_clocks(path.read_text("utf-8"), path=f"{FOLDER}/{CLOCKS}")
    if clocks is None:
        raise RulebookRefused(issues)
    return clocks


def load_terms(folder: Path, sheets: Iterable[Sheet]) -> Terms:
    """What tasks look at, and how long they may take. Raises RulebookRefused."""
    path = folder / FOLDER / TERMS
    questions = {question.id: question for sheet in sheets for question in sheet.questions}
    terms, issues = parse_terms(path.read_text("utf-8"), questions, path=f"{FOLDER}/{TERMS}")
    if terms is None:
        raise RulebookRefused(issues)
    return terms


def _fits(sheet: Sheet, name: str, where: str, before: list[Sheet]) -> list[Issue]:
    issues = []
    if name.removesuffix(".toml").split("@")[0] != sheet.id.lower():
        issues.append(
            Issue(where, "id", f"{sheet.id!r} is not the file's name. Name the file {sheet.id.lower()}.toml.")
        )
    if (sheet.id, sheet.version) in {(one.id, one.version) for one in before}:
        issues.append(Issue(where, "version", f"{sheet.id} {sheet.version} is there twice. Count on."))
    return issues
