"""What leaders and lookers-on see: the city, the ledger, leads, the case-handling area, the wall; and what is new."""

import hashlib
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from playwright.sync_api import expect

from tests.pages.conftest import Site
from tests.pages.judge import judge, picture
from tests.pages.telling import NOW
from tests.platform.people import EAST_STATION, WEST_STATION
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Alert
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.services import register_case
from zhunsheng.apps.org.models import Unit

STORY = (
    # A filing decision is due within three days, seven by extension: each of these was exceeded in February.
    (WEST_STATION, 1, "case.accepted", "2026-02-16T09:00:00+08:00"),
    (WEST_STATION, 2, "case.accepted", "2026-02-10T09:00:00+08:00"),
    (WEST_STATION, 2, "case.filed", "2026-02-25T09:00:00+08:00"),
    (EAST_STATION, 3, "case.accepted", "2026-02-22T09:00:00+08:00"),
)
VISITS = (
    ("unit_ordinary", "2026-03-01T09:00:00+08:00", "问话室3"),
    ("unit_minor", "2026-03-02T08:20:00+08:00", "问话室1"),
)


def number_of(unit: str, serial: int) -> str:
    """A case of this module."""
    return f"A{unit}202602{8000 + serial}"


@pytest.fixture(scope="module", autouse=True)
def told(running: Site) -> None:
    """Cases whose filing decision came late or has not come yet, and people who are in the area."""
    with transaction.atomic(), as_process("test"):
        for n, (unit, serial, kind, at) in enumerate(STORY):
            number = number_of(unit, serial)
            if not Case.objects.filter(pk=number, registered_unit=True).exists():
                place = Unit.objects.get(pk=unit)
                register_case(number=number, title=f"仓库被盗案{serial}", kind=Case.Kind.CRIMINAL, unit=place)
            record_event(
                recorder="process:test", source="jz", id=f"LE{n}", type=kind, at=datetime.fromisoformat(at),
                case=number, unit=unit, document_no="甲公字〔2026〕1号",
                facts='{"case_kind": "criminal", "economic": false}',
            )  # fmt: skip
        for n, (person, at, room) in enumerate(VISITS):
            case = running.world.cases[person]
            record_event(
                recorder="process:test", source="area", id=f"VI{n}", type="person.entered_area",
                at=datetime.fromisoformat(at), case=case.number, person=case.person, visit=f"V{n}", place=room,
                unit=EAST_STATION,
            )  # fmt: skip
    call_command("supervise", once=True, stdout=StringIO())
    connections.close_all()


def test_the_legal_department_begins_with_the_city(site: Site) -> None:
    page = site.page("legal_department")
    page.goto("/")
    assert page.url == f"{site.address}/city/"
    expect(page).to_have_title("全市 · 准绳")
    judge(page, "city")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("[data-row]").nth(1)
    name, count = second.locator("[data-open]").inner_text(), second.locator("td a").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/?view=all&unit=*")
    expect(page.get_by_label("单位", exact=True).locator("option:checked")).to_have_text(name)
    assert page.locator(".zs-head__number a").inner_text().split()[0] == count


def test_the_units_sorted_and_narrowed_without_a_script(site: Site) -> None:
    page = site.page("legal_department", script=False)
    page.goto("/city/")
    page.get_by_role("link", name="每百案超期").click()
    assert "sort=rate" in page.url
    page.get_by_label("层级").select_option(label="派出所")
    page.get_by_role("button", name="筛选", exact=True).click()
    assert {row.split()[0] for row in page.locator("tbody th").all_inner_texts()} == {"东一所", "西一所"}


def test_the_ledger_of_what_was_exceeded(site: Site) -> None:
    page = site.page("inspectorate")
    page.goto("/overdue/?in=last")
    judge(page, "overdue")
    late = page.locator("[data-row]").filter(has_text="仓库被盗案2")
    expect(late).to_contain_text("超期办结")
    expect(page.locator("[data-row]").filter(has_text="仓库被盗案1").first).to_contain_text("已超期")
    page.goto("/overdue/?state=ended&in=month&rule=redress.review.reply")
    expect(page.get_by_text("没有超期的法定期限。")).to_be_visible()
    judge(page, "overdue-empty")


def test_whoever_has_no_such_role_is_told_so(site: Site) -> None:
    page = site.page("officer")
    answer = page.goto("/city/")
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_text("您没有查看这一页的权限")).to_be_visible()


