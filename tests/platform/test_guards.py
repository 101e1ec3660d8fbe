"""The start is refused on a database that could lose or hide facts; each reason names itself and the remedy."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.platform.databases import OwnDatabase
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.clock import CityClockRefused
from zhunsheng.launcher import EmbeddedServer, embedded_server
from zhunsheng.launcher_host import find_binaries
from zhunsheng.web import provision
from zhunsheng.web.guards import UnsafeDatabase, assert_safe
from zhunsheng.web.provision import NotPrepared


def refusal(database: OwnDatabase, role: str, *before: str) -> str:
    with database.connect(role) as connection:
        for statement in before:
            connection.execute(statement)
        with pytest.raises(UnsafeDatabase) as caught:
            assert_safe(connection)
    return str(caught.value)


def test_the_server_is_of_the_programs_that_are_named(own: OwnDatabase) -> None:
    with own.connect("zs_app") as connection:
        assert connection.info.server_version // 10_000 == find_binaries(os.environ).major


def test_the_prepared_database_is_safe_to_serve_from(own: OwnDatabase) -> None:
    with own.connect("zs_app") as connection:
        assert_safe(connection)


def test_the_owner_and_the_superuser_are_refused(own: OwnDatabase) -> None:
    assert "是表的所有者" in refusal(own, "zs_owner")
    assert "权限过大" in refusal(own, "postgres")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SET synchronous_commit = off", "synchronous_commit 是 off，应为 on"),
        ("SET timezone = 'Asia/Shanghai'", "TimeZone 是 Asia/Shanghai，应为 UTC"),
        ("SET statement_timeout = 0", "statement_timeout 是 0，应为 30s"),
        ("SET lock_timeout = 0", "lock_timeout 是 0，应为 5s"),
    ],
)
def test_a_session_that_could_lose_or_hang_is_refused(own: OwnDatabase, statement: str, said: str) -> None:
    assert said in refusal(own, "zs_app", statement)


@pytest.mark.parametrize(
    ("offset_seconds", "said"),
    [
        (-40, "数据库的时钟比本机快 40 秒"),  # the machine shows 40 s less
        (40, "数据库的时钟比本机慢 40 秒"),
        (29, ""),  # within the limit of 30 s: the watcher tells of less
        (-29, ""),
    ],
)
def test_a_database_whose_clock_is_off_is_refused_and_the_difference_named(
    own: OwnDatabase, offset_seconds: int, said: str
) -> None:
    def machine() -> datetime:
        return clock.real_now() + timedelta(seconds=offset_seconds)

    with own.connect("zs_app") as connection:
        if not said:
            assert_safe(connection, real=machine)
            return
        with pytest.raises(UnsafeDatabase, match=said):
            assert_safe(connection, real=machine)


def test_rights_that_were_widened_are_named(own: OwnDatabase) -> None:
    with own.connect("postgres") as connection:
        connection.execute("GRANT DELETE ON cases_event TO zs_app")
    assert "可以对 cases_event 执行 DELETE" in refusal(own, "zs_app")


def test_a_removed_trigger_is_named(own: OwnDatabase) -> None:
    with own.connect("postgres") as connection:
        connection.execute("DROP TRIGGER refuse_change ON cases_event")
    assert "cases_event 缺少保护触发器" in refusal(own, "zs_app")


def test_row_security_that_was_switched_off_is_named(own: OwnDatabase) -> None:
    with own.connect("postgres") as connection:
        connection.execute("ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY")
    assert "cases_case 的行权限已被停用" in refusal(own, "zs_app")


def test_rules_of_another_release_are_refused(own: OwnDatabase) -> None:
    with own.connect("zs_owner") as connection:
        connection.execute("UPDATE audit_deployment SET rules_digest = 'older'")
    assert "不是本版本的" in refusal(own, "zs_app")


def test_an_unprepared_database_is_refused(server: EmbeddedServer) -> None:
    with (
        psycopg.connect(server.dsn("zs_app", "postgres")) as connection,
        pytest.raises(UnsafeDatabase, match="不是本版本的"),
    ):
        assert_safe(connection)


def test_a_server_that_may_lose_commits_is_refused(tmp_path: Path) -> None:
    settings = {"fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0"}
    server = embedded_server(tmp_path / "data", {}, settings=settings).start()
    provision.create_roles(server.dsn("postgres", "postgres"))
    with psycopg.connect(server.dsn("zs_app")) as connection, pytest.raises(UnsafeDatabase) as caught:
        assert_safe(connection)
    server.stop()
    for reason in ("fsync 是 off", "full_page_writes 是 off", "wal_level 是 minimal"):
        assert reason in str(caught.value)


def test_a_demonstration_never_becomes_a_production_database(own: OwnDatabase) -> None:
    with pytest.raises(NotPrepared, match="这个库是演示库"), psycopg.connect(own.dsn("zs_owner")) as connection:
        provision._mark(connection, "production")
    with own.connect("postgres") as connection, pytest.raises(psycopg.errors.RaiseException, match="never change"):
        connection.execute("UPDATE audit_deployment SET mode = 'production'")


def test_a_production_database_refuses_a_city_clock(own: OwnDatabase) -> None:
    with own.connect("postgres") as superuser:
        superuser.execute("ALTER TABLE audit_deployment DISABLE TRIGGER USER")
        superuser.execute("UPDATE audit_deployment SET mode = 'production'")
    with pytest.raises(CityClockRefused, match="正式库"):
        clock.set_city_clock(clock.now(), seconds_per_second=3600)
    connection.close()
    assert not clock.has_city_clock()


def test_a_table_without_a_rule_stops_the_preparation(own: OwnDatabase) -> None:
    with psycopg.connect(own.dsn("zs_owner")) as connection:
        connection.execute("CREATE TABLE forgotten (n int)")
        with pytest.raises(NotPrepared, match="没有规则的表：\\['forgotten'\\]"):
            provision.apply_rules(connection)


def test_preparing_again_changes_nothing(own: OwnDatabase) -> None:
    with psycopg.connect(own.dsn("zs_owner")) as connection:
        provision.apply_rules(connection)
        provision.apply_rules(connection)
    with own.connect("zs_app") as connection:
        assert_safe(connection)


def test_a_function_that_forbids_plans_does_not_have_its_statements_compiled(own: OwnDatabase) -> None:
    # What is forbidden is priced at 10¹⁰, above which PostgreSQL 15 compiles: seconds for an append of one event.
    with own.connect("postgres") as connection:
        forbidding = connection.execute(
            "SELECT proname, 'jit=off' = ANY (proconfig) FROM pg_proc"
            " WHERE proconfig::text LIKE '%enable\\_%=off%' ORDER BY proname"
        ).fetchall()
    assert "zs_append_events" in dict(forbidding)
    assert [name for name, is_off in forbidding if not is_off] == []
