"""The processes of one machine, kept running together: whoever ends is started again, and all end with this one."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

EVERY_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 60.0  # a process that ran so long begins again with the shortest pause
END_SECONDS: Final = 15.0


@dataclass
class Process:
    """A command of ours, its log, and how it fares."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    running: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    pause: float = 0.0
    starts: int = 0

    def start(self, now: float) -> None:
        """Start it; what it prints goes to its log."""
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                list(self.command),
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.started_at = now
        self.starts += 1

    def look_after(self, now: float) -> bool:
        """Start it again if it has ended and its pause is over. True if it was started."""
        if self.running is not None and self.running.poll() is None:
            return False
        if self.running is not None:
            is_steady = now - self.started_at >= STEADY_SECONDS
            self.pause = 1.0 if is_steady else min(LONGEST_PAUSE_SECONDS, max(1.0, self.pause * 2))
            self.running = None
            self.started_at = now
        if self.starts and now - self.started_at < self.pause:
            return False
        self.start(now)
        return True


@dataclass
class Together:
    """Processes in the order in which they start; they end in the opposite one."""

    processes: list[Process]
    tell: Callable[[str], None]
    keep_database: Callable[[], bool]
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Keep everything running until SIGTERM or Ctrl-C, then end it."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        try:
            while True:
                self.look_after_all()
                if self.stop.wait(EVERY_SECONDS):
                    break
        finally:
            self.end()

    def look_after_all(self) -> None:
        """One look at the database and at each process."""
        if self.keep_database():
            self.tell("数据库曾停止，已重新启动。")
        for process in self.processes:
            had_ended = process.starts > 0
            if process.look_after(time.monotonic()) and had_ended:
                self.tell(f"{process.name} 曾停止，已重新启动；原因见 {process.log}。")

    def end(self) -> None:
        """Ask every process to end, the last started first; what does not end in time is killed."""
        running = [process.running for process in reversed(self.processes) if process.running is not None]
        for one in running:
            one.terminate()
        deadline = time.monotonic() + END_SECONDS
        for one in running:
            try:
                one.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()
