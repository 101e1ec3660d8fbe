"""lead-before: clocks counted back from another clock's strict due time open, move, stand still and end with it."""

import pytest

from tests.core.small import TEN_DAYS, book, clocks, limit, rule_text
from tests.story import findings_of, history, judged

PARENT = rule_text(
    """
[[extension]]
tier  = "20d"
event = "work.extended"
total = { amount = 20, unit = "days" }
[[extension]]
tier  = "30d"
event = "work.extended"
total = { amount = 30, unit = "days" }
[[pause]]
id   = "illness"
from = "work.paused"
to   = ["work.resumed"]
[[restart]]
event = "work.restarted"
"""
)


def child(before: str, extra: str = "") -> str:
    return rule_text(
        limit(3, "days", "before_parent"),
        '[stop]\nmet_by = ["other.done"]',
        f'[[parent]]\nrule = "small"\nbefore = {before}\n{extra}',
        "[leads]\nblue = 'P1D'\nyellow = 'PT12H'\nred = 'PT1H'",
        rule="warning",
        kind="lead-before",
    ).replace('[start]\nevents = ["work.started"]\n', "")


THREE_DAYS = (PARENT, child('{ amount = 3, unit = "days" }'))
WITH_THIRTY = (PARENT, child('{ amount = 3, unit = "days" }', 'tier = "30d"'))
ROLLED = (PARENT.replace(TEN_DAYS, limit(10, "days", "day_after", "rolled", "forward")), THREE_DAYS[1])
HOURS = (PARENT.replace(TEN_DAYS, limit(48, "hours", "exact_minute")), THREE_DAYS[1])
START = "2026-03-02 12:00 P1 work.started\n"


def line(epoch: int, outcome: str, day: str) -> str:
    return f"P1#{epoch} {outcome} 2026-{day} 24:00 | 2026-{day} 24:00"


CHILDREN = [
    ("three days before the 12th", THREE_DAYS, START, None, [line(1, "running", "03-09")]),
    (
        "before the strict due time: Saturday 14, not Monday 16",
        ROLLED,
        "2026-03-04 12:00 P1 work.started",
        None,
        [line(1, "running", "03-11")],
    ),
    (
        "before an instant: the same time of day, though it lies before the start",
        HOURS,
        START,
        None,
        ["P1#1 running 2026-03-01 12:00 | 2026-03-01 12:00"],
    ),
    (
        "it moves with an extension",
        THREE_DAYS,
        START + "2026-03-08 12:00 P1 work.extended tier=20d",
        None,
        [line(1, "running", "03-19")],
    ),
    (
        "it stands still with it",
        THREE_DAYS,
        START + "2026-03-05 12:00 P1 work.paused",
        "2026-03-07 12:00",
        [line(1, "paused", "03-11")],
    ),
    (
        "met while its parent stands still since two days: three days before the 14th, where the parent then stood",
        THREE_DAYS,
        START + "2026-03-05 12:00 P1 work.paused\n2026-03-07 12:00 P1 other.done",
        "2026-03-09 12:00",
        [line(1, "met", "03-11")],
    ),
    (
        "and goes on with it",
        THREE_DAYS,
        START + "2026-03-05 12:00 P1 work.paused\n2026-03-08 12:00 P1 work.resumed",
        None,
        [line(1, "running", "03-12")],
    ),
    (
        "it ends with it, in time",
        THREE_DAYS,
        START + "2026-03-05 12:00 P1 work.done",
        None,
        [line(1, "moot", "03-09")],
    ),
    (
        "or too late",
        THREE_DAYS,
        START + "2026-03-10 00:00 P1 work.done",
        None,
        [line(1, "late", "03-09")],
    ),
    (
        "a restart of the parent ends it and opens another: three days before the 16th",
        THREE_DAYS,
        START + "2026-03-06 12:00 P1 work.restarted",
        None,
        [line(1, "moot", "03-09"), line(2, "running", "03-13")],
    ),
    ("met by an act of its own", THREE_DAYS, START + "2026-03-09 23:59 P1 other.done", None, [line(1, "met", "03-09")]),
    ("late", THREE_DAYS, START + "2026-03-10 00:00 P1 other.done", None, [line(1, "late", "03-09")]),
    (
        "once met, a due time that moves asks for it again",
        THREE_DAYS,
        START + "2026-03-07 12:00 P1 other.done\n2026-03-08 12:00 P1 work.extended tier=20d",
        None,
        [line(1, "met", "03-09"), line(2, "running", "03-19")],
    ),
    ("only under its tier: not yet", WITH_THIRTY, START, None, []),
    (
        "only under its tier: not under another",
        WITH_THIRTY,
        START + "2026-03-08 12:00 P1 work.extended tier=20d",
        None,
        [],
    ),
    (
        "under it: three days before 1 April",
        WITH_THIRTY,
        START + "2026-03-08 12:00 P1 work.extended tier=30d",
        None,
        [line(1, "running", "03-29")],
    ),
    (
        "met in the instant in which it moves: a new one is asked for",
        THREE_DAYS,
        START + "2026-03-08 12:00 P1 work.extended tier=20d\n2026-03-08 12:00 P1 other.done",
        None,
        [line(1, "met", "03-19")],
    ),
    (
        "what is asked of the parent is asked of it",
        THREE_DAYS,
        START + "2026-03-05 12:00 P1 work.started",
        None,
        ["P1#1 unknown 2026-03-09 24:00 | 2026-03-09 24:00 ?? repeated_start (e02)"],
    ),
]


@pytest.mark.parametrize(("why", "rules", "story", "as_of", "expected"), CHILDREN, ids=[row[0] for row in CHILDREN])
def test_a_clock_counted_back_from_another(
    why: str, rules: tuple[str, str], story: str, as_of: str | None, expected: list[str]
) -> None:
    assert clocks(story, book(*rules), as_of, rule="warning") == expected, why


def test_it_warns_on_its_own_leads() -> None:
    rulebook = book(*THREE_DAYS)
    found = findings_of(judged(history(START, rulebook), rulebook, as_of="2026-03-10 00:00"), rulebook, rule="warning")
    assert found == [
        "P1 approaching blue 2026-03-09 00:00 open",
        "P1 approaching yellow 2026-03-09 12:00 open",
        "P1 approaching red 2026-03-09 23:00 open",
        "P1 overdue red 2026-03-10 00:00 open",
    ]
