"""Tasks as people meet them: the list, a check at a place on a phone with and without a network, a patrol, a second
person who confirms what was found."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connections, transaction
from playwright.sync_api import BrowserContext, Dialog, FilePayload, Page, expect

from tests.pages.conftest import PHONE, Site
from tests.pages.judge import focused, judge, picture
from tests.platform.people import EAST_SQUAD, WEST_STATION
from tests.platform.world import PIXEL
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.inspection.models import Card
from zhunsheng.apps.supervision.models import Finding
from zhunsheng.apps.tasks import giving, making
from zhunsheng.apps.tasks.models import Photo, Report, Said, Task

PHOTO = FilePayload(name="area.png", mimeType="image/png", buffer=PIXEL)
OTHER = FilePayload(name="other.png", mimeType="image/png", buffer=PIXEL + b"2")
NO_NETWORK = "net::ERR_INTERNET_DISCONNECTED"
NOW = datetime.fromisoformat("2026-03-02T10:30:00+08:00")
"""Where the clock of the site stands."""


@pytest.fixture(scope="module")
def told(running: Site) -> SimpleNamespace:
    """Three checks of the western station, given to a legal officer of the eastern one, and a patrol of a squad."""
    world = running.world
    with transaction.atomic(), as_process("test"):
        planner, officer = world.officers["legal_department"], world.officers["legal_officer"]
        case = world.cases["sub_ordinary"].number
        for n in range(2):
            Finding.objects.create(
                key=f"t{n}".ljust(64, "0"), rule="criminal.intake.filing-decision", case=case, unit=EAST_SQUAD,
                kind="overdue", level="red", found_at=NOW - timedelta(days=n, minutes=1), state="current",
                appeared_at=NOW, state_at=NOW, release="r" * 64,
            )  # fmt: skip
        made = {}
        for name, kind, sheet in (
            ("far", "onsite", "PL"), ("plain", "onsite", "PR"), ("left", "onsite", "RP"), ("patrol", "online", ""),
        ):  # fmt: skip
            asked = {
                "kind": kind,
                "unit": WEST_STATION if sheet else EAST_SQUAD,
                "sheet": sheet,
                "place": "办案区",
                "reason": "群众反映",
            }
            task = making.by_hand(**asked, by=planner, at=NOW)
            if kind == "onsite":
                giving.give_to(task, officer.number, reason="由东一所法制员检查", by=planner, at=NOW)
            made[name] = task.number
    connections.close_all()
    return SimpleNamespace(**made)


@contextmanager
def asking() -> Iterator[None]:
    """The database, as a process of ours sees it."""
    with transaction.atomic(), as_process("test"):
        yield
    connections.close_all()


def answered(page: Page, *, problem: int = 0) -> None:
    """Every thing is in order but one."""
    things = page.locator("[data-thing]")
    for n in range(things.count()):
        thing = things.nth(n)
        thing.get_by_label("问题" if n + 1 == problem else "合格").check()
        if n + 1 == problem:
            thing.get_by_label("位置").fill("候问室2")
            thing.get_by_label("责任人警号").fill("035001")
            thing.get_by_label("整改期限（日）").fill("2")


def test_tasks_are_listed_made_by_hand_and_planned(site: Site, told: SimpleNamespace) -> None:
    page = site.page("legal_department")
    page.goto("/tasks/")
    expect(page.get_by_text(told.patrol)).to_be_visible()
    judge(page, "tasks")
    page.get_by_role("link", name="指派任务").click()
    page.get_by_label("单位").select_option(WEST_STATION)
    page.get_by_label("原因").fill("上月信访集中")
    page.get_by_role("button", name="指派", exact=True).click()
    expect(page.locator(".zs-head__number")).to_contain_text("18")
    page.goto("/tasks/schedules/")
    page.get_by_role("region", name="新建任务计划").get_by_label("单位").select_option(WEST_STATION)
    page.get_by_label("起", exact=True).fill("2026-03-01")
    page.get_by_label("止（不含）").fill("2026-06-01")
    page.get_by_role("button", name="制订").click()
    expect(page.locator(".zs-head__number")).to_contain_text("1")
    judge(page, "tasks-schedules")
    page.get_by_label("终止原因").fill("改为每月")
    page.get_by_role("button", name="终止").click()
    expect(page.locator("td").get_by_text("已终止")).to_be_visible()
    page.goto("/tasks/")
    tabs = page.get_by_role("navigation", name="类别")
    tabs.get_by_role("link", name="网上巡查").click()
    page.get_by_label("状态").select_option(label="待办")
    page.get_by_role("button", name="筛选", exact=True).click()
    # What was chosen by a tab is kept by the filters, and the other way round
    expect(page.locator("[data-row]")).to_have_count(1)
    tabs.get_by_role("link", name="现场执法检查").click()
    expect(page).to_have_url(re.compile(r"\?kind=onsite&state=waiting$"))


def _phone(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return page


def test_a_check_at_a_place_is_done_without_a_network_and_outlives_its_tab(site: Site, told: SimpleNamespace) -> None:
    page = site.page("legal_officer", size=PHONE, alone=True)
    context, address = page.context, f"/tasks/{told.far}/"
    page.goto("/tasks/")
    expect(page.locator("html[data-kept]")).to_have_count(1)
    page.goto(address)
    expect(page.locator("html[data-kept]")).to_have_count(1)
    judge(page, "task-onsite")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    # At the place there is no network: the page is there all the same
    context.set_offline(True)
    page.goto(address)
    expect(page.get_by_role("heading", name="现场执法检查 · 西一所")).to_be_visible()
    expect(page.locator("html[data-restored]")).to_have_count(1)
    page.get_by_label("检查地点").fill("西一所办案区候问室")
    page.get_by_label("照片", exact=True).set_input_files([PHOTO, OTHER])
    expect(page.locator("#zs-photos canvas")).to_have_count(2)
    page.locator("[data-thing] input[type=radio]").first.focus()
    page.keyboard.press("3")
    assert focused(page) == "where-1"
    answered(page, problem=1)
    page.locator("#thing-2 input[type=radio]").first.focus()
    page.keyboard.press("1")
    expect(page.locator("#thing-3 input[type=radio]").first).to_be_focused()
    expect(page.locator("#zs-task-state")).to_have_text("已存在这台设备上")
    expect(page.locator("[data-unanswered]")).to_contain_text("0")
    picture(page, "task-offline-390")
    # The tab is killed before anything was handed in: nothing is lost
    page.close()
    page = _phone(context)
    page.goto(address)
    expect(page.get_by_label("检查地点")).to_have_value("西一所办案区候问室")
    expect(page.locator("#zs-photos canvas")).to_have_count(2)
    expect(page.locator("#thing-1").get_by_label("责任人警号")).to_have_value("035001")
    page.get_by_role("button", name="报回").click()
    expect(page.locator("#zs-task-state")).to_contain_text("离线：已存在这台设备上")
    picture(page, "task-waits-390")
    page.close()
    page = _phone(context)
    page.goto("/tasks/")
    expect(page.locator("#zs-unsent")).to_contain_text("等待发送")
    picture(page, "tasks-unsent-390")
    # Back on line it goes out by itself, once, though the network is not there for the first question
    page.route(f"**{address}", lambda route: route.abort("internetdisconnected"), times=1)
    context.set_offline(False)
    expect(page.locator("#zs-unsent")).to_be_hidden()
    page.goto(address)
    expect(page.get_by_text("西一所办案区候问室")).to_be_visible()
    expect(page.locator(".zs-photos img")).to_have_count(2)
    judge(page, "task-reported")
    with asking():
        assert Report.objects.filter(task=told.far).count() == 1
        assert Photo.objects.filter(report__task=told.far).count() == 2
        assert Said.objects.get(thing__task=told.far, thing__n=1).where == "候问室2"
    site.complaints[:] = [text for text in site.complaints if NO_NETWORK not in text]
    # A second person confirms, and the card is opened
    other = site.page("legal_department")
    other.goto(address)
    first = other.locator("#thing-1")
    first.get_by_role("button", name="确认并开整改单").click()
    expect(first.get_by_text("已确认")).to_be_visible()
    first.get_by_role("link", name="ZG-").click()
    expect(other.get_by_role("heading", name="被带至公安机关的人是否直接进入办案区")).to_be_visible()
    with asking():
        assert Card.objects.get(finding__startswith="task/").unit == WEST_STATION


def test_what_was_not_sent_is_not_thrown_away_at_signing_out_without_a_word(site: Site, told: SimpleNamespace) -> None:
    page = site.page("legal_officer", size=PHONE, alone=True)
    page.goto(f"/tasks/{told.left}/")
    expect(page.locator("html[data-restored]")).to_have_count(1)
    page.get_by_label("总的情况").fill("值班表没有上墙")
    expect(page.locator("#zs-task-state")).to_have_text("已存在这台设备上")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator(".zs-user summary").click()
    with page.expect_event("dialog"):
        page.get_by_role("button", name="退出").click()
    page.goto("/tasks/")
    expect(page.locator("#zs-unsent")).to_contain_text("还没填完")
    assert "还有没送达的现场检查" in asked[0]


def test_a_check_at_a_place_is_done_without_a_script_too(site: Site, told: SimpleNamespace) -> None:
    page = site.page("legal_officer", size=PHONE, script=False)
    page.goto(f"/tasks/{told.plain}/")
    page.get_by_label("检查地点").fill("西一所财物室")
    answered(page)
    page.get_by_label("照片", exact=True).set_input_files(FilePayload(name="a.png", mimeType="image/png", buffer=b"no"))
    page.get_by_role("button", name="报回").click()
    expect(page.get_by_role("alert")).to_contain_text("照片没有收下")
    expect(page.get_by_label("检查地点")).to_have_value("西一所财物室")
    expect(page.locator("#thing-4").get_by_label("合格")).to_be_checked()
    page.get_by_label("照片", exact=True).set_input_files(PHOTO)
    page.get_by_role("button", name="报回").click()
    expect(page.get_by_role("heading", name="检查情况")).to_be_visible()
    with asking():
        assert Report.objects.filter(task=told.plain).count() == 1


def test_a_patrol_looks_at_what_stands_in_the_cases_themselves(site: Site, told: SimpleNamespace) -> None:
    page = site.page("legal_department")
    page.goto(f"/tasks/{told.patrol}/")
    judge(page, "task-patrol")
    page.get_by_label("检查人警号").fill(site.world.officers["legal_department"].number)
    page.get_by_label("原因").fill("原检查人出差")
    page.get_by_role("button", name="改派").click()
    things = page.locator("[data-thing]")
    expect(things.first).to_contain_text("数据判断：问题")
    answered(page)
    for n in range(things.count()):
        note = things.nth(n).get_by_label("说明")
        # Whoever contradicts what data say says why
        if "数据判断" in things.nth(n).inner_text():
            assert note.get_attribute("required") is not None
            note.fill("决定书在卷，系统没有录入")
    page.get_by_role("button", name="报回").click()
    expect(page.get_by_text("已报回").first).to_be_visible()
    with asking():
        assert Task.objects.get(pk=told.patrol).reports.count() == 1


@pytest.mark.parametrize("role", ["officer", "unit_head"])
def test_whoever_is_checked_does_not_see_what_is_planned(site: Site, told: SimpleNamespace, role: str) -> None:
    page = site.page(role)
    for address in ("/tasks/", f"/tasks/{told.left}/"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 403
