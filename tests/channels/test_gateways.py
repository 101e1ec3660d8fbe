"""Each channel against the simulator of its gateway: what was sent is what the simulator's file says."""

import math
import os
import signal
import time
from collections.abc import Callable

import pytest

from tests.channels.conftest import Connect, Start
from tests.gateways import Simulated, comes_back, eventually, received
from zhunsheng.apps.alerts.channels.contract import Answer, Arrival, Channel, ChannelDown, Message, Outcome, Reply
from zhunsheng.apps.alerts.channels.contract import Receipt as ReceiptOf

TEXT = "【准绳】红色预警：您主办的案件（尾号0187）“提请批准逮捕”今天24:00届满，还剩7小时12分。请在警务通签收办理。"
LONG = "【准绳】今日提示：" + "您有七项期限或问题待处理，最近的案件（尾号0187）取保候审将于12月7日24:00届满。" * 3
SECRET = "secret"
PHONE = "13900000001"

HERE = 'host = "127.0.0.1"\nport = {port}\n'
URL = 'url = "http://127.0.0.1:{port}'
CMPP = f'kind = "cmpp"\n{HERE}account = "zs"\nsecret = "{{secret}}"\nsource = "10690000"\nservice = "ZSYJ"\n'
MAIL = 'sender = "zs@police.example"\naddress = "{{number}}@police.example"\nencryption = "none"\n'
GROUP = 'secret = "{secret}"\ngroup = "东一所"\n'
SMS = {
    "http_sms": f'kind = "http_sms"\n{URL}"\naccount = "zs"\nsecret = "{{secret}}"\n',
    "smpp": f'kind = "smpp"\n{HERE}system_id = "zs"\npassword = "{{secret}}"\nsource = "10690000"\n',
    "cmpp": CMPP,
    "cmpp 2.0": f'{CMPP}version = "2.0"\n',
}
OTHERS = {
    "mail": f'kind = "mail"\n{HERE}{MAIL}account = "zs"\npassword = "{{secret}}"\n',
    "dingtalk": f'kind = "dingtalk"\n{URL}/robot/send"\ntoken = "zs"\n{GROUP}',
    "wecom": f'kind = "wecom"\n{URL}/cgi-bin/webhook/send"\ntoken = "zs"\n{GROUP}',
    "feishu": f'kind = "feishu"\n{URL}/open-apis/bot/v2/hook/zs"\n{GROUP}',
}
ChannelTo = Callable[..., Channel]
EVERY = [*SMS, *OTHERS]


def simulator(start: Start, kind: str) -> Simulated:
    if kind in ("dingtalk", "wecom", "feishu"):
        return start("bot", "--kind", kind)
    return start(kind.partition(" ")[0])


@pytest.fixture
def channel_to(connect: Connect) -> ChannelTo:
    """A channel to a simulator."""

    def channel(gateway: Simulated, kind: str, *, secret: str = SECRET, seconds_a_send: float = 5.0) -> Channel:
        made = connect((SMS | OTHERS)[kind].format(port=gateway.port, secret=secret))
        vars(made)["seconds_a_send"] = seconds_a_send
        if endpoint := vars(made).get("_endpoint"):
            vars(endpoint)["_timeout"] = seconds_a_send
        return made

    return channel


def send(channel: Channel, *messages: Message) -> list[Answer]:
    return list(channel.send(messages, begin_until=math.inf))


@pytest.mark.parametrize("kind", EVERY)
def test_a_message_is_accepted_and_is_in_the_gateways_file_as_it_was_written(
    start: Start, channel_to: ChannelTo, kind: str
) -> None:
    gateway = simulator(start, kind)
    (answer,) = send(channel_to(gateway, kind), Message("k1", PHONE, TEXT))
    assert answer.outcome is Outcome.ACCEPTED
    (line,) = gateway.said("accepted")
    assert line["text"] == TEXT
    assert answer.gateway_id in (line["id"], "<k1@zhunsheng>", "")


