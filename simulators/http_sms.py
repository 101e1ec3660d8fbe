"""An SMS gateway asked by HTTP, which recognises keys. `python -m simulators.http_sms --port 0 --log FILE`."""

import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

from simulators.command import QuietServer, arguments, gateway, run
from simulators.gateway import Gateway

SKEW_SECONDS: Final = 300
STATUS: Final = {"accepted": 202, "known": 200, "system": 503, "throttled": 429, "wrong_number": 422}
MOST_AT_ONCE: Final = 200


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    gateway: Gateway
    account: str
    secret: str

    def do_POST(self) -> None:
        """Take a message, or learn what the client has taken."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._is_let_in(body):
            return
        said = json.loads(body)
        if self.path == "/messages":
            self._message(said)
        elif self.path == "/received/taken":
            self.gateway.taken(set(said["numbers"]))
            self._answer(200, {})
        else:
            self._answer(404, {"code": "no_such_path"})

    def do_GET(self) -> None:
        """Show receipts and replies until they are taken."""
        if not self._is_let_in(b""):
            return
        items = [
            {"n": one.n, "kind": "reply", "from": one.number, "text": one.text}
            if one.kind == "reply"
            else {"n": one.n, "kind": "receipt", "id": one.id, "state": one.state, "reason": ""}
            for one in self.gateway.due(keep=True)[:MOST_AT_ONCE]
        ]
        self._answer(200, {"items": items})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name that the base class gives it
        """The journal says what matters."""

    def _message(self, said: dict[str, Any]) -> None:
        verdict = self.gateway.submit(key=said["key"], number=said["to"], text=said["text"])
        if verdict.silent:
            self.close_connection = True
            return
        body = {"id": verdict.id} if verdict.id else {"code": verdict.code}
        self._answer(STATUS[verdict.code], body, {"Retry-After": "1"} if verdict.code == "throttled" else {})

    def _is_let_in(self, body: bytes) -> bool:
        if self.gateway.faults.get("down"):
            self.close_connection = True
            return False
        stamp = self.headers.get("X-Time", "0")
        text = f"{self.command}\n{self.path}\n{stamp}\n".encode() + body
        wanted = hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()
        is_right = (
            self.headers.get("X-Account") == self.account
            and hmac.compare_digest(wanted, self.headers.get("X-Signature", ""))
            and stamp.isdigit()
            and abs(time.time() - int(stamp)) <= SKEW_SECONDS
        )
        if self.gateway.login(self.headers.get("X-Account", ""), is_right=is_right):
            return True
        self._answer(401, {"code": "account_or_signature"})
        return False

    def _answer(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        encoded = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(encoded)


def server(words: list[str]) -> QuietServer:
    """What the command line describes."""
    options = arguments("SMS gateway by HTTP").parse_args(words)
    facts = {
        "gateway": gateway(options, recognises_keys=True),
        "account": options.account,
        "secret": options.secret,
    }
    return QuietServer(("127.0.0.1", options.port), type("Served", (Handler,), facts))


if __name__ == "__main__":
    run(server(sys.argv[1:]))
