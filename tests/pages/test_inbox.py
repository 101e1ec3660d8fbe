"""The inbox, one alert, one's own limits and a leader's day: by mouse, by keyboard and without script."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from playwright.sync_api import expect

from tests.pages.conftest import PHONE, Site
from tests.pages.judge import focused, judge, picture, scrolls_sideways
from tests.platform.people import EAST_STATION
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Assignment, Case
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.org.models import Unit

NOW = datetime.fromisoformat("2026-03-02T10:30:00+08:00")
FILING = "criminal.intake.filing-decision"
COUNT = 22
TITLE = "北街电动车被盗案"


@pytest.fixture(scope="module", autouse=True)
def told(running: Site) -> None:
    """Twenty-two cases of one officer of the eastern station whose filing decision is due today, soon, or was."""
    with transaction.atomic(), as_process("test"):
        unit = Unit.objects.get(pk=EAST_STATION)
        for n in range(COUNT):
            number = f"A{EAST_STATION}202602{9000 + n}"  # no other case of the world ends so
            # Three days, seven at the most by extension: the first ended the day before yesterday.
            accepted = NOW - timedelta(days=5) + timedelta(hours=5 * n)
            case = register_case(number=number, title=f"{TITLE}{n + 1}", kind=Case.Kind.CRIMINAL, unit=unit)
            assign(
                case=case,
                officer=running.world.officers["officer"],
                role=Assignment.Role.CASE_OFFICER,
                from_at=accepted,
            )
            record_event(
                recorder="process:test", source="jz", id=f"IN{n}", type="case.accepted", at=accepted, case=number,
                unit=unit.code, facts='{"case_kind": "criminal", "economic": false}',
            )  # fmt: skip
    call_command("supervise", once=True, stdout=StringIO())
    connections.close_all()


def key() -> str:
    """The key of the first of these alerts that waits."""
    with transaction.atomic(), as_process("test"):
        found = AlertGroup.objects.filter(
            rule=FILING, state="waiting", case__startswith=f"A{EAST_STATION}2026029"
        ).order_by("due", "key")
        return str(found.values_list("key", flat=True)[0])


def test_the_day_begins_with_ones_own_limits_or_with_what_presses_the_station(site: Site) -> None:
    for role, path in (("officer", "/mine/"), ("unit_head", "/today/")):
        page = site.page(role)
        page.goto("/")
        assert page.url == f"{site.address}{path}"
        judge(page, path.strip("/"))


def test_the_inbox_holds_at_every_width(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/inbox/?view=all")
    expect(page).to_have_title("全部未结 · 预警收件箱 · 准绳")
    judge(page, "inbox")
    page.goto("/inbox/?view=withdrawn")
    expect(page.get_by_text("没有待处理的预警。")).to_be_visible()
    judge(page, "inbox-empty")


def test_an_alert_and_its_forms_hold_at_every_width(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto(f"/a/{key()}/")
    judge(page, "alert-legal")
    for act in ("hand_over", "claim_done", "dispute", "urge"):
        page.goto(f"/a/{key()}/{act}/")
        judge(page, f"alert-{act}")
    page.get_by_label("要求回复的时间").fill("明天")
    page.get_by_role("button", name="督办").click()
    expect(page.get_by_role("alert")).to_contain_text("2026-11-23 16:48")
    judge(page, "alert-wrong")


def test_a_phone_shows_one_alert_and_takes_it_on_with_one_press(site: Site) -> None:
    page = site.page("officer", size=PHONE)
    page.goto(f"/a/{key()[:12]}/")
    button = page.get_by_role("button", name="签收，我来办")
    expect(button).to_be_in_viewport()
    assert not scrolls_sideways(page)
    picture(page, "phone")
    button.click()
    expect(page.get_by_role("status").first).to_contain_text("签收 今天 10:30")


def test_previewed_by_keyboard_and_taken_on_in_few_keys(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/inbox/?view=waiting")
    whole = page.locator(".zs-head__number .num")
    waiting, on_page = int(whole.inner_text().split()[0]), page.locator("[data-row]").count()
    assert on_page >= 20
    page.keyboard.press("j")
    page.keyboard.press("j")
    row = page.locator("[data-row].zs-cursor")
    title = row.locator("[data-open]").inner_text()
    assert focused(page) == title
    page.keyboard.press("Enter")
    expect(page.locator("#preview h2")).to_be_focused()
    expect(page.locator("#preview")).to_contain_text("怎么算的")
    picture(page, "inbox-preview")
    page.keyboard.press("x")
    expect(page.locator(".zs-bulk__count")).to_have_text("已选 1 件")
    page.keyboard.press("x")
    page.keyboard.press("a")
    expect(page.locator(".zs-bulk__count")).to_have_text(f"已选 {on_page} 件")
    page.keyboard.press("e")
    expect(page.get_by_role("status").first).to_contain_text(f"已签收 {on_page} 件。")
    assert int(whole.inner_text().split()[0]) == waiting - on_page


def test_without_script_an_alert_is_a_page_and_selected_ones_are_taken_on(site: Site) -> None:
    page = site.page("unit_head", script=False)
    page.goto("/today/")
    page.locator(".zs-head__number a").click()
    page.locator("[data-open]").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("刑事受案后立案审查")
    page.get_by_role("link", name="督办").click()
    page.get_by_role("button", name="督办").click()
    expect(page.get_by_role("status").first).to_contain_text("督办 今天 10:30")
