"""A gateway of China Mobile by CMPP 2.0 and 3.0. `python -m simulators.cmpp --port 0 --log FILE`."""

import itertools
import sys
from datetime import UTC, datetime
from typing import Final

from simulators.command import arguments, gateway, run
from simulators.frames import FrameServer
from simulators.gateway import Gateway, Later, Verdict
from zhunsheng.apps.alerts.channels.cmpp import frames
from zhunsheng.apps.alerts.channels.cmpp.frames import Command, Frame, Version
from zhunsheng.apps.alerts.channels.text import joined

RESULTS: Final = {"accepted": 0, "system": 9, "throttled": 8, "wrong_number": 13}
AUTHENTICATION_ERROR: Final = 3
SERVICE_NUMBER: Final = "10690000"


class CmppTalk:
    """One service provider's connection."""

    def __init__(self, served: Gateway, account: str, secret: str) -> None:
        self._gateway, self._account, self._secret = served, account, secret
        self._version: Version | None = None
        self._sequences = itertools.count(1)
        self._open: dict[int, Later] = {}

    def heard(self, frame: bytes) -> list[bytes]:
        """See Talk."""
        read = frames.decoded(frame)
        if read.command == Command.CONNECT:
            return [self._connect(read).encoded()]
        if self._version is None:
            raise ConnectionError("a request before the login")
        if read.command == Command.SUBMIT:
            return self._submit(read, self._version)
        if read.command == Command.DELIVER | frames.RESPONSE:
            self._taken(read.sequence)
        elif read.command == Command.ACTIVE_TEST:
            return [read.answer(b"\0").encoded()]
        elif read.command == Command.TERMINATE:
            return [read.answer(b"").encoded()]
        elif read.command == Command.QUERY:
            return [self._query(read).encoded()]
        return []

    def to_send(self, later: Later) -> bytes | None:
        """See Talk."""
        if self._version is None:
            return None
        sequence = next(self._sequences)
        self._open[sequence] = later
        return Frame(Command.DELIVER, sequence, self._deliver(later, self._version).body(self._version)).encoded()

    def not_taken(self) -> list[Later]:
        """See Talk."""
        return list(self._open.values())

    def _connect(self, read: Frame) -> Frame:
        request = frames.Connect.read(read.body)
        wanted = frames.authenticator(self._account, self._secret, request.stamp)
        is_right = request.account == self._account and request.authenticator == wanted
        status = 0 if self._gateway.login(request.account, is_right=is_right) else AUTHENTICATION_ERROR
        if status == 0:
            self._version = request.version
        proof = frames.gateway_authenticator(status, request.authenticator, self._secret, request.version)
        return read.answer(frames.ConnectAnswer(status, proof, request.version).body(request.version))

    def _submit(self, read: Frame, version: Version) -> list[bytes]:
        request = frames.Submit.read(read.body, version)
        text, part = joined(request.content) if request.has_header else (_plain(request), None)
        verdict = self._gateway.submit(
            key=request.reference.decode("ascii"),
            number=request.targets[0],
            text=text,
            wants_receipt=request.wants_receipt,
            part=part,
            source=request.source,
            version=f"{version >> 4}.{version & 0xF}",
        )
        return [] if verdict.silent else [read.answer(_answer(verdict).body(version)).encoded()]

    def _deliver(self, later: Later, version: Version) -> frames.Deliver:
        if later.kind == "reply":
            content = later.text.encode("utf-16-be")
            return frames.Deliver(later.n, SERVICE_NUMBER, later.number, content)
        stamp = datetime.now(UTC).strftime("%y%m%d%H%M")
        report = frames.StatusReport(int(later.id), later.state, stamp, stamp, later.number, later.n & 0xFFFFFFFF)
        return frames.Deliver(
            later.n, SERVICE_NUMBER, later.number, report.content(version), msg_fmt=frames.ASCII, is_report=True
        )

    def _taken(self, sequence: int) -> None:
        if self._open.pop(sequence, None):
            self._gateway.journal.write("taken", count=1)

    def _query(self, read: Frame) -> Frame:
        counts = dict.fromkeys(frames.COUNTS, 0)
        return read.answer(frames.QueryAnswer(frames.Query.read(read.body), counts).body())


def _plain(request: frames.Submit) -> str:
    return request.content.decode(frames.ENCODINGS.get(request.msg_fmt, "ascii"), errors="replace")


def _answer(verdict: Verdict) -> frames.SubmitAnswer:
    return frames.SubmitAnswer(int(verdict.id or 0), RESULTS[verdict.code])


def server(words: list[str]) -> FrameServer:
    """What the command line describes."""
    options = arguments("CMPP gateway").parse_args(words)
    served = gateway(options)
    return FrameServer(options.port, served, lambda: CmppTalk(served, options.account, options.secret))


if __name__ == "__main__":
    run(server(sys.argv[1:]))
