"""A term or stay that ends in the instant in which it starts anew was handed over; an act that is due was not."""

import pytest

from tests.core.small import book, clocks, limit, rule_text

TERM = rule_text(limit(10, "days", "day_after"), kind="max-term")
STAY = rule_text(limit(48, "hours", "exact_minute"), kind="duration")
PERIOD = rule_text(limit(10, "days", "day_after"), kind="period")
OPEN = "2026-03-02 12:00 P1 work.started\n"

HANDED = [
    (
        "a term: the old one was met, the new one runs",
        TERM,
        OPEN + "2026-03-06 12:00 P1 work.done\n2026-03-06 12:00 P1 work.started",
        ["P1#1 met 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
    (
        "dropped and taken up",
        TERM,
        OPEN + "2026-03-06 12:00 P1 work.dropped\n2026-03-06 12:00 P1 work.started",
        ["P1#1 moot 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
    (
        "handed over too late",
        TERM,
        OPEN + "2026-03-13 00:00 P1 work.done\n2026-03-13 00:00 P1 work.started",
        ["P1#1 late 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-03-23 24:00 | 2026-03-23 24:00"],
    ),
    (
        "a stay, in its last minute",
        STAY,
        OPEN + "2026-03-04 12:00 P1 work.done\n2026-03-04 12:00 P1 work.started",
        ["P1#1 met 2026-03-04 12:00 | 2026-03-04 12:00", "P1#2 running 2026-03-06 12:00 | 2026-03-06 12:00"],
    ),
    (
        "an end that names nobody ends the old one only",
        TERM,
        OPEN + "2026-03-06 12:00 work.done\n2026-03-06 12:00 P1 work.started",
        ["P1#1 met 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
    (
        "another person's start hands nothing over",
        TERM,
        OPEN + "2026-03-06 12:00 P1 work.done\n2026-03-06 12:00 P2 work.started",
        ["P1#1 met 2026-03-12 24:00 | 2026-03-12 24:00", "P2#1 running 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
    (
        "nothing was open: started and ended in one instant",
        TERM,
        "2026-03-06 12:00 P1 work.started\n2026-03-06 12:00 P1 work.done",
        ["P1#1 met 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
    (
        "an act that is due: the second start is a question, and the end meets what was open",
        PERIOD,
        OPEN + "2026-03-06 12:00 P1 work.done\n2026-03-06 12:00 P1 work.started",
        ["P1#1 unknown 2026-03-12 24:00 | 2026-03-12 24:00 ?? repeated_start (e03)"],
    ),
    (
        "a minute apart needs no handing over",
        PERIOD,
        OPEN + "2026-03-06 12:00 P1 work.done\n2026-03-06 12:01 P1 work.started",
        ["P1#1 met 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
]


@pytest.mark.parametrize(("why", "rules", "story", "expected"), HANDED, ids=[row[0] for row in HANDED])
def test_a_handover(why: str, rules: str, story: str, expected: list[str]) -> None:
    lines = story.splitlines()
    assert clocks(story, book(rules)) == expected, why
    if "?" not in expected[0]:  # in which order the two were recorded makes no difference
        assert clocks("\n".join([*lines[:-2], lines[-1], lines[-2]]), book(rules)) == expected, why
