"""What the loops tell systemd: that they go round."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.core.small import rule_text
from tests.platform.databases import OwnDatabase
from tests.platform.delivering import delivering
from tests.platform.supervised import Told, it_is, put_in_force, rule_files
from watch import keepalive as of_watcher
from zhunsheng.apps import keepalive
from zhunsheng.apps.supervision.loop import Supervisor

SAID = b"WATCHDOG=1"


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A socket as systemd has one for each of its services."""
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(address))
        listening.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(address))
        yield listening


@pytest.mark.parametrize("goes_round", [keepalive.goes_round, of_watcher.goes_round])
def test_it_is_said_where_systemd_listens_and_stops_nothing_where_it_does_not(
    goes_round: Callable[[], None], systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_round()
    assert systemd.recv(64) == SAID
    monkeypatch.setenv("NOTIFY_SOCKET", "@nobody-listens-here")
    goes_round()
    monkeypatch.delenv("NOTIFY_SOCKET")
    goes_round()


def test_a_supervisor_says_it_at_every_round(db: None, systemd: socket.socket) -> None:
    del db
    it_is("2026-03-02 12:00")
    put_in_force(rule_files(rule_text()))
    Supervisor(route=Told()).round()
    assert systemd.recv(64) == SAID


def test_a_delivery_says_it_while_its_workers_go_round(
    own: OwnDatabase, systemd: socket.socket, tmp_path: Path
) -> None:
    with delivering(own, tmp_path / "lines.toml"):
        assert systemd.recv(64) == SAID


@pytest.mark.parametrize("name", ["supervise", "deliver", "seal", "watch"])
def test_the_unit_of_each_loop_ends_one_that_hangs(name: str) -> None:
    unit = Path(__file__).parents[2] / "deploy" / "systemd" / f"zhunsheng-{name}.service"
    assert "\nWatchdogSec=" in unit.read_text("utf-8")
