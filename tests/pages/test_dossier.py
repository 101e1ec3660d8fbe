"""Turning the pages of a dossier: by mouse, by keyboard, on a phone, on paper; and the documents that pages lead to."""

import io
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connections, transaction
from playwright.sync_api import Page, expect

from tests.pages.conftest import Site
from tests.pages.judge import judge, picture, scrolls_sideways
from tests.platform.people import WEST_STATION, officer
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import viewer_of
from zhunsheng.apps.cases.dossiers import file_page
from zhunsheng.apps.cases.models import Case, Document, Dossier
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.cases.uploads import no_scanner
from zhunsheng.apps.org.models import Unit
from zhunsheng.city.dossiers import Paper
from zhunsheng.web.demo.dossiers import images, number_of

NUMBER = f"A{WEST_STATION}2026020188"
CODE, EMPTY = "JZ-0188", "JZ-0189"
AT = datetime.fromisoformat("2026-03-01T10:00:00+08:00")
PAPERS = (
    Paper("V1", "讯问笔录", "问：是否听明白？答：听明白了。", 2, AT, (), signed=False, dated=True, said_signed=False),
    Paper("V2", "拘留证", "决定执行拘留。", 1, AT, (), signed=True, dated=False, said_signed=True),
)


@pytest.fixture(scope="module", autouse=True)
def told(running: Site) -> None:
    """A case with a dossier of two documents, drawn as the city draws them, and an empty one."""
    del running
    with transaction.atomic(), as_process("test"):
        unit = Unit.objects.get(pk=WEST_STATION)
        case = register_case(number=NUMBER, title="云栖花园盗窃案", kind=Case.Kind.CRIMINAL, unit=unit)
        head = officer("018275", ("officer", WEST_STATION))
        assign(case=case, officer=head, role="case_officer", from_at=AT)
        viewer = viewer_of(account="head", officer=head.pk, admin_role="", on=AT.date())
        Dossier.objects.create(code=EMPTY, case=case, title="证据卷")
        dossier = Dossier.objects.create(code=CODE, case=case, title="侦查卷")
        for serial, paper in enumerate(PAPERS, 1):
            document = Document.objects.create(
                dossier=dossier, code=paper.code, kind=paper.kind, document_no=number_of(paper, serial),
                made_on=AT.date() if paper.dated else None, signed=paper.said_signed, recorded_at=AT,
            )  # fmt: skip
            for image in images(paper, case, "王小强", serial):
                content = io.BytesIO(image)
                file_page(viewer=viewer, code=CODE, document=document.pk, content=content, scanner=no_scanner, at=AT)
    connections.close_all()


def opened(site: Site, *, code: str = CODE, script: bool = True) -> Page:
    page = site.page("legal_department", script=script)
    page.goto(f"/dossiers/{code}/")
    return page


def is_drawn(page: Page) -> bool:
    """Whether the image of the page has arrived and is a picture."""
    image = page.locator(".zs-leaf__sheet img")
    return bool(image.evaluate("image => image.decode().then(() => image.naturalWidth > 100)"))


def test_the_viewer_holds_at_every_width(site: Site) -> None:
    page = opened(site)
    expect(page).to_have_title("侦查卷 · 卷宗 · 准绳")
    assert is_drawn(page)
    for words in ("登记为未签名", "没有登记日期"):
        expect(page.get_by_text(words)).to_be_visible()
    judge(page, "dossier")


def test_a_case_leads_to_its_dossiers(site: Site) -> None:
    page = site.page("legal_department")
    page.goto(f"/cases/{NUMBER}/dossier/")
    page.get_by_role("link", name="翻阅这册卷宗").first.click()
    page.wait_for_url("**/dossiers/*/")


def test_pages_turn_and_grow_by_keyboard(site: Site) -> None:
    page = opened(site)
    title = page.locator("#leaf-title")
    expect(title).to_have_text("第 1 页 讯问笔录")
    page.keyboard.press("n")
    expect(title).to_have_text("第 2 页 讯问笔录")
    page.keyboard.press("ArrowRight")
    expect(title).to_have_text("第 3 页 拘留证")
    assert is_drawn(page)
    page.keyboard.press("ArrowLeft")
    expect(title).to_have_text("第 2 页 讯问笔录")
    page.keyboard.press("p")
    expect(title).to_have_text("第 1 页 讯问笔录")
    page.keyboard.press("+")
    expect(page.locator(".zoom-100")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator(".zoom-100")).to_be_visible()  # the next page is as large
    expect(title).to_have_text("第 2 页 讯问笔录")
    for zoom in ("150", "200"):
        page.keyboard.press("+")
        expect(page.locator(f".zoom-{zoom}")).to_be_visible()
    assert not scrolls_sideways(page)  # the field scrolls, not the window
    picture(page, "dossier-200")


def test_every_page_carries_who_looks_at_it_also_on_paper(site: Site) -> None:
    page = opened(site)
    mark = page.locator(".zs-leaf__mark pattern text").first.text_content() or ""
    assert mark.strip().endswith(site.world.officers["legal_department"].number)
    page.emulate_media(media="print")
    expect(page.locator(".zs-leaf__sheet img")).to_be_visible()
    expect(page.locator(".zs-leaves")).to_be_hidden()
    picture(page, "dossier-print")


def test_without_a_script_everything_is_a_link(site: Site) -> None:
    page = opened(site, script=False)
    page.get_by_role("link", name="下一页").click()
    expect(page.locator("#leaf-title")).to_have_text("第 2 页 讯问笔录")
    page.get_by_role("link", name="150%").click()
    expect(page.locator(".zoom-150")).to_be_visible()
    page.get_by_role("link", name="第 3 页，拘留证").click()
    expect(page.locator("#leaf-title")).to_have_text("第 3 页 拘留证")


def test_an_empty_dossier_says_so(site: Site) -> None:
    page = opened(site, code=EMPTY)
    expect(page.get_by_text("这册卷宗还没有影像。")).to_be_visible()
    judge(page, "dossier-empty")


def test_whoever_may_not_read_the_case_finds_no_dossier(site: Site) -> None:
    page = site.page("officer")
    answer = page.goto(f"/dossiers/{CODE}/")
    assert answer is not None
    assert answer.status == 404


def test_an_officer_adds_a_page_to_his_own_case(site: Site, tmp_path: Path) -> None:
    page = site.page("officer")
    page.goto("/dossiers/D1/")
    file = tmp_path / "page.png"
    file.write_bytes(images(PAPERS[1], Case(number=NUMBER), "王小强", 1)[0])
    page.get_by_label("图片").set_input_files(str(file))
    page.get_by_role("button", name="加一页").click()
    expect(page.locator("#leaf-title")).to_contain_text("第 2 页")
    assert is_drawn(page)
    judge(page, "dossier-own")


def test_the_pages_give_their_documents(site: Site) -> None:
    page = site.page("legal_department")
    page.goto(f"/cases/{NUMBER}/")
    with page.expect_download() as download:
        page.get_by_role("link", name="打印监督卡").click()
    assert download.value.suggested_filename.startswith("supervision-card-")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    leader = site.page("unit_head")
    leader.goto("/today/")
    with leader.expect_download() as download:
        leader.get_by_role("link", name="打印今日简报").click()
    assert download.value.suggested_filename.startswith("daily-brief-")
