"""What supervision keeps of a case: stories come in, the tables say what the batch says, and people are told once."""

import pytest

from tests.core.small import rule_text
from tests.platform.supervised import (
    Told,
    assert_as_batch,
    it_is,
    put_in_force,
    recorded,
    rule_files,
    supervise,
)
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.supervision.models import Clock, Finding

STARTED = "2026-03-02 12:00 P1 work.started"


@pytest.fixture(autouse=True)
def ten_days(db: None) -> None:
    """Ten days from the day after the start: 12 March 24:00, blue three days before, yellow two, red one."""
    del db
    it_is("2026-03-02 12:00")
    put_in_force(rule_files(rule_text()))


@pytest.fixture
def told() -> Told:
    return Told()


def states() -> list[str]:
    with as_process("test"):
        rows = Finding.objects.order_by("found_at", "key")
        return [f"{row.kind} {row.level} {row.state} {row.state_reason}".strip() for row in rows]


def the_clock() -> Clock:
    with as_process("test"):
        return Clock.objects.get()


def test_an_event_starts_a_clock_and_the_passing_of_time_crosses_its_levels(told: Told) -> None:
    recorded(STARTED)
    supervise(told)
    assert told.findings() == []
    assert (the_clock().outcome, the_clock().level) == ("running", "")
    for moment, news in (
        ("2026-03-09 23:59", []),
        ("2026-03-10 00:00", ["appeared P1 approaching blue"]),
        ("2026-03-11 00:00", ["appeared P1 approaching yellow"]),
        ("2026-03-12 00:00", ["appeared P1 approaching red"]),
        ("2026-03-12 23:59", []),
        ("2026-03-13 00:00", ["appeared P1 overdue red"]),
    ):
        as_of = it_is(moment)
        supervise(told)
        assert told.findings() == news, moment
        assert_as_batch(as_of)
    assert the_clock().level == "red"
    assert the_clock().next_at is None
