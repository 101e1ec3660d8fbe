"""The page of a case: what ends next, why then, who was told, and its five views; by mouse, keyboard and without
script."""

import pytest
from playwright.sync_api import Page, expect

from tests.pages.conftest import Site
from tests.pages.judge import focused, judge, picture
from tests.pages.presses import Hand
from tests.pages.telling import SILENT
from tests.platform.case_story import NUMBER

ADDRESS = f"/cases/{NUMBER}/"
ONE = 1  # press, where an answer is not on the first screen
pytestmark = pytest.mark.usefixtures("case_told")
NEXT = "提请批准逮捕（王某强）"
"""Detained at 23:05 on 28 February: three full days end at 23:05 on 3 March, the third day at its 24:00."""


def opened(site: Site, *, path: str = "", script: bool = True) -> Page:
    """The page of the case, seen by somebody of the legal department."""
    page = site.page("legal_department", script=script)
    page.goto(f"{ADDRESS}{path}")
    return page


def test_the_page_holds_at_every_width(site: Site) -> None:
    page = opened(site)
    expect(page).to_have_title("云栖花园入室盗窃案 · 案件 · 准绳")
    judge(page, "case")


def test_what_ends_next_why_then_what_to_do_and_who_was_told(site: Site) -> None:
    page = opened(site)
    number = page.locator(".zs-head__number")
    expect(number.locator(".num")).to_have_text("1天12小时")  # from 10:30 to 23:05 of the next day, past ten hours
    expect(number.locator(".zs-case__next")).to_contain_text(f"{NEXT}3月3日 23:05 届满最迟 3月3日 24:00")
    expect(number).to_be_in_viewport()
    for question, answer in (("怎么算的", "#how-title"), ("要办什么", "#to-do"), ("通知了谁", "#told-title")):
        page.evaluate("scrollTo(0, 0)")
        hand = Hand(page)
        hand.click(number.get_by_role("link", name=question))
        expect(page.locator(answer)).to_be_in_viewport()
        assert hand.presses <= ONE
    expect(page.locator("#to-do")).to_contain_text("登记“提请批准逮捕”，期限即结束。")
    expect(page.locator("#explain .steps > li").first).to_contain_text("起点：2026年2月28日 23:05 执行刑事拘留")
    expect(page.locator("#explain .steps > li").last).to_contain_text("最迟：2026年3月3日 24:00")
    expect(page.locator("#explain .steps > li")).to_have_count(6)
    expect(page.locator("#explain .law").first).to_contain_text("《刑事诉讼法（2018）》第九十一条")
    expect(page.locator("#told li").first).to_contain_text("警员")


def test_a_row_explains_itself_by_keyboard(site: Site) -> None:
    page = opened(site)
    page.keyboard.press("j")
    assert focused(page).startswith("刑事受案后立案审查，法定期限，已办结")
    for _row in range(5):
        page.keyboard.press("j")
    assert focused(page).startswith(f"{NEXT}，法定期限，还剩 1天12小时，3月3日 23:05 届满，蓝色提示")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#explain .zs-how__head")).to_contain_text("涉案财物移交保管（金项链一条）")
    expect(page.locator("#how-title")).to_be_focused()
    assert page.url.endswith(ADDRESS)


def test_each_link_lies_over_its_row(site: Site) -> None:
    page = opened(site)
    script = """() => [...document.querySelectorAll('.zs-rails a')].map((link, n) => {
        const name = document.querySelectorAll('.zs-track__field svg .name')[n].getBoundingClientRect()
        const box = link.getBoundingClientRect()
        return box.top <= name.top && name.bottom <= box.bottom })"""
    for width in (1440, 1100):
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate(script)
        assert over == [True] * 8


