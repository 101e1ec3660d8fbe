"""The command as people call it: one line, and an exit code that says whether it agrees."""

import json
from pathlib import Path

import pytest

from tests.inspection.test_draw import example
from zhunsheng.cli import main


def test_size_and_claim_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspection", "size", "300", "--below", "5"]) == 0
    assert "抽 54 件" in capsys.readouterr().out
    assert main(["inspection", "size", "60", "--drawn", "20"]) == 0
    assert "低于 11.7%" in capsys.readouterr().out


def test_a_claim_that_cannot_be_borne_is_refused_with_the_one_that_can(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspection", "size", "300", "--drawn", "40", "--below", "5"]) == 2
    assert "也只能说低于 7.0%" in capsys.readouterr().err


def test_a_draw_that_agrees_and_one_that_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "draw.json"
    file.write_text(example(), "utf-8")
    assert main(["inspection", "redraw", str(file)]) == 0
    assert capsys.readouterr().out == "一致\n"
    told = json.loads(example())
    told["strata"][0]["picks"].pop()
    file.write_text(json.dumps(told), "utf-8")
    assert main(["inspection", "redraw", str(file)]) == 2
    assert capsys.readouterr().out.splitlines()[0] == "不一致"
    file.write_text("no record", "utf-8")
    assert main(["inspection", "redraw", str(file)]) == 2
    assert "不是 JSON" in capsys.readouterr().err


def test_the_sheets_that_ship_have_no_issue(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspection", "lint"]) == 0
    assert capsys.readouterr().out.startswith("11 sheets, 189 questions, 94 answered by data first, 57 rest on memory")
