"""Every change is in the audit log of its transaction; reads are there before the answer; one clock for all."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.platform.people import CITY, CLERK, city, noon, officer
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import Acting, acting
from zhunsheng.apps.audit.selectors import persons_seen
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.org.services import add_unit

pytestmark = pytest.mark.usefixtures("db")
ALICE = Acting("account:alice", purpose="核对同名人员")


def entries(kind: str) -> list[dict[str, Any]]:
    names = ("actor", "action", "object_id", "purpose", "detail::text")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM audit_entry WHERE object_kind = %s ORDER BY id", [kind])
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_a_change_names_who_what_before_and_after() -> None:
    city()
    with acting(ALICE):
        Unit.objects.filter(code=CITY).update(short_name="甲局")
    last = entries("org_unit")[-1]
    assert (last["actor"], last["action"], last["object_id"]) == ("account:alice", "update", CITY)
    assert last["detail::text"] == '{"short_name": ["甲市局", "甲局"]}'


def test_a_change_that_changes_nothing_is_no_entry() -> None:
    city()
    before = len(entries("org_unit"))
    with acting(ALICE):
        Unit.objects.filter(code=CITY).update(short_name="甲市局")
    assert len(entries("org_unit")) == before


def test_a_change_by_nobody_is_refused() -> None:
    city()
    with pytest.raises(DatabaseError, match="no actor is set"), transaction.atomic():
        Unit.objects.filter(code=CITY).update(short_name="甲局")
    assert Unit.objects.get(code=CITY).short_name == "甲市局"


def test_a_rolled_back_change_has_no_entry() -> None:
    city()
    before = len(entries("org_unit"))
    with acting(ALICE):
        add_unit(code="350299000000", name="撤销中", short_name="撤", kind=Unit.Kind.BRANCH, parent=CITY)
        transaction.set_rollback(True)
    assert len(entries("org_unit")) == before


def test_names_and_numbers_of_people_stay_out_of_the_log() -> None:
    officer("035001")
    (entry,) = entries("org_officer")
    assert "警员" not in entry["detail::text"]
    assert '"name": "changed"' in entry["detail::text"]


def test_a_nested_act_gives_the_name_back() -> None:
    city()
    with acting(ALICE):
        with acting(CLERK):
            Unit.objects.filter(code=CITY).update(short_name="甲")
        Unit.objects.filter(code=CITY).update(short_name="乙")
    assert [entry["actor"] for entry in entries("org_unit")[-2:]] == ["process:test", "account:alice"]


def test_an_actor_without_a_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="is no actor"):
        Acting("alice")


def test_the_breach_question_names_the_persons_an_account_saw_since_an_instant() -> None:
    for day, persons in (("2026-03-01", ["P1", "P2"]), ("2026-03-05", ["P2"]), ("2026-03-06", ["P3"])):
        clock.set_city_clock(noon(day), seconds_per_second=0)
        with acting(ALICE):
            record_read(kind="case", key="A1", persons=persons)
    with acting(Acting("account:bob")):
        record_read(kind="case", key="A1", persons=["P9"])
    seen = persons_seen(actor="account:alice", since=noon("2026-03-02"))
    assert [(row.person, row.times, row.last_at, row.purposes) for row in seen] == [
        ("P3", 1, noon("2026-03-06"), ("核对同名人员",)),
        ("P2", 1, noon("2026-03-05"), ("核对同名人员",)),
    ]


def test_the_city_clock_runs_at_its_own_pace_from_its_own_instant() -> None:
    clock.set_city_clock(noon("2026-03-01"), seconds_per_second=0)
    assert clock.now() == noon("2026-03-01")
    assert clock.has_city_clock()


def test_without_a_city_clock_now_is_the_start_of_the_transaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (started,) = cursor.fetchone()
    assert clock.now() == started
    assert not clock.has_city_clock()


def test_a_city_clock_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        clock.set_city_clock(datetime(2026, 3, 1, 12), seconds_per_second=1)  # noqa: DTZ001 - the fault under test


def test_a_clock_that_stands_still_does_not_slow_sessions() -> None:
    clock.set_city_clock(noon("2026-03-01"), seconds_per_second=0)
    assert clock.real_now() - noon("2026-03-01") > timedelta(days=1)
