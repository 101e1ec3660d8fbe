"""Emergency access from the form to the review, a bait, and the ledger of what was taken away."""

from playwright.sync_api import expect

from tests.pages.conftest import Site
from tests.pages.judge import judge

REASON = "嫌疑人正在码头登船，需立即核对其照片"


def test_an_emergency_is_opened_told_of_and_reviewed(site: Site) -> None:
    number = site.world.cases["other_ordinary"].number
    page = site.page("legal_officer")
    page.goto("/urgent/")
    page.get_by_label("案件编号").fill(number)
    page.get_by_label("事由").fill("急")
    page.get_by_role("button", name="打开 60 分钟").click()
    expect(page.get_by_role("alert")).to_contain_text("至少写 10 个字")
    judge(page, "urgent-refused")
    page.get_by_label("事由").fill(REASON)
    page.get_by_role("button", name="打开 60 分钟").click()
    page.wait_for_url(f"**/cases/{number}/")
    inspector = site.page("inspectorate")
    inspector.goto("/urgent/")
    row = inspector.locator("tr[data-row]").first
    expect(row).to_contain_text(REASON)
    judge(inspector, "urgent")
    row.get_by_label("说明").fill("到场后核实，确有必要")
    row.get_by_role("button", name="记下审查意见").click()
    expect(row).to_contain_text("确有必要：到场后核实")


def test_a_bait_raises_an_alarm_and_a_file_is_found_by_its_code(site: Site) -> None:
    number = site.world.cases["unit_ordinary"].number
    inspector = site.page("inspectorate")
    inspector.goto("/reading/baits/")
    inspector.get_by_label("编号").fill(number)
    inspector.get_by_role("button", name="设为诱饵").click()
    head = site.page("unit_head")
    head.goto(f"/cases/{number}/")
    inspector.goto("/reading/")
    expect(inspector.locator("#alarms")).to_contain_text("unit-head")
    judge(inspector, "reading-watch")
    inspector.locator(".zs-doors").get_by_role("link", name="诱饵").click()
    judge(inspector, "baits")
    inspector.get_by_role("button", name=f"撤除 {number}").click()
    expect(inspector.get_by_role("button", name="撤除")).to_have_count(0)
    inspector.goto("/overdue/")
    inspector.get_by_role("link", name="导出", exact=True).click()
    inspector.get_by_role("button", name="导出").click()
    expect(inspector.get_by_role("alert")).to_contain_text("请写明用途")
    judge(inspector, "export-refused")
    inspector.get_by_label("用途").fill("季度执法质量分析会")
    with inspector.expect_download():
        inspector.get_by_role("button", name="导出").click()
    inspector.goto("/reading/exports/")
    row = inspector.locator("tr[data-row]").first
    expect(row).to_contain_text("inspectorate")
    expect(row).to_contain_text("季度执法质量分析会")
    judge(inspector, "exports")
