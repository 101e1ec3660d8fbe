"""Findings: when each level is crossed, what names them, and which stands first."""

import pytest

from tests.core.small import TEN_DAYS, book, limit, rule_text
from tests.story import findings_of, history, judged
from zhunsheng.core.findings import finding_keys, worst_first

SHARES = "[leads]\nblue = '50%'\nyellow = '75%'\nred = '90%'\n"
SHORT = "[leads]\nblue = 'P1DT12H'\nyellow = 'PT12H'\nred = 'PT0H30M'\n"
FROM_START = "[leads]\nblue = 'PT0H30M'\nyellow = 'PT2H'\nred = 'PT3H'\nfrom = 'start'\n"
OWN_LEADS = """
[[extension]]
tier  = "20d"
event = "work.extended"
total = { amount = 20, unit = "days" }
leads = { blue = "P7D", yellow = "P5D", red = "PT1H" }
"""
START = "2026-03-02 12:00 P1 work.started\n"

LEVELS = [
    (
        "so long before the due time, whenever we look",
        rule_text(),
        START,
        "2026-06-01",
        ["blue 2026-03-10 00:00", "yellow 2026-03-11 00:00", "red 2026-03-12 00:00"],
    ),
    ("in the very instant", rule_text(), START, "2026-03-10 00:00", ["blue 2026-03-10 00:00"]),
    ("and not the minute before", rule_text(), START, "2026-03-09 23:59", []),
    (
        "days, hours and minutes of natural time",
        rule_text(SHORT),
        START,
        "2026-06-01",
        ["blue 2026-03-11 12:00", "yellow 2026-03-12 12:00", "red 2026-03-12 23:30"],
    ),
    (
        "shares of the limit elapsed: of 40 hours 20, 30, 36",
        rule_text(SHARES, limit(40, "hours", "exact_minute")),
        START,
        "2026-06-01",
        ["blue 2026-03-03 08:00", "yellow 2026-03-03 18:00", "red 2026-03-04 00:00"],
    ),
    (
        "shares to the minute before: of 252 hours 189 and 226.8",
        rule_text(SHARES),
        START,
        "2026-06-01",
        ["blue 2026-03-07 18:00", "yellow 2026-03-10 09:00", "red 2026-03-11 22:48"],
    ),
    (
        "at once: from the start on",
        rule_text(FROM_START, limit(0, "immediate", "at_once")),
        START,
        "2026-06-01",
        ["blue 2026-03-02 12:30", "yellow 2026-03-02 14:00", "red 2026-03-02 15:00"],
    ),
    (
        "at once without leads of its own: 0, 1 and 4 hours",
        rule_text(limit(0, "immediate", "at_once")),
        START,
        "2026-06-01",
        ["blue 2026-03-02 12:00", "yellow 2026-03-02 13:00", "red 2026-03-02 16:00"],
    ),
    (
        "the tier in force has its own: 22 March, seven days, five days, one hour",
        rule_text(OWN_LEADS),
        START + "2026-03-04 12:00 P1 work.extended",
        "2026-06-01",
        ["blue 2026-03-16 00:00", "yellow 2026-03-18 00:00", "red 2026-03-22 23:00"],
    ),
    (
        "a level before the start falls due with the start",
        rule_text(limit(1, "days", "day_after")),
        START,
        "2026-06-01",
        ["blue 2026-03-02 12:00", "yellow 2026-03-02 12:00", "red 2026-03-03 00:00"],
    ),
    (
        "none after the end",
        rule_text(),
        START + "2026-03-11 00:00 P1 work.done",
        "2026-06-01",
        ["blue 2026-03-10 00:00"],
    ),
    (
        "a day later the yellow one as well",
        rule_text(),
        START + "2026-03-11 00:01 P1 work.done",
        "2026-06-01",
        ["blue 2026-03-10 00:00", "yellow 2026-03-11 00:00"],
    ),
    (
        "strict warns: back from Saturday 14, not from Monday 16",
        rule_text(limit(10, "days", "day_after", "rolled", "forward")),
        "2026-03-04 12:00 P1 work.started",
        "2026-06-01",
        ["blue 2026-03-12 00:00", "yellow 2026-03-13 00:00", "red 2026-03-14 00:00"],
    ),
    (
        "beyond the calendar on the earliest it can be: 24:00 of 2 January",
        rule_text(limit(5, "working_days", "next_workday")),
        "2026-12-28 12:00 P1 work.started",
        "2027-06-01",
        ["blue 2026-12-31 00:00", "yellow 2027-01-01 00:00", "red 2027-01-02 00:00"],
    ),
    (
        "a doubtful start still warns",
        rule_text(),
        START + "2026-03-03 12:00 P1 work.started",
        "2026-06-01",
        ["blue 2026-03-10 00:00", "yellow 2026-03-11 00:00", "red 2026-03-12 00:00"],
    ),
    (
        "one that may not apply only asks",
        rule_text("[applies]\nurgent = true"),
        START,
        "2026-06-01",
        [],
    ),
]


@pytest.mark.parametrize(("why", "rules", "story", "as_of", "expected"), LEVELS, ids=[row[0] for row in LEVELS])
def test_when_a_level_is_crossed(why: str, rules: str, story: str, as_of: str, expected: list[str]) -> None:
    rulebook = book(rules)
    found = findings_of(judged(history(story, rulebook), rulebook, as_of=as_of), rulebook)
    approaching = [line.split(" approaching ")[1].rsplit(" ", 1)[0] for line in found if "approaching" in line]
    assert approaching == expected, why


