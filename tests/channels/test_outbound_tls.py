"""The one client that leaves this machine: it speaks only to whose certificate it was told to trust."""

import http.server
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.certificates import certificate
from zhunsheng.apps.alerts.channels.contract import Message
from zhunsheng.apps.alerts.channels.mail.client import mail_of
from zhunsheng.apps.alerts.channels.outbound import AddressRefused, Endpoint, NotSent


class Answering(http.server.BaseHTTPRequestHandler):
    """200 to everything, in silence."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def other_side(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A gateway over TLS, its port and its certificate."""
    own, private = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, private)
    server = http.server.HTTPServer(("127.0.0.1", 0), Answering)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server.server_address[1], own
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_that_was_configured_is_trusted_and_no_other(other_side: tuple[int, Path]) -> None:
    port, own = other_side
    told = Endpoint(f"https://127.0.0.1:{port}", timeout=5.0, ca_file=own)
    assert told.request("POST", "/", body=b"x", headers={}).status == 200
    told.close()
    with pytest.raises(NotSent, match="连不上"):
        Endpoint(f"https://127.0.0.1:{port}", timeout=5.0).request("POST", "/", body=b"x", headers={})


def test_a_certificate_for_another_name_is_not_trusted(other_side: tuple[int, Path]) -> None:
    port, own = other_side
    with pytest.raises(NotSent):
        Endpoint(f"https://localhost:{port}", timeout=5.0, ca_file=own).request("POST", "/", body=b"x", headers={})


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1", "https://user:word@127.0.0.1", "https://127.0.0.1/?to=x", "file:///etc"]
)
def test_an_address_is_scheme_host_and_port_and_nothing_else(url: str) -> None:
    with pytest.raises(AddressRefused):
        Endpoint(url, timeout=1.0)


def test_an_address_cannot_add_a_line_to_the_head_of_a_mail() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="linefeed"):
        mail_of(Message("k", "a@police.example\nBcc: b@elsewhere.example", "x"), sender="zs@police.example", at=at)
