"""Children that measure, as the bench asks them."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Answer:
    """What an action cost: seconds; resident memory before it and at its peak, bytes; and what it returned."""

    seconds: float
    before: int
    peak: int
    result: Any


class ChildFailed(RuntimeError):
    """A child ended before it answered; what it said stands on standard error."""


class Child:
    """A running child. A context manager: it ends with the block."""

    def __init__(
        self, python: Path, module: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = module
        command = [str(python), "-m", module, *arguments]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | dict(environment or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.communicate()

    def ask(self, action: str) -> Answer:
        """Have it do something once. Raises ChildFailed."""
        assert self.process.stdin is not None  # it is a pipe
        self.process.stdin.write(json.dumps({"do": action}) + "\n")
        self.process.stdin.flush()
        return Answer(**self._read())

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None  # it is a pipe
        line = self.process.stdout.readline()
        if not line:
            self.process.communicate()
            raise ChildFailed(f"{self.name} ended with {self.process.returncode} before it answered.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def run(python: Path, module: str, arguments: Sequence[str]) -> None:
    """Run a module to its end. Raises CalledProcessError."""
    subprocess.run([str(python), "-m", module, *arguments], cwd=ROOT, check=True)
