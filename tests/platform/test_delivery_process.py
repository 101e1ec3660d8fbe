"""The delivery process as it runs: sent within moments of the commit, confirmed, answered, and killed between steps.

What was sent is what the simulator's file says.
"""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateways import Simulated, eventually, simulated
from tests.platform.databases import OwnDatabase
from tests.platform.delivering import PHONE, Writer, delivering, start_delivering, write_lines, writing


@pytest.fixture
def writer(own: OwnDatabase) -> Iterator[Writer]:
    with writing(own) as writer:
        yield writer


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Simulated]:
    with simulated("http_sms", tmp_path) as gateway:
        yield gateway


def test_what_is_committed_is_sent_confirmed_and_can_be_answered(
    writer: Writer, gateway: Simulated, tmp_path: Path
) -> None:
    gateway.fail(reply_from={PHONE: "1"})
    with delivering(writer.database, write_lines(tmp_path / "lines.toml", gateway)):
        keys = writer.write(count=20, group="group")
        writer.all_are("confirmed")
        assert sorted(line["key"] for line in gateway.said("accepted")) == sorted(keys)
        (replied,) = eventually(lambda: writer.connection.execute("SELECT effect FROM alerts_reply").fetchall())
        assert replied == ("acknowledged",)
        beat = writer.connection.execute("SELECT process, detail FROM supervision_heartbeat").fetchone()
        assert beat == ("deliver", {"lines": ["inbox", "sms"], "problems": {}})


def test_killed_between_two_steps_it_loses_nothing_and_says_nothing_twice(
    writer: Writer, gateway: Simulated, tmp_path: Path
) -> None:
    # After acceptance, before it is written down: the hardest place. All places are in the nightly run.
    lines = write_lines(tmp_path / "lines.toml", gateway)
    with start_delivering(writer.database, lines, {"ZS_CRASH_AT": "delivery.after_send"}) as killed:
        keys = writer.write(count=5)
        killed.wait()
        assert killed.returncode == -signal.SIGKILL
    assert "sent" not in writer.states()
    with delivering(writer.database, lines):
        writer.all_are("confirmed")
    accepted = [line["key"] for line in gateway.said("accepted")]
    assert sorted(accepted) == sorted(keys)
    assert {line["key"] for line in gateway.said("recognised")} <= set(keys)
    assert gateway.said("recognised")
