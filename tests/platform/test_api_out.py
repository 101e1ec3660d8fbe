"""What programs read: with which token, of which cases, and that nothing else leaves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction

from tests.platform.accounts import account, stranger
from tests.platform.alert_world import CASE, FILING, LEVELS, XU
from tests.platform.people import EAST, EAST_STATION, WEST_STATION, officer
from tests.platform.test_alerts_supervised import BOTH, lived
from zhunsheng.apps.access.models import Account, ReadToken
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.tokens import SCOPES, issue, revoke
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.supervision.models import Clock
from zhunsheng.launcher import EmbeddedServer

pytestmark = pytest.mark.usefixtures("told", "db")
LISTS = ("cases", "clocks", "findings", "alerts")


@dataclass(frozen=True)
class Caller:
    """A program with a key."""

    key: str

    def ask(self, path: str, **query: str) -> Any:
        return stranger().get(f"/api/v1/{path}", query, headers={"Authorization": f"Bearer {self.key}"})

    def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        answer = self.ask(path, **query)
        assert answer.status_code == 200, answer.content
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


@pytest.fixture(scope="module")
def told(server: EmbeddedServer) -> Iterator[None]:
    """The seed until red: one case of the eastern station, one clock, a finding for each of three levels. What a
    test adds is taken back after it."""
    del server
    with transaction.atomic():
        with as_process("test"):
            lived(XU, "2022-11-02 16:48", "2022-11-04 10:00", *LEVELS, rules=BOTH)
        yield
        transaction.set_rollback(True)


def of_unit(unit: str, *scopes: str) -> Caller:
    with as_process("test"):
        return Caller(issue("reader", scopes=scopes or SCOPES, unit=Unit.objects.get(pk=unit))[1])


def of_account(someone: Account, *scopes: str) -> Caller:
    with as_process("test"):
        return Caller(issue("reader", scopes=scopes or SCOPES, account=someone)[1])


def entries(action: str, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Actor, purpose and detail of entries of the audit log."""
    with as_process("test"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor, purpose, detail FROM audit_entry"
            " WHERE (action = %s OR result = %s) AND object_kind = %s ORDER BY id",
            [action, action, kind],
        )
        return [(actor, purpose, json.loads(detail)) for actor, purpose, detail in cursor.fetchall()]


def test_a_token_of_the_station_reads_case_clock_findings_alerts_and_explanation() -> None:
    caller = of_unit(EAST_STATION)
    assert [row["number"] for row in caller.items("cases")] == [CASE]
    (clock,) = caller.items("clocks", rule=FILING)
    # Accepted on 2 November, extended to seven days, of which the day of acceptance does not count.
    assert datetime.fromisoformat(clock["due"]) == datetime.fromisoformat("2022-11-10T00:00:00+08:00")
    assert clock["due_at_end"]
    assert {row["level"] for row in caller.items("findings", rule=FILING)} == {"blue", "yellow", "red"}
    assert {row["role"] for row in caller.items("alerts", level="red")} >= {"case_officer", "unit_head"}
    explained = caller.ask(f"explanations/{clock['key']}").json()
    assert [step["kind"] for step in explained["steps"]][:3] == ["start", "version", "limit"]


def test_a_token_of_a_branch_reads_the_stations_below_it() -> None:
    assert [row["number"] for row in of_unit(EAST).items("cases")] == [CASE]


def test_nothing_leaks_to_a_token_of_another_unit() -> None:
    """Not the number of the case, not the key of its clock, in no list and under no filter."""
    caller, key = of_unit(WEST_STATION), key_of_clock()
    for path in LISTS:
        for query in ({}, {"unit": EAST_STATION} if path == "cases" else {"case": CASE}):
            assert caller.items(path, **query) == []
    answer = caller.ask(f"explanations/{key}")
    assert answer.status_code == 404
    assert CASE not in answer.content.decode()


def test_nothing_leaks_to_an_account_that_holds_no_post_or_is_an_administrator() -> None:
    for name, someone in (
        ("nobody", account("nobody", officer=officer("900001"), factor=False)),
        ("sysadmin", account("sysadmin", admin_role="system_admin", factor=False)),
    ):
        with as_process("test"):
            caller = Caller(issue(name, scopes=SCOPES, account=someone)[1])
        assert [caller.items(path) for path in LISTS] == [[], [], [], []]
        assert caller.ask(f"explanations/{key_of_clock()}").status_code == 404


