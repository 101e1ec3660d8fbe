"""Finding things: cases, items and officers by what is in hand, persons only with a purpose."""

from playwright.sync_api import expect

from tests.pages.conftest import Site
from tests.pages.judge import focused, judge


def test_a_case_number_leads_to_its_case(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/help/")
    number = site.world.cases["unit_ordinary"].number
    page.keyboard.press("/")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{number}/")


def test_the_last_four_digits_list_every_case_that_ends_so(site: Site) -> None:
    page = site.page("unit_head")  # who reads a case of a lot does not find it meanwhile; a head reads none
    number = site.world.cases["unit_ordinary"].number
    page.goto(f"/search/?q={number[:7]}")
    expect(page.locator("caption").first).to_contain_text("案件")
    judge(page, "search")
    # Others of the city may end so: the planted file of the readers has whatever number was free.
    page.goto(f"/search/?q={number[-4:]}")
    expect(page.locator(f'a[href^="/cases/{number}/"]').first).to_be_visible()


def test_an_officer_is_found_by_number_and_nothing_by_what_is_not_there(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/search/?q=035005")
    expect(page.get_by_role("row", name="警员035005 035005 · 东一所")).to_be_visible()
    page.goto("/search/?q=没有这样的案件")
    expect(page.get_by_text("没有找到。换个说法")).to_be_visible()
    judge(page, "search-empty")


def test_a_case_of_others_is_not_found(site: Site) -> None:
    page = site.page("officer")
    page.goto(f"/search/?q={site.world.cases['other_ordinary'].number}")
    expect(page.get_by_text("没有找到。换个说法")).to_be_visible()


def test_a_person_is_found_only_with_a_purpose_and_the_log_says_so(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/search/")
    wanted = site.world.cases["unit_ordinary"]
    page.get_by_label("按什么查").select_option(label="证件号")
    page.get_by_label("内容").fill(wanted.canaries[2])
    page.get_by_role("button", name="查人").click()
    expect(page).to_have_title("错误：搜索 · 准绳")
    assert "查阅事由" in focused(page)
    judge(page, "person-search-refused")
    page.get_by_label("查阅事由").fill("核对同名人员")
    page.get_by_role("button", name="查人").click()
    row = page.locator("[data-row]").first
    expect(row).to_contain_text(wanted.canaries[5])  # the masked name, and no more
    assert wanted.canaries[1] not in page.content()
    assert wanted.canaries[2] not in page.url  # posted: in no address and no history
    judge(page, "person-search")
    auditor = site.page("audit_admin")
    auditor.goto("/admin/audit/")
    expect(auditor.get_by_text("person_search").first).to_be_visible()


def test_who_reads_no_case_is_not_offered_persons(site: Site) -> None:
    page = site.page("custodian")
    page.goto("/search/")
    expect(page.get_by_role("heading", name="按人查")).to_have_count(0)
