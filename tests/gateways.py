"""Simulators as processes of their own, and what their files say."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socketserver import TCPServer
from typing import Any

from simulators import bot, cmpp, http_sms, mail, smpp, webhook
from zhunsheng.apps.alerts.channels.contract import Channel, ChannelDown, Receipt, Reply

SERVERS: dict[str, Callable[[list[str]], TCPServer]] = {
    "bot": bot.server,
    "cmpp": cmpp.server,
    "http_sms": http_sms.server,
    "mail": mail.server,
    "smpp": smpp.server,
    "webhook": webhook.server,
}
ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 20.0


@dataclass
class Simulated:
    """A running simulator."""

    kind: str
    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def log(self) -> Path:
        """Its file."""
        return self.folder / f"{self.kind}.jsonl"

    def said(self, what: str | None = None) -> list[dict[str, Any]]:
        """The lines of its file, or those of one kind."""
        lines = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        return [line for line in lines if what is None or line["what"] == what]

    def fail(self, **faults: Any) -> None:
        """Let it have these faults from now on, and no others."""
        new = self.folder / f"{self.kind}.faults.new"
        new.write_text(json.dumps(faults), encoding="utf-8")
        new.replace(self.folder / f"{self.kind}.faults")


@contextmanager
def simulated(kind: str, folder: Path, *arguments: str, port: int = 0) -> Iterator[Simulated]:
    """A simulator as a process of its own, until the end of the block."""
    command = [sys.executable, "-m", f"simulators.{kind}", *_words(kind, folder, port), *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Simulated(kind, folder, int(process.stdout.readline()), process)
        finally:
            process.kill()


@contextmanager
def served_here(kind: str, folder: Path, *arguments: str) -> Iterator[Simulated]:
    """The same in a thread of this process: where nothing is killed, it starts at once."""
    server = SERVERS[kind]([*_words(kind, folder, 0), *arguments])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Simulated(kind, folder, server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _words(kind: str, folder: Path, port: int) -> list[str]:
    log, faults = folder / f"{kind}.jsonl", folder / f"{kind}.faults"
    return ["--port", str(port), "--log", str(log), "--faults", str(faults)]


def eventually(holds: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS, every: float = 0.01) -> Any:
    """What `holds` gives once it gives something true. Another process is waited for, so this looks again and again."""
    give_up_at = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > give_up_at:
            raise AssertionError(f"not within {seconds} s: {holds}")
        time.sleep(every)
    return found


def received(channel: Channel, count: int = 1) -> list[Receipt | Reply]:
    """The next receipts and replies of a channel, at least so many, not yet taken."""
    return eventually(lambda: found if len(found := channel.receive()) >= count else [])  # type: ignore[no-any-return]


def comes_back(channel: Channel) -> bool:
    """Whether the channel works again after it was down."""
    try:
        channel.receive()
    except ChannelDown:
        return False
    return True
