"""PAUSE, RESUME and WAIT: time that does not count."""

import pytest

from tests.core.small import book, clocks, limit, rule_text
from tests.story import findings_of, history, judged

ILLNESS = """
[[pause]]
id   = "illness"
from = "work.paused"
to   = ["work.resumed"]
"""
PAPER = """
[[pause]]
id   = "paper"
from = "paper.awaited"
to   = ["paper.arrived", "paper.withdrawn"]
"""
PAUSES = rule_text(ILLNESS, PAPER)
BY_ORDER = rule_text(ILLNESS + 'pair_by = "order"\n')
IN_HOURS = rule_text(limit(48, "hours", "exact_minute"), ILLNESS)
IN_WORKING_DAYS = rule_text(limit(10, "working_days", "next_workday"), ILLNESS)
IN_MONTHS = rule_text(limit(1, "months", "same_day_of_month"), ILLNESS)
ROLLING = rule_text(limit(3, "days", "rolling_24h", "day_end"), ILLNESS)
ROLLED = rule_text(limit(10, "days", "day_after", "rolled", "forward"), ILLNESS)
CAPPED = rule_text(ILLNESS + "cap_days = 5\n")
BASE_AGAIN = rule_text(ILLNESS + 'then = "base"\n')
AT_ONCE_AFTER = rule_text(ILLNESS + 'then = { amount = 0, unit = "immediate" }\n')
CAPPED_THEN = rule_text(ILLNESS + 'cap_days = 5\nthen = { amount = 3, unit = "days" }\n')
ONLY_ILLNESS = rule_text(ILLNESS + 'if = { reason = "illness" }\n')
START = "2026-03-02 09:00 P1 work.started\n"


def due(day: str, outcome: str = "running") -> list[str]:
    return [f"P1#1 {outcome} 2026-{day} 24:00 | 2026-{day} 24:00"]


TIME_OUT = [
    ("three days, from the 5th to the 8th: 12 + 3", PAUSES, "5 P1 work.paused\n8 P1 work.resumed", None, due("03-15")),
    ("within a day nothing is lost", PAUSES, "5 P1 work.paused\n5-18:00 P1 work.resumed", None, due("03-12")),
    (
        "two pauses in one go count one after the other: 2 + 3",
        PAUSES,
        "4 P1 work.paused\n6 P1 work.resumed\n9 P1 work.paused\n12 P1 work.resumed",
        None,
        due("03-17"),
    ),
    (
        "time covered by two counts once: 5th to 11th are six days",
        PAUSES,
        "5 P1 work.paused\n7 P1 paper.awaited\n9 P1 work.resumed\n11 P1 paper.arrived",
        None,
        due("03-18"),
    ),
    (
        "one inside the other: 5th to 11th",
        PAUSES,
        "5 P1 work.paused\n7 P1 paper.awaited\n9 P1 paper.withdrawn\n11 P1 work.resumed",
        None,
        due("03-18"),
    ),
    (
        "an end of another kind does not end it",
        PAUSES,
        "5 P1 work.paused\n8 P1 paper.arrived",
        "2026-03-09 12:00",
        due("03-16", "paused"),
    ),
    (
        "begun twice, ended once: from the 5th to the 9th",
        PAUSES,
        "5 P1 work.paused\n7 P1 work.paused\n9 P1 work.resumed",
        None,
        due("03-16"),
    ),
    ("an end without a beginning is nothing", PAUSES, "8 P1 work.resumed", None, due("03-12")),
    (
        "two orders, two pauses: both must end, 5th to 10th",
        BY_ORDER,
        "5 P1 O1 work.paused\n6 P1 O2 work.paused\n8 P1 O1 work.resumed\n10 P1 O2 work.resumed",
        None,
        due("03-17"),
    ),
    (
        "one order's end does not end the other's",
        BY_ORDER,
        "5 P1 O1 work.paused\n8 P1 O2 work.resumed",
        "2026-03-09 12:00",
        due("03-16", "paused"),
    ),
    (
        "an end that names no order ends it",
        BY_ORDER,
        "5 P1 O1 work.paused\n8 P1 work.resumed",
        None,
        due("03-15"),
    ),
    ("another person's pause is not his", PAUSES, "5 P2 work.paused\n8 P2 work.resumed", None, due("03-12")),
    ("one that names nobody is everybody's", PAUSES, "5 work.paused\n8 work.resumed", None, due("03-15")),
    (
        "still paused: what the due time would be if it went on now",
        PAUSES,
        "5 P1 work.paused",
        "2026-03-09 12:00",
        due("03-16", "paused"),
    ),
    (
        "a pause in the last minute of the limit still counts: 12th to 20th",
        PAUSES,
        "12-23:59 P1 work.paused\n20 P1 work.resumed",
        None,
        due("03-20"),
    ),
    (
        "a pause does not heal a breach",
        PAUSES,
        "13-00:00 P1 work.paused\n20 P1 work.resumed",
        None,
        due("03-12"),
    ),
    (
        "in hours to the minute: 90 minutes",
        IN_HOURS,
        "3-10:00 P1 work.paused\n3-11:30 P1 work.resumed",
        None,
        ["P1#1 running 2026-03-04 10:30 | 2026-03-04 10:30"],
    ),
    (
        "in working days by working days: 16 March and Friday 6, Monday 9",
        IN_WORKING_DAYS,
        "6 P1 work.paused\n10 P1 work.resumed",
        None,
        due("03-18"),
    ),
    (
        "a weekend is no working day lost",
        IN_WORKING_DAYS,
        "7 P1 work.paused\n9 P1 work.resumed",
        None,
        due("03-16"),
    ),
    ("in months by days: 2 April + 5", IN_MONTHS, "5 P1 work.paused\n10 P1 work.resumed", None, due("04-07")),
    (
        "rolling days keep their hour: 5 March 09:00 and 5 March 24:00, each three days on",
        ROLLING,
        "3-10:00 P1 work.paused\n6-08:00 P1 work.resumed",
        None,
        ["P1#1 running 2026-03-08 09:00 | 2026-03-08 24:00"],
    ),
    (
        "moved before it rolls: 12 + 2 = Saturday 14, then Monday 16",
        ROLLED,
        "5 P1 work.paused\n7 P1 work.resumed",
        None,
        ["P1#1 running 2026-03-14 24:00 | 2026-03-16 24:00"],
    ),
    (
        "it ends by itself at 24:00 of the fifth day, 10 March",
        CAPPED,
        "5 P1 work.paused",
        "2026-03-20 09:00",
        due("03-17"),
    ),
    ("or earlier by its end", CAPPED, "5 P1 work.paused\n8 P1 work.resumed", "2026-03-20 09:00", due("03-15")),
    (
        "an end after it ended by itself changes nothing",
        CAPPED,
        "5 P1 work.paused\n16 P1 work.resumed",
        "2026-03-20 09:00",
        due("03-17"),
    ),
    (
        "the instant before it ends by itself it is paused",
        CAPPED,
        "5 P1 work.paused",
        "2026-03-10 23:59",
        due("03-17", "paused"),
    ),
    (
        "the whole limit again from its end: 20 + 10",
        BASE_AGAIN,
        "5 P1 work.paused\n20 P1 work.resumed",
        None,
        due("03-30"),
    ),
    (
        "at once from its end; four hours to the red level",
        AT_ONCE_AFTER,
        "5 P1 work.paused\n20 P1 work.resumed",
        None,
        ["P1#1 running 2026-03-20 12:00 | 2026-03-20 16:00"],
    ),
    (
        "three days after it ended by itself: 11, 12, 13 March",
        CAPPED_THEN,
        "5 P1 work.paused",
        "2026-03-12 09:00",
        due("03-13"),
    ),
    (
        "a pause whose fact holds",
        ONLY_ILLNESS,
        "5 P1 work.paused reason=illness\n8 P1 work.resumed",
        None,
        due("03-15"),
    ),
    (
        "a pause whose fact does not",
        ONLY_ILLNESS,
        "5 P1 work.paused reason=other\n8 P1 work.resumed",
        None,
        due("03-12"),
    ),
    (
        "a pause whose fact nobody states is not granted, and asked for",
        ONLY_ILLNESS,
        "5 P1 work.paused\n8 P1 work.resumed",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00 ? missing_fact: reason (e02)"],
    ),
]


