"""EXTEND and UNTIL: what lengthens a limit, what comes too late or out of order, and what a document must state."""

import pytest

from tests.core.small import book, clocks, limit, rule_text
from tests.story import findings_of, history, judged

TIERS = """
[[extension]]
tier  = "20d"
event = "work.extended"
total = { amount = 20, unit = "days" }
[[extension]]
tier  = "30d"
event = "work.extended"
total = { amount = 30, unit = "days" }
after = "20d"
"""
TWO_TIERS = rule_text(TIERS)
ROLLED = rule_text(limit(10, "days", "day_after", "rolled", "forward"), TIERS)
PAUSED = rule_text(
    TIERS,
    """
[[pause]]
id   = "illness"
from = "work.paused"
to   = ["work.resumed"]
""",
)


def one_tier(text: str, *parts: str, custody: bool = False) -> str:
    return rule_text(f'[[extension]]\ntier = "20d"\nevent = "work.extended"\n{text}', *parts, custody=custody)


ONE_TIER = one_tier("total = { amount = 20, unit = 'days' }")
STATES_DAYS = one_tier("total = { amount = 20, unit = 'days' }\nstates = 'days'")
ADDED = one_tier("added = { amount = 5, unit = 'days' }")
ADDED_AGAIN = one_tier("added = { amount = 5, unit = 'days' }\nrepeat = true")
ADDED_ROLLED = one_tier("added = { amount = 5, unit = 'days' }", limit(10, "days", "day_after", "rolled", "forward"))
ADDED_MONTH = one_tier("added = { amount = 1, unit = 'months' }", limit(1, "months", "same_day_of_month"))
ON_PAPER = one_tier("total = { unit = 'by_document' }")
IF_URGENT = one_tier("total = { amount = 20, unit = 'days' }\nif = { urgent = true }")
HOURS_TO_DAYS = one_tier("total = { amount = 3, unit = 'days' }", limit(24, "hours", "exact_minute", "full_hour"))
HOURS_TO_DAYS_HELD = one_tier(
    "total = { amount = 3, unit = 'days' }", limit(24, "hours", "exact_minute", "full_hour"), custody=True
)

START = "2026-03-02 09:00 P1 work.started\n"
MOVED = ["P1#1 running 2026-03-22 24:00 | 2026-03-22 24:00"]
UNMOVED = ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"]

