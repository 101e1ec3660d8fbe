"""The queue: who is sent what first, what is never sent twice, and what follows when a message does not arrive."""

import itertools
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.platform.post import LINES, Gateway, Office
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.channels.contract import Arrival, Outcome, Receipt, Reply
from zhunsheng.apps.alerts.delivery import rows
from zhunsheng.apps.alerts.delivery.follow_up import open_second_channels
from zhunsheng.apps.alerts.delivery.lines import parse_lines
from zhunsheng.apps.alerts.models import Alert, Delivery, DeliveryOutcome

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def office(db: None) -> Office:
    del db
    return Office()


def texts(gateway: Gateway) -> list[str]:
    return [message.text.removeprefix("【准绳】") for message in gateway.sent]


def outcomes(delivery: Delivery) -> list[str]:
    with as_process("test"):
        return list(DeliveryOutcome.objects.filter(delivery=delivery).order_by("id").values_list("what", flat=True))


def test_red_before_yellow_before_blue_liberty_first_and_then_the_older(office: Office) -> None:
    for name, level, liberty in (
        ("blue", "blue", False),
        ("yellow", "yellow", False),
        ("liberty blue", "blue", True),
        ("red", "red", False),
        ("liberty red", "red", True),
    ):
        office.queued(name, level, liberty=liberty)
        office.clock.pass_(seconds=1)
    office.queued("younger red", "red")
    office.lane().turn()
    # why: priorities 0 red of liberty, 1 red, 2 liberty, 3 yellow, 4 the rest; among two reds the older.
    assert texts(office.gateway) == ["liberty red", "red", "younger red", "liberty blue", "yellow", "blue"]


def test_sent_is_written_only_after_the_gateway_accepted(office: Office) -> None:
    delivery = office.queued("one")
    office.gateway.is_down = True
    lane = office.lane()
    lane.turn()
    assert office.now_is(delivery).state == "queued"
    assert (office.now_is(delivery).attempts, office.now_is(delivery).sent_at, outcomes(delivery)) == (0, None, [])
    office.gateway.is_down = False
    office.clock.pass_(seconds=1)
    lane.turn()
    row = office.now_is(delivery)
    assert (row.state, row.gateway_id, row.sent_at) == ("sent", "g1", office.clock.at)
    assert outcomes(delivery) == ["accepted"]


def test_what_is_next_is_read_in_its_order_from_an_index_of_what_waits(office: Office) -> None:
    # why: how long the next message takes to find must not grow with those that were sent; a sort or a look through the
    # table would. The planner is told to avoid both, and still falls back to them where the index does not give the
    # order asked for.
    office.queued("one")
    moment = office.clock()
    values: dict[str, str | int | bool | datetime] = {
        "channel": "sms",
        "at": moment.at,
        "real": moment.real,
        "until": moment.real,
        "by": "w",
        "most": 16,
        "probing": False,
    }
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (COSTS OFF) {rows.CLAIM}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    due = plan.partition("CTE due")[2].partition("CTE taken")[0]
    assert "Index Scan using alerts_delivery_due" in due
    assert "Sort" not in due


def test_what_is_to_be_held_back_until_morning_is_not_sent_before(office: Office) -> None:
    delivery = office.queued("blue", "blue")
    with as_process("test"):
        Delivery.objects.filter(key=delivery.key).update(not_before=office.clock.at + timedelta(hours=8))
    lane = office.lane()
    assert lane.turn() == 0
    office.clock.pass_(hours=8)
    assert lane.turn() == 1


def test_the_same_alert_to_the_same_phone_is_queued_once(office: Office) -> None:
    alert = office.alert("one")
    first, second = office.queue(alert), office.queue(alert)
    assert first.key == second.key
    office.lane().turn()
    assert len(office.gateway.sent) == 1


def test_a_lease_that_ran_out_is_taken_again_with_the_same_key(office: Office) -> None:
    delivery = office.queued("one")
    (leased,) = rows.lease("sms", most=16, by="dead", moment=office.clock())
    assert (leased.key, leased.was_in_doubt) == (delivery.key, False)
    # Another worker sees nothing while the lease lasts
    assert office.lane("two").turn() == 0
    office.clock.pass_(seconds=10)
    assert office.lane("two").turn() == 1
    assert [message.key for message in office.gateway.sent] == [delivery.key]
    assert office.now_is(delivery).attempts == 2


def test_where_keys_are_unknown_what_may_have_arrived_says_that_it_is_repeated(office: Office) -> None:
    office.queued("one")
    rows.lease("sms", most=16, by="dead", moment=office.clock())
    office.clock.pass_(seconds=10)
    office.gateway.recognises_keys = False
    office.lane().turn()
    assert [message.is_resent for message in office.gateway.sent] == [True]


