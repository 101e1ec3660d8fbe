"""What must hold of the database before anything is served; otherwise the start is refused."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import psycopg

from zhunsheng.apps.access.rls import row_conditions
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.tables import table_rules
from zhunsheng.web.provision import rules_digest

REQUIRED: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_checksums": "on",
    "data_sync_retry": "off",
    "TimeZone": "UTC",
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "1min",
}
ENOUGH_WAL: Final = ("replica", "logical")
MOST_SKEW_SECONDS: Final = 30
APPEND_ONLY_REFUSED: Final = ("UPDATE", "DELETE", "TRUNCATE")


class UnsafeDatabase(RuntimeError):
    """The database is not safe to serve from. Every reason is in the message, one a line."""


def assert_safe(connection: psycopg.Connection[Any], *, real: Callable[[], datetime] = clock.real_now) -> None:
    """Refuse a database whose settings, role, rules or clock would let facts be lost or changed unseen.

    Takes   connection: as the web application would connect. real: the clock of this machine.
    Raises  UnsafeDatabase with every reason at once.
    """
    issues = [*_settings(connection), *_role(connection), *_rules(connection), *_clock(connection, real)]
    if issues:
        raise UnsafeDatabase("数据库不符合启动条件：\n" + "\n".join(f"- {issue}" for issue in issues))


def _settings(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for name, wanted in REQUIRED.items():
        actual = _value(connection, "SELECT current_setting(%s, true)", [name])
        if actual != wanted:
            yield f"{name} 是 {actual}，应为 {wanted}。请改数据库设置后重启。"
    wal_level = _value(connection, "SELECT current_setting('wal_level')", [])
    if wal_level not in ENOUGH_WAL:
        yield f"wal_level 是 {wal_level}，应为 replica 或 logical。请改数据库设置后重启。"


def _clock(connection: psycopg.Connection[Any], real: Callable[[], datetime]) -> Iterator[str]:
    """Time limits go by the database's clock, leases and sessions by this machine's."""
    before = real()
    stored = _value(connection, "SELECT clock_timestamp()", [])
    ahead = max((stored - real()).total_seconds(), 0.0) - max((before - stored).total_seconds(), 0.0)
    if abs(ahead) > MOST_SKEW_SECONDS:
        yield (
            f"数据库的时钟比本机{'快' if ahead > 0 else '慢'} {abs(ahead):.0f} 秒，超过 {MOST_SKEW_SECONDS} 秒。"
            "期限会算错。请让两台机器对准同一个时间源 (NTP)，再启动。"
        )


def _role(connection: psycopg.Connection[Any]) -> Iterator[str]:
    row = connection.execute(
        """
        SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
               pg_has_role(current_user, 'zs_owner', 'MEMBER'),
               has_schema_privilege(current_user, 'public', 'CREATE'),
               current_user = session_user
        FROM pg_roles WHERE rolname = current_user
        """
    ).fetchone()
    name, is_super, bypasses, makes_roles, makes_databases, owns, creates, is_itself = row or ("?", *[True] * 7)
    remedy = "请用 zs_app 的连接地址。"
    if is_super or bypasses or makes_roles or makes_databases:
        yield f"角色 {name} 权限过大（超级用户、绕过行权限或可建角色、库）。{remedy}"
    if owns:
        yield f"角色 {name} 是表的所有者。{remedy}"
    if creates:
        yield f"角色 {name} 可以建表。{remedy}"
    if not is_itself:
        yield f"会话已切换角色为 {name}。{remedy}"


def _rules(connection: psycopg.Connection[Any]) -> Iterator[str]:
    stored = _value(connection, "SELECT rules_digest FROM audit_deployment", [])
    if stored != rules_digest():
        yield "数据库里的规则（授权、触发器、行权限）不是本版本的。请先运行数据库准备命令。"
        return
    for rule in table_rules():
        for privilege in APPEND_ONLY_REFUSED if rule.change in ("append", "function") else ("TRUNCATE",):
            if _value(connection, "SELECT has_table_privilege(current_user, %s, %s)", [rule.table, privilege]):
                yield f"本角色可以对 {rule.table} 执行 {privilege}。请重新运行数据库准备命令。"
    yield from _row_security(connection)
    disabled = connection.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'A'"
        " AND tgname IN ('refuse_change', 'refuse_truncate', 'audit_change', 'keep_row', 'keep_table', 'touch_keys',"
        " 'watch_baits')"
    ).fetchall()
    for table, trigger in disabled:
        yield f"{table} 的触发器 {trigger} 已被停用。请查明是谁停用的，再重新运行数据库准备命令。"
    missing = {rule.table for rule in table_rules() if rule.change in ("append", "audited")} - {
        row[0]
        for row in connection.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname IN ('refuse_change', 'audit_change')"
        )
    }
    for table in sorted(missing):
        yield f"{table} 缺少保护触发器。请查明是谁删除的，再重新运行数据库准备命令。"


def _row_security(connection: psycopg.Connection[Any]) -> Iterator[str]:
    open_tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relname = ANY (%s) AND relkind = 'r' AND NOT relrowsecurity ORDER BY 1",
        [list(row_conditions())],
    ).fetchall()
    for (table,) in open_tables:
        yield f"{table} 的行权限已被停用。请查明是谁停用的，再重新运行数据库准备命令。"


def _value(connection: psycopg.Connection[Any], query: str, parameters: list[Any]) -> Any:
    try:
        with connection.transaction():
            row = connection.execute(query, parameters).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return row[0] if row else None
