"""A limit as sentences: values are replaced where they stand, and nothing else of the file changes."""

import pytest

from tests.core.small import TEN_DAYS, rule_text
from tests.story import RULEBOOK
from zhunsheng.rulecheck.sentences import NotInFile, differing, said, written

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
