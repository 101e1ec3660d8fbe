"""A defect that people find again and again and no rule does proposes a draft, with its tests."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from zhunsheng.book import load_rulebook
from zhunsheng.commands.inputs import RULEBOOK
from zhunsheng.core.check_rules import parse_check
from zhunsheng.core.inspection.mining import Found, repeated
from zhunsheng.core.inspection.sheets import Question
from zhunsheng.core.points.from_events import ENDINGS
from zhunsheng.rulecheck.articles import read_instruments
from zhunsheng.rulecheck.drafting import draft_check, draft_path, free_code
from zhunsheng.rulecheck.inside_checks import run_check_tests
from zhunsheng.rulecheck.lint import lint_rulebook
from zhunsheng.rulecheck.lint_checks import lint_check

BOOK = load_rulebook(RULEBOOK)
SHORT = {one.short: one.name for one in read_instruments(RULEBOOK)}

ASKED = Question("CR12", "笔录是否逐页签名", "笔录每页", "yellow", "no", "full", ("刑规206",))
RULED = Question("CR07", "讯问是否不少于二人", "笔录", "red", "yes", "full", ("刑规202",), checks=("P01",))
QUESTIONS = {"CR12": ASKED, "CR07": RULED}


def test_five_problems_without_a_rule_offer_one_and_four_do_not() -> None:
    four = [Found("CR12", f"A{n}") for n in range(4)]
    assert repeated(four, QUESTIONS) == ()
    found = repeated([*four, Found("CR12", "A9")], QUESTIONS)
    assert [(one.question.id, one.cases) for one in found] == [("CR12", ("A0", "A1", "A2", "A3", "A9"))]


def test_what_a_rule_asks_already_offers_nothing() -> None:
    assert repeated([Found("CR07", f"A{n}") for n in range(9)], QUESTIONS) == ()


def drafted(*found: Found) -> str:
    (one,) = repeated(found, QUESTIONS)
    endings = {one.ending for one in found if one.ending} or set(ENDINGS)
    return draft_check(one, code=draft_code(), instruments=SHORT, endings=endings, zone="Asia/Shanghai")


def draft_code() -> str:
    return free_code({check.code for check in BOOK.checks})


ENDED = [
    Found(
        "CR12", f"A{n}", "prosecution.transferred" if n % 2 else "case.closed", datetime(2026, 10, 1 + n, 9, tzinfo=UTC)
    )
    for n in range(5)
]


def test_repeated_findings_propose_a_draft_rule_that_loads_with_a_test_for_each_case() -> None:
    text = drafted(*ENDED)
    check, refused = parse_check(text, BOOK.vocabulary, path=draft_path(repeated(ENDED, QUESTIONS)[0]))
    assert refused == []
    assert check is not None
    assert lint_check(check, text, BOOK.vocabulary) == []
    assert (check.status, check.level, check.code) == ("draft", "ask", "D09")  # why: D01 to D08 are taken
    assert [test.name for test, shows in zip(check.tests, check.shows, strict=True) if shows == "broken"] == [
        f"case {n} of the readers" for n in range(1, 6)
    ]
    basis = check.versions[0].basis[0]
    assert (basis.instrument, basis.article) == ("公安机关办理刑事案件程序规定", "第二百零六条")
    assert run_check_tests(BOOK, [check]) == []


def test_a_draft_stands_in_the_rulebook_and_lint_has_nothing_to_say(tmp_path: Path) -> None:
    folder = tmp_path / "rulebook"
    shutil.copytree(RULEBOOK, folder)
    path = folder / draft_path(repeated(ENDED, QUESTIONS)[0])
    path.parent.mkdir()
    path.write_text(drafted(*ENDED), "utf-8")
    assert lint_rulebook(folder) == []


def test_of_cases_that_have_not_ended_the_draft_has_an_invented_test_and_no_article_is_guessed() -> None:
    question = Question("CR12", '笔录"是否"逐页签名' * 9, "笔录每页", "yellow", "no", "memory", ("2015受案立案意见",))
    (one,) = repeated([Found("CR12", f"A{n}") for n in range(5)], {"CR12": question})
    text = draft_check(one, code="D09", instruments=SHORT, endings=ENDINGS, zone="Asia/Shanghai")
    check, refused = parse_check(text, BOOK.vocabulary, path=draft_path(one))
    assert refused == []
    assert check is not None
    assert lint_check(check, text, BOOK.vocabulary) == []
    assert "条次" in check.versions[0].basis[0].article
