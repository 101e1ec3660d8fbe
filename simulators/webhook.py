"""A program that is told of alerts by web hook. `python -m simulators.webhook --port 0 --log FILE`.

It checks the signature over the bytes that came, refuses a request that is older than five minutes, and notices an id
that it has. The address is /alerts; what comes to another is written down as `elsewhere`.
"""

import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

from simulators.command import QuietServer, arguments, gateway, run
from simulators.gateway import Gateway

PATH: Final = "/alerts"
SKEW_SECONDS: Final = 300
STATUS: Final = {"accepted": 202, "known": 200, "system": 503, "throttled": 429}
NEVER: Final = 410


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    gateway: Gateway
    secret: str

    def do_GET(self) -> None:
        """Nobody has to ask here: it is written down who did."""
        self.gateway.journal.write("elsewhere", method="GET", path=self.path)
        self._answer(404)

    def do_POST(self) -> None:
        """Take an alert."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.gateway.faults.get("down"):
            self.close_connection = True
        elif self.path != PATH:
            self.gateway.journal.write("elsewhere", method="POST", path=self.path)
            self._answer(404)
        elif not self.gateway.login(self.headers.get("X-Zhunsheng-Delivery", ""), is_right=self._is_signed(body)):
            self._answer(401)
        elif target := self.gateway.faults.get("redirect_to"):
            self._answer(307, {"Location": target})
        else:
            self._take(json.loads(body))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name that the base class gives it
        """The journal says what matters."""

    def _take(self, said: dict[str, Any]) -> None:
        facts = {name: value for name, value in said.items() if name not in ("id", "text")}
        verdict = self.gateway.submit(
            key=said["id"], number=said["level"], text=said["text"], wants_receipt=False, facts=facts
        )
        if verdict.silent:
            self.close_connection = True
        else:
            self._answer(STATUS.get(verdict.code, NEVER))

    def _is_signed(self, body: bytes) -> bool:
        stamp, key = self.headers.get("X-Zhunsheng-Timestamp", ""), self.headers.get("X-Zhunsheng-Delivery", "")
        signed = f"{stamp}.{key}.".encode() + body
        proof = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        return (
            hmac.compare_digest(f"sha256={proof}", self.headers.get("X-Zhunsheng-Signature", ""))
            and stamp.isdigit()
            and abs(time.time() - int(stamp)) <= SKEW_SECONDS
        )

    def _answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()


def server(words: list[str]) -> QuietServer:
    """What the command line describes."""
    options = arguments("program that is told by web hook").parse_args(words)
    facts = {"gateway": gateway(options, recognises_keys=True), "secret": options.secret}
    return QuietServer(("127.0.0.1", options.port), type("Served", (Handler,), facts))


if __name__ == "__main__":
    run(server(sys.argv[1:]))
