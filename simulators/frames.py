"""A server of gateways that speak frames over TCP: a thread for each connection."""

import socket
import socketserver
from collections.abc import Callable
from typing import Final, Protocol

from simulators.gateway import Gateway, Later
from zhunsheng.apps.alerts.channels.stream import first_frame

LISTEN_SECONDS: Final = 0.02


class Talk(Protocol):
    """One connection's side of a protocol."""

    def heard(self, frame: bytes) -> list[bytes]:
        """Frames to send back for a frame that came. Raises  ConnectionError to end the connection."""

    def to_send(self, later: Later) -> bytes | None:
        """The frame that carries a receipt or a reply; None if this connection is not logged in."""

    def not_taken(self) -> list[Later]:
        """What was sent and never answered."""


class FrameServer(socketserver.ThreadingTCPServer):
    """Listens on loopback; `new_talk` makes the talk of a connection."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, gateway: Gateway, new_talk: Callable[[], Talk]) -> None:
        self.gateway, self.new_talk = gateway, new_talk
        super().__init__(("127.0.0.1", port), Connection)


class Connection(socketserver.BaseRequestHandler):
    """One connection, until either side ends it. What was sent and not taken is put back."""

    server: FrameServer
    request: socket.socket

    def handle(self) -> None:
        """See socketserver."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.settimeout(LISTEN_SECONDS)
        talk = self.server.new_talk()
        try:
            self._talk(talk)
        except ConnectionError:
            return
        finally:
            for later in talk.not_taken():
                self.server.gateway.put_back(later)

    def _talk(self, talk: Talk) -> None:
        buffer = b""
        while not self.server.gateway.faults.get("down"):
            frame, buffer = first_frame(buffer)
            if frame is not None:
                for answer in talk.heard(frame):
                    self.request.sendall(answer)
                continue
            self._send_what_is_due(talk)
            try:
                received = self.request.recv(64 * 1024)
            except TimeoutError:
                continue
            if not received:
                return
            buffer += received

    def _send_what_is_due(self, talk: Talk) -> None:
        for later in self.server.gateway.due():
            frame = talk.to_send(later)
            if frame is None:
                self.server.gateway.put_back(later)
            else:
                self.request.sendall(frame)
