"""Making a database ready: roles, tables, and the rules that the database itself keeps."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from psycopg import sql

from zhunsheng.apps.access.rls import row_policies
from zhunsheng.apps.audit.keys import create_keys
from zhunsheng.apps.audit.tables import TableRule, table_rules
from zhunsheng.launcher import DATABASE

ROLES_FILE: Final = Path(__file__).parent / "roles.sql"
MODES: Final = ("demo", "production")
RESTORING: Final = "zhunsheng: restore not finished"
"""What is said of a database while it is filled from a backup."""
# Roles that read behind row security: the sealer and the verifier must see every row of the sealed tables.
READERS: Final = ("zs_sealer", "zs_verifier")


class NotPrepared(RuntimeError):
    """The database cannot be made ready: what is in the way, and what to do."""


def create_roles(superuser_dsn: str, *, database: str = DATABASE) -> None:
    """Make the roles and the database of the platform, as a superuser. What is there stays."""
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        connection.execute(ROLES_FILE.read_text(encoding="utf-8"))
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if found is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER zs_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'").format(
                    sql.Identifier(database)
                )
            )
        for grant in (
            "REVOKE ALL ON DATABASE {} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {} TO zs_sealer, zs_verifier, zs_report, zs_watch",
        ):
            connection.execute(sql.SQL(grant).format(sql.Identifier(database)))
        connection.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO zs_app").format(sql.Identifier(database))
        )


def prepare(*, mode: str, owner_dsn: str) -> None:
    """Keys, tables and rules. May be run again at every start, and must be after every upgrade.

    Raises  NotPrepared if the database is of the other mode: a demonstration never becomes a production database.
    """
    if mode not in MODES:
        raise NotPrepared(f"{mode!r} 不是部署方式。请用 demo 或 production。")
    with psycopg.connect(owner_dsn) as connection:
        if is_half_restored(connection):
            raise NotPrepared("这个库的恢复没有做完，不能使用。请再运行一次 restore。")
    create_keys(settings.KEYS)
    # Together or not at all: Django records a migration that leaves constraints for its end only after its commit.
    with transaction.atomic(using="owner"):
        call_command("migrate", database="owner", interactive=False, verbosity=0)
    with psycopg.connect(owner_dsn) as connection:
        _mark(connection, mode)
        apply_rules(connection)


def is_half_restored(connection: psycopg.Connection[Any]) -> bool:
    """Whether a restore began to fill this database and did not come to its end."""
    row = connection.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    return row == (RESTORING,)


def apply_rules(connection: psycopg.Connection[Any]) -> None:
    """Grants, triggers, functions and row policies, as the owner, in one transaction."""
    script = rules_script()
    with connection.transaction():
        _assert_every_table_has_a_rule(connection)
        for statement in script:
            connection.execute(statement)
        connection.execute("UPDATE audit_deployment SET rules_digest = %s", [rules_digest()])


def rules_digest() -> str:
    """What the rules of this release are; the start compares it with what the database was given."""
    return hashlib.sha256("\n".join(rules_script()).encode()).hexdigest()


def rules_script() -> list[str]:
    """Every statement of the rules, in order: the functions of each application, then what its tables declare."""
    script = ["REVOKE ALL ON SCHEMA public FROM PUBLIC"]
    # Said in full: a restored copy may belong to another role, and the owner's functions must find their tables there.
    script += ["GRANT USAGE, CREATE ON SCHEMA public TO zs_owner"]
    script += ["GRANT USAGE ON SCHEMA public TO zs_app, zs_sealer, zs_verifier, zs_report"]
    for config in apps.get_app_configs():
        file = Path(config.path) / "sql" / "rules.sql"
        if file.exists():
            script.append(file.read_text(encoding="utf-8"))
    for rule in table_rules():
        script += _grants(rule)
        script += _triggers(rule)
    script += row_policies()
    script.append("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, zs_app, zs_sealer, zs_verifier, zs_report")
    for config in apps.get_app_configs():
        script += [f"GRANT EXECUTE ON FUNCTION {name} TO zs_app" for name in getattr(config, "app_functions", ())]
    script.append("GRANT EXECUTE ON FUNCTION zs_now() TO zs_sealer, zs_verifier, zs_report")
    return script


def _grants(rule: TableRule) -> Iterator[str]:
    yield f"REVOKE ALL ON {rule.table} FROM PUBLIC, zs_app, zs_sealer, zs_verifier, zs_report"
    if rule.app_may:
        yield f"GRANT {', '.join(rule.app_may)} ON {rule.table} TO zs_app"
    if rule.sealed or rule.table.startswith("audit_"):
        yield f"GRANT SELECT ON {rule.table} TO {', '.join(READERS)}"
    if rule.table in ("audit_leaf", "audit_head"):
        yield f"GRANT INSERT ON {rule.table} TO zs_sealer"
    if rule.table == "audit_progress":
        yield f"GRANT INSERT, UPDATE ON {rule.table} TO zs_sealer"


def _triggers(rule: TableRule) -> Iterator[str]:
    # ALWAYS: a session that plays replica (session_replication_role) does not escape them.
    if rule.change == "append":
        yield (
            f"CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {rule.table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION zs_refuse_change()"
        )
        yield f"ALTER TABLE {rule.table} ENABLE ALWAYS TRIGGER refuse_change"
    if rule.change == "audited":
        yield (
            f"CREATE OR REPLACE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON {rule.table}"
            " FOR EACH ROW"
            " WHEN (current_user <> 'zs_owner' OR current_setting('zs.deriving', true) IS DISTINCT FROM 'on')"
            f" EXECUTE FUNCTION zs_audit_change('{','.join(rule.key)}', '{','.join(rule.hidden)}')"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON {rule.table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION zs_refuse_change()"
        )
        yield f"ALTER TABLE {rule.table} ENABLE ALWAYS TRIGGER audit_change"
        yield f"ALTER TABLE {rule.table} ENABLE ALWAYS TRIGGER refuse_truncate"


def _mark(connection: psycopg.Connection[Any], mode: str) -> None:
    row = connection.execute("SELECT mode FROM audit_deployment").fetchone()
    if row is None:
        connection.execute("INSERT INTO audit_deployment (mode) VALUES (%s)", [mode])
    elif row[0] != mode:
        raise NotPrepared(
            f"这个库是{'演示' if row[0] == 'demo' else '正式'}库，不能作为"
            f"{'演示' if mode == 'demo' else '正式'}库使用。请另建一个库。"
        )


def _assert_every_table_has_a_rule(connection: psycopg.Connection[Any]) -> None:
    tables = {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    declared = {rule.table for rule in table_rules()}
    if tables != declared:
        raise NotPrepared(
            f"没有规则的表：{sorted(tables - declared)}；有规则而不存在的表：{sorted(declared - tables)}。"
            "请在所属应用的 apps.py 里为每张表写一条 TableRule。"
        )
