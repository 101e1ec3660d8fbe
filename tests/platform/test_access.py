"""Every address × role × relation × label: nobody sees what the table does not give him, and nobody is refused what it
gives. The expectations are written out by hand here; the code derives its own from access.policy."""

import logging
from collections.abc import Iterator
from datetime import date
from types import ModuleType
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path

from tests.platform.accounts import stranger
from tests.platform.people import noon
from tests.platform.world import LABELS, NAMES, PIXEL, ROLES, World, build
from zhunsheng.apps.access.declared import Audience, declared_pages
from zhunsheng.apps.access.policy import Action, Label
from zhunsheng.apps.access.processes import as_process, as_viewer
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.cases.models import Assignment
from zhunsheng.apps.cases.persons import PersonNotVisible, PurposeMissing, find_persons, reveal_person
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.launcher import EmbeddedServer
from zhunsheng.web import urls

pytestmark = pytest.mark.usefixtures("undone")

CLOSE = ("ordinary", "sensitive", "minor")


def of(*places: str, labels: tuple[str, ...] = tuple(LABELS)) -> set[str]:
    return {f"{place}_{label}" for place in places for label in labels}


EVERYTHING = set(NAMES)
NOT_RECUSED = EVERYTHING - {"unit_recused"}
LISTED = {
    "officer": of("own") | {"unit_ordinary"},
    "auxiliary": {"own_ordinary"},
    "unit_head": of("own") | of("unit", "sub", labels=CLOSE),
    "county_head": of("unit", "sub"),
    "legal_officer": of("own") | of("unit", "sub", labels=CLOSE),
    "legal_department": NOT_RECUSED,
    "inspectorate": NOT_RECUSED,
    "custodian": {"unit_ordinary"},
    "area_keeper": {"unit_ordinary"},
    "deposit_office": {"unit_ordinary", "sub_ordinary"},
}
READ = LISTED | {"officer": of("own"), "custodian": set(), "area_keeper": set(), "deposit_office": set()}
REVEALED = READ | {"auxiliary": set(), "inspectorate": set()}
UPLOADED = {"officer": of("own"), "unit_head": of("own"), "legal_officer": of("own")}


