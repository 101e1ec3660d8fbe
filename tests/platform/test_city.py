"""The city by units, and the ledger of limits that were exceeded: what counts, where each figure leads, who sees it."""

import io
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from tests.platform.accounts import Person, account, signed_in
from tests.platform.people import (
    CITY,
    CLERK,
    EAST,
    EAST_SQUAD,
    EAST_STATION,
    WEST,
    WEST_STATION,
    city,
    officer,
)
from tests.platform.standing import FILING, case_of, exceeded, open_alert, running
from tests.platform.supervised import put_in_force
from tests.platform.test_alerts_supervised import shipped
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer, session_scope, viewer_of
from zhunsheng.apps.alerts.models import Action, Alert, AlertGroup, Gap
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import acting, session_settings
from zhunsheng.apps.cases.models import Assignment, Case, Incident
from zhunsheng.apps.desk import units
from zhunsheng.apps.desk.overdue import visible_overdue
from zhunsheng.apps.desk.periods import periods
from zhunsheng.apps.desk.rulebook import statutory_limits
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.apps.org.services import add_unit
from zhunsheng.apps.supervision.models import Clock, InHand
from zhunsheng.apps.supervision.selectors import exceeded_by_unit

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROW = re.compile(r"<tr data-row>(.*?)</tr>", re.DOTALL)
NAME = re.compile(r'scope="row"[^>]*><a[^>]*>([^<]+)<')
FIGURE = re.compile(
    r'<a(?: class="small muted")? href="(/(?:inbox|overdue|cases)/\?[^"]+)">'
    r"(?:<svg.*?</svg><span[^>]*>[^<]*</span>)?\D*?(?:<b>)?(\d+)",
    re.DOTALL,
)
NUMBER = re.compile(r'class="num"><a href="[^"]*">(\d+)')
INTERNAL = "dossier.electronic-upload"


@pytest.fixture(autouse=True)
def world(db: None) -> None:
    """At half past ten on 12 March: two cases at the western station, one at the eastern, one at its squad."""
    del db
    clock.set_city_clock(NOW, seconds_per_second=0)
    city()
    put_in_force(shipped(FILING, "criminal.filing.overdue-explain"))
    red, over = case_of(WEST_STATION, 1), case_of(WEST_STATION, 2)
    running(red, NOW + HOUR, level="red")
    open_alert(red, NOW + HOUR, level="red")
    running(over, NOW - 2 * DAY, level="red")
    open_alert(over, NOW - 2 * DAY, level="red", kind="overdue", state="acknowledged")
    exceeded(over, NOW - 2 * DAY)
    yellow, squad = case_of(EAST_STATION, 3), case_of(EAST_SQUAD, 4)
    running(yellow, NOW + 5 * DAY, level="yellow")
    open_alert(yellow, NOW + 5 * DAY, level="yellow")
    running(squad, NOW + 9 * DAY)
    exceeded(squad, NOW - 9 * DAY, closed_at=NOW - 8 * DAY, rule=FILING)


def enter(role: str, unit: str, number: str = "035001") -> Person:
    return signed_in(account(role.replace("_", "-"), officer=officer(number, (role, unit))))


def body(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def rows(page: str) -> dict[str, str]:
    """The rows of the table of units by their names, as text."""
    return {NAME.findall(row)[0]: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)) for row in ROW.findall(page)}


def test_a_unit_counts_what_lies_below_it() -> None:
    me = enter("legal_department", CITY)
    found = rows(body(me.get("/city/")))
    assert list(found) == ["甲市局", "东区分局", "东一所", "西区分局", "西一所"]
    found |= rows(body(me.get(f"/city/?unit={EAST_STATION}")))
    # The squad's only limit was exceeded on 3 March and met a day later; both stations stand over it or beside it.
    assert re.findall(r"\d+(?:\.\d)?", found["东一所"]) == ["1", "1", "0", "2", "1", "0", "50"]
    assert re.findall(r"\d+(?:\.\d)?", found["案件队"]) == ["0", "0", "1", "1", "0", "100"]
    assert re.findall(r"\d+(?:\.\d)?", found["西一所"]) == ["2", "2", "1", "2", "1", "0", "50"]
    assert re.findall(r"\d+(?:\.\d)?", found["甲市局"]) == ["3", "2", "1", "1", "4", "2", "0", "50"]


