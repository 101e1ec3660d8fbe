"""roll = "by_custody": a rest day moves a limit only where no suspect of the case is in custody on the due day."""

import pytest

from tests.core.small import book, clocks, limit, rule_text

RULES = rule_text(limit(10, "days", "day_after", "rolled", "by_custody"), subject="case")
# Ten days from 4 March 2026 end on Saturday the 14th; Monday is the 16th.
START = "2026-03-04 12:00 work.started\n"
ROLLED = ["A1#1 running 2026-03-14 24:00 | 2026-03-16 24:00"]
UNROLLED = ["A1#1 running 2026-03-14 24:00 | 2026-03-14 24:00"]

CUSTODY = [
    ("nobody was ever held", START, "2026-03-20 12:00", ROLLED),
    ("held before the start, and still", "2026-03-01 12:00 P1 person.held\n" + START, "2026-03-20 12:00", UNROLLED),
    ("held since, and still", START + "2026-03-06 12:00 P1 person.held", "2026-03-20 12:00", UNROLLED),
    (
        "let go before the due day",
        START + "2026-03-06 12:00 P1 person.held\n2026-03-10 12:00 P1 person.freed",
        "2026-03-20 12:00",
        ROLLED,
    ),
    (
        "let go in the last minute of the due day",
        START + "2026-03-06 12:00 P1 person.held\n2026-03-14 23:59 P1 person.freed",
        "2026-03-20 12:00",
        ROLLED,
    ),
    (
        "let go only after the due day",
        START + "2026-03-06 12:00 P1 person.held\n2026-03-15 12:00 P1 person.freed",
        "2026-03-20 12:00",
        UNROLLED,
    ),
    (
        "one of two is still held",
        START + "2026-03-06 12:00 P1 person.held\n2026-03-06 12:00 P2 person.held\n2026-03-10 12:00 P1 person.freed",
        "2026-03-20 12:00",
        UNROLLED,
    ),
    (
        "all let go at once by an event that names nobody",
        START + "2026-03-06 12:00 P1 person.held\n2026-03-06 12:00 P2 person.held\n2026-03-10 12:00 person.freed",
        "2026-03-20 12:00",
        ROLLED,
    ),
    (
        "before the due day it is whoever is held now: not yet",
        START + "2026-03-10 12:00 P1 person.held",
        "2026-03-10 11:59",
        ROLLED,
    ),
    ("and from now on", START + "2026-03-10 12:00 P1 person.held", "2026-03-10 12:00", UNROLLED),
    (
        "held only after the due day: nothing to it",
        START + "2026-03-15 12:00 P1 person.held",
        "2026-03-20 12:00",
        ROLLED,
    ),
    (
        "stated on the start where no measure is recorded",
        "2026-03-04 12:00 work.started in_custody=true\n",
        "2026-03-20 12:00",
        UNROLLED,
    ),
    (
        "let go and taken again in one minute is held",
        START + "2026-03-06 12:00 P1 person.held\n2026-03-10 12:00 P1 person.freed\n2026-03-10 12:00 P1 person.held",
        "2026-03-20 12:00",
        UNROLLED,
    ),
]


@pytest.mark.parametrize(("why", "story", "as_of", "expected"), CUSTODY, ids=[row[0] for row in CUSTODY])
def test_by_custody(why: str, story: str, as_of: str, expected: list[str]) -> None:
    assert clocks(story, book(RULES), as_of) == expected, why


def test_the_end_between_the_readings_is_in_time_only_for_the_free() -> None:
    ended = "2026-03-16 12:00 work.done"
    assert clocks(START + ended, book(RULES)) == ["A1#1 met 2026-03-14 24:00 | 2026-03-16 24:00"]
    held = START + "2026-03-06 12:00 P1 person.held\n" + ended
    assert clocks(held, book(RULES)) == ["A1#1 late 2026-03-14 24:00 | 2026-03-14 24:00"]
