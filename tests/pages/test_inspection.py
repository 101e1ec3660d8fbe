"""Inspection as people meet it: plans, the sheet beside the dossier, cards, the draw made again, oversight."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import FilePayload, expect

from tests.pages import telling
from tests.pages.conftest import Site
from tests.pages.judge import focused, judge
from tests.pages.telling import TAKEN_BACK
from tests.platform.people import CITY


@pytest.fixture
def told(inspection_told: SimpleNamespace) -> SimpleNamespace:
    """The names of what was told."""
    return inspection_told


def test_plans_say_what_may_be_said_of_them(site: Site, told: SimpleNamespace) -> None:
    page = site.page("legal_department")
    page.goto("/inspection/plans/")
    expect(page).to_have_title("质量巡查 · 准绳")
    expect(page.get_by_text("20 抽 8")).to_be_visible()
    judge(page, "inspection-plans")
    page.get_by_label("名称", exact=True).fill("再抽一次")
    page.get_by_label("范围", exact=True).select_option(CITY)
    page.get_by_label("办结日期起").fill("2026-02-01")
    page.get_by_label("办结日期止（不含）").fill("2026-03-01")
    page.get_by_label("要说问题率低于（%）").fill("5")
    page.get_by_label("抽取件数").fill("8")
    page.get_by_label("抽取时刻").fill("2099-01-01 09:00")
    page.get_by_role("button", name="制订并封存").click()
    expect(page.get_by_role("alert")).to_contain_text("也只能说低于")
    judge(page, "inspection-plans-refused")
    page.goto(f"/inspection/plans/{told.plan}/")
    expect(page.get_by_text("件没有查完")).to_be_visible()
    judge(page, "inspection-plan")
    page.goto("/inspection/readers/")
    page.get_by_label("新阅卷人警号").fill("000000")
    page.get_by_label("原因").fill("申报了亲属关系")
    page.get_by_role("button", name="更换阅卷人").click()
    expect(page.get_by_role("alert")).to_contain_text("没有警号为 000000 的在岗法制员")
    judge(page, "inspection-readers")


def test_the_draw_is_made_again_by_anybody(site: Site, told: SimpleNamespace) -> None:
    page = site.page("unit_head")
    page.goto("/inspection/verify/")
    judge(page, "inspection-verify")
    page.get_by_label("抽查计划").select_option(told.plan)
    page.get_by_role("button", name="重新抽取并比对").click()
    expect(page.locator(".zs-head__number")).to_contain_text("一致")
    expect(page.get_by_text("都对得上")).to_be_visible()
    judge(page, "inspection-verified")
    nothing = FilePayload(name="x.json", mimeType="application/json", buffer=b"{}")
    page.get_by_label("或者选一个抽取记录文件").set_input_files(nothing)
    page.get_by_role("button", name="重新抽取并比对").click()
    expect(page.get_by_role("alert")).to_contain_text("不是抽取记录")


def test_a_sheet_is_answered_by_keys_beside_its_dossier(site: Site, told: SimpleNamespace) -> None:
    page = site.page("legal_department")
    page.goto("/inspection/tasks/")
    judge(page, "inspection-tasks")
    page.goto(f"/inspection/tasks/{told.sheet}/")
    expect(page.locator(".zs-leaf img")).to_be_visible()
    judge(page, "inspection-sheet")
    first = page.locator(".zs-q1").first
    name = first.get_attribute("id")
    first.locator("input[type=radio]").first.focus()
    page.keyboard.press("1")
    expect(page.locator(f"#{name}").get_by_text("已保存")).to_be_visible()
    second = page.locator(".zs-q1").nth(1)
    expect(second.locator("input[type=radio]").first).to_be_focused()
    page.keyboard.press("3")
    expect(second.locator("details")).to_have_attribute("open", "")
    assert focused(page) == "note"
    second.get_by_role("button", name="保存").click()
    expect(page.locator(".zs-q1").nth(1).get_by_role("alert")).to_contain_text("请写明责任人")
    expect(page.locator(".zs-q1").nth(1).get_by_label("问题")).to_be_checked()
    expect(page.locator("#zs-score")).to_contain_text("还有 26 项没有回答")
    judge(page, "inspection-sheet-refused")
    page.get_by_role("button", name="提交评查表").click()
    expect(page.locator("main > .zs-note")).to_contain_text("没有回答")


def test_a_sheet_is_answered_without_a_script_too(site: Site, told: SimpleNamespace) -> None:
    page = site.page("legal_department", script=False)
    page.goto(f"/inspection/tasks/{told.sheet}/")
    third = page.locator(".zs-q1").nth(2)
    third.get_by_label("不涉及").check()
    third.get_by_role("button", name="保存").click()
    expect(page.locator(".zs-q1").nth(2).get_by_text("已保存")).to_be_visible()


def test_cards_and_what_each_side_does_with_them(site: Site, told: SimpleNamespace) -> None:
    page = site.page("unit_head")
    page.goto("/rectification/")
    judge(page, "cards")
    page.goto("/rectification/?state=closed")
    expect(page.get_by_text("全部整改完毕。")).to_be_visible()
    page.goto(f"/rectification/{told.cards[1]}/")
    judge(page, "card-letter")
    page.goto(f"/rectification/{told.cards[0]}/")
    section = page.locator("section", has=page.get_by_role("heading", name="反馈整改情况"))
    section.get_by_label("说明").fill("已补签")
    section.get_by_role("button", name="反馈整改情况").click()
    expect(section.get_by_text("文书号").first).to_be_visible()
    page.goto(f"/rectification/{told.cards[0]}/")
    section.get_by_label("说明").fill("已补签")
    section.get_by_label("文书号").fill("说明1号")
    section.get_by_role("button", name="反馈整改情况").click()
    expect(page.locator(".zs-chain li").last).to_contain_text("反馈")
    other = site.page("legal_department")
    other.goto(f"/rectification/{told.cards[0]}/")
    recheck = other.locator("section", has=other.get_by_role("heading", name="复核", exact=True))
    recheck.get_by_label("没有改正，退回").check()
    recheck.get_by_label("说明").fill("只补了一处")
    recheck.get_by_role("button", name="复核", exact=True).click()
    expect(other.locator(".zs-head__number")).to_contain_text("退回")
    judge(other, "card-returned")


def test_discipline_inspection_signs_asks_and_otherwise_only_looks(site: Site, told: SimpleNamespace) -> None:
    page = site.page("inspectorate")
    page.goto("/oversight/")
    judge(page, "oversight")
    page.locator("#alarms [data-row] td.r a").first.click()
    expect(page.locator("[data-row]")).to_have_count(TAKEN_BACK)  # the figure leads to what was counted
    judge(page, "oversight-behind")
    page.goto(f"/oversight/{told.alarm}/")
    page.get_by_label("说明").fill("2月有3项发现因补录撤回，请说明。")
    page.get_by_role("button", name="发出核查单").click()
    expect(page.locator(".zs-chain li").last).to_contain_text("发出核查单")
    head_ = site.page("unit_head")
    head_.goto(f"/oversight/{told.alarm}/")
    head_.get_by_label("说明").fill("系统迁移，集中补录。")
    head_.get_by_role("button", name="答复").click()
    page.reload()
    page.get_by_label("有正当原因").check()
    page.get_by_label("说明").fill("已核对迁移记录")
    page.get_by_role("button", name="核实").click()
    expect(page.locator(".zs-chain li").last).to_contain_text("有正当原因")
    judge(page, "oversight-check")
    with page.expect_download() as started:
        page.goto(f"/rectification/{told.cards[1]}/")
        page.get_by_role("link", name="督察函").click()
    assert started.value.suggested_filename.startswith("rectification-letter-")


def test_files_to_read_are_filtered_and_the_filter_kept_without_a_script(site: Site, told: SimpleNamespace) -> None:
    del told
    page = site.page("legal_department", script=False)
    page.goto("/inspection/tasks/")
    page.get_by_label("状态").select_option("done")
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page.get_by_text("没有符合条件的案卷。")).to_be_visible()
    page.get_by_label("筛选的名称").fill("交了的")
    page.get_by_role("button", name="保存").click()
    page.goto("/inspection/tasks/")
    page.get_by_role("link", name="交了的").click()
    expect(page.get_by_label("状态")).to_have_value("done")
    page.get_by_role("link", name="清除筛选").first.click()
    page.get_by_role("link", name="导出").click()
    expect(page.get_by_role("heading", name="导出阅卷任务")).to_be_visible()
    looked = site.page("legal_department")
    looked.goto("/inspection/tasks/?state=done")
    judge(looked, "inspection-tasks-filtered")


def test_one_walks_the_sheets_that_are_out_by_keys_and_puts_one_into_the_form(
    site: Site, told: SimpleNamespace
) -> None:
    del told
    page = site.page("legal_department")
    page.goto("/inspection/readers/")
    named = page.locator("[data-row] [data-open]").nth(1).inner_text()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**reading=*#change")
    expect(page.get_by_label("案卷").locator("option:checked")).to_contain_text(named)


def test_a_file_whose_number_a_true_case_has_is_taken_back(site: Site, told: SimpleNamespace) -> None:
    gone = telling.told_overtaken(site.world, told.plan)
    reader = site.page("legal_department")
    reader.goto("/inspection/tasks/")
    expect(reader.get_by_text("已收回")).to_have_count(1)
    judge(reader, "tasks-taken-back")
    reader.goto(f"/inspection/tasks/{gone.sheet}/")
    expect(reader.get_by_role("heading", name="这件卷宗已收回")).to_be_visible()
    judge(reader, "sheet-taken-back")
    page = site.page("inspectorate")
    page.goto("/oversight/")
    expect(page.get_by_text("有真实案件使用这个编号")).to_have_count(1)
    judge(page, "oversight-gave-way")
    page.get_by_role("link", name="留存的虚构卷宗").click()
    expect(page.get_by_text("jz/LATE1/1")).to_be_visible()
    judge(page, "oversight-overtaken")
    leaf = page.request.get(page.get_by_role("link", name="第 1 页").get_attribute("href") or "")
    assert (leaf.status, leaf.headers["content-type"]) == (200, "image/png")


@pytest.mark.parametrize(
    "address", ["/inspection/plans/", "/oversight/", "/inspection/tasks/", "/inspection/problems/"]
)
def test_whoever_has_no_such_role_is_told_so(site: Site, told: SimpleNamespace, address: str) -> None:
    del told
    page = site.page("officer")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 403


def test_problems_wait_for_a_second_person(site: Site, told: SimpleNamespace) -> None:
    del told
    page = site.page("legal_department")
    page.goto("/inspection/problems/")
    expect(page.get_by_text("没有待确认的问题。")).to_be_visible()
    judge(page, "problems-empty")
