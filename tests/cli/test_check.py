"""./zs check: exit codes, tables, and refusals that write nothing."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.cli.conftest import Zs
from zhunsheng.core import schemas

HEAD = "id,type,at,case,person\n"
STARTED = "1,work.started,2026-03-02T12:00:00+08:00,A3502030000002026030001,P1\n"


def log(folder: Path, rows: str, head: str = HEAD) -> Path:
    path = folder / "log.csv"
    path.write_text(head + rows, "utf-8")
    return path


# Ten days from 2 March: blue on the 10th, yellow on the 11th, red on the 12th, overdue at its 24:00.
@pytest.mark.parametrize(
    ("why", "rows", "as_of", "code"),
    [
        ("nothing near", STARTED, "2026-03-05", 0),
        ("blue is no alarm", STARTED, "2026-03-10", 0),
        ("nor is yellow", STARTED, "2026-03-11", 0),
        ("red is", STARTED, "2026-03-12", 10),
        ("overdue is", STARTED, "2026-03-13", 10),
        (
            "ended while red: over",
            STARTED + "2,work.done,2026-03-12T12:00:00+08:00,A3502030000002026030001,P1\n",
            "2026-03-13",
            0,
        ),
        (
            "ended late",
            STARTED + "2,work.done,2026-03-13T00:00:00+08:00,A3502030000002026030001,P1\n",
            "2026-03-14",
            10,
        ),
        (
            "an end before its start is kept, and only asked",
            STARTED + "2,work.done,2026-03-01T12:00:00+08:00,A3502030000002026030001,P1\n",
            "2026-03-05",
            11,
        ),
        (
            "a repeated start is kept, and only asked",
            STARTED + "2,work.started,2026-03-03T12:00:00+08:00,A3502030000002026030001,P1\n",
            "2026-03-11",
            11,
        ),
        ("everything lies in the future", STARTED, "2026-03-01", 0),
    ],
)
def test_the_exit_code_says_what_was_found(
    why: str, rows: str, as_of: str, code: int, zs: Zs, rulebook: Path, tmp_path: Path
) -> None:
    assert zs("check", log(tmp_path, rows), "--rules", rulebook, "--as-of", as_of).code == code, why


@pytest.mark.parametrize(
    ("defect", "head", "rows", "named"),
    [
        ("an unknown type", HEAD, STARTED.replace("work.started", "work.begun"), ["row 2", "type", "work.begun"]),
        ("a missing column", "id,type,case\n", "1,work.started,A1\n", ["at"]),
        (
            "a time that is none",
            HEAD,
            STARTED.replace("2026-03-02T12:00:00+08:00", "2. March"),
            ["row 2", "at", "2026-03-01T14:35"],
        ),
        ("a time without its zone", HEAD, STARTED.replace("+08:00", ""), ["row 2", "at", "zone"]),
        (
            "a spreadsheet's serial number",
            HEAD,
            STARTED.replace("2026-03-02T12:00:00+08:00", "46083"),
            ["row 2", "46083"],
        ),
        ("one id with two contents", HEAD, STARTED + STARTED.replace("P1", "P2"), ["row 2", "row 3", "1"]),
        ("neither case nor incident", HEAD, "1,work.started,2026-03-02T12:00:00+08:00,,P1\n", ["row 2", "case"]),
        ("a column that is none", "id,type,at,case,colour\n", "1,work.started,2026-03-02,A1,red\n", ["colour"]),
    ],
)
def test_a_faulty_file_is_refused_whole_and_nothing_is_written(
    defect: str, head: str, rows: str, named: list[str], zs: Zs, rulebook: Path, tmp_path: Path
) -> None:
    # Given a file of which one row is faulty
    path = log(tmp_path, rows, head)
    # When it is checked
    said = zs("check", path, "--rules", rulebook, "--as-of", "2026-03-20", "--out", tmp_path / "out")
    # Then it is refused with its name, row, column and value, and there is no result
    assert said.code == 2, defect
    assert said.out == ""
    assert [word for word in ["log.csv", *named] if word not in said.err] == []
    assert not (tmp_path / "out").exists()


def test_every_fault_of_a_file_is_told_at_once(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    rows = STARTED.replace("work.started", "work.begun") + STARTED.replace("1,work", "2,work").replace("+08:00", "")
    said = zs("check", log(tmp_path, rows), "--rules", rulebook)
    assert said.code == 2
    assert "work.begun" in said.err
    assert "zone" in said.err


def test_one_bad_file_of_two_refuses_both(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    good = log(tmp_path, STARTED)
    bad = tmp_path / "bad.csv"
    bad.write_text(HEAD + STARTED.replace("+08:00", ""), "utf-8")
    said = zs("check", good, bad, "--rules", rulebook, "--out", tmp_path / "out")
    assert (said.code, (tmp_path / "out").exists()) == (2, False)
    assert "bad.csv" in said.err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--as-of", "yesterday"], ["--as-of", "yesterday"]),
        (["--known-at", "2026-02-30"], ["--known-at", "2026-02-30"]),
        (["--rules", "nowhere"], ["nowhere", "vocabulary.toml"]),
    ],
)
def test_what_was_asked_wrongly_is_named(
    words: list[str], named: list[str], zs: Zs, rulebook: Path, tmp_path: Path
) -> None:
    said = zs("check", log(tmp_path, STARTED), "--rules", rulebook, *words)
    assert said.code == 2
    assert [word for word in named if word not in said.err] == []


def test_a_file_that_is_not_there_is_named(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    said = zs("check", tmp_path / "gone.csv", "--rules", rulebook)
    assert (said.code, "gone.csv" in said.err) == (2, True)


def test_an_option_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str], zs: Zs) -> None:
    with pytest.raises(SystemExit) as stopped:
        zs("check", "log.csv", "--colour", "red")
    assert stopped.value.code == 2
    assert "--colour" in capsys.readouterr().err


def test_a_fault_of_ours_is_told_from_one_of_the_input(tmp_path: Path, rulebook: Path) -> None:
    # Given a program whose judgement fails for no fault of the file
    broken = f"""
