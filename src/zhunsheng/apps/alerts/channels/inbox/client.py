"""The inbox is the alert itself, shown by the pages: it is delivered when it is in the database."""

from collections.abc import Iterator, Sequence

from zhunsheng.apps.alerts.channels.contract import Answer, Message, Outcome, Receipt, Reply


class InboxChannel:
    """Accepts everything at once."""

    recognises_keys = True
    seconds_a_send = 0.1

    def send(self, messages: Sequence[Message], *, begin_until: float) -> Iterator[Answer]:
        """See Channel."""
        del begin_until
        for message in messages:
            yield Answer(message.key, Outcome.ACCEPTED, gateway_id=message.key, confirmed=True)

    def receive(self) -> list[Receipt | Reply]:
        """People answer in the pages."""
        return []

    def take(self, received: Sequence[Receipt | Reply]) -> None:
        """Nothing comes, so there is nothing to take."""

    def close(self) -> None:
        """Nothing is open."""
