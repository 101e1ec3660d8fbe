"""A program of another house that is told of alerts by a signed request to one address of the deployment's file.

    POST {url}   {"id", "alert", "group", "finding", "reason", "level", "kind", "liberty", "created_at", "text"}

It carries what a text message carries and the keys by which the interface for reading gives the rest to whoever may
read it; no case, no person. `id` is the same at every attempt, and stands in Idempotency-Key too: who has it already
answers 2xx and does nothing.

    X-Zhunsheng-Delivery    the id
    X-Zhunsheng-Timestamp   Unix seconds of this attempt; refuse what is older than a few minutes
    X-Zhunsheng-Signature   "sha256=" and the HMAC-SHA-256, in hex, of "timestamp.id.body" with the secret

2xx: it has it. 400, 410, 413, 422: it never wants it. 401, 403: it does not know the signature. Anything else, a
redirect too, is asked again later; a redirect is never followed, wherever it points.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from zhunsheng.apps.alerts.channels.contract import Answer, ChannelDown, Message, OneWay, Outcome
from zhunsheng.apps.alerts.channels.outbound import Endpoint, HttpAnswer, send_each

CHANNEL_PREFIX: Final = "hook:"  # of the channel of each program, before the name of its token
PROBE_CHANNEL: Final = f"{CHANNEL_PREFIX}probe"  # no token has this name: the watcher is told of the probe by it
REFUSED_FOR_GOOD: Final = frozenset({400, 410, 413, 422})
SIGNATURE_REFUSED: Final = frozenset({401, 403})


def signature(secret: str, *, at: int, key: str, body: bytes) -> str:
    """What X-Zhunsheng-Signature must be. `at`: Unix seconds."""
    proof = hmac.new(secret.encode(), f"{at}.{key}.".encode() + body, hashlib.sha256)
    return f"sha256={proof.hexdigest()}"


class WebhookChannel(OneWay):
    """One connection to one program."""

    recognises_keys = True

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        secret: str,
        seconds_a_send: float,
        unix_time: Callable[[], float] = time.time,
    ) -> None:
        self._endpoint, self._secret, self._unix_time = endpoint, secret, unix_time
        self.seconds_a_send = seconds_a_send

    def send(self, messages: Sequence[Message], *, begin_until: float) -> Iterator[Answer]:
        """See Channel."""
        yield from send_each(messages, self._post, answered, begin_until=begin_until, to="接收程序")

    def close(self) -> None:
        """See Channel."""
        self._endpoint.close()

    def _post(self, message: Message) -> HttpAnswer:
        told = {"id": message.key, **message.facts, "text": message.text}
        body = json.dumps(told, ensure_ascii=False).encode()
        at = int(self._unix_time())
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            "X-Zhunsheng-Delivery": message.key,
            "X-Zhunsheng-Timestamp": str(at),
            "X-Zhunsheng-Signature": signature(self._secret, at=at, key=message.key, body=body),
        }
        return self._endpoint.request("POST", "", body=body, headers=headers)


def answered(key: str, answer: HttpAnswer) -> Answer:
    """What the program's status means for one message.

    Raises  ChannelDown if it does not accept the signature: no message would get through.
    """
    if 200 <= answer.status < 300:
        return Answer(key, Outcome.ACCEPTED, confirmed=True)
    if answer.status in SIGNATURE_REFUSED:
        raise ChannelDown(f"接收程序不认签名（{answer.status}）。请核对双方的密钥和本机时间。")
    if answer.status in REFUSED_FOR_GOOD:
        return Answer(key, Outcome.UNDELIVERABLE, reason=f"接收程序拒收（{answer.status}）")
    if 300 <= answer.status < 400:
        return Answer(key, Outcome.REFUSED, reason=f"接收程序要求转向（{answer.status}），不跟随。请改正地址")
    return Answer(key, Outcome.REFUSED, reason=f"接收程序答 {answer.status}")