EXTENSIONS = [
    ("a total counts from the start: 3 to 22 March", TWO_TIERS, "2026-03-10 09:00 P1 work.extended tier=20d", MOVED),
    ("in the last minute of the limit", TWO_TIERS, "2026-03-12 23:59 P1 work.extended tier=20d", MOVED),
    ("at 24:00 the limit is past: nothing moves", TWO_TIERS, "2026-03-13 00:00 P1 work.extended tier=20d", UNMOVED),
    (
        "one after the other, each from the start: thirty days to 1 April, not 22 March + 30",
        TWO_TIERS,
        """2026-03-10 09:00 P1 work.extended tier=20d
           2026-03-20 09:00 P1 work.extended tier=30d""",
        ["P1#1 running 2026-04-01 24:00 | 2026-04-01 24:00"],
    ),
    ("the second without the first: nothing moves", TWO_TIERS, "2026-03-10 09:00 P1 work.extended tier=30d", UNMOVED),
    (
        "both in one instant, the first recorded first",
        TWO_TIERS,
        """2026-03-10 09:00 P1 work.extended tier=20d
           2026-03-10 09:00 P1 work.extended tier=30d""",
        ["P1#1 running 2026-04-01 24:00 | 2026-04-01 24:00"],
    ),
    (
        "a smaller tier after a larger moves nothing back",
        TWO_TIERS,
        """2026-03-10 09:00 P1 work.extended tier=20d
           2026-03-20 09:00 P1 work.extended tier=30d
           2026-03-25 09:00 P1 work.extended tier=20d""",
        ["P1#1 running 2026-04-01 24:00 | 2026-04-01 24:00"],
    ),
    (
        "several tiers and none named: none granted, and asked for",
        TWO_TIERS,
        "2026-03-10 09:00 P1 work.extended",
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00 ? missing_tier: tier (e02)"],
    ),
    ("the only tier need not be named", ONE_TIER, "2026-03-10 09:00 P1 work.extended", MOVED),
    ("a tier of another rule is nothing to this one", ONE_TIER, "2026-03-10 09:00 P1 work.extended tier=40d", UNMOVED),
    (
        "between the two readings: Saturday 14 March is past, Monday 16 is not",
        ROLLED,
        "2026-03-04 09:00 P2 work.started\n 2026-03-15 09:00 P2 work.extended tier=20d",
        # P1: 12 March is a Thursday; an unnamed person's... P1 is not named by the extension of P2.
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00", "P2#1 running 2026-03-24 24:00 | 2026-03-24 24:00"],
    ),
    (
        "while it is paused no limit passes: 22 March and the fifteen days from 10 to 25 March",
        PAUSED,
        """2026-03-10 09:00 P1 work.paused
           2026-03-20 09:00 P1 work.extended tier=20d
           2026-03-25 09:00 P1 work.resumed""",
        ["P1#1 running 2026-04-06 24:00 | 2026-04-06 24:00"],
    ),
    (
        "four days on top of ten",
        STATES_DAYS,
        "2026-03-10 09:00 P1 work.extended days=4",
        ["P1#1 running 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
    ("not above the tier", STATES_DAYS, "2026-03-10 09:00 P1 work.extended days=11", MOVED),
    (
        "days that the document does not state: the limit in force is not known",
        STATES_DAYS,
        "2026-03-10 09:00 P1 work.extended",
        ["P1#1 unknown 2026-03-12 24:00 | 2026-03-12 24:00 ?? missing_fact: days (e02)"],
    ),
    (
        "an end instead of days: the tier, capped by it",
        STATES_DAYS,
        "2026-03-10 09:00 P1 work.extended until=2026-03-18",
        ["P1#1 running 2026-03-18 24:00 | 2026-03-18 24:00"],
    ),
    (
        "the last extension that counted states no end: no end is stated",
        TWO_TIERS,
        """2026-03-10 09:00 P1 work.extended tier=20d until=2026-03-18
           2026-03-17 09:00 P1 work.extended tier=30d""",
        ["P1#1 running 2026-04-01 24:00 | 2026-04-01 24:00"],
    ),
    (
        "an end of an extension that came too late caps nothing",
        TWO_TIERS,
        "2026-03-13 09:00 P1 work.extended tier=20d until=2026-03-11",
        UNMOVED,
    ),
    (
        "added time continues the due time: 12 + 5",
        ADDED,
        "2026-03-10 09:00 P1 work.extended",
        ["P1#1 running 2026-03-17 24:00 | 2026-03-17 24:00"],
    ),
    (
        "once only",
        ADDED,
        """2026-03-10 09:00 P1 work.extended
           2026-03-16 09:00 P1 work.extended""",
        ["P1#1 running 2026-03-17 24:00 | 2026-03-17 24:00"],
    ),
    (
        "unless it may be granted again: 12 + 5 + 5",
        ADDED_AGAIN,
        """2026-03-10 09:00 P1 work.extended
           2026-03-16 09:00 P1 work.extended""",
        ["P1#1 running 2026-03-22 24:00 | 2026-03-22 24:00"],
    ),
    (
        "only the document's end counts",
        ON_PAPER,
        "2026-03-10 09:00 P1 work.extended until=2026-05-06",
        ["P1#1 running 2026-05-06 24:00 | 2026-05-06 24:00"],
    ),
    (
        "and without one nobody knows",
        ON_PAPER,
        "2026-03-10 09:00 P1 work.extended",
        ["P1#1 unknown 2026-03-12 24:00 | 2026-03-12 24:00 ?? missing_fact: until (e02)"],
    ),
    ("granted where its fact holds", IF_URGENT, "2026-03-10 09:00 P1 work.extended urgent=true", MOVED),
    ("not where it does not", IF_URGENT, "2026-03-10 09:00 P1 work.extended urgent=false", UNMOVED),
    (
        "nor where nobody states it; then it is asked for",
        IF_URGENT,
        "2026-03-10 09:00 P1 work.extended",
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00 ? missing_fact: urgent (e02)"],
    ),
    (
        "24 hours extended to three days count by days: 3, 4, 5 March",
        HOURS_TO_DAYS,
        "2026-03-03 08:00 P1 work.extended",
        ["P1#1 running 2026-03-05 24:00 | 2026-03-05 24:00"],
    ),
    (
        "in the hour that is not counted: 09:00 to 10:00",
        HOURS_TO_DAYS,
        "2026-03-03 10:00 P1 work.extended",
        ["P1#1 running 2026-03-05 24:00 | 2026-03-05 24:00"],
    ),
    (
        "after it",
        HOURS_TO_DAYS,
        "2026-03-03 10:01 P1 work.extended",
        ["P1#1 running 2026-03-03 09:00 | 2026-03-03 10:00"],
    ),
    (
        "an extension on the due day without its hour cannot be placed",
        HOURS_TO_DAYS,
        "2026-03-03 P1 work.extended",
        ["P1#1 unknown 2026-03-03 09:00 | 2026-03-03 10:00 ?? no_hour_stop (e02)"],
    ),
    ("for another person it is nothing", ONE_TIER, "2026-03-10 09:00 P2 work.extended", UNMOVED),
    ("a document that names nobody reaches everybody", ONE_TIER, "2026-03-10 09:00 work.extended", MOVED),
]


@pytest.mark.parametrize(("why", "rules", "story", "expected"), EXTENSIONS, ids=[row[0] for row in EXTENSIONS])
def test_an_extension(why: str, rules: str, story: str, expected: list[str]) -> None:
    assert clocks(START + story, book(rules)) == expected, why


WEEKENDS = [
    (
        "a total counts again from the start, not from the Monday to which the limit had rolled: 24 March",
        ROLLED,
        """2026-03-04 09:00 P1 work.started
           2026-03-10 09:00 P1 work.extended tier=20d""",
        ["P1#1 running 2026-03-24 24:00 | 2026-03-24 24:00"],
    ),
    (
        "added time continues the unrolled due time: Saturday 14 + 5 = Thursday 19, not Monday 16 + 5",
        ADDED_ROLLED,
        """2026-03-04 09:00 P1 work.started
           2026-03-10 09:00 P1 work.extended""",
        ["P1#1 running 2026-03-19 24:00 | 2026-03-19 24:00"],
    ),
    (
        "an added month continues the due time of the clipped month: 31 January, 28 February, 28 March",
        ADDED_MONTH,
        """2026-01-31 09:00 P1 work.started
           2026-02-20 09:00 P1 work.extended""",
        ["P1#1 running 2026-03-28 24:00 | 2026-03-28 24:00"],
    ),
    (
        "three days by their own unit end on Saturday 14 March; rest days move the outer reading to Monday",
        HOURS_TO_DAYS,
        """2026-03-11 09:00 P1 work.started
           2026-03-11 10:00 P1 work.extended""",
        ["P1#1 running 2026-03-14 24:00 | 2026-03-16 24:00"],
    ),
    (
        "but never where liberty is at stake",
        HOURS_TO_DAYS_HELD,
        """2026-03-11 09:00 P1 work.started
           2026-03-11 10:00 P1 work.extended""",
        ["P1#1 running 2026-03-14 24:00 | 2026-03-14 24:00"],
    ),
]


@pytest.mark.parametrize(("why", "rules", "story", "expected"), WEEKENDS, ids=[row[0] for row in WEEKENDS])
def test_an_extension_and_rest_days(why: str, rules: str, story: str, expected: list[str]) -> None:
    assert clocks(story, book(rules)) == expected, why


def findings(rules: str, story: str) -> list[str]:
    rulebook = book(rules)
    found = findings_of(judged(history(START + story, rulebook), rulebook), rulebook)
    return [line for line in found if "approaching" not in line]


def test_a_late_extension_is_a_finding_of_its_own() -> None:
    found = findings(TWO_TIERS, "2026-03-13 09:00 P1 work.extended tier=20d")
    assert found == ["P1 overdue red 2026-03-13 00:00 open", "P1 late_extension yellow 2026-03-13 09:00 open"]


def test_an_extension_out_of_order_is_one() -> None:
    found = findings(TWO_TIERS, "2026-03-10 09:00 P1 work.extended tier=30d")
    assert found == ["P1 extension_out_of_order yellow 2026-03-10 09:00 open"]


def test_an_extension_in_time_is_none() -> None:
    assert findings(TWO_TIERS, "2026-03-12 23:59 P1 work.extended tier=20d") == []
