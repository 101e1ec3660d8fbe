"""The situation that the platform began with, from the source's interface to three phones, and to the explanation.

徐某某盗窃案: accepted on 2 November 2022 at 16:48, seven days for the decision about filing, nobody decided.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from tests.gateways import Simulated, served_here
from tests.platform.accounts import account, signed_in
from tests.platform.alert_world import CASE, LEVELS, AlertWorld, alert_world
from tests.platform.people import EAST_STATION
from tests.platform.post import no_reply_comes
from tests.platform.supervised import it_is, put_in_force, supervise
from tests.platform.test_alerts_supervised import BOTH, shipped
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.delivery.lane import Lane
from zhunsheng.apps.alerts.delivery.lines import parse_lines
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.services import route, sweep_due
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.cases.sources import new_key
from zhunsheng.apps.org.models import Officer

LINE = '[lines.sms]\nkind = "http_sms"\nurl = "http://127.0.0.1:{port}"\naccount = "zs"\nsecret = "secret"\n'
EVENTS = {
    "2022-11-02 16:48": {"id": "e1", "type": "case.accepted", "facts": {"case_kind": "criminal", "economic": False}},
    "2022-11-04 10:00": {"id": "e2", "type": "filing_review.extended", "facts": {"tier": "7d"}},
}
HEARD = "2022-11-09 13:12"  # by those who oversee it: a tenth of the twelve hours that were left later
STANDS = "“刑事受案后立案审查”11月9日24:00届满，还剩10小时48分"
SAID = {
    "case_officer": "您办理的案件（尾号0187）已于2022-11-02 16:48:00 受案，已将届满7天仍未立案，请及时处理。",
    "legal_officer": f"您审核的案件（尾号0187）{STANDS}，请督促办理。",
    "unit_head": f"您单位案件（尾号0187）{STANDS}，请过问。",
}
ALERT = re.compile(r'href="(/a/[0-9a-f]{12,64}/)')
CLOCK = re.compile(r'href="(/clocks/[0-9a-f]{64}/)')


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Simulated]:
    with served_here("http_sms", tmp_path) as gateway:
        yield gateway


def lived(gateway: Simulated) -> AlertWorld:
    """Each day as it was: what the source reports, what the supervisor judges, what the delivery sends."""
    with as_process("test"):
        world = alert_world()
        it_is(min(EVENTS))
        put_in_force(shipped(*BOTH))
        key = new_key()
        register_source(source="jz", title="警综平台", key=key)
    for instant in sorted({*EVENTS, *LEVELS, HEARD}):
        it_is(instant)
        if instant in EVENTS:
            report(key, instant)
        supervise(route)
        while not sweep_due():
            pass
        deliver(gateway, it_is(instant))
    return world


def report(key: str, instant: str) -> None:
    event = {"at": f"{instant.replace(' ', 'T')}:00+08:00", "case": CASE, "unit": EAST_STATION, **EVENTS[instant]}
    answer = Client(SERVER_NAME="localhost").post(
        "/api/v1/events",
        json.dumps({"events": [event]}),
        content_type="application/json",
        headers={"authorization": f"Bearer {key}"},
    )
    assert (answer.status_code, answer.json()["added"]) == (200, 1)


def deliver(gateway: Simulated, at: datetime) -> None:
    line = parse_lines(LINE.format(port=gateway.port), "lines.toml").by_name["sms"]
    channel = line.channel(lambda: datetime.now(UTC))  # the gateway holds the signature against its own time
    lane = Lane(line, channel, "sms", now=lambda: Moment(at, at), on_reply=no_reply_comes)
    while lane.turn():
        pass
    lane.close()


@pytest.mark.usefixtures("db")
def test_the_seed_reaches_three_phones_in_three_roles_words_and_its_explanation_opens_by_its_link(
    gateway: Simulated,
) -> None:
    world = lived(gateway)
    last = {line["number"]: line["text"] for line in gateway.said("accepted")}
    with as_process("test"):
        phones = dict(Officer.objects.values_list("pk", "mobile"))
    assert {role: last[phones[world.people[role].pk]] for role in SAID} == {
        role: f"【准绳】红色预警：{text}" for role, text in SAID.items()
    }
    assert not [text for text in last.values() for word in ("徐", "盗窃", CASE) if word in text]
    it_is("2022-11-09 13:30")
    for role in SAID:
        reader = signed_in(account(role.replace("_", "-"), officer=world.people[role]))
        (link,) = set(ALERT.findall(reader.get("/inbox/?view=all").content.decode()))
        alert = reader.get(link)
        assert alert.status_code == 200
        assert "刑事受案后立案审查" in alert.content.decode()
        (explanation,) = set(CLOCK.findall(alert.content.decode()))
        page = reader.get(explanation).content.decode()
        # why: seven days from the day after acceptance: 3 to 9 November, whose end is 24:00 of the 9th.
        assert "2022年11月2日 16:48" in page
        assert "2022年11月9日 24:00" in page
        assert "公安机关办理刑事案件程序规定" in page
