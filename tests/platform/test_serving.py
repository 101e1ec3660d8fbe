"""The processes of a machine: kept running, started again with growing pauses, ended together."""

import os
import sys
import threading
from pathlib import Path

import pytest

from zhunsheng.web.processes import LONGEST_PAUSE_SECONDS, STEADY_SECONDS, Process, Together
from zhunsheng.web.serving import GUARDED

ENDS = (sys.executable, "-S", "-c", "raise SystemExit(3)")
STAYS = (
    sys.executable,
    "-S",
    "-c",
    "import sys; print('here', flush=True); sys.stdin.read(); import time; time.sleep(60)",
)


def process(tmp_path: Path, name: str, command: tuple[str, ...]) -> Process:
    return Process(name, command, os.environ.copy(), tmp_path, tmp_path / f"{name}.log")


def ended(one: Process) -> None:
    assert one.running is not None
    one.running.wait(timeout=30)


def test_a_process_that_ends_is_started_again_after_pauses_that_double(tmp_path: Path) -> None:
    # Given a process that ends at once, looked after by a clock of our own
    one = process(tmp_path, "web", ENDS)
    assert one.look_after(0.0)
    pauses = []
    now = 0.0
    for _ in range(7):
        ended(one)
        assert not one.look_after(now)
        pauses.append(one.pause)
        # Not before its pause is over, and then at once
        assert not one.look_after(now + one.pause - 0.001)
        now += one.pause
        assert one.look_after(now)
    ended(one)
    # Then 1, 2, 4 … seconds, and never longer than the longest
    assert pauses == [1, 2, 4, 8, 16, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]
    assert one.starts == 8


def test_a_process_that_ran_steadily_begins_again_with_the_shortest_pause(tmp_path: Path) -> None:
    one = process(tmp_path, "web", ENDS)
    one.look_after(0.0)
    one.pause = 16.0
    ended(one)
    one.look_after(STEADY_SECONDS)
    assert one.pause == 1.0


def test_everything_ends_together_and_what_was_printed_is_in_its_log(tmp_path: Path) -> None:
    pair = [process(tmp_path, name, ENDS if name == "gone" else STAYS) for name in ("web", "gone", "seal")]
    together = Together(pair, tell=lambda _: None, keep_database=lambda: False)
    together.look_after_all()
    together.end()
    for one in pair:
        assert one.running is not None
        assert one.running.poll() is not None


def test_a_restart_is_told_and_names_the_log(tmp_path: Path) -> None:
    said: list[str] = []
    one = process(tmp_path, "deliver", ENDS)
    together = Together([one], tell=said.append, keep_database=lambda: False, stop=threading.Event())
    together.look_after_all()
    assert said == []
    ended(one)
    one.look_after(0.0)
    one.pause = 0.0
    together.look_after_all()
    ended(one)
    assert said == [f"deliver 曾停止，已重新启动；原因见 {one.log}。"]


def test_a_database_that_was_started_again_is_told() -> None:
    said: list[str] = []
    Together([], tell=said.append, keep_database=lambda: True).look_after_all()
    assert said == ["数据库曾停止，已重新启动。"]


@pytest.mark.parametrize("name", ["web", "supervise", "deliver", "seal", "take-in", "work", "watch"])
def test_each_process_of_the_platform_has_a_unit_file(name: str) -> None:
    units = Path(__file__).parents[2] / "deploy" / "systemd"
    text = (units / f"zhunsheng-{name}.service").read_text(encoding="utf-8")
    assert "Restart=always" in text
    assert "NoNewPrivileges=yes" in text


def test_the_site_answers_its_own_machine_and_believes_addresses_that_its_proxy_wrote() -> None:
    deploy = Path(__file__).parents[2] / "deploy"
    (command,) = [
        line
        for line in (deploy / "systemd" / "zhunsheng-web.service").read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    assert " ".join(GUARDED) in command
    # What a browser says of its own address is replaced, not added to
    proxy = (deploy / "nginx" / "zhunsheng.conf").read_text(encoding="utf-8")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in proxy
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in proxy
