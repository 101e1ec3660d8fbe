"""Lengths of time in the blanks of a rule: said as people say them, stated as the file does, and back."""

import pytest

from tests.platform import environment  # noqa: F401 - sets Django up
from tests.story import RULEBOOK
from zhunsheng.apps.rulemaking.lengths import as_said, as_stated
from zhunsheng.core.rules import parse_duration


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        # Found in the editor of rules: P3D and PT12H stood in sentences for people.
        ("3天", "P3D"), ("12小时", "PT12H"), ("1天12小时", "P1DT12H"), ("30分钟", "PT30M"), ("0小时", "PT0H"),
        ("0小时30分钟", "PT0H30M"), ("50%", "50%"),
    ],
)  # fmt: skip
def test_a_length_is_said_as_people_do_and_comes_back_as_it_was(said: str, stated: str) -> None:
    assert (as_said(stated), as_stated(said)) == (said, stated)


@pytest.mark.parametrize(
    ("typed", "stated"), [(" 2 日 ", "P2D"), ("2 days 6 h", "P2DT6H"), ("P2D", "P2D"), ("昨天", "昨天"), ("", "")]
)
def test_what_is_typed_is_taken_in_either_way_and_the_rest_left_to_be_refused(typed: str, stated: str) -> None:
    assert as_stated(typed) == stated


def test_every_lead_of_the_shipped_rules_survives_the_page() -> None:
    texts = [path.read_text("utf-8") for path in sorted((RULEBOOK / "deadlines").rglob("*.toml"))]
    words = {word for text in texts for word in text.split('"') if parse_duration(word)}
    assert words
    assert {word for word in words if as_stated(as_said(word)) != word} == set()
