"""The probe: the whole way from the log to the watcher's receiver, seen by nobody else, and only where it is wanted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection

from tests.platform.alert_world import alert_world
from tests.platform.people import EAST, city
from tests.platform.post import no_reply_comes
from tests.platform.supervised import it_is, put_in_force, supervise
from tests.platform.test_alerts_supervised import shipped
from tests.story import at
from watch.config import Probe
from watch.receiving import Receiver
from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.processes import as_process, as_viewer
from zhunsheng.apps.access.scope import viewer_of
from zhunsheng.apps.access.tokens import issue
from zhunsheng.apps.alerts.delivery.follow_up import end_of_programs
from zhunsheng.apps.alerts.delivery.lane import Lane
from zhunsheng.apps.alerts.delivery.lines import Lines, parse_lines
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Delivery, DeliveryOutcome, Gap
from zhunsheng.apps.alerts.probes import BEGINS, Probes, record_probe
from zhunsheng.apps.alerts.services import route, sweep_due
from zhunsheng.apps.cases.eventlog import record_events
from zhunsheng.apps.cases.incoming import event_frame
from zhunsheng.apps.cases.services import SourceTaken, add_source
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.supervision.models import Clock, Finding, Heartbeat

RULE = "criminal.intake.register-after-response"
SLOT = "2026-03-02 10:00"
SECRET = "a-secret-of-probes"
KEPT: dict[str, Any] = {
    "clocks": Clock, "findings": Finding, "groups": AlertGroup, "alerts": Alert, "deliveries": Delivery,
    "outcomes": DeliveryOutcome,
}  # fmt: skip


@pytest.fixture(autouse=True)
def process(db: None) -> Iterator[None]:
    """Behind row security, as a process that is none of the probe's way."""
    del db
    with as_process("test"):
        yield


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """The watcher's end of it."""
    taking = Receiver(Probe("127.0.0.1:0", SECRET), now=at("2026-03-02 09:50"))
    taking.start()
    yield taking
    taking.close()


def lines_to(receiver: Receiver) -> Lines:
    return parse_lines(
        f'[webhooks.probe]\nurl = "http://127.0.0.1:{receiver.port}/probe"\nsecret = "{SECRET}"\n', "lines.toml"
    )


def deliver(lines: Lines, instant: str) -> None:
    """One round of the worker of the probe's line."""
    line = lines.by_name["hook:probe"]
    channel = line.channel(lambda: datetime.now(UTC))  # the receiver holds the signature's instant against its own
    moment = Moment(at(instant), at(instant))
    end_of_programs(lines, moment)
    Lane(line=line, channel=channel, name="w", now=lambda: moment, on_reply=no_reply_comes).turn()
    channel.close()


def probed(*instants: str) -> None:
    """A probe is recorded at the first instant, and the supervisor goes round at each."""
    it_is(instants[0])
    with as_process("probe"):
        record_probe(at(instants[0]))
    for instant in instants:
        it_is(instant)
        supervise(route)
        while not sweep_due():
            pass


def rows() -> dict[str, int]:
    """What this session sees of events and of all that follows from them."""
    found = {name: model.objects.count() for name, model in KEPT.items()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_event")
        return found | {"events": cursor.fetchone()[0]}


def test_it_goes_the_whole_way_and_ends_at_the_watcher(receiver: Receiver) -> None:
    """why: recorded at 10:00, its first warning falls due at 10:01, and that is what the watcher is told of."""
    alert_world()
    put_in_force(shipped(RULE))
    probed(SLOT)
    deliver(lines_to(receiver), SLOT)
    assert receiver.told_at == at("2026-03-02 09:50")
    it_is("2026-03-02 10:01")
    supervise(route)
    deliver(lines_to(receiver), "2026-03-02 10:01")
    assert receiver.told_at == at("2026-03-02 10:01")
    with as_process("delivery"):
        (alert,) = Alert.objects.all()
        assert (alert.account, alert.officer, alert.level, alert.reason) == ("hook:probe", None, "blue", "first")
        assert list(Delivery.objects.values_list("channel", "state")) == [("hook:probe", "confirmed")]


def test_nobody_else_sees_anything_of_it() -> None:
    """Every other process and whoever lists every case: no row, and no incident that nobody could be told of it."""
    world = alert_world()
    put_in_force(shipped(RULE))
    before = rows()
    probed(SLOT, "2026-03-02 10:01")
    assert rows() == before
    assert not Gap.objects.exists()
    person = world.people["legal_department"]
    head = viewer_of(account="head", officer=person.pk, admin_role="", on=at(SLOT).date())
    assert head.reaches_all(Action.CASE_LIST)
    with as_viewer(head):
        assert set(rows().values()) == {0}
    with as_process("supervise"):
        seen = rows()
    assert {name for name, count in seen.items() if count == before[name]} == {"outcomes"}  # why: nothing was sent
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting('zs.actor', true), '')")
        assert cursor.fetchone() == ("process:test",)


