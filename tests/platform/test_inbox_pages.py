"""The inbox and the page of one alert on PostgreSQL: who takes what on, in how many presses, and what is refused."""

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from tests.platform.accounts import Person, account, signed_in
from tests.platform.alert_world import CASE, LEVELS, RED, XU, YELLOW, AlertWorld, alert_world
from tests.platform.people import EAST_STATION, WEST_STATION, officer
from tests.story import at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Action, AlertGroup
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.org.models import Unit

pytestmark = pytest.mark.usefixtures("db")
NOON = "2022-11-09 12:30"
"""Red was told at noon of the last day; eleven and a half hours are left until its 24:00."""
OPENED = re.compile(r"data-open[^>]*>([^<]+)<")
NUMBER = re.compile(r'class="num"><a href="[^"]*">(\d+)')
ACTION = re.compile(r'action="(/a/[^"]+)"')


def numbers(count: int) -> list[str]:
    """The case of the story and others of the same station."""
    return [CASE, *(f"A{EAST_STATION}202211{n:04d}" for n in range(1, count))]


def told(count: int, *instants: str) -> AlertWorld:
    """So many cases with one alert each, all of one officer."""
    story = "".join(XU.replace(CASE, number) for number in numbers(count))
    world = alert_world(story)
    with as_process("test"):
        unit = Unit.objects.get(pk=EAST_STATION)
        for number in numbers(count)[1:]:
            case = register_case(number=number, title=f"第{number[-2:]}案", kind=Case.Kind.CRIMINAL, unit=unit)
            assign(
                case=case, officer=world.people["case_officer"], role=Assignment.Role.CASE_OFFICER,
                from_at=at("2022-11-02 16:48"),
            )  # fmt: skip
    for instant in instants:
        world.judge(instant)
    return world


def enter(world: AlertWorld, role: str, *, now: str = NOON) -> Person:
    """Somebody of the world at his browser, at an instant of the city's."""
    clock.set_city_clock(at(now), seconds_per_second=0)
    return signed_in(account(role.replace("_", "-"), officer=world.people[role]))


