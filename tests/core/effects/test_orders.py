"""Pause × extension × restart, in each order: on the 4th, 6th, 8th and 10th of March.

p and r are the pause and its end, x the extension, n the new epoch. The clock starts on the 2nd: ten days to the 12th.
"""

from itertools import permutations

import pytest

from tests.core.small import book, clocks, rule_text

OTHERS = """
[[pause]]
id   = "illness"
from = "work.paused"
to   = ["work.resumed"]
[[restart]]
event = "work.restarted"
[[extension]]
tier  = "20d"
event = "work.extended"
"""
TOTAL = rule_text(OTHERS + 'total = { amount = 20, unit = "days" }')
ADDED = rule_text(OTHERS + 'added = { amount = 5, unit = "days" }')
EVENTS = {"p": "work.paused", "r": "work.resumed", "x": "work.extended", "n": "work.restarted"}

# A total of twenty days counts from the start of its epoch: the due days of both epochs, and how they come about.
TOTALS = {
    "prxn": ("24", "20", "2 + 20 + 2 paused; 10 + 10"),
    "prnx": ("14", "28", "12 + 2 paused; 8 + 20"),
    "pxrn": ("26", "20", "22 + 4 paused; 10 + 10"),
    "pnrx": ("14", "28", "12 + 2 paused; 6 + 20 + 2 paused"),
    "pxnr": ("26", "20", "22 + 4 paused; the tier is forgotten: 8 + 10 + 2 paused"),
    "pnxr": ("14", "30", "12 + 2 paused; 6 + 20 + 4 paused"),
    "xprn": ("24", "20", "22 + 2 paused; 10 + 10"),
    "xpnr": ("24", "20", "22 + 2 paused; 8 + 10 + 2 paused"),
    "xnpr": ("22", "18", "22; 6 + 10 + 2 paused"),
    "nprx": ("12", "26", "12; 4 + 20 + 2 paused"),
    "npxr": ("12", "28", "12; 4 + 20 + 4 paused"),
    "nxpr": ("12", "26", "12; 4 + 20 + 2 paused"),
}
# Five added days continue the due time in force.
ADDITIONS = {
    "prxn": ("19", "20", "12 + 2 paused + 5; 10 + 10"),
    "prnx": ("14", "23", "12 + 2 paused; 8 + 10 + 5"),
    "pxrn": ("21", "20", "12 + 5 + 4 paused; 10 + 10"),
    "pnrx": ("14", "23", "12 + 2 paused; 6 + 10 + 2 paused + 5"),
    "pxnr": ("21", "20", "12 + 5 + 4 paused; 8 + 10 + 2 paused"),
    "pnxr": ("14", "25", "12 + 2 paused; 6 + 10 + 5 + 4 paused"),
    "xprn": ("19", "20", "12 + 5 + 2 paused; 10 + 10"),
    "xpnr": ("19", "20", "12 + 5 + 2 paused; 8 + 10 + 2 paused"),
    "xnpr": ("17", "18", "12 + 5; 6 + 10 + 2 paused"),
    "nprx": ("12", "21", "12; 4 + 10 + 2 paused + 5"),
    "npxr": ("12", "23", "12; 4 + 10 + 5 + 4 paused"),
    "nxpr": ("12", "21", "12; 4 + 10 + 5 + 2 paused"),
}


def test_every_order_is_here() -> None:
    orders = {"".join(order) for order in permutations("prxn") if order.index("p") < order.index("r")}
    assert set(TOTALS) == set(ADDITIONS) == orders


def epochs(rules: str, order: str) -> list[str]:
    days = zip(order, (4, 6, 8, 10), strict=True)
    story = "\n".join(f"2026-03-{day:02} 12:00 P1 {EVENTS[role]}" for role, day in days)
    return clocks("2026-03-02 12:00 P1 work.started\n" + story, book(rules), "2026-03-11 12:00")


def expected(first: str, second: str) -> list[str]:
    return [
        f"P1#1 restarted 2026-03-{first} 24:00 | 2026-03-{first} 24:00",
        f"P1#2 running 2026-03-{second} 24:00 | 2026-03-{second} 24:00",
    ]


@pytest.mark.parametrize("order", TOTALS)
def test_an_extension_that_states_a_total(order: str) -> None:
    first, second, why = TOTALS[order]
    assert epochs(TOTAL, order) == expected(first, second), why


@pytest.mark.parametrize("order", ADDITIONS)
def test_an_extension_that_adds_time(order: str) -> None:
    first, second, why = ADDITIONS[order]
    assert epochs(ADDED, order) == expected(first, second), why
