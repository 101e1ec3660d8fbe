"""A thing that time was to change and that cannot be handled: it is set aside and told of, and holds up no other."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from tests.platform.alert_world import CASE, LEVELS, OVER, AlertWorld, administrators, told
from tests.platform.supervised import it_is
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts import rounds
from zhunsheng.apps.alerts.digests import tell_pending
from zhunsheng.apps.alerts.models import Alert, AlertGroup, Fault, Pending
from zhunsheng.apps.alerts.sweeping import sweep_due

BAD = "b" * 64


@pytest.fixture(autouse=True)
def process(db: None) -> Iterator[None]:
    """Behind row security."""
    del db
    with as_process("test"):
        yield


def unreadable_group(world: AlertWorld) -> AlertGroup:
    """A group whose words lack what every text needs: an older release, or a hand in the database, left it so."""
    good = world.group()
    bad = AlertGroup.objects.get(pk=good.pk)
    bad.pk, bad.words = BAD, {name: word for name, word in good.words.items() if name != "title"}
    bad.next_at, bad.escalate_at = good.next_at, good.escalate_at
    bad.save(force_insert=True)
    return bad


def overdue_world() -> AlertWorld:
    """Red and overdue, and nobody answered until the county head is to hear of it."""
    world = told(*LEVELS, OVER)
    administrators()
    it_is("2022-11-10 12:31")
    return world


def sweep_until_quiet() -> None:
    while not sweep_due():
        pass


def test_a_group_that_cannot_be_swept_is_set_aside_and_the_others_go_on() -> None:
    world = overdue_world()
    unit = unreadable_group(world).unit
    sweep_until_quiet()
    # why: red is escalated to the county head after twelve hours without an answer, whatever the other group has.
    assert [alert.reason for alert in world.alerts("county_head")] == ["escalated"]
    (fault,) = Fault.objects.all()
    assert (fault.key, fault.unit, fault.liberty, fault.times) == (f"group:{BAD}", unit, False, 1)
    assert fault.error.startswith("KeyError groups.py:")
    assert CASE not in fault.error
    assert AlertGroup.objects.get(pk=BAD).next_at == fault.retry_at


def test_administrators_are_told_once_of_a_fault_without_a_word_of_the_case() -> None:
    world = overdue_world()
    unit = unreadable_group(world).unit
    sweep_until_quiet()
    it_is("2022-11-10 12:37")
    sweep_until_quiet()
    assert Fault.objects.get().times == 2
    alerts = Alert.objects.filter(reason="fault")
    assert sorted(alert.account for alert in alerts) == ["audit-admin", "security-admin", "system-admin"]
    (text,) = {alert.text for alert in alerts}
    assert text == f"【准绳】红色预警：单位代码{unit}有预警无法处理，已跳过并会重试，请查看监督程序的日志。"
    assert {(alert.level, alert.case, alert.incident) for alert in alerts} == {("red", None, None)}


def test_what_can_be_handled_again_is_over() -> None:
    world = overdue_world()
    words, bad = world.group().words, unreadable_group(world)
    sweep_until_quiet()
    AlertGroup.objects.filter(pk=BAD).update(words=words)
    it_is("2022-11-10 12:40")
    sweep_until_quiet()
    fault = Fault.objects.get()
    assert fault.closed_at is not None
    assert AlertGroup.objects.get(pk=BAD).escalations == bad.escalations + 1


def test_a_digest_that_fails_holds_up_no_escalation(monkeypatch: pytest.MonkeyPatch) -> None:
    """One officer's waiting alerts cannot be told; another's, and the groups, go on."""
    world = told(LEVELS[0])
    administrators()
    broken, whole = world.people["case_officer"].pk, world.people["co_officer"].pk

    def failing(teller: Any, limit: int, officer: int | None = None) -> int:
        at_stake = Pending.objects.filter(at__lte=teller.as_of)
        if (at_stake if officer is None else at_stake.filter(officer=officer)).filter(officer=broken).exists():
            raise KeyError("words")
        return tell_pending(teller, limit, officer)

    monkeypatch.setattr(rounds, "tell_pending", failing)
    it_is("2022-11-08 08:00")
    waiting = Pending.objects.filter(officer__in=(broken, whole)).count()
    sweep_until_quiet()
    assert waiting > 1
    assert [alert.reason for alert in Alert.objects.filter(officer=whole, reason="digest")] == ["digest"]
    assert Fault.objects.get().key == f"officer:{broken}"
    assert {row.officer_id for row in Pending.objects.all()} == {broken}


def test_a_database_that_is_away_is_no_fault_of_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    overdue_world()

    def away(*_: Any, **__: Any) -> int:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(rounds, "tell_pending", away)
    with pytest.raises(OperationalError):
        sweep_due()
    assert not Fault.objects.exists()


def test_a_fault_that_lasts_is_tried_again_every_five_minutes_of_the_platforms_clock() -> None:
    world = overdue_world()
    unreadable_group(world)
    sweep_until_quiet()
    first = Fault.objects.get()
    assert first.retry_at - first.opened_at == timedelta(minutes=5)
    it_is("2022-11-10 12:35")
    sweep_until_quiet()
    assert Fault.objects.get().times == 1
