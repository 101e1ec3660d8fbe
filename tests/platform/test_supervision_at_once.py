"""What an officer or a place had at the same time is held together online too, of whichever case it is."""

from pathlib import Path

import pytest

from tests.platform.supervised import Told, assert_as_batch, it_is, put_in_force, recorded, rule_files, supervise
from tests.story import RULEBOOK
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.supervision.models import ActKey

MAN = "2026-03-02 09:00 P1 room.entered place=W1 sex=male until=2026-03-02T12:00 id=r1 case=A1"
WOMAN = "2026-03-02 10:00 P2 room.entered place=W1 sex=female until=2026-03-02T11:00 id=r2 case=A2"
FIRST_ACT = "2026-03-02 09:00 P1 interrogation.started officers=J1,J2 id=a1 case=A1"
SECOND_ACT = "2026-03-02 10:30 P2 questioning.started officers=J2,J3 id=a2 case=A2"


def shipped(*names: str) -> dict[str, str]:
    """The vocabulary, the calendar, and some of the checks that are shipped."""
    files = {**rule_files(), "vocabulary.toml": (RULEBOOK / "vocabulary.toml").read_text("utf-8")}
    for path in (RULEBOOK / "checks").rglob("*.toml"):
        if path.stem in names:
            files[Path("checks", path.name).as_posix()] = path.read_text("utf-8")
    return files


@pytest.fixture
def told(db: None) -> Told:
    del db
    it_is("2026-03-02 12:00")
    put_in_force(shipped("place.waiting-room", "officer.two-acts-at-once", "intake.alarm-registered"))
    return Told()


def test_the_room_of_another_case_is_looked_at_in_both_orders_of_telling(told: Told) -> None:
    """She was recorded first: the finding is of the later act, A2's, and appears when A1 is told."""
    recorded(WOMAN)
    supervise(told)
    told.findings()
    recorded(MAN)
    supervise(told)
    assert told.findings() == ["appeared W1 broken red"]
    assert_as_batch(it_is("2026-03-02 12:00"))


def test_that_he_had_left_withdraws_it(told: Told) -> None:
    """His entry was recorded without its end; that he left is an event of his own case."""
    recorded(MAN.replace(" until=2026-03-02T12:00", ""))
    recorded(WOMAN)
    supervise(told)
    told.findings()
    recorded("2026-03-02 09:30 P1 room.left id=r3 case=A1")
    supervise(told)
    assert told.findings() == ["withdrawn W1 unknown ask (facts)"]
    assert_as_batch(it_is("2026-03-02 12:00"))


def test_an_officer_in_two_acts_of_two_cases_is_asked_about(told: Told) -> None:
    recorded(FIRST_ACT + " until=2026-03-02T11:00")
    supervise(told)
    recorded(SECOND_ACT + " until=2026-03-02T12:00")
    supervise(told)
    assert told.findings() == ["appeared J2 unknown ask"]
    assert_as_batch(it_is("2026-03-02 12:00"))


def test_a_correction_of_the_other_case_reaches_the_act(told: Told) -> None:
    """The first act had ended at 10:00: the question about the second is withdrawn, though its case is not touched."""
    recorded(FIRST_ACT + " until=2026-03-02T11:00")
    recorded(SECOND_ACT + " until=2026-03-02T12:00")
    supervise(told)
    told.findings()
    recorded(FIRST_ACT + " until=2026-03-02T10:00 version=2")
    supervise(told)
    assert told.findings() == ["withdrawn J2 unknown ask (facts)"]
    assert_as_batch(it_is("2026-03-02 12:00"))


def test_an_alarm_is_registered_by_a_record_of_another_case_that_names_it(told: Told) -> None:
    recorded("2026-03-01 09:00 incident.alarm_received incident=Q1 id=q1 case=A1")
    supervise(told)
    assert told.findings() == ["appeared Q1 broken yellow"]
    recorded("2026-03-01 10:00 intake.registered incident=Q1 id=q2 case=A2")
    supervise(told)
    assert told.findings() == ["withdrawn Q1 broken yellow (facts)"]
    assert_as_batch(it_is("2026-03-02 12:00"))


def test_acts_of_the_log_are_found_when_a_rulebook_first_holds_them_together(db: None) -> None:
    """Both acts were recorded under a rulebook without the check; its release finds them."""
    del db
    it_is("2026-03-02 12:00")
    put_in_force(shipped("place.waiting-room"))
    recorded(FIRST_ACT + " until=2026-03-02T11:00")
    recorded(SECOND_ACT + " until=2026-03-02T12:00")
    supervise()
    with as_process("test"):
        assert not ActKey.objects.exists()
    put_in_force(shipped("place.waiting-room", "officer.two-acts-at-once"))
    recorded("2026-03-02 10:31 P2 questioning.ended id=a3 case=A2")
    told = Told()
    supervise(told)
    assert told.findings() == ["appeared J2 unknown ask"]
    with as_process("test"):
        held = ActKey.objects.order_by("holder", "number").values_list("holder", "number")
        assert list(held) == [("J1", "A1"), ("J2", "A1"), ("J2", "A2"), ("J3", "A2")]
