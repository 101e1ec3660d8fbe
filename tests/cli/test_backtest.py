"""./zs rules backtest: what a rulebook would have said, on files."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.cli.conftest import Zs
from tests.core.small import TEN_DAYS, book, limit, rule_text
from tests.story import history

MARCH = ("--from", "2026-03-01", "--to", "2026-03-28")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Started on 2 March by 035001 and not done by the end of the month."""
    events = history("2026-03-02 12:00 work.started\n2026-04-20 12:00 work.done", book(rule_text(TEN_DAYS)))
    named = events.with_columns(officers=pl.lit(["035001"]), unit=pl.lit("350100"), recorded_at=pl.col("at"))
    named.write_parquet(tmp_path / "log.parquet")
    return tmp_path / "log.parquet"


@pytest.fixture
def twenty(rulebook: Path, tmp_path: Path) -> Path:
    """The same rulebook with twenty days."""
    folder = tmp_path / "twenty"
    shutil.copytree(rulebook, folder)
    (folder / "deadlines" / "small.toml").write_text(rule_text(limit(20, "days", "day_after")), "utf-8")
    return folder


def test_it_says_what_is_new_what_it_costs_and_what_moves(zs: Zs, rulebook: Path, twenty: Path, log: Path) -> None:
    """Under ten days four findings. Under twenty the limit ends with the 22nd: the same four, moved. The small rule
    tells another role than the handling officers, so that they get no message."""
    said = json.loads(zs("rules", "backtest", log, "--rules", rulebook, *MARCH, "--json").out)
    assert said["counts"] == {"new": 4, "gone": 0, "moved": 0}
    assert (said["load"]["messages"], said["load"]["officers"]) == (0, 1)
    said = json.loads(zs("rules", "backtest", log, "--rules", twenty, "--against", rulebook, *MARCH, "--json").out)
    assert said["counts"] == {"new": 0, "gone": 0, "moved": 4}
    assert [change["day"] for change in said["changes"]] == ["2026-03-19", "2026-03-20", "2026-03-21", "2026-03-22"]


def test_a_supposition_is_held_against_the_rulebook_as_it_is(zs: Zs, rulebook: Path, log: Path) -> None:
    """Red two days before the limit instead of one: the same limit, so that the same finding comes a day sooner and
    nothing is new, gone or moved; told is what was told before."""
    words = ("--lead", "small:red=P2D", "--json")
    said = json.loads(zs("rules", "backtest", log, "--rules", rulebook, *MARCH, *words).out)
    assert said["counts"] == {"new": 0, "gone": 0, "moved": 0}
    assert said["load_before"] == said["load"]


def test_it_writes_a_report_a_workbook_and_the_tables(zs: Zs, rulebook: Path, log: Path, tmp_path: Path) -> None:
    answer = zs("rules", "backtest", log, "--rules", rulebook, *MARCH, "--out", tmp_path / "out")
    assert answer.code == 0
    assert "新增 4 · 消失 0 · 变动 0" in answer.out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"report.html", "report.xlsx", "changes.parquet", "said.parquet"}
    assert pl.read_parquet(tmp_path / "out" / "changes.parquet").height == 4
    assert "A1" in (tmp_path / "out" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--from", "2026-03-09", "--to", "2026-03-01"), "--to 2026-03-01 is before --from 2026-03-09"),
        (("--from", "March", "--to", "2026-03-01"), "--from 'March' is no day"),
        ((*MARCH, "--lead", "small:red"), "is no lead"),
        ((*MARCH, "--lead", "great:red=P2D"), "'great' is no limit of this rulebook"),
        ((*MARCH, "--lead", "small:ask=P2D"), "'ask' does not warn"),
        ((*MARCH, "--at-once", "0"), "is no number of events"),
    ],
)
def test_what_cannot_be_tried_is_refused_whole(
    zs: Zs, rulebook: Path, log: Path, words: tuple[str, ...], named: str
) -> None:
    answer = zs("rules", "backtest", log, "--rules", rulebook, *words)
    assert (answer.code, answer.out) == (2, "")
    assert named in answer.err
