"""Two copies of the supervisor, a session cut off in the middle of a batch, and the log replayed elsewhere."""

import threading
from collections import Counter
from datetime import datetime

import polars as pl
import pytest
from django.db import connection, connections

from tests.core.small import rule_text
from tests.platform.databases import OwnDatabase, cloned
from tests.platform.supervised import (
    Told,
    assert_as_batch,
    it_is,
    kept,
    log,
    put_in_force,
    receive,
    replay,
    rule_files,
    supervise,
)
from tests.story import history
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.cases.eventlog import record_events
from zhunsheng.apps.supervision import backlog
from zhunsheng.apps.supervision.changes import CLOCKS, FINDINGS, Changes
from zhunsheng.apps.supervision.loop import Supervisor
from zhunsheng.apps.supervision.models import Heartbeat
from zhunsheng.apps.supervision.queue import seconds_until_due
from zhunsheng.apps.supervision.rulebooks import current
from zhunsheng.core import schemas

CASES = 120
CURRENT = {"supervision_clock": "true", "supervision_finding": "state = 'current'"}
TABLES = (("supervision_clock", CLOCKS), ("supervision_finding", FINDINGS))


@pytest.fixture
def begun(own: OwnDatabase) -> OwnDatabase:
    """The second of March, ten days to work."""
    it_is("2026-03-02 12:00")
    put_in_force(rule_files(rule_text()))
    return own


def many_cases() -> pl.DataFrame:
    """A start in each of the cases."""
    lines = [f"2026-03-02 12:00 P{n} work.started case=A{n:03}" for n in range(CASES)]
    return history("\n".join(lines), current()[0])


class Copy(threading.Thread):
    """A supervisor in a thread of its own, with a connection of its own."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.told, self.stop = Told(), threading.Event()
        self.supervisor = Supervisor(route=self.told, process=name, limit=7)

    def run(self) -> None:
        """Until stopped."""
        self.supervisor.run(stopped=self.stop.is_set)
        connections.close_all()


def until_settled(*copies: Copy) -> None:
    """Start copies, and stop them when nothing is due any more."""
    for copy in copies:
        copy.start()
    while seconds_until_due() == 0:
        copies[0].join(0.02)
    for copy in copies:
        copy.stop.set()
    receive(history("2026-03-02 12:00 note.written case=A000 source=wake", current()[0]))  # wakes who listens
    for copy in copies:
        copy.join()


def test_two_copies_judge_every_case_and_tell_of_each_clock_once(begun: OwnDatabase) -> None:
    del begun
    receive(many_cases())
    copies = Copy("supervise"), Copy("supervise-2")
    until_settled(*copies)
    supervise()
    opened = Counter(key for copy in copies for changes in copy.told.changes for key in changes.clocks["key"])
    assert len(opened) == CASES
    assert set(opened.values()) == {1}
    assert_as_batch(it_is("2026-03-02 12:00"))
    assert set(Heartbeat.objects.values_list("process", flat=True)) == {"supervise", "supervise-2"}


def test_a_second_thread_helps_with_a_long_backlog_and_leaves_faults_to_the_first(
    begun: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One case cannot be judged: it is set aside, and all others are judged once, whichever thread came to it."""
    del begun
    monkeypatch.setattr(backlog, "WORTH", 1)
    told, threads = Told(), set[str]()

    def route(changes: Changes, *, as_of: datetime) -> None:
        threads.add(threading.current_thread().name)
        if "A050" in changes.clocks["case"]:
            raise ArithmeticError("a fault of ours")
        told(changes, as_of=as_of)

    receive(many_cases())
    supervisor = Supervisor(route=route, limit=7)
    supervisor.run(stopped=lambda: seconds_until_due() != 0)
    opened = Counter(key for changes in told.changes for key in changes.clocks["key"])
    assert (len(opened), set(opened.values())) == (CASES - 1, {1})
    assert threads == {threading.current_thread().name, backlog.NAME}
    it_is("2026-03-02 12:15")
    supervise()
    assert_as_batch(it_is("2026-03-02 12:15"))


