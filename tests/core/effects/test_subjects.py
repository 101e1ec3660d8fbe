"""Which clock an event reaches: two subjects interleaved, whom an event names, cases and incidents."""

import pytest

from tests.core.small import RULE, book, clocks, rule_text
from tests.story import clocks_of, history, judged

OTHERS = """
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
BY_PERSON = rule_text(OTHERS)
BY_ITEM = rule_text(OTHERS, subject="item")
BY_CASE = rule_text(OTHERS, subject="case")
BY_INCIDENT = rule_text(OTHERS, subject="incident")
BY_SHIFT = rule_text(OTHERS, subject="shift")


def test_two_persons_interleaved() -> None:
    story = """
        2026-03-02 12:00 P1 work.started
        2026-03-03 12:00 P2 work.started
        2026-03-05 12:00 P2 work.paused
        2026-03-06 12:00 P1 work.extended
        2026-03-07 12:00 P2 work.resumed
        2026-03-08 12:00 P1 work.restarted
        2026-03-09 12:00 P2 work.done
    """
    assert clocks(story, book(BY_PERSON)) == [
        "P1#1 restarted 2026-03-22 24:00 | 2026-03-22 24:00",
        "P1#2 running 2026-03-18 24:00 | 2026-03-18 24:00",
        "P2#1 met 2026-03-15 24:00 | 2026-03-15 24:00",
    ]


REACHES = [
    (
        "an end that names nobody ends every person's clock",
        BY_PERSON,
        "2026-03-02 12:00 P1 work.started\n2026-03-02 12:00 P2 work.started\n2026-03-05 12:00 work.done",
        ["P1#1 met 2026-03-12 24:00 | 2026-03-12 24:00", "P2#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "a start that names nobody opens one clock, which every person's event reaches",
        BY_PERSON,
        "2026-03-02 12:00 work.started\n2026-03-05 12:00 P2 work.done",
        ["A1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "two starts of two persons in one instant are two clocks",
        BY_PERSON,
        "2026-03-02 12:00 P1 work.started\n2026-03-02 12:00 P2 work.started",
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00", "P2#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "the same item, another person: not his",
        BY_ITEM,
        "2026-03-02 12:00 P1 I1 work.started\n2026-03-05 12:00 P2 I1 work.done",
        ["I1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "the same item, no person",
        BY_ITEM,
        "2026-03-02 12:00 P1 I1 work.started\n2026-03-05 12:00 I1 work.done",
        ["I1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "no person at the start: any person's event on the item",
        BY_ITEM,
        "2026-03-02 12:00 I1 work.started\n2026-03-05 12:00 P2 I1 work.done",
        ["I1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "his event without an item reaches what he owns, and nothing else",
        BY_ITEM,
        """2026-03-02 12:00 P1 I1 work.started
           2026-03-02 12:00 P2 I2 work.started
           2026-03-05 12:00 P1 work.done""",
        ["I1#1 met 2026-03-12 24:00 | 2026-03-12 24:00", "I2#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "another item is another clock",
        BY_ITEM,
        "2026-03-02 12:00 P1 I1 work.started\n2026-03-05 12:00 P1 I2 work.done",
        ["I1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "per case, whoever is named: one clock, and the second start is a question",
        BY_CASE,
        "2026-03-02 12:00 P1 work.started\n2026-03-05 12:00 P2 work.started",
        ["A1#1 unknown 2026-03-12 24:00 | 2026-03-12 24:00 ?? repeated_start (e02)"],
    ),
    (
        "another case is another clock",
        BY_CASE,
        "2026-03-02 12:00 work.started case=A1\n2026-03-05 12:00 work.done case=A2",
        ["A1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "the same person in another case too",
        BY_PERSON,
        "2026-03-02 12:00 P1 work.started case=A1\n2026-03-05 12:00 P1 work.done case=A2",
        ["P1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "an incident's event belongs to the one case that names it",
        BY_CASE,
        "2026-03-02 12:00 work.started case=A1 incident=J1\n2026-03-05 12:00 work.done incident=J1",
        ["A1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "named by two cases it belongs to neither",
        BY_CASE,
        """2026-03-02 12:00 work.started case=A1 incident=J1
           2026-03-02 12:00 work.started case=A2 incident=J1
           2026-03-05 12:00 work.done incident=J1""",
        ["A1#1 running 2026-03-12 24:00 | 2026-03-12 24:00", "A2#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "named by none it is a group of its own",
        BY_CASE,
        "2026-03-02 12:00 work.started incident=J1\n2026-03-05 12:00 work.done incident=J1",
        ["J1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "a rule per incident hears its events of any case",
        BY_INCIDENT,
        "2026-03-02 12:00 work.started incident=J1\n2026-03-05 12:00 work.done case=A1 incident=J1",
        ["J1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "and of no other incident",
        BY_INCIDENT,
        "2026-03-02 12:00 work.started incident=J1\n2026-03-05 12:00 work.done incident=J2",
        ["J1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "what names no incident it does not hear",
        BY_INCIDENT,
        "2026-03-02 12:00 work.started incident=J1\n2026-03-05 12:00 work.done case=A1",
        ["J1#1 running 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
    (
        "a shift is recorded as an incident",
        BY_SHIFT,
        "2026-03-02 12:00 work.started incident=S1\n2026-03-05 12:00 work.done incident=S1",
        ["S1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"],
    ),
]


@pytest.mark.parametrize(("why", "rules", "story", "expected"), REACHES, ids=[row[0] for row in REACHES])
def test_whom_an_event_reaches(why: str, rules: str, story: str, expected: list[str]) -> None:
    assert clocks(story, book(rules)) == expected, why


@pytest.mark.parametrize(
    "act",
    ["work.paused", "work.resumed", "work.extended", "work.restarted", "work.dropped", "work.done", "work.excused"],
)
def test_no_act_on_one_person_moves_the_clock_of_another(act: str) -> None:
    story = """
        2026-03-02 12:00 P1 work.started
        2026-03-02 12:00 P2 work.started
        2026-03-03 12:00 P1 work.paused
        2026-03-04 12:00 P1 work.resumed
    """
    # P1 due on the 12th + 1 day paused, whatever happens to P2 on the 6th.
    found = clocks(story + f"2026-03-06 12:00 P2 {act}", book(BY_PERSON), "2026-03-20 12:00")
    assert found[0] == "P1#1 running 2026-03-13 24:00 | 2026-03-13 24:00"


def test_two_rules_hear_the_same_event_each_in_its_way() -> None:
    first = rule_text()
    second = rule_text('[stop]\nmet_by = ["other.done"]', rule="after-the-work", start="work.done", subject="person")
    rulebook = book(first, second)
    story = history("2026-03-02 12:00 P1 work.started\n2026-03-05 12:00 P1 work.done", rulebook)
    found = judged(story, rulebook)
    assert clocks_of(found, rulebook, rule=RULE) == ["P1#1 met 2026-03-12 24:00 | 2026-03-12 24:00"]
    assert clocks_of(found, rulebook, rule="after-the-work") == ["P1#1 running 2026-03-15 24:00 | 2026-03-15 24:00"]


def test_the_clock_says_of_whom_and_where_it_is() -> None:
    rulebook = book(BY_ITEM)
    story = history("2026-03-02 12:00 P1 I1 work.started unit=U7 case=A1 incident=J1", rulebook)
    clock = judged(story, rulebook).clocks.row(0, named=True)
    assert [clock[name] for name in ("case", "subject", "person", "unit", "start_event")] == [
        "A1", "I1", "P1", "U7", "story/e01"
    ]  # fmt: skip
