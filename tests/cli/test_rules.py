"""./zs rules: lint, test, list, show, vectors."""

import json
from pathlib import Path

from tests.cli.conftest import Zs
from tests.core.small import rule_text

VECTORS = Path(__file__).parents[1] / "vectors" / "vectors.csv"
HEAD = "id,rule_id,events,expected_due,why\n"
TEST = """
[[test]]
name   = "the day of the start is not counted"
why    = "3 to 12 March"
given  = [ { at = 2026-03-02T12:00:00+08:00, type = "work.started", person = "P1" } ]
expect = { outcome = "running", due = 2026-03-13T00:00:00+08:00 }
"""


def test_every_vector_passes_and_the_last_line_says_so(zs: Zs) -> None:
    said = zs("rules", "vectors", VECTORS)
    assert (said.code, said.out.splitlines()[-1]) == (0, "79 of 79")


def test_a_due_time_that_differs_is_named(zs: Zs, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    rule = "criminal.detention.first-interrogation"
    path.write_text(
        HEAD
        + f"V1,{rule},detained=2024-02-28T23:30,2024-02-29T23:30,a day\n"
        + f"V2,{rule},detained=2024-02-28T23:30,2024-02-29T23:31,a minute more\n",
        "utf-8",
    )
    said = zs("rules", "vectors", path)
    assert said.code == 1
    assert said.out.splitlines() == [f"V2 {rule}: expected 2024-02-29T23:31, found 2024-02-29T23:30", "1 of 2"]


def test_an_unknown_short_name_is_a_failure_that_names_it(zs: Zs, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(
        HEAD + "V1,criminal.detention.first-interrogation,abducted; detained=2024-02-28T23:30,-,a\n", "utf-8"
    )
    said = zs("rules", "vectors", path)
    assert (said.code, said.out.splitlines()[-1]) == (1, "0 of 1")
    assert "'abducted'" in said.out


def test_a_rule_that_is_not_there_is_no_failure(zs: Zs, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(HEAD + "V1,no.such.rule,detained=2024-02-28T23:30,2024-02-29T23:30,a\n", "utf-8")
    said = zs("rules", "vectors", path)
    assert (said.code, said.out.splitlines()) == (0, ["V1 no.such.rule: no such rule", "0 of 1"])


def test_a_vectors_file_without_its_columns_is_refused(zs: Zs, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text("id,events\nV1,detained=2024-02-28T23:30\n", "utf-8")
    said = zs("rules", "vectors", path)
    assert (said.code, said.out) == (2, "")
    assert "rule_id" in said.err


def test_a_rule_is_judged_by_the_tests_in_its_file(zs: Zs, rulebook: Path) -> None:
    file = rulebook / "deadlines" / "small.toml"
    file.write_text(rule_text(TEST), "utf-8")
    assert zs("rules", "test", "--rules", rulebook).out.splitlines()[-1].startswith("1 passed, 0 failed")
    file.write_text(rule_text(TEST.replace("2026-03-13", "2026-03-12")), "utf-8")
    said = zs("rules", "test", "--rules", rulebook)
    assert said.code == 1
    assert "the day of the start is not counted" in said.out
    assert "expected 2026-03-11 24:00, found 2026-03-12 24:00" in said.out
    assert said.out.splitlines()[-1].startswith("0 passed, 1 failed")


def test_lint_tells_every_issue_of_every_file(zs: Zs, rulebook: Path) -> None:
    (rulebook / "deadlines" / "small.toml").write_text(rule_text('[limit]\namount = 10\nunit = "day"'), "utf-8")
    (rulebook / "deadlines" / "other.toml").write_text(rule_text("colour = 3", rule="other"), "utf-8")
    said = zs("rules", "lint", "--rules", rulebook)
    assert said.code == 2
    assert [word for word in ("small.toml", "limit", "'day'", "other.toml", "colour") if word not in said.err] == []


def test_the_shipped_rules_are_listed(zs: Zs) -> None:
    rows = json.loads(zs("rules", "list", "--json").out)
    assert len(rows) == 140 + 89  # limits and checks
    assert {"id", "title", "status", "source"} <= rows[0].keys()
    assert "提请批准逮捕" in zs("rules", "list").out
    assert "Request approval of arrest" in zs("rules", "list", "--lang", "en").out


def test_one_rule_is_shown_as_its_file_says_it(zs: Zs, rulebook: Path) -> None:
    said = zs("rules", "show", "small", "--rules", rulebook)
    assert said.out.strip() == rule_text().strip()
    shown = json.loads(zs("rules", "show", "small", "--rules", rulebook, "--json").out)
    assert shown["versions"][0]["limits"][0]["amount"] == 10


def test_a_rule_that_is_not_there_is_named(zs: Zs, rulebook: Path) -> None:
    said = zs("rules", "show", "large", "--rules", rulebook)
    assert (said.code, "'large'" in said.err) == (2, True)
