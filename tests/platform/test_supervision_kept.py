"""What a judged key says that it keeps: a judgement reads rows of what differs alone, and as many as it must."""

import pytest

from tests.core.small import rule_text
from tests.platform.supervised import (
    Told,
    assert_as_batch,
    it_is,
    judge_all_again,
    put_in_force,
    recorded,
    rule_files,
    supervise,
)
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.supervision.models import Clock, DueKey

STARTED = "2026-03-02 12:00 P1 work.started"


@pytest.fixture
def told(db: None) -> Told:
    """Ten days from the day after the start: 12 March 24:00, blue three days before, yellow two, red one."""
    del db
    it_is("2026-03-02 12:00")
    put_in_force(rule_files(rule_text()))
    return Told()


@pytest.mark.parametrize("is_said", [True, False])  # what a key keeps is not said of one that was judged long ago
def test_judging_everything_again_changes_nothing_and_tells_nobody(told: Told, *, is_said: bool) -> None:
    recorded(STARTED + "\n2026-03-02 12:00 P2 work.started\n2026-03-02 12:00 P3 work.started incident=J1")
    it_is("2026-03-12 12:00")
    supervise(told)
    told.findings()
    if not is_said:
        with as_process("test"):
            DueKey.objects.filter(number__in=("A1", "J1")).update(kept=None)
    judge_all_again()
    supervise(told)
    assert told.findings() == []
    with as_process("test"):
        assert {row.as_of for row in Clock.objects.all()} == {it_is("2026-03-12 12:00")}
    assert_as_batch(it_is("2026-03-12 12:00"))


def test_what_came_meanwhile_reaches_keys_that_do_not_say_what_they_keep(told: Told) -> None:
    recorded(STARTED + "\n2026-03-02 12:00 P2 work.started")
    it_is("2026-03-10 12:00")
    supervise(told)
    told.findings()
    with as_process("test"):
        DueKey.objects.update(kept=None)
    recorded("2026-03-09 12:00 P1 work.done id=d1")
    as_of = it_is("2026-03-11 12:00")
    supervise(told)
    # P1's work was done before its first warning, at 00:00 of the tenth; P2's goes on, and red comes after yellow.
    assert told.findings() == ["withdrawn P1 approaching blue (facts)", "appeared P2 approaching yellow"]
    assert_as_batch(as_of)
