"""A rule as sentences: what it computes changes as one types, and a draft is tried on the past."""

from io import StringIO

from django.core.management import call_command
from django.db import connections
from playwright.sync_api import expect

from tests.pages.conftest import Site
from tests.pages.judge import judge

RULE = "criminal.detention.request-arrest"
CHECK = "detention.warrant-shown"


def test_a_draft_is_linted_as_one_types_and_tried(site: Site) -> None:
    page = site.page("legal_department")
    page.goto(f"/rules/{RULE}/")
    page.get_by_role("link", name="编写和回测").click()
    expect(page.locator("#seen")).to_contain_text("没有问题")
    expect(page.locator("#seen svg.mini")).to_have_count(3)
    judge(page, "rule-edit")
    red = page.get_by_label("届满前多久红色预警")
    expect(red).to_have_value("6小时")
    red.fill("昨天")
    expect(page.locator("#seen")).to_contain_text("不是时长")
    page.reload()
    page.get_by_label("从", exact=True).fill("2026-02-01")
    page.get_by_label("到", exact=True).fill("2026-03-06")
    page.get_by_text("如果……").click()
    page.get_by_label("假设改变提前量的级别").select_option("blue")
    page.get_by_label("假设届满前多久提醒").fill("2天12小时")
    judge(page, "rule-suppose")
    page.get_by_role("button", name="开始回测").click()
    page.wait_for_url("**/jobs/")
    call_command("work", once=True, stdout=StringIO())
    connections.close_all()
    page.goto("/jobs/")
    page.get_by_role("link", name="看结果").click()
    page.locator("a[href^='/trials/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("回测结果")
    expect(page.locator("main")).to_contain_text("假设届满前 2天12小时 蓝色提示")
    expect(page.locator("main")).to_contain_text("不是草稿本身的回测")
    judge(page, "rule-trial")
    page.goto("/releases/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("规则发布")
    judge(page, "rule-releases")


def test_a_check_is_sentences_too(site: Site) -> None:
    """A warrant that must not be shown: the file's own tests no longer hold, and the page says which."""
    page = site.page("legal_department")
    page.goto(f"/rules/{CHECK}/")
    page.get_by_role("link", name="编写和回测").click()
    expect(page.locator("#seen")).to_contain_text("没有问题")
    expect(page.locator("#seen")).to_contain_text("符合，不提示")
    judge(page, "check-edit")
    page.get_by_label("出示法律文书是").select_option("false")
    expect(page.locator("#seen")).to_contain_text("有问题待改")
