"""The site as it is served: real processes, real sockets."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from zhunsheng.apps.cases.sources import key_digest
from zhunsheng.launcher import EmbeddedServer, embedded_server
from zhunsheng.web import provision

pytestmark = pytest.mark.db
KEY = "a-key-for-the-interface-test"
PREPARE = """
import django; django.setup()
from django.conf import settings
from zhunsheng.web import provision
provision.prepare(mode="demo", owner_dsn=settings.DATABASE_URLS["zs_owner"])
"""


@dataclass
class Site:
    """A running site and its database."""

    port: int
    database: EmbeddedServer
    process: subprocess.Popen[bytes]

    def status(self, path: str = "/healthz") -> int:
        """The status of an answer; 0 if there is none."""
        try:
            return self.ask(path)[0]
        except OSError:
            return 0

    def ask(self, path: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of an answer. Raises OSError if there is none."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZS_")}
    kept.pop("DATABASE_URL", None)
    return kept | {"ZS_HOME": str(data), "DJANGO_SETTINGS_MODULE": "zhunsheng.web.settings"}


def served(data: Path, database: EmbeddedServer) -> Site:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "zhunsheng.web.asgi:application", "--port", str(port)]
    with (data / "served.log").open("w") as log:  # a file: nobody reads a pipe, and a full one would stop the site
        process = subprocess.Popen([*command, "--log-level", "warning"], env=environment(data), stderr=log)
    return Site(port, database, process)


def until(site: Site, status: int, *, seconds: float = 30) -> bool:
    """Ask again and again, as a load balancer does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and site.process.poll() is None:
        if site.status() == status:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("served")
    database = embedded_server(data, {}).start()
    provision.create_roles(database.dsn("postgres", "postgres"))
    subprocess.run([sys.executable, "-c", PREPARE], env=environment(data), check=True)
    with psycopg.connect(database.dsn("zs_app")) as connection:
        connection.execute("SELECT set_config('zs.actor', 'process:test', true)")
        connection.execute("INSERT INTO cases_source VALUES ('jz', '警综平台', %s, '', false, true)", [key_digest(KEY)])
    running = served(data, database)
    assert until(running, 200), (data / "served.log").read_text()
    yield running
    running.process.terminate()
    running.process.wait(timeout=30)
    database.stop()


def test_pages_and_static_files_are_served(site: Site) -> None:
    paths = ("/login/", "/static/zs.css", "/static/logo.svg", "/static/passkey.js")
    assert [site.status(path) for path in paths] == [200] * 4


def test_while_the_database_is_away_a_page_says_so_and_afterwards_it_works_again(site: Site) -> None:
    for pid in site.database.processes():
        os.kill(pid, signal.SIGKILL)
    assert until(site, 503)
    status, headers, text = site.ask("/login/")
    assert (status, headers["retry-after"]) == (503, "5")
    assert "数据库暂时连不上" in text
    site.database.ensure()
    assert until(site, 200)


def test_a_site_does_not_start_as_the_owner_of_its_tables(site: Site) -> None:
    variables = environment(site.database.data) | {"DATABASE_URL": site.database.dsn("zs_owner")}
    started = subprocess.run(
        [sys.executable, "-c", "import zhunsheng.web.asgi"], env=variables, capture_output=True, text=True, check=False
    )
    assert started.returncode != 0
    assert "是表的所有者" in started.stderr


def test_a_site_does_not_start_without_its_database(tmp_path: Path, site: Site) -> None:
    variables = environment(site.database.data) | {"DATABASE_URL": f"postgresql://zs_app@/zhunsheng?host={tmp_path}"}
    started = subprocess.run(
        [sys.executable, "-c", "import zhunsheng.web.asgi"], env=variables, capture_output=True, text=True, check=False
    )
    assert started.returncode != 0
    assert "OperationalError" in started.stderr


def test_the_interface_does_what_its_description_says(site: Site, tmp_path: Path) -> None:
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"http://127.0.0.1:{site.port}/api/v1/openapi.json",
    ]
    options = ["-H", f"Authorization: Bearer {KEY}", "--max-examples", "100", "--seed", "1", "--checks", "all"]
    options += ["--request-timeout", "120"]  # a slow machine is no fault of the interface
    said = subprocess.run([*command, *options], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert said.returncode == 0, said.stdout[-40000:]
