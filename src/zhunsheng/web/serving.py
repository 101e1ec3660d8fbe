"""Starting the whole platform on one machine: the database, then every process of it."""

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connections

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.launcher import EmbeddedServer, embedded_dsn, embedded_server
from zhunsheng.launcher_host import SUPERUSER
from zhunsheng.web import provision
from zhunsheng.web.processes import Process

ROOT: Final = Path(__file__).resolve().parents[3]
COMMANDS: Final = {
    "supervise": ("supervise",),
    "deliver": ("deliver",),
    "seal": ("seal",),
    "take-in": ("take_in", "--watch"),
    "work": ("work",),
}
GUARDED: Final = ("--host", "127.0.0.1", "--forwarded-allow-ips", "127.0.0.1", "--no-server-header")
"""The site answers this machine alone and believes its proxy alone; `deploy/nginx/` has the proxy."""
PROCESS: Final = "serve"
WATCHERS_PHONE: Final = "10009999999"  # of a range that is not issued


@dataclass(frozen=True)
class Place:
    """Where the platform of this run is: its folder, its port, how it was made."""

    port: int
    mode: str

    @property
    def log(self) -> Path:
        """Folder of the processes' logs."""
        return settings.DATA / "log"

    @property
    def address(self) -> str:
        """Where people find it."""
        return f"http://localhost:{self.port}/"


@contextmanager
def database(mode: str) -> Iterator[Callable[[], bool]]:
    """The database, prepared; yields what keeps an embedded server running (a real one looks after itself).

    Raises  LauncherError, NotPrepared.
    """
    if "DATABASE_URL" in os.environ:
        provision.prepare(mode=mode, owner_dsn=settings.DATABASE_URLS["zs_owner"])
        yield lambda: False
        return
    server = _embedded()
    try:
        provision.prepare(mode=mode, owner_dsn=server.dsn("zs_owner"))
        yield server.ensure
    finally:
        connections.close_all()
        server.stop()


def _embedded() -> EmbeddedServer:
    server = embedded_server(settings.DATA, os.environ, archive=settings.ARCHIVE).start()
    provision.create_roles(server.dsn(SUPERUSER, "postgres"))
    return server


def release_first_rulebook() -> None:
    """Put the shipped rulebook in force where none is."""
    with as_process(PROCESS):
        rulebooks.ensure_released(settings.RULEBOOK, at=clock.now())


def processes_of(place: Place, lines: Path, watch: Path) -> list[Process]:
    """Every process of the platform but the database; the watcher only where its file is here: it belongs on another
    machine."""
    environment = os.environ | {"ZS_LINES": str(lines), "PYTHONUNBUFFERED": "1"}
    place.log.mkdir(exist_ok=True)

    def process(name: str, *command: str) -> Process:
        return Process(name, (sys.executable, "-P", *command), environment, ROOT, place.log / f"{name}.log")

    web = process(
        "web", "-m", "uvicorn", "zhunsheng.web.asgi:application", "--port", str(place.port), *GUARDED,
        "--log-level", "warning", "--timeout-graceful-shutdown", "5",  # streams do not end by themselves
    )  # fmt: skip
    ours = [process(name, "-m", "zhunsheng.web", *words) for name, words in COMMANDS.items()]
    # The watcher is no part of the package: it is found from the folder that it stands in.
    watcher = Process("watch", (sys.executable, "-m", "watch", str(watch)), environment, ROOT, place.log / "watch.log")
    return [web, *ours, *([watcher] if watch.exists() else [])]


def demo_watch(place: Place, port: int, secret: str) -> Path:
    """The watcher's configuration in a demonstration: its alarms, too, go to the simulator."""
    path: Path = settings.DATA / "watch.toml"
    text = (
        f'database = "{embedded_dsn(settings.DATA, "zs_watch")}"\n'
        f'processes = ["supervise", "deliver"]\ndisk = "{settings.DATA}"\n'
        f'alarms = "{place.log / "alarms.jsonl"}"\n\n'
        f'[sms]\nurl = "http://127.0.0.1:{port}"\naccount = "zs"\nsecret = "{secret}"\nphones = ["{WATCHERS_PHONE}"]\n'
    )
    _write_private(path, text)
    return path


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")


def demo_lines(port: int, secret: str) -> Path:
    """The lines of a demonstration: every message goes to the simulator of a gateway on this machine."""
    path = settings.DATA / "lines.toml"
    _write_private(
        path,
        f'[lines.sms]\nkind = "http_sms"\nurl = "http://127.0.0.1:{port}"\n'
        f'account = "zs"\nsecret = "{secret}"\nworkers = 2\n',
    )
    return path


def new_secret() -> str:
    """A secret that the simulator and the line share for one run."""
    return secrets.token_hex(16)
