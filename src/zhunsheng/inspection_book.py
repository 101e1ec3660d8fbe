"""rulebook/inspections on disk → check sheets and the clocks of rectification. The core never opens a file."""

from pathlib import Path

from zhunsheng.book import RulebookRefused
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.inspection.rectification import Clocks, parse_clocks
from zhunsheng.core.inspection.sheet_file import Known, parse_sheet
from zhunsheng.core.inspection.sheets import Sheet
from zhunsheng.core.toml_table import Issue

FOLDER = "inspections"
CLOCKS = "rectification.toml"


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
        if path.name == CLOCKS:
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


def _fits(sheet: Sheet, name: str, where: str, before: list[Sheet]) -> list[Issue]:
    issues = []
    if name.removesuffix(".toml").split("@")[0] != sheet.id.lower():
        issues.append(
            Issue(where, "id", f"{sheet.id!r} is not the file's name. Name the file {sheet.id.lower()}.toml.")
        )
    if (sheet.id, sheet.version) in {(one.id, one.version) for one in before}:
        issues.append(Issue(where, "version", f"{sheet.id} {sheet.version} is there twice. Count on."))
    return issues
