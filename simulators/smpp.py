"""A message centre by SMPP 3.4. `python -m simulators.smpp --port 0 --log FILE`."""

import itertools
import sys
from datetime import UTC, datetime
from typing import Final

from simulators.command import arguments, gateway, run
from simulators.frames import FrameServer
from simulators.gateway import Gateway, Later
from zhunsheng.apps.alerts.channels.smpp import frames
from zhunsheng.apps.alerts.channels.smpp.frames import Command, Pdu, Status
from zhunsheng.apps.alerts.channels.text import joined

BINDS: Final = (Command.BIND_TRANSCEIVER, Command.BIND_TRANSMITTER, Command.BIND_RECEIVER)
STATUSES: Final = {
    "accepted": Status.ROK,
    "system": Status.RSYSERR,
    "throttled": Status.RTHROTTLED,
    "wrong_number": Status.RINVDSTADR,
}
SYSTEM_ID: Final = b"simulator\0"
SERVICE_NUMBER: Final = "10690000"
GSM_ALPHABET: Final = "latin-1"  # letters and digits are the same there


class SmppTalk:
    """One client's connection."""

    def __init__(self, served: Gateway, account: str, secret: str) -> None:
        self._gateway, self._account, self._secret = served, account, secret
        self._may_receive = self._may_send = False
        self._sequences = itertools.count(1)
        self._open: dict[int, Later] = {}

    def heard(self, frame: bytes) -> list[bytes]:
        """See Talk."""
        pdu = frames.decoded(frame)
        if pdu.command in BINDS:
            return [self._bind(pdu).encoded()]
        if pdu.command == Command.SUBMIT_SM:
            return self._submit(pdu)
        if pdu.command == Command.DELIVER_SM | frames.RESPONSE:
            self._taken(pdu.sequence)
        elif pdu.command in (Command.ENQUIRE_LINK, Command.UNBIND):
            return [pdu.answer().encoded()]
        return []

    def to_send(self, later: Later) -> bytes | None:
        """See Talk."""
        if not self._may_receive:
            return None
        sequence = next(self._sequences)
        self._open[sequence] = later
        return Pdu(Command.DELIVER_SM, sequence, body=_deliver(later).body()).encoded()

    def not_taken(self) -> list[Later]:
        """See Talk."""
        return list(self._open.values())

    def _bind(self, pdu: Pdu) -> Pdu:
        request = frames.Bind.read(pdu.body)
        is_right = (request.system_id, request.password) == (self._account, self._secret)
        if not self._gateway.login(request.system_id, is_right=is_right):
            return pdu.answer(SYSTEM_ID, Status.RINVPASWD)
        self._may_receive = pdu.command != Command.BIND_TRANSMITTER
        self._may_send = pdu.command != Command.BIND_RECEIVER
        return pdu.answer(SYSTEM_ID)

    def _submit(self, pdu: Pdu) -> list[bytes]:
        if not self._may_send:
            return [pdu.answer(status=Status.RINVCMDID).encoded()]
        message = frames.ShortMessage.read(pdu.body)
        has_header = bool(message.esm_class & frames.UDHI)
        text, part = joined(message.text) if has_header else (_plain(message), None)
        verdict = self._gateway.submit(
            key=message.parameters.get(frames.KEY_TAG, b"").decode("ascii"),
            number=message.destination,
            text=text,
            wants_receipt=message.wants_receipt,
            part=part,
            source=message.source,
        )
        if verdict.silent:
            return []
        body = f"{verdict.id}\0".encode() if verdict.id else b""
        return [pdu.answer(body, STATUSES[verdict.code]).encoded()]

    def _taken(self, sequence: int) -> None:
        if self._open.pop(sequence, None):
            self._gateway.journal.write("taken", count=1)


def _plain(message: frames.ShortMessage) -> str:
    return message.text.decode(frames.ENCODINGS.get(message.data_coding, GSM_ALPHABET), errors="replace")


def _deliver(later: Later) -> frames.ShortMessage:
    if later.kind == "reply":
        return frames.ShortMessage(later.number, SERVICE_NUMBER, later.text.encode("utf-16-be"))
    stamp = datetime.now(UTC).strftime("%y%m%d%H%M")
    state, error = (later.state, "000") if later.state == "DELIVRD" else ("UNDELIV", "001")
    text = f"id:{later.id} sub:001 dlvrd:001 submit date:{stamp} done date:{stamp} stat:{state} err:{error} text:"
    return frames.ShortMessage(
        later.number,
        SERVICE_NUMBER,
        text.encode(),
        esm_class=frames.IS_RECEIPT,
        data_coding=frames.DEFAULT_ALPHABET,
        parameters={frames.RECEIPTED_MESSAGE_ID: f"{later.id}\0".encode()},
    )


def server(words: list[str]) -> FrameServer:
    """What the command line describes."""
    options = arguments("SMPP message centre").parse_args(words)
    served = gateway(options)
    return FrameServer(options.port, served, lambda: SmppTalk(served, options.account, options.secret))


if __name__ == "__main__":
    run(server(sys.argv[1:]))
