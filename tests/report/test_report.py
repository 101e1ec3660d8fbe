"""The report: complete, closed to the outside, and unmoved by what a field says."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from zhunsheng.api import judge, load_rulebook, read_events
from zhunsheng.core.clocks import Rulebook
from zhunsheng.report.axis import axis_of, labelled
from zhunsheng.report.page import Checked, Source, report_html
from zhunsheng.report.rows import Row
from zhunsheng.report.shapes import fitted
from zhunsheng.report.write import write_report

ROOT = Path(__file__).resolve().parents[2]
AS_OF = datetime(2022, 11, 8, 1, 0, tzinfo=UTC)
CASE = "A3502030000002022110203"
HOSTILE = '<script src="//x">&"=1+1'
START = datetime(2022, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(ROOT / "rulebook")


@pytest.fixture(scope="module")
def events(rulebook: Rulebook) -> pl.DataFrame:
    return read_events(ROOT / "examples/first-case/events.csv", rulebook=rulebook)


def checked(events: pl.DataFrame, rulebook: Rulebook, as_of: datetime = AS_OF) -> Checked:
    judged = judge(events, rulebook, as_of=as_of, steps=False)
    return Checked(judged, events, rulebook, None, (Source("events.csv", 9, 0, 9),))


def tracks(html: str) -> list[ET.Element]:
    return [ET.fromstring(svg) for svg in re.findall(r'<svg class="track".*?</svg>', html, re.DOTALL)]  # noqa: S314


def test_the_report_names_what_is_overdue_its_article_and_its_computation(
    events: pl.DataFrame, rulebook: Rulebook
) -> None:
    html = report_html(checked(events, rulebook), language="zh")
    # The item was due on 7 November 09:40, at the latest 10:00; at 09:00 of the 8th that is 23 hours ago.
    assert "超期23小时" in html
    assert "最迟 2022-11-07 10:00" in html
    assert "起点：2022-11-06 09:40" in html
    assert CASE in html
    (track,) = tracks(html)
    classes = [element.get("class") for element in track.iter()]
    assert "hatched" in classes  # the time beyond the outer due time
    assert classes.count("bob") == 1  # one plumb-line


def test_english_says_the_same(events: pl.DataFrame, rulebook: Rulebook) -> None:
    html = report_html(checked(events, rulebook), language="en")
    assert "overdue 23 h" in html
    assert '<html lang="en">' in html


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_fetched_and_nothing_runs(events: pl.DataFrame, rulebook: Rulebook, language: str) -> None:
    html = report_html(checked(events, rulebook), language=language)
    assert "default-src 'none'" in html
    assert not re.search(r"<script|<link|<img|<iframe|\bon\w+=|url\((?!#)|@import|https?:", html)


@pytest.mark.parametrize("column", ["case", "item", "unit"])
def test_a_hostile_field_stays_text(events: pl.DataFrame, rulebook: Rulebook, column: str, tmp_path: Path) -> None:
    hostile = events.with_columns(pl.lit(HOSTILE).alias(column))
    subject = checked(hostile, rulebook)
    html = report_html(subject, language="zh")
    assert "<script" not in html
    assert "&lt;script" in html
    assert tracks(html)  # still well-formed
    write_report(subject, tmp_path, language="zh")
    sheet = CalamineWorkbook.from_path(tmp_path / "report.xlsx").get_sheet_by_index(0).to_python()
    assert any(HOSTILE in row for row in sheet)


def test_the_workbook_holds_no_formula_and_no_link(events: pl.DataFrame, rulebook: Rulebook, tmp_path: Path) -> None:
    formula = events.with_columns(pl.lit("=HYPERLINK(1)").alias("unit"), pl.lit("http://x.example").alias("item"))
    write_report(checked(formula, rulebook), tmp_path, language="zh")
    rows = CalamineWorkbook.from_path(tmp_path / "report.xlsx").get_sheet_by_index(0).to_python()
    assert "=HYPERLINK(1)" in rows[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.xlsx"]


def test_a_report_of_nothing_says_so(events: pl.DataFrame, rulebook: Rulebook) -> None:
    html = report_html(checked(events.head(0), rulebook), language="zh")
    assert "没有超期、没有即将到期、没有待核实。" in html
    assert "所有期限都能判断。" in html


def test_what_cannot_be_judged_is_listed_with_its_reason(events: pl.DataFrame, rulebook: Rulebook) -> None:
    # Without the kind of the case, nobody can say which limit for the decision to file applies.
    html = report_html(checked(events.with_columns(facts=pl.lit(None, pl.String)), rulebook), language="zh")
    assert "缺少事实" in html
    assert "所有期限都能判断。" not in html


def row(start: datetime, due: datetime, level: str = "red") -> Row:
    none: tuple[()] = ()
    return Row((), "matter", "n", "", "b", level, "running", True, start, due, due, None, none, none, none, ("", ""))


@pytest.mark.parametrize(
    ("why", "due", "now", "days"),
    [
        ("a limit of a day is shown within a week", timedelta(days=1), timedelta(hours=20), 7),
        ("7 days with their margins are more than a week", timedelta(days=7), timedelta(days=2), 30),
        ("the whole span, with its margins, past a month: 100 × 1.16", timedelta(days=100), timedelta(days=2), 116),
    ],
)
def test_the_window_is_the_smallest_that_holds_what_presses(
    why: str, due: timedelta, now: timedelta, days: int
) -> None:
    axis = axis_of([row(START, START + due)], START + now, 0, 100)
    assert axis.last - axis.first == timedelta(days=days), why


def test_a_row_that_does_not_press_does_not_widen_the_window() -> None:
    quiet = replace(row(START - timedelta(days=900), START + timedelta(days=900)), level="")
    axis = axis_of([row(START, START + timedelta(days=1)), quiet], START, 0, 100)
    assert axis.last - axis.first == timedelta(days=7)
    assert axis.x(START + timedelta(days=900)) == 100  # drawn at the edge, not beyond


@pytest.mark.parametrize("days", [7, 30, 116, 400, 4000])
def test_labels_of_days_never_crowd(days: int) -> None:
    stretch = [((START + timedelta(days=n)).date(), START + timedelta(days=n)) for n in range(days)]
    assert 1 <= len(labelled(stretch)) <= 10


def test_a_name_is_cut_to_its_room_and_says_that_it_is_cut() -> None:
    assert fitted("提请批准逮捕", 84, 14) == "提请批准逮捕"  # six characters of 14
    assert fitted("提请批准逮捕", 83, 14) == "提请批准…"