import sys
from zhunsheng.commands import check
from zhunsheng.cli import main
def judge(*args, **named):
    raise ZeroDivisionError("no fault of the file")
check.judge = judge
sys.exit(main(["check", {str(log(tmp_path, STARTED))!r}, "--rules", {str(rulebook)!r}]))
"""
    done = subprocess.run([sys.executable, "-c", broken], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "no fault of the file" in done.stderr


def test_tables_are_written_whole(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("check", log(tmp_path, STARTED), "--rules", rulebook, "--as-of", "2026-03-13", "--out", out)
    assert zs(*words).code == 10
    assert sorted(path.name for path in out.glob("*.parquet")) == [
        "clocks.parquet",
        "findings.parquet",
        "verdicts.parquet",
    ]
    assert not list(out.glob(".*"))
    assert pl.read_parquet(out / "clocks.parquet").schema == schemas.CLOCKS
    findings = pl.read_parquet(out / "findings.parquet")
    assert findings.schema == schemas.FINDINGS
    assert findings["kind"].to_list() == ["approaching", "approaching", "approaching", "overdue"]
    zs(*words, "--steps")
    assert pl.read_parquet(out / "steps.parquet")["kind"][0] == "start"


def test_a_second_run_writes_the_same(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    path = log(tmp_path, STARTED)
    for name in ("one", "two"):
        zs("check", path, "--rules", rulebook, "--as-of", "2026-03-13", "--steps", "--out", tmp_path / name)
    for table in ("clocks", "findings", "steps"):
        assert (tmp_path / "one" / f"{table}.parquet").read_bytes() == (
            tmp_path / "two" / f"{table}.parquet"
        ).read_bytes()


def test_the_report_as_json(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    said = zs("check", log(tmp_path, STARTED), "--rules", rulebook, "--as-of", "2026-03-13", "--json")
    report = json.loads(said.out)
    assert report["clocks"] == 1
    assert report["counts"]["overdue"] == 1
    assert [row["kind"] for row in report["findings"]] == ["overdue"]
    assert report["findings"][0]["due"] == "2026-03-12T16:00:00+00:00"


def test_the_report_for_a_person(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    said = zs("check", log(tmp_path, STARTED), "--rules", rulebook, "--as-of", "2026-03-13T01:20")
    assert "小规则" in said.out
    assert "3月12日24:00" in said.out
    assert "超期 1小时20分" in said.out
    english = zs("check", log(tmp_path, STARTED), "--rules", rulebook, "--as-of", "2026-03-13T01:20", "--lang", "en")
    assert "small rule" in english.out
    assert "overdue" in english.out


def test_nothing_wrong_is_said_too(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    said = zs("check", log(tmp_path, STARTED), "--rules", rulebook, "--as-of", "2026-03-05")
    assert "没有超期、没有即将到期、没有不符合、没有待核实。" in said.out


def test_what_was_left_out_is_counted(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    # Given an event of the future, one recorded later than asked for, and a correction
    rows = """1,work.started,2026-03-02T12:00:00+08:00,A1,P1,1,2026-03-02T12:00:00+08:00
1,work.started,2026-03-03T12:00:00+08:00,A1,P1,2,2026-03-04T12:00:00+08:00
2,work.done,2026-03-03T12:00:00+08:00,A1,P1,1,2026-03-08T12:00:00+08:00
3,work.done,2026-04-01T12:00:00+08:00,A1,P1,1,2026-03-05T12:00:00+08:00
"""
    path = log(tmp_path, rows, "id,type,at,case,person,version,recorded_at\n")
    words = ("check", path, "--rules", rulebook, "--as-of", "2026-03-10", "--known-at", "2026-03-06T00:00+08:00")
    report = json.loads(zs(*words, "--json").out)
    assert report["left_out"] == {"future": 1, "unknown_yet": 1, "superseded": 1}


def test_the_worst_stands_first_and_liberty_before_all(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    # Given three cases: overdue by a day, red, and waiting to be asked
    rows = """1,work.started,2026-03-02T12:00:00+08:00,A1,P1
2,work.started,2026-03-03T12:00:00+08:00,A2,P2
3,work.started,2026-03-05T12:00:00+08:00,A3,P3
4,work.started,2026-03-06T12:00:00+08:00,A3,P3
"""
    report = json.loads(zs("check", log(tmp_path, rows), "--rules", rulebook, "--as-of", "2026-03-13", "--json").out)
    assert [(row["case"], row["kind"], row["level"]) for row in report["findings"]] == [
        ("A1", "overdue", "red"),
        ("A2", "approaching", "red"),
        ("A3", "approaching", "blue"),
    ]
