"""A mail server by SMTP that keeps nothing but its log. `python -m simulators.mail --port 0 --log FILE`."""

import base64
import email
import email.policy
import socketserver
import sys
from typing import ClassVar

from simulators.command import QuietServer, arguments, gateway, run
from simulators.gateway import Gateway, Verdict

ANSWERS = {"accepted": "250 taken", "system": "451 local error", "throttled": "452 too many", "wrong_number": ""}


class Handler(socketserver.StreamRequestHandler):
    """One conversation."""

    gateway: ClassVar[Gateway]
    account: ClassVar[str]
    secret: ClassVar[str]

    def handle(self) -> None:
        """Line by line until QUIT."""
        if self.gateway.faults.get("down"):
            return
        self._recipient = ""
        self._say("220 simulator")
        while line := self.rfile.readline():
            word, _, rest = line.decode("utf-8", errors="replace").strip().partition(" ")
            if not self._act(word.upper(), rest):
                return

    def _act(self, word: str, rest: str) -> bool:
        if word == "QUIT":
            self._say("221 bye")
            return False
        if word == "EHLO":
            self._say("250-simulator\r\n250-8BITMIME\r\n250 AUTH PLAIN")
        elif word == "AUTH":
            self._say("235 in" if self._is_let_in(rest) else "535 wrong account or password")
        elif word == "RCPT":
            self._recipient = rest.partition("<")[2].partition(">")[0]
            is_wrong = self._recipient in self.gateway.faults.get("wrong_numbers", ())
            self._say("550 no such address" if is_wrong else "250 known")
        elif word == "DATA":
            return self._data()
        else:
            self._say("250 done")
        return True

    def _data(self) -> bool:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        body = letter.get_body()
        verdict: Verdict = self.gateway.submit(
            key=str(letter["Message-ID"]).strip("<>").partition("@")[0],
            number=self._recipient,
            text=str(body.get_content()).strip() if body else "",
            wants_receipt=False,
            subject=str(letter["Subject"]),
        )
        if not verdict.silent:
            self._say(ANSWERS[verdict.code])
        return not verdict.silent

    def _is_let_in(self, rest: str) -> bool:
        try:
            _, account, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
        except ValueError:
            account = password = ""
        return self.gateway.login(account, is_right=(account, password) == (self.account, self.secret))

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


def server(words: list[str]) -> QuietServer:
    """What the command line describes."""
    options = arguments("mail server").parse_args(words)
    facts = {"gateway": gateway(options), "account": options.account, "secret": options.secret}
    return QuietServer(("127.0.0.1", options.port), type("Served", (Handler,), facts))


if __name__ == "__main__":
    run(server(sys.argv[1:]))
