"""The web hook against the simulator of a receiving program: what came is what its file says."""

import hashlib
import hmac
import json
import math
from contextlib import closing
from pathlib import Path

import pytest

from tests.channels.conftest import Start
from tests.gateways import Simulated, served_here
from zhunsheng.apps.alerts.channels.contract import Answer, ChannelDown, Message, Outcome
from zhunsheng.apps.alerts.channels.outbound import Endpoint
from zhunsheng.apps.alerts.channels.webhook.client import WebhookChannel, signature
from zhunsheng.apps.alerts.delivery.lines import LinesRefused, WebhookLine, parse_lines

TEXT = "【准绳】红色预警：案件（尾号0187）“提请批准逮捕”12月7日24:00届满，还剩7小时12分。"
FACTS = {"alert": "a1", "group": "g1", "level": "red", "reason": "first", "liberty": True}
AT = 1_790_000_000
SECRET = "secret"


def message(key: str = "k1") -> Message:
    return Message(key, "hook:oversight", TEXT, facts=FACTS)


def hook(program: Simulated, *, secret: str = SECRET, path: str = "/alerts", at: float | None = None) -> WebhookChannel:
    endpoint = Endpoint(f"http://127.0.0.1:{program.port}{path}", timeout=2.0)
    if at is None:
        return WebhookChannel(endpoint, secret=secret, seconds_a_send=2.0)
    return WebhookChannel(endpoint, secret=secret, seconds_a_send=2.0, unix_time=lambda: at)


def send(channel: WebhookChannel, *messages: Message) -> list[Answer]:
    with closing(channel):
        return list(channel.send(messages, begin_until=math.inf))


def test_a_program_gets_the_text_and_the_keys_once_and_has_it_when_it_says_so(start: Start) -> None:
    program = start("webhook")
    (answer,) = send(hook(program), message())
    assert (answer.outcome, answer.confirmed) == (Outcome.ACCEPTED, True)
    (line,) = program.said("accepted")
    assert (line["key"], line["text"], line["facts"]) == ("k1", TEXT, FACTS)


def test_the_same_message_sent_again_is_recognised_by_its_id(start: Start) -> None:
    program = start("webhook")
    answers = send(hook(program), message(), message())
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 2
    assert [line["what"] for line in program.said()] == ["accepted", "recognised"]


def test_the_signature_binds_instant_id_and_body() -> None:
    # why: worked out from the definition in the module's head, "timestamp.id.body", by hand.
    body = json.dumps({"id": "k1"}).encode()
    by_hand = hmac.new(b"secret", b'1790000000.k1.{"id": "k1"}', hashlib.sha256).hexdigest()
    assert signature("secret", at=AT, key="k1", body=body) == f"sha256={by_hand}"
    changed = [
        signature("other", at=AT, key="k1", body=body),
        signature("secret", at=AT + 1, key="k1", body=body),
        signature("secret", at=AT, key="k2", body=body),
        signature("secret", at=AT, key="k1", body=body + b" "),
    ]
    assert f"sha256={by_hand}" not in changed
    assert len(set(changed)) == 4


@pytest.mark.parametrize(("secret", "at"), [("other", None), ("secret", AT - 10 * 365 * 86_400)])
def test_another_secret_and_an_old_request_are_refused_and_the_line_says_so(
    start: Start, secret: str, at: float | None
) -> None:
    program = start("webhook")
    with pytest.raises(ChannelDown, match="不认签名"):
        send(hook(program, secret=secret, at=at), message())
    assert not program.said("accepted")


def test_a_redirect_is_never_followed_wherever_it_points(start: Start, tmp_path: Path) -> None:
    """Not to another server of the same machine, which every address check would have to allow in an intranet."""
    inner = tmp_path / "inner"
    inner.mkdir()
    program = start("webhook")
    with served_here("webhook", inner) as private:
        for target in (f"http://127.0.0.1:{private.port}/alerts", f"http://localhost:{private.port}/", "/elsewhere"):
            program.fail(redirect_to=target)
            (answer,) = send(hook(program), message())
            assert (answer.outcome, answer.reason.partition("。")[0]) == (
                Outcome.REFUSED,
                "接收程序要求转向（307），不跟随",
            )
        assert private.said() == []
    assert program.said("accepted") == program.said("elsewhere") == []


def test_silence_leaves_it_open_and_a_refusal_is_for_now_or_for_good(start: Start) -> None:
    program = start("webhook")
    program.fail(silent=True)
    (silent,) = send(hook(program), message("k1"))
    program.fail(refuse_every=1)
    (busy,) = send(hook(program), message("k2"))
    program.fail(wrong_numbers=["red"])
    (never,) = send(hook(program), message("k3"))
    (lost,) = send(hook(program, path="/nowhere"), message("k4"))
    assert [answer.outcome for answer in (silent, busy, never, lost)] == [
        Outcome.UNKNOWN,
        Outcome.REFUSED,
        Outcome.UNDELIVERABLE,
        Outcome.REFUSED,  # why: a wrong path is a fault of the configuration, and is put right there
    ]


def test_a_program_that_is_not_there_gets_nothing_and_loses_nothing(tmp_path: Path) -> None:
    with served_here("webhook", tmp_path) as program:
        gone = hook(program)
    with pytest.raises(ChannelDown, match="连不上"):
        send(gone, message())


def test_the_file_of_lines_is_the_list_of_addresses() -> None:
    lines = parse_lines('[webhooks.oversight]\nurl = "https://oversight.example:8443/alerts"\nsecret = "x"\n', "lines")
    assert lines.programs == ["hook:oversight"]
    assert isinstance(lines.by_name["hook:oversight"], WebhookLine)
    assert "secret" not in repr(lines.by_name["hook:oversight"])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[webhooks.a]\nurl = "https://h/p"\n', "缺少 secret"),
        ('[webhooks.a]\nurl = "ftp://h/p"\nsecret = "x"\n', "不能用作网关地址"),
        ('[webhooks.a]\nurl = "https://u:p@h/p"\nsecret = "x"\n', "不能用作网关地址"),
        ('[webhooks.a]\nurl = "https://h/p"\nsecret = "x"\nproxy = "y"\n', "没有 proxy"),
        (
            '[lines.sms]\nkind = "wecom"\nurl = "https://h/p"\ngroup = "g"\nsecond = "hook:a"\n'
            '[webhooks.a]\nurl = "https://h/p"\nsecret = "x"\n',
            "通知的是程序，不是人",
        ),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(text: str, named: str) -> None:
    with pytest.raises(LinesRefused, match=named):
        parse_lines(text, "lines.toml")
