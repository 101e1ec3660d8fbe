"""./zs calendar: what is published, and a new notice taken in whole or refused whole."""

from pathlib import Path

import pytest

from tests.cli.conftest import Zs
from zhunsheng.book import load_calendar

# Invented: nobody has published 2027.
NOTICE = """
year = 2027

[[holiday]]
name = "元旦"
rest = [2026-12-31, 2027-01-02]
work = [2027-01-03]
"""


def notice(folder: Path, text: str = NOTICE, name: str = "2027.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def files(rulebook: Path) -> list[str]:
    return sorted(path.name for path in (rulebook / "calendar").iterdir())


def test_the_published_years(zs: Zs) -> None:
    assert zs("calendar").out.startswith("Asia/Shanghai: 2018-01-01 to 2026-12-31")


def test_a_notice_is_added(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    before = files(rulebook)
    said = zs("calendar", "add", notice(tmp_path), "--rules", rulebook)
    assert said.code == 0
    assert "to 2027-12-31" in said.out
    assert files(rulebook) == sorted([*before, "2027.toml"])
    calendar = load_calendar(rulebook)
    # It names a day of the year before: 31 December 2026 is a rest day now.
    assert [calendar.is_working(day) for day in sorted(calendar.rest)[-3:]] == [False, False, False]


def test_what_was_unknown_is_known_from_then_on(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("id,type,at,case,person\n1,work.started,2026-12-25T12:00:00+08:00,A1,P1\n", "utf-8")
    (rulebook / "deadlines" / "small.toml").write_text(
        (rulebook / "deadlines" / "small.toml")
        .read_text("utf-8")
        .replace('"days"', '"working_days"')
        .replace("day_after", "next_workday"),
        "utf-8",
    )
    words = ("explain", log, "--case", "A1", "--rule", "small", "--rules", rulebook, "--as-of", "2026-12-26")
    assert "超出已公布的节假日安排" in zs(*words).out
    zs("calendar", "add", notice(tmp_path), "--rules", rulebook)
    # 28, 29, 30 December; Sunday 3 January (worked), 4 to 8, 11: ten working days.
    assert "届满：2027-01-11 24:00" in zs(*words).out


@pytest.mark.parametrize(
    ("defect", "text", "name", "named"),
    [
        ("a day that rests and is worked", NOTICE.replace("2027-01-03", "2027-01-02"), "2027.toml", "2027-01-02"),
        ("a make-up day on a Monday", NOTICE.replace("2027-01-03", "2027-01-04"), "2027.toml", "2027-01-04"),
        (
            "a span that runs backwards",
            NOTICE.replace("2026-12-31, 2027-01-02", "2027-01-02, 2026-12-31"),
            "2027.toml",
            "rest",
        ),
        ("a year is left out", NOTICE.replace("year = 2027", "year = 2028"), "2028.toml", "gap"),
        ("a year twice", NOTICE.replace("year = 2027", "year = 2026"), "2027.toml", "repeat"),
        ("no year", NOTICE.replace("year = 2027", ""), "2027.toml", "year"),
        ("an unknown key", NOTICE + "colour = 3", "2027.toml", "colour"),
        ("no TOML", "year: 2027", "2027.toml", "TOML"),
    ],
)
def test_a_faulty_notice_is_refused_and_the_calendar_stays(
    defect: str, text: str, name: str, named: str, zs: Zs, rulebook: Path, tmp_path: Path
) -> None:
    before = files(rulebook)
    said = zs("calendar", "add", notice(tmp_path, text, name), "--rules", rulebook)
    assert said.code == 2, defect
    assert named in said.err
    assert files(rulebook) == before


def test_a_notice_is_not_added_twice(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    zs("calendar", "add", notice(tmp_path), "--rules", rulebook)
    said = zs("calendar", "add", notice(tmp_path), "--rules", rulebook)
    assert (said.code, "already" in said.err) == (2, True)


def test_a_file_that_is_not_there_is_named(zs: Zs, rulebook: Path, tmp_path: Path) -> None:
    said = zs("calendar", "add", tmp_path / "2027.toml", "--rules", rulebook)
    assert (said.code, "2027.toml" in said.err) == (2, True)
    assert zs("calendar", "add", "--rules", rulebook).code == 2
