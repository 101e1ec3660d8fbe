"""The case-handling area from events to the page: who is in, how long, until when, and what the log says of it."""

import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from tests.platform.accounts import Person, account, signed_in
from tests.platform.people import EAST, EAST_STATION, WEST_STATION, city, officer
from tests.platform.supervised import put_in_force, supervise
from tests.platform.test_alerts_supervised import shipped
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.persons import Identity, put_in_case, register_person
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.org.models import Unit

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
STAY = "place.stay-ceiling"
ROW = re.compile(r"<tr data-row>(.*?)</tr>", re.DOTALL)
NUMBER = re.compile(r'class="num"><a href="[^"]*">(\d+)')


@pytest.fixture(autouse=True)
def world(db: None) -> None:
    """The organisation, and the rule on stays."""
    del db
    clock.set_city_clock(NOW, seconds_per_second=0)
    city()
    put_in_force(shipped(STAY))


def stay(serial: int, hours: float, *, left: float | None = None, unit: str = EAST_STATION, **columns: Any) -> str:
    """A person who entered so many hours ago, and left so many hours ago."""
    number, person = f"A{unit}202603{serial:04d}", f"P{serial}"
    with as_process("test"):
        if not Case.objects.filter(pk=number).exists():
            case = register_case(number=number, title="斗殴案", kind=Case.Kind.CRIMINAL, unit=Unit.objects.get(pk=unit))
            identity = Identity(f"王小强{serial}", "000000199001010000", "", "")
            put_in_case(case=case, person=register_person(person_id=person, identity=identity), role="suspect")
            handler = officer(f"0182{serial:02d}", ("officer", unit))
            assign(case=case, officer=handler, role=Assignment.Role.CASE_OFFICER, from_at=NOW)
        for kind, ago in (("entered", hours), ("left", left)):
            if ago is not None:
                record_event(
                    recorder="process:test", source="area", id=f"{kind}{serial}", type=f"person.{kind}_area",
                    at=NOW - timedelta(hours=ago), case=number, unit=unit, person=person, visit=f"V{serial}", **columns,
                )  # fmt: skip
    return number


def enter(role: str, unit: str, number: str = "035001") -> Person:
    return signed_in(account(role.replace("_", "-"), officer=officer(number, (role, unit))))


def body(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def texts(page: str) -> list[str]:
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in ROW.findall(page)]


def test_who_entered_and_did_not_leave_is_in() -> None:
    number = stay(1, 22.5, place="讯问室2")
    stay(2, 3, left=1)
    stay(3, 25)
    supervise()
    me = enter("area_keeper", EAST_STATION)
    page = body(me.get("/premises/"))
    assert NUMBER.findall(page) == ["2"]
    over, soon = texts(page)
    # Twenty-four hours to the minute: one is an hour past them, the other has an hour and a half.
    assert "昨天 09:30 1天1小时 已超期 超期 1小时 今天 09:30" in over
    assert number in soon
    assert "王小强" not in page
    assert "昨天 12:00 22小时30分 黄色预警 还剩 1小时30分 今天 12:00 办案区滞留上限（派生） 讯问室2 东一所" in soon
    assert soon.endswith("警员018201")
    content = me.export("/premises.xlsx?stay=over").content
    table = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert table[1][3:6] == ["1天1小时", "2026年3月12日 09:30", "办案区滞留上限（派生）"]
    assert [len(texts(body(me.get(f"/premises/?stay={view}")))) for view in ("soon", "over")] == [1, 1]


def test_a_corrected_leaving_puts_him_back_in() -> None:
    stay(1, 3, left=1)
    supervise()
    me = enter("area_keeper", EAST_STATION)
    assert "办案区现在没有人。" in body(me.get("/premises/"))
    with as_process("test"):
        record_event(
            recorder="process:test", source="area", id="left1", version=2, void=True, type="person.left_area",
            at=NOW - timedelta(hours=1), case=f"A{EAST_STATION}2026030001", unit=EAST_STATION, person="P1", visit="V1",
        )  # fmt: skip
    supervise()
    assert NUMBER.findall(body(me.get("/premises/"))) == ["1"]


def test_each_keeper_sees_his_own_area_and_the_log_names_whom_he_saw() -> None:
    stay(1, 2)
    stay(2, 2, unit=WEST_STATION)
    supervise()
    assert len(texts(body(enter("county_head", EAST).get("/premises/")))) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail ->> 'persons' FROM audit_entry WHERE object_kind = 'premises'")
        assert cursor.fetchall() == [('["P1"]',)]
    body(enter("officer", EAST_STATION, "035002").get("/premises/"), 403)


def test_more_people_ask_the_database_nothing_more() -> None:
    for serial in range(1, 3):
        stay(serial, 2)
    supervise()
    me = enter("area_keeper", EAST_STATION)
    body(me.get("/premises/"))
    with CaptureQueriesContext(connection) as few:
        body(me.get("/premises/"))
    for serial in range(3, 20):
        stay(serial, 2)
    supervise()
    with CaptureQueriesContext(connection) as many:
        assert len(texts(body(me.get("/premises/")))) == 19
    assert len(many) == len(few)
