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
from pathlib import Path
from types import SimpleNamespace
from urllib.error import URLError

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.pages import telling
from tests.pages.telling import NOW
from tests.platform.databases import embedded
from tests.platform.environment import HOME
from tests.platform.world import World, build
from zhunsheng.apps.audit import clock

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
CHROMIUM = ["--no-sandbox", "--process-per-site", "--disable-site-isolation-trials", "--renderer-process-limit=1"]
"""There is one site: a process for each address that a page had before it only costs time."""
START_SECONDS = 60
END_SECONDS = 30
TIMEOUT_MS = 30_000
LOG = Path(HOME, "server.log")
RULEBOOK = Path(HOME, "rulebook")
"""The site's own copy: what a test approves must be in force there, and nowhere else."""
# The driver keeps an event loop in this thread; the tests still ask the database from it, one thing at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@dataclass
class Window:
    """A page in a context of its own. Starting a context costs half a second of processor, so tests hand them on."""

    context: BrowserContext
    page: Page
    script: bool
    lent: bool = True
    alone: bool = False

    def leave(self) -> None:
        """As before anybody came: no session, no address, nothing of a medium or of answers put in between."""
        for extra in self.context.pages:
            if extra != self.page:
                extra.close()
        self.page.unroute_all(behavior="ignoreErrors")
        self.page.emulate_media(media="null")
        self.page.goto("about:blank")
        self.context.clear_cookies()
        self.lent = False


@dataclass
class Site:
    """The running site, its world, and the browser."""

    address: str
    world: World
    browser: Browser
    windows: list[Window] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def page(
        self, role: str = "", *, size: dict[str, int] | None = None, script: bool = True, alone: bool = False
    ) -> Page:
        """An empty page, signed in as the role, or of a stranger. Any message of the console fails the test.

        `alone`: nobody gets it afterwards; for a test that changes what a page runs.
        """
        idle = [window for window in self.windows if window.script == script and not window.lent and not alone]
        window = idle[0] if idle else self._opened(script=script)
        window.lent = True
        window.page.set_viewport_size(size or DESK)  # type: ignore[arg-type]
        if role:
            cookie = self.world.people[role].client.cookies[settings.SESSION_COOKIE_NAME].value
            freshen(cookie)
            window.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}])
        window.alone = alone
        return window.page

    def _opened(self, *, script: bool) -> Window:
        context = self.browser.new_context(
            base_url=self.address,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
            accept_downloads=True,
        )
        context.set_default_timeout(TIMEOUT_MS)
        context.on("console", self._note)
        self.windows.append(Window(context, context.new_page(), script))
        return self.windows[-1]

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


def freshen(key: str) -> None:
    """As if the second factor had just been given: on a slow machine the tests last longer than that is good for."""
    session, at = SessionStore(key), clock.real_now()
    session["seen_at"] = at.isoformat()
    session["factor_at"] = at.isoformat()  # the key stays: the page has it already
    session.save()


@pytest.fixture(scope="session")
def running() -> Iterator[Site]:
    """One server, one world and one browser for all tests of pages."""
    shutil.copytree(settings.RULEBOOK, RULEBOOK)
    with embedded(HOME):
        with transaction.atomic():
            clock.set_city_clock(NOW, seconds_per_second=0)
            world = build()
        telling.judged()
        port = free_port()
        expect.set_options(timeout=TIMEOUT_MS)
        with served(port), sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
            yield Site(f"http://localhost:{port}", world, browser)
            browser.close()
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def case_told(running: Site) -> None:
    """One case whole, and one of which nothing was heard."""
    del running
    telling.told_case()


@pytest.fixture(scope="session")
def alerts_told(running: Site) -> None:
    """Alerts of one station, more than twenty."""
    telling.told_alerts(running.world)


@pytest.fixture(scope="session")
def points_told(running: Site) -> None:
    """A points policy in force, and what rests on it."""
    telling.told_points(running.world, RULEBOOK)


@pytest.fixture(scope="session")
def inspection_told(running: Site) -> SimpleNamespace:
    """A drawn plan, a file to read, cards, an alarm: the names of each."""
    return telling.told_inspection(running.world)


@pytest.fixture
def site(running: Site) -> Iterator[Site]:
    """The site; what a test opened is left after it, and what the browser complained of fails it."""
    running.complaints.clear()
    yield running
    for window in [window for window in running.windows if window.lent]:
        if window.alone:
            window.context.close()
            running.windows.remove(window)
        else:
            window.leave()
    unexpected = [text for text in running.complaints if "status of 4" not in text]
    assert unexpected == []


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
        wait_until_it_answers(server, port)
        yield
    finally:
        end(server)


def end(server: "subprocess.Popen[bytes]") -> None:
    """Ask the server to end. One that does not is a fault of ours, and must not outlive the tests either."""
    server.terminate()
    try:
        server.wait(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
        said = LOG.read_text("utf-8")
        raise RuntimeError(f"The site was told to end and did not in {END_SECONDS} s: {said}") from None


def serve(port: int) -> "subprocess.Popen[bytes]":
    """The site on a port, as it is started in production."""
    command = [sys.executable, "-m", "uvicorn", "zhunsheng.web.asgi:application", "--port", str(port)]
    command += ["--timeout-graceful-shutdown", "5"]
    with LOG.open("wb") as log:
        return subprocess.Popen(
            [*command, "--log-level", "warning"],
            env=os.environ | {"ZS_HOME": str(HOME), "ZS_RULEBOOK": str(RULEBOOK)},
            stderr=log,
            stdout=log,
        )


def wait_until_it_answers(server: "subprocess.Popen[bytes]", port: int) -> None:
    """Return once the site answers. Raises RuntimeError, with what it said, where it ends before or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The site did not start: {LOG.read_text('utf-8')}")
