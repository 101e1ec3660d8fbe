"""SATISFY, TERMINATE, EXCUSE, and what stands at the end."""

import pytest

from tests.core.small import book, clocks, limit, rule_text
from tests.story import findings_of, history, judged

PLAIN = rule_text()
ROLLED = rule_text(limit(10, "days", "day_after", "rolled", "forward"))
IN_HOURS = rule_text(limit(48, "hours", "exact_minute"))
FULL_HOUR = rule_text(limit(48, "hours", "exact_minute", "full_hour"))
MEETS = rule_text('[stop]\nmet_by = ["work.done"]\nbefore_start = "meets"')
NOTHING = rule_text('[stop]\nmet_by = ["work.done"]\nbefore_start = "nothing"')
LAPSES = rule_text('[stop]\nmet_by = ["work.done"]\nmoot_by = ["work.dropped"]\non_due = "lapse"')
ALL_TOLD = rule_text(
    """
[stop]
all_of     = { suspect = "suspect.told", victim = "victim.told" }
recipients = "parties"
""",
    subject="case",
)
ANY_CASE = rule_text(subject="case")
START = "2026-03-02 12:00 P1 work.started\n"


def outcome(word: str, asked: str = "") -> list[str]:
    return [f"P1#1 {word} 2026-03-12 24:00 | 2026-03-12 24:00{asked}"]


STOPS = [
    ("done in time", PLAIN, "2026-03-05 12:00 P1 work.done", None, outcome("met")),
    ("done in the last minute", PLAIN, "2026-03-12 23:59 P1 work.done", None, outcome("met")),
    ("24:00 is exclusive", PLAIN, "2026-03-13 00:00 P1 work.done", None, outcome("late")),
    ("dropped in time", PLAIN, "2026-03-12 23:59 P1 work.dropped", None, outcome("moot")),
    ("dropped after it: the breach does not vanish", PLAIN, "2026-03-13 00:00 P1 work.dropped", None, outcome("late")),
    (
        "a reason recorded in time excuses what is past due",
        PLAIN,
        "2026-03-12 23:59 P1 work.excused",
        "2026-03-20 12:00",
        outcome("excused"),
    ),
    (
        "and what ends late",
        PLAIN,
        "2026-03-12 23:59 P1 work.excused\n 2026-03-20 12:00 P1 work.done",
        None,
        outcome("excused"),
    ),
    ("one recorded after it excuses nothing", PLAIN, "2026-03-13 00:00 P1 work.excused", None, outcome("running")),
    (
        "whoever needs no excuse gets none",
        PLAIN,
        "2026-03-05 12:00 P1 work.excused\n 2026-03-06 12:00 P1 work.done",
        None,
        outcome("met"),
    ),
    (
        "done twice: the first counts",
        PLAIN,
        "2026-03-05 12:00 P1 work.done\n 2026-03-20 12:00 P1 work.done",
        None,
        outcome("met"),
    ),
    (
        "dropped and done: the first counts",
        PLAIN,
        "2026-03-05 12:00 P1 work.dropped\n 2026-03-06 12:00 P1 work.done",
        None,
        outcome("moot"),
    ),
    ("nothing done: running, past due or not", PLAIN, "2026-03-20 12:00 P1 note.written", None, outcome("running")),
    (
        "a limit in hours includes its last minute",
        IN_HOURS,
        "2026-03-04 12:00 P1 work.done",
        None,
        ["P1#1 met 2026-03-04 12:00 | 2026-03-04 12:00"],
    ),
    (
        "and not the next",
        IN_HOURS,
        "2026-03-04 12:01 P1 work.done",
        None,
        ["P1#1 late 2026-03-04 12:00 | 2026-03-04 12:00"],
    ),
    (
        "the starting hour not counted: from 13:00",
        FULL_HOUR,
        "2026-03-04 13:00 P1 work.done",
        None,
        ["P1#1 met 2026-03-04 12:00 | 2026-03-04 13:00"],
    ),
    (
        "a stop without its hour on the due day cannot be placed",
        IN_HOURS,
        "2026-03-04 P1 work.done",
        None,
        ["P1#1 unknown 2026-03-04 12:00 | 2026-03-04 12:00 ?? no_hour_stop (e02)"],
    ),
    (
        "on another day it can",
        IN_HOURS,
        "2026-03-03 P1 work.done",
        None,
        ["P1#1 met 2026-03-04 12:00 | 2026-03-04 12:00"],
    ),
    (
        "a day later it is late",
        IN_HOURS,
        "2026-03-05 P1 work.done",
        None,
        ["P1#1 late 2026-03-04 12:00 | 2026-03-04 12:00"],
    ),
    ("a bare date where days are counted", PLAIN, "2026-03-12 P1 work.done", None, outcome("met")),
    ("the day after", PLAIN, "2026-03-13 P1 work.done", None, outcome("late")),
    (
        "a right that nobody used is lost, never overdue",
        LAPSES,
        "2026-03-20 12:00 P1 note.written",
        None,
        outcome("lapsed"),
    ),
    ("used after it was lost", LAPSES, "2026-03-20 12:00 P1 work.done", None, outcome("lapsed")),
    ("used in time", LAPSES, "2026-03-12 23:59 P1 work.done", None, outcome("met")),
    ("dropped after it was lost", LAPSES, "2026-03-20 12:00 P1 work.dropped", None, outcome("lapsed")),
    ("another person's end is not his", PLAIN, "2026-03-05 12:00 P2 work.done", None, outcome("running")),
    ("an end that names nobody is everybody's", PLAIN, "2026-03-05 12:00 work.done", None, outcome("met")),
]


