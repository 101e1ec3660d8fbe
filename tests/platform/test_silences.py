"""The page of silences: the legal department sets one, discipline inspection looks on, its end tells. Never liberty."""

import re

import pytest

from tests.platform.alert_world import FAMILY, YELLOW, alert_world
from tests.platform.people import EAST_STATION, officer
from tests.platform.supervised import put_in_force
from tests.platform.test_alerts import HELD
from tests.platform.test_alerts_supervised import shipped
from tests.platform.test_inbox_pages import NUMBER, body, enter, key_of
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Alert, Silence

pytestmark = pytest.mark.usefixtures("db")
EVE = "2022-11-08 19:00"
ASKED = {"unit": EAST_STATION, "until": "2022-11-09 20:00", "reason": "系统切换"}


def test_what_is_silenced_on_the_page_is_counted_there_and_told_when_it_is_ended() -> None:
    world = alert_world()
    (rule,) = world.book.rules
    put_in_force(shipped(rule.id, "criminal.filing.overdue-explain"))  # the one is held back by the other
    me = enter(world, "legal_department", now=EVE)
    assert f'value="{rule.id}" selected' in body(me.get(f"/silences/?rule={rule.id}"))
    for wrong, says in (
        ({"until": EVE}, "结束时间应晚于现在"),
        ({"until": "明天"}, "的样子填写"),
        ({"reason": ""}, "写明"),
    ):
        assert says in body(me.post("/silences/", rule=rule.id, **(ASKED | wrong)), 422)
    assert me.post("/silences/", rule=rule.id, **ASKED).status_code == 302
    world.judge(YELLOW)
    head, key = enter(world, "unit_head"), key_of(world)
    assert "静默中，暂不发送" in body(head.get(f"/a/{key}/"))
    assert head.get("/silences/").status_code == 403
    world.people["inspectorate"] = officer("100098", ("inspectorate", EAST_STATION))
    inspector = enter(world, "inspectorate")
    page = body(inspector.get("/silences/"))
    row = re.sub(r"(<[^>]+>|\s)+", " ", page.partition("<tr data-row>")[2].partition("</tr>")[0])
    assert re.search(r"东一所.*系统切换.*今天 20:00.*静默中.*压着 1 件", row)
    assert 'action="/silences/' not in page
    (silence,) = Silence.objects.all()
    assert inspector.post(f"/silences/{silence.pk}/end/").status_code == 403
    assert inspector.post("/silences/", rule=rule.id, **ASKED).status_code == 403
    assert me.post(f"/silences/{silence.pk}/end/").status_code == 302
    with as_process("test"):
        assert not Alert.objects.filter(group=key).exists()
        world.pass_time("2022-11-09 12:31")
        assert [alert.level for alert in world.alerts("case_officer")] == ["yellow"]
    assert NUMBER.findall(body(inspector.get("/silences/"))) == ["0"]


def test_a_rule_of_liberty_is_not_offered_and_not_taken() -> None:
    world = alert_world(HELD, FAMILY)
    (rule,) = world.book.rules
    put_in_force(shipped(rule.id))
    me = enter(world, "legal_department", now=EVE)
    assert rule.id not in body(me.get(f"/silences/?rule={rule.id}"))
    assert "请从列表中选择" in body(me.post("/silences/", rule=rule.id, **ASKED), 422)
    assert "静默" not in body(me.get(f"/rules/{rule.id}/")).partition("</nav>")[2].partition("</section>")[0]
    assert not Silence.objects.exists()