def test_the_table_says_what_the_track_draws_and_is_remembered(site: Site) -> None:
    page = opened(site, script=False)  # nothing of it needs a script
    names = [link.inner_text() for link in page.locator(".zs-rails a").all()]
    page.get_by_role("link", name="以表格查看").click()
    rows = page.locator(".zs-track__table tbody tr")
    expect(page.locator(".zs-track__picture")).to_be_hidden()
    assert rows.count() == len(names) == 8
    for name, row in zip(names, rows.all(), strict=True):
        assert row.locator("a").inner_text() == name.split("，")[0]
    page.goto(ADDRESS)
    expect(rows.first).to_be_visible()
    rows.nth(5).locator("a").click()
    page.wait_for_url("**/clocks/*/")
    expect(page.get_by_role("heading", level=1)).to_have_text(NEXT)
    expect(page.locator(".steps > li")).to_have_count(6)
    page.goto(f"{ADDRESS}?as=picture")
    expect(page.locator(".zs-track__picture")).to_be_visible()


def test_the_window_is_chosen_by_its_length(site: Site) -> None:
    page = opened(site)
    chosen = page.locator(".zs-seg [aria-current]")
    expect(chosen).to_have_text("7天")  # nothing presses: seven days
    assert page.locator(".track .arrow").count() == 2  # custody ends on 10 March, the appraisal on 23 March
    page.get_by_role("link", name="30天", exact=True).click()
    expect(chosen).to_have_text("30天")
    assert page.locator(".track .arrow").count() == 1
    page.get_by_role("link", name="全程", exact=True).click()
    expect(chosen).to_have_text("全程")
    assert page.locator(".track .arrow").count() == 0
    page.get_by_role("link", name="48小时", exact=True).click()
    expect(chosen).to_have_text("48小时")
    assert page.locator(".track .arrow").count() > 2


def test_each_view_holds_and_leads_on(site: Site) -> None:
    page = opened(site)
    page.get_by_role("navigation", name="五要素").get_by_role("link").nth(2).click()
    page.wait_for_url("**/item/")
    expect(page.get_by_role("heading", name="金项链一条")).to_be_visible()
    expect(page.locator("[data-clock]")).to_have_count(2)
    judge(page, "case-item")
    page.goto(f"{ADDRESS}matter/")
    judge(page, "case-matter")
    withdrawn = page.locator("[data-event='jz/XQ010']")
    expect(withdrawn).to_contain_text("已撤回")
    expect(page.locator("[data-event='jz/XQ005']")).to_contain_text("更正前：昨天 09:30")
    page.goto(f"{ADDRESS}person/")
    page.get_by_label("查阅事由").first.fill("核对身份")
    page.get_by_role("button", name="查看").first.click()
    expect(page.get_by_role("heading", name="王小强")).to_be_visible()


def test_the_page_of_a_clock_holds(site: Site) -> None:
    page = opened(site)
    address = page.locator(".zs-rails a").nth(5).get_attribute("href")
    page.goto(str(address))
    judge(page, "clock")
    expect(page.get_by_text("还没有就这个期限通知过谁。")).to_have_count(0)


def test_a_case_of_which_nothing_was_heard_says_so(site: Site) -> None:
    page = site.page("legal_department")
    page.goto(f"/cases/{SILENT}/")
    for text in ("这个案件还没有开始计算的期限。", "还没有收到这个案件的办理情况。", "还没有就这个案件通知过谁。"):
        expect(page.get_by_text(text)).to_be_visible()
    judge(page, "case-empty")
    page.goto(f"/cases/{SILENT}/dossier/")
    expect(page.get_by_text("没有登记，也没有记录提到。")).to_be_visible()


def test_on_paper_stand_the_track_and_its_table(site: Site) -> None:
    page = opened(site)
    page.emulate_media(media="print")
    expect(page.locator(".zs-track__picture")).to_be_visible()
    expect(page.locator(".zs-track__table")).to_be_visible()
    expect(page.get_by_role("link", name="以表格查看")).to_be_hidden()
    assert page.locator(".zs-track__field svg").bounding_box()["height"] <= 90 / 25.4 * 96  # type: ignore[index]
    picture(page, "case-print")


def test_whoever_may_not_read_the_case_finds_nothing(site: Site) -> None:
    address = opened(site).locator(".zs-rails a").first.get_attribute("href")
    page = site.page("officer")
    for path in (ADDRESS, f"{ADDRESS}person/", str(address)):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404
        expect(page.get_by_role("heading", name="没有找到")).to_be_visible()
