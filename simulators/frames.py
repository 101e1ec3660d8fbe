"""A server of gateways that speak frames over TCP: a thread for each connection."""

import socket
import threading
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


def serve(connection: socket.socket, gateway: Gateway, talk: Talk) -> None:
    """Talk until either side ends it. What was sent and not taken is put back."""
    buffer = b""
    connection.settimeout(LISTEN_SECONDS)
    try:
        while not gateway.faults.get("down"):
            frame, buffer = first_frame(buffer)
            if frame is not None:
                for answer in talk.heard(frame):
                    connection.sendall(answer)
                continue
            _send_what_is_due(connection, gateway, talk)
            try:
                received = connection.recv(64 * 1024)
            except TimeoutError:
                continue
            if not received:
                break
            buffer += received
    except ConnectionError:
        pass
    finally:
        connection.close()
        for later in talk.not_taken():
            gateway.put_back(later)


def _send_what_is_due(connection: socket.socket, gateway: Gateway, talk: Talk) -> None:
    for later in gateway.due():
        frame = talk.to_send(later)
        if frame is None:
            gateway.put_back(later)
        else:
            connection.sendall(frame)


def listen(port: int) -> socket.socket:
    """A listening socket on loopback."""
    listening = socket.create_server(("127.0.0.1", port))
    listening.listen(64)
    return listening


def serve_all(listening: socket.socket, gateway: Gateway, new_talk: Callable[[], Talk]) -> None:
    """Accept for ever."""
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if gateway.faults.get("down"):
            connection.close()
            continue
        threading.Thread(target=serve, args=(connection, gateway, new_talk()), daemon=True).start()
