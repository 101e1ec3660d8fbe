"""RESTART and WAIT: new epochs, and limits that run only from a later event."""

import pytest

from tests.core.small import book, clocks, limit, rule_text
from tests.story import findings_of, history, judged

RESTART = """
[[restart]]
event = "work.restarted"
"""
PLAIN = rule_text(RESTART)
DOUBTFUL = rule_text(f"[applies]\ncomplex = true\n{RESTART}")
OWN_LIMIT = rule_text(RESTART + 'limit = { amount = 1, unit = "months" }\n')
OPENS = rule_text(RESTART + "opens = true\n")
PAUSED = rule_text(
    RESTART,
    """
[[pause]]
id   = "illness"
from = "work.paused"
to   = ["work.resumed"]
""",
)
EXTENDED = rule_text(
    RESTART,
    """
[[extension]]
tier  = "20d"
event = "work.extended"
total = { amount = 20, unit = "days" }
""",
)
TWO_VERSIONS = rule_text(
    RESTART,
    """
[[version]]
in_force = 2018-01-01
basis    = [ { instrument = "旧规则", article = "第一条", year = 2018 } ]
[[version]]
in_force = 2026-01-01
basis    = [ { instrument = "新规则", article = "第一条", year = 2026 } ]
limit    = { amount = 20, unit = "days", counting = "day_after" }
""",
)
WAITS_IF = rule_text(
    """
[[restart]]
event    = "name.known"
waits_if = { nameless = true }
"""
)
WAITS_FROM = rule_text(
    """
[[restart]]
event      = "paper.arrived"
waits_from = "paper.awaited"
waits_end  = ["paper.withdrawn"]
"""
)
IN_HOURS_WAITS = rule_text(
    limit(48, "hours", "exact_minute"),
    """
[[restart]]
event    = "name.known"
waits_if = { nameless = true }
""",
)
START = "2026-03-02 12:00 P1 work.started\n"
NAMELESS = "2026-03-02 12:00 P1 work.started nameless=true\n"

