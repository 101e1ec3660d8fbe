"""A limit as sentences: values are replaced where they stand, and nothing else of the file changes."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from tests.core.small import TEN_DAYS, rule_text
from tests.story import RULEBOOK
from zhunsheng.rulecheck.sentences import NotInFile, Value, differing, said, written

FILE = (RULEBOOK / "deadlines" / "admin-cases" / "admin.case.public-security.toml").read_text("utf-8")


def test_a_file_says_its_sentences() -> None:
    spoken = said(FILE)
    assert (spoken["amount"], spoken["unit"], spoken["blue"], spoken["start"]) == (30, "days", "P10D", ("case.filed",))


def test_what_is_the_same_leaves_the_file_as_it_is() -> None:
    assert written(FILE, said(FILE)) == FILE


def test_only_the_line_of_a_value_changes() -> None:
    """Red two days earlier, and one more is told: two lines differ, each with its own spaces."""
    changed = written(FILE, {"red": "P4D", "tell_blue": ("case_officer",)})
    lines = [pair for pair in zip(FILE.splitlines(), changed.splitlines(), strict=True) if pair[0] != pair[1]]
    assert lines == [
        ('red    = "P2D"', 'red    = "P4D"'),
        ('blue   = ["case_officer", "co_officer"]', 'blue   = ["case_officer"]'),
    ]
    assert list(differing(FILE, changed)) == [
        ("red", "P2D", "P4D"),
        ("tell_blue", ("case_officer", "co_officer"), ("case_officer",)),
    ]


def test_a_list_over_several_lines_is_replaced_whole() -> None:
    text = rule_text(TEN_DAYS).replace('events = ["work.started"]', 'events = [\n    "work.started", # so it begins\n]')
    assert said(written(text, {"start": ("other.started",)}))["start"] == ("other.started",)


def test_a_quote_in_a_title_stays_text() -> None:
    assert said(written(FILE, {"title": 'a "b" \\ c'}))["title"] == 'a "b" \\ c'


def test_what_the_file_has_no_place_for_is_refused() -> None:
    with pytest.raises(NotInFile, match="no place for it"):
        written(FILE.replace("[limit]", "[[limit]]"), {"amount": 5})


@pytest.mark.parametrize("path", sorted(RULEBOOK.glob("[cd]*s/*/*.toml"))[::3], ids=lambda path: path.stem)
def test_files_that_are_shipped_take_every_sentence_and_give_it_back(path: Path) -> None:
    """Every value is changed and changed back: the file says the new ones, and then what it said before."""
    text = path.read_text("utf-8")
    before = said(text)
    assert written(text, before) == text
    others = {name: another(value) for name, value in before.items()}
    changed = written(text, others)
    assert said(changed) == others
    assert tomllib.loads(written(changed, before)) == tomllib.loads(text)


def another(value: Value) -> Value:
    """A value of the same kind that is not the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, tuple):
        return value[1:] if len(value) > 1 else (*value, *value)
    if isinstance(value, date):
        return value.replace(year=2035)
    return value + 1 if isinstance(value, int) else f"{value}x"


def test_a_check_says_its_facts_its_alternatives_and_its_article() -> None:
    spoken = said((RULEBOOK / "checks" / "measures" / "detention.warrant-shown.toml").read_text("utf-8"))
    assert spoken["acts"] == ("person.detained",)
    assert (spoken["require.0.warrant_shown"], spoken["require.1.refusal_noted"]) == (True, True)
    basis = spoken["basis"]
    assert isinstance(basis, tuple)
    assert [row["article"] for row in basis if isinstance(row, Mapping)] == ["第一百二十五条", "第八十五条"]


def test_true_is_not_one() -> None:
    text = (RULEBOOK / "checks" / "interrogation" / "interrogation.two-officers.toml").read_text("utf-8")
    changed = written(text, {"require.0.officers.at_least": 3})
    assert "officers = { at_least = 3 }" in changed
    assert said(changed)["require.0.officers.at_least"] == 3
