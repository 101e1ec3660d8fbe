"""Protected fields move to a new key batch by batch; at every moment they are legible and found."""

import io
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from tests.platform.accounts import account, code_now
from tests.platform.people import CITY, EAST_STATION, city, officer
from zhunsheng.apps.access.login import Attempt, check_code
from zhunsheng.apps.access.processes import as_process, as_viewer
from zhunsheng.apps.access.scope import Standing, Viewer
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.keys import FIELDS, CiphertextRefused, FieldCipher, add_field_keys, field_cipher, read_key
from zhunsheng.apps.cases.models import Case, Person
from zhunsheng.apps.cases.persons import (
    Identity,
    find_persons,
    put_in_case,
    register_person,
    reseal_persons,
    reveal_person,
)
from zhunsheng.apps.cases.services import register_case
from zhunsheng.apps.org.models import Unit

pytestmark = pytest.mark.usefixtures("db")
CASE = "A3502030100002026030001"
# Invented; the id numbers fail their checksum.
PEOPLE = {
    "P1": Identity("王小强", "350203199001010000", "13900000001", "甲市东一路1号"),
    "P2": Identity("李小梅", "350203199102020000", "13900000002", ""),
    "P3": Identity("陈某", "", "", ""),
}


@pytest.fixture(autouse=True)
def keys(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys of this test alone, and three persons in a case, written under the first."""
    del db
    folder = tmp_path / "keys"
    shutil.copytree(settings.KEYS, folder)
    monkeypatch.setattr(settings, "KEYS", folder)
    city()
    with as_process("test"):
        case = register_case(number=CASE, title="", kind="criminal", unit=Unit.objects.get(pk=EAST_STATION))
        for number, identity in PEOPLE.items():
            put_in_case(case=case, person=register_person(person_id=number, identity=identity), role="suspect")
    return folder


def viewer() -> Viewer:
    return Viewer("chief", officer("035001", ("legal_department", CITY)).pk, (Standing("legal_department", CITY),))


def run(*arguments: str) -> str:
    said = io.StringIO()
    call_command("rotate_keys", *arguments, stdout=said)
    return said.getvalue()


def all_legible_and_found() -> None:
    who = viewer()
    with as_viewer(who):
        for number, identity in PEOPLE.items():
            assert reveal_person(viewer=who, person_id=number, purpose="核对") == identity
        for number, column, text in (
            ("P1", "name", "王小强"), ("P2", "id_number", "350203199102020000"), ("P2", "phone", "139 0000 0002"),
        ):  # fmt: skip
            found = find_persons(viewer=who, column=column, text=text, purpose="核对")
            assert [person.id for person in found] == [number]


def key_numbers() -> list[set[int]]:
    with as_process("test"):
        people = Person.objects.order_by("id")
        columns = ("name", "id_number", "phone", "address")
        return [{bytes(value)[0] for column in columns if (value := getattr(one, column))} for one in people]


def test_after_a_rotation_all_is_read_and_found_by_the_new_key_alone(keys: Path) -> None:
    run("--new-key")
    said = run()
    assert said.startswith("3 人、0 个第二因素已改用第 2 号密钥")
    assert key_numbers() == [{2}, {2}, {2}]
    all_legible_and_found()
    second = {2: read_key(keys / "fields.2.key")}
    with as_process("test"):
        stored = bytes(Person.objects.get(pk="P1").name or b"")
    assert FieldCipher(second, second).decrypt(stored, place="cases_person.name:P1") == "王小强"
    with as_process("test"):
        index = bytes(Person.objects.get(pk="P1").name_index or b"")
    assert index == field_cipher(keys).blind_index("王小强", kind="person.name")


def test_a_rotation_that_is_stopped_leaves_all_legible_and_goes_on_where_it_was() -> None:
    run("--new-key")
    with as_process("test"):
        assert reseal_persons(after="", limit=1) == ("P1", 1)
    assert key_numbers() == [{2}, {1}, {1}]
    all_legible_and_found()
    assert run("--batch", "1").startswith("2 人")
    assert run().startswith("0 人")


def test_what_is_written_meanwhile_is_under_the_new_key_already() -> None:
    add_field_keys(settings.KEYS)
    with as_process("test"):
        register_person(person_id="P3", identity=PEOPLE["P3"])
    assert key_numbers() == [{1}, {1}, {2}]


def test_a_second_factor_moves_too_and_still_opens() -> None:
    someone = account("alice")
    run("--new-key")
    assert "1 个第二因素" in run()
    someone.refresh_from_db()
    with as_process("test"):
        check_code(someone, code_now(), Attempt("alice", "10.0.0.1", clock.real_now()))


def test_a_rotation_is_in_the_audit_log_without_what_it_moved() -> None:
    run("--new-key")
    run()
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, object_kind, object_id, detail::text FROM audit_entry WHERE actor = 'process:rotate-keys'"
            " ORDER BY id"
        )
        entries = cursor.fetchall()
    assert [row[:3] for row in entries if row[1] == "key"] == [
        ("make_key", "key", "2"), ("rotate_keys", "key", "2"), ("rotate_keys", "key", "2"),
    ]  # fmt: skip
    assert sorted(row[2] for row in entries if row[:2] == ("update", "cases_person")) == ["P1", "P2", "P3"]
    assert not [row for row in entries if "王小强" in row[3] or "1390000" in row[3]]


def test_a_missing_key_is_named_and_nothing_is_changed(keys: Path) -> None:
    run("--new-key")
    run()
    run("--new-key")
    (keys / "fields.2.key").unlink()
    with pytest.raises(CommandError, match="用第 2 号密钥写入，这里没有这把密钥"):
        run()
    assert key_numbers() == [{2}, {2}, {2}]


def test_a_number_that_no_key_has_is_refused() -> None:
    with pytest.raises(CiphertextRefused, match="第 9 号密钥"):
        field_cipher(settings.KEYS).decrypt(b"\x09" + bytes(40), place="cases_person.name:P1")
    assert (settings.KEYS / FIELDS).exists()
    assert Case.objects.count() == 0  # row security: nobody is asking
