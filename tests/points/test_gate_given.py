"""The sixty given policies, and the verb that judges a folder."""

import shutil
from pathlib import Path

import pytest

from tests.points.book import POLICIES, ROOT, expected, facts, given, judged, said
from zhunsheng.cli import main
from zhunsheng.core.points.issue import CODES


@pytest.mark.parametrize("file", sorted(expected()))
def test_story_7_a_given_policy_gets_its_verdict_and_its_code(file: str) -> None:
    verdict, code = expected()[file]
    assert judged((POLICIES / file).read_text("utf-8")) == (verdict, (code,) if code else ())


def test_there_are_twenty_lawful_and_forty_disguised_policies() -> None:
    # story 7: policies/: 20 load, 40 refused with the codes of expected.csv
    verdicts = [verdict for verdict, _ in expected().values()]
    assert (verdicts.count("load"), verdicts.count("refuse")) == (20, 40)


def test_the_closed_list_has_39_admissible_and_45_refused_facts() -> None:
    refused = [fact for fact in facts().facts.values() if fact.is_refused]
    assert (len(facts().facts) - len(refused), len(refused)) == (39, 45)


def test_a_refusal_names_the_file_the_entry_the_source_and_the_remedy() -> None:
    (issue,) = said(given("u01_detained_count.toml"))
    assert issue.startswith("p.toml:")
    for part in (
        "entry[4].fact",
        "PG01",
        "刑事拘留人数",
        "公安部2011年",
        "中央政法委2015年1月20日",
        "Leave the entry out.",
    ):
        assert part in issue


def test_lint_prints_a_sorted_line_a_file_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Given the given policies in a folder, whose list of what is expected has another name
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES, folder)
    (folder / "expected.csv").rename(folder / "other-name.csv")
    # When they are judged
    code = main(["points", "lint", str(folder)])
    # Then every file has its line, in order of names
    assert code == 0
    want = [f"{file}\t{verdict}\t{codes}" for file, (verdict, codes) in sorted(expected().items())]
    assert capsys.readouterr().out.splitlines() == want


def test_lint_says_the_same_when_the_list_of_what_is_expected_lies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(POLICIES, folder)
    lies = (folder / "expected.csv").read_text("utf-8").replace("refuse,PG01", "load,")
    (folder / "expected.csv").write_text(lies, "utf-8")
    main(["points", "lint", str(folder)])
    assert "u01_detained_count.toml\trefuse\tPG01" in capsys.readouterr().out.splitlines()


def test_lint_says_the_same_of_a_file_under_another_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # The gate judges what a policy rewards, not what it is called
    shutil.copy(POLICIES / "u03_fine_amount.toml", tmp_path / "l99_lawful.toml")
    text = (POLICIES / "l03_no_volume.toml").read_text("utf-8").replace("l03_no_volume", "u99_unlawful")
    (tmp_path / "u99_unlawful.toml").write_text(text, "utf-8")
    main(["points", "lint", str(tmp_path)])
    assert capsys.readouterr().out.splitlines() == ["l99_lawful.toml\trefuse\tPG01", "u99_unlawful.toml\tload\t"]


def test_strict_lint_ends_with_2_where_a_policy_does_not_load(tmp_path: Path) -> None:
    shutil.copy(POLICIES / "u03_fine_amount.toml", tmp_path)
    assert main(["points", "lint", str(tmp_path)]) == 0
    assert main(["points", "lint", "--strict", str(tmp_path)]) == 2


def test_every_code_is_told_in_the_format_document() -> None:
    text = (ROOT / "docs" / "points-format.md").read_text("utf-8")
    assert [code for code in CODES if code not in text] == []