def test_the_next_one_cancels_it_so_that_none_is_ever_overdue() -> None:
    alert_world()
    put_in_force(shipped(RULE))
    probed(SLOT, "2026-03-02 10:01")
    probed("2026-03-02 10:10", "2026-03-02 10:11")
    with as_process("probe"):
        assert sorted(Clock.objects.values_list("incident", "outcome")) == [
            ("ZS-XJ-20260302T0200Z", "moot"),
            ("ZS-XJ-20260302T0210Z", "running"),
        ]
    with as_process("supervise"):
        assert set(Finding.objects.values_list("kind", "level")) == {("approaching", "blue")}
        assert AlertGroup.objects.exclude(closed_at=None).count() == 1


def test_recorded_twice_it_is_one() -> None:
    """Two copies of the supervisor, or one that was started again."""
    alert_world()
    put_in_force(shipped(RULE))
    probed(SLOT)
    probed(SLOT)
    with as_process("probe"):
        assert rows()["events"] == 1


def beats(*lines: str) -> None:
    """The delivery says which lines it has."""
    Heartbeat.objects.update_or_create(
        process="deliver", defaults={"at": datetime.now(UTC), "detail": {"lines": list(lines)}}
    )


def recorded_since(probes: Probes, instant: datetime) -> int:
    probes.record(instant)
    with as_process("probe"):
        return rows()["events"]


def test_there_is_one_every_ten_minutes_where_the_delivery_has_an_address() -> None:
    put_in_force(shipped(RULE))
    now = datetime.now(UTC)
    slot = now - timedelta(seconds=now.timestamp() % 600)
    beats("inbox", "sms")
    assert recorded_since(Probes(), slot) == 0
    beats("hook:probe", "inbox", "sms")
    probes = Probes()
    # why: within a period it is one; the next begins after ten minutes, still in the past here
    counts = [recorded_since(probes, slot - timedelta(minutes=minutes)) for minutes in (20, 15, 11, 10, 0)]
    assert counts == [1, 1, 1, 2, 3]


def test_the_setting_switches_it_off_and_a_citys_clock_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_force(shipped(RULE))
    beats("hook:probe")
    now = datetime.now(UTC)
    monkeypatch.setattr(settings, "PROBE_MINUTES", 0)
    assert recorded_since(Probes(), now) == 0
    monkeypatch.setattr(settings, "PROBE_MINUTES", 10)
    it_is(SLOT)
    assert recorded_since(Probes(), at(SLOT)) == 0


def test_an_event_that_borrows_its_number_is_set_aside() -> None:
    """Under such a number what happened would be hidden from everybody."""
    put_in_force(shipped(RULE))
    it_is(SLOT)
    row = {"source": "jz", "type": BEGINS, "at": at("2026-03-02 09:00")}
    events = event_frame([{**row, "id": "1", "incident": "ZS-XJ-1"}, {**row, "id": "2", "incident": "J1"}])
    receipt = record_events(events, recorder="process:test")
    assert (receipt.added, dict(receipt.quarantined)) == (1, {"malformed": 1})


def test_no_source_and_no_program_takes_its_name() -> None:
    with pytest.raises(SourceTaken, match="probe"):
        add_source(source="probe", title="x", key="k", zone="", second_person=False, late_after_minutes=None)
    city()
    with pytest.raises(ValidationError, match="留给平台巡检"):
        issue("probe", scopes=["webhook"], unit=Unit.objects.get(pk=EAST))
