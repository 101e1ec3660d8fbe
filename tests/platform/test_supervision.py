"""What supervision keeps of a case: stories come in, the tables say what the batch says, and people are told once."""

from datetime import datetime

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
from tests.story import history
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.supervision import clock_stops
from zhunsheng.apps.supervision.changes import Changes
from zhunsheng.apps.supervision.clock_stops import stopped_red_clocks
from zhunsheng.apps.supervision.loop import Supervisor
from zhunsheng.apps.supervision.models import Clock, DueKey, Finding
from zhunsheng.apps.supervision.queue import seconds_until_due
from zhunsheng.apps.supervision.rulebooks import current
from zhunsheng.apps.supervision.selectors import explanation

STARTED = "2026-03-02 12:00 P1 work.started"
FIVE_MORE = """
[[extension]]
tier  = "15d"
event = "work.extended"
added = { amount = 5, unit = "days" }
"""
CHECK = """
id       = "{id}"
code     = "P01"
title    = "小检查"
title_en = "small check"
element  = "person"
kind     = "{kind}"
key      = "person"
same     = []
level    = "red"
nature   = "statutory"
source   = "full"
status   = "stable"
mends    = "补录"

[act]
events = ["{act}"]

{body}

[recipients]
red = ["officer"]
ask = ["officer"]

[[version]]
in_force = "always"
basis    = [ {{ instrument = "试行规则", article = "第二条", gist = "先开始后办结" }} ]

[message]
broken  = "请核对。"
unknown = "请补录。"
"""
STARTED_FIRST = CHECK.format(
    id="started.first", kind="order", act="work.done", body='[order]\nafter = ["work.started"]'
)
NOTE_FOLLOWS = CHECK.format(
    id="note.follows", kind="absent", act="work.started", body='[absent]\nmust = ["note.written"]\nwithin = "P1D"'
)
PAUSE = """
[[pause]]
id     = "waiting"
from   = "work.paused"
to     = ["work.resumed"]
"""


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


def current_keys() -> set[str]:
    with as_process("test"):
        return set(Finding.objects.filter(state="current").values_list("key", flat=True))


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


def test_an_end_closes_what_was_found_and_finds_nothing_more(told: Told) -> None:
    recorded(STARTED)
    it_is("2026-03-11 09:00")
    supervise(told)
    assert told.findings() == ["appeared P1 approaching blue", "appeared P1 approaching yellow"]
    recorded("2026-03-11 09:00 P1 work.done source=jz")
    supervise(told)
    assert told.findings() == ["changed P1 approaching blue", "changed P1 approaching yellow"]
    assert (the_clock().outcome, the_clock().level) == ("met", "")
    assert_as_batch(it_is("2026-03-20 00:00"))
    supervise(told)
    assert told.findings() == []


def test_an_extension_supersedes_and_taking_it_back_lets_the_old_finding_return(told: Told) -> None:
    """Five days more: 17 March 24:00. Without them the same due time, the same keys: nothing is sent twice."""
    put_in_force(rule_files(rule_text(FIVE_MORE)))
    recorded(STARTED)
    it_is("2026-03-11 09:00")
    supervise(told)
    keys = current_keys()
    told.findings()
    recorded("2026-03-11 09:00 P1 work.extended id=x1 source=jz")
    supervise(told)
    assert told.findings() == [
        "superseded P1 approaching blue (due_moved)",
        "superseded P1 approaching yellow (due_moved)",
    ]
    as_of = it_is("2026-03-15 00:00")
    supervise(told)
    assert told.findings() == ["appeared P1 approaching blue"]
    assert_as_batch(as_of)
    recorded("2026-03-11 09:00 P1 work.extended id=x1 source=jz version=2 void=true")
    supervise(told)
    assert told.findings() == [
        "returned P1 approaching blue",
        "returned P1 approaching yellow",
        "appeared P1 approaching red",
        "appeared P1 overdue red",
        "superseded P1 approaching blue (due_moved)",
    ]
    assert keys < current_keys()
    assert_as_batch(as_of)


def test_an_end_that_was_recorded_late_withdraws_what_was_not_so(told: Told) -> None:
    recorded(STARTED)
    as_of = it_is("2026-03-14 00:00")
    supervise(told)
    told.findings()
    recorded("2026-03-10 12:00 P1 work.done source=jz")
    supervise(told)
    assert told.findings() == [
        "changed P1 approaching blue",
        "withdrawn P1 approaching yellow (facts)",
        "withdrawn P1 approaching red (facts)",
        "withdrawn P1 overdue red (facts)",
    ]
    assert states() == [
        "approaching blue current",
        "approaching yellow withdrawn facts",
        "approaching red withdrawn facts",
        "overdue red withdrawn facts",
    ]
    assert_as_batch(as_of)


