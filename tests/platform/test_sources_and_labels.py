"""Sources are looked after by the security administrator, labels by the legal department, and by nobody else."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from tests.platform.accounts import stranger
from tests.platform.world import ROLES, World, build
from zhunsheng.apps.access.policy import Label
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.cases.models import Case, Source
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.cases.sources import source_behind
from zhunsheng.launcher import EmbeddedServer

pytestmark = pytest.mark.usefixtures("undone")


@pytest.fixture(scope="module")
def world(server: EmbeddedServer) -> Iterator[World]:
    del server
    with transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def entries(kind: str) -> list[tuple[str, str, str]]:
    """Actor, action and object of the audit entries of a kind, without looks."""
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor, action, object_id FROM audit_entry WHERE object_kind = %s AND actor LIKE 'account:%%'"
            " ORDER BY id",
            [kind],
        )
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


def label_of(world: World, name: str) -> str:
    with as_process("test"):
        return Case.objects.get(pk=world.cases[name].number).label


@pytest.mark.parametrize("role", ROLES)
def test_only_the_security_administrator_reaches_the_sources(world: World, role: str) -> None:
    with as_process("test"):
        register_source(source="jz", title="警综平台", key="k")
    expected = 200 if role == "security_admin" else 403
    person = world.people[role]
    assert person.get("/admin/source-keys/").status_code == expected
    assert person.post("/admin/source-keys/", source="x", title="x").status_code == expected
    assert person.post("/admin/source-keys/jz/switch/", active="off").status_code == (302 if expected == 200 else 403)
    assert Source.objects.get(pk="jz").is_active == (expected == 403)


@pytest.mark.parametrize("role", ROLES)
def test_only_the_legal_department_reaches_the_labels(world: World, role: str) -> None:
    expected = 200 if role == "legal_department" else 403
    assert world.people[role].get("/labels/").status_code == expected
    answer = world.people[role].post(
        "/labels/", case=world.cases["unit_ordinary"].number, label="sensitive", purpose="涉及敏感身份"
    )
    assert answer.status_code == (302 if expected == 200 else 403)
    assert label_of(world, "unit_ordinary") == ("sensitive" if expected == 200 else "ordinary")


def test_a_new_key_is_shown_once_and_works(world: World) -> None:
    admin = world.people["security_admin"]
    answer = admin.post(
        "/admin/source-keys/", source="jz", title="警综平台", zone="Asia/Shanghai", late_after_minutes="60"
    )
    key = re.search(r'zs-secret">([^<]+)<', answer.content.decode())
    assert key is not None
    assert "no-store" in answer.headers["Cache-Control"]
    source = source_behind(f"Bearer {key[1]}")
    assert source is not None
    assert (source.id, source.zone, source.second_person, source.late_after_minutes) == (
        "jz",
        "Asia/Shanghai",
        False,
        60,
    )
    text = admin.get("/admin/source-keys/").content.decode()
    assert "警综平台" in text
    assert key[1] not in text
    assert ("account:security-admin", "insert", "jz") in entries("cases_source")


def test_a_source_that_is_switched_off_is_refused_until_it_is_switched_on(world: World) -> None:
    with as_process("test"):
        register_source(source="jz", title="警综平台", key="k")
    admin = world.people["security_admin"]
    admin.post("/admin/source-keys/jz/switch/", active="off")
    refused = stranger().post(
        "/api/v1/events", "{}", content_type="application/json", headers={"authorization": "Bearer k"}
    )
    assert refused.status_code == 401
    admin.post("/admin/source-keys/jz/switch/", active="on")
    assert source_behind("Bearer k") is not None
    assert entries("cases_source") == [("account:security-admin", "update", "jz")] * 2


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"source": "jz", "title": "又一个"}, "来源 jz 已经登记"),
        ({"source": "JZ", "title": "大写"}, "代号只能用小写字母"),
        ({"source": "", "title": "无名"}, "请填写代号"),
        ({"source": "x", "title": ""}, "请填写名称"),
        ({"source": "x", "title": "x", "zone": "Mars/Base"}, "这不是时区"),
    ],
)
def test_a_source_that_cannot_be_is_refused_with_what_to_correct(world: World, sent: dict[str, str], said: str) -> None:
    with as_process("test"):
        register_source(source="jz", title="警综平台", key="k")
    answer = world.people["security_admin"].post("/admin/source-keys/", **sent)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert Source.objects.count() == 1
    assert source_behind("Bearer k") is not None  # the key of the one that is there stays


def test_switching_a_source_that_is_not_there_says_so(world: World) -> None:
    answer = world.people["security_admin"].post("/admin/source-keys/nobody/switch/", active="off")
    assert (answer.status_code, "没有来源 nobody" in answer.content.decode()) == (422, True)


def test_the_labelled_cases_are_listed_and_a_change_takes_effect_at_once_with_its_reason(world: World) -> None:
    legal, case = world.people["legal_department"], world.cases["unit_ordinary"]
    officer = world.people["deposit_office"]  # sees ordinary cases of the unit alone
    assert case.number in officer.get("/cases/all/").content.decode()
    before = legal.get("/labels/").content.decode()
    assert case.number not in before
    assert world.cases["unit_minor"].number in before
    legal.post("/labels/", case=case.number, label=Label.MINOR.value, purpose="嫌疑人未成年")
    assert case.number in legal.get("/labels/").content.decode()
    assert case.number not in officer.get("/cases/all/").content.decode()
    assert [entry for entry in entries("case") if entry[1] == "label"] == [
        ("account:legal-department", "label", case.number)
    ]
    assert entries("cases_case") == [("account:legal-department", "update", case.number)]


@pytest.mark.parametrize(
    ("case", "label", "purpose", "said"),
    [
        ("A0000000000002026030001", "minor", "核对", "没有这个案件"),
        ("recused", "minor", "核对", "没有这个案件"),  # recused from it, the legal department does not reach it either
        ("unit_ordinary", "secret", "核对", "secret"),
        ("unit_ordinary", "", "核对", "请选择标签"),
        ("unit_ordinary", "minor", "", "请写明事由"),
    ],
)
def test_a_label_is_not_changed_without_case_label_and_reason(
    world: World, case: str, label: str, purpose: str, said: str
) -> None:
    number = world.cases["unit_recused" if case == "recused" else case].number if case[0] != "A" else case
    answer = world.people["legal_department"].post("/labels/", case=number, label=label, purpose=purpose)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert label_of(world, "unit_ordinary") == "ordinary"
