"""The check files: complete, without issue, their own tests kept, described in the reference and the schema."""

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from zhunsheng.book import load_rulebook
from zhunsheng.core.check import KINDS, Check
from zhunsheng.core.check_rules import parse_check
from zhunsheng.rulecheck.check_schema import check_schema_text
from zhunsheng.rulecheck.inside_checks import run_check_tests
from zhunsheng.rulecheck.lint_checks import lint_check
from zhunsheng.rulecheck.reference import reference_pages
from zhunsheng.rulecheck.reference_checks import check_pages

ROOT = Path(__file__).parents[2]
RULEBOOK = ROOT / "rulebook"
BOOK = load_rulebook(RULEBOOK)
FILES = sorted((RULEBOOK / "checks").rglob("*.toml"))
GOOD = (RULEBOOK / "checks" / "measures" / "arrest.two-officers.toml").read_text("utf-8")
WANTED = {"P": 33, "A": 22, "G": 15, "D": 8, "U": 4, "L": 7}


def test_every_check_of_the_list_is_there_once() -> None:
    codes = {f"{letter}{n:02}" for letter, count in WANTED.items() for n in range(1, count + 1)}
    assert sorted(check.code for check in BOOK.checks) == sorted(codes)


def test_every_kind_is_used() -> None:
    assert {check.kind for check in BOOK.checks} == set(KINDS)


def test_what_the_files_expect_is_what_the_engine_says() -> None:
    assert [str(failure) for failure in run_check_tests(BOOK)] == []


def test_a_test_that_expects_something_else_fails() -> None:
    check = next(check for check in BOOK.checks if check.code == "P25")
    wrong = replace(check, tests=tuple(replace(test, expect=("broken red",)) for test in check.tests))  # type: ignore[arg-type]
    assert len({failure.test for failure in run_check_tests(BOOK, [wrong])}) == len(check.tests)


def test_the_committed_schema_is_the_generated_one_and_every_file_follows_it() -> None:
    """Mend with ./zs rules schema --checks > rulebook/check.schema.json"""
    text = check_schema_text(BOOK.vocabulary)
    assert (RULEBOOK / "check.schema.json").read_text("utf-8") == text
    validator = jsonschema_rs.Draft202012Validator(json.loads(text))
    assert [path.name for path in FILES if not validator.is_valid(_as_json(path))] == []
    good = _as_json(RULEBOOK / "checks" / "measures" / "arrest.two-officers.toml")
    assert not validator.is_valid({**good, "kind": "feeling"})
    assert not validator.is_valid({**good, "colour": "red"})
    assert not validator.is_valid({name: value for name, value in good.items() if name != "mends"})


def _as_json(path: Path) -> Any:
    return json.loads(json.dumps(tomllib.loads(path.read_text("utf-8")), default=lambda moment: moment.isoformat()))


DEFECTS = [
    ('article = "第一百四十三条"', 'article = ""', "version[0].basis", "is not whole"),
    ('mends    = "核对执行人员；确属一人执行的写明情况说明"', 'mends    = " "', "mends", "empty"),
    ('source   = "full"', 'source   = "memory"', "status", "Write trial"),
    ('ask    = ["case_officer"]', 'ask    = ["unit_head"]', "recipients.ask", "is not told"),
    ("请核实执行人员并补正。", "请核实执行人员并补正。" * 6, "message.broken", "Shorten it"),
    ("{case}执行逮捕", "赵某执行逮捕", "message.broken", "names a person"),
    ("{case}执行逮捕", "{person}执行逮捕", "message.broken", "not filled by anything"),
    ("officers = { at_least = 2 }", "read_back = true", "version[0].require", "can never be stated"),
    ('shows  = "kept"', 'shows  = "broken"', "test[0].shows", "no broken finding is expected"),
    ('shows  = "unknown"', 'shows  = "boundary"', "test", 'none shows = "unknown"'),
    ('expect = ["broken yellow"]', 'expect = ["broken red"]', "test[1].expect", "is no finding of this check"),
    ('why    = "as the law asks"', 'why    = ""', "test[0].why", "Work the expected value out"),
]


@pytest.mark.parametrize(("old", "new", "key", "words"), DEFECTS, ids=[words for *_, words in DEFECTS])
def test_the_defect_is_found_and_ends_with_a_remedy(old: str, new: str, key: str, words: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    check, unread = parse_check(text, BOOK.vocabulary)
    assert check is not None, unread
    issues = [issue for issue in lint_check(check, text, BOOK.vocabulary) if issue.key == key]
    assert any(words in issue.text for issue in issues), issues
    assert all(re.search(r"[.:] [A-Z].*\.$|Add one\.$|expected\.$", issue.text) for issue in issues), issues


def test_the_good_file_has_no_issue() -> None:
    check, _ = parse_check(GOOD, BOOK.vocabulary)
    assert check is not None
    assert lint_check(check, GOOD, BOOK.vocabulary) == []


def test_every_element_names_the_checks_that_watch_it() -> None:
    page = reference_pages(replace(BOOK, rules=()))["by-element.md"]
    for word, codes in (("人", 33), ("事", 22), ("物", 15), ("卷宗", 8), ("单位", 4), ("场所", 7)):
        part = page.partition(f"\n## {word} · ")[2].partition("\n## ")[0]
        assert part.count("\n- [") == codes
        assert f"检查 {codes}）" in part


def test_a_page_says_what_a_check_asks_in_words() -> None:
    page = check_pages(_of("P33"), BOOK.vocabulary, "")["checks-evidence.md"]
    for words in (
        "检查：采集人体生物样本",
        "要求：当事人身份为嫌疑人；或者本人同意为是",
        "不超过 1 次",
        "第一百零二条",
    ):
        assert words in page


def _of(code: str) -> list[Check]:
    return [check for check in BOOK.checks if check.code == code]
