"""A check that counts the findings of a unit: judged after its cases, as the batch judges it of the whole log."""

import pytest
from django.db import connection

from tests.platform.supervised import Told, assert_as_batch, it_is, judge_all_again, put_in_force, recorded, supervise
from tests.platform.test_alerts_supervised import shipped
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.supervision.changes import no_route
from zhunsheng.apps.supervision.models import Finding, TouchedUnit
from zhunsheng.apps.supervision.queue import seconds_until_due
from zhunsheng.apps.supervision.units import judge_units

pytestmark = pytest.mark.usefixtures("db")
COUNTING = "unit.repeated-breaches"
RULES = ("criminal.complaint-117", COUNTING)
RECEIVED = "2026-03-02 10:00 complaint.received case=C{n} document=D{n} id=c{n} unit=350203010000\n"
OVERDUE = "2026-04-02 00:00"
"""Thirty days to answer: 1 April 24:00."""


def told_of_the_unit() -> list[str]:
    with as_process("test"):
        rows = Finding.objects.filter(rule=COUNTING).order_by("found_at")
        return [f"{row.state} {row.level} {row.subject} {len(row.events or ())}" for row in rows]


def test_the_sixth_overdue_complaint_of_a_unit_is_one_too_many_until_it_is_taken_back() -> None:
    """More than five in ninety days; what is counted are the findings of cases that have nothing else in common."""
    it_is("2026-03-02 10:00")
    put_in_force(shipped(*RULES))
    recorded("".join(RECEIVED.format(n=n) for n in range(1, 6)))
    supervise()
    now = it_is(OVERDUE)
    supervise()
    assert told_of_the_unit() == [], "five are allowed"
    recorded(RECEIVED.format(n=6))
    told = Told()
    supervise(told)
    assert told_of_the_unit() == ["current yellow 350203010000 6"]
    assert [line for line in told.findings() if "broken" in line] == ["appeared 350203010000 broken yellow"]
    assert_as_batch(now)
    recorded("2026-03-02 10:00 complaint.received case=C3 document=D3 id=c3 unit=350203010000 version=2 void=true\n")
    supervise()
    assert told_of_the_unit() == ["withdrawn yellow 350203010000 6"]
    assert_as_batch(now)


def test_a_case_that_is_judged_again_leaves_what_is_found_of_its_unit() -> None:
    it_is("2026-03-02 10:00")
    put_in_force(shipped(*RULES))
    recorded("".join(RECEIVED.format(n=n) for n in range(1, 8)))
    now = it_is(OVERDUE)
    supervise()
    told = Told()
    judge_all_again()
    supervise(told)
    assert told.findings() == []
    assert told_of_the_unit() == ["current yellow 350203010000 6"], "the seventh adds none"
    assert_as_batch(now)


def test_while_another_copy_judges_units_they_stay_due() -> None:
    it_is("2026-03-02 10:00")
    put_in_force(shipped(*RULES))
    with as_process("test"):
        TouchedUnit.objects.create(unit="350203010000")
    other = connection.copy()
    other.ensure_connection()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('supervision_touchedunit'))")
        assert (judge_units(route=no_route), seconds_until_due()) == (0, 0)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        other.close()
    assert judge_units(route=no_route) == 1
    with as_process("test"):
        assert not TouchedUnit.objects.exists()
