"""Every address of the site, asked by everybody about one thing of each kind (`nightly/crawl.py`: about all)."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.platform.crawling import NOBODY, Crawl, crawl_world, leads_away, no_way_out
from tests.platform.test_hostile_text import CORPUS, is_risky
from tests.platform.world import ROLES
from zhunsheng.launcher import EmbeddedServer

TURNS = 5
"""Of the roles each address is asked by every fifth; the next address begins with the next one."""


@pytest.fixture(scope="module")
def crawl(server: EmbeddedServer) -> Iterator[Crawl]:
    del server
    with transaction.atomic():
        yield crawl_world()
        transaction.set_rollback(True)


def test_nobody_is_answered_more_than_his_role_gives(crawl: Crawl) -> None:
    faults = []
    with no_way_out() as tried:
        for n, address in enumerate(crawl.addresses(whole=False)):
            for role in (NOBODY, *ROLES)[n % TURNS :: TURNS]:
                for method in address.page.methods:
                    answer = crawl.ask(role, method, address.path)
                    faults += crawl.faults(role, method, address, answer)
    assert not faults, "\n".join(faults)
    assert tried == []


def test_nothing_is_written_without_the_token_of_a_form(crawl: Crawl) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False, SERVER_NAME="localhost")
    session = crawl.world.people["legal_department"].client.cookies[settings.SESSION_COOKIE_NAME].value
    browser.cookies[settings.SESSION_COOKIE_NAME] = session
    for address in crawl.addresses(whole=False):
        if "POST" in address.page.methods and not address.path.startswith("/api/"):
            with transaction.atomic():
                assert browser.post(address.path).status_code == 403, address
                transaction.set_rollback(True)


@pytest.mark.parametrize("text", [CORPUS[1], CORPUS[7], "\x00"])
def test_what_is_asked_for_never_runs_and_never_fails(crawl: Crawl, text: str) -> None:
    for address in crawl.addresses(whole=False):
        if "GET" in address.page.methods:
            words = dict.fromkeys(("q", "sort", "unit", "kind", "after", "before", "mark", "next", "period"), text)
            answer = crawl.ask("legal_department", "GET", address.path, words)
            assert answer.status_code < 500, address
            assert answer.streaming or not (is_risky(text) and text in answer.content.decode(errors="replace")), address


@pytest.mark.parametrize(
    ("location", "away"),
    [
        ("/cases/", False),
        ("/confirm/?next=%2F%2Fexample.invalid%2F", False),  # a parameter is judged by whoever follows it
        ("//example.invalid/", True),
        ("https://example.invalid/", True),
        ("/\\example.invalid/", True),  # browsers take it for two slashes
        ("javascript:alert(1)", True),
    ],
)
def test_an_answer_leads_to_another_site_by_its_address_alone(location: str, away: bool) -> None:
    assert leads_away(HttpResponse(headers={"Location": location})) == away