OVERDUE = [
    ("outer breaches: not on Sunday", "2026-03-16 23:59", []),
    ("but at 24:00 of Monday", "2026-03-17 00:00", ["P1 overdue red 2026-03-17 00:00 open"]),
]


@pytest.mark.parametrize(("why", "as_of", "expected"), OVERDUE, ids=[row[0] for row in OVERDUE])
def test_when_it_is_overdue(why: str, as_of: str, expected: list[str]) -> None:
    rulebook = book(rule_text(limit(10, "days", "day_after", "rolled", "forward")))
    story = history("2026-03-04 12:00 P1 work.started", rulebook)
    found = findings_of(judged(story, rulebook, as_of=as_of), rulebook)
    assert [line for line in found if "overdue" in line] == expected, why


def test_what_is_asked_names_fact_and_event() -> None:
    rulebook = book(rule_text("[applies]\nurgent = true"))
    (row,) = judged(history(START, rulebook), rulebook).findings.to_dicts()
    assert (row["kind"], row["level"], row["reason"], row["event"]) == (
        "unknown", "ask", "missing_fact: urgent", "story/e01"
    )  # fmt: skip


def test_a_repeated_start_names_both_events() -> None:
    rulebook = book(rule_text())
    story = START + "2026-03-05 12:00 P1 work.started"
    (row,) = judged(history(story, rulebook), rulebook).findings.to_dicts()
    assert (row["start_event"], row["event"], row["reason"]) == ("story/e01", "story/e02", "repeated_start")


def test_a_doubtful_clock_is_neither_overdue_nor_late() -> None:
    rulebook = book(rule_text())
    story = START + "2026-03-05 12:00 P1 work.started\n2026-03-20 12:00 P1 work.done"
    found = judged(history(story, rulebook), rulebook, as_of="2026-06-01").findings["kind"].to_list()
    assert "unknown" in found
    assert not {"overdue", "late"} & set(found)


def test_a_finding_knows_when_its_clock_was_closed() -> None:
    rulebook = book(rule_text())
    story = START + "2026-03-11 00:01 P1 work.done"
    found = judged(history(story, rulebook), rulebook, as_of="2026-06-01").findings
    assert found["closed_at"].unique().to_list() == [history(story, rulebook)["at"][1]]


def keys(story: str, rules: str = TEN_DAYS, *, as_of: str) -> list[str]:
    rulebook = book(rule_text(rules))
    return finding_keys(judged(history(story, rulebook), rulebook, as_of=as_of).findings).to_list()


def test_a_key_does_not_depend_on_when_we_look() -> None:
    assert keys(START, as_of="2026-03-11 12:00") == keys(START, as_of="2026-03-11 18:00")
    later = keys(START, as_of="2026-06-01")
    assert set(keys(START, as_of="2026-03-11 12:00")) < set(later)
    assert len(set(later)) == len(later) == 4


def test_a_key_does_not_depend_on_the_rule_file() -> None:
    told_otherwise = TEN_DAYS + "\n[[test]]\nname = 'a'\ngiven = []\n"
    assert keys(START, told_otherwise, as_of="2026-06-01") == keys(START, as_of="2026-06-01")


@pytest.mark.parametrize(
    ("why", "story"),
    [
        ("another due time", "2026-03-03 12:00 P1 work.started"),
        ("another person", "2026-03-02 12:00 P2 work.started"),
        ("another case", "2026-03-02 12:00 P1 work.started case=A2"),
    ],
)
def test_a_key_is_another_for_what_is_another(why: str, story: str) -> None:
    assert set(keys(story, as_of="2026-06-01")).isdisjoint(keys(START, as_of="2026-06-01")), why


def test_a_key_comes_back_when_the_due_time_does() -> None:
    moved = START.strip() + " id=x\n2026-03-04 12:00 P1 work.started id=x version=2 recorded_at=2026-03-05T12:00\n"
    back = moved + "2026-03-02 12:00 P1 work.started id=x version=3 recorded_at=2026-03-06T12:00"
    assert set(keys(moved, as_of="2026-03-12 12:00")).isdisjoint(keys(START, as_of="2026-03-12 12:00"))
    assert keys(back, as_of="2026-03-12 12:00") == keys(START, as_of="2026-03-12 12:00")


def test_the_worst_stands_first() -> None:
    # Given a person held, and work that is none of that, each overdue, late, red, and asked about
    held = rule_text(rule="liberty", custody=True, start="other.started")
    rulebook = book(rule_text(), held)
    story = """
        2026-03-02 12:00 P1 work.started
        2026-03-03 12:00 P2 work.started
        2026-03-03 12:00 P3 other.started
        2026-03-01 12:00 P4 work.started
        2026-03-12 12:00 P4 work.done
        2026-03-12 12:00 P5 work.done
        2026-03-12 13:00 P5 work.started
        2026-03-02 12:00 P6 other.started
    """
    found = worst_first(judged(history(story, rulebook), rulebook, as_of="2026-03-13 12:00").findings, ["liberty"])
    shown = [f"{row['subject']} {row['kind']} {row['level']}" for row in found.iter_rows(named=True)]
    # Open before closed, overdue before warnings, red before blue, a person held before others, what is asked last.
    assert shown[:4] == ["P6 overdue red", "P1 overdue red", "P6 approaching red", "P3 approaching red"]
    assert shown.index("P3 approaching red") < shown.index("P2 approaching red") < shown.index("P2 approaching blue")
    assert shown.index("P5 unknown ask") < shown.index("P4 overdue red")
