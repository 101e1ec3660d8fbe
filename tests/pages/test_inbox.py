"""The inbox, one alert, one's own limits and a leader's day: by mouse, by keyboard and without script."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from django.db import transaction
from playwright.sync_api import expect

from tests.pages.conftest import PHONE, Site
from tests.pages.judge import focused, judge, picture, scrolls_sideways
from tests.pages.presses import Hand
from tests.pages.telling import ALERTED
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.cases.models import Case

pytestmark = pytest.mark.usefixtures("alerts_told")
FILING = "criminal.intake.filing-decision"
TO_ACKNOWLEDGE, TO_EXPLAIN, TWENTY, FOR_TWENTY = 2, 1, 20, 25
"""Presses that the design allows: from the link of a message, to an explanation, and for twenty alerts."""


def key() -> str:
    """The key of the first of these alerts that waits."""
    with transaction.atomic(), as_process("test"):
        found = AlertGroup.objects.filter(rule=FILING, state="waiting", case__startswith=ALERTED).order_by("due", "key")
        return str(found.values_list("key", flat=True)[0])


def state(whole: str) -> str:
    """Where an alert stands in the database."""
    with transaction.atomic(), as_process("test"):
        return AlertGroup.objects.get(pk=whole).state


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


def test_from_the_link_of_a_message_two_presses_take_it_on_on_a_phone(site: Site) -> None:
    page, whole = site.page("officer", size=PHONE), key()
    hand = Hand(page)
    hand.follow(f"/a/{whole[:12]}/")
    button = page.get_by_role("button", name="签收，我来办")
    expect(button).to_be_in_viewport()
    assert not scrolls_sideways(page)
    picture(page, "phone")
    hand.click(button)
    expect(page.get_by_role("status").first).to_contain_text("签收 今天 10:30")
    assert state(whole) == "acknowledged"
    assert hand.presses <= TO_ACKNOWLEDGE


def test_one_press_on_a_row_shows_what_to_do_how_it_was_counted_and_who_was_told(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/inbox/?view=waiting")
    hand, row = Hand(page), page.locator("[data-row]").first
    for fact in (row.locator("[data-open]"), row.locator(".zs-left"), row.locator(".zs-alert__due time").first):
        expect(fact).to_be_in_viewport()  # what ends next, and when: on the first screen
    hand.click(row.locator("[data-open]"))
    preview = page.locator("#preview")
    for heading in ("要办什么", "怎么算的", "通知了谁"):
        expect(preview.get_by_role("heading", name=heading)).to_be_in_viewport()
    expect(preview.locator(".zs-tasks")).to_be_in_viewport(ratio=1)
    expect(preview.locator(".zs-sentences li").first).to_be_in_viewport()
    assert hand.presses <= TO_EXPLAIN


@pytest.mark.parametrize(
    ("role", "path", "due"),
    [
        ("unit_head", "/today/", "a.zs-alert__due"),
        ("officer", "/mine/", "[data-open]"),
        ("legal_officer", "/cases/", "a.zs-due"),
    ],
)
def test_from_every_list_its_explanation_is_one_press_away(site: Site, role: str, path: str, due: str) -> None:
    page = site.page(role)
    page.goto(path)
    hand = Hand(page)
    hand.click(page.locator(f"main [data-row] {due}").first)
    explained = page.locator(".steps > li, .zs-why .zs-sentences li").first
    expect(explained).to_be_in_viewport()
    expect(explained).to_contain_text("起点")
    assert hand.presses <= TO_EXPLAIN


def test_twenty_alerts_of_one_station_are_taken_on_in_few_keys(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/inbox/?view=waiting")
    hand, whole = Hand(page), page.locator(".zs-head__number .num")
    waiting, on_page = int(whole.inner_text().split()[0]), page.locator("[data-row]").count()
    assert on_page >= TWENTY
    hand.key("j")
    hand.key("j")
    row = page.locator("[data-row].zs-cursor")
    title = row.locator("[data-open]").inner_text()
    assert focused(page) == title
    hand.key("Enter")
    expect(page.locator("#preview h2")).to_be_focused()
    picture(page, "inbox-preview")
    hand.key("x")
    expect(page.locator(".zs-bulk__count")).to_have_text("已选 1 件")
    hand.key("x")
    hand.key("a")
    expect(page.locator(".zs-bulk__count")).to_have_text(f"已选 {on_page} 件")
    hand.key("e")
    expect(page.get_by_role("status").first).to_contain_text(f"已签收 {on_page} 件。")
    assert int(whole.inner_text().split()[0]) == waiting - on_page
    assert hand.presses <= FOR_TWENTY


def test_without_script_an_alert_is_a_page_and_selected_ones_are_taken_on(site: Site) -> None:
    page = site.page("unit_head", script=False)
    page.goto("/today/")
    page.locator(".zs-sentence a").click()
    page.locator("[data-open]").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("刑事受案后立案审查")
    page.get_by_role("link", name="督办").click()
    page.get_by_role("button", name="督办").click()
    expect(page.get_by_role("status").first).to_contain_text("督办 今天 10:30")


def test_the_number_of_a_case_without_a_title_breaks_between_its_parts(site: Site) -> None:
    """On a phone it is wider than its place: it breaks after the unit, and no digit stands alone on a line."""
    page = site.page("officer", size=PHONE)
    page.goto("/mine/")
    link = page.locator(".zs-limits a[href^='/cases/']").first
    address = str(link.get_attribute("href"))
    number = address.strip("/").rpartition("/")[2]
    with untitled(number):
        for path, place in (("/mine/", f".zs-limits a[href='{address}']"), (address, "#case-title")):
            page.goto(path)
            lines = page.locator(place).first.evaluate(LINES)
            assert "".join(lines) == number
            assert lines in ([number], [number[:13], number[13:]]), path


LINES: Final = """element => {
    const lines = new Map(), range = document.createRange();
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode())
        for (let n = 0; n < node.length; n++) {
            range.setStart(node, n); range.setEnd(node, n + 1);
            const top = Math.round(range.getBoundingClientRect().top);
            lines.set(top, (lines.get(top) ?? "") + node.textContent[n]);
        }
    return [...lines.values()];
}"""
"""The text of an element, line by line as it stands."""


@contextmanager
def untitled(number: str) -> Iterator[None]:
    """A case has no title while the block runs, as one that nobody has registered."""
    with transaction.atomic(), as_process("test"):
        case = Case.objects.get(pk=number)
        Case.objects.filter(pk=number).update(title="")
    try:
        yield
    finally:
        with transaction.atomic(), as_process("test"):
            Case.objects.filter(pk=number).update(title=case.title)
