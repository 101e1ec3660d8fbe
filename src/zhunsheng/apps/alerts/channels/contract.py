"""What a channel is: it carries messages to a gateway, and brings back what the gateway says of them later.

A channel records nothing. It says what the gateway answered; the delivery loop writes it down, and only then lets the
channel tell the gateway that a receipt or a reply was taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What became of handing a message to the gateway."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # not now: throttled, busy, logged out
    UNDELIVERABLE = "undeliverable"  # never: a wrong number, a refused text
    UNKNOWN = "unknown"  # no answer came: it may have been taken


@dataclass(frozen=True)
class Message:
    """One text to one target. `key` is the same at every attempt, so that a gateway can recognise it. `facts`: what a
    program is told of the alert beside the text: its keys, level and reason."""

    key: str
    target: str
    text: str
    is_resent: bool = False  # an earlier attempt may have been taken
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the gateway said to one message. `confirmed`: it is already with its reader (the inbox)."""

    key: str
    outcome: Outcome
    gateway_id: str = ""
    reason: str = ""
    confirmed: bool = False


class Arrival(StrEnum):
    """What a receipt says."""

    DELIVERED = "delivered"
    FAILED = "failed"
    PENDING = "pending"  # on its way: another receipt will follow


@dataclass(frozen=True)
class Receipt:
    """What the gateway says later of a message that it accepted. `token` is the channel's own, to take it."""

    gateway_id: str
    arrival: Arrival
    reason: str = ""
    token: object = None


@dataclass(frozen=True)
class Reply:
    """A text that a phone sent to us."""

    number: str
    text: str
    token: object = None


class ChannelDown(ConnectionError):
    """The gateway cannot be reached, or refuses the login. Nothing was sent; the next step is in the text."""


class Channel(Protocol):
    """One connection to one gateway, used by one thread."""

    @property
    def recognises_keys(self) -> bool:
        """Whether the gateway notices that a message with the same key came before."""

    @property
    def seconds_a_send(self) -> float:
        """The longest that one message may take before its answer is unknown."""

    def send(self, messages: Sequence[Message], *, begin_until: float) -> Iterator[Answer]:
        """Hand over messages in this order; yields an answer for each, as it comes.

        After `begin_until` (of the monotonic clock) no further message is begun: their lease would run out.
        A message without an answer was not handed over. Raises  ChannelDown if the gateway is not there.
        """

    def receive(self) -> list[Receipt | Reply]:
        """What came in since, without waiting. The same may come again until it is taken."""

    def take(self, received: Sequence[Receipt | Reply]) -> None:
        """Tell the gateway that these are recorded."""

    def close(self) -> None:
        """End the connection in good order."""


class OneWay:
    """A line on which nothing is said later: no receipt, no reply."""

    def receive(self) -> list[Receipt | Reply]:
        """See Channel."""
        return []

    def take(self, received: Sequence[Receipt | Reply]) -> None:
        """See Channel. Nothing comes, so there is nothing to take."""
