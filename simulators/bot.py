"""The web hook of a group robot. `python -m simulators.bot --kind dingtalk --port 0 --log FILE`.

The account is the robot's token.
"""

import base64
import hashlib
import hmac
import json
import sys
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from simulators.command import QuietServer, arguments, gateway, run
from simulators.gateway import Gateway

KINDS: Final = ("dingtalk", "wecom", "feishu")
LOGIN_REFUSED: Final = {"dingtalk": 310000, "wecom": 93000, "feishu": 19021}
THROTTLED: Final = {"dingtalk": 130101, "wecom": 45009, "feishu": 9499}
CODE_NAME: Final = {"dingtalk": "errcode", "wecom": "errcode", "feishu": "code"}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    gateway: Gateway
    kind: str
    account: str
    secret: str

    def do_POST(self) -> None:
        """Take a text for the group."""
        said = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if self.gateway.faults.get("down"):
            self.close_connection = True
            return
        if not self.gateway.login(self.kind, is_right=self._is_signed(said)):
            self._answer(LOGIN_REFUSED[self.kind])
            return
        text = said["content"]["text"] if self.kind == "feishu" else said["text"]["content"]
        verdict = self.gateway.submit(key="", number="group", text=text, wants_receipt=False)
        if verdict.silent:
            self.close_connection = True
        else:
            self._answer({"accepted": 0, "throttled": THROTTLED[self.kind]}.get(verdict.code, -1))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name that the base class gives it
        """The journal says what matters."""

    def _is_signed(self, said: dict[str, Any]) -> bool:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if self.kind == "wecom":
            return query.get("key") == self.account
        if self.kind == "feishu":
            proof = hmac.new(f"{said.get('timestamp')}\n{self.secret}".encode(), b"", hashlib.sha256).digest()
            return said.get("sign") == base64.b64encode(proof).decode()
        text = f"{query.get('timestamp')}\n{self.secret}".encode()
        proof = hmac.new(self.secret.encode(), text, hashlib.sha256).digest()
        return query.get("access_token") == self.account and query.get("sign") == base64.b64encode(proof).decode()

    def _answer(self, code: int) -> None:
        encoded = json.dumps({CODE_NAME[self.kind]: code}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)


def server(words: list[str]) -> QuietServer:
    """What the command line describes."""
    parser = arguments("group robot")
    parser.add_argument("--kind", choices=KINDS, required=True)
    options = parser.parse_args(words)
    facts = {
        "gateway": gateway(options),
        "kind": options.kind,
        "account": options.account,
        "secret": options.secret,
    }
    return QuietServer(("127.0.0.1", options.port), type("Served", (Handler,), facts))


if __name__ == "__main__":
    run(server(sys.argv[1:]))
