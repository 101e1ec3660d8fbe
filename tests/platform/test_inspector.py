"""What discipline inspection sees of the loop, that nothing there can be pressed, and that each look is in the log."""

import io
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from tests.platform.accounts import Person, account, signed_in
from tests.platform.people import CITY, EAST_STATION, WEST_STATION, city, officer
from tests.platform.standing import FILING, case_of, exceeded, key_of, open_alert
from tests.platform.supervised import put_in_force
from tests.platform.test_alerts_supervised import shipped
from zhunsheng.apps.access.kinds import KINDS
from zhunsheng.apps.audit import clock
from zhunsheng.apps.printing.models import IssuedDocument
from zhunsheng.apps.supervision.models import Finding

pytestmark = pytest.mark.usefixtures("db")
APPS = Path(__file__).resolve().parents[2] / "src" / "zhunsheng" / "apps"
NOW = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CHECK = "criminal.filing.overdue-explain"
ROW = re.compile(r"<tr data-row>(.*?)</tr>", re.DOTALL)
NUMBER = re.compile(r'class="num"><a href="[^"]*">(\d+)')
MAIN = re.compile(r"<main.*?</main>", re.DOTALL)


def test_everything_that_is_looked_at_has_a_name() -> None:
    source = "".join(path.read_text("utf-8") for path in APPS.rglob("*.py"))
    recorded = set(re.findall(r'record_(?:read|taken)\(\s*kind="(\w+)"', source)) | set(IssuedDocument.Sheet.values)
    assert len(recorded) > 40
    assert recorded - KINDS.keys() == set()


@pytest.fixture
def me(db: None) -> Person:
    """Somebody of the inspectorate, in a city of which the western station exceeds the same limit twice."""
    del db
    clock.set_city_clock(NOW, seconds_per_second=0)
    city()
    put_in_force(shipped(FILING, CHECK))
    for serial, days, ended in ((1, 9, 8), (2, 3, None)):
        exceeded(case_of(WEST_STATION, serial), NOW - days * DAY, closed_at=NOW - ended * DAY if ended else None)
    exceeded(case_of(WEST_STATION, 3), NOW - 40 * DAY)
    number = case_of(EAST_STATION, 4)
    exceeded(number, NOW - DAY, rule=CHECK, kind="broken", clock=None, epoch=None)
    open_alert(number, NOW - HOUR, level="red")
    return signed_in(account("jw", officer=officer("035001", ("inspectorate", CITY))))


def body(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def texts(page: str) -> list[str]:
    """The rows of a page as texts."""
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in ROW.findall(page)]


def rows_of(answer: Any) -> list[list[Any]]:
    """The rows of a workbook, without its heads."""
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()[1:]


def test_what_happens_again_and_again_in_a_unit_is_one_lead(me: Person) -> None:
    page = body(me.get("/leads/"))
    again, once = texts(page)
    assert re.fullmatch(r"刑事受案后立案审查.* 超期 西一所 2 1 3月3日 3月9日 待核", again)
    assert " 不符合 东一所 1 1 昨天 昨天" in once
    assert NUMBER.findall(page) == ["2"]
    assert rows_of(me.export("/leads.xlsx?state=open"))[0][2:] == ["西一所", 2, 1, "2026年3月3日", "2026年3月9日"]
    assert len(texts(body(me.get("/leads/?state=ended")))) == 0
    assert "没有线索。" in body(me.get("/leads/?state=ended"))


def test_each_figure_of_a_lead_leads_to_as_many_in_the_ledger(me: Person) -> None:
    figures = re.findall(r'href="(/overdue/\?[^"]+)">(\d+)<', body(me.get("/leads/")))
    assert len(figures) == 4
    for address, count in figures:
        assert len(texts(body(me.get(address.replace("&amp;", "&"))))) == int(count), address


def test_what_was_withdrawn_says_when_and_why(me: Person) -> None:
    assert "没有撤回的认定。" in body(me.get("/withdrawn/"))
    exceeded(
        case_of(WEST_STATION, 7), NOW - 2 * DAY, state=Finding.State.WITHDRAWN, state_reason="facts",
        state_at=NOW - HOUR,
    )  # fmt: skip
    page = body(me.get("/withdrawn/?reason=facts"))
    (row,) = texts(page)
    assert row.endswith("西一所 超期 3月10日 10:30 今天 09:30 事实更正或补录")
    assert NUMBER.findall(page) == ["1"]
    assert [row[-1] for row in rows_of(me.export("/withdrawn.xlsx"))] == ["事实更正或补录"]


