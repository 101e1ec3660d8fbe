"""Check sheets as TOML: text in, sheet and issues out. Every issue is collected."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from zhunsheng.core.inspection.sheets import (
    AUTOMATIC,
    CONFIDENCES,
    SEVERITIES,
    STATUSES,
    USES,
    Question,
    Section,
    Sheet,
)
from zhunsheng.core.toml_table import Issue, Table, read_toml

SHEET_ID: Final = re.compile(r"[A-Z]{2}")
LARGEST_FILE: Final = 64 * 1024
MOST_QUESTIONS: Final = 60
LONGEST_TEXT: Final = 80


@dataclass(frozen=True)
class Known:
    """What questions may name: rules by id, checks by code."""

    rules: Collection[str]
    checks: Collection[str]


def parse_sheet(text: str, known: Known, *, path: str) -> tuple[Sheet | None, list[Issue]]:
    """Read one sheet. With an issue there is no sheet."""
    if len(text.encode()) > LARGEST_FILE:
        return None, [Issue(path, "", f"is larger than {LARGEST_FILE // 1024} KB. Split the sheet.")]
    return read_toml(text, lambda table, _: _sheet(table, known), path=path)


def _sheet(table: Table, known: Known) -> Sheet:
    sheet = Sheet(
        id=table.take("id", str),
        title=table.take("title", str),
        use=table.choice("use", tuple(USES)),
        version=table.take("version", int),
        in_force=table.first_day(),
        status=table.choice("status", STATUSES),
        sections=tuple(_section(part, known) for part in table.tables("section")),
    )
    table.close()
    _whole(sheet, table)
    return sheet


def _section(table: Table, known: Known) -> Section:
    section = Section(table.take("title", str), tuple(_question(part, known) for part in table.tables("question")))
    table.close()
    return section


def _question(table: Table, known: Known) -> Question:
    question = Question(
        id=table.take("id", str),
        text=table.take("text", str),
        look_at=table.take("look_at", str),
        severity=table.choice("severity", tuple(SEVERITIES)),
        automatic=table.choice("automatic", tuple(AUTOMATIC)),
        confidence=table.choice("confidence", CONFIDENCES),
        basis=table.words("basis", None, "article", ...),
        rules=table.words("rules", dict.fromkeys(known.rules), "rule"),
        checks=table.words("checks", dict.fromkeys(known.checks), "check"),
    )
    if not question.basis:
        table.issue("basis", "is empty. Name the article that the question rests on.")
    if len(question.text) > LONGEST_TEXT:
        table.issue("text", f"has {len(question.text)} characters, at most {LONGEST_TEXT}. Ask one thing.")
    table.close()
    return question


def _whole(sheet: Sheet, table: Table) -> None:
    if not SHEET_ID.fullmatch(sheet.id):
        table.issue("id", f"{sheet.id!r} is no id. Write two capital letters.")
    if sheet.version < 1:
        table.issue("version", f"{sheet.version} is no version. Count from 1.")
    ids = [question.id for question in sheet.questions]
    if not 0 < len(ids) <= MOST_QUESTIONS:
        table.issue("section", f"holds {len(ids)} questions. A sheet asks 1 to {MOST_QUESTIONS}.")
    for n, name in enumerate(ids):
        if not re.fullmatch(rf"{re.escape(sheet.id)}\d\d", name):
            table.issue(f"section.question[{n}].id", f"{name!r} is not {sheet.id} and two digits.")
        if name in ids[:n]:
            table.issue(f"section.question[{n}].id", f"{name!r} is used twice. Every question has its own.")
    if sheet.status == "stable" and any(question.is_draft for question in sheet.questions):
        drafts = ", ".join(question.id for question in sheet.questions if question.is_draft)
        table.issue("status", f"stable, but {drafts} rest on memory. A lawyer confirms them first.")
