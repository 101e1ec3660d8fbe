"""The lint: a broken file for each issue, named by its defect; its first line says what must be found, and where."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from zhunsheng.book import load_vocabulary
from zhunsheng.core.rules import parse_rule
from zhunsheng.core.toml_table import Issue
from zhunsheng.rulecheck.lint import lint_rule, lint_rulebook

RULEBOOK = Path(__file__).parents[2] / "rulebook"
BROKEN = Path(__file__).parent / "broken"
FILES = sorted(path for path in BROKEN.glob("*.toml") if path.stem != "good")
VOCABULARY = load_vocabulary(RULEBOOK)
GOOD = (BROKEN / "good.toml").read_text("utf-8")


def issues_of(text: str) -> list[Issue]:
    good, _ = parse_rule(GOOD, VOCABULARY)
    rule, issues = parse_rule(text, VOCABULARY)
    assert good is not None
    return issues if rule is None else lint_rule(rule, text, VOCABULARY, {"parent": good})


def test_the_rulebook_has_no_issue() -> None:
    assert lint_rulebook(RULEBOOK) == []


def test_the_good_file_has_no_issue() -> None:
    assert issues_of(GOOD) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_defect_is_found_and_nothing_else(path: Path) -> None:
    text = path.read_text("utf-8")
    key, _, words = text.splitlines()[0].removeprefix("# ").partition(" | ")
    issues = issues_of(text)
    assert {issue.key for issue in issues} == {key}, "\n".join(map(str, issues))
    assert all(words in issue.text for issue in issues), "\n".join(map(str, issues))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_issue_ends_with_a_remedy_in_one_line(path: Path) -> None:
    for issue in issues_of(path.read_text("utf-8")):
        assert re.search(r"[.:] [A-Z].*\.$", issue.text), issue.text


def test_the_line_is_the_one_where_the_value_stands() -> None:
    text = (BROKEN / "levels-out-of-order.toml").read_text("utf-8")
    (issue,) = issues_of(text)
    assert text.splitlines()[issue.line - 1].startswith("red    = ")


def test_all_issues_come_at_once() -> None:
    text = GOOD.replace("第九十一条", "").replace("请立即处理", "请立即讯问赵某某").replace('"PT6H"', '"PT0H"')
    assert [issue.key for issue in issues_of(text)] == ["leads.red", "version[0].basis", "message.overdue"]


def test_who_is_left_out_with_a_reason_is_no_issue() -> None:
    text = (BROKEN / "unit-head-not-told.toml").read_text("utf-8")
    reasoned = text.replace('status   = "stable"', 'status   = "stable"\nnote     = "负责人即申请人，不通知本人。"')
    assert issues_of(reasoned) == []


def test_levels_that_coincide_with_a_reason_are_no_issue() -> None:
    text = (BROKEN / "levels-coincide.toml").read_text("utf-8")
    reasoned = text.replace('status   = "stable"', 'status   = "stable"\nnote     = "期限太短，两个级别同时发出。"')
    assert issues_of(reasoned) == []


def test_a_file_that_cannot_be_parsed_does_not_hide_the_others(tmp_path: Path) -> None:
    for name in ("vocabulary.toml", "calendar"):
        (tmp_path / name).symlink_to(RULEBOOK / name)
    (tmp_path / "deadlines").mkdir()
    (tmp_path / "deadlines" / "torn.toml").write_text("id = ", "utf-8")
    text = GOOD.replace('id       = "good"', 'id       = "silent"').replace(
        '"case_officer", "unit_head", ', '"unit_head", '
    )
    (tmp_path / "deadlines" / "silent.toml").write_text(text, "utf-8")
    found = [replace(issue, text="") for issue in lint_rulebook(tmp_path) if isinstance(issue, Issue)]
    assert [(issue.path, issue.key) for issue in found] == [
        ("deadlines/torn.toml", ""),
        ("deadlines/silent.toml", "recipients.red"),
    ]