def test_a_correction_that_names_another_case_takes_the_clock_there(told: Told) -> None:
    recorded(STARTED)
    as_of = it_is("2026-03-10 12:00")
    supervise(told)
    told.findings()
    recorded("2026-03-02 12:00 P1 work.started version=2 case=A2")
    supervise(told)
    assert told.findings() == ["withdrawn P1 approaching blue (facts)", "appeared P1 approaching blue"]
    assert (the_clock().case, the_clock().start_event) == ("A2", "story/e01")
    assert_as_batch(as_of)


def test_the_events_of_an_incident_belong_to_the_one_case_that_names_it(told: Told) -> None:
    recorded("2026-03-02 12:00 P1 work.started incident=J1")
    as_of = it_is("2026-03-10 12:00")
    supervise(told)
    assert (the_clock().case, the_clock().incident) == (None, "J1")
    recorded("2026-03-10 12:00 note.written id=n1 case=A1 incident=J1")
    supervise(told)
    assert (the_clock().case, the_clock().incident) == ("A1", None)
    assert_as_batch(as_of)
    recorded("2026-03-10 12:00 note.written id=n2 case=A2 incident=J1")
    supervise(told)  # two cases name it: the events belong to neither
    assert (the_clock().case, the_clock().incident) == (None, "J1")
    assert_as_batch(as_of)


def test_who_names_an_incident_counts_from_when_it_happens_until_it_is_taken_back(told: Told) -> None:
    recorded("2026-03-02 12:00 P1 work.started incident=J1\n2026-03-02 12:00 note.written id=n1 case=A1 incident=J1")
    recorded("2026-03-02 12:04 note.written id=n2 case=A2 incident=J1")
    for moment, belongs in (("2026-03-02 12:00", ("A1", None)), ("2026-03-02 12:04", (None, "J1"))):
        as_of = it_is(moment)
        supervise(told)
        assert (the_clock().case, the_clock().incident) == belongs
        assert_as_batch(as_of)
    recorded("2026-03-02 12:00 note.written id=n1 version=2 void=true case=A1 incident=J1")
    supervise(told)  # A2 alone still names it
    assert (the_clock().case, the_clock().incident) == ("A2", None)
    assert_as_batch(as_of)


def test_an_event_of_an_incident_reaches_the_case_that_named_it_before(told: Told) -> None:
    recorded("2026-03-02 12:00 note.written id=n1 case=A1 incident=J1")
    supervise(told)
    recorded("2026-03-02 12:00 P1 work.started incident=J1 source=jq")
    supervise(told)
    assert (the_clock().case, the_clock().incident) == ("A1", None)
    assert_as_batch(it_is("2026-03-02 12:00"))


def test_a_pause_takes_the_warning_back_and_the_clock_is_looked_at_every_midnight(told: Told) -> None:
    put_in_force(rule_files(rule_text(PAUSE)))
    recorded(STARTED)
    it_is("2026-03-10 12:00")
    recorded("2026-03-10 12:00 P1 work.paused id=p1 source=jz")
    supervise(told)
    told.findings()
    as_of = it_is("2026-03-10 23:59")
    supervise(told)
    assert told.findings() == []
    assert_as_batch(as_of, paused_too=True)
    for moment in ("2026-03-11 00:00", "2026-03-14 00:00"):
        as_of = it_is(moment)
        supervise(told)
        assert_as_batch(as_of, paused_too=True)
    recorded("2026-03-14 00:00 P1 work.resumed id=p2 source=jz")
    supervise(told)  # four days more: 16 March 24:00, blue from the 14th on
    assert told.findings() == ["appeared P1 approaching blue"]
    assert_as_batch(as_of)


def test_a_warning_that_had_been_given_is_superseded_by_a_pause(told: Told) -> None:
    put_in_force(rule_files(rule_text(PAUSE)))
    recorded(STARTED)
    it_is("2026-03-10 12:00")
    supervise(told)
    told.findings()
    recorded("2026-03-10 12:00 P1 work.paused id=p1 source=jz")
    supervise(told)
    assert told.findings() == ["superseded P1 approaching blue (paused)"]


def test_an_event_that_lies_a_few_minutes_ahead_counts_when_its_time_comes(told: Told) -> None:
    recorded("2026-03-02 12:04 P1 work.started")
    supervise(told)
    with as_process("test"):
        assert not Clock.objects.exists()
    as_of = it_is("2026-03-02 12:04")
    supervise(told)
    assert the_clock().outcome == "running"
    assert_as_batch(as_of)


