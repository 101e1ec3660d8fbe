"""How to reach the database, for each role that does."""

import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from psycopg.conninfo import make_conninfo

from zhunsheng.apps.audit.keys import SITE, read_key
from zhunsheng.launcher import embedded_dsn

VARIABLES: Final = {
    "zs_app": "DATABASE_URL",
    "zs_owner": "ZS_OWNER_DATABASE_URL",
    "zs_sealer": "ZS_SEALER_DATABASE_URL",
    "zs_verifier": "ZS_VERIFIER_DATABASE_URL",
    "zs_report": "ZS_REPORT_DATABASE_URL",
}
PARAMETERS: Final = {
    "connect_timeout": "5",
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",  # milliseconds
}
POOL: Final = {"min_size": 2, "max_size": 30, "timeout": 5}  # seconds in which a connection must be there
SESSION_OPTIONS: Final = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "statement_timeout": "30s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "60s",
        "synchronous_commit": "on",
    }.items()
)


class DatabaseUrlRefused(ValueError):
    """A database address cannot be used."""


def role_urls(data: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """An address for each role: the environment's, else the embedded server's in this data folder.

    With DATABASE_URL every other role needs an address of its own too: a real server has passwords, and the web
    application must not know the owner's.
    """
    if "DATABASE_URL" in environ:
        return {role: environ.get(variable, "") for role, variable in VARIABLES.items()}
    return {role: embedded_dsn(data, role) for role in VARIABLES}


def alias_settings(url: str) -> dict[str, Any]:
    """Django's settings for one address, with the time-outs that every session gets.

    Raises  DatabaseUrlRefused if it is not a PostgreSQL address.
    """
    parts = urllib.parse.urlsplit(url)
    if url and parts.scheme not in ("postgresql", "postgres"):
        raise DatabaseUrlRefused(f"{parts.scheme}:// 不是 PostgreSQL 地址。请写成 postgresql://用户@主机/库名。")
    query = dict(urllib.parse.parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": urllib.parse.unquote(parts.username or ""),
        "PASSWORD": urllib.parse.unquote(parts.password or ""),
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**PARAMETERS, **query, "options": SESSION_OPTIONS},
        "TIME_ZONE": None,
        "ATOMIC_REQUESTS": False,
        "AUTOCOMMIT": True,
        "TEST": {},
    }


def pooled(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a process of threads that come and go: they share connections, and no more than POOL of them.

    Each request of the site has a thread of its own; without this it would open a connection and close it again.
    """
    return {**settings, "CONN_MAX_AGE": 0, "OPTIONS": {**settings["OPTIONS"], "pool": dict(POOL)}}


def site_secret(keys: Path) -> str:
    """Django's secret, from its key file; empty while the deployment is not prepared, which Django refuses to use."""
    return read_key(keys / SITE).hex() if (keys / SITE).exists() else ""


def session_dsn(url: str) -> str:
    """An address with the same time-outs for a connection outside Django."""
    return make_conninfo(url, options=SESSION_OPTIONS, **PARAMETERS)