def test_two_workers_share_a_queue_without_meeting(office: Office) -> None:
    for number in range(40):
        office.queued(f"alert {number:02}")
    one, two = office.lane("one"), office.lane("two")
    while one.turn() + two.turn():
        pass
    assert len(office.gateway.sent) == len({message.key for message in office.gateway.sent}) == 40


def test_an_unknown_outcome_is_tried_again_soon_for_red_and_late_for_the_rest(office: Office) -> None:
    # why: trust.md 3.2: red after 30 s, the others after 10 min, where the gateway knows no keys.
    office.gateway.recognises_keys = False
    office.gateway.does = {office.officer.mobile: Outcome.UNKNOWN}
    red, blue = office.queued("red"), office.queued("blue", "blue")
    office.lane().turn()
    assert office.now_is(red).retry_at == office.clock.at + timedelta(seconds=30)
    assert office.now_is(blue).retry_at == office.clock.at + timedelta(minutes=10)
    assert office.now_is(red).in_doubt
    assert office.now_is(red).state == "queued"


def test_a_refusal_is_tried_again_after_1_2_4_seconds_and_never_later_than_half_a_minute_for_red() -> None:
    assert [rows.retry_after(n, priority=1).total_seconds() for n in (1, 2, 3, 6, 40)] == [1, 2, 4, 30, 30]
    # why: 2**9 = 512 s is beyond five minutes.
    assert [rows.retry_after(n, priority=4).total_seconds() for n in (1, 9, 10, 40)] == [1, 256, 300, 300]


def test_a_refusal_leaves_the_row_queued_with_its_reason(office: Office) -> None:
    office.gateway.does = {office.officer.mobile: Outcome.REFUSED}
    delivery = office.queued("one")
    office.lane().turn()
    row = office.now_is(delivery)
    assert (row.state, row.error, row.in_doubt) == ("queued", "超过流量", False)
    assert row.retry_at == office.clock.at + timedelta(seconds=1)


def test_a_gateway_that_is_away_is_asked_at_most_twice_a_second_and_less_often_later(office: Office) -> None:
    office.queued("one")
    office.gateway.is_down = True
    lane = office.lane()
    asked = []
    for _ in range(100):
        before = lane.breaker.failures
        lane.turn()
        asked += [office.clock.at] * (lane.breaker.failures > before)
        office.clock.pass_(seconds=0.1)
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(asked)]
    # why: 0.5, 1, 2, 4, then 5 s at most (10 s are looked at).
    assert gaps == [0.5, 1.0, 2.0, 4.0]


def test_when_the_gateway_comes_back_urgency_alone_decides(office: Office) -> None:
    # Given red rows whose own next attempt is later than that of blue rows
    blue = office.queued("blue", "blue")
    red = office.queued("red")
    with as_process("test"):
        Delivery.objects.filter(key=red.key).update(retry_at=office.clock.at + timedelta(seconds=30))
    office.gateway.is_down = True
    lane = office.lane()
    for _ in range(3):
        lane.turn()
        office.clock.pass_(seconds=5)
    # When it comes back
    office.gateway.is_down = False
    lane.turn()
    lane.turn()
    # Then red left first all the same
    assert texts(office.gateway) == ["red", "blue"]
    assert office.now_is(blue).state == "sent"


def test_a_worse_alert_of_the_same_matter_overtakes_one_that_waited(office: Office) -> None:
    blue = office.queue(office.alert("blue", "blue", group="same"))
    office.clock.pass_(minutes=5)
    with as_process("test"):
        red_alert = office.alert("red", "red", group="same")
    office.queue(red_alert)
    office.lane().turn()
    assert texts(office.gateway) == ["red"]
    assert office.now_is(blue).state == "superseded"
    assert outcomes(blue) == ["superseded"]


def test_a_receipt_confirms_once_however_often_it_comes(office: Office) -> None:
    delivery = office.queued("one")
    lane = office.lane()
    lane.turn()
    receipt = Receipt("g1", Arrival.DELIVERED, token=1)
    office.gateway.pending = [receipt, Receipt("g1", Arrival.DELIVERED, token=2)]
    lane.turn()
    assert office.now_is(delivery).state == "confirmed"
    assert outcomes(delivery) == ["accepted", "confirmed"]
    assert len(office.gateway.taken) == 2


def test_a_receipt_for_a_number_not_yet_written_down_is_left_with_the_gateway_for_a_minute(office: Office) -> None:
    # why: another worker may be about to write it; of an attempt whose answer was lost it never will be.
    stranger = Receipt("g99", Arrival.DELIVERED)
    office.gateway.pending = [stranger]
    lane = office.lane()
    lane.turn()
    assert office.gateway.taken == []
    office.clock.pass_(seconds=61)
    lane.turn()
    assert office.gateway.taken == [stranger]


