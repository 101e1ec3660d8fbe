"""One size of `./zs bench pages`, in a process of its own: the city, the servers, every list page.

python -m bench.site.measure --cases N --clocks N [--seconds S]    ZS_HOME: its folder; prints JSON
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from django.conf import settings
from django.db import connections
from django.urls import reverse

from bench.site import counting, fill, load
from bench.site.environment import HOME
from bench.site.lists import PAGES, ListPage
from zhunsheng.launcher import EmbeddedServer, embedded_server
from zhunsheng.launcher_host import SUPERUSER
from zhunsheng.web import provision

START_SECONDS: Final = 60
CLIENTS: Final = 4
ROUNDS: Final = 3
SITE: Final = "zhunsheng.web.asgi:application"
BARE: Final = "bench.site.bare:application"


def main() -> int:
    """Measure and print."""
    arguments = parsed()
    server = embedded_server(HOME, os.environ).start()
    try:
        provision.create_roles(server.dsn(SUPERUSER, "postgres"))
        provision.prepare(mode="demo", owner_dsn=server.dsn("zs_owner"))
        filled(server, fill.Size(arguments.cases, arguments.clocks))
        found = measured(arguments)
    finally:
        connections.close_all()
        server.stop()
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    return 0


def filled(server: EmbeddedServer, size: fill.Size) -> None:
    """Fill the database, unless it is. Raises SystemExit where it is filled with another city."""
    mark, wanted = HOME / "filled", f"{size.cases} {size.clocks}"
    found = mark.read_text("utf-8") if mark.exists() else ""
    if found and found != wanted:
        raise SystemExit(f"{HOME}: is filled with {found}, not {wanted}. Name another folder.")
    if not found:
        fill.fill(server, size)
        mark.write_text(wanted, "utf-8")


def parsed() -> Namespace:
    """The command line."""
    parser = ArgumentParser()
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--clocks", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=0.0, help="of load on each page and its bare one; 0: none")
    parser.add_argument("--only", default="", help="pages whose name begins so")
    return parser.parse_args()


def measured(arguments: Namespace) -> dict[str, dict[str, Any]]:
    """Every page by its title."""
    pages = [page for page in PAGES if page.name.startswith(arguments.only)]
    sessions = {account: fill.session_of(account) for account in {page.account for page in pages}}
    found = {page.title: counted(page, sessions[page.account]) for page in pages}
    if arguments.seconds:
        with ExitStack() as stack:
            site, bare = (stack.enter_context(served(name)) for name in (SITE, BARE))
            for page in pages:
                one = found[page.title]
                cookie = f"{settings.SESSION_COOKIE_NAME}={fill.session_of(page.account)}"
                one |= compared(site, bare, page, one, cookie, arguments.seconds)
    return found


def counted(page: ListPage, session: str) -> dict[str, Any]:
    """What a page asks, once it was asked before (caches of the process are then full)."""
    path = reverse(page.name) + page.query
    first = counting.ask(path, session)
    if first.status != 200:
        raise SystemExit(f"{page.title}: {first.status}, not a page.")
    asked = counting.ask(path, session)
    slow = sorted(asked.statements, key=lambda pair: -pair[1])[:3]
    return {
        "key": page.key,
        "queries": len(asked.statements),
        "rows": asked.rows,
        "alone_ms": 1000 * asked.seconds,
        "html": asked.html,
        "first_load": asked.first_load,
        "slowest": [[round(1000 * seconds, 1), sql[:200]] for sql, seconds in slow],
    }


def compared(site: int, bare: int, page: ListPage, one: dict[str, Any], cookie: str, seconds: float) -> dict[str, Any]:
    """Load on a page and on a bare one with as many queries and rows, in turn; the medians over the rounds count."""
    own = reverse(page.name) + page.query
    other = f"/bare/?queries={one['queries']}&rows={one['rows']}"
    ours, theirs = [], []
    for port, path in ((site, own), (bare, other)):
        asked(port, path, cookie, 0.3)  # what the process keeps is then there
    for _ in range(ROUNDS):
        ours.append(asked(site, own, cookie, seconds / ROUNDS))
        theirs.append(asked(bare, other, cookie, seconds / ROUNDS))
    rates = [[len(answers.seconds) / (seconds / ROUNDS) for answers in part] for part in (ours, theirs)]
    times = sorted(second for answers in ours for second in answers.seconds)
    return {
        "rate": statistics.median(rates[0]),
        "bare_rate": statistics.median(rates[1]),
        "ratio": statistics.median(mine / its for mine, its in zip(*rates, strict=True)),
        "p50_ms": 1000 * times[len(times) // 2],
        "p95_ms": 1000 * times[len(times) * 95 // 100],
    }


def asked(port: int, path: str, cookie: str, seconds: float) -> load.Answers:
    """Load for some seconds. Raises SystemExit where something else than a page is answered."""
    answers = load.loaded(port, path, cookie, clients=CLIENTS, seconds=seconds)
    if answers.wrong:
        raise SystemExit(f"{path}: {answers.wrong}")
    return answers


@contextmanager
def served(application: str) -> Iterator[int]:
    """An application as it is served in production, on a port of the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--log-level", "warning"]
    with (HOME / "served.log").open("ab") as log:
        process = subprocess.Popen([*command, "--no-server-header"], stdout=log, stderr=log)
    try:
        wait_for(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Return once somebody listens. Raises SystemExit where the process ends before, or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"{HOME / 'served.log'} says why a server did not start.")


if __name__ == "__main__":
    sys.exit(main())
