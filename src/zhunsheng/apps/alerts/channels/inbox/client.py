"""The inbox is the alert itself, shown by the pages: it is delivered when it is in the database."""

from collections.abc import Iterator, Sequence

from zhunsheng.apps.alerts.channels.contract import Answer, Message, OneWay, Outcome


class InboxChannel(OneWay):
    """Accepts everything at once. People answer in the pages."""

    recognises_keys = True
    seconds_a_send = 0.1

    def send(self, messages: Sequence[Message], *, begin_until: float) -> Iterator[Answer]:
        """See Channel."""
        del begin_until
        for message in messages:
            yield Answer(message.key, Outcome.ACCEPTED, gateway_id=message.key, confirmed=True)

    def close(self) -> None:
        """Nothing is open."""
