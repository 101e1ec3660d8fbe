"""Alerts to be delivered, a gateway in memory, and lanes that go round when a test says so."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.platform.people import EAST, EAST_STATION, city, noon, officer
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.channels.contract import Answer, ChannelDown, Message, Outcome, Receipt, Reply
from zhunsheng.apps.alerts.delivery.lane import Lane
from zhunsheng.apps.alerts.delivery.lines import Lines, parse_lines
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.delivery.queueing import enqueue
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Delivery
from zhunsheng.apps.alerts.outgoing import priority
from zhunsheng.apps.org.models import Officer

DAY = noon("2026-03-02")
LINES = """
[lines.sms]
kind = "http_sms"
url = "http://127.0.0.1:9"
account = "zs"
secret = "x"
second = "mail"

[lines.mail]
kind = "mail"
host = "127.0.0.1"
port = 9
sender = "zs@police.example"
address = "{province}{number}@police.example"
"""


def no_reply_comes(channel: str, reply: Reply, moment: Moment, *, came_at: datetime) -> str:
    """For lanes whose gateway brings no replies."""
    raise AssertionError(f"{channel}: {reply} at {moment}, {came_at}")


@dataclass
class Gateway:
    """A gateway in memory, and its channel. What it does to a target can be set; it is never asked the time."""

    recognises_keys: bool = True
    seconds_a_send: float = 5.0
    is_down: bool = False
    does: dict[str, Outcome] = field(default_factory=dict)  # target → what it does instead of accepting
    throttled_after: float = math.inf
    sent: list[Message] = field(default_factory=list)  # accepted, also where no answer came back
    pending: list[Receipt | Reply] = field(default_factory=list)
    taken: list[Receipt | Reply] = field(default_factory=list)

    def send(self, messages: Sequence[Message], *, begin_until: float) -> Iterator[Answer]:
        """See Channel."""
        del begin_until
        for message in messages:
            if self.is_down:
                raise ChannelDown("网关连不上。")
            yield self._answer(message)

    def receive(self) -> list[Receipt | Reply]:
        """See Channel."""
        if self.is_down:
            raise ChannelDown("网关连不上。")
        return list(self.pending)

    def take(self, received: Sequence[Receipt | Reply]) -> None:
        """See Channel."""
        self.taken += received
        self.pending = [item for item in self.pending if item not in received]

    def close(self) -> None:
        """See Channel."""

    def ids(self) -> list[str]:
        """What it called the messages that it accepted: id of the first, of the second …"""
        return [f"g{number}" for number in range(1, len(self.sent) + 1)]

    def _answer(self, message: Message) -> Answer:
        outcome = self.does.get(message.target, Outcome.ACCEPTED)
        if outcome is Outcome.UNDELIVERABLE:
            return Answer(message.key, outcome, reason="空号")
        if outcome is Outcome.REFUSED or len(self.sent) >= self.throttled_after:
            return Answer(message.key, Outcome.REFUSED, reason="超过流量")
        self.sent.append(message)
        if outcome is Outcome.UNKNOWN:
            return Answer(message.key, outcome, reason="网关没有应答")
        return Answer(message.key, Outcome.ACCEPTED, gateway_id=f"g{len(self.sent)}")


@dataclass
class Clock:
    """A time that a test moves: the platform's and the machine's together."""

    at: datetime = DAY

    def __call__(self) -> Moment:
        return Moment(self.at, self.at)

    def pass_(self, **span: float) -> None:
        """Let time go by."""
        self.at += timedelta(**span)


@dataclass
class Office:
    """An officer with a phone, his head, a gateway, a lane to it."""

    clock: Clock = field(default_factory=Clock)
    gateway: Gateway = field(default_factory=Gateway)
    lines: Lines = field(default_factory=lambda: parse_lines(LINES, "lines.toml"))
    replies: list[tuple[str, Reply]] = field(default_factory=list)

    def __post_init__(self) -> None:
        city()
        self.officer = self._with_mobile(officer("035001", ("officer", EAST_STATION)), "13900000001")
        self.head = self._with_mobile(officer("035002", ("unit_head", EAST_STATION)), "13900000002")
        self.branch_head = self._with_mobile(officer("035003", ("unit_head", EAST)), "13900000003")

    @staticmethod
    def _with_mobile(person: Officer, mobile: str) -> Officer:
        with as_process("test"):
            Officer.objects.filter(pk=person.pk).update(mobile=mobile)
        person.mobile = mobile
        return person

    def lane(self, name: str = "one", *, channel: str = "sms", gateway: Gateway | None = None) -> Lane:
        """A worker of a line."""
        return Lane(
            line=self.lines.by_name[channel],
            channel=gateway or self.gateway,
            name=name,
            now=self.clock,
            on_reply=self._replied,
            monotonic=lambda: 0.0,
        )

    def _replied(self, channel: str, reply: Reply, moment: Moment, *, came_at: datetime) -> str:
        assert came_at <= moment.real
        assert moment == self.clock()
        self.replies.append((channel, reply))
        return "recorded"

    def alert(
        self, name: str, level: str = "red", *, liberty: bool = False, to: Officer | None = None, group: str = ""
    ) -> Alert:
        """An alert, written."""
        with as_process("test"):
            row = self._group(group or f"group of {name}", level, liberty=liberty)
            return Alert.objects.create(
                key=f"alert {name}",
                group=row,
                case=row.case,
                role="case_officer",
                officer=to or self.officer,
                reason=Alert.Reason.FIRST,
                level=level,
                liberty=liberty,
                text=f"【准绳】{name}",
                explanation={},
                created_at=self.clock.at,
            )

    def queue(self, alert: Alert, *, channel: str = "sms", target: str | None = None) -> Delivery:
        """An alert in the queue."""
        with as_process("test"):
            enqueue(
                alert,
                channel=channel,
                target=self.officer.mobile if target is None else target,
                priority=priority(alert.level, liberty=alert.liberty),
                moment=self.clock(),
            )
            return Delivery.objects.get(alert=alert, channel=channel)

    def queued(self, name: str, level: str = "red", *, liberty: bool = False) -> Delivery:
        """A new alert in the queue."""
        return self.queue(self.alert(name, level, liberty=liberty))

    def now_is(self, delivery: Delivery) -> Delivery:
        """The row as it is now."""
        with as_process("test"):
            return Delivery.objects.get(key=delivery.key)

    def told(self, person: Officer) -> list[str]:
        """The texts of the alerts that somebody got."""
        with as_process("test"):
            return list(
                Alert.objects.filter(officer=person).order_by("created_at", "key").values_list("text", flat=True)
            )

    def _group(self, key: str, level: str, *, liberty: bool) -> AlertGroup:
        row, _ = AlertGroup.objects.get_or_create(
            key=key,
            defaults={
                "incident": "J3502030100002026030001",
                "rule": "arrest_request",
                "unit": EAST_STATION,
                "nature": "statutory",
                "liberty": liberty,
                "level": level,
                "kind": "approaching",
                "clock": {},
                "findings": {},
                "explanation": {},
                "opened_at": self.clock.at,
            },
        )
        return row
