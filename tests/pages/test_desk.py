"""The desk: lists of cases, rules, data quality, sources."""

import io
from pathlib import Path

from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.pages.conftest import PHONE, Site
from tests.pages.judge import focused, judge, scrolls_sideways
from zhunsheng.apps.access.models import Account


def test_the_cases_of_a_legal_officer_stand_by_what_ends_next(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/cases/")
    expect(page).to_have_title("案件 · 准绳")
    judge(page, "cases")
    # Detained at noon on 1 March; it is half past ten the next day: what is done within 24 hours ends first.
    first = page.locator("[data-row]").first
    expect(first).to_contain_text("今天 12:00")
    expect(first).to_contain_text("还剩 1小时30分")
    page.locator(".zs-head__number a").click()
    page.wait_for_url("**/cases/?ends=7")
    count = page.locator(".zs-head__number a").inner_text()
    assert page.locator("[data-row]").count() == int(count.split()[0])


def test_a_case_is_found_and_opened_by_keyboard_alone(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/cases/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("[data-row]").nth(1).locator("a").first
    assert focused(page) == second.inner_text()
    page.keyboard.press("k")
    assert focused(page) == page.locator("[data-row]").first.locator("a").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/A*/")


def test_a_filter_is_kept_come_back_to_and_deleted(site: Site) -> None:
    page = site.page("legal_officer", script=False)  # nothing of it needs a script
    page.goto("/cases/")
    page.get_by_label("人身自由").select_option("1")
    page.get_by_label("单位").select_option(label="东一所")
    page.get_by_role("button", name="筛选", exact=True).click()
    assert "liberty=1" in page.url
    page.get_by_label("筛选的名称").fill("东一所在押")
    page.get_by_role("button", name="保存").click()
    page.goto("/cases/")
    page.get_by_role("link", name="东一所在押").click()
    assert "liberty=1" in page.url
    page.get_by_role("button", name="删除筛选 东一所在押").click()
    expect(page.get_by_role("link", name="东一所在押")).to_have_count(0)
    page.get_by_role("link", name="清除筛选").first.click()
    assert page.url.endswith("/cases/?")


def test_what_fits_nothing_says_so_and_offers_the_way_back(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/cases/?level=blue&ends=1&nature=agreed")
    expect(page.get_by_text("没有符合条件的案件。")).to_be_visible()
    judge(page, "cases-empty")
    page.goto("/cases/?level=purple")
    expect(page.get_by_role("status").first).to_have_text("这些条件不在可选范围内，没有使用：级别。")


def test_the_list_is_taken_away_as_values_and_the_log_says_so(site: Site) -> None:
    page = site.page("legal_department")
    page.goto("/cases/")
    shown = page.locator("[data-row]").count()
    page.get_by_role("link", name="导出", exact=True).click()
    page.get_by_label("用途").fill("季度执法质量分析会")
    with page.expect_download() as taken:
        page.get_by_role("button", name="导出").click()
    content = Path(taken.value.path()).read_bytes()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0][:2] == ["案件编号", "案件名称"]
    assert len(rows) - 1 == shown
    auditor = site.page("audit_admin")
    auditor.goto("/admin/audit/")
    expect(auditor.get_by_text("case_sheet").first).to_be_visible()


def test_all_cases_stand_by_number_and_on_a_phone_as_blocks(site: Site) -> None:
    page = site.page("legal_department")
    page.goto("/cases/all/")
    judge(page, "cases-all")
    page.get_by_role("link", name="案件", exact=True).last.click()
    assert "sort=-number" in page.url
    phone = site.page("officer", size=PHONE)
    phone.goto("/cases/")
    assert not scrolls_sideways(phone)
    expect(phone.locator("thead").first).not_to_be_in_viewport()


def test_a_case_that_may_be_listed_and_not_opened_has_no_link(site: Site) -> None:
    page = site.page("custodian")
    page.goto("/cases/all/")
    row = page.locator("[data-row]").first
    expect(row).to_be_visible()
    assert row.locator("a").count() == 0


def test_the_rules_and_one_rule_with_its_law_computation_and_tests(site: Site) -> None:
    page = site.page("legal_department")
    page.goto("/rules/")
    judge(page, "rules")
    active = int(page.locator(".zs-head__number a").inner_text().split()[0])
    page.locator(".zs-head__number a").click()
    expect(page.locator("main caption")).to_have_text(f"共 {active} 条")
    page.get_by_label("名称、编号或条文").fill("提请批准逮捕")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=*")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rules/*/")
    judge(page, "rule")
    expect(page.locator(".law").first).to_contain_text("要旨")
    expect(page.get_by_text("起算", exact=True)).to_be_visible()
    page.locator(".zs-test summary").first.click()
    expect(page.locator(".zs-test table").first).to_be_visible()


def test_a_rule_is_silenced_from_its_page_and_the_silence_ended(site: Site) -> None:
    page = site.page("legal_department")
    page.goto("/rules/criminal.intake.filing-decision/")
    page.get_by_role("link", name="静默", exact=True).last.click()
    page.wait_for_url("**/silences/?rule=criminal.intake.filing-decision#new-silence")
    page.get_by_label("到什么时候").fill("2026-03-01 09:00")
    page.get_by_label("原因").fill("系统切换，数据晚到")
    page.get_by_role("button", name="设立静默").click()
    expect(page.get_by_text("结束时间应晚于现在")).to_be_visible()
    judge(page, "silences-problem")
    page.get_by_label("到什么时候").fill("2026-03-03 09:00")
    page.get_by_role("button", name="设立静默").click()
    row = page.locator("[data-row]")
    expect(row).to_contain_text("系统切换，数据晚到")
    expect(row).to_contain_text("静默中")
    judge(page, "silences")
    row.get_by_role("button", name="提前结束").click()
    expect(row).to_contain_text("已提前结束")


def test_a_rule_that_is_not_there_is_not_found(site: Site) -> None:
    page = site.page("legal_department")
    answer = page.goto("/rules/nothing.of.the.kind/")
    assert answer is not None
    assert answer.status == 404


def test_the_second_page_of_the_rules_and_back(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/rules/")
    first = page.locator("[data-row]").first.inner_text()
    page.get_by_role("link", name="下一页").click()
    assert page.locator("[data-row]").first.inner_text() != first
    page.get_by_role("link", name="上一页").click()
    assert page.locator("[data-row]").first.inner_text() == first


def test_the_quality_of_data_and_the_sources(site: Site) -> None:
    page = site.page("legal_department")
    page.goto("/quarantine/")
    judge(page, "quality")
    keeper = site.page("security_admin")
    keeper.goto("/admin/sources/")
    judge(keeper, "sources")


def test_accounts_and_the_log_hold_at_every_width(site: Site) -> None:
    page = site.page("system_admin")
    page.goto("/admin/accounts/")
    judge(page, "accounts")
    assert page.locator("[data-row]").count() == Account.objects.count()
    page = site.page("audit_admin")
    page.goto("/admin/audit/")
    judge(page, "audit")


def test_rules_in_english(site: Site) -> None:
    page = site.page("inspectorate")
    page.goto("/settings/")
    page.get_by_label("English").check()
    page.get_by_role("button", name="保存").click()
    page.goto("/cases/")
    judge(page, "cases-en")
    expect(page.get_by_role("heading", name="Cases")).to_be_visible()
    page.goto("/settings/")
    page.get_by_label("简体中文").check()
    page.get_by_role("button", name="Save").click()
