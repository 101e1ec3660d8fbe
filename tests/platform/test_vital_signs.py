"""What the database shows the watcher: ages and counts, and nothing else."""

import json
from typing import Any

import psycopg
import pytest

from tests.platform.databases import OwnDatabase
from tests.platform.delivering import writing


def signs(database: OwnDatabase) -> dict[str, Any]:
    with database.connect("zs_watch") as connection:
        row = connection.execute("SELECT zs_vital_signs()").fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def test_an_empty_platform_has_nothing_that_could_be_late(own: OwnDatabase) -> None:
    found = signs(own)
    assert (found["loops"], found["unsent_red"], found["late_sources"], found["untold"]) == ({}, None, [], 0)


def test_ages_are_those_of_the_oldest_and_of_the_machines_time(own: OwnDatabase) -> None:
    with writing(own) as writer:
        writer.write("red", count=2)
        writer.write("blue")
        writer.connection.execute("UPDATE alerts_delivery SET queued_at = now() - interval '90 s'")
        writer.connection.execute(
            """
            INSERT INTO supervision_heartbeat (process, at, watermark, detail)
            VALUES ('supervise', now() - interval '40 s', zs_now() - interval '60 s', '{}')
            """
        )
        found = signs(own)
        assert 90 <= found["unsent_red"] < 100
        assert 40 <= found["loops"]["supervise"]["beat"] < 50
        assert 60 <= found["loops"]["supervise"]["behind"] < 70
        # Once red left, the blue one that waits is no alarm
        writer.connection.execute("UPDATE alerts_delivery SET state = 'sent' WHERE priority <= 1")
        assert signs(own)["unsent_red"] is None


def test_in_a_city_that_runs_fast_lateness_is_in_the_machines_seconds(own: OwnDatabase) -> None:
    # why: at an hour a second, two hours of the city are two seconds of the machine.
    with own.connect("postgres") as connection:
        connection.execute("SELECT zs_set_city_clock('2026-03-01T00:00:00Z', 3600)")
        connection.execute(
            """
            INSERT INTO supervision_heartbeat (process, at, watermark, detail)
            VALUES ('supervise', now(), zs_now() - interval '2 hours', '{}')
            """
        )
    assert 2 <= signs(own)["loops"]["supervise"]["behind"] < 12


def test_a_log_that_nobody_seals_grows_old(own: OwnDatabase) -> None:
    with own.connect("postgres") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            """
            INSERT INTO audit_entry (at, real_at, actor, action, result, object_kind, object_id, purpose, request,
                address)
            VALUES (now(), now() - interval '70 s', 'process:test', 'read', 'done', 'case', 'x', '', '', '')
            """
        )
    assert 70 <= signs(own)["unsealed"] < 90


def test_the_watchers_role_may_read_no_table(own: OwnDatabase) -> None:
    with own.connect("zs_watch") as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT FROM {table}")


def test_the_signs_name_no_case_and_nobody(own: OwnDatabase) -> None:
    with writing(own) as writer:
        writer.write("red")
        assert "13900000001" not in json.dumps(signs(own))
        assert "J1" not in json.dumps(signs(own))
