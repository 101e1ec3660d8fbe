"""CMPP as a dialect of a gateway session."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zhunsheng.apps.alerts.channels.cmpp import frames
from zhunsheng.apps.alerts.channels.cmpp.frames import Command, Frame, Version
from zhunsheng.apps.alerts.channels.contract import Arrival, Outcome, Receipt, Reply
from zhunsheng.apps.alerts.channels.octets import FrameInvalid
from zhunsheng.apps.alerts.channels.session import Alive, Answered, Came, Ended, Part

ARRIVALS: Final = {"DELIVRD": Arrival.DELIVERED, "ACCEPTD": Arrival.PENDING, "UNKNOWN": Arrival.PENDING}
REASONS: Final = {
    "MK:0001": "空号",
    "EXPIRED": "超过有效期",
    "DELETED": "已被删除",
    "UNDELIV": "无法送达",
    "REJECTD": "被拒收",
}
FOR_GOOD: Final = {4, 6, 13}  # wrong length, too long, wrong Dest_terminal_Id (the last in V3.0 only)
WRONG_NUMBER: Final = 13


@dataclass(frozen=True)
class CmppDialect:
    """One account at one gateway. `now` gives Beijing's time for the login's stamp."""

    account: str
    secret: str
    source: str  # Src_Id: the number that phones see
    service: str
    version: Version
    now: Callable[[], datetime]
    name: str = "CMPP"

    def login(self) -> bytes:
        """CMPP_CONNECT."""
        stamp = frames.timestamp(self.now())
        proof = frames.authenticator(self.account, self.secret, stamp)
        return Frame(Command.CONNECT, 1, frames.Connect(self.account, proof, self.version, stamp).body()).encoded()

    def logged_in(self, frame: bytes) -> str:
        """Whether CMPP_CONNECT_RESP says yes."""
        answer = frames.decoded(frame)
        if answer.command != Command.CONNECT | frames.RESPONSE:
            return f"应答的命令字是 {answer.command:#x}"
        status = frames.ConnectAnswer.read(answer.body, self.version).status
        return frames.CONNECT_STATUS.get(status, f"状态 {status}") if status else ""

    def submit(self, part: Part, sequence: int) -> bytes:
        """CMPP_SUBMIT of one part. Only the last part asks for a status report: it speaks for the text."""
        request = frames.Submit(
            targets=(part.target,),
            content=part.user_data,
            has_header=part.total > 1,
            total=part.total,
            number=part.number,
            service=self.service,
            account=self.account,
            source=self.source,
            wants_receipt=part.number == part.total,
            reference=short_reference(part.key),
        )
        return Frame(Command.SUBMIT, sequence, request.body(self.version)).encoded()

    def understand(self, frame: bytes) -> Answered | Came | Alive | Ended:
        """What the gateway sent."""
        read = frames.decoded(frame)
        if read.command == Command.SUBMIT | frames.RESPONSE:
            return answered(read.sequence, frames.SubmitAnswer.read(read.body, self.version))
        if read.command == Command.DELIVER:
            return self._came(read)
        if read.command == Command.TERMINATE:
            return Ended(read.answer(b"").encoded())
        if read.command == Command.ACTIVE_TEST:
            return Alive(read.answer(b"\0").encoded())
        if read.is_response:
            return Alive()
        raise FrameInvalid(f"command {read.command:#x} is none of a gateway's")

    def probe(self, sequence: int) -> bytes:
        """CMPP_ACTIVE_TEST."""
        return Frame(Command.ACTIVE_TEST, sequence).encoded()

    def farewell(self, sequence: int) -> bytes:
        """CMPP_TERMINATE."""
        return Frame(Command.TERMINATE, sequence).encoded()

    def _came(self, read: Frame) -> Came:
        deliver = frames.Deliver.read(read.body, self.version)
        answer = read.answer(frames.SubmitAnswer(deliver.msg_id, 0).body(self.version)).encoded()
        if not deliver.is_report:
            return Came(Reply(deliver.source, deliver.text(), token=deliver.msg_id), answer)
        report = frames.StatusReport.read(deliver.content)
        arrival = ARRIVALS.get(report.stat, Arrival.FAILED)
        if arrival is Arrival.PENDING:
            return Came(None, answer)
        reason = "" if arrival is Arrival.DELIVERED else REASONS.get(report.stat, report.stat)
        return Came(Receipt(str(report.msg_id), arrival, reason, token=deliver.msg_id), answer)


def answered(sequence: int, answer: frames.SubmitAnswer) -> Answered:
    """CMPP_SUBMIT_RESP as an outcome."""
    if answer.result == 0:
        return Answered(sequence, Outcome.ACCEPTED, gateway_id=str(answer.msg_id))
    reason = frames.SUBMIT_RESULT.get(answer.result, f"结果 {answer.result}")
    if answer.result in FOR_GOOD:
        return Answered(sequence, Outcome.UNDELIVERABLE, reason="空号" if answer.result == WRONG_NUMBER else reason)
    return Answered(sequence, Outcome.REFUSED, reason=reason)


def short_reference(key: str) -> bytes:
    """Eight hex digits of the key's hash, to find a message again in the gateway's records."""
    return hashlib.sha256(key.encode()).hexdigest()[:8].encode()
