"""Simulators and channels that end with the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.gateways import Simulated, served_here, simulated
from zhunsheng.apps.alerts.channels.contract import Channel
from zhunsheng.apps.alerts.delivery.lines import parse_lines

Start = Callable[..., Simulated]
Connect = Callable[[str], Channel]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a simulator in this process."""
    with ExitStack() as stack:
        yield lambda kind, *arguments: stack.enter_context(served_here(kind, tmp_path, *arguments))


@pytest.fixture
def start_process(tmp_path: Path) -> Iterator[Start]:
    """Starts a simulator as a process."""
    with ExitStack() as stack:
        yield lambda kind, *arguments: stack.enter_context(simulated(kind, tmp_path, *arguments))


@pytest.fixture
def connect() -> Iterator[Connect]:
    """A channel by the line that a text describes."""
    with ExitStack() as stack:

        def connect_to(line: str) -> Channel:
            described = parse_lines(f"[lines.sms]\n{line}", "lines.toml").by_name["sms"]
            return stack.enter_context(closing(described.channel(lambda: datetime.now(UTC))))

        yield connect_to
