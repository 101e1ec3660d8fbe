"""SMPP as a dialect of a gateway session."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from zhunsheng.apps.alerts.channels.contract import Arrival, Outcome, Receipt, Reply
from zhunsheng.apps.alerts.channels.session import Alive, Answered, Came, Ended, Part
from zhunsheng.apps.alerts.channels.smpp import frames
from zhunsheng.apps.alerts.channels.smpp.frames import Command, Pdu, Status

LOGIN_REFUSALS: Final[Mapping[int, str]] = {
    Status.RINVPASWD: "密码错误",
    Status.RINVSYSID: "账号错误",
    Status.RBINDFAIL: "登录失败",
}
SUBMIT_REFUSALS: Final[Mapping[int, tuple[Outcome, str]]] = {
    Status.RTHROTTLED: (Outcome.REFUSED, "超过流量"),
    Status.RMSGQFUL: (Outcome.REFUSED, "网关队列已满"),
    Status.RSYSERR: (Outcome.REFUSED, "网关系统错误"),
    Status.RINVDSTADR: (Outcome.UNDELIVERABLE, "空号"),
    Status.RINVMSGLEN: (Outcome.UNDELIVERABLE, "短信长度错误"),
}
ARRIVALS: Final = {
    "DELIVRD": Arrival.DELIVERED,
    "ACCEPTD": Arrival.PENDING,
    "ENROUTE": Arrival.PENDING,
    "UNKNOWN": Arrival.PENDING,
}
REASONS: Final = {
    "EXPIRED": "超过有效期",
    "DELETED": "已被删除",
    "UNDELIV": "无法送达",
    "REJECTD": "被拒收",
}


@dataclass(frozen=True)
class SmppDialect:
    """One account at one message centre."""

    system_id: str
    password: str
    source: str  # the number that phones see
    system_type: str = ""
    name: str = "SMPP"

    def login(self) -> bytes:
        """bind_transceiver."""
        body = frames.Bind(self.system_id, self.password, self.system_type).body()
        return Pdu(Command.BIND_TRANSCEIVER, 1, body=body).encoded()

    def logged_in(self, frame: bytes) -> str:
        """Whether the response to bind says yes."""
        pdu = frames.decoded(frame)
        if pdu.command != Command.BIND_TRANSCEIVER | frames.RESPONSE:
            return f"应答的命令字是 {pdu.command:#x}"
        if pdu.status == Status.ROK:
            return ""
        return LOGIN_REFUSALS.get(pdu.status, f"状态 {pdu.status:#x}")

    def submit(self, part: Part, sequence: int) -> bytes:
        """submit_sm of one part. Only the last part asks for a receipt: it speaks for the text."""
        message = frames.ShortMessage(
            source=self.source,
            destination=part.target,
            text=part.user_data,
            esm_class=frames.UDHI if part.total > 1 else 0,
            wants_receipt=part.number == part.total,
            parameters={frames.KEY_TAG: part.key.encode("ascii")},
        )
        return Pdu(Command.SUBMIT_SM, sequence, body=message.body()).encoded()

    def understand(self, frame: bytes) -> Answered | Came | Alive | Ended:
        """What the message centre sent."""
        pdu = frames.decoded(frame)
        if pdu.command in (Command.SUBMIT_SM | frames.RESPONSE, frames.GENERIC_NACK):
            return _answered(pdu)
        if pdu.command == Command.DELIVER_SM:
            return _came(pdu)
        if pdu.command == Command.UNBIND:
            return Ended(pdu.answer().encoded())
        if pdu.command == Command.ENQUIRE_LINK:
            return Alive(pdu.answer().encoded())
        if pdu.command & frames.RESPONSE:
            return Alive()
        return Alive(Pdu(frames.GENERIC_NACK, pdu.sequence, Status.RINVCMDID).encoded())

    def probe(self, sequence: int) -> bytes:
        """enquire_link."""
        return Pdu(Command.ENQUIRE_LINK, sequence).encoded()

    def farewell(self, sequence: int) -> bytes:
        """Unbind."""
        return Pdu(Command.UNBIND, sequence).encoded()


def _answered(pdu: Pdu) -> Answered:
    if pdu.status == Status.ROK and pdu.command != frames.GENERIC_NACK:
        return Answered(pdu.sequence, Outcome.ACCEPTED, gateway_id=frames.message_id(pdu.body))
    outcome, reason = SUBMIT_REFUSALS.get(pdu.status, (Outcome.REFUSED, f"状态 {pdu.status:#x}"))
    return Answered(pdu.sequence, outcome, reason=reason)


def _came(pdu: Pdu) -> Came:
    message = frames.ShortMessage.read(pdu.body)
    answer = pdu.answer(b"\0").encoded()
    if not message.esm_class & frames.IS_RECEIPT:
        return Came(Reply(message.source, message.written(), token=pdu.sequence), answer)
    number, stat, _ = frames.receipt_of(message)
    arrival = ARRIVALS.get(stat, Arrival.FAILED)
    if arrival is Arrival.PENDING:
        return Came(None, answer)
    reason = "" if arrival is Arrival.DELIVERED else REASONS.get(stat, stat)
    return Came(Receipt(number, arrival, reason, token=pdu.sequence), answer)
