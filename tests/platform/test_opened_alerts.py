"""Who opened an alert in his inbox has heard of it: no text follows. A list that scrolled by is no reading, and what is
found later is told as ever.

The seed is red at 12:00 of 9 November, due at its 24:00. Who handles it hears at once; who oversees it would hear a
tenth of the twelve hours later, at 13:12.
"""

import re

import pytest
from django.test import Client

from tests.platform.accounts import Person, account, signed_in
from tests.platform.alert_world import CASE, FAMILY, FILING, LEVELS, RED, XU, YELLOW, AlertWorld, alert_world, told
from tests.platform.test_alerts import HELD, VOIDED
from tests.story import at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Delivery, DeliveryOutcome, Pending
from zhunsheng.apps.audit import clock

pytestmark = pytest.mark.usefixtures("db")
OPENED_AT = "2022-11-09 12:30"


def enter(world: AlertWorld, role: str, *, now: str = OPENED_AT) -> Person:
    """Somebody of the world at his browser, at an instant of the city's."""
    clock.set_city_clock(at(now), seconds_per_second=0)
    return signed_in(account(role.replace("_", "-"), officer=world.people[role]))


def key_of(world: AlertWorld, rule: str = FILING) -> str:
    with as_process("test"):
        return world.group(rule).key


def texts(world: AlertWorld, role: str) -> list[str]:
    """What left the house for somebody."""
    with as_process("test"):
        rows = Delivery.objects.filter(channel="sms", alert__officer=world.people[role], state="sent")
        return [row.alert.text for row in rows.order_by("not_before", "key")]


def reds(world: AlertWorld, role: str) -> list[str]:
    return [text for text in texts(world, role) if text.startswith("【准绳】红色预警：")]


def waiting(world: AlertWorld) -> set[str]:
    """For whom something waits to be told."""
    with as_process("test"):
        held = set(Pending.objects.values_list("officer", flat=True))
    return {role for role, person in world.people.items() if person.pk in held}


def test_who_has_opened_it_gets_no_text_and_everybody_else_does() -> None:
    world = told(*LEVELS)
    page = enter(world, "legal_officer").get(f"/a/{key_of(world)[:12]}/").content.decode()
    assert "短信 已在收件箱打开，不再发送 2022年11月9日 12:30" in re.sub(r"<[^>]+>", "", page)
    world.pass_time("2022-11-09 13:13")
    assert (len(reds(world, "legal_officer")), len(reds(world, "unit_head"))) == (0, 1)
    with as_process("test"):
        (outcome,) = DeliveryOutcome.objects.filter(what="opened")
        assert (outcome.channel, outcome.at) == ("sms", at(OPENED_AT))
        assert outcome.alert.officer == world.people["legal_officer"]


def test_it_is_not_taken_on_by_that_and_rises_as_ever() -> None:
    """Red at 12:00 rises to the county head twelve hours later, since nobody acknowledged it."""
    world = told(*LEVELS)
    enter(world, "legal_officer").get(f"/a/{key_of(world)}/")
    world.judge("2022-11-10 00:00").pass_time("2022-11-10 12:31")
    with as_process("test"):
        assert world.group().state == "waiting"
        assert [alert.reason for alert in world.alerts("county_head")] == ["escalated"]


def test_who_read_what_is_wrong_is_told_that_it_was_wrong() -> None:
    """The acceptance is taken back at 15:00: four hours later at the latest a text says so to the reader too."""
    world = told(*LEVELS, story=XU + VOIDED)
    enter(world, "legal_officer").get(f"/a/{key_of(world)}/")
    world.judge("2022-11-09 15:00").pass_time("2022-11-09 19:01")
    assert reds(world, "legal_officer") == []
    assert texts(world, "legal_officer")[-1].startswith("【准绳】更正：11月9日12:00关于案件（尾号0187）")


def test_what_is_found_later_is_told_to_who_opened_it_before() -> None:
    """Opened at 06:30 while it was yellow: the text of 07:00 is spared, that of the red is not."""
    world = told(YELLOW)
    enter(world, "unit_head", now="2022-11-09 06:30").get(f"/a/{key_of(world)}/")
    world.judge(RED).pass_time("2022-11-09 13:13")
    assert len(texts(world, "unit_head")) == len(reds(world, "unit_head")) == 1


def test_a_list_a_case_a_colleague_and_a_browser_that_asks_ahead_are_no_reading() -> None:
    world = told(*LEVELS)
    key, before = key_of(world), waiting(world)
    assert before == {"legal_officer", "unit_head"}
    me = enter(world, "legal_officer")
    for path in ("/inbox/", f"/cases/{CASE}/"):
        assert me.get(path).status_code == 200
    assert me.client.get(f"/a/{key}/", headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 200
    assert enter(world, "case_officer").get(f"/a/{key}/").status_code == 200
    assert Client(SERVER_NAME="localhost").get(f"/a/{key}/").status_code == 302
    assert waiting(world) == before


def test_the_preview_beside_the_list_is_reading() -> None:
    world = told(*LEVELS)
    me = enter(world, "unit_head")
    me.client.get(f"/a/{key_of(world)}/", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/inbox/"})
    assert waiting(world) == {"legal_officer"}


def test_a_reminder_of_red_reaches_who_handles_it_though_he_opened_it() -> None:
    """Held at 02:30, overdue a day later; he took it on, and is asked again two hours on. He opens it meanwhile."""
    world = alert_world(HELD, FAMILY)
    for instant in ("2026-03-02 20:30", "2026-03-03 00:30", "2026-03-03 02:30"):
        world.judge(instant)
    key = key_of(world, FAMILY)
    me = enter(world, "case_officer", now="2026-03-03 02:40")
    me.post(f"/a/{key}/acknowledge/")
    world.pass_time("2026-03-03 04:41")
    assert "case_officer" in waiting(world)
    clock.set_city_clock(at("2026-03-03 04:45"), seconds_per_second=0)
    me.get(f"/a/{key}/")
    world.pass_time("2026-03-03 06:41")
    assert texts(world, "case_officer")[-1].startswith("【准绳】再次提醒")
