"""Who may read, who reads what, and what is read twice."""

from datetime import date
from fractions import Fraction

import pytest

from zhunsheng.core.inspection.readers import File, Reader, assigned, blocked, planted_count, second_readings

ON = date(2026, 11, 16)
SEED = bytes(range(32))
FILE = File("A1", frozenset({"north", "city"}), officers=frozenset({"wu"}), reviewers=frozenset({"lin"}))


@pytest.mark.parametrize(
    ("reader", "why"),
    [
        (Reader("wu"), "own_case"),
        (Reader("lin"), "reviewed_before"),
        (Reader("xu", units=frozenset({"north"})), "own_unit"),
        (Reader("xu", left_units={"north": date(2025, 11, 17)}), "own_unit_recently"),  # why: 364 days ago
        (Reader("xu", left_units={"north": date(2025, 11, 16)}), None),  # why: 365 days ago
        (Reader("xu", left_lead={"north": date(2024, 11, 17)}), "former_leader"),  # why: 729 days ago
        (Reader("xu", left_lead={"north": date(2024, 11, 16)}), None),
        (Reader("xu", units=frozenset({"south"})), None),
    ],
)
def test_15_whoever_has_a_stake_is_blocked_with_a_reason(reader: Reader, why: str | None) -> None:
    assert blocked(reader, FILE, on=ON) == why


def test_15_a_conflict_changes_the_reader_and_never_the_file() -> None:
    files = [File(f"A{n}", frozenset({"north"})) for n in range(6)]
    readers = [Reader("xu", units=frozenset({"north"})), Reader("ma", units=frozenset({"south"}))]
    assert assigned(files, readers, seed=SEED, on=ON) == {f"A{n}": "ma" for n in range(6)}


def test_files_are_shared_by_load_per_day_on_duty() -> None:
    files = [File(f"A{n}", frozenset({"north"}), minutes=60) for n in range(9)]
    found = assigned(files, [Reader("full", days=20), Reader("half", days=10)], seed=SEED, on=ON)
    # why: 9 hours by 20 and 10 days are 6 and 3
    assert [list(found.values()).count(one) for one in ("full", "half")] == [6, 3]


def test_whoever_has_heard_of_a_case_reads_it_only_where_nobody_else_is_left() -> None:
    heard = File("A1", frozenset({"north"}), informed=frozenset({"ma"}))
    # why: ma has nothing to do and xu a whole day, but ma was sent an alert about the case
    assert assigned([heard], [Reader("ma"), Reader("xu", minutes=480)], seed=SEED, on=ON) == {"A1": "xu"}
    assert assigned([heard], [Reader("ma"), Reader("wu", days=0)], seed=SEED, on=ON) == {"A1": "ma"}


def test_whoever_knows_what_is_planted_in_a_lot_reads_none_of_it() -> None:
    known = File("A1", frozenset({"north"}), told=frozenset({"ma"}))
    assert blocked(Reader("ma"), known, on=ON) == "told"
    assert assigned([known], [Reader("ma")], seed=SEED, on=ON) == {"A1": None}


def test_nobody_reads_what_nobody_here_may_read() -> None:
    assert assigned([FILE], [Reader("wu"), Reader("away", days=0)], seed=SEED, on=ON) == {"A1": None}


def test_a_tenth_and_at_least_twenty_files_are_read_again() -> None:
    ids = [f"A{n:03d}" for n in range(300)]
    assert len(second_readings(SEED, plan="P", ids=ids)) == 30
    assert len(second_readings(SEED, plan="P", ids=ids[:100])) == 20
    picks = second_readings(SEED, plan="P", ids=ids[:8])
    assert len(picks) == 8
    assert picks[0].inclusion == Fraction(1)
    assert planted_count(60) == 3
