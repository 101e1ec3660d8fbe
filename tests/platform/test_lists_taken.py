"""Lists that were short once: their filters, pages of fifty and workbooks, each inside what its reader may see."""

import base64
import html
import io
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from python_calamine import CalamineWorkbook

from tests.platform.accounts import HASHED, PURPOSE, SECRET, Person, account, signed_in
from tests.platform.listed import questions
from tests.platform.people import CITY, CLERK, EAST_STATION, WEST_STATION, city, officer
from tests.platform.standing import case_of
from tests.platform.supervised import put_in_force
from tests.platform.test_alerts_supervised import shipped
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Silence
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import acting
from zhunsheng.apps.cases.models import HeldEvent
from zhunsheng.apps.jobs.models import Job
from zhunsheng.apps.supervision.models import Release

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
RULE = "criminal.intake.filing-decision"
FORMULA = '=HYPERLINK("http://example.invalid","x")'
ROW = re.compile(r"data-row>(.*?)(?:</tr>|</section>|</li>)", re.DOTALL)
PLACE = re.compile(r'rel="(prev|next)" href="([^"]+)"')


@pytest.fixture(autouse=True)
def town(db: None) -> None:
    del db
    clock.set_city_clock(NOW, seconds_per_second=0)
    city()
    put_in_force(shipped(RULE, "criminal.filing.overdue-explain"))


def somebody(role: str, number: str = "035001", unit: str = CITY) -> Person:
    """A person with one role."""
    return signed_in(account(role.replace("_", "-"), officer=officer(number, (role, unit))))


def administrator(role: str) -> Person:
    return signed_in(account(role.replace("_", "-"), admin_role=role))


def body(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def texts(page: str) -> list[str]:
    """The rows of a page as texts."""
    return [html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))).strip() for row in ROW.findall(page)]


def table(answer: Any) -> list[list[Any]]:
    """The rows of a workbook, without its heads."""
    assert answer.status_code == 200
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()[1:]


def leaves_out(answer: Any, *kept: str) -> None:
    """None of these stands in any cell of a workbook."""
    cells = "\n".join(str(cell) for row in table(answer) for cell in row)
    assert [text for text in kept if text in cells] == []


def lengths(person: Person, path: str) -> list[int]:
    """How many rows each page has, turned from the first to the last; the way back meets the first again."""
    first = page = body(person.get(path))
    found = [len(texts(page))]
    while "next" in (places := dict(PLACE.findall(page))):
        page = body(person.get(f"{path.partition('?')[0]}{places['next'].replace('&amp;', '&')}"))
        found.append(len(texts(page)))
    while "prev" in (places := dict(PLACE.findall(page))):
        page = body(person.get(f"{path.partition('?')[0]}{places['prev'].replace('&amp;', '&')}"))
    assert texts(page) == texts(first)
    return found


