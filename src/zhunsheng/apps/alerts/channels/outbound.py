"""The one HTTP client of the platform: to an exact scheme, host and port of the deployment's configuration.

It follows no redirect, reads at most so much of an answer, and never waits longer than it is told. The address comes
from the configuration of the machine, never from a page or from data.
"""

import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from zhunsheng.apps.alerts.channels.contract import Answer, ChannelDown, Message, Outcome

ANSWER_BYTES: Final = 256 * 1024
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class AddressRefused(ValueError):
    """An address that the configuration may not name."""


class NotSent(ConnectionError):
    """No connection: nothing left this machine."""


class NoAnswer(ConnectionError):
    """The request left, and no answer came: it may have been acted on."""


@dataclass(frozen=True)
class HttpAnswer:
    """Status, headers in lower case, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Endpoint:
    """One server. A connection is kept and used by one thread."""

    def __init__(self, url: str, *, timeout: float, ca_file: Path | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.query or parts.fragment or parts.username:
            raise AddressRefused(f"{url!r} 不能用作网关地址。请写成 https://主机:端口/路径，不带账号和参数。")
        self._scheme, self._host = parts.scheme, parts.hostname
        self._port = parts.port or DEFAULT_PORTS[parts.scheme]
        self._base, self._timeout, self._ca_file = parts.path.rstrip("/"), timeout, ca_file
        self._connection: HTTPConnection | None = None

    def path(self, path: str) -> str:
        """The path on the server of a path below the address."""
        return self._base + path

    def request(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str]) -> HttpAnswer:
        """Ask and read the answer. `path` is below the address; a redirect is an answer like any other.

        Raises  NotSent, NoAnswer.
        """
        connection = self._connected()
        try:
            connection.request(method, self.path(path), body=body or None, headers=dict(headers))
            answer = connection.getresponse()
            return self._read(answer)
        except (OSError, HTTPException) as problem:
            self.close()
            raise NoAnswer(f"{self._host}:{self._port} 没有应答（{type(problem).__name__}）。") from problem

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connected(self) -> HTTPConnection:
        if self._connection is not None and _is_open(self._connection.sock):
            return self._connection
        self.close()
        connection = self._new_connection()
        try:
            connection.connect()
        except OSError as problem:
            raise NotSent(f"{self._host}:{self._port} 连不上（{type(problem).__name__}）。") from problem
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        return connection

    def _new_connection(self) -> HTTPConnection:
        if self._scheme == "http":
            return HTTPConnection(self._host, self._port, timeout=self._timeout)
        context = ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)
        return HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context)

    def _read(self, answer: HTTPResponse) -> HttpAnswer:
        body = answer.read(ANSWER_BYTES + 1)
        if len(body) > ANSWER_BYTES or answer.will_close:
            self.close()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return HttpAnswer(answer.status, headers, body[:ANSWER_BYTES])


def _is_open(sock: socket.socket | None) -> bool:
    """Whether a kept connection can be used again: a server that has closed it makes it readable."""
    if sock is None:
        return False
    readable, _, _ = select.select([sock], [], [], 0)
    return not readable


def send_each(
    messages: Sequence[Message],
    ask: Callable[[Message], HttpAnswer],
    answered: Callable[[str, HttpAnswer], Answer],
    *,
    begin_until: float,
    to: str,
) -> Iterator[Answer]:
    """Send messages one by one, as Channel.send wants it. `ask` posts one, `answered` says what its answer means for
    the key of the message, `to` is what the other side is called.

    Raises  ChannelDown where nothing leaves this machine.
    """
    for message in messages:
        if time.monotonic() > begin_until:
            return
        try:
            answer = ask(message)
        except NotSent as problem:
            raise ChannelDown(f"{to}{problem}") from problem
        except NoAnswer as problem:
            yield Answer(message.key, Outcome.UNKNOWN, reason=str(problem))
        else:
            yield answered(message.key, answer)
