"""The five states of every page: nothing there, still coming, late data, no permission, failure."""

import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connection, transaction
from django.urls import reverse
from python_calamine import CalamineWorkbook

from bench.site.lists import PAGES
from tests.platform.accounts import Person, account, signed_in
from tests.platform.people import CITY, CLERK, EAST, EAST_STATION, city, officer
from tests.platform.supervised import put_in_force
from tests.platform.test_alerts_supervised import shipped
from zhunsheng.apps.access.declared import Audience, declared_pages
from zhunsheng.apps.access.navigation import offered
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.context import acting
from zhunsheng.apps.cases.models import SourceHeard
from zhunsheng.apps.cases.services import register_source
from zhunsheng.launcher import EmbeddedServer

NOW: Final = datetime.fromisoformat("2026-03-12T10:30:00+08:00")
ROOT: Final = Path(__file__).resolve().parents[2]
SCREEN: Final = "desk:wall"
"""It fills the screen without the shell, and says by itself that its data stand still."""
EMPTY: Final = {
    "desk:mine": ("officer", "目前没有要到期的事。"),
    "desk:today": ("unit_head", "没有未办结的红色预警。"),
    "desk:inbox": ("legal_officer", "没有待处理的预警。"),
    "desk:cases": ("legal_officer", "没有符合条件的案件。"),
    "desk:all_cases": ("legal_officer", "没有符合条件的案件。"),
    "desk:city": ("legal_department", "没有误报率超过5%的规则。"),
    "desk:overdue": ("legal_department", "没有超期的法定期限。"),
    "desk:leads": ("inspectorate", "没有线索。"),
    "desk:withdrawn": ("inspectorate", "没有撤回的认定。"),
    "desk:looks": ("inspectorate", "没有符合条件的记录。"),
    "desk:silences": ("inspectorate", "没有静默的规则。"),
    "desk:premises": ("area_keeper", "办案区现在没有人。"),
    "desk:wall": ("legal_department", "现在没有在走的期限。"),
    "desk:quality": ("legal_department", "数据正常。"),
    "desk:sources": ("security_admin", "还没有登记来源"),
    "cases:held": ("legal_officer", "没有等待确认的事件。"),
    "cases:labels": ("legal_department", "没有敏感、未成年或回避的案件。"),
    "cases:sources": ("security_admin", "还没有来源。"),
    "inspection:tasks": ("legal_department", "没有分派给您的案卷。"),
    "inspection:plans": ("legal_department", "还没有抽查计划。"),
    "inspection:problems": ("legal_department", "没有待确认的问题。"),
    "inspection:readers": ("legal_department", "评查表都交了。"),
    "inspection:cards": ("unit_head", "全部整改完毕。"),
    "inspection:oversight": ("inspectorate", "没有报警。"),
    "inspection:verify": ("legal_department", "还没有抽取过。"),
    "readers:urgent": ("inspectorate", "没有紧急查阅。"),
    "readers:watch": ("inspectorate", "没有人查阅诱饵。"),
    "readers:baits": ("inspectorate", "没有诱饵。"),
    "readers:exports": ("inspectorate", "没有符合条件的导出。"),
    "rulemaking:releases": ("legal_department", "没有等待确认的规则库。"),
    "jobs:mine": ("officer", "没有任务。"),
    "points:mine": ("officer", "本期还没有积分"),
    "points:looks": ("officer", "还没有人看过。"),
    "points:unit": ("unit_head", "本期还没有积分"),
    "points:policies": ("legal_department", "还没有批准在用的办法，没有期次。"),
    "points:decisions": ("legal_department", "没有待确认的。"),
    "points:appeals": ("legal_department", "没有待答复的申诉。"),
    "tasks:mine": ("legal_officer", "没有检查任务。"),
    "tasks:schedules": ("legal_department", "还没有任务计划。"),
    "access:accounts": ("system_admin", ""),
    "access:audit_log": ("audit_admin", ""),
}
"""Page → who opens it, and what it says where nothing is; the administrators' lists are never empty."""
LISTS: Final = {
    **{f"desk:{name}": f"{name}_sheet" for name in ("city", "overdue", "leads", "withdrawn", "premises", "inbox")},
    "desk:looks": "looks_sheet",
    "desk:silences": "silences_sheet",
    "desk:rules": "rules_sheet",
    "desk:cases": "case_sheet",
    "desk:all_cases": "case_sheet",
    "cases:labels": "labels_sheet",
    **{
        f"inspection:{name}": f"{name}_sheet"
        for name in ("cards", "tasks", "problems", "plans", "readers", "oversight")
    },
    "tasks:mine": "checks_sheet",
    "tasks:schedules": "schedules_sheet",
    "cases:held": "held_sheet",
    "rulemaking:releases": "releases_sheet",
    "jobs:mine": "jobs_sheet",
    "readers:urgent": "urgent_sheet",
    "readers:exports": "exports_sheet",
    **{f"points:{name}": f"{name}_sheet" for name in ("policies", "decisions", "appeals")},
    "access:accounts": "accounts_sheet",
    "access:audit_log": "audit_log_sheet",
}
"""Page of a list → what the log calls its workbook."""
NO_LIST: Final = {
    "desk:mine": "what runs out next for one officer, gathered by when; the whole of it is the list of cases",
    "desk:today": "figures and the few rows behind them, each a link to its list",
    "desk:wall": "it stands on a screen that nobody presses",
    "desk:quality": "one line for each kind of fault and each source",
    "inspection:verify": "a draw made again, from what is given to it",
    "desk:sources": "one line for each system that reports: a deployment has a dozen",
    "cases:sources": "the same with their keys, which never leave",
    "points:mine": "one officer's period",
    "points:unit": "one board of one unit; its workbook is held by test_points_abuse.py",
}
"""Pages that are no list of rows to go through → what they are instead. They have neither filters nor a workbook."""
STAYS: Final = {
    "readers:watch": "watch.html",
    "readers:baits": "baits.html",
    "points:looks": "lookers.html",
}
"""Lists with filters that leave as no workbook → their template. A file that names a bait tells its readers which case
is one, and an alarm with its instant leads to the same by way of the log. Who looked at one's points is for officers,
who take no list away."""
FILLED: Final = ("desk:rules", "desk:looks", "rulemaking:releases", "access:accounts", "access:audit_log")
"""Lists in which something stands from the first day on."""
QUERY: Final = {"desk:looks": "?kind=wall"}
POSTS: Final = {"legal_department": CITY, "inspectorate": CITY, "county_head": EAST}
ADMINS: Final = ("system_admin", "security_admin", "audit_admin")
REFUSED: Final = {
    "desk:city": "legal_officer",
    "desk:leads": "unit_head",
    "desk:withdrawn": "unit_head",
    "desk:premises": "custodian",
    "desk:silences": "legal_officer",
    "desk:wall": "legal_officer",
    "tasks:mine": "unit_head",
}
"""Pages that some who may list cases do not open, and one of these."""
FOR_ALL: Final = ("desk:looks", "jobs:mine", "inspection:verify")
"""What one looked at and gave oneself everybody may see; and anybody may make a draw again."""


