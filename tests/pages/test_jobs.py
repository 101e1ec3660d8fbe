"""我的任务: a task is given from a list, goes on without its owner, and is found again with what it refused."""

from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import connections, transaction
from playwright.sync_api import Locator, Page, expect

from tests.pages.conftest import Site
from tests.pages.judge import judge
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.jobs.models import Job

FAULTY = "省份,警号,姓名,类别,启用日期,手机\n35,039001,林小东,民警,昨天,\n35,039002,,民警,2020-01-01,\n"


def work() -> None:
    """What the process beside the site does."""
    call_command("work", once=True, stdout=StringIO())
    connections.close_all()


def task(page: Page, kind: str) -> Locator:
    """The one task of a kind in the list. The clock stands still: tasks of other tests are as new as this one."""
    return page.locator("#jobs li").filter(has_text=kind)


def test_a_list_is_given_left_and_come_back_to(site: Site) -> None:
    page = site.page("legal_department")
    page.goto("/cases/all/")
    page.get_by_role("link", name="作为任务导出").click()
    page.get_by_label("用途").fill("季度执法质量分析会")
    page.get_by_role("button", name="导出").click()
    page.wait_for_url("**/jobs/")
    row = task(page, "导出案件")
    expect(row).to_contain_text("等待")
    judge(page, "jobs-waiting")
    page.goto("/help/")  # left
    work()
    page.goto("/jobs/")  # and come back to
    expect(row).to_contain_text("已完成")
    judge(page, "jobs-done")
    with page.expect_download() as download:
        row.get_by_role("link", name="取结果").click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")


def test_progress_comes_by_itself(site: Site) -> None:
    page = site.page("inspectorate")
    page.goto("/cases/all/")
    page.get_by_role("button", name="批量打印监督卡").click()
    page.wait_for_url("**/jobs/")
    row = task(page, "批量监督卡")
    moved(page_job("cards"), done=3, total=9)
    expect(row).to_contain_text("3 / 9 项")  # nobody pressed anything
    assert row.locator("progress").get_attribute("max") == "9"
    judge(page, "jobs-running")
    row.get_by_role("button", name="取消").click()
    expect(row).to_contain_text("已取消")
    expect(page.locator("#jobs [hx-trigger]")).to_have_count(0)  # what is over is not asked for again


def page_job(kind: str) -> str:
    """The only open task of a kind."""
    with transaction.atomic(), as_process("test"):
        return str(Job.objects.get(kind=kind, state="waiting").pk)


def moved(job: str, *, done: int, total: int) -> None:
    """As its process would say it."""
    with transaction.atomic(), as_process("test"):
        Job.objects.filter(pk=job).update(state="running", done=done, total=total)
    connections.close_all()


def test_a_table_with_faults_names_them_and_works_without_a_script(site: Site, tmp_path: Path) -> None:
    page = site.page("system_admin", script=False)
    page.goto("/jobs/table/")
    send_table(page, tmp_path)
    work()
    page.goto("/jobs/")
    row = task(page, "导入组织数据")
    expect(row).to_contain_text("没有办成")
    for fault in ("第 2 行：日期或时间写法不对", "第 3 行：“姓名”是空的"):
        expect(row.get_by_text(fault)).to_be_visible()


def send_table(page: Page, folder: Path) -> None:
    """Send a faulty table by the form."""
    file = folder / "officers.csv"
    file.write_text(FAULTY, encoding="utf-8")
    page.get_by_label("内容").select_option("officers")
    page.get_by_label("文件").set_input_files(str(file))
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/jobs/")


def test_the_form_of_a_table_holds_also_with_a_problem(site: Site, tmp_path: Path) -> None:
    page = site.page("system_admin")
    page.goto("/jobs/table/")
    judge(page, "jobs-table")
    file = tmp_path / "officers.exe"
    file.write_bytes(b"x")
    page.get_by_label("文件").set_input_files(str(file))
    page.get_by_role("button", name="提交").click()
    expect(page).to_have_title("错误：导入组织数据 · 准绳")
    judge(page, "jobs-table-problem")


def test_without_tasks_the_page_says_what_is_done_here(site: Site) -> None:
    page = site.page("deposit_office")
    page.goto("/jobs/")
    expect(page.get_by_text("没有任务。")).to_be_visible()
    judge(page, "jobs-empty")
