"""A release with new tables, put on a database whose queue is not empty: nothing is lost, nothing is told twice, and an
upgrade that was interrupted leaves the old state."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder

from tests.gateways import served_here
from tests.platform.databases import OwnDatabase, connected_to
from tests.platform.delivering import handed_over, write_lines, writing
from zhunsheng.apps.alerts.delivery import rows
from zhunsheng.apps.alerts.delivery.lines import load_lines
from zhunsheng.apps.alerts.delivery.loop import lanes_of, now
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.web import provision
from zhunsheng.web.guards import UnsafeDatabase, assert_safe


class PowerCut(BaseException):
    """What ends the process between a change and its commit."""


def refused(database: OwnDatabase) -> bool:
    """Whether this release refuses to serve from the database."""
    with database.connect("zs_app") as connection:
        try:
            assert_safe(connection)
        except UnsafeDatabase:
            return True
    return False


def has_the_new_table(database: OwnDatabase) -> bool:
    with database.connect("postgres") as connection:
        return connection.execute("SELECT to_regclass('audit_fence')").fetchone() != (None,)


def test_alerts_in_flight_survive_an_upgrade_that_was_interrupted_once(
    own: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served_here("http_sms", tmp_path) as gateway, writing(own) as writer, connected_to(own.server, own.name):
        lines = write_lines(tmp_path / "lines.toml", gateway)
        keys = writer.write()
        assert handed_over(lines) == 1
        keys += writer.write(count=2)
        # One is at the gateway and nothing is written of it: its process ended at that moment, and its lease is over.
        line, moment = load_lines(lines).by_name["sms"], now()
        long_ago = Moment(at=moment.at, real=moment.real - timedelta(minutes=1))
        (leased,) = rows.lease("sms", most=1, by="a process that is gone", moment=long_ago)
        gone = lanes_of(line)[0]
        assert list(gone.channel.send([leased.message(recognises_keys=True)], begin_until=float("inf")))
        gone.close()
        # Given the database as the release before this table had it
        call_command("migrate", "audit", "0002", database="owner", verbosity=0)
        with own.connect("zs_owner") as connection:
            connection.execute("UPDATE audit_deployment SET rules_digest = 'older'")
        assert refused(own)

        # When the upgrade is interrupted before its commit
        def cut(*_: object, **__: object) -> None:
            raise PowerCut

        with monkeypatch.context() as patch:
            patch.setattr(MigrationRecorder, "record_applied", cut)
            with pytest.raises(PowerCut):
                provision.prepare(mode="demo", owner_dsn=own.dsn("zs_owner"))
        assert refused(own)
        assert not has_the_new_table(own)

        # Then it is as before, and can be begun again
        provision.prepare(mode="demo", owner_dsn=own.dsn("zs_owner"))
        assert not refused(own)
        assert handed_over(lines) == 2
        assert [row["key"] for row in gateway.said("accepted")] == keys
        assert [row["key"] for row in gateway.said("recognised")] == [leased.key]


def test_no_migration_of_ours_commits_by_itself() -> None:
    # All of an upgrade are one transaction; one that was not atomic could not be part of it.
    ours = [config for config in apps.get_app_configs() if config.name.startswith("zhunsheng.apps")]
    found = [
        import_module(f"{config.name}.migrations.{path.stem}").Migration
        for config in ours
        for path in sorted((Path(config.path) / "migrations").glob("0*.py"))
    ]
    assert len(found) > len(ours) // 2
    assert [migration for migration in found if not migration.atomic] == []


def test_rules_that_fail_half_way_leave_those_of_before(own: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    before = provision.rules_script()
    monkeypatch.setattr(provision, "rules_script", lambda: [*before, "SELECT no_such_function()"])
    with own.connect("zs_owner") as connection, pytest.raises(psycopg.errors.UndefinedFunction):
        provision.apply_rules(connection)
    monkeypatch.undo()
    assert not refused(own)
