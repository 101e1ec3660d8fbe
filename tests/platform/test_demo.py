"""What the demonstration puts in force passes the gate, and leaves the shipped files as they are."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.story import RULEBOOK, at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.models import SourceHeard
from zhunsheng.apps.cases.services import register_source
from zhunsheng.city.make import City
from zhunsheng.core.points.gate import judge_policy
from zhunsheng.core.schemas import EVENTS
from zhunsheng.points_book import POLICIES, load_fact_list
from zhunsheng.web.demo import earlier, people, playing, scoring


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


UNITS = pl.DataFrame(
    [("359901510000", "甲区分局第1派出所", "station", "359901000000"),
     ("359901510200", "甲区分局第1派出所案件办理队", "case_squad", "359901510000")],
    schema=["code", "name", "kind", "parent"], orient="row",
)  # fmt: skip
"""A station and its squad."""


def test_a_case_handling_area_is_called_as_people_call_it_and_a_room_stays_what_it_is() -> None:
    # The page of the area used to say A359901510200.
    events = pl.DataFrame({"place": ["A359901510200", "R00000151", None, "A359901510000"]})
    named = playing.with_named_areas(events, UNITS)["place"].to_list()
    assert named == ["甲区分局第1派出所办案区", "R00000151", None, "甲区分局第1派出所办案区"]


@pytest.mark.usefixtures("db")
def test_a_source_of_the_demonstration_is_heard_when_its_events_come_in() -> None:
    # The page of sources used to say 还没有收到过 of each, for they came in the name of the demonstration.
    until = at("2026-03-02 12:00")
    clock.set_city_clock(until, seconds_per_second=0)
    row = {"source": "calls", "id": "C1", "version": 1, "void": False, "type": "incident.reported",
           "at": at("2026-03-02 09:00"), "at_precision": "minute", "recorded_at": at("2026-03-02 09:05"),
           "incident": "J1", "facts": "{}", "officers": []}  # fmt: skip
    events = pl.DataFrame([row], schema=EVENTS)
    nobody = pl.DataFrame(schema=dict.fromkeys(("case", "id", "name", "id_number"), pl.String))
    with as_process("test"):
        for source, title in people.SOURCES.items():
            register_source(source=source, title=title, key=f"a key of {source}")
    playing.Play(City(events, UNITS, nobody, nobody, nobody), at("2026-03-02 08:00")).tell(until)
    assert {(heard.source_id, heard.at) for heard in SourceHeard.objects.all()} == {("calls", until)}
