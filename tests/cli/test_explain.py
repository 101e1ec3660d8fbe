"""./zs explain: the computation of one limit in one case, and the message that goes with it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Zs

RULE = "criminal.intake.filing-decision"
CASE = "A3502030000002022110187"
# Accepted on 2 November 2022 at 16:48, seven days approved in time, asked about on the 8th: to 9 November 24:00.
LOG = f"""id,type,at,case,fact.case_kind,fact.case_title,fact.economic,fact.tier
1,case.accepted,2022-11-02T16:48:00+08:00,{CASE},criminal,徐某某盗窃案,false,
2,filing_review.extended,2022-11-04T10:30:00+08:00,{CASE},,,,7d
3,case.accepted,2022-11-02T16:48:00+08:00,A3502030000002022110203,criminal,徐三盗窃案,false,
"""
AS_OF = ("--as-of", "2022-11-08T09:00")
MESSAGE = "您办理的徐某某盗窃案已于2022-11-02 16:48:00 受案，已将届满7天仍未立案，请及时处理。"


def log(folder: Path) -> Path:
    path = folder / "log.csv"
    path.write_text(LOG, "utf-8")
    return path


def test_the_message_where_the_deployment_allows_a_masked_title(zs: Zs, tmp_path: Path) -> None:
    said = zs("explain", log(tmp_path), "--case", CASE, "--rule", RULE, *AS_OF, "--case-title")
    assert said.code == 0
    assert f"  ✉  {MESSAGE}\n" in said.out


def test_by_default_the_last_four_digits_only(zs: Zs, tmp_path: Path) -> None:
    said = zs("explain", log(tmp_path), "--case", CASE, "--rule", RULE, *AS_OF)
    assert MESSAGE.replace("徐某某盗窃案", "案件（尾号0187）") in said.out
    assert "徐某某" not in said.out
    assert "盗窃" not in said.out


def test_a_title_that_is_not_masked_is_never_shown(zs: Zs, tmp_path: Path) -> None:
    words = (
        "explain",
        log(tmp_path),
        "--case",
        "A3502030000002022110203",
        "--rule",
        RULE,
        "--as-of",
        "2022-11-05T09:00",
    )
    said = zs(*words, "--case-title")
    assert "案件（尾号0203）" in said.out
    assert "徐三" not in said.out


def test_a_narrow_terminal_does_not_break_the_message(zs: Zs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    said = zs("explain", log(tmp_path), "--case", CASE, "--rule", RULE, *AS_OF, "--case-title")
    assert [line for line in said.out.splitlines() if "✉" in line] == [f"  ✉  {MESSAGE}"]


def test_the_steps_in_words(zs: Zs, tmp_path: Path) -> None:
    lines = zs("explain", log(tmp_path), "--case", CASE, "--rule", RULE, *AS_OF).out.splitlines()
    sentences = [line[5:] for line in lines if line[:3].strip().isdigit()]
    assert sentences[0] == "起点：2022-11-02 16:48 受案"
    assert "刑事诉讼" in sentences[1] or "程序规定" in sentences[1]
    assert sentences[2:] == [
        "期限：3日",
        "计算：开始之日不计，末日24时届满，至 2022-11-05 24:00（11-03 工作日，11-04 工作日，11-05 休息日）",
        "延长：2022-11-04 10:30 延长立案审查，档次 7日，改为 7日，至 2022-11-09 24:00",
        "届满：2022-11-09 24:00",
        "最迟：2022-11-09 24:00",
    ]


def test_the_steps_in_english(zs: Zs, tmp_path: Path) -> None:
    said = zs("explain", log(tmp_path), "--case", CASE, "--rule", RULE, *AS_OF, "--lang", "en")
    assert "Start: 2022-11-02 16:48 case.accepted" in said.out
    assert "(11-03 working day, 11-04 working day, 11-05 rest day)" in said.out
    assert "Due: 2022-11-09 24:00" in said.out


def test_the_same_as_json(zs: Zs, tmp_path: Path) -> None:
    said = zs("explain", log(tmp_path), "--case", CASE, "--rule", RULE, *AS_OF, "--json", "--case-title")
    (row,) = json.loads(said.out)
    assert row["message"] == MESSAGE
    assert row["clock"]["due"] == "2022-11-09T16:00:00+00:00"
    assert [step["kind"] for step in row["steps"]] == [
        "start",
        "version",
        "limit",
        "count",
        "extend",
        "due_strict",
        "due",
    ]
    assert len(row["sentences"]) == len(row["steps"])
    assert row["findings"] == ["approaching blue"]


def test_a_case_without_such_a_clock_says_so(zs: Zs, tmp_path: Path) -> None:
    said = zs("explain", log(tmp_path), "--case", CASE, "--rule", "criminal.bail.term", *AS_OF)
    assert (said.code, "这个案件没有这项期限。" in said.out) == (0, True)


def test_a_case_or_rule_that_is_not_there_is_named(zs: Zs, tmp_path: Path) -> None:
    no_case = zs("explain", log(tmp_path), "--case", "A9", "--rule", RULE)
    assert (no_case.code, "'A9'" in no_case.err) == (2, True)
    no_rule = zs("explain", log(tmp_path), "--case", CASE, "--rule", "no.such")
    assert (no_rule.code, "'no.such'" in no_rule.err) == (2, True)


def test_an_incident_without_a_case_is_explained_by_its_number(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("id,type,at,incident,person\n1,work.started,2026-03-02T12:00:00+08:00,J7,P1\n", "utf-8")
    said = zs("explain", path, "--case", "J7", "--rule", "small", "--rules", rulebook, "--as-of", "2026-03-03")
    assert "届满：2026-03-12 24:00" in said.out
