"""A phone answers `1`: the newest alert that it got is acknowledged, by its receiver, once."""

import pytest

from tests.platform.post import Office
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.channels.contract import Answer, Outcome, Reply
from zhunsheng.apps.alerts.delivery import rows
from zhunsheng.apps.alerts.delivery.replies import plain_answer, plain_number, record_reply
from zhunsheng.apps.alerts.models import Action, Alert, AlertGroup, Delivery
from zhunsheng.apps.alerts.models import Reply as ReplyRow

pytestmark = pytest.mark.usefixtures("db")
PHONE = "13900000001"


@pytest.fixture
def office(db: None) -> Office:
    del db
    return Office()


def sent(office: Office, *names: str) -> list[Delivery]:
    """Alerts that were handed to the gateway one after the other, a minute apart."""
    deliveries = []
    for name in names:
        deliveries.append(office.queued(name))
        office.lane().turn()
        office.clock.pass_(minutes=1)
    return deliveries


def answer(office: Office, text: str = "1", number: str = PHONE) -> str | None:
    moment = office.clock()
    return record_reply("sms", Reply(number, text), moment, came_at=moment.real)


def hears(office: Office) -> list[str]:
    """A worker that listens goes round. Returns what all answers so far did."""
    lane = office.lane("listener")
    lane.on_reply = record_reply
    lane.turn()
    with as_process("test"):
        return list(ReplyRow.objects.values_list("effect", flat=True))


def state(name: str) -> str:
    with as_process("test"):
        return AlertGroup.objects.get(key=f"group of {name}").state


def test_1_acknowledges_the_newest_alert_of_that_phone(office: Office) -> None:
    sent(office, "older", "newer")
    assert answer(office) == "acknowledged"
    assert (state("older"), state("newer")) == ("waiting", "acknowledged")
    with as_process("test"):
        action = Action.objects.get()
        assert (action.act, action.by_id, action.via, action.at) == (
            "acknowledge",
            office.officer.pk,
            "sms",
            office.clock.at,
        )


def test_the_same_answer_brought_twice_is_one(office: Office) -> None:
    sent(office, "one")
    answer(office)
    answer(office, number=f"86{PHONE}")
    with as_process("test"):
        assert Action.objects.count() == ReplyRow.objects.count() == 1


def test_1_to_a_message_that_speaks_of_several_acknowledges_all_of_them(office: Office) -> None:
    first, second = office.alert("first"), office.alert("second")
    with as_process("test"):
        bundle = Alert.objects.create(
            key="bundle",
            role="case_officer",
            officer=office.officer,
            reason=Alert.Reason.DIGEST,
            level="red",
            liberty=False,
            text="【准绳】两项",
            explanation={},
            created_at=office.clock.at,
            covers=[first.key, second.key],
        )
    office.queue(bundle)
    office.lane().turn()
    assert answer(office) == "acknowledged"
    assert (state("first"), state("second")) == ("acknowledged", "acknowledged")


def test_an_alert_that_was_not_handed_over_yet_is_not_meant(office: Office) -> None:
    office.queued("waiting")
    assert answer(office) == "no_alert"
    assert state("waiting") == "waiting"


def test_an_answer_that_comes_before_its_message_is_written_down_as_sent_waits_for_that(office: Office) -> None:
    # Seen on a busy machine: one worker had handed the message over and had not said so yet, another heard the phone.
    office.queued("one")
    leased = rows.lease("sms", most=1, by="sender", moment=office.clock())
    office.gateway.pending = [Reply(PHONE, "1")]
    assert hears(office) == []
    assert office.gateway.taken == []
    accepted = [Answer(leased[0].key, Outcome.ACCEPTED, gateway_id="g1")]
    rows.record(leased, accepted, recognises_keys=True, moment=office.clock())
    assert hears(office) == ["acknowledged"]
    assert office.gateway.taken == [Reply(PHONE, "1")]


def test_an_answer_waits_no_longer_than_a_lease_for_what_was_on_its_way_when_it_came(office: Office) -> None:
    office.queued("one")
    rows.lease("sms", most=1, by="killed", moment=office.clock())
    moment = office.clock()
    reply = Reply(PHONE, "1")
    assert record_reply("sms", reply, moment, came_at=moment.real) is None
    # why: leased again at 12:00:10, after the answer had come at 12:00:00, so it cannot be what was answered.
    office.clock.pass_(seconds=rows.LEASE.total_seconds())
    rows.lease("sms", most=1, by="next", moment=office.clock())
    assert record_reply("sms", reply, office.clock(), came_at=moment.real) == "no_alert"


def test_another_word_changes_nothing_and_is_not_kept(office: Office) -> None:
    sent(office, "one")
    assert answer(office, "收到，嫌疑人张某已送看守所") == "not_understood"
    assert state("one") == "waiting"
    with as_process("test"):
        # why: what a phone writes could name a person; only what it did is kept.
        assert "张某" not in str(ReplyRow.objects.values().get())


def test_an_alert_that_is_closed_by_now_is_left_as_it_is(office: Office) -> None:
    sent(office, "one")
    with as_process("test"):
        AlertGroup.objects.update(state=AlertGroup.State.DONE, closed_at=office.clock.at)
    assert answer(office) == "refused"
    assert state("one") == "done"


def test_an_unknown_phone_has_no_alert(office: Office) -> None:
    sent(office, "one")
    assert answer(office, number="13900000009") == "no_alert"


@pytest.mark.parametrize("text", ["1", " 1\n", "１", "1。", "1."])
def test_the_answer_is_read_as_people_type_it(text: str) -> None:
    assert plain_answer(text) == "1"


@pytest.mark.parametrize("number", [PHONE, f"86{PHONE}", f"+86{PHONE}", f"0086{PHONE}"])
def test_the_number_is_read_as_networks_write_it(number: str) -> None:
    assert plain_number(number) == PHONE