def last_export() -> tuple[str, str, str]:
    """Who took what away last, and what for, as the log has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor, object_kind, purpose FROM audit_entry WHERE detail ? 'mark' ORDER BY id DESC LIMIT 1"
        )
        return tuple(cursor.fetchone() or ())


def hold(case: str, serial: int, *, lacks: str = "both", by: str = "account:wang") -> None:
    HeldEvent.objects.create(
        digest=f"{serial:064x}", source="jz", event_id=f"E{serial}", version=1, case=case, lacks=lacks,
        clocks=[RULE], body={"type": "person.released"}, by=by, at=NOW - serial * MINUTE,
    )  # fmt: skip


def test_what_waits_for_a_second_person_is_filtered_paged_and_taken_away() -> None:
    me = somebody("legal_department")
    east, west = case_of(EAST_STATION, 1), case_of(WEST_STATION, 2)
    with as_process("test"):
        for serial in range(60):
            hold(east, serial)
        hold(west, 70, lacks="document", by=f"account:{FORMULA}")
    assert lengths(me, "/held/") == [50, 11]
    assert ">61<" in body(me.get("/held/"))
    (row,) = texts(body(me.get(f"/held/?unit={WEST_STATION}")))
    assert west in row
    assert "缺少：文书。" in row
    assert len(texts(body(me.get("/held/?lacks=document")))) == 1
    assert len(texts(body(me.get(f"/held/?case={west}&by=wang")))) == 0
    ((number, event, at, *rest),) = table(me.export("/held.xlsx?lacks=document"))
    assert (number, event, f"{at:%H:%M}", rest) == (west, "释放或离开", "09:20", [FORMULA, RULE, "文书"])
    assert last_export() == ("account:legal-department", "held_sheet", PURPOSE)


def test_what_is_held_in_other_units_is_neither_shown_nor_taken_away() -> None:
    with as_process("test"):
        hold(case_of(EAST_STATION, 1), 1)
        hold(case_of(WEST_STATION, 2), 2)
    head = somebody("unit_head", "035002", EAST_STATION)
    assert [row[0] for row in table(head.export("/held.xlsx"))] == [case_of(EAST_STATION, 1)]
    assert f'value="{WEST_STATION}"' not in body(head.get("/held/"))
    body(somebody("inspectorate", "035003").export("/held.xlsx"), 403)  # takes lists away, and confirms nothing


def test_more_that_is_held_asks_the_database_nothing_more() -> None:
    me, east = somebody("legal_department"), case_of(EAST_STATION, 1)
    with as_process("test"):
        hold(east, 1)
    few = questions(me, "/held/")
    with as_process("test"):
        for serial in range(2, 40):
            hold(east, serial)
    assert questions(me, "/held/") == few


def propose(serial: int, state: str, **changes: Any) -> None:
    """A release as it stands when it was decided, each with a file of its own."""
    at = NOW - 400 * DAY + serial * DAY
    decided = {"second": "li", "decided_at": at + MINUTE} if state != "proposed" else {}
    files = {"deadlines/a.toml": f"{serial}", "deadlines/b.toml": "b"}
    Release.objects.create(sha256=f"{serial:064x}", state=state, by="wang", at=at, files=files, **decided | changes)


def test_releases_are_filtered_paged_and_taken_away_with_the_files_that_each_changed() -> None:
    me = somebody("legal_department")
    with as_process("test"):
        for serial in range(60):
            propose(serial, "released" if serial % 2 else "refused")
        propose(399, "refused", reason=FORMULA)
    assert lengths(me, "/releases/") == [50, 12]  # and the one that put the rules of this test in force
    assert len(texts(body(me.get("/releases/?state=refused")))) == 31
    assert len(texts(body(me.get("/releases/?in=30")))) == 2
    assert len(texts(body(me.get("/releases/?who=li&in=365")))) == 26
    row = texts(body(me.get("/releases/?sort=at")))[5]
    assert re.search(r"已发布 wang li .*deadlines/a\.toml$", row)
    (taken,) = table(me.export("/releases.xlsx?in=30&state=refused"))
    assert taken[1:4] == ["未通过", "wang", "li"]
    assert FORMULA in taken
    assert last_export() == ("account:legal-department", "releases_sheet", PURPOSE)


def test_what_waits_for_the_second_person_stands_above_whatever_the_record_is_filtered_by() -> None:
    me = somebody("legal_department")
    with as_process("test"):
        propose(399, "proposed")
    page = body(me.get("/releases/?state=refused"))
    assert "确认，立即生效" in page
    assert "没有符合条件的发布。" in page
    body(somebody("unit_head", "035002", EAST_STATION).export("/releases.xlsx"), 403)


def test_more_releases_ask_the_database_nothing_more() -> None:
    me = somebody("legal_department")
    with as_process("test"):
        for serial in range(3):
            propose(serial, "released")
    few = questions(me, "/releases/")
    with as_process("test"):
        for serial in range(3, 40):
            propose(serial, "released")
    body(me.get("/releases/"))
    assert questions(me, "/releases/") == few


def give(who: str, serial: int, **columns: Any) -> None:
    Job.objects.create(
        account=who, kind="cases_sheet", asked={}, language="zh-hans", at=NOW - serial * MINUTE, **columns
    )


def test_tasks_are_paged_filtered_and_taken_away_by_their_owner_alone() -> None:
    me, other = somebody("legal_department"), somebody("inspectorate", "035002")
    with as_process("test"):
        for serial in range(60):
            give("legal-department", serial // 2, state="done")  # two at the same time each
        give("legal-department", 70)
        give("legal-department", 71, state="refused", refusals=[FORMULA], ended_at=NOW)
        give("inspectorate", 1, state="failed")
    assert lengths(me, "/jobs/") == [50, 12]
    assert len(texts(body(me.get("/jobs/?state=open")))) == 1
    assert "没有符合条件的任务。" in body(me.get("/jobs/?kind=cards"))
    (row,) = table(me.export("/jobs.xlsx?state=refused"))
    assert (row[0], row[2], row[-1]) == ("导出案件", "没有办成", FORMULA)
    assert last_export() == ("account:legal-department", "jobs_sheet", PURPOSE)
    assert [row[2] for row in table(other.export("/jobs.xlsx"))] == ["出错"]


def test_the_part_that_comes_anew_is_the_page_that_is_looked_at() -> None:
    """While a task runs, the rows come again every two seconds: with the same filter, at the same place."""
    me = somebody("legal_department")
    with as_process("test"):
        for serial in range(55):
            give("legal-department", serial, state="waiting" if serial > 50 else "done")
    second = dict(PLACE.findall(body(me.get("/jobs/?kind=cases_sheet"))))["next"].replace("&amp;", "&")
    page = body(me.get(f"/jobs/{second}"))
    (again,) = re.findall(r'hx-get="([^"]+)"', page)
    part = body(me.client.get(again.replace("&amp;", "&"), headers={"HX-Request": "true"}))
    assert texts(part) == texts(page)
    assert len(texts(part)) == 5


def test_accounts_are_found_by_what_they_are_for_and_leave_without_what_one_logs_in_by() -> None:
    keeper = administrator("system_admin")
    account("wang", officer=officer("035009", ("officer", EAST_STATION)), factor=False)
    account(FORMULA)
    assert [text.split()[0] for text in texts(body(keeper.get("/admin/accounts/?role=officer&factor=0")))] == ["wang"]
    assert [text.split()[0] for text in texts(body(keeper.get("/admin/accounts/?role=system_admin")))] == [
        "system-admin"
    ]
    answer = keeper.export("/admin/accounts.xlsx")
    assert table(answer) == [
        [FORMULA, "无岗位", "启用", "已登记"],
        ["system-admin", "系统管理员", "启用", "已登记"],
        ["wang", "岗位账号", "启用", "未登记"],
    ]
    assert last_export() == ("account:system-admin", "accounts_sheet", PURPOSE)
    leaves_out(answer, HASHED, SECRET.hex(), base64.b32encode(SECRET).decode())


def test_the_audit_log_leaves_with_its_administrator_alone_and_the_log_says_so() -> None:
    keeper = administrator("audit_admin")
    leader = somebody("inspectorate")
    body(leader.get("/leads/"))
    answer = keeper.export("/admin/audit.xlsx?actor=account:inspectorate&kind=leads&action=read")
    ((at, *row),) = table(answer)
    assert re.fullmatch(r"\d{4}年\d+月\d+日 \d\d:\d\d:\d\d", at)
    assert row == ["account:inspectorate", "查看", "线索", "leads", "?", "完成", ""]
    assert last_export() == ("account:audit-admin", "audit_log_sheet", PURPOSE)
    assert "导出审计" in body(keeper.get("/admin/audit/?kind=audit_log_sheet"))
    for other in (leader, somebody("legal_department", "035002"), administrator("system_admin")):
        body(other.export("/admin/audit.xlsx"), 403)
    body(administrator("security_admin").export("/admin/accounts.xlsx"), 403)
    body(keeper.export("/admin/accounts.xlsx"), 403)
    body(keeper.export("/rules.xlsx"), 403)  # an administrator's right is to his own list


def test_what_an_entry_holds_beside_its_line_stays_in_the_log() -> None:
    """A changed row stands in its entry with every column; of it, only which row it was leaves."""
    keeper = administrator("audit_admin")
    wang = account("wang", officer=officer("035009", ("officer", EAST_STATION)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT detail::text FROM audit_entry WHERE object_id = %s AND action = 'insert'", [str(wang.pk)]
        )
        (entry,) = cursor.fetchone() or ("",)
    assert "username" in entry
    answer = keeper.export("/admin/audit.xlsx?action=insert")
    assert str(wang.pk) in {row[5] for row in table(answer)}
    leaves_out(answer, HASHED, SECRET.hex(), "username")


@pytest.mark.parametrize(
    ("role", "path"), [("system_admin", "/admin/accounts.xlsx"), ("audit_admin", "/admin/audit.xlsx")]
)
def test_an_administrators_list_leaves_after_the_second_factor_was_given_again(role: str, path: str) -> None:
    keeper = administrator(role)
    late = signed_in(keeper.account, minutes_ago=6)
    assert late.get(path).headers["Location"].startswith("/confirm/")
    assert keeper.post(path, purpose="").status_code == 422


def test_looks_leave_with_the_looker_and_nobody_elses_are_among_them() -> None:
    me, other = somebody("inspectorate"), somebody("legal_department", "035002")
    body(me.get("/leads/"))
    body(other.get("/overdue/"))
    rows = table(me.export("/looks.xlsx"))
    assert [row[1:3] for row in rows] == [["线索", "全部"]]
    assert last_export() == ("account:inspectorate", "looks_sheet", PURPOSE)
    assert [row[1] for row in table(me.export("/looks.xlsx"))] == ["导出查阅记录", "线索"]
    body(somebody("officer", "035003", EAST_STATION).export("/looks.xlsx"), 403)


def test_the_ledger_of_exports_is_filtered_paged_and_taken_away_by_those_who_watch_reading() -> None:
    me, other = somebody("inspectorate"), somebody("legal_department", "035002")
    table(other.export("/rules.xlsx"))
    for _n in range(51):
        table(me.export("/silences.xlsx"))
    assert lengths(me, "/reading/exports/") == [50, 2]
    (row,) = texts(body(me.get("/reading/exports/?actor=legal-department&kind=rules_sheet")))
    assert PURPOSE in row
    mark = row.rpartition(" ")[2]
    assert len(texts(body(me.get(f"/reading/exports/?mark={mark}")))) == 1
    ((_at, who, *rest),) = table(me.export("/reading/exports.xlsx?actor=legal-department"))
    assert (who, rest) == ("legal-department", ["导出规则列表", "全部", 2, PURPOSE, mark])
    assert last_export() == ("account:inspectorate", "exports_sheet", PURPOSE)
    body(other.export("/reading/exports.xlsx"), 403)


def silence(serial: int, **columns: Any) -> None:
    said = {"reason": "系统切换", "rule": RULE, "until_at": NOW + serial * MINUTE}
    with acting(CLERK):
        Silence.objects.create(**said | {"from_at": NOW - DAY, "created_at": NOW - DAY} | columns)


def test_silences_are_filtered_paged_and_taken_away() -> None:
    me, owner = somebody("inspectorate"), officer("035101", ("legal_department", CITY))
    for serial in range(1, 56):
        silence(serial, owner=owner)
    silence(60, owner=owner, rule="other.rule", title="别的规则", unit=EAST_STATION, reason=FORMULA)
    silence(61, owner=owner, ended_at=NOW - MINUTE)
    assert lengths(me, "/silences/") == [50, 7]
    (row,) = texts(body(me.get("/silences/?text=别的")))
    assert "压着 0 件" in row
    assert len(texts(body(me.get("/silences/?text=受案后立案&state=over")))) == 1
    (taken,) = table(me.export("/silences.xlsx?text=other.rule"))
    assert taken[1:5] == ["other.rule", "东一所", FORMULA, owner.name]
    assert taken[-2:] == ["静默中", 0]
    assert last_export() == ("account:inspectorate", "silences_sheet", PURPOSE)
    body(somebody("legal_officer", "035002", EAST_STATION).export("/silences.xlsx"), 403)


def test_more_silences_ask_the_database_nothing_more() -> None:
    me, owner = somebody("inspectorate"), officer("035101", ("legal_department", CITY))
    silence(1, owner=owner, unit=EAST_STATION)
    few = questions(me, "/silences/")
    for serial in range(2, 40):
        silence(serial, owner=owner, unit=EAST_STATION)
    assert questions(me, "/silences/") == few


@pytest.mark.parametrize("key", [["nonsense", "nonsense"], [7, 7], ["2026-03-12T10:30:00+08:00", "nonsense"], ["", ""]])
@pytest.mark.parametrize("path", ["/held/", "/releases/", "/jobs/", "/silences/", "/looks/"])
def test_a_place_that_no_row_has_begins_at_the_first_page(path: str, key: list[Any]) -> None:
    me = somebody("legal_department")
    place = base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
    for way in ("after", "before"):
        body(me.get(f"{path}?{way}={place}"))
        body(me.get(f"{path}?{way}={base64.urlsafe_b64encode(json.dumps(key[1:]).encode()).decode().rstrip('=')}"))
