"""Events without an hour stand at the start of their day: they end what was open then, or else what opens that day."""

import pytest

from tests.core.small import book, clocks, limit, rule_text

DAYS = rule_text(
    """
[[extension]]
tier  = "20d"
event = "work.extended"
total = { amount = 20, unit = "days" }
[[pause]]
id   = "illness"
from = "work.paused"
to   = ["work.resumed"]
[[restart]]
event = "work.restarted"
"""
)
HOURS = rule_text(limit(48, "hours", "exact_minute"))
STAY = rule_text(limit(48, "hours", "exact_minute"), kind="duration")

BARE = [
    (
        "started on a day",
        DAYS,
        "2026-03-02 P1 work.started",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "ended on the day on which it started: after the start, though the day began before",
        DAYS,
        "2026-03-02 09:00 P1 work.started\n2026-03-02 P1 work.done",
        None,
        ["P1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "both without an hour",
        DAYS,
        "2026-03-02 P1 work.started\n2026-03-02 P1 work.done",
        None,
        ["P1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "the day before its start is before it",
        DAYS,
        "2026-03-01 P1 work.done\n2026-03-02 09:00 P1 work.started",
        None,
        ["P1#1 unknown 2026-03-12 24:00 | 2026-03-12 24:00 ?? stop_before_start (e01)"],
    ),
    (
        "what was open as the day began is what it ends; the clock that opens later that day runs",
        DAYS,
        "2026-03-02 09:00 P1 work.started\n2026-03-05 P1 work.done\n2026-03-05 15:00 P1 work.started",
        None,
        ["P1#1 met 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-03-15 24:00 | 2026-03-15 24:00"],
    ),
    (
        "an extension on the day of the start",
        DAYS,
        "2026-03-02 09:00 P1 work.started\n2026-03-02 P1 work.extended",
        None,
        ["P1#1 running 2026-03-22 24:00 | 2026-03-22 24:00"],
    ),
    (
        "a restart on the day of the start: from the start",
        DAYS,
        "2026-03-02 09:00 P1 work.started\n2026-03-02 P1 work.restarted",
        None,
        ["P1#1 restarted 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "a pause on the day of the start, to the 5th: three days",
        DAYS,
        "2026-03-02 09:00 P1 work.started\n2026-03-02 P1 work.paused\n2026-03-05 P1 work.resumed",
        None,
        ["P1#1 running 2026-03-15 24:00 | 2026-03-15 24:00"],
    ),
    (
        "paused and resumed by days: the 5th to the 8th",
        DAYS,
        "2026-03-02 09:00 P1 work.started\n2026-03-05 P1 work.paused\n2026-03-08 P1 work.resumed",
        None,
        ["P1#1 running 2026-03-15 24:00 | 2026-03-15 24:00"],
    ),
    (
        "an hour limit from a day is not known, and stays so when it ends",
        HOURS,
        "2026-03-02 P1 work.started\n2026-03-03 12:00 P1 work.done",
        None,
        ["P1#1 unknown - | - ?? no_hour (e01)"],
    ),
    (
        "an hour limit against a day before its due day is in time",
        HOURS,
        "2026-03-02 09:00 P1 work.started\n2026-03-03 P1 work.done",
        None,
        ["P1#1 met 2026-03-04 09:00 | 2026-03-04 09:00"],
    ),
    (
        "on its due day not known: met, dropped",
        HOURS,
        "2026-03-02 09:00 P1 work.started\n2026-03-04 P1 work.dropped",
        None,
        ["P1#1 unknown 2026-03-04 09:00 | 2026-03-04 09:00 ?? no_hour_stop (e02)"],
    ),
    (
        "or excused",
        HOURS,
        "2026-03-02 09:00 P1 work.started\n2026-03-04 P1 work.excused",
        "2026-03-05 12:00",
        ["P1#1 unknown 2026-03-04 09:00 | 2026-03-04 09:00 ?? no_hour_stop (e02)"],
    ),
    (
        "an hour limit that ends with its day, at 24:00, is not passed on it",
        HOURS,
        "2026-03-02 00:00 P1 work.started\n2026-03-03 P1 work.done",
        None,
        ["P1#1 met 2026-03-04 00:00 | 2026-03-04 00:00"],
    ),
    (
        "a stay that ended and began anew on one day, the end without its hour",
        STAY,
        "2026-03-02 09:00 P1 work.started\n2026-03-03 P1 work.done\n2026-03-03 15:00 P1 work.started",
        None,
        ["P1#1 met 2026-03-04 09:00 | 2026-03-04 09:00", "P1#2 running 2026-03-05 15:00 | 2026-03-05 15:00"],
    ),
    (
        "a stop on the start's day for another person",
        DAYS,
        "2026-03-02 09:00 P1 work.started\n2026-03-02 P2 work.done",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
]


@pytest.mark.parametrize(("why", "rules", "story", "as_of", "expected"), BARE, ids=[row[0] for row in BARE])
def test_an_event_without_an_hour(why: str, rules: str, story: str, as_of: str | None, expected: list[str]) -> None:
    assert clocks(story, book(rules), as_of) == expected, why
