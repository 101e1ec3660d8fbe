"""What the wall says, and that it says nothing of anybody."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.platform.accounts import Person, account, signed_in
from tests.platform.people import CITY, EAST, EAST_STATION, WEST_STATION, city, officer
from tests.platform.standing import FILING, case_of, exceeded, open_alert, running
from tests.platform.supervised import put_in_force
from tests.platform.test_alerts_supervised import shipped
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.desk.wall import drawn
from zhunsheng.apps.supervision.models import Heartbeat

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMIT = re.compile(r"<li>(.*?)</li>", re.DOTALL)


@pytest.fixture(autouse=True)
def world(db: None) -> None:
    """Two stations at half past ten on 12 March, judged up to that minute."""
    del db
    clock.set_city_clock(NOW, seconds_per_second=0)
    city()
    put_in_force(shipped(FILING, "criminal.filing.overdue-explain"))
    judged(NOW)
    for serial, (unit, left, level) in enumerate(
        ((WEST_STATION, -HOUR, "red"), (WEST_STATION, 2 * HOUR, "red"), (EAST_STATION, 3 * DAY, "yellow")), 1
    ):
        number = case_of(unit, serial)
        running(number, NOW + left, level=level)
        open_alert(number, NOW + left, level=level, state="acknowledged" if left == 2 * HOUR else "waiting")
    exceeded(f"A{WEST_STATION}2026030001", NOW - HOUR)
    done = case_of(EAST_STATION, 4)
    open_alert(done, NOW, level="blue", state="done", closed_at=NOW - HOUR)
    long_ago = case_of(EAST_STATION, 5)
    running(long_ago, NOW - 40 * DAY, level="red")


def judged(at: datetime) -> None:
    with as_process("test"):
        Heartbeat.objects.update_or_create(process="supervise", defaults={"at": at, "watermark": at})


def enter(role: str, unit: str, number: str = "035001") -> Person:
    return signed_in(account(role.replace("_", "-"), officer=officer(number, (role, unit))))


def body(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_the_wall_counts_what_is_red_and_what_ends_next() -> None:
    page = body(enter("legal_department", CITY).get("/wall/"))
    text = text_of(page)
    assert "未办结红色预警 2 其中已超期 1 已签收 1" in text
    assert "黄色预警 1 蓝色提示 0 今天已办结 1" in text
    limits = [text_of(each) for each in LIMIT.findall(page)]
    # What was exceeded an hour ago, then what ends next; what was exceeded forty days ago is not shown again.
    assert limits == [
        "已超期 刑事受案后立案审查 西一所 超期 1小时",
        "红色预警 刑事受案后立案审查 西一所 还剩 2小时",
        "黄色预警 刑事受案后立案审查 东一所 还剩 3天",
    ]
    # East has two cases in hand and exceeded nothing; west has two and exceeded one: fewest first.
    assert "少者在前 东一所 0 西一所 50" in text


def test_no_name_no_case_no_number_is_on_it() -> None:
    page = body(enter("legal_department", CITY).get("/wall/"))
    assert re.findall(r"A3502\d+|第\d+案|警员\d+", page) == []


def test_a_wall_whose_data_stand_still_says_so() -> None:
    me = enter("county_head", EAST)
    judged(NOW - timedelta(minutes=10))
    assert "数据已停" not in body(me.get("/wall/"))
    with as_process("test"):
        Heartbeat.objects.update(watermark=NOW - timedelta(minutes=12))
    assert "数据已停 12分" in body(me.get("/wall/"))


def test_in_a_city_that_runs_fast_the_wall_counts_by_the_machines_clock() -> None:
    """At an hour a second twelve hours of the city are twelve seconds of the loop; eleven minutes are 660 hours."""
    me = enter("county_head", EAST)
    clock.set_city_clock(NOW, seconds_per_second=3600)
    judged(NOW - timedelta(hours=12))
    assert "数据已停" not in body(me.get("/wall/"))
    with as_process("test"):
        Heartbeat.objects.update(watermark=NOW - timedelta(hours=660))
    assert "数据已停 11分" in body(me.get("/wall/"))


def test_without_a_script_the_wall_reloads_itself() -> None:
    page = body(enter("legal_department", CITY).get("/wall/"))
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page


def test_a_branch_has_its_own_wall_and_an_officer_has_none() -> None:
    text = text_of(body(enter("county_head", EAST).get("/wall/")))
    assert "未办结红色预警 0" in text
    assert "西一所" not in text
    body(enter("officer", EAST_STATION, "035002").get("/wall/"), 403)


def test_an_empty_city_has_an_empty_wall() -> None:
    text = text_of(body(enter("unit_head", "350203010100").get("/wall/")))
    assert "现在没有在走的期限。" in text
    assert "现在没有在办案件。" in text


def test_a_larger_city_asks_the_database_nothing_more() -> None:
    me = enter("legal_department", CITY)
    body(me.get("/wall/"))
    with CaptureQueriesContext(connection) as few:
        body(me.get("/wall/"))
    for serial in range(30):
        number = case_of(WEST_STATION, 50 + serial)
        running(number, NOW + DAY, level="red")
        open_alert(number, NOW + DAY, level="red")
        exceeded(number, NOW - serial * DAY)
    with CaptureQueriesContext(connection) as many:
        body(me.get("/wall/"))
    assert len(many) == len(few)


def test_columns_stand_on_a_scale_of_whole_numbers() -> None:
    first = date(2026, 3, 1)
    chart = drawn([(first + timedelta(days=n), count) for n, count in enumerate((0, 5, 8))])
    # The most is 8: four steps of two. The chart is 660 high with a foot of 20, so that one is 640 / 8 = 80.
    assert [n for _y, n in chart.lines] == [0, 2, 4, 6, 8]
    assert [(column.y, column.height) for column in chart.columns] == [(640.0, 0.0), (240.0, 400.0), (0.0, 640.0)]
    assert (chart.whole, chart.most) == (13, chart.columns[2])
    assert drawn([(first, 0)]).most is None
