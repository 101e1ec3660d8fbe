"""What the demonstration puts in force passes the gate, and leaves the shipped files as they are."""

from datetime import date
from pathlib import Path

import polars as pl

from tests.story import RULEBOOK, at
from zhunsheng.core.points.gate import judge_policy
from zhunsheng.points_book import POLICIES, load_fact_list
from zhunsheng.web.demo import earlier, playing, scoring


def test_the_policy_of_the_demonstration_passes_the_gate_and_is_written_once(tmp_path: Path) -> None:
    shipped = (RULEBOOK / "points" / POLICIES / scoring.SHIPPED).read_bytes()
    scoring.put_in_place(RULEBOOK, tmp_path, since=at("2026-04-13 09:00"))
    written = (tmp_path / scoring.SHIPPED).read_text("utf-8")
    read = judge_policy(written, load_fact_list(RULEBOOK), path=scoring.SHIPPED)
    assert read.issues == ()
    assert read.policy is not None
    assert (read.policy.status, read.policy.in_force) == ("stable", date(2026, 4, 1))
    scoring.put_in_place(RULEBOOK, tmp_path, since=at("2026-06-13 09:00"))  # started again: its hash was approved
    assert (tmp_path / scoring.SHIPPED).read_text("utf-8") == written
    assert (RULEBOOK / "points" / POLICIES / scoring.SHIPPED).read_bytes() == shipped


def test_of_the_month_before_the_history_only_cases_that_ended_in_it_count() -> None:
    def told(case: str, kind: str, when: str, known: str) -> tuple[object, ...]:
        return case, kind, at(when), at(known)

    rows = [
        told("C1", "case.filed", "2026-03-20 10:00", "2026-03-20 10:00"),
        told("C1", "case.closed", "2026-04-02 10:00", "2026-04-02 10:00"),
        told("C2", "case.closed", "2026-03-31 23:59", "2026-04-02 10:00"),  # in the month before
        told("C3", "case.closed", "2026-04-12 10:00", "2026-04-14 10:00"),  # not known by then
        told("C4", "case.filed", "2026-04-05 10:00", "2026-04-05 10:00"),  # goes on
    ]
    events = pl.DataFrame(rows, schema=["case", "type", "at", "recorded_at"], orient="row")
    own = earlier.of_ended_cases(events, begins=at("2026-04-01 00:00"), ends=at("2026-04-13 09:00"))
    assert own.select("case", "type").rows() == [("C1", "case.filed"), ("C1", "case.closed")]


def test_the_city_does_without_a_case_whose_number_a_planted_file_took() -> None:
    # The city used to end there: a case that its process may not see cannot be registered a second time.
    rows = [
        ("C1", None, "case.accepted"),
        (None, "J1", "incident.reported"),  # it became C2
        ("C2", "J1", "case.accepted"),
        ("C2", None, "case.filed"),
        (None, "J2", "incident.reported"),  # it becomes nothing
    ]
    events = pl.DataFrame(rows, schema=["case", "incident", "type"], orient="row")
    told = playing.without_cases(events, ["C2"])
    assert told.rows() == [rows[0], rows[4]]
    assert playing.without_cases(events, []).rows() == rows