def test_a_number_that_does_not_exist_goes_to_the_inbox_and_the_head_is_told_once_a_day(office: Office) -> None:
    office.gateway.does = {office.officer.mobile: Outcome.UNDELIVERABLE}
    first, second = office.queued("one"), office.queued("two")
    office.lane().turn()
    assert [office.now_is(row).state for row in (first, second)] == ["failed", "failed"]
    assert office.now_is(first).error == "空号"
    with as_process("test"):
        assert Delivery.objects.filter(alert=first.alert, channel="inbox", target=str(office.officer.pk)).exists()
    assert office.told(office.head) == [
        "【准绳】您单位民警（警号035001）的短信未送达（空号），已改为系统消息。请核对手机号并当面告知。"
    ]
    with as_process("test"):
        notice = Alert.objects.get(officer=office.head)
        assert sorted(notice.deliveries.values_list("channel", "target")) == [
            ("inbox", str(office.head.pk)),
            ("sms", "13900000002"),
        ]
    # The wrong number is never tried again
    office.clock.pass_(hours=1)
    office.gateway.does = {}
    office.lane().turn()
    assert [message.target for message in office.gateway.sent] == ["13900000002"]


def test_a_receipt_of_failure_does_the_same(office: Office) -> None:
    delivery = office.queued("one")
    lane = office.lane()
    lane.turn()
    office.gateway.pending = [Receipt("g1", Arrival.FAILED, "空号")]
    lane.turn()
    assert office.now_is(delivery).state == "failed"
    assert outcomes(delivery) == ["accepted", "undeliverable"]
    assert len(office.told(office.head)) == 1


def test_the_heads_own_wrong_number_is_told_to_the_head_above(office: Office) -> None:
    office.gateway.does = {office.head.mobile: Outcome.UNDELIVERABLE}
    office.queue(office.alert("one", to=office.head), target=office.head.mobile)
    office.lane().turn()
    assert office.told(office.branch_head) == [
        "【准绳】您单位民警（警号035002）的短信未送达（空号），已改为系统消息。请核对手机号并当面告知。"
    ]


def test_a_notice_that_does_not_arrive_gives_no_further_notice(office: Office) -> None:
    office.gateway.does = {office.officer.mobile: Outcome.UNDELIVERABLE, office.head.mobile: Outcome.UNDELIVERABLE}
    office.queued("one")
    lane = office.lane()
    while lane.turn():
        pass
    assert office.told(office.branch_head) == []


def test_red_that_nothing_confirmed_in_five_minutes_also_goes_by_mail(office: Office) -> None:
    sent, refused = office.queued("sent"), office.queued("refused")
    blue = office.queued("blue", "blue")
    office.lane().turn()
    with as_process("test"):
        Delivery.objects.filter(key=refused.key).update(state="queued", sent_at=None)
    office.clock.pass_(minutes=4, seconds=59)
    assert open_second_channels(office.lines, office.clock()) == 0
    office.clock.pass_(seconds=1)
    assert open_second_channels(office.lines, office.clock()) == 2
    with as_process("test"):
        by_mail = Delivery.objects.filter(channel="mail")
        assert {row.alert_id for row in by_mail} == {sent.alert_id, refused.alert_id}
        assert {row.target for row in by_mail} == {"35035001@police.example"}
        assert {row.priority for row in by_mail} == {1}
    assert outcomes(sent) == ["accepted", "second_channel"]
    assert outcomes(blue) == ["accepted"]
    # and only once
    office.clock.pass_(seconds=1)
    assert open_second_channels(office.lines, office.clock()) == 0


def test_a_confirmed_red_goes_by_no_second_channel(office: Office) -> None:
    office.queued("one")
    lane = office.lane()
    lane.turn()
    office.gateway.pending = [Receipt("g1", Arrival.DELIVERED)]
    lane.turn()
    office.clock.pass_(minutes=6)
    assert open_second_channels(office.lines, office.clock()) == 0


def test_red_without_a_second_channel_says_so_in_the_log(office: Office) -> None:
    delivery = office.queued("one")
    lines = parse_lines(LINES.replace('second = "mail"', ""), "lines.toml")
    office.clock.pass_(minutes=5)
    open_second_channels(lines, office.clock())
    assert outcomes(delivery) == ["no_second_channel"]


def test_an_answer_from_a_phone_is_handed_on_and_taken(office: Office) -> None:
    reply = Reply("8613900000001", "1", token=5)
    office.gateway.pending = [reply]
    office.lane().turn()
    assert office.replies == [("sms", reply)]
    assert office.gateway.taken == [reply]
