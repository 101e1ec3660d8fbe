"""A gateway that is asked by HTTP. It recognises a key, so that a message sent twice is one message.

    POST {url}/messages         {"to", "text", "key"}          → 202 {"id"}; 200 {"id"} if the key is known
    GET  {url}/received         → {"items": [{"n", "kind": "receipt", "id", "state", "reason"} | {"n", "kind": "reply",
                                  "from", "text"}]}             the same until they are taken
    POST {url}/received/taken   {"numbers": [n, …]}            → 200

Refusals: 401 (account or signature), 422 {"code"} (never: wrong_number, bad_text), 429 (Retry-After), 5xx.
Every request carries X-Account, X-Time (Unix seconds) and X-Signature: HMAC-SHA-256 over method, path, time and body,
each on a line of its own.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from zhunsheng.apps.alerts.channels.contract import Answer, Arrival, ChannelDown, Message, Outcome, Receipt, Reply
from zhunsheng.apps.alerts.channels.outbound import Endpoint, HttpAnswer, NoAnswer, NotSent, send_each

REFUSED_FOR_GOOD: Final = {"wrong_number": "空号", "bad_text": "内容被网关拒绝"}
STATES: Final = {"DELIVRD": Arrival.DELIVERED}
REASONS: Final = {"MK:0001": "空号", "EXPIRED": "超过有效期", "UNDELIV": "无法送达", "REJECTD": "被拒收"}


def signature(secret: str, *, method: str, path: str, at: int, body: bytes) -> str:
    """What X-Signature must be."""
    text = f"{method}\n{path}\n{at}\n".encode() + body
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


class HttpSmsChannel:
    """One connection to the gateway."""

    recognises_keys = True

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        account: str,
        secret: str,
        seconds_a_send: float,
        unix_time: Callable[[], float] = time.time,
    ) -> None:
        self._endpoint, self._account, self._secret = endpoint, account, secret
        self._unix_time = unix_time
        self.seconds_a_send = seconds_a_send

    def send(self, messages: Sequence[Message], *, begin_until: float) -> Iterator[Answer]:
        """See Channel."""
        yield from send_each(messages, self._post, answered, begin_until=begin_until, to="短信网关")

    def receive(self) -> list[Receipt | Reply]:
        """See Channel."""
        try:
            answer = self._ask("GET", "/received", None, {})
        except (NotSent, NoAnswer) as problem:
            raise ChannelDown(f"短信网关{problem}") from problem
        if answer.status != 200:
            raise ChannelDown(f"短信网关取回执时答 {answer.status}。请核对账号和密钥。")
        return [_received(item) for item in _json(answer).get("items", [])]

    def take(self, received: Sequence[Receipt | Reply]) -> None:
        """See Channel. If this does not arrive the gateway shows them again, and they are known."""
        try:
            self._ask("POST", "/received/taken", {"numbers": [item.token for item in received]}, {})
        except (NotSent, NoAnswer):
            return

    def close(self) -> None:
        """See Channel."""
        self._endpoint.close()

    def _post(self, message: Message) -> HttpAnswer:
        body = {"to": message.target, "text": message.text, "key": message.key}
        return self._ask("POST", "/messages", body, {"Idempotency-Key": message.key})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]) -> HttpAnswer:
        encoded = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        at = int(self._unix_time())
        proof = signature(self._secret, method=method, path=self._endpoint.path(path), at=at, body=encoded)
        signed = {"X-Account": self._account, "X-Time": str(at), "X-Signature": proof}
        return self._endpoint.request(
            method, path, body=encoded, headers={"Content-Type": "application/json", **signed, **headers}
        )


def answered(key: str, answer: HttpAnswer) -> Answer:
    """The gateway's answer to one message.

    Raises  ChannelDown if the account is refused: no message would get through.
    """
    said = _json(answer)
    if answer.status in (200, 202) and said.get("id"):
        return Answer(key, Outcome.ACCEPTED, gateway_id=str(said["id"]))
    if answer.status in (401, 403):
        raise ChannelDown("短信网关拒绝了账号或签名。请核对账号、密钥和本机时间。")
    if answer.status == 422:
        reason = REFUSED_FOR_GOOD.get(str(said.get("code")), f"网关不接受（{said.get('code')}）")
        return Answer(key, Outcome.UNDELIVERABLE, reason=reason)
    reason = "超过流量" if answer.status == 429 else f"网关答 {answer.status}"
    return Answer(key, Outcome.REFUSED, reason=reason)


def _received(item: dict[str, Any]) -> Receipt | Reply:
    if item["kind"] == "reply":
        return Reply(str(item["from"]), str(item["text"]), token=item["n"])
    state = str(item["state"])
    arrival = STATES.get(state, Arrival.FAILED)
    reason = "" if arrival is Arrival.DELIVERED else REASONS.get(state, state)
    return Receipt(str(item["id"]), arrival, reason, token=item["n"])


def _json(answer: HttpAnswer) -> dict[str, Any]:
    try:
        value = json.loads(answer.body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