RESTARTS = [
    (
        "counted anew from the 6th: to 16 March",
        PLAIN,
        START + "2026-03-06 12:00 P1 work.restarted",
        None,
        ["P1#1 restarted 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
    (
        "in the last minute: restarted, not late",
        PLAIN,
        START + "2026-03-12 23:59 P1 work.restarted",
        None,
        ["P1#1 restarted 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-03-22 24:00 | 2026-03-22 24:00"],
    ),
    (
        "past due: the old one was late all the same",
        PLAIN,
        START + "2026-03-13 00:00 P1 work.restarted",
        None,
        ["P1#1 late 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-03-23 24:00 | 2026-03-23 24:00"],
    ),
    (
        "twice",
        PLAIN,
        START + "2026-03-06 12:00 P1 work.restarted\n 2026-03-09 12:00 P1 work.restarted",
        None,
        [
            "P1#1 restarted 2026-03-12 24:00 | 2026-03-12 24:00",
            "P1#2 restarted 2026-03-16 24:00 | 2026-03-16 24:00",
            "P1#3 running 2026-03-19 24:00 | 2026-03-19 24:00",
        ],
    ),
    (
        "what ends it ends the new epoch",
        PLAIN,
        START + "2026-03-06 12:00 P1 work.restarted\n 2026-03-15 12:00 P1 work.done",
        None,
        ["P1#1 restarted 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 met 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
    (
        "with a limit of its own: a month to 6 April",
        OWN_LIMIT,
        START + "2026-03-06 12:00 P1 work.restarted",
        None,
        ["P1#1 restarted 2026-03-12 24:00 | 2026-03-12 24:00", "P1#2 running 2026-04-06 24:00 | 2026-04-06 24:00"],
    ),
    ("nothing is open: it opens nothing", PLAIN, "2026-03-06 12:00 P1 work.restarted", None, []),
    (
        "unless the rule says so",
        OPENS,
        "2026-03-06 12:00 P1 work.restarted",
        None,
        ["P1#1 running 2026-03-16 24:00 | 2026-03-16 24:00"],
    ),
    (
        "after the clock was met it opens nothing either",
        PLAIN,
        START + "2026-03-05 12:00 P1 work.done\n 2026-03-06 12:00 P1 work.restarted",
        None,
        ["P1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "the new epoch keeps the old text, though the new is in force: ten days from 5 January",
        TWO_VERSIONS,
        "2025-12-30 12:00 P1 work.started\n 2026-01-05 12:00 P1 work.restarted",
        None,
        ["P1#1 restarted 2026-01-09 24:00 | 2026-01-09 24:00", "P1#2 running 2026-01-15 24:00 | 2026-01-15 24:00"],
    ),
    (
        "an open pause goes on in the new epoch: 7th + 10, and three days to the 10th",
        PAUSED,
        START
        + "2026-03-05 12:00 P1 work.paused\n 2026-03-07 12:00 P1 work.restarted\n 2026-03-10 12:00 P1 work.resumed",
        None,
        ["P1#1 restarted 2026-03-14 24:00 | 2026-03-14 24:00", "P1#2 running 2026-03-20 24:00 | 2026-03-20 24:00"],
    ),
    (
        "a tier that was granted is forgotten: ten days from the 9th",
        EXTENDED,
        START + "2026-03-08 12:00 P1 work.extended\n 2026-03-09 12:00 P1 work.restarted",
        None,
        ["P1#1 restarted 2026-03-22 24:00 | 2026-03-22 24:00", "P1#2 running 2026-03-19 24:00 | 2026-03-19 24:00"],
    ),
    (
        "another person's restart is not his",
        PLAIN,
        START + "2026-03-06 12:00 P2 work.restarted",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "a nameless person: no limit runs, whatever the day",
        WAITS_IF,
        NAMELESS,
        "2027-01-01 12:00",
        ["P1#1 waiting - | -"],
    ),
    (
        "until the name is known: ten days from 20 March",
        WAITS_IF,
        NAMELESS + "2026-03-20 12:00 P1 name.known",
        None,
        ["P1#1 restarted - | -", "P1#2 running 2026-03-30 24:00 | 2026-03-30 24:00"],
    ),
    (
        "a name known of somebody who had one says nothing",
        WAITS_IF,
        "2026-03-02 12:00 P1 work.started nameless=false\n 2026-03-05 12:00 P1 name.known",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "not stated whether he has one: it runs, and is asked for",
        WAITS_IF,
        START,
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00 ? missing_fact: nameless (e01)"],
    ),
    (
        "a waiting clock can be met",
        WAITS_IF,
        NAMELESS + "2027-01-01 12:00 P1 work.done",
        None,
        ["P1#1 met - | -"],
    ),
    (
        "while it waits nobody needs the hour of the start",
        IN_HOURS_WAITS,
        "2026-03-02 P1 work.started nameless=true\n 2026-03-20 12:00 P1 name.known",
        None,
        ["P1#1 restarted - | -", "P1#2 running 2026-03-22 12:00 | 2026-03-22 12:00"],
    ),
    (
        "from the day on which a paper is awaited no limit runs",
        WAITS_FROM,
        START + "2026-03-05 12:00 P1 paper.awaited",
        "2026-06-01 12:00",
        ["P1#1 waiting - | -"],
    ),
    (
        "it arrives: ten days from 20 March",
        WAITS_FROM,
        START + "2026-03-05 12:00 P1 paper.awaited\n 2026-03-20 12:00 P1 paper.arrived",
        None,
        ["P1#1 restarted - | -", "P1#2 running 2026-03-30 24:00 | 2026-03-30 24:00"],
    ),
    (
        "it is withdrawn: the old limit goes on, three days later",
        WAITS_FROM,
        START + "2026-03-05 12:00 P1 paper.awaited\n 2026-03-08 12:00 P1 paper.withdrawn",
        None,
        ["P1#1 running 2026-03-15 24:00 | 2026-03-15 24:00"],
    ),
    (
        "one that nobody awaited restarts nothing",
        WAITS_FROM,
        START + "2026-03-05 12:00 P1 paper.arrived",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "awaited only after the breach: nothing moves",
        WAITS_FROM,
        START + "2026-03-13 00:00 P1 paper.awaited\n 2026-03-20 12:00 P1 paper.arrived",
        None,
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
]


@pytest.mark.parametrize(("why", "rules", "story", "as_of", "expected"), RESTARTS, ids=[row[0] for row in RESTARTS])
def test_a_restart(why: str, rules: str, story: str, as_of: str | None, expected: list[str]) -> None:
    assert clocks(story, book(rules), as_of) == expected, why


def test_a_doubt_that_a_restart_takes_over_is_found_when_the_new_clock_begins() -> None:
    """Of the second clock nothing is true before it is there."""
    rulebook = book(DOUBTFUL)
    story = history(START + "2026-03-06 12:00 P1 work.restarted", rulebook)
    assert findings_of(judged(story, rulebook), rulebook) == [
        "P1 unknown ask 2026-03-02 12:00 closed",
        "P1 unknown ask 2026-03-06 12:00 open",
    ]


def test_a_waiting_clock_is_never_overdue() -> None:
    rulebook = book(WAITS_IF)
    assert findings_of(judged(history(NAMELESS, rulebook), rulebook, as_of="2027-01-01 12:00"), rulebook) == []


def test_a_wait_after_the_breach_is_a_finding_of_its_own() -> None:
    rulebook = book(WAITS_FROM)
    story = history(START + "2026-03-13 00:00 P1 paper.awaited", rulebook)
    found = findings_of(judged(story, rulebook), rulebook)
    assert [line for line in found if "approaching" not in line] == [
        "P1 late_pause yellow 2026-03-13 00:00 open",
        "P1 overdue red 2026-03-13 00:00 open",
    ]
