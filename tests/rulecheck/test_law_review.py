"""The lawyer's list names every rule that is not yet sure."""

from pathlib import Path

from zhunsheng.book import load_rulebook

ROOT = Path(__file__).parents[2]
BOOK = load_rulebook(ROOT / "rulebook")
RULES, CHECKS = BOOK.rules, BOOK.checks
TEXT = (ROOT / "docs" / "law-review.md").read_text("utf-8")


def listed(heading: str) -> str:
    return TEXT.partition(heading)[2].partition("\n## ")[0]


def test_the_trial_rules_are_those_of_the_list() -> None:
    text = listed("## 三、试用规则")
    assert [rule.id for rule in RULES if (f"`{rule.id}`" in text) != (rule.status == "trial")] == []


def test_the_rules_read_in_an_older_text_are_listed() -> None:
    text = listed("## 四、")
    assert [rule.id for rule in RULES if (f"`{rule.id}`" in text) != (rule.source == "full_2018")] == []


def test_every_note_of_a_rule_that_is_sent_is_listed_as_it_stands() -> None:
    text = listed("## 五、")
    assert [rule.id for rule in RULES if rule.note and rule.status != "trial" and rule.note not in text] == []


def test_the_checks_that_infer_or_were_not_read_whole_or_set_a_time_of_ours_are_listed() -> None:
    text = listed("、检查规则")
    unsure = [check for check in CHECKS if check.is_asking or check.source != "full" or check.note]
    assert [check.code for check in unsure if f"| {check.code} |" not in text or check.note not in text] == []
    assert len([line for line in text.splitlines() if line.startswith("| ") and "`" in line]) == len(unsure)
