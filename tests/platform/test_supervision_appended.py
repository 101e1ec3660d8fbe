"""A large append is taken up later, by its transaction; to be judged is then what many small ones note at once."""

from typing import Any

import pytest
from django.db import connection, transaction

from tests.platform.people import CLERK, EAST_STATION, noon
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit.context import acting
from zhunsheng.apps.cases.eventlog import record_events
from zhunsheng.apps.cases.incoming import event_frame
from zhunsheng.apps.supervision.models import ActKey, DueKey, Touched
from zhunsheng.apps.supervision.queue import seconds_until_due, unfold

pytestmark = pytest.mark.usefixtures("db")
LARGE = 1000  # appends of so many events are taken up later


def events(count: int) -> list[dict[str, Any]]:
    """So many, two to a case; every tenth of an incident, every hundredth a correction."""
    return [
        {
            "source": "jz",
            "id": f"E{n}",
            "version": 2 if n % 100 == 0 else 1,
            "type": "person.detained",
            "at": noon("2026-03-01"),
            "case": f"A35020301000020260{n // 2:05d}",
            "incident": f"JQ{n}" if n % 10 == 0 else None,
            "unit": EAST_STATION,
            "officers": [f"J{n % 7}"],
        }
        for n in range(count)
    ]


def record(*rows: dict[str, Any]) -> None:
    with acting(CLERK):
        record_events(event_frame(rows), recorder="source:jz")


def noted() -> tuple[set[tuple[Any, ...]], ...]:
    """The entries of the queue, the keys, and their acts by officer."""
    with as_process("test"):
        touched = set(Touched.objects.values_list("case", "incident", "source", "event"))
        acts = set(ActKey.objects.values_list("holder", "at", "until", "kind", "number"))
        return touched, set(DueKey.objects.values_list("kind", "number")), acts


def test_a_large_append_is_to_be_judged_as_many_small_ones_are() -> None:
    rows = events(LARGE)
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute("SELECT zs_index_acts(ARRAY['person.detained'], ARRAY['officer'])")
    with transaction.atomic():
        for at in range(0, LARGE, 100):
            record(*rows[at : at + 100])
        one_by_one = noted()
        transaction.set_rollback(True)
    record(*rows)
    assert noted() == (set(), set(), set())  # only the transaction is noted
    assert seconds_until_due() == 0  # and that there is something to do
    with as_process("test"):
        unfold()
    assert noted() == one_by_one
    assert len(one_by_one[2]) == LARGE  # no two events of a case name the same officer
    with as_process("test"):
        Touched.objects.all().delete()
        unfold()
    assert noted()[0] == set()  # it is taken up once
    assert seconds_until_due() is None


def test_what_waits_in_the_queue_goes_before_a_large_append() -> None:
    record(*events(LARGE))
    with as_process("test"):
        Touched.objects.bulk_create(Touched(case=f"A{n}") for n in range(LARGE))
        unfold()
        assert Touched.objects.count() == LARGE
        Touched.objects.filter(case="A1").delete()
        unfold()
        assert Touched.objects.filter(case=events(1)[0]["case"]).exists()
