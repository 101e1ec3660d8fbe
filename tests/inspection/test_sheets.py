"""Check sheets: those that ship, one bad file an error, and what an answer must say."""

from datetime import date

import pytest

from tests.story import RULEBOOK
from zhunsheng.book import load_rulebook
from zhunsheng.core.inspection.sheet_file import Known, parse_sheet
from zhunsheng.core.inspection.sheets import (
    Answer,
    AnswerRefused,
    Question,
    checked,
    composed,
    contradiction,
    score,
)
from zhunsheng.inspection_book import load_sheets
from zhunsheng.rulecheck.sheet_schema import sheet_schema_text

SHEETS = load_sheets(RULEBOOK, load_rulebook(RULEBOOK))
KNOWN = Known(frozenset({"custody.interrogate"}), frozenset({"P01"}))
GOOD = """
id = "CR"
title = "刑事一般"
use = "criminal"
version = 1
in_force = 2026-01-01
status = "draft"
[[section]]
title = "讯问"
[[section.question]]
id = "CR01"
text = "讯问是否不少于二人"
look_at = "笔录"
severity = "red"
automatic = "yes"
confidence = "full"
basis = ["刑规202"]
checks = ["P01"]
"""
RED = Question("CR01", "讯问是否不少于二人", "笔录", "red", "yes", "full", ("刑规202",), checks=("P01",))
YELLOW = Question("CR02", "是否出具回执", "回执", "yellow", "no", "full", ("刑规171",))
PROBLEM = Answer("CR01", "problem", page="3", basis="刑规202", responsible="350101", remedy_days=2)


def test_eleven_sheets_ask_189_questions_94_of_them_answered_by_data_first_and_57_from_memory() -> None:
    questions = [question for sheet in SHEETS for question in sheet.questions]
    assert (len(SHEETS), len(questions)) == (11, 189)
    assert sum(question.automatic == "yes" for question in questions) == 94
    assert sum(question.is_draft for question in questions) == 57
    assert len({question.id for question in questions}) == 189


def test_the_schema_beside_the_sheets_is_the_one_that_is_made() -> None:
    assert (RULEBOOK / "inspections" / "sheet.schema.json").read_text("utf-8") == sheet_schema_text()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "CR"', 'id = "crime"', "two capital letters"),
        ('use = "criminal"', 'use = "murder"', "is not one of"),
        ("version = 1", "version = 0", "Count from 1"),
        ("in_force = 2026-01-01\n", "", "in_force: missing"),
        ('id = "CR01"', 'id = "AD01"', "is not CR and two digits"),
        ('severity = "red"', 'severity = "grave"', "is not one of"),
        ('checks = ["P01"]', 'checks = ["Z99"]', "is no check"),
        ('checks = ["P01"]', 'rules = ["no.rule"]', "is no rule"),
        ('basis = ["刑规202"]', "basis = []", "Name the article"),
        ('look_at = "笔录"', 'look_at = "笔录"\nweight = 3', "unknown key"),
        ('status = "draft"', 'status = "stable"', ""),
        ('confidence = "full"', 'confidence = "memory"', ""),
        ("讯问是否不少于二人", "问" * 81, "Ask one thing"),
        ("[[section]]", "[[section", "is not TOML"),
        ("[[section.question]]", "[[section.questions]]", "holds 0 questions"),
    ],
)
def test_a_sheet_says_everything_that_is_wrong_with_it(old: str, new: str, says: str) -> None:
    sheet, issues = parse_sheet(GOOD.replace(old, new), KNOWN, path="cr.toml")
    assert (sheet is None) == bool(says)
    assert says in "\n".join(map(str, issues))


def test_a_stable_sheet_holds_nothing_that_was_only_remembered() -> None:
    text = GOOD.replace('status = "draft"', 'status = "stable"').replace('"full"', '"memory"')
    _sheet, issues = parse_sheet(text, KNOWN, path="cr.toml")
    assert "A lawyer confirms" in str(issues[0])


def test_a_file_is_asked_by_its_procedure_and_by_what_the_facts_call_for() -> None:
    found = composed(SHEETS, {"criminal", "property", "area"}, on=date(2026, 11, 16))
    assert [sheet.id for sheet in found] == ["CR", "PR", "PL"]
    rules = [name for sheet in found for one in sheet.questions for name in (*one.rules, *one.checks)]
    whole = [question for sheet in found for question in sheet.questions if question.rules or question.checks]
    # Each question asks about something that none before it asked about
    seen: set[str] = set()
    for question in whole:
        assert not {*question.rules, *question.checks} <= seen
        seen |= {*question.rules, *question.checks}
    assert seen == set(rules)
    assert composed(SHEETS, {"criminal"}, on=date(2025, 12, 31)) == ()


def test_a_red_question_has_no_flaw() -> None:
    assert RED.answers == ("pass", "problem", "not_applicable", "cannot_tell")
    assert YELLOW.answers[1] == "flaw"
    with pytest.raises(AnswerRefused):
        checked(Answer("CR01", "flaw", page="1"), RED)


@pytest.mark.parametrize("lacking", ["page", "basis", "responsible", "remedy_days"])
def test_a_problem_says_where_by_which_article_who_and_by_when(lacking: str) -> None:
    said = {"page": "3", "basis": "刑规202", "responsible": "350101", "remedy_days": 2}
    said[lacking] = None if lacking == "remedy_days" else ""
    with pytest.raises(AnswerRefused):
        checked(Answer("CR01", "problem", **said), RED)  # type: ignore[arg-type]
    assert checked(PROBLEM, RED) == PROBLEM


def test_cannot_tell_says_what_is_missing_and_a_contradiction_says_why() -> None:
    with pytest.raises(AnswerRefused, match="缺少什么材料"):
        checked(Answer("CR01", "cannot_tell"), RED)
    with pytest.raises(AnswerRefused, match="与数据的判断不同"):
        checked(Answer("CR01", "pass"), RED, said_by_data="problem")
    with pytest.raises(AnswerRefused, match="不涉及的理由"):
        checked(Answer("CR01", "not_applicable"), RED, said_by_data="pass")
    assert contradiction("pass", "problem") == "false_alarm"
    assert contradiction("problem", "pass") == "missed"
    assert contradiction("pass", "pass") is None


def test_the_score_counts_only_what_could_be_judged() -> None:
    assert score({"a": "pass", "b": "flaw", "c": "not_applicable", "d": "cannot_tell", "e": "problem"}) == (1, 3)