def test_there_is_nothing_to_press(me: Person) -> None:
    number = f"A{EAST_STATION}2026030004"
    paths = ("/leads/", "/overdue/", "/withdrawn/", "/looks/", "/inbox/", f"/a/{key_of(number, FILING)}/", "/premises/")
    for path in paths:
        main = MAIN.findall(body(me.get(path)))[0]
        assert "只读" in main, path
        acts = [
            act for act in re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', main) if "/settings/" not in act
        ]
        assert acts in ([], ["/inbox/acknowledge/"]), path  # the list of the inbox is one form, here without a button
        assert 'type="submit"' not in re.sub(
            r'<form class="zs-filters.*?</form>|<form class="zs-saved.*?</form>', "", main, flags=re.DOTALL
        ), path


def test_what_was_looked_at_is_listed_for_the_looker(me: Person) -> None:
    for path in ("/leads/", "/overdue/?in=month", "/cases/all/"):
        body(me.get(path))
    page = body(me.get("/looks/"))
    assert [text.split(" ", 2)[2] for text in texts(page)[:3]] == ["案件列表 全部", "超期台账 按条件筛选", "线索 全部"]
    assert NUMBER.findall(page) == ["3"]
    body(signed_in(account("other", officer=officer("035002", ("inspectorate", CITY)))).get("/leads/"))
    assert NUMBER.findall(body(me.get("/looks/?kind=leads"))) == ["4"]  # and the look at this page itself


def test_others_have_no_leads(me: Person) -> None:
    body(me.get("/leads/"))
    for serial, role in enumerate(("officer", "unit_head", "legal_officer", "custodian")):
        other = signed_in(account(role.replace("_", "-"), officer=officer(f"03510{serial}", (role, EAST_STATION))))
        body(other.get("/leads/"), 403)
        body(other.get("/withdrawn/"), 403)


def test_more_leads_ask_the_database_nothing_more(me: Person) -> None:
    for part, path in enumerate(("/leads/", "/withdrawn/", "/looks/"), 1):
        body(me.get(path))
        with CaptureQueriesContext(connection) as few:
            body(me.get(path))
        for serial in range(30):
            number = case_of(EAST_STATION, 100 * part + serial)
            exceeded(number, NOW - DAY)
            exceeded(number, NOW - DAY, rule="x", state=Finding.State.WITHDRAWN, state_reason="facts")
        with CaptureQueriesContext(connection) as many:
            body(me.get(path))
        assert len(many) == len(few), path


def test_the_log_of_the_administrator_is_paged_and_narrowed(me: Person) -> None:
    for _n in range(51):
        body(me.get("/leads/"))
    keeper = signed_in(account("sj", admin_role="audit_admin"))
    page = body(keeper.get("/admin/audit/"))
    assert len(texts(page)) == 50
    following = re.findall(r'rel="next" href="(\?after=[^"]+)"', page)
    second = body(keeper.get(f"/admin/audit/{following[0]}"))
    assert len(texts(second)) < 50
    assert 'rel="prev"' in second
    page = body(keeper.get("/admin/audit/?actor=account:jw&kind=leads&result=done"))
    assert {re.sub(r"^\S+ \S+ ", "", text) for text in texts(page)} == {"account:jw 查看 线索 leads ? 完成"}
    assert "没有符合条件的记录。" in body(keeper.get("/admin/audit/?actor=account:nobody"))


def test_accounts_are_paged_and_found_by_name(me: Person) -> None:
    del me
    keeper = signed_in(account("xt", admin_role="system_admin"))
    for serial in range(55):
        account(f"many{serial}", factor=False)
    page = body(keeper.get("/admin/accounts/?name=many"))
    assert NUMBER.findall(page) == ["55"]
    assert len(texts(page)) == 50
    assert "没有符合条件的账号。" in body(keeper.get("/admin/accounts/?name=nobody"))