def test_a_unit_counts_what_lies_below_one_that_was_closed() -> None:
    """The eastern branch was given up, its stations go on: the city counts them as before."""
    me = enter("legal_department", CITY)
    before = rows(body(me.get("/city/")))
    with as_process("test"):
        Unit.objects.filter(code=EAST).update(closed_on=NOW.date())
    after = rows(body(me.get("/city/")))
    assert "东区分局" not in after
    assert after["甲市局"] == before["甲市局"]


def test_every_figure_leads_to_as_many() -> None:
    me = enter("legal_department", CITY)
    figures = FIGURE.findall(body(me.get("/city/")) + body(me.get("/city/?kind=case_squad")))
    assert len(figures) > 40
    for address, count in dict(figures).items():
        page = body(me.get(address.replace("&amp;", "&")))
        shown = (
            str(len(ROW.findall(page))) if "/overdue/" in address or "/cases/" in address else NUMBER.findall(page)[0]
        )
        assert shown == count, address


def test_a_case_is_in_hand_while_a_limit_runs_in_it_and_under_the_unit_that_it_has_now() -> None:
    def in_hand(unit: str) -> set[str]:
        with as_process("test"):
            return set(InHand.objects.filter(unit=unit).values_list("case", flat=True))

    before, number = in_hand(WEST_STATION), case_of(WEST_STATION, 9)
    assert before == {f"A{WEST_STATION}2026030001", f"A{WEST_STATION}2026030002"}
    first = running(number, NOW + DAY)
    second = running(number, NOW + 2 * DAY, rule=INTERNAL)
    unknown = case_of(WEST_STATION, 10)
    waits = running(unknown, NOW + DAY)
    with as_process("test"):
        Clock.objects.filter(pk=waits.pk).update(outcome="unknown", due=None)  # it stands on no list of what ends next
    assert in_hand(WEST_STATION) == {*before, number}
    with as_process("test"):
        Clock.objects.filter(pk=first.pk).update(outcome="met", stopped=NOW)
    assert number in in_hand(WEST_STATION)  # another limit runs
    with as_process("test"):
        Case.objects.filter(pk=number).update(unit=EAST_STATION)
    assert (number in in_hand(WEST_STATION), number in in_hand(EAST_STATION)) == (False, True)
    with as_process("test"):
        Clock.objects.filter(pk=second.pk).delete()
    assert number not in in_hand(EAST_STATION)
    with as_process("test"):
        Clock.objects.filter(pk=first.pk).update(outcome="running", stopped=None)
    assert number in in_hand(EAST_STATION)


def test_last_month_counts_until_the_same_point() -> None:
    for serial, at in (
        (5, "2026-02-12T10:29:00+08:00"),
        (6, "2026-02-12T10:31:00+08:00"),
        (7, "2026-01-31T23:59:00+08:00"),
    ):
        exceeded(case_of(WEST_STATION, serial), datetime.fromisoformat(at))
    found = rows(body(enter("legal_department", CITY).get("/city/")))
    assert "上月同期 1" in found["西一所"]
    page = body(enter("inspectorate", CITY, "035002").get("/overdue/?in=last"))
    assert len(ROW.findall(page)) == 2  # until the end of February


