"""The shell that every page stands in."""

from tests.pages.conftest import Site
from tests.pages.judge import judge


def test_the_login_page_holds_at_every_width(site: Site) -> None:
    page = site.page()
    page.goto("/login/")
    judge(page, "login")


def test_the_shell_holds_at_every_width(site: Site) -> None:
    page = site.page("legal_officer")
    page.goto("/help/")
    judge(page, "help")
