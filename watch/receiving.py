"""Where the probe ends: a small receiver of our own, to which the platform's delivery posts, signed.

The platform records a probe every ten minutes and sends what it found of it like any alert. What arrives here went the
whole way: log, clock, finding, alert, delivery. Nothing of it is kept but when it was told.
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from watch.config import Probe

PATH = "/probe"
SKEW_SECONDS = 300
MOST_BYTES = 16 * 1024
IDLE_SECONDS = 30.0


class Receiver:
    """Takes probes, and knows when the last one was told by the platform's own word."""

    def __init__(self, probe: Probe, *, now: datetime, unix_time: Callable[[], float] = time.time) -> None:
        """Binds the address; `now`: as if one had come at the start.

        Raises  OSError if the address cannot be had.
        """
        self._secret, self._unix_time, self.told_at = probe.secret, unix_time, now
        host, _, port = probe.listen.rpartition(":")
        self._server = ThreadingHTTPServer((host, int(port)), type("Served", (_Handler,), {"receiver": self}))
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Take what comes, beside the watching."""
        threading.Thread(target=self._server.serve_forever, name="probe", daemon=True).start()

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._server.server_close()

    def age(self, now: datetime) -> float:
        """Seconds since the last probe that came was told."""
        return (now - self.told_at).total_seconds()

    def take(self, headers: Any, body: bytes) -> int:
        """One request: the status that it is answered with. What is old changes nothing."""
        stamp, key = headers.get("X-Zhunsheng-Timestamp", ""), headers.get("X-Zhunsheng-Delivery", "")
        proof = hmac.new(self._secret.encode(), f"{stamp}.{key}.".encode() + body, hashlib.sha256).hexdigest()
        is_signed = hmac.compare_digest(f"sha256={proof}", headers.get("X-Zhunsheng-Signature", ""))
        if not is_signed or not stamp.isdigit() or abs(self._unix_time() - int(stamp)) > SKEW_SECONDS:
            return 401
        try:
            told_at = datetime.fromisoformat(json.loads(body)["created_at"]).astimezone(UTC)
        except (KeyError, TypeError, ValueError):
            return 422
        self.told_at = max(self.told_at, told_at)
        return 200


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    receiver: Receiver

    def do_POST(self) -> None:
        """A probe, or nothing that is ours."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MOST_BYTES:
            self.close_connection = True
            return self._answer(413)
        body = self.rfile.read(int(length))
        return self._answer(self.receiver.take(self.headers, body) if self.path == PATH else 404)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name that the base class gives it
        """The alarm file says what matters."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
