"""The site as it is served: real processes, real sockets."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.certificates import certificate
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


def served(data: Path, database: EmbeddedServer, *options: str, **variables: str) -> Site:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "zhunsheng.web.asgi:application", "--port", str(port)]
    with (data / "served.log").open("w") as log:  # a file: nobody reads a pipe, and a full one would stop the site
        process = subprocess.Popen(
            [*command, "--log-level", "warning", *options], env=environment(data) | variables, stderr=log
        )
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
    # A few questions of each address: the night asks it some 20,000 (nightly/crawl.py).
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"http://127.0.0.1:{site.port}/api/v1/openapi.json",
    ]
    options = ["-H", f"Authorization: Bearer {KEY}", "--max-examples", "30", "--seed", "1", "--checks", "all"]
    options += ["--request-timeout", "120"]  # a slow machine is no fault of the interface
    said = subprocess.run([*command, *options], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert said.returncode == 0, said.stdout[-40000:]


COMMON = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
OF_PAGES = COMMON | {
    "cache-control": "no-store",
    "content-type": "text/html; charset=utf-8",
    "cross-origin-opener-policy": "same-origin",
    "vary": "Cookie",
}
OF_FILES = COMMON | {
    "cache-control": "no-cache",
    "content-type": "text/css; charset=utf-8",
    "vary": "accept-encoding",
}
NOT_COMPARED = ("content-language", "content-length", "date", "etag", "set-cookie")


def over_tls(port: int, trusted: Path, path: str) -> tuple[int, list[tuple[str, str]]]:
    """Status and headers of an answer, asked over TLS by somebody who trusts one certificate and no other."""
    context = ssl.create_default_context(cafile=str(trusted))
    with closing(http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, [(name.lower(), value) for name, value in answer.getheaders()]


def test_over_tls_a_page_and_a_file_carry_exactly_these_headers_and_cookies(site: Site, tmp_path: Path) -> None:
    # Given the same site, served over TLS as it is in use
    own, private = certificate(tmp_path)
    options = ("--no-server-header", "--ssl-certfile", str(own), "--ssl-keyfile", str(private))
    secure = served(site.database.data, site.database, *options, ZS_HTTPS="1")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not listening(secure.port):
        time.sleep(0.05)
    try:
        # When its first page and a file are asked for
        page, file = over_tls(secure.port, own, "/login/"), over_tls(secure.port, own, "/static/zs.css")
    finally:
        secure.process.terminate()
        secure.process.wait(timeout=30)
    # Then every header is one of these, and none is missing
    assert (page[0], compared(page[1])) == (200, OF_PAGES)
    assert (file[0], compared(file[1])) == (200, OF_FILES)
    # And the cookie is for this host alone, over TLS alone, and no script reads it
    (cookie,) = [value for name, value in page[1] if name == "set-cookie"]
    assert cookie.startswith("__Host-zs_form=")
    assert {part.strip().partition("=")[0] for part in cookie.split(";")[1:]} == {
        "expires", "HttpOnly", "Max-Age", "Path", "SameSite", "Secure",
    }  # fmt: skip


def compared(headers: list[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name not in NOT_COMPARED}


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_where_a_request_ends_is_said_by_its_chunks_whatever_length_it_claims(site: Site) -> None:
    # A length that would swallow the next request (RFC 9112, 6.3: with both, the chunks count)
    first = (
        b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 90\r\n\r\n0\r\n\r\n"
    )
    second = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        connection.sendall(first + second)
        said = b"".join(iter(lambda: connection.recv(65536), b""))
    statuses = [line.split()[1] for line in said.splitlines() if line.startswith(b"HTTP/1.1 ")]
    # Refused, or both answered; never one swallowed by the other
    assert statuses in ([b"400"], [b"403", b"200"]), statuses