@pytest.fixture(scope="module")
def people(server: EmbeddedServer) -> Iterator[dict[str, Person]]:
    """A city in which nothing has happened, and somebody for each role."""
    del server
    with transaction.atomic():
        clock.set_city_clock(NOW, seconds_per_second=0)
        city()
        put_in_force(shipped("place.stay-ceiling"))
        found = {}
        for serial, role in enumerate(("agency", *{who for who, _text in EMPTY.values()}, *REFUSED.values(), *ADMINS)):
            if role in found:
                continue
            if role in ADMINS:
                found[role] = signed_in(account(role.replace("_", "-"), admin_role=role))
                continue
            someone = officer(f"0350{serial:02d}", (role, POSTS.get(role, EAST_STATION)))
            found[role] = signed_in(account(role.replace("_", "-"), officer=someone))
        yield found
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone(people: dict[str, Person]) -> Iterator[None]:
    """What a request writes is taken back."""
    del people
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def asked(people: dict[str, Person], name: str, *, role: str = "") -> Any:
    """The page, as the one who opens it gets it."""
    return people[role or EMPTY[name][0]].get(reverse(name) + QUERY.get(name, ""))


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_every_entry_of_a_menu_is_here() -> None:
    reached = {name for name, _item in offered() if declared_pages()[name].audience is not Audience.PUBLIC}
    assert reached - set(EMPTY) == {"desk:rules", "jobs:table"}  # the rulebook is never empty; the other is a form


@pytest.mark.parametrize("name", EMPTY)
def test_where_nothing_is_a_page_says_so(people: dict[str, Person], name: str) -> None:
    answer = asked(people, name)
    assert answer.status_code == 200
    assert EMPTY[name][1] in words(answer)


