"""Every list page in a small city and in one three times as large: it opens, it is light, and it asks as often."""

from pathlib import Path

import pytest
from django.test import override_settings
from django.urls import reverse

from bench.site import counting, fill
from bench.site.lists import PAGES
from tests.platform.databases import cloned
from zhunsheng.launcher import EmbeddedServer

MOST_BYTES = 120 * 1024
"""Of a first load without charts, gzipped."""


def asked(server: EmbeddedServer, folder: Path, size: fill.Size) -> dict[str, counting.Asked]:
    """Each page as it is asked for a second time, when the process has read what it keeps."""
    with cloned(server) as database, override_settings(POLICIES=folder):
        fill.fill(database, size)
        sessions = {account: fill.session_of(account) for account in {page.account for page in PAGES}}
        for page in PAGES:
            counting.ask(reverse(page.name) + page.query, sessions[page.account])
        return {page.title: counting.ask(reverse(page.name) + page.query, sessions[page.account]) for page in PAGES}


@pytest.mark.db
def test_a_list_page_asks_as_often_in_a_larger_city(server: EmbeddedServer, tmp_path: Path) -> None:
    small = asked(server, tmp_path / "small", fill.Size(600, 200))
    large = asked(server, tmp_path / "large", fill.Size(1800, 600))
    assert {page.status for page in (*small.values(), *large.values())} == {200}
    before, after = ({title: len(page.statements) for title, page in found.items()} for found in (small, large))
    assert {title: (before[title], n) for title, n in after.items() if n != before[title]} == {}
    assert {title: page.first_load for title, page in large.items() if page.first_load > MOST_BYTES} == {}
