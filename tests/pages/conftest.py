"""The site as people meet it: the real server on its own database, in Debian's Chromium.

say(page)…      tests/pages/judge.py: axe, no sideways scroll, pictures
as_role("…")    a page of somebody who holds the role
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from pathlib import Path
from urllib.error import URLError

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connections, transaction
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.platform.databases import embedded
from tests.platform.environment import HOME
from tests.platform.world import World, build
from zhunsheng.apps.access import sessions
from zhunsheng.apps.audit import clock

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
START_SECONDS = 60
TIMEOUT_MS = 30_000
NOW = datetime.fromisoformat("2026-03-02T10:30:00+08:00")
"""The city's clock stands still at this instant: the people of the world were detained at noon the day before."""
LOG = Path(HOME, "server.log")
RULEBOOK = Path(HOME, "rulebook")
"""The site's own copy: what a test approves must be in force there, and nowhere else."""
# The driver keeps an event loop in this thread; the tests still ask the database from it, one thing at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@dataclass
class Site:
    """The running site, its world, and the browser."""

    address: str
    world: World
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, role: str = "", *, size: dict[str, int] | None = None, script: bool = True) -> Page:
        """A fresh page, signed in as the role, or of a stranger. Any message of the console fails the test."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport=size or DESK,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
            accept_downloads=True,
        )
        context.set_default_timeout(TIMEOUT_MS)
        if role:
            cookie = self.world.people[role].client.cookies[settings.SESSION_COOKIE_NAME].value
            freshen(cookie)
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}])
        self.contexts.append(context)
        return context.new_page()


def freshen(key: str) -> None:
    """As if the second factor had just been given: on a slow machine the tests last longer than that is good for."""
    session, at = SessionStore(key), clock.real_now()
    session["seen_at"] = at.isoformat()
    sessions.confirm(session, at=at)
    session.save()


@pytest.fixture(scope="session")
def running() -> Iterator[Site]:
    """One server, one world and one browser for all tests of pages."""
    shutil.copytree(settings.RULEBOOK, RULEBOOK)
    with embedded(HOME):
        with transaction.atomic():
            clock.set_city_clock(NOW, seconds_per_second=0)
            world = build()
        call_command("supervise", once=True, stdout=StringIO())
        connections.close_all()
        port = free_port()
        expect.set_options(timeout=TIMEOUT_MS)
        with served(port), sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            yield Site(f"http://localhost:{port}", world, browser)
            browser.close()
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture
def site(running: Site) -> Iterator[Site]:
    """The site; what a test opened is closed after it, and what the browser complained of fails it."""
    complaints: list[str] = []
    running.contexts = Listened(complaints)
    yield running
    for context in running.contexts:
        context.close()
    unexpected = [text for text in complaints if "status of 4" not in text]
    assert unexpected == []


class Listened(list[BrowserContext]):
    """Contexts that are listened to from the moment they are there."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__()
        self.complaints = complaints

    def append(self, context: BrowserContext) -> None:
        """Take a context in."""
        context.on("console", self._note)
        super().append(context)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


def free_port() -> int:
    """A port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(port: int) -> Iterator[None]:
    """The site on a port, for the length of the block."""
    server = serve(port)
    try:
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def serve(port: int) -> "subprocess.Popen[bytes]":
    """The site on a port, as it is started in production, once it answers."""
    command = [sys.executable, "-m", "uvicorn", "zhunsheng.web.asgi:application", "--port", str(port)]
    command += ["--timeout-graceful-shutdown", "5"]
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            [*command, "--log-level", "warning"],
            env=os.environ | {"ZS_HOME": str(HOME), "ZS_RULEBOOK": str(RULEBOOK)},
            stderr=log,
            stdout=log,
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=5):
                return process
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The site did not start: {LOG.read_text('utf-8')}")
