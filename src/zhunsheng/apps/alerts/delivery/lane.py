"""One worker of one line: it listens to its gateway, takes the most urgent rows, hands them over, and writes down what
came of it. Several workers of a line, and several processes, share a queue without meeting.
"""

import logging
import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from zhunsheng.apps.alerts.channels.contract import Answer, Channel, ChannelDown, Outcome, Receipt, Reply
from zhunsheng.apps.alerts.delivery import rows
from zhunsheng.apps.alerts.delivery.lines import Line
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.delivery.rows import Leased
from zhunsheng.apps.crashpoints import crash_at

AT_ONCE: Final = 16
FIRST_PAUSE: Final = timedelta(milliseconds=500)
LONGEST_PAUSE: Final = timedelta(seconds=5)
PROBING_AFTER: Final = 3  # failures on end: then the most urgent row is tried, whenever its own next attempt is
STRANGE_FOR: Final = timedelta(minutes=1)

log = logging.getLogger(__name__)


@dataclass
class Breaker:
    """Whether the gateway seems to be there. After failures on end it is asked less often, by one row at a time."""

    failures: int = 0
    resume_at: datetime | None = None

    def is_open(self, real: datetime) -> bool:
        """Whether to leave the gateway alone for now."""
        return self.resume_at is not None and real < self.resume_at

    @property
    def is_probing(self) -> bool:
        """Whether the next row is to find out."""
        return self.failures >= PROBING_AFTER

    def failed(self, real: datetime) -> None:
        """Nothing was accepted: wait longer each time, at most five seconds."""
        self.failures += 1
        self.resume_at = real + min(FIRST_PAUSE * 2 ** min(self.failures - 1, 10), LONGEST_PAUSE)

    def worked(self) -> bool:
        """The gateway answers. True if it had not before."""
        was_failing = self.is_probing
        self.failures, self.resume_at = 0, None
        return was_failing


class OnReply(Protocol):
    """Records what a phone said."""

    def __call__(self, channel: str, reply: Reply, moment: Moment, *, came_at: datetime) -> object | None:
        """Returns what it did, or None if that cannot be said yet. `came_at`: machine's time."""


@dataclass
class Lane:
    """A worker. `now` gives the moment; `monotonic` seconds that never jump, for the length of a lease."""

    line: Line
    channel: Channel
    name: str
    now: Callable[[], Moment]
    on_reply: OnReply
    listens: bool = True
    monotonic: Callable[[], float] = time.monotonic
    breaker: Breaker = field(default_factory=Breaker)
    problem: str = ""  # why the gateway is not used now, for the heartbeat
    _strangers: dict[str, datetime] = field(default_factory=dict)
    _unanswered: dict[tuple[str, str], datetime] = field(default_factory=dict)  # number and text → when it first came

    def turn(self) -> int:
        """One round. Returns how many rows were handed over: more may be waiting if there were any."""
        moment = self.now()
        if self.breaker.is_open(moment.real):
            return 0
        try:
            if self.listens:
                self._listen(moment)
            return self._send(moment)
        except ChannelDown as problem:
            self._failed(str(problem))
            return 0

    def close(self) -> None:
        """End the connection."""
        self.channel.close()

    def _listen(self, moment: Moment) -> None:
        received = self.channel.receive()
        if not received:
            return
        unknown = rows.record_receipts(self.line.name, [item for item in received if isinstance(item, Receipt)], moment)
        early = [item for item in received if isinstance(item, Reply) and not self._is_settled(item, moment)]
        crash_at("delivery.before_take")
        taken = [item for item in received if item not in early and self._may_take(item, unknown, moment)]
        if taken:
            self.channel.take(taken)
        crash_at("delivery.after_take")

    def _is_settled(self, reply: Reply, moment: Moment) -> bool:
        """Whether a reply is recorded. One that comes before the worker that sent its message has written that down
        is brought again, and asked again."""
        name = (reply.number, reply.text)
        came_at = self._unanswered.setdefault(name, moment.real)
        if self.on_reply(self.line.name, reply, moment, came_at=came_at) is None:
            return False
        del self._unanswered[name]
        return True

    def _may_take(self, item: Receipt | Reply, unknown: Container[str], moment: Moment) -> bool:
        """Whether the gateway need not bring it again.

        A number that no delivery has may be written down in a moment, by another worker; for ever unknown it is of an
        attempt whose answer we never got, and that was made again.
        """
        if isinstance(item, Reply) or item.gateway_id not in unknown:
            return True
        first_seen = self._strangers.setdefault(item.gateway_id, moment.real)
        is_forgotten = moment.real - first_seen > STRANGE_FOR
        if is_forgotten:
            del self._strangers[item.gateway_id]
        return is_forgotten

    def _send(self, moment: Moment) -> int:
        probing = self.breaker.is_probing
        began = self.monotonic()
        leased = rows.lease(
            self.line.name, most=1 if probing else AT_ONCE, by=self.name, moment=moment, probing=probing
        )
        crash_at("delivery.after_lease")
        if not leased:
            return 0
        answers, problem = self._hand_over(leased, begin_until=began + self._seconds_of_lease())
        crash_at("delivery.after_send")
        self._record(leased, answers)
        crash_at("delivery.after_record")
        answered = {answer.key for answer in answers}
        rows.give_back([row for row in leased if row.key not in answered], by=self.name)
        self._judge(answers, problem)
        return len(answers)

    def _seconds_of_lease(self) -> float:
        """How long messages may still be begun: the last one must be answered before the lease is over."""
        return rows.LEASE.total_seconds() - self.channel.seconds_a_send - 1.0

    def _hand_over(self, leased: Sequence[Leased], *, begin_until: float) -> tuple[list[Answer], str]:
        messages = [row.message(recognises_keys=self.channel.recognises_keys) for row in leased]
        answers: list[Answer] = []
        crash_at("delivery.before_send")
        try:
            for answer in self.channel.send(messages, begin_until=begin_until):
                answers.append(answer)
                crash_at("delivery.mid_batch")
        except ChannelDown as problem:
            return answers, str(problem)
        return answers, ""

    def _record(self, leased: Sequence[Leased], answers: Sequence[Answer]) -> None:
        rows.record(leased, answers, recognises_keys=self.channel.recognises_keys, moment=self.now())

    def _judge(self, answers: Sequence[Answer], problem: str) -> None:
        """A gateway that accepts, or says for good that it will not, is there. Else it has a fault of its own."""
        if any(answer.outcome in (Outcome.ACCEPTED, Outcome.UNDELIVERABLE) for answer in answers) and not problem:
            if self.breaker.worked():
                rows.release_retries(self.line.name)
            self.problem = ""
        else:
            self._failed(problem or next((answer.reason for answer in answers), "网关没有应答"))

    def _failed(self, problem: str) -> None:
        if problem != self.problem:
            log.warning("线路 %s：%s", self.line.name, problem)
        self.problem = problem
        self.breaker.failed(self.now().real)