def in_march(story: str) -> str:
    """`5 P1 work.paused` is 5 March at noon, `5-18:00` that day at 18:00."""
    lines = []
    for line in story.splitlines():
        when, _, rest = line.partition(" ")
        day, _, clock = when.partition("-")
        lines.append(f"2026-03-{int(day):02} {clock or '12:00'} {rest}")
    return "\n".join(lines)


@pytest.mark.parametrize(("why", "rules", "story", "as_of", "expected"), TIME_OUT, ids=[row[0] for row in TIME_OUT])
def test_a_pause(why: str, rules: str, story: str, as_of: str | None, expected: list[str]) -> None:
    assert clocks(START + in_march(story), book(rules), as_of) == expected, why


def test_a_late_pause_is_a_finding_of_its_own() -> None:
    rulebook = book(PAUSES)
    story = history(START + "2026-03-13 00:00 P1 work.paused", rulebook)
    found = findings_of(judged(story, rulebook), rulebook)
    assert [line for line in found if "approaching" not in line] == [
        "P1 late_pause yellow 2026-03-13 00:00 open",
        "P1 overdue red 2026-03-13 00:00 open",
    ]


def test_a_paused_clock_warns_of_nothing() -> None:
    rulebook = book(PAUSES)
    story = history(START + "2026-03-05 12:00 P1 work.paused", rulebook)
    assert findings_of(judged(story, rulebook, as_of="2026-06-01 12:00"), rulebook) == []


def test_after_it_the_levels_count_back_from_the_new_due_time() -> None:
    # Given a limit to 12 March that was paused from the 5th to the 8th
    rulebook = book(PAUSES)
    story = history(START + in_march("5 P1 work.paused\n8 P1 work.resumed"), rulebook)
    # Then the three, two and one days count back from 15 March 24:00
    assert findings_of(judged(story, rulebook, as_of="2026-03-16 00:00"), rulebook) == [
        "P1 approaching blue 2026-03-13 00:00 open",
        "P1 approaching yellow 2026-03-14 00:00 open",
        "P1 approaching red 2026-03-15 00:00 open",
        "P1 overdue red 2026-03-16 00:00 open",
    ]
