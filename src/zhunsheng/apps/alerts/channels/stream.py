"""Frames over TCP: SMPP and CMPP both begin a message with its own length in four octets, most significant first."""

import select
import socket
import struct
import time
from typing import Final

LONGEST_FRAME: Final = 16 * 1024
SHORTEST_FRAME: Final = 12


class FrameRefused(ConnectionError):
    """What came is no frame. The connection cannot be read on and must be made again."""


class FrameStream:
    """One TCP connection, read and written by one thread."""

    def __init__(self, host: str, port: int, *, timeout: float) -> None:
        self._socket = socket.create_connection((host, port), timeout=timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def write(self, frame: bytes) -> None:
        """Send one frame whole.

        Raises  OSError if the connection is gone or takes nothing any more.
        """
        self._socket.sendall(frame)

    def read(self, *, within: float) -> bytes | None:
        """The next frame; None if so many seconds bring none.

        Raises  FrameRefused; OSError if the other side closed.
        """
        until = time.monotonic() + within
        while (frame := self._next_frame()) is None:
            readable, _, _ = select.select([self._socket], [], [], max(0.0, until - time.monotonic()))
            if not readable:
                return None
            received = self._socket.recv(64 * 1024)
            if not received:
                raise ConnectionResetError("网关断开了连接。")
            self._buffer += received
        return frame

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def _next_frame(self) -> bytes | None:
        frame, self._buffer = first_frame(self._buffer)
        return frame


def first_frame(buffer: bytes) -> tuple[bytes | None, bytes]:
    """The first whole frame of what was received, if there is one, and the rest.

    Raises  FrameRefused if a length cannot be true.
    """
    if len(buffer) < struct.calcsize("!I"):
        return None, buffer
    (length,) = struct.unpack_from("!I", buffer)
    if not SHORTEST_FRAME <= length <= LONGEST_FRAME:
        raise FrameRefused(f"网关发来的帧自称 {length} 字节，不可信。请核对协议和端口。")
    if len(buffer) < length:
        return None, buffer
    return buffer[:length], buffer[length:]
