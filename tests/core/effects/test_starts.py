"""START: what opens a clock, which version and limit govern it, and what the start itself decides."""

import pytest

from tests.core.small import TEN_DAYS, book, clocks, limit, rule_text

PLAIN = rule_text()
TWO_VERSIONS = rule_text(
    """
[[version]]
in_force = 2018-01-01
basis    = [ { instrument = "旧规则", article = "第一条", year = 2018 } ]
[[version]]
in_force = 2026-01-01
basis    = [ { instrument = "新规则", article = "第一条", year = 2026 } ]
limit    = { amount = 20, unit = "days", counting = "day_after" }
"""
)
BY_FACT = rule_text(
    """
[[limit]]
amount   = 3
unit     = "days"
counting = "day_after"
if       = { urgent = true }
[[limit]]
amount   = 5
unit     = "days"
counting = "day_after"
if       = { amount = { at_least = 100 } }
[[limit]]
amount   = 10
unit     = "days"
counting = "day_after"
""",
)
GRANTED_AT_START = rule_text(
    """
[[extension]]
tier       = "20d"
start_fact = { complex = true }
total      = { amount = 20, unit = "days" }
"""
)
PAUSED_EARLIER = rule_text(
    """
[[pause]]
id   = "illness"
from = "work.paused"
to   = ["work.resumed"]
"""
)
BY_DOCUMENT = rule_text(limit(0, "by_document", "by_document"))
IN_HOURS = rule_text(limit(48, "hours", "exact_minute"))
BEFORE_HEARING = rule_text(
    limit(7, "days", "before_parent"),
    """
[[parent]]
fact   = "hearing_at"
before = { amount = 7, unit = "days" }
""",
    kind="lead-before",
)