@pytest.mark.parametrize("kind", SMS)
def test_a_receipt_comes_until_it_is_taken_and_then_no_more(start: Start, channel_to: ChannelTo, kind: str) -> None:
    gateway = simulator(start, kind)
    channel = channel_to(gateway, kind)
    (answer,) = send(channel, Message("k1", PHONE, TEXT))
    (receipt,) = received(channel)
    assert isinstance(receipt, ReceiptOf)
    assert (receipt.gateway_id, receipt.arrival) == (answer.gateway_id, Arrival.DELIVERED)
    assert channel.receive() == [receipt]  # not taken yet: it is still there
    channel.take([receipt])
    eventually(lambda: gateway.said("taken"))
    assert channel.receive() == []


@pytest.mark.parametrize("kind", ["smpp", "cmpp"])
def test_a_receipt_that_was_not_taken_comes_again_by_the_next_connection(
    start: Start, channel_to: ChannelTo, kind: str
) -> None:
    # why: the process may have died between the frame and the commit; only the response ends the gateway's duty.
    gateway = simulator(start, kind)
    first = channel_to(gateway, kind)
    send(first, Message("k1", PHONE, TEXT))
    (receipt,) = received(first)
    first.close()
    second = channel_to(gateway, kind)
    (again,) = received(second)
    assert isinstance(receipt, ReceiptOf)
    assert isinstance(again, ReceiptOf)
    assert again.gateway_id == receipt.gateway_id


@pytest.mark.parametrize("kind", SMS)
def test_duplicate_receipts_both_come(start: Start, channel_to: ChannelTo, kind: str) -> None:
    gateway = simulator(start, kind)
    gateway.fail(duplicate_receipts=True)
    channel = channel_to(gateway, kind)
    send(channel, Message("k1", PHONE, TEXT))
    assert len(received(channel, 2)) == 2


@pytest.mark.parametrize("kind", SMS)
def test_a_number_that_does_not_exist_is_reported_later(start: Start, channel_to: ChannelTo, kind: str) -> None:
    gateway = simulator(start, kind)
    gateway.fail(dead_numbers=[PHONE])
    channel = channel_to(gateway, kind)
    send(channel, Message("k1", PHONE, TEXT))
    (receipt,) = received(channel)
    assert isinstance(receipt, ReceiptOf)
    assert receipt.arrival is Arrival.FAILED
    # why: SMPP has no word for it: the centre says UNDELIV.
    assert receipt.reason == ("无法送达" if kind == "smpp" else "空号")


@pytest.mark.parametrize("kind", [*SMS, "mail"])
def test_a_wrong_number_is_refused_for_good(start: Start, channel_to: ChannelTo, kind: str) -> None:
    gateway = simulator(start, kind)
    gateway.fail(wrong_numbers=[PHONE])
    first, second = send(channel_to(gateway, kind), Message("k1", PHONE, TEXT), Message("k2", "13900000002", TEXT))
    assert (first.outcome, second.outcome) == (Outcome.UNDELIVERABLE, Outcome.ACCEPTED)


@pytest.mark.parametrize("kind", EVERY)
def test_what_comes_too_fast_is_refused_for_now(start: Start, channel_to: ChannelTo, kind: str) -> None:
    gateway = simulator(start, kind)
    gateway.fail(throttle_per_second=2)
    answers = send(channel_to(gateway, kind), *(Message(f"k{n}", PHONE, TEXT) for n in range(4)))
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 2 + [Outcome.REFUSED] * 2


@pytest.mark.parametrize("kind", [kind for kind in EVERY if kind != "wecom"])
def test_a_wrong_password_stops_the_line_and_sends_nothing(start: Start, channel_to: ChannelTo, kind: str) -> None:
    # wecom has no password beside the key of its address.
    gateway = simulator(start, kind)
    with pytest.raises(ChannelDown, match="核对"):
        send(channel_to(gateway, kind, secret="other"), Message("k1", PHONE, TEXT))
    assert gateway.said("accepted") == []
    assert gateway.said("login_refused")


@pytest.mark.parametrize("kind", EVERY)
def test_a_gateway_that_does_not_answer_leaves_the_outcome_unknown(
    start: Start, channel_to: ChannelTo, kind: str
) -> None:
    # why: the file shows that it was taken; the sender cannot know.
    gateway = simulator(start, kind)
    gateway.fail(silent=True)
    (answer,) = send(channel_to(gateway, kind, seconds_a_send=0.3), Message("k1", PHONE, TEXT))
    assert answer.outcome is Outcome.UNKNOWN
    assert len(gateway.said("accepted")) == 1


