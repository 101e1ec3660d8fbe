"""The shell that every page stands in: menu, keyboard, languages, the way without scripts."""

import base64

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import PHONE, Site
from tests.pages.judge import focused, judge, picture, scrolls_sideways
from tests.platform.accounts import PASSWORD
from tests.platform.world import ROLES
from zhunsheng.apps.access import totp
from zhunsheng.apps.audit import clock


def test_somebody_logs_in_by_keyboard_and_registers_his_second_factor(site: Site) -> None:
    page = site.page()
    page.goto("/settings/")
    judge(page, "login")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page) == "username"
    page.keyboard.type("contractor")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page).to_have_title("错误：登录 · 准绳")
    assert "账号、口令或验证码不对" in focused(page)
    judge(page, "login-wrong")
    page.get_by_label("账号").fill("contractor")
    page.get_by_label("口令").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="登记第二因素")).to_be_visible()
    judge(page, "enrol")
    shown = page.locator(".zs-secret").inner_text()
    secret = base64.b32decode(shown + "=" * (-len(shown) % 8))
    page.get_by_label("6 位验证码").fill(totp.code_of(secret, totp.step_of(clock.real_now())))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="设置")).to_be_visible()


@pytest.mark.parametrize("role", ROLES)
def test_every_entry_of_every_menu_opens_and_is_marked_as_the_place(site: Site, role: str) -> None:
    page = site.page(role)
    page.goto("/help/")
    entries = page.locator(".zs-side a:not(.zs-only-phone)")
    addresses = [entry.get_attribute("href") or "" for entry in entries.all()]
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        if address != "/wall/":  # the wall fills the screen: it has no menu
            assert page.locator(".zs-side a[aria-current=page]").get_attribute("href") == address
        assert page.locator("h1").count() == 1, address
    page.goto("/")
    assert page.url.removeprefix(site.address) in ("/", *addresses)


def test_the_first_stop_of_the_keyboard_skips_the_menu(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/help/")
    page.keyboard.press("Tab")
    assert focused(page) == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_help_and_the_list_of_keys(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/help/")
    judge(page, "help")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "zs-q"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()  # inside an input a key is a letter
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/cases/")


def test_single_keys_can_be_switched_off_and_english_chosen(site: Site) -> None:
    page = site.page("area_keeper")
    page.goto("/settings/")
    judge(page, "settings")
    page.get_by_label("使用单键快捷键").uncheck()
    page.get_by_label("English").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status")).to_have_text("Saved")
    assert page.locator("html").get_attribute("lang") == "en"
    judge(page, "settings-en")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_hidden()
    page.get_by_label("简体中文").check()
    page.get_by_label("Use single-key shortcuts").check()
    page.get_by_role("button", name="Save").click()
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_the_menu_on_a_phone_opens_and_closes_without_script(site: Site) -> None:
    page = site.page("legal_officer", size=PHONE, script=False)
    page.goto("/help/")
    menu = page.get_by_role("navigation", name="主导航")
    expect(menu).to_be_hidden()
    page.get_by_role("link", name="菜单").click()
    expect(menu).to_be_visible()
    picture(page, "menu-390")
    page.get_by_role("link", name="收起菜单").click()
    expect(menu).to_be_hidden()
    page.get_by_role("navigation", name="常用").get_by_role("link", name="案件").click()
    page.wait_for_url("**/cases/")
    assert not scrolls_sideways(page)


def test_before_the_login_english_is_one_press_away(site: Site) -> None:
    page = site.page()
    page.goto("/login/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_page_that_is_not_there_says_so_in_the_shell(site: Site) -> None:
    page = site.page("officer")
    page.goto("/nowhere/")
    expect(page.get_by_role("heading", name="没有找到")).to_be_visible()
    judge(page, "not-found")
    page.goto("/admin/audit/")
    expect(page.get_by_role("heading", name="没有权限")).to_be_visible()
    judge(page, "no-permission")


def test_whoever_has_no_page_of_his_own_begins_with_what_he_may_use(site: Site) -> None:
    page = site.page("custodian")
    page.goto("/")
    doors = page.locator("main .zs-doors a")
    assert [door.inner_text().strip() for door in doors.all()] == ["预警收件箱", "案件", "我的任务"]
    judge(page, "index")


def test_the_second_factor_and_its_repetition_hold_at_every_width(site: Site) -> None:
    page = site.page()
    page.goto("/login/")
    page.get_by_label("账号").fill("officer")
    page.get_by_label("口令").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("6 位验证码")).to_be_visible()
    judge(page, "factor")
    head = site.page("unit_head")
    head.goto("/confirm/?next=/today/")
    expect(head.get_by_label("6 位验证码")).to_be_visible()
    judge(head, "confirm")


def test_the_print_has_no_shell_and_says_who_printed(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/help/")
    page.emulate_media(media="print")
    expect(page.locator(".zs-top")).to_be_hidden()
    expect(page.locator(".zs-side")).to_be_hidden()
    expect(page.locator(".zs-printed")).to_contain_text("035005")


def test_ones_own_logins_and_the_change_of_a_password_hold_at_every_width(site: Site) -> None:
    page = site.page("officer")
    page.goto("/settings/")
    expect(page.get_by_role("button", name="退出其他所有会话")).to_be_visible()
    page.get_by_role("link", name="修改口令").click()
    page.get_by_label("现在的口令").fill(PASSWORD)
    page.get_by_label("新口令", exact=True).fill("too short")
    page.get_by_label("再输一次新口令").fill("too short")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("至少要 12 个")
    judge(page, "password")
