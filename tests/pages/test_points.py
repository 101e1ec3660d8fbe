"""Points as people meet them: an officer, the head of his station, the legal department, discipline inspection."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.test import override_settings
from playwright.sync_api import expect

from tests.pages.conftest import NOW, RULEBOOK, Site
from tests.pages.judge import judge
from tests.platform.people import EAST_STATION, officer
from tests.platform.points_world import (
    NAME,
    POLICY,
    PointsWorld,
    fact,
    played,
    policy_text,
    stated,
)
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.points import appeals, decisions, policies
from zhunsheng.apps.points.models import Proposal
from zhunsheng.apps.points.people import code_of
from zhunsheng.apps.points.recording import record_points

BAD = "naive_count.toml"
WHEN = "2026-03-01 15:00"


@pytest.fixture(scope="module", autouse=True)
def told(running: Site) -> Iterator[None]:
    """A policy in force since the first of the month; six officers with work, one deduction that is appealed."""
    folder = RULEBOOK / "points" / "policies"
    (folder / NAME).write_text(policy_text(), "utf-8")
    bad = Path(__file__).parents[2] / "examples" / "points" / "count_policy.toml"
    (folder / BAD).write_text(bad.read_text("utf-8"), "utf-8")
    with override_settings(RULEBOOK=RULEBOOK), transaction.atomic():
        world = PointsWorld(RULEBOOK, dict(running.world.officers), dict(running.world.people))
        file = next(one for one in policies.files() if one.name == NAME)
        played(file)
        world.approve(file)
        _work(world)
    connections.close_all()
    yield
    connections.close_all()


def _work(world: PointsWorld) -> None:
    people = [world.code("officer"), *(code_of(officer(f"0360{n:02d}", ("officer", EAST_STATION))) for n in range(5))]
    record_points()
    rows = []
    for n, who in enumerate(people):
        for k in range(3 + n % 3):
            case = world_case(n, k)
            shared = {"case__type": "criminal", "group": case}
            rows.append(fact("work.assigned_minutes", case, who, WHEN, role="lead", **shared))
            rows.append(fact("clock.kept", case, who, WHEN, kept=(n + k) % 4 != 0, **shared))
            rows.append(fact("check.kept.rights_notice", case, who, WHEN, kept=k != 2, **shared))
    rows.append(fact("defect.red_overdue", "F1", people[0], WHEN, group=world_case(0, 0), finding__statutory="true"))
    rows.append(fact("defect.red_overdue", "F2", people[0], WHEN, group=world_case(0, 1), finding__statutory="true"))
    stated(*rows)
    with as_process("test"):
        appeals.appeal(
            world.viewer("officer"),
            key=f"{POLICY}|overdue|defect.red_overdue|F2|{people[0]}|deduct|",
            reason="延长审批的文书晚到，期限没有过。",
            document_no="甲公字〔2026〕5号",
            at=clock.now(),
        )
        body = {
            "holder": people[1], "unit": EAST_STATION, "peers": "station|case_officer", "period": "2026-03-01",
            "half_days": 30,
        }  # fmt: skip
        decisions.propose(
            world.viewer("unit_head"), kind=Proposal.Kind.EXPOSURE, body=body, unit=EAST_STATION,
            reason="抽调专案，三月上旬不在所里", at=clock.now(),
        )  # fmt: skip


def world_case(n: int, k: int) -> str:
    """The number of a case that nobody registered."""
    return f"A{EAST_STATION}202603{7000 + 10 * n + k}"


def test_an_officer_sees_his_score_and_why_and_appeals(site: Site) -> None:
    page = site.page("officer")
    page.goto("/points/")
    expect(page).to_have_title("我的积分 · 准绳")
    expect(page.get_by_text("实时·未定")).to_be_visible()
    for title in ("质量", "时效"):
        page.locator("summary").filter(has_text=title).click()
    judge(page, "points-mine")
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
    expect(page.locator(".zs-head__number")).to_contain_text("处不通过")
    judge(page, "points-policies")
    page.get_by_role("link", name="派出所案件办理队积分办法").click()
    judge(page, "points-policy")
    page.goto(f"/points/policies/{BAD}/")
    judge(page, "points-policy-refused")
    page.goto("/points/decisions/")
    judge(page, "points-decisions")
    page.get_by_label("同意", exact=True).check()
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_text("没有待确认的。")).to_be_visible()
    other = site.page("inspectorate")
    other.goto("/points/decisions/")
    expect(other.locator("main").get_by_text("只读")).to_be_visible()
    assert other.locator("main form").count() == 0


def test_there_is_nothing_to_see_of_a_colleague(site: Site) -> None:
    page = site.page("officer")
    answer = page.goto("/points/officers/35-036001/")
    assert answer is not None
    assert answer.status == 404
    assert NOW.year == 2026