@pytest.mark.parametrize("kind", EVERY)
def test_a_gateway_that_is_not_there_is_down_and_comes_back(start: Start, channel_to: ChannelTo, kind: str) -> None:
    gateway = simulator(start, kind)
    gateway.fail(down=True)
    channel = channel_to(gateway, kind)
    outcomes = []
    try:
        outcomes = [answer.outcome for answer in send(channel, Message("k1", PHONE, TEXT))]
    except ChannelDown:
        outcomes = []
    assert Outcome.ACCEPTED not in outcomes
    gateway.fail()
    eventually(lambda: comes_back(channel))
    assert send(channel, Message("k1", PHONE, TEXT))[0].outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("kind", ["smpp", "cmpp", "cmpp 2.0"])
def test_a_long_text_goes_as_parts_that_join_and_has_one_receipt(
    start: Start, channel_to: ChannelTo, kind: str
) -> None:
    gateway = simulator(start, kind)
    channel = channel_to(gateway, kind)
    (answer,) = send(channel, Message("k1", PHONE, LONG))
    lines = gateway.said("accepted")
    assert "".join(line["text"] for line in lines) == LONG
    assert [line["part"][1:] for line in lines] == [[3, 1], [3, 2], [3, 3]]
    (receipt,) = received(channel)
    assert isinstance(receipt, ReceiptOf)
    assert receipt.gateway_id == answer.gateway_id == lines[-1]["id"]


@pytest.mark.parametrize("kind", SMS)
def test_an_answer_from_a_phone_comes_in(start: Start, channel_to: ChannelTo, kind: str) -> None:
    gateway = simulator(start, kind)
    gateway.fail(reply_from={PHONE: "1"}, no_receipts=True)
    channel = channel_to(gateway, kind)
    send(channel, Message("k1", PHONE, TEXT))
    (reply,) = received(channel)
    assert isinstance(reply, Reply)
    assert (reply.number, reply.text) == (PHONE, "1")


def test_a_key_that_came_before_is_one_message(start: Start, channel_to: ChannelTo) -> None:
    gateway = simulator(start, "http_sms")
    channel = channel_to(gateway, "http_sms")
    first, again = send(channel, Message("k1", PHONE, TEXT), Message("k1", PHONE, TEXT))
    assert first == again
    assert (len(gateway.said("accepted")), len(gateway.said("recognised"))) == (1, 1)


@pytest.mark.parametrize("kind", ["smpp", "cmpp"])
def test_where_a_gateway_knows_no_keys_the_reader_is_told_that_it_may_come_twice(
    start: Start, channel_to: ChannelTo, kind: str
) -> None:
    gateway = simulator(start, kind)
    channel = channel_to(gateway, kind)
    assert not channel.recognises_keys
    send(channel, Message("k1", PHONE, "提示", is_resent=True))
    assert gateway.said("accepted")[0]["text"] == "【重发】提示"


@pytest.mark.parametrize("kind", EVERY)
def test_after_the_lease_nothing_further_is_begun(start: Start, channel_to: ChannelTo, kind: str) -> None:
    gateway = simulator(start, kind)
    channel = channel_to(gateway, kind)
    assert list(channel.send([Message("k1", PHONE, TEXT)], begin_until=time.monotonic() - 1)) == []
    assert not gateway.log.exists() or gateway.said("accepted") == []


@pytest.mark.parametrize("kind", ["smpp", "cmpp"])
def test_a_gateway_that_falls_silent_is_noticed(
    start_process: Start, channel_to: ChannelTo, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # why: after 30 s of silence it is asked; 30 s later without an answer the connection is dropped.
    gateway = start_process(kind)
    channel = channel_to(gateway, kind)
    channel.receive()
    offset = [0.0]
    monkeypatch.setattr(channel, "_now", lambda: time.monotonic() + offset[0])
    assert gateway.process is not None
    gateway.process.send_signal(signal.SIGSTOP)  # as a hang would
    os.waitpid(gateway.process.pid, os.WUNTRACED)  # until it stands: it might still answer
    offset[0] = 31.0
    assert channel.receive() == []
    offset[0] = 62.0
    with pytest.raises(ChannelDown, match="链路检测"):
        channel.receive()
