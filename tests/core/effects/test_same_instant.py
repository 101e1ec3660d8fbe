"""Two roles in one instant: starts, restarts, waits, pauses, their ends, extensions, excuses, terminations, ends.

Whichever was recorded first, the same stands at the end.
"""

from itertools import combinations

import pytest

from tests.core.small import book, clocks, rule_text

RULES = rule_text(
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
[[restart]]
event      = "paper.arrived"
waits_from = "paper.awaited"
waits_end  = ["paper.withdrawn"]
"""
)
EVENTS = {
    "start": "work.started",
    "restart": "work.restarted",
    "wait": "paper.awaited",
    "pause": "work.paused",
    "resume": "work.resumed",
    "wait_end": "paper.withdrawn",
    "extend": "work.extended",
    "excuse": "work.excused",
    "terminate": "work.dropped",
    "satisfy": "work.done",
}
OPEN = "2026-03-02 12:00 P1 work.started\n"
INSTANT = "2026-03-06 12:00 P1"
AS_OF = "2026-03-20 12:00"
# What must have happened for an end to end something: since 4 March.
BEFORE = {"resume": "2026-03-04 12:00 P1 work.paused\n", "wait_end": "2026-03-04 12:00 P1 paper.awaited\n"}


def line(epoch: int, outcome: str, day: str) -> str:
    due = f"2026-{day} 24:00" if day != "-" else "-"
    return f"P1#{epoch} {outcome} {due} | {due}"


# A clock open since 2 March, due on the 12th, and two events on the 6th, judged on the 20th.
# The restarted epoch is due on the 16th; from the 4th to the 6th are two days, from the 6th to the 20th fourteen.
OPEN_PAIRS = {
    ("restart", "wait"): [line(1, "restarted", "03-12"), line(2, "waiting", "-")],
    ("restart", "pause"): [line(1, "restarted", "03-12"), line(2, "paused", "03-30")],
    ("restart", "resume"): [line(1, "restarted", "03-14"), line(2, "running", "03-16")],
    ("restart", "wait_end"): [line(1, "restarted", "-"), line(2, "running", "03-16")],
    ("restart", "extend"): [line(1, "restarted", "03-12"), line(2, "running", "03-26")],
    ("restart", "excuse"): [line(1, "restarted", "03-12"), line(2, "excused", "03-16")],
    ("restart", "terminate"): [line(1, "restarted", "03-12"), line(2, "moot", "03-16")],
    ("restart", "satisfy"): [line(1, "restarted", "03-12"), line(2, "met", "03-16")],
    ("wait", "pause"): [line(1, "waiting", "-")],
    ("wait", "resume"): [line(1, "waiting", "-")],
    ("wait", "wait_end"): [line(1, "running", "03-14")],
    ("wait", "extend"): [line(1, "waiting", "-")],
    ("wait", "excuse"): [line(1, "waiting", "-")],
    ("wait", "terminate"): [line(1, "moot", "-")],
    ("wait", "satisfy"): [line(1, "met", "-")],
    ("pause", "resume"): [line(1, "running", "03-14")],
    ("pause", "wait_end"): [line(1, "paused", "03-28")],
    ("pause", "extend"): [line(1, "paused", "04-05")],
    ("pause", "excuse"): [line(1, "paused", "03-26")],
    ("pause", "terminate"): [line(1, "moot", "03-12")],
    ("pause", "satisfy"): [line(1, "met", "03-12")],
    ("resume", "wait_end"): [line(1, "running", "03-14")],
    ("resume", "extend"): [line(1, "running", "03-24")],
    ("resume", "excuse"): [line(1, "excused", "03-14")],
    ("resume", "terminate"): [line(1, "moot", "03-14")],
    ("resume", "satisfy"): [line(1, "met", "03-14")],
    ("wait_end", "extend"): [line(1, "running", "03-24")],
    ("wait_end", "excuse"): [line(1, "excused", "03-14")],
    ("wait_end", "terminate"): [line(1, "moot", "03-14")],
    ("wait_end", "satisfy"): [line(1, "met", "03-14")],
    ("extend", "excuse"): [line(1, "running", "03-22")],
    ("extend", "terminate"): [line(1, "moot", "03-22")],
    ("extend", "satisfy"): [line(1, "met", "03-22")],
    ("excuse", "terminate"): [line(1, "moot", "03-12")],
    ("excuse", "satisfy"): [line(1, "met", "03-12")],
    ("terminate", "satisfy"): [line(1, "moot", "03-12")],
}
# Nothing open before, and a start on the 6th with another event: due on the 16th.
STARTING_PAIRS = {
    "restart": [line(1, "restarted", "03-16"), line(2, "running", "03-16")],
    "wait": [line(1, "waiting", "-")],
    "pause": [line(1, "paused", "03-30")],
    "resume": [line(1, "running", "03-16")],
    "wait_end": [line(1, "running", "03-16")],
    "extend": [line(1, "running", "03-26")],
    "excuse": [line(1, "excused", "03-16")],
    "terminate": [line(1, "moot", "03-16")],
    "satisfy": [line(1, "met", "03-16")],
}
# A clock open since the 2nd, and on the 6th a second start with another event: asked, and the other event acts.
REPEATED_PAIRS = {
    "restart": [line(1, "unknown", "03-12"), line(2, "running", "03-16")],
    "wait": [line(1, "unknown", "-")],
    "pause": [line(1, "unknown", "03-26")],
    "resume": [line(1, "unknown", "03-14")],
    "wait_end": [line(1, "unknown", "03-14")],
    "extend": [line(1, "unknown", "03-22")],
    "excuse": [line(1, "unknown", "03-12")],
    "terminate": [line(1, "unknown", "03-12")],
    "satisfy": [line(1, "unknown", "03-12")],
}
# The same role twice in one instant, from two systems.
TWICE = {
    "start": [line(1, "running", "03-12")],
    "restart": [line(1, "restarted", "03-12"), line(2, "restarted", "03-16"), line(3, "running", "03-16")],
    "wait": [line(1, "waiting", "-")],
    "pause": [line(1, "paused", "03-26")],
    "resume": [line(1, "running", "03-14")],
    "wait_end": [line(1, "running", "03-14")],
    "extend": [line(1, "running", "03-22")],
    "excuse": [line(1, "excused", "03-12")],
    "terminate": [line(1, "moot", "03-12")],
    "satisfy": [line(1, "met", "03-12")],
}


def in_one_instant(before: str, first: str, second: str) -> list[str]:
    story = f"{before}{INSTANT} {EVENTS[first]}\n{INSTANT} {EVENTS[second]}"
    return clocks(story, book(RULES), AS_OF)


def open_before(*roles: str) -> str:
    return OPEN + "".join(BEFORE.get(role, "") for role in roles)


def test_every_pair_is_here() -> None:
    later = list(EVENTS)[1:]
    assert list(OPEN_PAIRS) == list(combinations(later, 2))
    assert list(STARTING_PAIRS) == list(REPEATED_PAIRS) == later
    assert list(TWICE) == list(EVENTS)


@pytest.mark.parametrize(("first", "second"), OPEN_PAIRS)
def test_two_roles_on_an_open_clock(first: str, second: str) -> None:
    before = open_before(first, second)
    assert in_one_instant(before, first, second) == OPEN_PAIRS[first, second]
    assert in_one_instant(before, second, first) == OPEN_PAIRS[first, second]


@pytest.mark.parametrize("role", STARTING_PAIRS)
def test_a_start_and_another_role(role: str) -> None:
    assert in_one_instant("", "start", role) == STARTING_PAIRS[role]
    assert in_one_instant("", role, "start") == STARTING_PAIRS[role]


@pytest.mark.parametrize("role", REPEATED_PAIRS)
def test_a_second_start_and_another_role(role: str) -> None:
    before = open_before(role)
    seen = len(before.splitlines())
    for first, second, event in (("start", role, seen + 1), (role, "start", seen + 2)):
        found = in_one_instant(before, first, second)
        asked = f" ?? repeated_start (e{event:02})"
        assert found == [REPEATED_PAIRS[role][0] + asked, *REPEATED_PAIRS[role][1:]]


@pytest.mark.parametrize("role", TWICE)
def test_a_role_twice(role: str) -> None:
    before = "" if role == "start" else open_before(role)
    story = f"{before}{INSTANT} {EVENTS[role]} source=a\n{INSTANT} {EVENTS[role]} source=b"
    if role == "start":
        story = story.replace("03-06", "03-02")
    assert clocks(story, book(RULES), AS_OF) == TWICE[role]