def test_leads_and_what_they_are_made_of_for_whoever_only_looks_on(site: Site) -> None:
    page = site.page("inspectorate")
    page.goto("/")
    assert page.url == f"{site.address}/leads/"
    judge(page, "leads")
    page.keyboard.press("j")
    times = page.locator("[data-row].zs-cursor td").nth(2).inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/overdue/?in=30*")
    assert page.locator("[data-row]").count() == int(times)
    expect(page.locator("main").get_by_text("只读")).to_be_visible()
    page.goto("/withdrawn/")
    judge(page, "withdrawn-empty")
    page.goto("/looks/?in=today")
    judge(page, "looks")
    assert page.locator("[data-row]").first.inner_text().split()[2:] == ["撤回记录", "全部"]


def test_who_is_in_the_area_how_long_and_until_when(site: Site) -> None:
    page = site.page("area_keeper")
    page.goto("/")
    assert page.url == f"{site.address}/premises/"
    judge(page, "premises")
    row = page.locator("[data-row]").filter(has_text="问话室3")
    # In since nine yesterday: twenty-four hours ended at nine today, an hour and a half ago.
    expect(row).to_contain_text("1天1小时")
    expect(row).to_contain_text("超期 1小时30分")
    page.get_by_role("link", name="已超过上限").click()
    assert page.locator("[data-row]").count() == 1
    other = site.page("custodian")
    answer = other.goto("/premises/")
    assert answer is not None
    assert answer.status == 403


def test_the_wall_fills_the_screen_and_renews_itself(site: Site) -> None:
    page = site.page("legal_department", size={"width": 1920, "height": 1080}, alone=True)
    page.goto("/wall/")
    assert not page.evaluate("document.documentElement.scrollHeight > 1080")
    picture(page, "wall-1920")
    judge(page, "wall")
    red = page.locator(".zs-wall__red a").inner_text()
    page.clock.install()
    page.reload()
    page.evaluate("document.querySelector('.zs-wall__red a').textContent = 'x'")
    page.clock.fast_forward("01:01")
    expect(page.locator(".zs-wall__red a")).to_have_text(red)
    page.route("**/wall/", lambda route: route.fulfill(status=404))
    page.clock.fast_forward("01:01")
    expect(page.get_by_role("alert")).to_contain_text("没有连上服务器，画面停在 今天 10:30。")
    page.unroute("**/wall/")
    page.clock.fast_forward("01:01")
    expect(page.locator("#lost")).to_be_hidden()


def test_a_new_alert_announces_itself_and_moves_nothing(site: Site) -> None:
    page = site.page("officer")
    page.goto("/mine/")
    list_ = page.locator("section.zs-card").first
    before, rows = list_.bounding_box(), page.locator("[data-row]").count()
    bar = page.locator("#news a")
    expect(bar).to_be_hidden()
    tell(site, "the first")
    expect(bar).to_have_text("有 1 条新预警，点此更新")
    tell(site, "the second")
    expect(bar).to_have_text("有 2 条新预警，点此更新")
    assert (list_.bounding_box(), page.locator("[data-row]").count()) == (before, rows)
    judge(page, "mine-news")
    bar.click()
    expect(bar).to_be_hidden()


def test_without_a_stream_the_same_question_is_asked_once_a_minute(site: Site) -> None:
    page = site.page("unit_head", alone=True)
    page.add_init_script("delete window.EventSource")
    page.clock.install()
    page.goto("/today/")
    tell(site, "a third", role="unit_head")
    bar = page.locator("#news a")
    page.clock.fast_forward("00:30")
    expect(bar).to_be_hidden()
    page.clock.fast_forward("00:31")
    expect(bar).to_have_text("有 1 条新预警，点此更新")


def test_open_streams_hold_one_connection_together(site: Site) -> None:
    pages = [site.page(role) for role in ("officer", "unit_head", "legal_officer", "inspectorate")]
    for page in pages:
        with page.expect_response("**/live/?*"):
            page.goto("/inbox/")
    listening = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN zs_told%'"
    others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND state <> 'idle'"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(listening)
        assert cursor.fetchone() == (1,)
        cursor.execute(others)
        assert cursor.fetchone() == (1,)  # this question itself
    connections.close_all()


def tell(site: Site, what: str, *, role: str = "officer") -> None:
    """Somebody is told of something now."""
    with transaction.atomic(), as_process("test"):
        Alert.objects.create(
            key=hashlib.sha256(what.encode()).hexdigest(), role="officer", officer=site.world.officers[role],
            reason="first", level="red", liberty=False, text=what, explanation={}, created_at=NOW,
            case=site.world.cases["own_ordinary"].number,
        )  # fmt: skip
    connections.close_all()
