"""One login at a gateway that speaks frames over TCP: requests in a window, receipts in between, a line kept alive.

SMPP and CMPP differ in their frames only. What a frame means is the `Dialect`'s; this is the conversation.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from zhunsheng.apps.alerts.channels.contract import Answer, ChannelDown, Message, Outcome, Receipt, Reply
from zhunsheng.apps.alerts.channels.stream import FrameStream
from zhunsheng.apps.alerts.channels.text import parts, said_again

CONNECT_SECONDS: Final = 5.0
IDLE_SECONDS: Final = 30.0
SEQUENCES: Final = 0x7FFFFFFF


@dataclass(frozen=True)
class Part:
    """One short message of a text."""

    target: str
    user_data: bytes
    number: int
    total: int
    key: str


@dataclass(frozen=True)
class Answered:
    """The gateway answered a request."""

    sequence: int
    outcome: Outcome
    gateway_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Came:
    """A receipt or a text from a phone. `answer` is what tells the gateway that it was taken."""

    received: Receipt | Reply | None
    answer: bytes


@dataclass(frozen=True)
class Alive:
    """The other side asks whether we are there (`answer`), or says that it is (no answer)."""

    answer: bytes = b""


@dataclass(frozen=True)
class Ended:
    """The other side ends the login."""

    answer: bytes = b""


class Dialect(Protocol):
    """The frames of one protocol."""

    @property
    def name(self) -> str:
        """What it is called."""

    def login(self) -> bytes:
        """The request to log in; its sequence is 1."""

    def logged_in(self, frame: bytes) -> str:
        """Empty if this answers the login with yes; else why not."""

    def submit(self, part: Part, sequence: int) -> bytes:
        """The request to send one short message."""

    def understand(self, frame: bytes) -> Answered | Came | Alive | Ended:
        """What a frame means."""

    def probe(self, sequence: int) -> bytes:
        """The question whether the other side is there."""

    def farewell(self, sequence: int) -> bytes:
        """The request to end the login."""


@dataclass
class _Flight:
    """Messages under way in one call of `send`."""

    waiting: dict[int, tuple[Message, float]] = field(default_factory=dict)  # sequence → message, answer due
    open_parts: dict[str, int] = field(default_factory=dict)
    worst: dict[str, Answered] = field(default_factory=dict)


class GatewaySession:
    """A channel over one connection, made when it is needed and made again after it broke."""

    recognises_keys = False

    def __init__(
        self,
        dialect: Dialect,
        *,
        host: str,
        port: int,
        window: int = 16,
        seconds_a_send: float = 6.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dialect, self._host, self._port, self._window = dialect, host, port, window
        self._now = monotonic
        self.seconds_a_send = seconds_a_send
        self._stream: FrameStream | None = None
        self._sequence = 1
        self._came: list[Came] = []
        self._heard_at = 0.0
        self._probed_at: float | None = None

    def send(self, messages: Sequence[Message], *, begin_until: float) -> Iterator[Answer]:
        """See Channel. Up to `window` short messages are under way at once; a text's parts in their order."""
        stream = self._connected()
        flight = _Flight()
        requests: list[tuple[Message, Part]] = []
        for message in messages:
            try:
                requests += [(message, part) for part in self._parts(message)]
            except ValueError as problem:
                yield Answer(message.key, Outcome.UNDELIVERABLE, reason=str(problem))
        for message, part in requests:
            flight.open_parts[message.key] = part.total
        while requests or flight.waiting:
            try:
                if self._now() > begin_until:
                    requests.clear()
                while requests and len(flight.waiting) < self._window:
                    yield from self._submit(stream, flight, *requests.pop(0))
                if flight.waiting:
                    yield from self._next_answers(stream, flight)
            except OSError as problem:
                self._drop()
                yield from self._unknown(flight, f"连接中断：{problem}")
                if requests:
                    raise ChannelDown(f"{self._dialect.name} 连接中断：{problem}") from problem

    def receive(self) -> list[Receipt | Reply]:
        """See Channel. Also asks, after half a minute of silence, whether the gateway is still there."""
        stream = self._connected()
        try:
            while (frame := stream.read(within=0.0)) is not None:
                self._handle(stream, frame)
            self._keep_alive(stream)
        except OSError as problem:
            self._drop()
            raise ChannelDown(f"{self._dialect.name} 连接中断：{problem}") from problem
        self._answer_the_meaningless(stream)
        return [came.received for came in self._came if came.received is not None]

    def take(self, received: Sequence[Receipt | Reply]) -> None:
        """See Channel: the response is sent now, and not when the frame came."""
        taken = [came for came in self._came if any(came.received is one for one in received)]
        try:
            for came in taken:
                if self._stream is not None:
                    self._stream.write(came.answer)
        except OSError:
            self._drop()  # the gateway will send it again, and it will be known
        self._came = [came for came in self._came if came not in taken]

    def close(self) -> None:
        """See Channel."""
        if self._stream is None:
            return
        try:
            self._stream.write(self._dialect.farewell(self._next_sequence()))
            self._stream.read(within=1.0)
        except OSError:
            pass  # it is gone already, which was the aim
        self._drop()

    def _connected(self) -> FrameStream:
        if self._stream is not None:
            return self._stream
        try:
            stream = FrameStream(self._host, self._port, timeout=CONNECT_SECONDS)
        except OSError as problem:
            raise ChannelDown(f"{self._dialect.name} 网关 {self._host}:{self._port} 连不上：{problem}") from problem
        try:
            stream.write(self._dialect.login())
            frame = stream.read(within=CONNECT_SECONDS)
            refusal = "没有应答" if frame is None else self._dialect.logged_in(frame)
        except (OSError, ValueError) as problem:
            refusal = str(problem)
        if refusal:
            stream.close()
            raise ChannelDown(f"{self._dialect.name} 登录被拒：{refusal}。请核对账号和密码。")
        self._stream, self._sequence, self._came = stream, 1, []
        self._heard_at, self._probed_at = self._now(), None
        return stream

    def _parts(self, message: Message) -> list[Part]:
        text = said_again(message.text) if message.is_resent else message.text
        bodies = parts(text, key=message.key)
        return [
            Part(message.target, body, number, len(bodies), message.key) for number, body in enumerate(bodies, start=1)
        ]

    def _submit(self, stream: FrameStream, flight: _Flight, message: Message, part: Part) -> Iterator[Answer]:
        sequence = self._next_sequence()
        try:
            frame = self._dialect.submit(part, sequence)
        except ValueError as problem:  # a number that is no number
            refused = Answered(sequence, Outcome.UNDELIVERABLE, reason=str(problem))
            yield from self._part_answered(flight, message, refused)
            return
        flight.waiting[sequence] = (message, self._now() + self.seconds_a_send)
        stream.write(frame)

    def _next_answers(self, stream: FrameStream, flight: _Flight) -> Iterator[Answer]:
        due = min(due for _, due in flight.waiting.values())
        frame = stream.read(within=max(0.0, due - self._now()))
        if frame is None:
            yield from self._overdue(flight)
            return
        answered = self._handle(stream, frame)
        if answered is not None and answered.sequence in flight.waiting:
            message, _ = flight.waiting.pop(answered.sequence)
            yield from self._part_answered(flight, message, answered)

    def _part_answered(self, flight: _Flight, message: Message, answered: Answered) -> Iterator[Answer]:
        flight.open_parts[message.key] -= 1
        worst = flight.worst.get(message.key)
        if worst is None or worst.outcome is Outcome.ACCEPTED:  # the id of the last part, or what went wrong first
            flight.worst[message.key] = answered
        if flight.open_parts[message.key] == 0:
            final = flight.worst.pop(message.key)
            yield Answer(message.key, final.outcome, final.gateway_id, final.reason)

    def _overdue(self, flight: _Flight) -> Iterator[Answer]:
        late = [sequence for sequence, (_, due) in flight.waiting.items() if due <= self._now()]
        for sequence in late:
            message, _ = flight.waiting.pop(sequence)
            reason = f"{self.seconds_a_send:g} 秒内网关没有应答"
            yield from self._part_answered(flight, message, Answered(sequence, Outcome.UNKNOWN, reason=reason))

    def _unknown(self, flight: _Flight, reason: str) -> Iterator[Answer]:
        for key in {message.key for message, _ in flight.waiting.values()}:
            yield Answer(key, Outcome.UNKNOWN, reason=reason)
        flight.waiting.clear()

    def _handle(self, stream: FrameStream, frame: bytes) -> Answered | None:
        self._heard_at, self._probed_at = self._now(), None
        try:
            meaning = self._dialect.understand(frame)
        except ValueError as problem:
            raise ConnectionError(f"网关发来的帧读不懂：{problem}") from problem
        if isinstance(meaning, Answered):
            return meaning
        if isinstance(meaning, Came):
            self._came.append(meaning)
        elif meaning.answer:
            stream.write(meaning.answer)
        if isinstance(meaning, Ended):
            raise ConnectionResetError("网关结束了登录。")
        return None

    def _keep_alive(self, stream: FrameStream) -> None:
        now = self._now()
        if self._probed_at is not None and now - self._probed_at > IDLE_SECONDS:
            raise ConnectionResetError("网关不应答链路检测。")
        if self._probed_at is None and now - self._heard_at > IDLE_SECONDS:
            stream.write(self._dialect.probe(self._next_sequence()))
            self._probed_at = now

    def _answer_the_meaningless(self, stream: FrameStream) -> None:
        """A report of a state in between, or a form we do not know: answered, so that it does not come for ever."""
        for came in self._came:
            if came.received is None:
                stream.write(came.answer)
        self._came = [came for came in self._came if came.received is not None]

    def _next_sequence(self) -> int:
        self._sequence = self._sequence % SEQUENCES + 1
        return self._sequence

    def _drop(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream, self._came = None, []