@pytest.mark.parametrize("name", EMPTY)
def test_late_data_are_said_on_every_page(people: dict[str, Person], name: str) -> None:
    with acting(CLERK):
        source = register_source(source="jz", title="警综平台", key="a key of the tests")
        source.late_after_minutes = 60
        source.save()
        SourceHeard.objects.create(source=source, at=NOW - timedelta(minutes=80))
    said = "来源停了：警综平台" if name == SCREEN else "警综平台的数据停在 <time"
    assert said in words(asked(people, name))


@pytest.mark.parametrize("name", EMPTY)
def test_whoever_may_not_is_told_whom_to_ask(people: dict[str, Person], name: str) -> None:
    role = REFUSED.get(name, "agency")
    if name in FOR_ALL:
        return
    answer = asked(people, name, role=role)
    assert answer.status_code == 403
    assert "您没有查看这一页的权限。需要的话联系" in words(answer)


@pytest.mark.parametrize("name", EMPTY)
def test_a_page_that_cannot_be_recorded_shows_nothing_and_says_when_to_come_back(
    people: dict[str, Person], name: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
    answer = asked(people, name)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "数据库现在只读" in words(answer)


@pytest.mark.parametrize("name", ["desk:inbox"])
def test_what_is_fetched_into_a_page_shows_that_it_is_coming(people: dict[str, Person], name: str) -> None:
    page = words(asked(people, name))
    assert re.search(r'class="htmx-indicator" role="status">.{0,900}正在取数据……', page)


def test_whatever_is_fetched_says_so_until_it_comes() -> None:
    silent = []
    for path in (ROOT / "src" / "zhunsheng").rglob("*.html"):
        text = path.read_text("utf-8")
        fetches = [tag for tag in re.findall(r"<[^>]*hx-(?:get|post)=[^>]*>", text) if "every " not in tag]
        if fetches and "htmx-indicator" not in text and any("hx-indicator" not in tag for tag in fetches):
            silent.append(path.name)
    assert silent == []


def test_a_list_that_is_filtered_keeps_filters_turns_pages_and_is_taken_away() -> None:
    faults = []
    for path in sorted((ROOT / "src" / "zhunsheng").rglob("*.html")):
        text = path.read_text("utf-8")
        if "zs/filters.html" in text:
            faults += [f"{path.name}: {part}" for part in ("zs/saved.html", "zs/pager.html") if part not in text]
            if ('zs/filters.html" with export=' in text) == (path.name in STAYS.values()):
                faults.append(f"{path.name}: taken away or not")
    assert faults == []


def test_every_page_is_a_list_or_says_what_else_it_is() -> None:
    """The pages of every menu and those whose speed is measured as lists: none is left out of both, none is in both."""
    pages = {*EMPTY, "desk:rules", *(page.name for page in PAGES)}
    assert pages - LISTS.keys() - NO_LIST.keys() - STAYS.keys() == set()
    assert len(LISTS.keys() | NO_LIST.keys() | STAYS.keys()) == len(LISTS) + len(NO_LIST) + len(STAYS)
    assert pages >= LISTS.keys() | NO_LIST.keys() | STAYS.keys()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_offers_filters_to_keep_and_a_workbook(people: dict[str, Person], name: str) -> None:
    """Its filters stand in the address; a press keeps them; whoever may take lists away finds where."""
    page = people[taker(name)].get(f"{reverse(name)}?nothing=1").content.decode()
    assert '<form class="zs-filters noprint" method="get"' in page
    assert '<div class="zs-saved noprint">' in page
    assert f'href="{reverse(f"{name}_sheet")}?' in page


def taker(name: str) -> str:
    """Somebody who opens a list and may take it away."""
    who = EMPTY[name][0] if name in EMPTY else "legal_department"
    return "unit_head" if who == "officer" else who


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_taken_away_with_its_heads_and_the_log_says_so(people: dict[str, Person], name: str) -> None:
    answer = people[taker(name)].export(reverse(f"{name}_sheet"))
    assert answer.status_code == 200
    table = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert table[0]
    if name not in FILLED:
        assert len(table) == (6 if name == "desk:city" else 1)  # five units, without the squad
    with connection.cursor() as cursor:
        cursor.execute("SELECT object_kind FROM audit_entry ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == (LISTS[name],)
    assert people["agency"].get(reverse(f"{name}_sheet")).status_code == 403