@pytest.mark.parametrize(("why", "rules", "story", "as_of", "expected"), STOPS, ids=[row[0] for row in STOPS])
def test_a_stop(why: str, rules: str, story: str, as_of: str | None, expected: list[str]) -> None:
    assert clocks(START + story, book(rules), as_of) == expected, why


EARLY = [
    (
        "an end before its start contradicts it",
        PLAIN,
        "2026-03-01 12:00 P1 work.done\n 2026-03-02 12:00 P1 work.started",
        outcome("unknown", " ?? stop_before_start (e01)"),
    ),
    (
        "unless it may come first: met at the start",
        MEETS,
        "2026-03-01 12:00 P1 work.done\n 2026-03-02 12:00 P1 work.started",
        outcome("met"),
    ),
    (
        "or says nothing, because such events recur",
        NOTHING,
        "2026-03-01 12:00 P1 work.done\n 2026-03-02 12:00 P1 work.started",
        outcome("running"),
    ),
    ("an end without any start opens nothing", PLAIN, "2026-03-01 12:00 P1 work.done", []),
    (
        "an end that met another clock is no contradiction to the next",
        PLAIN,
        """2026-02-02 12:00 P1 work.started
           2026-02-03 12:00 P1 work.done
           2026-03-02 12:00 P1 work.started""",
        ["P1#1 met 2026-02-12 24:00 | 2026-02-12 24:00", "P1#2 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "another person's early end asks nothing",
        PLAIN,
        "2026-03-01 12:00 P2 work.done\n 2026-03-02 12:00 P1 work.started",
        outcome("running"),
    ),
    (
        "dropped before it was begun: nothing to drop",
        PLAIN,
        "2026-03-01 12:00 P1 work.dropped\n 2026-03-02 12:00 P1 work.started",
        outcome("running"),
    ),
    (
        "between the two readings it is in time: Saturday 14 and Monday 16 March",
        ROLLED,
        "2026-03-04 12:00 P1 work.started\n 2026-03-16 23:59 P1 work.done",
        ["P1#1 met 2026-03-14 24:00 | 2026-03-16 24:00"],
    ),
    (
        "and then late",
        ROLLED,
        "2026-03-04 12:00 P1 work.started\n 2026-03-17 00:00 P1 work.done",
        ["P1#1 late 2026-03-14 24:00 | 2026-03-16 24:00"],
    ),
    (
        "both must be told: the last counts, and is late",
        ALL_TOLD,
        """2026-03-02 12:00 work.started parties=suspect,victim
           2026-03-05 12:00 suspect.told
           2026-03-13 00:00 victim.told""",
        ["A1#1 late 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "one of two is not enough",
        ALL_TOLD,
        "2026-03-02 12:00 work.started parties=suspect,victim\n 2026-03-05 12:00 suspect.told",
        ["A1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "the same one twice is not both",
        ALL_TOLD,
        """2026-03-02 12:00 work.started parties=suspect,victim
           2026-03-05 12:00 suspect.told
           2026-03-06 12:00 suspect.told""",
        ["A1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "only the victim must be told",
        ALL_TOLD,
        "2026-03-02 12:00 work.started parties=victim\n 2026-03-05 12:00 victim.told",
        ["A1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "nobody named: everybody",
        ALL_TOLD,
        "2026-03-02 12:00 work.started\n 2026-03-05 12:00 victim.told",
        ["A1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "an empty list of names is a question",
        ALL_TOLD,
        "2026-03-02 12:00 work.started parties=\n 2026-03-05 12:00 victim.told",
        ["A1#1 unknown 2026-03-12 24:00 | 2026-03-12 24:00 ?? missing_fact: parties (e01)"],
    ),
    (
        "a rule per case hears every event of the case",
        ANY_CASE,
        "2026-03-02 12:00 P1 work.started\n 2026-03-05 12:00 P2 work.done",
        ["A1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
]


@pytest.mark.parametrize(("why", "rules", "story", "expected"), EARLY, ids=[row[0] for row in EARLY])
def test_an_end_and_its_start(why: str, rules: str, story: str, expected: list[str]) -> None:
    assert clocks(story, book(rules)) == expected, why


def ended(rules: str, story: str, as_of: str | None = None) -> list[str]:
    rulebook = book(rules)
    found = findings_of(judged(history(START + story, rulebook), rulebook, as_of=as_of), rulebook)
    return [line for line in found if "approaching" not in line]


@pytest.mark.parametrize(
    ("why", "rules", "story", "expected"),
    [
        ("in time: nothing", PLAIN, "2026-03-12 23:59 P1 work.done", []),
        (
            "late: overdue at the due time, late at the end",
            PLAIN,
            "2026-03-20 12:00 P1 work.done",
            ["P1 overdue red 2026-03-13 00:00 closed", "P1 late red 2026-03-20 12:00 closed"],
        ),
        ("still open: overdue", PLAIN, "2026-03-20 12:00 P1 note.written", ["P1 overdue red 2026-03-13 00:00 open"]),
        ("in the last minute not yet", PLAIN, "2026-03-12 23:59 P1 note.written", []),
        ("excused: neither", PLAIN, "2026-03-05 12:00 P1 work.excused\n 2026-03-20 12:00 P1 work.done", []),
        ("lapsed: a notice", LAPSES, "2026-03-20 12:00 P1 note.written", ["P1 lapsed blue 2026-03-13 00:00 open"]),
        (
            "hours: the minute after the last",
            IN_HOURS,
            "2026-03-04 12:01 P1 note.written",
            ["P1 overdue red 2026-03-04 12:00 open"],
        ),
        ("hours: not in the last", IN_HOURS, "2026-03-04 12:00 P1 note.written", []),
    ],
)
def test_what_is_found_at_the_end(why: str, rules: str, story: str, expected: list[str]) -> None:
    assert ended(rules, story) == expected, why