def test_the_second_thread_begins_when_the_first_has_taken_its_batch(
    begun: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two batches of sixty: the first is not done before the second thread has told of its own."""
    del begun
    monkeypatch.setattr(backlog, "WORTH", 1)
    told, came = Told(), threading.Event()

    def route(changes: Changes, *, as_of: datetime) -> None:
        if threading.current_thread().name == backlog.NAME:
            came.set()
        assert came.wait(20)
        told(changes, as_of=as_of)

    receive(many_cases())
    Supervisor(route=route, limit=CASES // 2).settle()
    assert sum(changes.clocks.height for changes in told.changes) == CASES
    assert_as_batch(it_is("2026-03-02 12:00"))


class CutOff:
    """A route that loses its session the first time, when everything is written and nothing committed."""

    def __init__(self, database: OwnDatabase) -> None:
        self.database, self.times = database, 0

    def __call__(self, changes: Changes, *, as_of: datetime) -> None:
        del changes, as_of
        self.times += 1
        if self.times == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (session,) = cursor.fetchone() or (None,)
            with self.database.connect("postgres") as superuser:
                superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [session])
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")


def test_a_batch_that_is_cut_off_before_its_commit_is_judged_again_whole(begun: OwnDatabase) -> None:
    receive(many_cases())
    route = CutOff(begun)
    supervisor = Supervisor(route=route)
    supervisor.run(stopped=lambda: route.times > 1)
    assert route.times == 2
    assert seconds_until_due() != 0
    assert_as_batch(it_is("2026-03-02 12:00"))


def test_the_log_replayed_into_an_empty_database_gives_the_same_tables(begun: OwnDatabase) -> None:
    receive(many_cases())
    it_is("2026-03-11 09:00")
    supervise()
    receive(history("2026-03-11 09:00 P1 work.done case=A001 source=jz", current()[0]))
    it_is("2026-03-14 00:00")
    supervise()
    events, tables = log(), [kept(name, schema, CURRENT[name]) for name, schema in TABLES]
    with cloned(begun.server):
        put_in_force(rule_files(rule_text()))
        replay(events)
        it_is("2026-03-14 00:00")
        supervise()
        again = [kept(name, schema, CURRENT[name]) for name, schema in TABLES]
    assert [rows.height for rows in tables] == [CASES, 4 * CASES - 2]
    assert all(one.equals(other) for one, other in zip(tables, again, strict=True))


class SlowSource(threading.Thread):
    """A source whose transaction has appended and does not end yet."""

    def __init__(self, events: pl.DataFrame) -> None:
        super().__init__()
        self.events, self.appended, self.end = events, threading.Event(), threading.Event()

    def run(self) -> None:
        """Append, wait, commit."""
        with as_process("slow"):
            record_events(self.events, recorder="process:slow")
            self.appended.set()
            self.end.wait()
        connections.close_all()


def test_events_of_transactions_that_end_in_another_order_are_all_judged(begun: OwnDatabase) -> None:
    """The first transaction is still open while a later one is judged: nothing goes by its number."""
    del begun
    events = many_cases().head(2)
    slow = SlowSource(events.head(1))
    slow.start()
    slow.appended.wait()
    receive(events.tail(1))
    supervise()
    assert kept("supervision_clock", schemas.CLOCKS)["case"].to_list() == ["A001"]
    slow.end.set()
    slow.join()
    supervise()
    assert kept("supervision_clock", schemas.CLOCKS)["case"].to_list() == ["A000", "A001"]


def judged_until() -> datetime | None:
    return Heartbeat.objects.get().watermark


def test_the_heartbeat_says_how_far_the_loop_has_come(begun: OwnDatabase) -> None:
    """Three keys, two a batch: after the first one is left, after the second none, before the loop finds a pause."""
    del begun
    noon = it_is("2026-03-02 12:00")
    supervisor = Supervisor(route=Told(), limit=2)
    receive(many_cases().head(3))
    assert (supervisor.round(), judged_until()) == (0, None)
    assert (supervisor.round(), judged_until()) == (0, noon)
    one = it_is("2026-03-02 13:00")
    assert supervisor.round() > 0
    assert judged_until() == one


def test_a_loop_that_never_finds_a_pause_is_as_far_as_its_last_batch(begun: OwnDatabase) -> None:
    """Something comes in before each round: it is judged at once, and the loop is not said to be late."""
    del begun
    supervisor, events = Supervisor(route=Told()), many_cases()
    for number, hour in enumerate(("13:00", "14:00", "15:00")):
        instant = it_is(f"2026-03-02 {hour}")
        receive(events.slice(number, 1))
        assert supervisor.round() == 0
        assert judged_until() == instant


def test_what_another_copy_holds_is_not_said_to_be_judged(begun: OwnDatabase) -> None:
    """It took a key and hangs: this copy judges the next one, and says nothing of how far all is."""
    receive(many_cases().head(1))
    with begun.connect("postgres") as other, other.transaction():
        other.execute("SELECT FROM supervision_touched FOR UPDATE")
        receive(many_cases().slice(1, 1))
        assert Supervisor(route=Told()).round() == 0
        assert kept("supervision_clock", schemas.CLOCKS)["case"].to_list() == ["A001"]
        assert judged_until() is None
