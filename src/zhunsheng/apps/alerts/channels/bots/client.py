"""Group robots of 钉钉, 企业微信 and 飞书: one signed web hook each, which takes a text for a group.

A robot gives no receipt and knows no key: what it accepts counts as shown to the group.

Source  钉钉开放平台, 自定义机器人接入 (in the query: HMAC-SHA-256 of "timestamp\\nsecret" with the secret, Base64);
        飞书开放平台, 自定义机器人使用指南 (in the body: HMAC-SHA-256 of nothing with "timestamp\\nsecret", Base64);
        企业微信开发者中心, 群机器人配置说明 (the key of the hook is its only secret).
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from zhunsheng.apps.alerts.channels.contract import Answer, ChannelDown, Message, OneWay, Outcome
from zhunsheng.apps.alerts.channels.outbound import Endpoint, HttpAnswer, send_each

THROTTLED: Final = {"dingtalk": {130101, 410100}, "wecom": {45009}, "feishu": {9499, 11232}}
LOGIN_REFUSED: Final = {"dingtalk": {310000}, "wecom": {93000}, "feishu": {19021, 19022}}


@dataclass(frozen=True)
class Request:
    """Query and body of one message to a robot."""

    query: Mapping[str, str]
    body: dict[str, Any]


def dingtalk(text: str, *, token: str, secret: str, at: int) -> Request:
    """钉钉. `at` is Unix seconds; the hook takes milliseconds."""
    stamp = str(at * 1000)
    proof = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    query = {"access_token": token, "timestamp": stamp, "sign": base64.b64encode(proof).decode()}
    return Request(query, {"msgtype": "text", "text": {"content": text}})


def wecom(text: str, *, token: str, secret: str, at: int) -> Request:
    """企业微信."""
    del secret, at
    return Request({"key": token}, {"msgtype": "text", "text": {"content": text}})


def feishu(text: str, *, token: str, secret: str, at: int) -> Request:
    """飞书. The token is part of the address."""
    del token
    proof = hmac.new(f"{at}\n{secret}".encode(), b"", hashlib.sha256).digest()
    signed = {"timestamp": str(at), "sign": base64.b64encode(proof).decode()}
    return Request({}, {**signed, "msg_type": "text", "content": {"text": text}})


KINDS: Final[Mapping[str, Callable[..., Request]]] = {"dingtalk": dingtalk, "wecom": wecom, "feishu": feishu}


class BotChannel(OneWay):
    """One robot in one group."""

    recognises_keys = False

    def __init__(
        self,
        kind: str,
        endpoint: Endpoint,
        *,
        token: str,
        secret: str,
        seconds_a_send: float,
        unix_time: Callable[[], float] = time.time,
    ) -> None:
        self._kind, self._endpoint, self._token, self._secret = kind, endpoint, token, secret
        self._unix_time = unix_time
        self.seconds_a_send = seconds_a_send

    def send(self, messages: Sequence[Message], *, begin_until: float) -> Iterator[Answer]:
        """See Channel."""
        answer = partial(answered, self._kind)
        yield from send_each(messages, self._post, answer, begin_until=begin_until, to="机器人")

    def close(self) -> None:
        """See Channel."""
        self._endpoint.close()

    def _post(self, message: Message) -> HttpAnswer:
        request = KINDS[self._kind](message.text, token=self._token, secret=self._secret, at=int(self._unix_time()))
        query = f"?{urlencode(request.query)}" if request.query else ""
        body = json.dumps(request.body, ensure_ascii=False).encode()
        return self._endpoint.request("POST", query, body=body, headers={"Content-Type": "application/json"})


def answered(kind: str, key: str, answer: HttpAnswer) -> Answer:
    """The robot's answer: its own code in the body, 0 for yes.

    Raises  ChannelDown if the signature or token is refused.
    """
    try:
        said = json.loads(answer.body or b"{}")
        code = int(said.get("errcode", said.get("code", said.get("StatusCode", -1))))
    except (ValueError, AttributeError, TypeError):
        code = -1
    if answer.status == 200 and code == 0:
        return Answer(key, Outcome.ACCEPTED, confirmed=True)
    if code in LOGIN_REFUSED[kind]:
        raise ChannelDown(f"机器人拒绝了签名或令牌（{code}）。请核对地址、密钥和本机时间。")
    reason = "超过流量" if code in THROTTLED[kind] else f"机器人答 {answer.status}，代码 {code}"
    return Answer(key, Outcome.REFUSED, reason=reason)
