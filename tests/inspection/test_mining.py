"""A defect that people find again and again and no rule does offers the skeleton of a rule."""

import tomllib

from zhunsheng.core.inspection.mining import Found, repeated, skeleton
from zhunsheng.core.inspection.sheets import Question

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


def test_the_skeleton_is_toml_with_a_test_for_each_case() -> None:
    (one,) = repeated([Found("CR12", f"A{n}") for n in range(5)], QUESTIONS)
    table = tomllib.loads(skeleton(one))
    assert table["title"] == "笔录是否逐页签名"
    assert len(table["test"]) == 5
    assert table["status"] == "draft"
