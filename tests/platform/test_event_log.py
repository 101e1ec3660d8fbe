"""Events come in once, whatever their order and however often; contradictions and impossible times are kept aside."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from tests.platform.people import CLERK, EAST_STATION, WEST_STATION, city, noon
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import acting
from zhunsheng.apps.cases.eventlog import Receipt, record_event, record_events
from zhunsheng.apps.cases.incoming import event_frame
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.services import register_case
from zhunsheng.apps.org.models import Unit

pytestmark = pytest.mark.usefixtures("db")
CASE = "A3502030100002026030001"


@pytest.fixture(autouse=True)
def today(db: None) -> None:
    del db
    clock.set_city_clock(noon("2026-03-10"), seconds_per_second=0)


def event(n: int = 1, **columns: Any) -> dict[str, Any]:
    return {
        "source": "jz",
        "id": f"E{n}",
        "type": "person.detained",
        "at": noon("2026-03-01"),
        "case": CASE,
        "unit": EAST_STATION,
        **columns,
    }


def record(*rows: dict[str, Any]) -> Receipt:
    with acting(CLERK):
        return record_events(event_frame(rows), recorder="source:jz")


def logged(columns: str = "id, version") -> list[tuple[Any, ...]]:
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM cases_event ORDER BY source, id, version")
        return list(cursor.fetchall())


def test_an_event_is_recorded_with_both_its_times() -> None:
    with acting(CLERK):
        record_event(recorder="source:jz", **event(facts={"minor": True}, officers=["035001", '9"\\,{']))
    ((at, recorded_at, facts, officers, by),) = logged("at, recorded_at, facts, officers, recorded_by")
    assert (at, recorded_at) == (noon("2026-03-01"), noon("2026-03-10"))
    assert (facts, officers, by) == ('{"minor":true}', ["035001", '9"\\,{'], "source:jz")


def test_delivered_again_it_is_known_and_changes_nothing() -> None:
    assert record(event(1), event(2)) == Receipt(added=2)
    assert record(event(2), event(1), event(3)) == Receipt(added=1, known=2)
    assert logged() == [("E1", 1), ("E2", 1), ("E3", 1)]


def test_delivered_twice_in_one_batch_it_is_one_event() -> None:
    assert record(event(1), event(1)) == Receipt(added=1, known=1)


def test_a_correction_is_a_later_version_and_the_earlier_one_stays() -> None:
    record(event(1), event(1, version=2, at=noon("2026-03-02")))
    assert logged("id, version, at") == [("E1", 1, noon("2026-03-01")), ("E1", 2, noon("2026-03-02"))]


@pytest.mark.parametrize(
    "change",
    [{"at": noon("2026-03-02")}, {"void": True}, {"facts": {"minor": True}}, {"officers": ["1"]}, {"document_no": "x"}],
)
def test_the_same_number_with_another_content_is_a_conflict_and_the_first_stays(change: dict[str, Any]) -> None:
    record(event(1))
    assert record(event(1, **change), event(2)) == Receipt(added=1, quarantined={"conflict": 1})
    assert logged("id, at, void, facts")[0] == ("E1", noon("2026-03-01"), False, None)


def test_a_conflict_inside_one_batch_keeps_one_and_sets_the_other_aside() -> None:
    assert record(event(1), event(1, unit=WEST_STATION)) == Receipt(added=1, quarantined={"conflict": 1})


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (noon("2026-03-10") + timedelta(minutes=5), None),  # the tolerance itself is allowed
        (noon("2026-03-10") + timedelta(minutes=5, seconds=1), "future"),
        (datetime.fromisoformat("1949-09-30T23:59:59+08:00"), "too_early"),
        (datetime.fromisoformat("1949-10-01T00:00:00+08:00"), None),
    ],
)
def test_times_that_cannot_be_are_set_aside(at: datetime, reason: str | None) -> None:
    assert record(event(1, at=at)) == (Receipt(quarantined={reason: 1}) if reason else Receipt(added=1))


def test_a_refusal_delivered_again_is_counted_once_and_its_content_is_not_legible() -> None:
    for _ in range(3):
        record(event(1, at=noon("2027-01-01"), document_no="王小强"))
    with connection.cursor() as cursor:
        cursor.execute('SELECT source, id, version, reason, "case", body FROM cases_quarantine')
        rows = cursor.fetchall()
    assert [row[:5] for row in rows] == [("jz", "E1", 1, "future", CASE)]
    assert "王小强".encode() not in bytes(rows[0][5])


def test_the_unit_of_a_case_is_that_of_its_earliest_event_in_any_order() -> None:
    city()
    early = event(1, at=noon("2026-02-01"), unit=WEST_STATION)
    late = event(2, at=noon("2026-03-01"), unit=EAST_STATION)
    for rows in ([early, late], [late, early]):
        with transaction.atomic():
            for row in rows:
                record(row)
            with as_process("test"):
                assert Case.objects.get(pk=CASE).unit_id == WEST_STATION
            transaction.set_rollback(True)


def test_of_two_units_at_one_instant_the_lower_code_counts_in_any_order() -> None:
    city()
    # 350203… is lower than 350205…; a case without a unit so far takes the first that an event names.
    rows = [event(1, unit=WEST_STATION), event(2, unit=EAST_STATION), event(3, at=noon("2026-01-01"), unit=None)]
    for order in (rows, rows[::-1], [rows[2], rows[0], rows[1]]):
        with transaction.atomic():
            for row in order:
                record(row)
            with as_process("test"):
                case = Case.objects.get(pk=CASE)
            assert (case.unit_id, case.first_at) == (EAST_STATION, noon("2026-03-01"))
            transaction.set_rollback(True)


def test_a_batch_may_mix_what_is_new_known_and_repeated() -> None:
    record(event(2), event(4))
    # E2 and E4 are known, E1 and E3 new; E3 comes twice the same and once otherwise, which contradicts.
    receipt = record(event(1), event(2), event(3), event(3), event(3, unit=WEST_STATION), event(4))
    assert receipt == Receipt(added=2, known=3, quarantined={"conflict": 1})
    assert logged() == [("E1", 1), ("E2", 1), ("E3", 1), ("E4", 1)]


def test_a_registered_unit_stays_whatever_events_say() -> None:
    city()
    with as_process("test"):
        unit = Unit.objects.get(pk=EAST_STATION)
        register_case(number=CASE, title="王某盗窃案", kind="criminal", unit=unit)
    record(event(1, unit=WEST_STATION))
    with as_process("test"):
        case = Case.objects.get(pk=CASE)
    assert (case.unit_id, case.title, case.first_at) == (EAST_STATION, "王某盗窃案", event(1)["at"])


def test_nobody_writes_the_log_but_its_function() -> None:
    record(event(1))
    for statement in (
        "INSERT INTO cases_event SELECT * FROM cases_event",
        "UPDATE cases_event SET at = now()",
        "DELETE FROM cases_event",
        "TRUNCATE cases_event",
        "SELECT zs_derive_elements()",
    ):
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_event_of_nothing_is_refused_by_the_database_too() -> None:
    with pytest.raises(DatabaseError, match="an_event_belongs_somewhere"), transaction.atomic():
        record(event(1, case=None))


def test_an_empty_batch_is_nothing() -> None:
    assert record() == Receipt()


def test_a_frame_of_another_shape_is_our_fault_and_said_so() -> None:
    with pytest.raises(TypeError, match="column 'source' is missing"), acting(CLERK):
        record_events(pl.DataFrame({"id": ["E1"]}), recorder="source:jz")