def test_what_was_exceeded_in_each_unit_is_what_the_ledger_lists_of_it() -> None:
    """Whoever asks; without a limit that no statute sets, with an incident of a unit, and a finding whose unit is not
    that of its case any more. Of cases that he reads, or is recused from, none counts."""
    for serial in range(5, 13):
        unit, at = (WEST_STATION, EAST_STATION, EAST_SQUAD)[serial % 3], NOW - (serial - 5) * 8 * DAY
        exceeded(case_of(unit, serial), at, unit=(unit, WEST_STATION)[serial % 2])
    exceeded(case_of(WEST_STATION, 13), NOW - DAY, rule=INTERNAL)
    with as_process("test"):
        Incident.objects.create(number="J1", unit_id=EAST_STATION, first_at=NOW - DAY)
    exceeded("J1", NOW - DAY, case=None, incident="J1", unit=EAST_STATION)
    legal, head = officer("035011", ("legal_department", CITY)), officer("035012", ("county_head", EAST))
    month, before = periods(NOW)["month"], periods(NOW)["before"]
    of_recused = f"A{WEST_STATION}2026030006"

    def counted(viewer: Viewer, reading: Sequence[str] = ()) -> dict[str, tuple[int, int]]:
        with session_settings(session_scope(viewer)):
            ledger = visible_overdue(viewer).exclude(case__in=reading)
            each = {
                unit: (
                    ledger.filter(unit=unit, found_at__gte=month.begin, found_at__lt=month.end).count(),
                    ledger.filter(unit=unit, found_at__gte=before.begin, found_at__lt=before.end).count(),
                )
                for unit in {finding.unit or "" for finding in ledger}
            }
            rows = exceeded_by_unit(
                statutory_limits(), since=before.begin, cut=before.end, month=month.begin, until=month.end,
                places=[unit.code for unit in units.reached(viewer)], without=reading,
            )  # fmt: skip
        each = {unit: counts for unit, counts in each.items() if any(counts)}
        assert {unit: (now, then) for unit, now, then in rows if now or then} == each
        return each

    whole, part = counted(_viewer(legal)), counted(_viewer(head))
    assert 0 < sum(map(sum, part.values())) < sum(map(sum, whole.values()))
    read = counted(_viewer(legal), [f"A{WEST_STATION}2026030002"])
    assert read[WEST_STATION][0] == whole[WEST_STATION][0] - 1
    with as_process("test"):
        Assignment.objects.create(case_id=of_recused, officer=legal, role=Assignment.Role.RECUSED, from_at=NOW)
    assert sum(map(sum, counted(_viewer(legal)).values())) == sum(map(sum, whole.values())) - 1


def _viewer(person: Officer) -> Viewer:
    return viewer_of(account="x", officer=person.pk, admin_role="", on=NOW.date())


def test_units_are_compared_with_the_middle_of_their_kind_once_there_are_three() -> None:
    me = enter("legal_department", CITY)
    assert "同层级中位数" not in body(me.get("/city/"))
    with acting(CLERK):
        code = "350205020000"
        add_unit(code=code, name="西二派出所", short_name="西二所", kind=Unit.Kind.STATION, parent=WEST)
    running(case_of(code, 9), NOW + DAY)
    found = rows(body(me.get("/city/")))
    # Rates of the stations: 50, 50 and 0; branches are two.
    assert "同层级中位数 50" in found["西二所"]
    assert "同层级中位数" not in found["西区分局"]


def test_sorted_and_narrowed() -> None:
    me = enter("legal_department", CITY)
    assert list(rows(body(me.get("/city/?kind=station&sort=-open")))) == ["西一所", "东一所"]
    assert list(rows(body(me.get(f"/city/?unit={EAST}&sort=-rate")))) == ["案件队", "东区分局", "东一所"]
    assert "没有符合条件的单位。" in body(me.get("/city/?kind=department"))


def test_a_head_sees_his_branch_and_those_without_the_role_nothing() -> None:
    page = body(enter("county_head", EAST).get("/city/"))
    assert list(rows(page)) == ["东区分局", "东一所"]
    assert NUMBER.findall(page) == ["0"]  # the red one is in the west
    for number, role in (("035003", "officer"), ("035004", "legal_officer"), ("035005", "custodian")):
        body(enter(role, EAST_STATION, number).get("/city/"), 403)


def test_rules_that_are_often_wrong_and_alerts_without_recipient_are_named() -> None:
    me = enter("legal_department", CITY)
    assert "没有误报率超过5%的规则。" in body(me.get("/city/"))
    with as_process("test"):
        group = AlertGroup.objects.filter(level="yellow").get()
        AlertGroup.objects.update(opened_at=NOW - DAY)
        Action.objects.create(group=group, act="rule", via="web", at=NOW - HOUR, verdict="upheld")
        Gap.objects.create(
            key="1" * 64, group=group.key, finding="2" * 64, unit=EAST_STATION, roles=["unit_head"], liberty=False,
            opened_at=NOW - HOUR,
        )  # fmt: skip
    page = body(me.get("/city/"))
    assert "33%" in page  # one of three
    assert re.search(r'<b>东一所</b> <span class="muted">办案单位负责人 · <time[^>]*>今天 09:30</time> 起', page)
    (address,) = re.findall(r'href="(/inbox/[^"]*untold[^"]*)">1 件', page)
    assert NUMBER.findall(body(me.get(address.replace("&amp;", "&")))) == ["1"]