@pytest.fixture(scope="module")
def world(server: EmbeddedServer) -> Iterator[World]:
    del server
    with transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def silent(world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever is asked here, at every level of the log no canary is in it, nor in what the process prints."""
    caplog.set_level(logging.DEBUG)
    yield
    logged = "\n".join(caplog.handler.format(record) for record in caplog.get_records("call"))
    said = capsys.readouterr()
    assert world.leaked(logged + said.out + said.err, allowed=set()) == []


def names(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}"


def test_every_address_is_declared_and_every_declaration_has_an_address() -> None:
    assert set(names(get_resolver().url_patterns)) == set(declared_pages())


def test_an_address_that_declares_nothing_is_answered_to_nobody(world: World) -> None:
    forgotten = ModuleType("forgotten")
    vars(forgotten).update(vars(urls))
    view = path("forgotten/", lambda _request: HttpResponse("what nobody declared"), name="forgotten")
    forgotten.urlpatterns = [*urls.urlpatterns, view]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=forgotten):
        for client in (stranger(), *(person.client for person in world.people.values())):
            answer = client.get("/forgotten/")
            assert (answer.status_code, b"nobody declared" in answer.content) == (404, False)


def test_a_stranger_is_sent_to_the_login_from_every_address_that_is_not_public() -> None:
    paths = (
        "/",
        "/cases/",
        "/cases/A1/",
        "/documents/1/1/",
        "/quarantine/",
        "/held/",
        "/admin/accounts/",
        "/admin/audit/",
    )
    for address in paths:
        answer = stranger().get(address)
        assert (answer.status_code, answer.headers["Location"][:7]) == (302, "/login/"), address


@pytest.mark.parametrize("role", ROLES)
def test_the_list_shows_exactly_the_cases_of_the_role(world: World, role: str) -> None:
    allowed = LISTED.get(role, set())
    answer = world.people[role].get("/cases/all/")
    text = answer.content.decode()
    assert answer.status_code == (200 if allowed else 403)
    assert world.leaked(text, allowed=allowed) == []
    assert {name for name in NAMES if world.cases[name].number in text} == allowed


@pytest.mark.parametrize("role", ROLES)
def test_a_case_opens_for_exactly_those_who_may_read_it(world: World, role: str) -> None:
    allowed = READ.get(role, set())
    for name, place in world.cases.items():
        answer = world.people[role].get(f"/cases/{place.number}/")
        text = answer.content.decode()
        expected = 200 if name in allowed else 404 if allowed else 403
        assert answer.status_code == expected, name
        assert world.leaked(text, allowed={name} & allowed) == [], name
        # Even to a reader the protected fields are masked.
        assert not any(canary in text for canary in place.canaries[1:5]), name


@pytest.mark.parametrize("role", ROLES)
def test_a_person_is_revealed_to_exactly_those_who_may_and_say_why(world: World, role: str) -> None:
    allowed = REVEALED.get(role, set())
    for name, place in world.cases.items():
        answer = world.people[role].post(f"/persons/{place.person}/", purpose="核对身份")
        text = answer.content.decode()
        assert answer.status_code == (200 if name in allowed else 404 if allowed else 403), name
        assert all(canary in text for canary in place.canaries[1:5]) is (name in allowed), name
        assert world.leaked(text, allowed={name} & allowed) == [], name


@pytest.mark.parametrize("role", ROLES)
def test_a_page_image_opens_for_exactly_those_who_may_read_its_case(world: World, role: str) -> None:
    allowed = READ.get(role, set())
    for name, place in world.cases.items():
        answer = world.people[role].get(f"/documents/{place.document}/1/")
        assert answer.status_code == (200 if name in allowed else 404 if allowed else 403), name
        assert answer.content.startswith(PIXEL) is (name in allowed), name
        if name in allowed:  # a picture under a name of ours, and no page that could run
            assert answer.headers["Content-Disposition"] == 'inline; filename="page-1.png"'
            assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("role", ROLES)
def test_material_is_added_by_exactly_those_who_work_on_the_case(world: World, role: str) -> None:
    allowed = UPLOADED.get(role, set())
    for name, place in world.cases.items():
        file = SimpleUploadedFile("../../x.png", PIXEL + name.encode() + role.encode())
        answer = world.people[role].client.post(f"/cases/{place.number}/upload/", {"file": file})
        assert answer.status_code == (200 if name in allowed else 404 if allowed else 403), name


PLAIN_PAGES = {
    "/quarantine/": {"legal_department"},
    "/held/": {"unit_head", "county_head", "legal_officer", "legal_department"},
    "/admin/accounts/": {"system_admin"},
    "/admin/audit/": {"audit_admin"},
    "/help/": set(ROLES),
    "/settings/": set(ROLES),
    "/search/": set(ROLES),
}


@pytest.mark.parametrize("role", ROLES)
def test_the_other_pages_open_for_their_roles_only(world: World, role: str) -> None:
    for page, roles in PLAIN_PAGES.items():
        answer = world.people[role].get(page)
        assert answer.status_code == (200 if role in roles else 403), page
        assert world.leaked(answer.content.decode(), allowed=set()) == [], page


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_offers_only_what_opens(world: World, role: str) -> None:
    text = world.people[role].get("/help/").content.decode()
    offered = [page for page in ("/cases/", *PLAIN_PAGES) if f'href="{page}"' in text]
    assert all(world.people[role].get(page).status_code == 200 for page in offered)
    assert ("/cases/" in offered) is bool(LISTED.get(role))


@pytest.mark.parametrize("role", ROLES)
def test_row_security_alone_shows_what_the_queryset_shows(world: World, role: str) -> None:
    """The net under a forgotten filter: plain SQL without any condition."""
    viewer = viewer_for(world, role)
    allowed = {world.cases[name].number for name in LISTED.get(role, set())}
    with as_viewer(viewer), connection.cursor() as cursor:
        cursor.execute("SELECT number FROM cases_case")
        assert {row[0] for row in cursor.fetchall()} == allowed
        cursor.execute('SELECT DISTINCT "case" FROM cases_event')
        assert {row[0] for row in cursor.fetchall()} == allowed
        for table in ("cases_person", "cases_personincase", "cases_dossier", "cases_document", "cases_page"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (len(allowed),), table
        assert set(visible_cases(viewer, Action.CASE_LIST).values_list("number", flat=True)) == allowed


def test_who_reaches_every_case_and_is_recused_from_none_sees_each_row_without_a_look_at_its_case(world: World) -> None:
    # why: these are the labels that zs_every_case asks for
    assert {label.value for label in Label} == {"ordinary", "sensitive", "minor", "recusal"}
    legal = viewer_for(world, "legal_department")
    with as_viewer(legal):
        assert asked("SELECT zs_every_case()") == [(False,)], "he is recused from one"
    with as_process("test"):
        recusals = Assignment.objects.filter(officer=legal.officer, role=Assignment.Role.RECUSED)
        recusals.update(until_at=noon("2026-03-02"))
    everything = {place.number for place in world.cases.values()}
    with as_viewer(legal):
        assert asked("SELECT zs_every_case()") == [(True,)]
        assert set(visible_cases(legal, Action.CASE_LIST).values_list("number", flat=True)) == everything
        assert {number for (number,) in asked("SELECT number FROM cases_case")} == everything
        assert {case for (case,) in asked('SELECT DISTINCT "case" FROM cases_event')} == everything
    for role in ("county_head", "unit_head", "system_admin"):
        with as_viewer(viewer_for(world, role)):
            assert asked("SELECT zs_every_case()") == [(False,)], role


def asked(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def test_a_session_without_a_viewer_sees_no_row() -> None:
    with connection.cursor() as cursor:
        for table in ("cases_case", "cases_event", "cases_person", "cases_document", "cases_page", "cases_upload"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table


def test_a_refusal_is_in_the_log_by_its_address(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """`silent` listens where something is said."""
    number = world.cases["other_ordinary"].number
    world.people["officer"].get(f"/cases/{number}/")
    assert [record.getMessage() for record in caplog.get_records("call")] == [f"Not Found: /cases/{number}/"]


def test_no_protected_field_is_legible_in_the_table_or_the_audit_log(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('zs.whole', 'on', true)")
        cursor.execute("SELECT p::text FROM cases_person p UNION ALL SELECT e::text FROM audit_entry e")
        text = "\n".join(row[0] for row in cursor.fetchall())
    protected = [canary for place in world.cases.values() for canary in place.canaries[1:5]]
    assert [canary for canary in protected if canary in text or canary.encode().hex() in text] == []


def test_a_read_is_in_the_audit_log_with_the_persons_shown(world: World) -> None:
    place = world.cases["own_ordinary"]
    world.people["officer"].get(f"/cases/{place.number}/")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor, action, object_kind, object_id, detail ->> 'persons', address"
            " FROM audit_entry ORDER BY id DESC LIMIT 1"
        )
        assert cursor.fetchone() == (
            "account:officer", "read", "case", place.number, f'["{place.person}"]', "127.0.0.1",
        )  # fmt: skip


def test_a_refused_look_is_in_the_audit_log_too(world: World) -> None:
    world.people["officer"].get(f"/cases/{world.cases['other_ordinary'].number}/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT actor, result, object_id FROM audit_entry ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == ("account:officer", "denied", "desk:case")


def test_a_look_that_cannot_be_recorded_shows_nothing(world: World) -> None:
    place = world.cases["own_ordinary"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_transaction_read_only = on")
        cursor.execute("SET LOCAL transaction_read_only = on")
    answer = world.people["officer"].get(f"/cases/{place.number}/")
    assert answer.status_code == 503
    assert "数据库现在只读" in answer.content.decode()
    assert world.leaked(answer.content.decode(), allowed=set()) == []


def test_persons_are_found_by_exact_value_in_visible_cases_only(world: World) -> None:
    viewer = viewer_for(world, "officer")
    with as_viewer(viewer):
        own, other = (world.cases[name] for name in ("own_minor", "other_minor"))
        found = find_persons(viewer=viewer, column="id_number", text=f" {own.canaries[2].lower()} ", purpose="核对身份")
        assert [person.id for person in found] == [own.person]
        assert find_persons(viewer=viewer, column="id_number", text=other.canaries[2], purpose="核对身份") == []
        with pytest.raises(PurposeMissing):
            find_persons(viewer=viewer, column="name", text="x", purpose=" ")
        with pytest.raises(PersonNotVisible):
            reveal_person(viewer=viewer, person_id="P999", purpose="核对身份")


def test_ciphertext_moved_to_another_person_does_not_open(world: World) -> None:
    viewer = viewer_for(world, "officer")
    one, other = (world.cases[name].person for name in ("own_ordinary", "own_minor"))
    with as_viewer(viewer), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_person SET name = (SELECT name FROM cases_person WHERE id = %s) WHERE id = %s", [other, one]
        )
        with pytest.raises(ValueError, match="密文不完整"):
            reveal_person(viewer=viewer, person_id=one, purpose="核对身份")


def test_pages_for_an_action_name_one_for_each_method() -> None:
    for name, page in declared_pages().items():
        assert (page.audience is Audience.ACTION) == bool(page.actions), name


def viewer_for(world: World, role: str) -> Viewer:
    who = world.people[role].account
    return viewer_of(
        account=who.username,
        officer=who.officer_id,
        admin_role=who.admin_role,
        on=date(2026, 3, 1),
    )
