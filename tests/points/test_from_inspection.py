"""What inspection recorded → facts and bounds of points: in any order, twice over, with corrections."""

import json
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.points.ledger_story import at
from tests.points.test_from_events import POSTS, event
from zhunsheng.core import schemas
from zhunsheng.core.points.from_events import ended_leads
from zhunsheng.core.points.from_inspection import bounds_of_lots, current, inspected_facts

OCTOBER_ENDS, NOVEMBER_ENDS = "2027-11-01 00:00", "2027-12-01 00:00"
CASE = [
    event("case.filed", "C1", "2027-10-02 09:00", "B", "A"),
    event("case.closed", "C1", "2027-10-20 09:00", "A"),
]
LEADS = ended_leads(
    pl.DataFrame(CASE, schema=schemas.EVENTS), begins=at("2027-01-01 00:00"), ends=at("2028-01-01 00:00")
)


def told(kind: str, id_: str, *, version: int = 1, void: bool = False, until: str = "", **facts: Any) -> dict[str, Any]:
    """An event of inspection, on case C1."""
    row = event(f"inspection.{kind}", "C1", "2027-11-16 10:00")
    ends = at(until) if until else None
    return {**row, "id": id_, "version": version, "void": void, "until": ends, "facts": json.dumps(facts)}


def settled(n: int, result: str, *, until: str = OCTOBER_ENDS, lot: int = 1, size: int = 1, **more: Any) -> Any:
    """A file of the lot of station S1."""
    facts = {"sample_result": result, "sample_stream": "random", "stratum_files": size, "lot_files": lot}
    stratum = f"IP-{until[:7]}|S1|criminal"
    return told("sample_settled", f"sample/{n}", until=until, **{**facts, "stratum": stratum, **more})


def last(*events: dict[str, Any]) -> pl.DataFrame:
    return current(pl.DataFrame(events, schema=schemas.EVENTS))


def facts(*events: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows = inspected_facts(last(*events), LEADS, POSTS)
    return rows.select("fact", "key", "group", "officer", "kept", "sample.stream", "officer.post").rows()


def bounds(*events: dict[str, Any], window: int = 3) -> list[tuple[Any, ...]]:
    return bounds_of_lots(last(*events), every="month", window=window).rows()


CONFIRMED = told("confirmed", "confirmed/7", sample_stream="risk", held_responsible="A")
A_PROBLEM = ("defect.sample_problem", "confirmed/7", "C1", "A", None, "risk", "case_officer")


def test_a_confirmed_problem_is_a_defect_of_whoever_was_held_responsible() -> None:
    assert facts(CONFIRMED) == [A_PROBLEM]


def test_a_problem_of_a_place_is_of_no_case_and_a_defect_all_the_same() -> None:
    of_a_place = {**CONFIRMED, "case": None, "incident": "ZG-2027-00004"}
    assert facts(of_a_place) == [
        ("defect.sample_problem", "confirmed/7", "ZG-2027-00004", "A", None, "risk", "case_officer")
    ]


def test_a_confirmation_that_was_taken_back_states_nothing_in_whatever_order_it_comes() -> None:
    taken_back = told("confirmed", "confirmed/7", version=2, void=True)
    assert facts(CONFIRMED, taken_back) == facts(taken_back, CONFIRMED) == []


def test_a_file_of_the_lot_is_its_leads_of_the_day_on_which_the_case_ended() -> None:
    rows = inspected_facts(last(settled(1, "passed")), LEADS, POSTS)
    assert rows.select("fact", "officer", "kept", "at", "unit").row(0) == (
        "sample.passed", "B", True, at("2027-10-20 09:00"), "S1",
    )  # fmt: skip


@pytest.mark.parametrize(("result", "kept"), [("passed", True), ("problem", False), ("unclear", None)])
def test_what_nobody_could_tell_is_judged_by_nobody(result: str, kept: bool | None) -> None:
    assert facts(settled(1, result)) == [("sample.passed", "sample/1", "C1", "B", kept, "random", "case_officer")]


def test_a_result_that_changed_is_another_fact() -> None:
    again = {**settled(1, "problem"), "version": 2}
    assert facts(again, settled(1, "passed")) == [
        ("sample.passed", "sample/1#2", "C1", "B", False, "random", "case_officer")
    ]


def test_a_file_that_was_marked_for_risk_is_no_sample() -> None:
    assert facts(settled(1, "passed", sample_stream="risk")) == []
    assert bounds(settled(1, "passed", sample_stream="risk")) == []


def test_a_lot_says_nothing_until_it_was_read_whole() -> None:
    three = [settled(n, "passed", lot=3, size=12) for n in range(3)]
    assert bounds(*three[:2]) == []
    # why: of 12 files 3 were drawn. With 7 faulty none is seen with C(5,3)/C(12,3) = 10/220 = 4.5 %, with 6 with
    # C(6,3)/C(12,3) = 20/220 = 9.1 %: 6 of 12 cannot be excluded at 5 %
    assert bounds(*three) == [("S1", date(2027, 10, 1), 0.5, 3)]


def test_a_bound_looks_back_over_its_window() -> None:
    october = [settled(n, "passed", lot=3, size=12) for n in range(3)]
    november = [settled(n, "problem", until=NOVEMBER_ENDS, lot=2, size=2) for n in (7, 8)]
    # why: November was read whole, 2 of 2 problems; with October's 6 of 12 that is 8 of 14
    assert bounds(*october, *november) == [
        ("S1", date(2027, 10, 1), 0.5, 3),
        ("S1", date(2027, 11, 1), pytest.approx(8 / 14), 5),
    ]
    assert bounds(*october, *november, window=1)[1] == ("S1", date(2027, 11, 1), 1.0, 2)


def test_a_stratum_of_which_nobody_could_tell_excludes_nothing() -> None:
    found = [settled(n, "unclear", lot=2, size=12) for n in range(2)]
    assert bounds(*found) == [("S1", date(2027, 10, 1), 1.0, 0)]


@given(order=st.permutations(range(6)), twice=st.lists(st.integers(0, 5)))
def test_order_and_repetition_change_nothing(order: list[int], twice: list[int]) -> None:
    events = [
        CONFIRMED,
        *(settled(n, "passed", lot=4, size=12) for n in range(4)),
        {**settled(2, "problem"), "version": 2},
    ]
    mixed = [events[n] for n in (*order, *twice)]
    assert facts(*mixed) == facts(*events)
    assert bounds(*mixed) == bounds(*events)