def test_what_a_check_found_goes_to_another_case_and_returns_with_its_event(told: Told) -> None:
    """Its key names no case: the case to which the act belongs now has it, and the other one no longer."""
    put_in_force({**rule_files(rule_text()), "checks/started.first.toml": STARTED_FIRST})
    for version, case in ((1, "A1"), (2, "A2"), (3, "A1")):
        recorded(f"2026-03-02 12:00 P1 work.done id=d1 version={version} case={case}")
        supervise(told)
        with as_process("test"):
            assert list(Finding.objects.values_list("case", "state")) == [(case, "current")]
        assert_as_batch(it_is("2026-03-02 12:00"))


def test_nothing_is_due_between_two_instants(told: Told) -> None:
    recorded(STARTED)
    supervise(told)
    it_is("2026-03-09 23:59")
    assert seconds_until_due() != 0
    it_is("2026-03-10 00:00")
    assert seconds_until_due() == 0


def test_a_key_that_cannot_be_judged_is_set_aside_and_holds_up_no_other() -> None:
    def broken_for_a2(changes: Changes, *, as_of: datetime) -> None:
        del as_of
        if "A2" in changes.clocks["case"]:
            raise ArithmeticError("a fault of ours")

    recorded(STARTED + "\n2026-03-02 12:00 P2 work.started case=A2\n2026-03-02 12:00 P3 work.started case=A3")
    supervisor = Supervisor(route=broken_for_a2)
    for _ in range(10):
        supervisor.round()
    with as_process("test"):
        assert [row.case for row in Clock.objects.order_by("case")] == ["A1", "A3"]
        assert DueKey.objects.get(number="A2").failure == "ArithmeticError: a fault of ours"
    it_is("2026-03-02 12:15")
    supervise()
    with as_process("test"):
        assert [row.case for row in Clock.objects.order_by("case")] == ["A1", "A2", "A3"]
        assert DueKey.objects.get(number="A2").failure == ""


def test_how_a_due_time_was_reached_can_be_asked(told: Told) -> None:
    recorded(STARTED)
    supervise(told)
    asked = told.changes[0].explanations([the_clock().key])[the_clock().key]
    with as_process("test"):
        found = explanation(the_clock().key)
    assert found["sentences"] == asked["sentences"]
    assert found["sentences"][0] == "起点：2026-03-02 12:00 work.started"
    assert found["sentences"][-1] == "最迟：2026-03-12 24:00"
    assert found["article"] == "试行规则第一条"


@pytest.mark.parametrize("many", [1000, 0])  # a large batch is asked about from the side of the red clocks
def test_the_clock_that_an_event_would_stop_is_named_once_it_is_red(
    told: Told, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_stops, "MANY", many)
    recorded("2026-03-02 12:00 P1 work.started case=A1 incident=JQ1")
    end = history(
        """
        2026-03-12 12:00 P1 work.done id=d1
        2026-03-12 12:00 P2 work.done id=d2
        2026-03-12 12:00 P1 work.done id=d3 incident=JQ1
        2026-03-12 12:00 P1 work.done id=d4 incident=JQ2
        2026-03-12 12:00 P1 work.done id=d5 case=A9
        """,
        current()[0],
    )
    it_is("2026-03-11 12:00")
    supervise(told)
    assert stopped_red_clocks(end) == {}
    it_is("2026-03-12 12:00")
    supervise(told)
    # d2 is another person's, d4 and d5 belong to another incident and another case.
    assert stopped_red_clocks(end) == {("story", "d1", 1): ("small",), ("story", "d3", 1): ("small",)}


def test_what_happens_in_one_case_of_a_person_reaches_his_acts_in_another() -> None:
    """Work may be done only after it was started, in whichever case of the person; told of in one, it holds in both."""
    put_in_force({**rule_files(rule_text()), "checks/started.first.toml": STARTED_FIRST})
    recorded("2026-03-02 12:00 P1 work.done id=d1 case=A2")
    supervise()
    assert states() == ["broken red current"]
    recorded("2026-03-01 12:00 P1 work.started id=s1 case=A1")
    supervise()
    assert states() == ["broken red withdrawn facts"]
    assert_as_batch(it_is("2026-03-02 12:00"))


def test_time_alone_breaks_a_check_when_what_must_follow_does_not_come(told: Told) -> None:
    put_in_force({**rule_files(rule_text()), "checks/note.follows.toml": NOTE_FOLLOWS})
    recorded(STARTED)
    supervise(told)
    told.findings()
    for moment, news in (("2026-03-03 12:00", []), ("2026-03-03 12:01", ["appeared P1 broken red"])):
        as_of = it_is(moment)
        supervise(told)
        assert told.findings() == news
        assert_as_batch(as_of)