STARTS = [
    (
        "the day of the start is not counted: 3 to 12 March",
        PLAIN,
        "2026-03-02 09:00 P1 work.started",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    ("nothing starts nothing", PLAIN, "2026-03-02 09:00 P1 note.written", None, []),
    (
        "a repeated start is a question; the earlier counts",
        PLAIN,
        """2026-03-02 09:00 P1 work.started
           2026-03-05 09:00 P1 work.started""",
        None,
        ["P1#1 unknown 2026-03-12 24:00 | 2026-03-12 24:00 ?? repeated_start (e02)"],
    ),
    (
        "the same start recorded by two systems says nothing new",
        PLAIN,
        """2026-03-02 09:00 P1 work.started
           2026-03-02 09:00 P1 work.started source=other""",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "the same day without its hour is another start than that with it",
        PLAIN,
        """2026-03-02       P1 work.started
           2026-03-02 00:00 P1 work.started""",
        None,
        ["P1#1 unknown 2026-03-12 24:00 | 2026-03-12 24:00 ?? repeated_start (e02)"],
    ),
    (
        "after its clock ended a start opens the next epoch",
        PLAIN,
        """2026-03-02 09:00 P1 work.started
           2026-03-05 09:00 P1 work.done
           2026-03-06 09:00 P1 work.started""",
        None,
        ["P1#1 met 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
    (
        "the last minute of 2025 is under the old text: ten days to 10 January",
        TWO_VERSIONS,
        "2025-12-31 23:59 P1 work.started",
        None,
        ["P1#1 running 2026-01-10 24:00 | 2026-01-10 24:00"],
    ),
    (
        "the first minute of 2026 under the new, though in Greenwich it is still 2025: twenty days to 21 January",
        TWO_VERSIONS,
        "2026-01-01 00:00 P1 work.started",
        None,
        ["P1#1 running 2026-01-21 24:00 | 2026-01-21 24:00"],
    ),
    (
        "the version of the start governs, whatever day the rest falls on",
        TWO_VERSIONS,
        """2025-12-31 09:00 P1 work.started
           2026-01-10 23:00 P1 work.done""",
        None,
        ["P1#1 met 2026-01-10 24:00 | 2026-01-10 24:00"],
    ),
    (
        "before the first version nothing was in force: unknown, not the earliest text we have",
        TWO_VERSIONS,
        "2017-12-31 23:59 P1 work.started",
        None,
        ["P1#1 unknown 2018-01-10 24:00 | 2018-01-10 24:00 ?? no_version (e01)"],
    ),
    (
        "the first limit whose test holds: three days",
        BY_FACT,
        "2026-03-02 09:00 P1 work.started urgent=true amount=500",
        None,
        ["P1#1 running 2026-03-05 24:00 | 2026-03-05 24:00"],
    ),
    (
        "the second: five days from exactly 100 on",
        BY_FACT,
        "2026-03-02 09:00 P1 work.started urgent=false amount=100",
        None,
        ["P1#1 running 2026-03-07 24:00 | 2026-03-07 24:00"],
    ),
    (
        "the last has no test: ten days at 99",
        BY_FACT,
        "2026-03-02 09:00 P1 work.started urgent=false amount=99",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "a limit that rests on a missing fact is not known",
        BY_FACT,
        "2026-03-02 09:00 P1 work.started urgent=false",
        None,
        ["P1#1 unknown - | - ?? missing_fact: amount (e01)"],
    ),
    (
        "a fact of the start grants twenty days at once",
        GRANTED_AT_START,
        "2026-03-02 09:00 P1 work.started complex=true",
        None,
        ["P1#1 running 2026-03-22 24:00 | 2026-03-22 24:00"],
    ),
    (
        "not complex: ten",
        GRANTED_AT_START,
        "2026-03-02 09:00 P1 work.started complex=false",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "not stated: not granted, and asked for",
        GRANTED_AT_START,
        "2026-03-02 09:00 P1 work.started",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00 ? missing_fact: complex (e01)"],
    ),
    (
        "a pause open before the start counts from the start: 2 to 6 March are four days",
        PAUSED_EARLIER,
        """2026-02-25 09:00 P1 work.paused
           2026-03-02 09:00 P1 work.started
           2026-03-06 09:00 P1 work.resumed""",
        None,
        ["P1#1 running 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
    (
        "a pause over before the start does not count",
        PAUSED_EARLIER,
        """2026-02-20 09:00 P1 work.paused
           2026-02-25 09:00 P1 work.resumed
           2026-03-02 09:00 P1 work.started""",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "the end that the document states: a bare date ends with its day",
        BY_DOCUMENT,
        "2026-03-02 09:00 P1 work.started until=2026-03-20",
        None,
        ["P1#1 running 2026-03-20 24:00 | 2026-03-20 24:00"],
    ),
    (
        "or to the minute",
        BY_DOCUMENT,
        "2026-03-02 09:00 P1 work.started until=2026-03-20T15:30",
        None,
        ["P1#1 running 2026-03-20 15:30 | 2026-03-20 15:30"],
    ),
    (
        "a document that states none",
        BY_DOCUMENT,
        "2026-03-02 09:00 P1 work.started",
        None,
        ["P1#1 unknown - | - ?? missing_fact: until (e01)"],
    ),
    (
        "an end before the start contradicts it",
        BY_DOCUMENT,
        "2026-03-02 09:00 P1 work.started until=2026-03-01",
        None,
        ["P1#1 unknown - | - ?? until_before_start: until (e01)"],
    ),
    (
        "an earlier stated end caps the computed one",
        PLAIN,
        "2026-03-02 09:00 P1 work.started until=2026-03-08",
        None,
        ["P1#1 running 2026-03-08 24:00 | 2026-03-08 24:00"],
    ),
    (
        "a later one does not lengthen it",
        PLAIN,
        "2026-03-02 09:00 P1 work.started until=2026-03-20",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "hours cannot be counted from a day",
        IN_HOURS,
        "2026-03-02 P1 work.started",
        None,
        ["P1#1 unknown - | - ?? no_hour (e01)"],
    ),
    (
        "days can",
        rule_text(TEN_DAYS),
        "2026-03-02 P1 work.started",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "seven days before the hearing that the start states, to the minute",
        BEFORE_HEARING,
        "2026-03-02 09:00 P1 work.started hearing_at=2026-03-20T14:00",
        None,
        ["P1#1 running 2026-03-13 14:00 | 2026-03-13 14:00"],
    ),
    (
        "a hearing that nobody dated",
        BEFORE_HEARING,
        "2026-03-02 09:00 P1 work.started",
        None,
        ["P1#1 unknown - | - ?? missing_fact: hearing_at (e01)"],
    ),
]


@pytest.mark.parametrize(("why", "rules", "story", "as_of", "expected"), STARTS, ids=[row[0] for row in STARTS])
def test_a_start(why: str, rules: str, story: str, as_of: str | None, expected: list[str]) -> None:
    assert clocks(story, book(rules), as_of) == expected, why
