"""Inspection as people meet it: plans, the sheet beside the dossier, cards, the draw made again, oversight."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connections, transaction
from playwright.sync_api import FilePayload, expect

from tests.pages.conftest import NOW, Site
from tests.pages.judge import focused, judge
from tests.platform.inspection_world import NONCE, head
from tests.platform.people import CITY, EAST_STATION, WEST_STATION, noon, officer
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.cases.services import register_case
from zhunsheng.apps.inspection import assigning, cards, plans, reading
from zhunsheng.apps.inspection.models import Alarm, Assigned, Plan
from zhunsheng.apps.org.models import Unit
from zhunsheng.core.inspection.draw import commitment

BEGIN = NOW - timedelta(days=6)


@pytest.fixture(scope="module")
def told(running: Site) -> SimpleNamespace:
    """A drawn plan and one that waits, a file of the legal department, cards in three states, an alarm."""
    world = running.world
    with transaction.atomic(), as_process("test"):
        colleagues = [officer(f"0370{n:02d}", ("legal_department", CITY)) for n in range(3)]
        for n in range(20):
            unit = EAST_STATION if n % 2 else WEST_STATION
            number = f"A{unit}202602{9000 + n}"
            register_case(number=number, title=f"盗窃案{n}", kind=Case.Kind.CRIMINAL, unit=Unit.objects.get(pk=unit))
            record_event(
                recorder="process:test", source="jz", id=f"INS{n}", type="prosecution.transferred",
                at=noon("2026-02-12"), case=number, unit=unit,
            )  # fmt: skip
        found = SimpleNamespace(plan=_drawn(running, colleagues[0]), case=world.cases["unit_ordinary"].number)
        file = reading.pick_for_risk(Case.objects.get(pk=found.case), points="5", by=None, at=BEGIN)
        row = Assigned.objects.get(pick=file)
        own = world.officers["legal_department"]
        if row.reader_id != own.pk:
            row = assigning.reassign(row, to=own, by=colleagues[0], reason="原阅卷人出差", at=BEGIN)
        found.sheet = row.pk
        found.cards = [_card(running, colleagues[0], n) for n in range(3)]
        _to_letter(running, found.cards[1])
        alarm = Alarm.objects.create(
            indicator="back_dated", unit=EAST_STATION, month=noon("2026-02-01").date(), found=9, expected=2.6, limit=9,
            at=BEGIN,
        )  # fmt: skip
        found.alarm = alarm.pk
    connections.close_all()
    return found


def _drawn(site: Site, planner: object) -> str:
    real, witness = clock.real_now(), site.world.officers["inspectorate"]
    wanted = plans.Wanted(
        "2月办结案件",
        CITY,
        noon("2026-02-01").date(),
        noon("2026-03-01").date(),
        "40",
        0,
        8,
        real - timedelta(minutes=5),
    )
    before = real - timedelta(days=1)
    plan = plans.make(wanted, by=planner, at=BEGIN, real_at=before)  # type: ignore[arg-type]
    plans.commit(plan, commitment(NONCE), by=witness, at=BEGIN, real_at=before)
    root, _at = head()
    plans.publish_and_draw(
        plan, NONCE.hex(), by=witness, at=BEGIN, real_at=real, heads=lambda hour: (root, hour + timedelta(minutes=1))
    )
    assigning.assign_plan(Plan.objects.get(pk=plan.pk), at=BEGIN)
    return plan.pk


def _card(site: Site, issuer: object, n: int) -> str:
    case = Case.objects.get(pk=site.world.cases["unit_ordinary"].number)
    titles = ("讯问笔录少一名侦查人员签名", "拘留后没有在24小时内通知家属", "扣押清单没有见证人签名")
    fault = cards.Fault(
        case.pk, EAST_STATION, titles[n], "刑规202", "fault", site.world.officers["officer"], finding=str(n) * 64
    )
    return cards.issue(fault, by=issuer, at=BEGIN + timedelta(days=4 * (n == 0)), reason="见第3页").number  # type: ignore[arg-type]


def _to_letter(site: Site, number: str) -> None:
    held = cards.locked(number)
    for act in ("red_issued", "letter_drafted"):
        cards.add(held, act, by=None, at=BEGIN + timedelta(days=3), recorded_at=BEGIN + timedelta(days=3, minutes=1))
    cards.issue_letter(
        number, by=site.world.officers["inspectorate"], at=BEGIN + timedelta(days=4), document_no="督〔2026〕1号"
    )


def test_plans_say_what_may_be_said_of_them(site: Site, told: SimpleNamespace) -> None:
    page = site.page("legal_department")
    page.goto("/inspection/plans/")
    expect(page).to_have_title("质量巡查 · 准绳")
    expect(page.get_by_text("20 抽 8")).to_be_visible()
    judge(page, "inspection-plans")
    page.get_by_label("名称").fill("再抽一次")
    page.get_by_label("范围").select_option(CITY)
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
    page.goto(f"/oversight/{told.alarm}/")
    page.get_by_label("说明").fill("2月有9件红色期限在届满后补录了较早的办结时间，请说明。")
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
