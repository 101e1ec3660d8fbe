"""Every page that anybody reaches from his menu, walked as each role: a figure is a link to as many rows as it says;
nowhere stands a code of ours where a word should, and an English page is in English but for names.

Pages are asked in this process by the test client, of the database that the site has: without a browser a page costs a
tenth. The last test puts before the browser whatever no test has looked at so far.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections, models, transaction
from django.test import override_settings
from lxml import html

from tests.pages.conftest import RULEBOOK, Site, freshen
from tests.pages.judge import JUDGED, judge, name_of, out_of_reach
from tests.pages.telling import MADE_UP, NOW
from tests.platform.accounts import Person
from tests.platform.people import CLERK
from tests.platform.world import ROLES
from zhunsheng.apps.access import navigation
from zhunsheng.apps.access.declared import declared_pages
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit.context import acting
from zhunsheng.apps.cases.models import SourceHeard
from zhunsheng.apps.cases.services import register_source

pytestmark = pytest.mark.usefixtures("case_told", "points_told", "inspection_told")
BESIDE: Final = {
    "access:login": "test_shell.py",
    "access:factor": "test_shell.py",
    "access:enrol": "test_shell.py",
    "access:confirm": "test_shell.py",
    "cases:dossier": "test_dossier.py",
    "cases:search": "test_search.py",
    "index": "test_shell.py",
    "inspection:overtaken": "test_inspection.py",
    "points:looks": "test_points.py",
    "points:published": "test_points.py",
    "rulemaking:edit": "test_rulemaking.py",
    "rulemaking:trial": "test_rulemaking.py",
    "tasks:task": "test_tasks.py",
}
"""Pages to which nothing leads in this world: which tests look at them instead."""
FORMS: Final = ("access:password", "access:settings", "help", "jobs:table", "points:propose", "tasks:new")
"""Pages that show nothing of anybody but their reader: looking at them is no entry of the log."""
OF_ONE_KIND: Final = 2
"""How many pages of one kind are asked in one walk."""
COUNT: Final = re.compile(r"[\d,]+")
SPANS: Final = frozenset({"天", "小时", "分"})
FIGURES: Final = "//main//*[contains(concat(' ', @class, ' '), ' num ')]"
COUNTS: Final = "//main//ul[contains(@class, 'zs-today')]//a | //main//td//a"
FILES: Final = (
    *("_sheet", ":file", ":record", ":result", ":page_image", ":skeleton", ":photo", ":worker"),
    *(":export", ":live", "health"),
)
"""How the names of views end that answer with something else than a page."""
GROWS: Final = frozenset({"desk:looks", "access:audit_log", "points:looks"})
"""Lists of looks: to look at one, or in the walk of another at what it is about, is a row of it."""
HAN: Final = re.compile(r"[\u3400-\u9fff]+")
WIDE: Final = re.compile(r"[\uff01-\uff60\u3001-\u3011]")
CODE: Final = re.compile(r"\b(?:account|process|source):\w+|\b[a-z]+(?:_[a-z]+)+\b")
ARTICLE: Final = re.compile(r"[第条款项一二三四五六七八九十百零之]+")


@dataclass(frozen=True)
class Walked:
    """One page: who asked, where, which kind of page it is, what it says."""

    role: str
    address: str
    name: str
    tree: Any


def asked(person: Person, address: str) -> Any:
    """The page at an address, or None where the answer is no page."""
    answer = person.get(address)
    assert answer.status_code < 500, f"{person.account.username}: {address} answers {answer.status_code}"
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return None
    return html.fromstring(answer.content.decode())


def is_page(name: str) -> bool:
    """Whether a view may answer with a page: files to take away are left alone, and what only acts."""
    declared = declared_pages().get(name)
    is_file = name.startswith(("printing:", "api:")) or name.endswith(FILES)
    return declared is not None and "GET" in declared.methods and not is_file


def walk(site: Site, role: str, kinds: dict[str, int]) -> Iterator[Walked]:
    """The whole menu of a role, and what is linked from there: of every other kind of page, which `kinds` counts over
    all roles, OF_ONE_KIND."""
    person = site.world.people[role]
    freshen(person.client.cookies[settings.SESSION_COOKIE_NAME].value)
    begin = ("/help/", "/settings/")  # of every role, however often others asked for them: his menu stands there
    waiting, seen, menu = deque(begin), set(), set(begin)
    while waiting:
        address = waiting.popleft()
        name = name_of(address)
        if address in seen or not is_page(name) or (address not in menu and kinds.get(name, 0) >= OF_ONE_KIND):
            continue
        seen.add(address)
        tree = asked(person, address)
        if tree is None:
            continue
        kinds[name] = kinds.get(name, 0) + 1
        yield Walked(role, address, name, tree)
        menu.update(tree.xpath("//nav[@id='nav']//li/a/@href"))
        links = (urljoin(address, link).partition("#")[0] for link in tree.xpath("//main//a/@href"))
        waiting.extend([*sorted(menu - seen), *links])


@pytest.fixture(scope="module")
def walked(running: Site) -> Iterator[list[Walked]]:
    """The pages of every role."""
    with override_settings(RULEBOOK=RULEBOOK):
        kinds: dict[str, int] = {}
        yield [page for role in ROLES for page in walk(running, role, kinds)]
    connections.close_all()


def test_every_page_of_every_menu_was_walked(walked: list[Walked]) -> None:
    names = {page.name for page in walked}
    assert {page.role for page in walked} == set(ROLES)
    offered = {name for name, _item in navigation.offered()}
    assert offered - names == set()
    assert {name for name in declared_pages() if is_page(name)} - names - set(BESIDE) == set()
    here = Path(__file__).parent
    assert all("judge(" in (here / file).read_text("utf-8") for file in BESIDE.values())


def led_to(page: Walked, address: str) -> str:
    """Where a link leads. A browser drops what is asked of a page where the link asks nothing; `urljoin` keeps it."""
    return page.address.partition("?")[0] if address == "?" else urljoin(page.address, address)


def rows_at(person: Person, page: Walked, address: str) -> int:
    """How many rows stand where a link leads: in the part that it names, else on the page and those that follow."""
    part, count, tree = urlsplit(address).fragment, 0, page.tree
    following = "" if address.startswith("#") else led_to(page, address)
    while following or tree is not None:
        if following:
            tree = asked(person, following)
            assert tree is not None, f"{page.role}: {page.address} links to {following}, which is no page"
        places = tree.xpath(f"//*[@id='{part}']") if part else tree.xpath("//main")
        assert places, f"{page.role}: {page.address} links to #{part}, which is not there"
        count += len(places[0].xpath(".//*[@data-row]"))
        links = tree.xpath("//main//a[@rel='next']/@href")
        following, tree = (urljoin(following or page.address, links[0]) if links else ""), None
    return count


def counted(page: Walked) -> Iterator[tuple[str, int]]:
    """Where each count of a page leads, and what it says. A figure that is no link is a fault here."""
    for figure in page.tree.xpath(FIGURES):
        links = figure.xpath(".//a[@href]")
        assert links or figure.text_content().strip() == "—", f"{page.role}: the figure of {page.address} is no link"
        for link in links:
            number, unit = (link.text or "").strip(), "".join(link.xpath("./small[1]//text()")).strip()
            if COUNT.fullmatch(number) and unit not in SPANS and not unit.startswith("/"):
                yield link.get("href"), int(number.replace(",", ""))
    for link in page.tree.xpath(COUNTS):
        number = "".join(link.xpath("./b//text()")).strip() or link.text_content().strip()
        if COUNT.fullmatch(number):
            yield link.get("href"), int(number.replace(",", ""))


def test_every_figure_is_a_link_to_as_many_rows_as_it_says(site: Site, walked: list[Walked]) -> None:
    wrong, known = [], {}
    for page in (page for page in walked if page.name not in GROWS):
        person = site.world.people[page.role]
        for address, number in counted(page):
            whole = page.role, led_to(page, address)
            if whole not in known:
                known[whole] = rows_at(person, page, address)
            if known[whole] != number:
                wrong.append(f"{page.role} {page.address}: {number}, but {known[whole]} rows at {address}")
    assert not wrong, "\n".join(wrong)


def texts(page: Walked) -> Iterator[str]:
    """What a page says, but for the law, codes that are shown as such, and what is marked as of another language."""
    for node in page.tree.xpath("//body//text()"):
        above = [node.getparent(), *node.getparent().iterancestors()]
        is_other = any(
            each.tag in ("script", "style", "code", "kbd", "textarea")
            or "law" in (each.get("class") or "").split()
            or (each.get("lang") and each.tag != "html")
            for each in above
        )
        if not is_other and node.strip():
            yield " ".join(node.split())


def test_no_code_stands_where_a_word_should(walked: list[Walked]) -> None:
    found = {f"{page.name}: {text[:80]}" for page in walked for text in texts(page) if CODE.search(text)}
    assert not found, "\n".join(sorted(found))


@pytest.fixture
def english(running: Site) -> Iterator[None]:
    """Everybody reads English."""
    del running
    with transaction.atomic(), as_process("test"):
        Account.objects.update(language="en")
    yield
    with transaction.atomic(), as_process("test"):
        Account.objects.update(language="")
    connections.close_all()


def names() -> set[str]:
    """The Chinese words that stand in the database: names, titles, reasons, what was told. All others are ours."""
    found: set[str] = set()
    with transaction.atomic(), as_process("test"):
        for model in apps.get_models():
            kept = (models.CharField, models.TextField, models.JSONField)
            fields = [field.attname for field in model._meta.concrete_fields if isinstance(field, kept)]
            for row in model._default_manager.values_list(*fields) if fields else ():
                found.update(run for value in row if value for run in HAN.findall(str(value)))
    return found


def titles() -> set[str]:
    """The names that stand in files alone, and of a file that is shown to nobody as what it is."""
    policies = (path.read_text("utf-8") for path in (RULEBOOK / "points" / "policies").glob("*.toml"))
    return set(HAN.findall(" ".join((*policies, MADE_UP.title))))


def is_name(run: str, known: set[str], *, is_cut: bool) -> bool:
    """Whether a run of characters is a name: one of those known, an article, or the beginning of one that was cut."""
    return run in known or bool(ARTICLE.fullmatch(run)) or (is_cut and any(one.startswith(run) for one in known))


@pytest.mark.usefixtures("english")
def test_an_english_page_is_in_english_but_for_names(site: Site) -> None:
    kinds: dict[str, int] = {}
    known = (
        names() | titles() | set(HAN.findall((RULEBOOK / "instruments.toml").read_text("utf-8"))) | {"中文", "简体中文"}
    )
    wrong = set()
    with override_settings(RULEBOOK=RULEBOOK):
        for role in ROLES:
            for page in walk(site, role, kinds):
                for text in texts(page):
                    ours = [run for run in HAN.findall(text) if not is_name(run, known, is_cut=text.endswith("…"))]
                    is_wide = WIDE.search(text) and not HAN.search(text)
                    if ours or is_wide:
                        wrong.add(f"{page.name}: {text[:100]}")
    assert not wrong, "\n".join(sorted(wrong))


def of_each_kind(walked: list[Walked]) -> list[Walked]:
    """One page of each kind."""
    return list({page.name: page for page in reversed(walked)}.values())


def test_whatever_is_pressed_is_reached_by_keys(site: Site, walked: list[Walked]) -> None:
    found = {}
    for page in of_each_kind(walked):
        window = site.page(page.role)
        window.goto(page.address)
        if faults := out_of_reach(window):
            found[page.address] = faults
    assert found == {}


@pytest.fixture
def undone() -> Iterator[None]:
    """What happens in a test is taken back."""
    with override_settings(RULEBOOK=RULEBOOK), transaction.atomic():
        yield
        transaction.set_rollback(True)
    connections.close_all()


@pytest.mark.usefixtures("undone")
def test_every_page_says_that_data_are_late(running: Site, walked: list[Walked]) -> None:
    with acting(CLERK):
        source = register_source(source="late", title="警综平台", key="a key of the late source")
        source.late_after_minutes = 60
        source.save()
        SourceHeard.objects.create(source=source, at=NOW - timedelta(minutes=80))
    silent = []
    for page in of_each_kind(walked):
        person = running.world.people[page.role]
        freshen(person.client.cookies[settings.SESSION_COOKIE_NAME].value)
        text = person.get(page.address).content.decode()
        if not re.search(r"警综平台的数据停在\s*<time|来源停了：警综平台", text):
            silent.append(page.address)
    assert silent == []


@pytest.mark.usefixtures("undone")
def test_no_page_shows_anything_while_nothing_can_be_recorded(running: Site, walked: list[Walked]) -> None:
    wrong = []
    for page in of_each_kind(walked):
        person = running.world.people[page.role]
        freshen(person.client.cookies[settings.SESSION_COOKIE_NAME].value)
        with transaction.atomic():
            with connections["default"].cursor() as cursor:
                cursor.execute("SET LOCAL transaction_read_only = on")
            answer = person.get(page.address)
            transaction.set_rollback(True)
        if answer.status_code != 503 or "数据库现在只读" not in answer.content.decode():
            wrong.append(page.name)
    assert sorted(wrong) == sorted(FORMS)


def test_whatever_no_test_has_looked_at_is_looked_at_now(site: Site, walked: list[Walked]) -> None:
    for page in walked:
        if page.name not in JUDGED:
            window = site.page(page.role)
            window.goto(page.address)
            judge(window, f"walk-{page.name.replace(':', '-')}")
