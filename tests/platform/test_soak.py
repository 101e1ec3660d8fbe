"""When a steady run says that something grew."""

import pytest

from tests.gateways import ROOT
from tests.platform.nightly.soak import LEAKING, LEAKS, SOUND, Look, grown

STEADY = {"memory deliver": 80e6, "files deliver": 20.0, "touched": 3.0, "bytes an event": 4000.0, "pages": 1.0}


def run(**last: float) -> list[Look]:
    """Thirty looks: a first third of a process that warms up, a steady second, and a last one in which some amounts are
    others."""
    warming = [Look(n, {name: amount / 2 for name, amount in STEADY.items()}) for n in range(10)]
    steady = [Look(10 + n, STEADY) for n in range(10)]
    names = {name.replace("_", " "): amount for name, amount in last.items()}
    return [*warming, *steady, *(Look(20 + n, {**STEADY, **names}) for n in range(10))]


def test_what_warms_up_and_stays_has_not_grown() -> None:
    assert grown(run()) == []


@pytest.mark.parametrize(
    ("last", "found"),
    [
        # why: 80 MB, a twentieth more and 2 MB: 86 MB may be, 87 MB is a leak
        ({"memory_deliver": 86e6}, []),
        ({"memory_deliver": 87e6}, ["memory deliver: 80,000,000 → 87,000,000"]),
        # why: whole files, eight more than 20
        ({"files_deliver": 28.0}, []),
        ({"files_deliver": 29.0}, ["files deliver: 20 → 29"]),
        ({"touched": 500.0}, ["touched: 3 → 500"]),
        ({"bytes_an_event": 4500.0}, ["bytes an event: 4,000 → 4,500"]),
        ({"pages": 900.0}, []),  # why: nobody said how many there may be
        # why: a process that was not there before has no second third to be held against
        ({"memory_work": 90e6}, ["memory work: 0 → 90,000,000"]),
    ],
)
def test_what_grows_beyond_its_bound_is_named_with_both_amounts(last: dict[str, float], found: list[str]) -> None:
    assert grown(run(**last)) == found


def test_one_burst_says_nothing() -> None:
    *before, final = run()
    assert grown([*before, Look(final.at, {**STEADY, "touched": 1e6})]) == []


def test_every_leak_has_the_place_where_it_is_planted() -> None:
    assert (ROOT / LEAKING).read_text("utf-8").count(SOUND) == 1
    assert set(LEAKS) == {"memory", "files", "connections"}