def body(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def acts() -> list[tuple[str, str]]:
    """What people did, by whom it was done."""
    with as_process("test"):
        return [(act.act, act.via) for act in Action.objects.exclude(by=None).order_by("pk")]


def key_of(world: AlertWorld) -> str:
    with as_process("test"):
        return world.group().key


def test_from_the_link_of_a_message_one_press_takes_it_on() -> None:
    world = told(1, *LEVELS)
    me, key = enter(world, "case_officer"), key_of(world)
    page = body(me.get(f"/a/{key[:12]}/"))  # the short address opens it: the first press
    assert "今天 24:00 前办理：刑事受案后立案审查" in page
    assert "11<small>小时</small>30<small>分</small>" in page
    assert f"/a/{key}/acknowledge/" in ACTION.findall(page)
    assert f"（{world.people['case_officer'].number}）" in page  # who was told: by his number, as everywhere
    answer = me.post(f"/a/{key}/acknowledge/")  # the second
    assert (answer.status_code, answer["Location"]) == (302, f"/a/{key}/")
    assert "签收 今天 12:30" in re.sub(r"<[^>]+>", "", body(me.get(f"/a/{key}/")))
    me.post(f"/a/{key}/acknowledge/")  # sent twice, it is the same
    assert acts() == [("acknowledge", "web")]


def test_twenty_alerts_of_one_station_are_taken_on_at_once() -> None:
    world = told(20, *LEVELS)
    me = enter(world, "case_officer")
    page = body(me.get("/inbox/"))
    assert NUMBER.findall(page) == ["20"]
    keys = re.findall(r'name="key" value="(\w+)"', page)
    assert len(keys) == 20
    answer = me.client.post("/inbox/acknowledge/", {"key": keys, "next": "/inbox/?view=taken"})
    assert answer["Location"] == "/inbox/?view=taken"
    page = body(me.get("/inbox/?view=taken"))
    assert "已签收 20 件。" in page
    assert NUMBER.findall(page) == ["20"]
    assert acts() == [("acknowledge", "web")] * 20


def test_red_is_never_put_off_and_the_refusal_stands_at_the_form() -> None:
    world = told(1, *LEVELS)
    me, key = enter(world, "case_officer"), key_of(world)
    assert f"/a/{key}/snooze/" not in body(me.get(f"/a/{key}/"))
    form = {"reason": "scene", "words": "", "until": "2022-11-09T14:00:00+08:00"}
    page = body(me.post(f"/a/{key}/snooze/", **form), 422)
    assert "红色预警不能稍后提醒" in page
    assert "<title>错误：" in page
    assert acts() == []


def test_yellow_is_put_off_with_a_reason_until_the_instant_of_the_button() -> None:
    world = told(1, YELLOW)
    me, key = enter(world, "case_officer", now="2022-11-09 08:00"), key_of(world)
    form = body(me.get(f"/a/{key}/snooze/"))
    offered = re.findall(r'name="until" value="([^"]+)"', form)
    # An hour on; 20:00 and four hours before the end of the 9th are the same instant; tomorrow is too late.
    assert offered == ["2022-11-09T09:00:00+08:00", "2022-11-09T20:00:00+08:00"]
    assert "推迟到 今天 09:00" in form
    assert "原因" in body(me.post(f"/a/{key}/snooze/", until=offered[0]), 422)
    assert me.post(f"/a/{key}/snooze/", reason="scene", words="", until=offered[0], seen="0").status_code == 302
    assert me.post(f"/a/{key}/snooze/", reason="scene", words="", until=offered[0], seen="0").status_code == 302
    assert acts() == [("snooze", "web")]
    assert OPENED.findall(body(me.get("/inbox/?view=snoozed"))) == ["刑事受案后立案审查 · 徐某某盗窃案"]
    assert OPENED.findall(body(me.get("/inbox/"))) == []


def test_handed_over_accepted_disputed_and_ruled_on() -> None:
    world = told(1, *LEVELS)
    me, colleague = enter(world, "case_officer"), enter(world, "co_officer")
    key = key_of(world)
    assert me.post(f"/a/{key}/hand_over/", to=str(world.people["co_officer"].pk), reason="外出").status_code == 302
    assert f"/a/{key}/accept/" in body(colleague.get(f"/a/{key}/"))
    assert colleague.post(f"/a/{key}/accept/").status_code == 302
    assert "请从起点时间错" in body(colleague.post(f"/a/{key}/dispute/", reason="other", words=""), 422)
    assert colleague.post(f"/a/{key}/dispute/", reason="start_wrong", words="").status_code == 302
    judge = enter(world, "legal_department")
    assert judge.post(f"/a/{key}/rule_on/", verdict="upheld", reason="起点录错").status_code == 302
    with as_process("test"):
        assert AlertGroup.objects.get().state == "withdrawn"
    assert [act for act, _via in acts()] == ["hand_over", "accept", "dispute", "rule"]


def test_done_needs_a_document_and_a_head_urges() -> None:
    world = told(1, *LEVELS)
    me, key = enter(world, "case_officer"), key_of(world)
    body(me.post(f"/a/{key}/claim_done/", document_no=""), 422)
    assert "不能督办" not in body(me.get(f"/a/{key}/"))
    assert "可以督办" in body(me.post(f"/a/{key}/urge/", reply_by="2022-11-09 18:00", reason="快"), 422)
    head = enter(world, "unit_head")
    assert "时间应晚于现在" in body(head.post(f"/a/{key}/urge/", reply_by="2022-11-09 09:00", reason="快"), 422)
    assert head.post(f"/a/{key}/urge/", reply_by="2022-11-09 18:00", reason="快").status_code == 302
    assert me.post(f"/a/{key}/claim_done/", document_no="甲公立字〔2022〕187号").status_code == 302
    assert [act for act, _via in acts()] == ["urge", "claim_done"]


def test_whoever_may_not_see_the_case_finds_no_alert() -> None:
    world = told(1, *LEVELS)
    key = key_of(world)
    world.people["stranger"] = officer("100099", ("officer", WEST_STATION))
    stranger = enter(world, "stranger")
    assert "没有查看它的权限" in body(stranger.get(f"/a/{key}/"), 404)
    body(stranger.post(f"/a/{key}/acknowledge/"), 404)
    assert OPENED.findall(body(stranger.get("/inbox/?view=all"))) == []
    assert stranger.client.post("/inbox/acknowledge/", {"key": [key], "next": "/inbox/"}).status_code == 302
    assert "没有这条预警，或您没有查看它的权限" in body(stranger.get("/inbox/"))
    assert acts() == []


def test_whoever_only_looks_on_is_offered_nothing_and_may_do_nothing() -> None:
    world = told(1, *LEVELS)
    key = key_of(world)
    world.people["inspectorate"] = officer("100098", ("inspectorate", EAST_STATION))
    inspector = enter(world, "inspectorate")
    page = body(inspector.get(f"/a/{key}/"))
    assert ACTION.findall(page) == []
    assert inspector.post(f"/a/{key}/urge/", reply_by="2022-11-09 18:00").status_code == 403
    assert inspector.client.post("/inbox/acknowledge/", {"key": [key]}).status_code == 403
    assert NUMBER.findall(body(inspector.get("/inbox/"))) == ["1"]  # all that is open, not what waits for him


def test_views_levels_and_elements_each_lead_to_as_many_as_they_say() -> None:
    world = told(3, *LEVELS)
    me = enter(world, "legal_officer")
    page = body(me.get("/inbox/?view=all"))
    doors = re.findall(r'<li><a href="(\?[^"]*)"[^>]*>[^<]+<span>(\d+)</span>', page)
    assert len(doors) == 18
    for address, count in doors:
        assert NUMBER.findall(body(me.get(f"/inbox/{address.replace('&amp;', '&')}"))) == [count], address
    assert len(OPENED.findall(body(me.get("/inbox/?view=all&level=red")))) == 3
    assert OPENED.findall(body(me.get("/inbox/?view=all&level=blue"))) == []
    number = world.people["case_officer"].number
    assert len(OPENED.findall(body(me.get(f"/inbox/?view=all&officer={number}")))) == 3


def test_who_may_list_every_case_finds_what_waits_for_him_in_the_order_of_its_time() -> None:
    # why: his list is found by what is kept with each alert that concerns him, not by looking at the alerts themselves
    world = told(3, *LEVELS)
    first, second, third = numbers(3)
    with as_process("test"):
        AlertGroup.objects.update(handed_to=world.people["legal_department"])
        AlertGroup.objects.filter(case=third).update(due=at("2022-11-09 20:00"), outer=at("2022-11-09 20:00"))
    me = enter(world, "legal_department")

    def cases(query: str = "") -> list[str]:
        titles = {"徐某某盗窃案": first, f"第{second[-2:]}案": second, f"第{third[-2:]}案": third}
        return [titles[text.partition(" · ")[2]] for text in OPENED.findall(body(me.get(f"/inbox/{query}")))]

    assert NUMBER.findall(body(me.get("/inbox/"))) == ["3"]
    assert cases()[0] == third, "it ends first"
    assert sorted(cases("?nature=statutory")) == sorted([first, second, third])
    assert sorted(cases("?level=red")) == sorted([first, second, third])
    with as_process("test"):
        AlertGroup.objects.filter(case=second).update(state=AlertGroup.State.DISPUTED)
        AlertGroup.objects.filter(case=first).update(due=at("2022-11-09 18:00"), outer=at("2022-11-09 18:00"))
    assert cases() == [first, third], "what is disputed waits for a ruling; the other moved forward"
    assert NUMBER.findall(body(me.get("/inbox/"))) == ["2"]


def test_a_leader_sees_who_has_how_much_and_each_figure_opens_its_list() -> None:
    # Four cases of one officer, all red at noon; one of them is given to his colleague, and one to nobody
    world = told(4, *LEVELS)
    second = officer("035019", ("officer", EAST_STATION))
    with as_process("test"):
        Assignment.objects.filter(case=numbers(4)[2]).update(officer=second)
        Assignment.objects.filter(case=numbers(4)[3]).update(until_at=at(NOON))
    me = enter(world, "unit_head")
    table = body(me.get("/today/")).partition("officers-title")[2]
    figures = re.findall(r'<a href="(/inbox/[^"]*officer=([-\d]+))">(\d+)</a>', table)
    first = world.people["case_officer"].number
    # why: open, over, red, yellow, blue, to ask; what is red is counted as red alone
    assert [(who, int(n)) for _address, who, n in figures] == [
        *((first, n) for n in (2, 0, 2, 0, 0, 0)),
        *(("-", n) for n in (1, 0, 1, 0, 0, 0)),
        *((second.number, n) for n in (1, 0, 1, 0, 0, 0)),
    ]
    for address, _who, count in figures:
        assert len(OPENED.findall(body(me.get(address.replace("&amp;", "&"))))) == int(count), address


def test_a_view_of_the_inbox_is_taken_away_as_values() -> None:
    world = told(2, *LEVELS)
    me = enter(world, "unit_head")
    answer = me.export("/inbox.xlsx?view=all")
    assert answer.status_code == 200
    heads, *rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert heads[:3] == ["预警", "级别", "案件编号"]
    assert sorted(row[2] for row in rows) == sorted(numbers(2))
    assert {(row[0], row[1], row[6], row[8], row[9]) for row in rows} == {
        ("刑事受案后立案审查", "红色预警", "2022年11月9日 24:00", "还剩 11小时30分", "待签收")
    }


def test_beside_the_red_alerts_of_a_leader_only_red_ones_are_counted() -> None:
    # One case, yellow on the morning of its last day: it ends today, and nothing red does
    world = told(1, "2022-11-08 00:00", YELLOW)
    me = enter(world, "unit_head", now="2022-11-09 08:00")
    page = body(me.get("/today/"))
    assert "周三 · 东一所</p>" in page  # whose day it is: the station's, as its name stands at the head
    [head, below] = page.partition("ends-title")[2].split("</header>", 1)
    assert [int(n) for n in re.findall(r"(?:已超期|今天到期) (\d+) 件", head)] == [0, 0]
    assert re.search(r"view=today\">今天到期<b>1</b>", below)
    # Red at noon: the same alert is counted by both
    world.judge(RED)
    clock.set_city_clock(at(NOON), seconds_per_second=0)
    head = body(me.get("/today/")).partition("ends-title")[2].split("</header>", 1)[0]
    [address] = re.findall(r'href="(/inbox/[^"]*view=today[^"]*)">今天到期 1 件', head)
    assert len(OPENED.findall(body(me.get(address.replace("&amp;", "&"))))) == 1


@pytest.mark.parametrize("path", ["/inbox/", "/mine/", "/today/"])
def test_more_alerts_ask_the_database_nothing_more(path: str) -> None:
    world = told(2, RED)
    me = enter(world, "unit_head" if path == "/today/" else "case_officer")
    body(me.get(path))
    with CaptureQueriesContext(connection) as few:
        body(me.get(path))
    with as_process("test"):
        [first, *_rest] = AlertGroup.objects.order_by("key")
        for n in range(30):
            first.pk = f"{n:064x}"
            first.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        body(me.get(path))
    assert len(many) == len(few)


def test_what_one_message_says_of_several_levels_stands_once_in_the_inbox() -> None:
    world = told(1, LEVELS[-1])  # first judged when red: blue, yellow and red are told at once, by one message
    page = body(enter(world, "case_officer").get(f"/a/{key_of(world)}/"))
    lines = re.findall(r"<li><span class=\"zs-course__at\">(.*?)</li>", page, re.DOTALL)
    assert len(lines) > 1
    assert {line.count("站内消息") for line in lines} == {1}
