"""Every test inside every rule file, computed again by the oracle."""

from pathlib import Path

import pytest

from tests.oracle.asking import ROOT
from tests.oracle.rule_files import check_rule_file

RULE_FILES = sorted((ROOT / "rulebook" / "deadlines").glob("**/*.toml"))


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.stem)
def test_the_oracle_finds_what_the_rule_file_expects(path: Path) -> None:
    assert check_rule_file(path) == []


def test_a_wrong_expectation_is_found(tmp_path: Path) -> None:
    text = RULE_FILES[0].read_text(encoding="utf-8")
    broken = tmp_path / RULE_FILES[0].name
    broken.write_text(text + _TEST_OF_ANOTHER_OUTCOME.format(event=_first_start(text)), encoding="utf-8")
    assert check_rule_file(broken, ROOT / "rulebook") != []


_TEST_OF_ANOTHER_OUTCOME = """
[[test]]
name = "no clock runs twice from one event"
given = [{{ at = 2026-03-02T09:00:00+08:00, type = "{event}", case_kind = "criminal" }}]
expect = [{{ outcome = "running" }}, {{ outcome = "running" }}]
"""


def _first_start(text: str) -> str:
    return text.split("events", 1)[1].split('"')[1]
