"""Text that would run as something else, in every field that people or sources fill: it is shown as it stands, and asks
the database nothing."""

import html
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction

from tests.platform.accounts import Person, account, signed_in, stranger
from tests.platform.people import CITY, EAST_STATION, city, noon, officer
from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.eventlog import record_event
from zhunsheng.apps.cases.models import Dossier
from zhunsheng.apps.cases.persons import Identity, put_in_case, register_person
from zhunsheng.apps.cases.services import assign, register_case
from zhunsheng.apps.cases.uploads import add_document
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.launcher import EmbeddedServer

CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)//",
    "</textarea></title><svg/onload=alert(1)>",
    "{{ request.session }}{% debug %}",
    "${7*7}#{7*7}%(password)s{0.__class__}",
    "'; DROP TABLE cases_case; --",
    "1 OR 1=1",
    "=cmd|'/c calc'!A0",
    "\u202e\u2066gnp.exe\u2069",
)
LISTS = ("/cases/", "/cases/all/", "/today/", "/inbox/")
VIEWS = ("/cases/{n}/", "/cases/{n}/?view=person", "/cases/{n}/?view=item")


@dataclass
class Hostile:
    """A case in whose every field a hostile text stands."""

    text: str
    number: str


@pytest.fixture(scope="module")
def world(server: EmbeddedServer) -> Iterator[tuple[Person, list[Hostile]]]:
    del server
    with transaction.atomic():
        city()
        clock.set_city_clock(noon("2026-03-02"), seconds_per_second=0)
        chief = officer("035001", ("legal_department", CITY))
        someone = signed_in(account("chief", officer=chief))
        yield someone, [case(n, text, chief) for n, text in enumerate(CORPUS, 1)]
        transaction.set_rollback(True)


def case(serial: int, text: str, chief: Officer) -> Hostile:
    number = f"A{EAST_STATION}202603{serial:04d}"
    with as_process("test"):
        made = register_case(number=number, title=text, kind="criminal", unit=Unit.objects.get(pk=EAST_STATION))
        assign(
            case=made,
            officer=chief,
            role="case_officer",
            from_at=noon("2026-03-01"),
        )
        person = register_person(person_id=f"P{serial}", identity=Identity(text, text, text, text))
        put_in_case(case=made, person=person, role="suspect")
        dossier = Dossier.objects.create(code=f"D{serial}", case=made, title=text)
        add_document(dossier=dossier, code=f"W{serial}", kind=text[:20], document_no=text[:40], at=noon("2026-03-01"))
        record_event(
            recorder="process:test", source="jz", id=f"E{serial}", type="person.detained", at=noon("2026-03-01"),
            case=number, person=person.id, unit=EAST_STATION, document_no=text[:40],
        )  # fmt: skip
    return Hostile(text, number)


def test_what_stands_in_a_field_is_shown_and_never_run(world: tuple[Person, list[Hostile]]) -> None:
    someone, cases = world
    shown = set()
    for page in (*LISTS, *(view.format(n=one.number) for one in cases for view in VIEWS)):
        answer = someone.get(page)
        said = answer.content.decode()
        assert answer.status_code == 200, page
        assert [one.text for one in cases if is_risky(one.text) and one.text in said] == [], page
        shown |= {one.text for one in cases if html.escape(one.text) in said}
    assert shown == set(CORPUS)  # each was on some page, as it stands: the test looked where they are


def is_risky(text: str) -> bool:
    """Whether it reads differently once it is escaped."""
    return html.escape(text) != text


@pytest.mark.parametrize("text", CORPUS)
def test_what_is_asked_for_is_a_value_and_never_a_part_of_the_question(
    world: tuple[Person, list[Hostile]], text: str
) -> None:
    someone, cases = world
    for path in ("/search/", "/cases/all/", "/inbox/"):
        for key in ("q", "name", "sort", "after", "kind", "unit"):
            answer = someone.client.get(path, {key: text})
            assert answer.status_code in (200, 302, 404), (path, key)
            said = answer.content.decode()
            assert not (is_risky(text) and text in said), (path, key)
    assert someone.get(f"/cases/{cases[0].number}/").status_code == 200  # and every table is still there


def test_a_character_that_no_text_of_the_database_holds_is_refused_wherever_it_stands(
    world: tuple[Person, list[Hostile]],
) -> None:
    someone, _cases = world
    for answer in (
        someone.get("/cases/%00/"),
        someone.client.get("/cases/all/", {"sort": "\x00"}),
        someone.post("/inspection/verify/", plan="a\x00"),
    ):
        assert answer.status_code == 400
        assert "请求不完整" in answer.content.decode()


def test_a_rule_that_is_none_is_refused_and_leads_back(world: tuple[Person, list[Hostile]]) -> None:
    someone, _cases = world
    answer = someone.post("/jobs/rules/try/", rule="../../etc/passwd")
    assert answer.status_code == 422
    assert 'href="/rules/"' in answer.content.decode()


def test_a_parameter_of_the_address_is_no_field_of_the_form(world: tuple[Person, list[Hostile]]) -> None:
    del world
    answer = stranger().post("/login/?username=chief&password=correct+horse+battery+staple", {})
    assert (answer.status_code, answer.cookies.get("zs_session")) == (200, None)


def test_every_page_of_a_session_offers_the_way_out(world: tuple[Person, list[Hostile]]) -> None:
    someone, cases = world
    for page in ("/cases/", "/help/", "/settings/", f"/cases/{cases[0].number}/"):
        assert 'action="/logout/"' in someone.get(page).content.decode(), page


def test_a_prepared_database_holds_no_account(server: EmbeddedServer) -> None:
    del server
    with transaction.atomic():
        assert set(Account.objects.values_list("username", flat=True)) <= {"chief"}