def test_a_colleague_lists_the_case_and_reads_nothing_of_it() -> None:
    """As on the pages: an officer of the unit sees that an ordinary case exists; its content is its officers'."""
    colleague = account("colleague", officer=officer("900002", ("officer", EAST_STATION)), factor=False)
    caller = of_account(colleague)
    assert [row["number"] for row in caller.items("cases")] == [CASE]
    assert caller.items("clocks") == caller.items("findings") == []
    assert caller.ask(f"explanations/{key_of_clock()}").status_code == 404


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_its_own_address_and_no_other(scope: str) -> None:
    caller, key = of_unit(EAST_STATION, scope), key_of_clock()
    paths = {**{path: path for path in LISTS}, "explanations": f"explanations/{key}"}
    statuses = {name: caller.ask(path) for name, path in paths.items()}
    assert {name: answer.status_code for name, answer in statuses.items()} == {
        name: 200 if name == scope else 403 for name in paths
    }
    assert not [name for name, answer in statuses.items() if name != scope and CASE in answer.content.decode()]
    denied = [entry for name in paths for entry in entries("denied", f"api_{name}")]
    assert len(denied) == len(paths.keys() - {scope})  # a web hook is told and reads nothing


def test_without_a_token_or_with_one_that_ended_nothing_is_answered() -> None:
    caller = of_unit(EAST_STATION)
    with as_process("test"):
        assert revoke("reader")
        assert not revoke("reader")
    for other in (caller, Caller("invented"), Caller("")):
        assert [other.ask(path).status_code for path in LISTS] == [401] * 4
    assert stranger().get("/api/v1/cases").status_code == 401


def test_a_token_ends_with_its_account() -> None:
    head = account("head", officer=officer("900003", ("unit_head", EAST_STATION)), factor=False)
    caller = of_account(head)
    assert len(caller.items("clocks", rule=FILING)) == 1
    with as_process("test"):
        Account.objects.filter(pk=head.pk).update(is_active=False)
    assert caller.ask("clocks").status_code == 401


def test_parts_follow_each_other_without_gap_or_repeat() -> None:
    caller = of_unit(EAST_STATION)
    whole, parts, after = [row["key"] for row in caller.items("alerts")], [], ""
    while True:
        part = caller.ask("alerts", limit="2", after=after).json()
        parts += [row["key"] for row in part["items"]]
        after = part["next"]
        if not after:
            break
    assert parts == whole == sorted(whole)
    assert len(set(parts)) == len(parts) > 2


def test_alerts_since_an_instant_and_an_instant_without_zone() -> None:
    caller = of_unit(EAST_STATION)
    late = caller.items("alerts", since="2022-11-09T00:00:00+08:00")
    assert {row["level"] for row in late} == {"yellow", "red"}
    assert {row["level"] for row in caller.items("alerts")} == {"blue", "yellow", "red"}
    assert caller.ask("alerts", since="2022-11-09T00:00:00").status_code == 422
    assert caller.items("alerts", since="2022-11-09T13:07:00+21:07") == late  # PostgreSQL knows no such zone
    assert caller.ask("alerts", since="0001-01-01T00:00:00+08:00").status_code == 422  # in UTC before the first year
    assert caller.ask("alerts", since="0.5").status_code == 422  # not half a second after the beginning of 1970
    assert caller.ask("alerts", level="purple").status_code == 422
    assert caller.ask("alerts", case="A\0").status_code == 422  # PostgreSQL knows no such character
    assert caller.ask("explanations/not-a-key").status_code == 422


def test_reading_is_in_the_log_with_token_and_case() -> None:
    of_unit(EAST_STATION).items("clocks", rule=FILING)
    ((actor, purpose, detail),) = entries("read", "api_clocks")
    assert actor == "account:token.reader"
    assert purpose == "接口令牌 reader"
    assert (detail["token"], detail["cases"], detail["count"]) == ("reader", [CASE], 1)


def test_the_key_is_kept_nowhere_and_its_hash_is_not_in_the_log() -> None:
    caller = of_unit(EAST_STATION)
    token = ReadToken.objects.get(name="reader")
    assert caller.key.encode() not in bytes(token.key_digest)
    ((_, _, detail),) = entries("insert", "access_readtoken")
    assert detail["key_digest"] == "changed"
    assert caller.key not in str(detail)


def test_tokens_are_issued_and_revoked_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("read_token", "issue", "shell", "--unit", EAST_STATION, "--scope", "cases")
    caller = Caller(capsys.readouterr().out.strip())
    assert [row["number"] for row in caller.items("cases")] == [CASE]
    call_command("read_token", "revoke", "shell")
    assert caller.ask("cases").status_code == 401


def test_a_token_is_for_one_viewer_and_for_known_scopes() -> None:
    unit = Unit.objects.get(pk=EAST_STATION)
    with as_process("test"):
        for scopes, owner in ((["cases"], None), ([], unit), (["everything"], unit)):
            with pytest.raises(ValidationError):
                issue("wrong", scopes=scopes, unit=owner)
        assert not ReadToken.objects.filter(name="wrong").exists()


def key_of_clock() -> str:
    with as_process("test"):
        return Clock.objects.get(rule=FILING).key