def test_more_units_ask_the_database_nothing_more() -> None:
    me = enter("legal_department", CITY)
    for path in ("/city/", "/overdue/"):
        me.get(path)
        with CaptureQueriesContext(connection) as few:
            body(me.get(path))
        with acting(CLERK):
            for serial in range(30):
                code = f"3502{'05' if path == '/city/' else '06'}1{serial:05d}"
                add_unit(code=code, name=f"第{serial}所", short_name=f"{serial}所", kind=Unit.Kind.STATION, parent=WEST)
        for serial in range(30):
            number = case_of(code, serial)
            running(number, NOW - DAY, level="red")
            open_alert(number, NOW - DAY, level="red")
            exceeded(number, NOW - DAY)
        with CaptureQueriesContext(connection) as many:
            body(me.get(path))
        assert len(many) == len(few), path


def test_the_ledger_tells_the_loop_of_each() -> None:
    me = enter("legal_department", CITY)
    with as_process("test"):
        group = AlertGroup.objects.get(kind="overdue")
        someone = officer("018273")
        common = {"group": group, "level": "red", "liberty": False, "text": "x", "explanation": {}}
        for n, at in ((1, NOW - 3 * DAY), (2, NOW - 2 * DAY)):
            Alert.objects.create(
                key=str(n) * 64,
                role="unit_head",
                officer=someone,
                reason="first",
                created_at=at,
                case=group.case,
                **common,
            )
        for act, at in (("acknowledge", NOW - DAY), ("acknowledge", NOW - HOUR), ("urge", NOW - 2 * HOUR)):
            Action.objects.create(group=group, act=act, by=someone, via="web", at=at)
    page = body(me.get("/overdue/?state=open"))
    assert NUMBER.findall(page) == ["1"]
    (row,) = ROW.findall(page)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))
    assert "超期 2天" in text
    assert re.search(r"3月9日 10:30 昨天 10:30 警员018273 今天 08:30 警员018273 督办", text)
    assert re.search(
        r"第4案.*超期 1天.*没有通知.*没有人签收.*超期办结",
        re.sub(r"<[^>]+>", "", body(me.get("/overdue/?state=ended"))),
        re.DOTALL,
    )


def test_the_page_of_a_rule_says_how_often_it_was_exceeded_and_leads_to_each() -> None:
    # Exceeded in the west, where it goes on, and at the squad of the east, where it was met a day later
    for role, unit, number, found in (
        ("legal_department", CITY, "035001", ["2", "1"]),
        ("unit_head", EAST_STATION, "035002", ["1", "0"]),
    ):
        me = enter(role, unit, number)
        card = body(me.get(f"/rules/{FILING}/")).partition('id="faults"')[2].partition("</section>")[0]
        figures = re.findall(r'href="(/overdue/[^"]+)">(\d+)', card)
        assert [count for _address, count in figures] == found
        for address, count in figures:
            assert len(ROW.findall(body(me.get(address.replace("&amp;", "&"))))) == int(count), address


def test_only_what_a_statute_limits_is_called_overdue() -> None:
    exceeded(case_of(WEST_STATION, 8), NOW - HOUR, rule=INTERNAL)
    assert "第8案" not in body(enter("legal_department", CITY).get("/overdue/"))


def test_the_ledger_shows_whoever_asks_what_he_may_list() -> None:
    assert "没有超期的法定期限。" in body(enter("unit_head", EAST_STATION).get("/overdue/?state=open"))
    page = body(enter("legal_officer", WEST_STATION, "035002").get("/overdue/"))
    assert len(ROW.findall(page)) == 1
    body(enter("agency", CITY, "035003").get("/overdue/"), 403)


def test_the_ledger_is_taken_away_as_values_and_the_log_says_so() -> None:
    me = enter("inspectorate", CITY)
    content = me.export("/overdue.xlsx?state=ended").content
    table = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in table] == ["案件编号", f"A{EAST_SQUAD}2026030004"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT object_id FROM audit_entry WHERE object_kind = 'overdue_sheet'")
        assert cursor.fetchall() == [("?state=ended",)]
