"""Points as people meet them: an officer, the head of his station, the legal department, discipline inspection."""

from datetime import date

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from tests.pages.conftest import RULEBOOK, Site
from tests.pages.judge import judge
from tests.pages.telling import BAD
from tests.platform.points_world import POLICY
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.models import Publication
from zhunsheng.apps.points.policies import in_use, version_of
from zhunsheng.apps.points.standing import standing_at
from zhunsheng.core.points.board import publish

pytestmark = pytest.mark.usefixtures("points_told")


def test_an_officer_sees_his_score_and_why_and_appeals(site: Site) -> None:
    page = site.page("officer")
    page.goto("/points/")
    expect(page).to_have_title("我的积分 · 准绳")
    expect(page.get_by_text("实时·未定")).to_be_visible()
    for title in ("质量", "时效"):
        page.locator("summary").filter(has_text=title).click()
    judge(page, "points-mine")
    page.goto("/points/looks/")
    judge(page, "points-looks")
    page.goto("/points/")
    for title in ("质量", "时效"):
        page.locator("summary").filter(has_text=title).click()
    page.locator("[data-row]").filter(has_text="−3.00").filter(has_not_text="冻结").first.get_by_role(
        "link"
    ).first.click()
    expect(page.get_by_role("heading", name="为什么是这条分")).to_be_visible()
    judge(page, "points-entry")
    page.get_by_role("button", name="申诉").click()
    expect(page.get_by_role("alert")).to_contain_text("申诉的理由")
    page.get_by_label("申诉的理由").fill("起点应为受案的次日。")
    page.get_by_role("button", name="申诉").click()
    expect(page.get_by_text("等答复")).to_be_visible()
    page.goto("/points/")
    expect(page.get_by_text("2 条在申诉或裁定中，不计入。")).to_be_visible()


def test_the_head_of_a_station_sees_bands_and_leaves_a_trace(site: Site) -> None:
    page = site.page("unit_head")
    page.goto("/points/unit/")
    expect(page.get_by_role("heading", name="现在的榜")).to_contain_text("实时·未定")
    expect(page.locator(".zs-whisker").first).to_be_visible()
    judge(page, "points-unit")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/points/officers/*/")
    expect(page.get_by_text("本人看得到这条记录")).to_be_visible()
    page.goto("/points/decisions/new/exposure/")
    page.get_by_role("button", name="提出").click()
    expect(page.get_by_role("alert")).to_be_visible()
    judge(page, "points-propose")


def test_the_legal_department_reads_the_gate_and_decides(site: Site) -> None:
    page = site.page("legal_department")
    page.goto("/points/policies/")
    expect(page.locator(".zs-head__number")).to_contain_text("份不通过")
    judge(page, "points-policies")
    page.get_by_role("link", name="派出所案件办理队积分办法").click()
    judge(page, "points-policy")
    page.goto(f"/points/policies/{BAD}/")
    judge(page, "points-policy-refused")
    page.goto("/points/decisions/")
    judge(page, "points-decisions")
    page.get_by_role("link", name="待答复的申诉").click()
    judge(page, "points-appeals")
    appeal = page.locator("tr[data-row]").filter(has_text="延长审批的文书晚到")
    appeal.get_by_label("支持，冲销这条积分").check()
    appeal.get_by_label("理由").fill("延长审批的文书在案。")
    appeal.get_by_role("button", name="答复").click()
    expect(appeal).to_contain_text("支持")
    expect(appeal.locator("form")).to_have_count(0)
    officer = site.page("officer")
    officer.goto("/points/")
    officer.locator("summary").filter(has_text="时效").click()
    expect(officer.locator("[data-row]").filter(has_text="+3.00")).to_be_visible()
    page.goto("/points/decisions/")
    page.get_by_label("同意", exact=True).check()
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_text("没有待确认的。")).to_be_visible()
    other = site.page("inspectorate")
    other.goto("/points/decisions/")
    expect(other.locator("main").get_by_text("只读")).to_be_visible()
    assert other.locator("main td form").count() == 0
    assert other.locator("main .zs-doors a").count() == 1  # to the appeals; nothing to propose


def test_there_is_nothing_to_see_of_a_colleague(site: Site) -> None:
    page = site.page("officer")
    answer = page.goto("/points/officers/35-036001/")
    assert answer is not None
    assert answer.status == 404


def test_a_published_board_is_read_as_two_signed_it(site: Site) -> None:
    """Of a policy that is in force no more: in this world no period of one that is has ended yet."""
    board = board_of_a_past_policy(site)
    page = site.page("legal_department")
    page.goto(f"/points/published/{board.pk}/")
    expect(page.get_by_role("heading", name="公布的榜")).to_be_visible()
    expect(page.locator("main dl")).to_contain_text(board.sha256)
    assert page.locator("main pre").inner_text().splitlines() == board.text.splitlines()
    judge(page, "points-published")
    for role, status in (("unit_head", 404), ("officer", 403)):
        answer = site.page(role).goto(f"/points/published/{board.pk}/")
        assert answer is not None
        assert answer.status == status


def board_of_a_past_policy(site: Site) -> Publication:
    """The board of this month, as it stands, under another name and signed by two."""
    now, month = clock.now(), date(2026, 3, 1)
    with override_settings(RULEBOOK=RULEBOOK), as_process("test"), stored.whole():
        policy = version_of(in_use(), POLICY, month)
        assert policy is not None
        found = standing_at(policy, month, watermark=now)
        text = publish(found.board, policy, period=month, watermark=now, head="")
        officers = site.world.officers
        return Publication.objects.create(
            policy="squad_before", version=policy.in_force, period=month, watermark=now, text=text.text,
            sha256=text.digest, at=now, first=officers["legal_department"], second=officers["unit_head"],
        )  # fmt: skip
