"""Databases for tests, and also for the larger runs of `tests/platform/nightly`."""

import itertools
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

from zhunsheng.launcher import DATABASE, EmbeddedServer, embedded_server
from zhunsheng.launcher_host import SUPERUSER
from zhunsheng.web import provision
from zhunsheng.web.databases import session_dsn

NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class OwnDatabase:
    """A database that one test has for itself; Django's default connection points to it."""

    server: EmbeddedServer
    name: str

    def dsn(self, role: str) -> str:
        """Its address for a role."""
        return session_dsn(self.server.dsn(role, self.name))

    def connect(self, role: str) -> psycopg.Connection[Any]:
        """A connection as a role, committing each statement."""
        return psycopg.connect(self.dsn(role), autocommit=True)


@contextmanager
def embedded(home: Path) -> Iterator[EmbeddedServer]:
    """An embedded server with a prepared demonstration database."""
    running = embedded_server(home, os.environ).start()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["HOST"] = str(running.socket_dir)
    try:
        provision.create_roles(running.dsn(SUPERUSER, "postgres"))
        provision.prepare(mode="demo", owner_dsn=running.dsn("zs_owner"))
        connections.close_all()
        yield running
    finally:
        connections.close_all()
        running.stop()


def kill_tree(server: EmbeddedServer) -> None:
    """End every process of a server at once, as a machine does that loses its power."""
    for pid in server.processes():
        with suppress(ProcessLookupError):  # it ended by itself, or with one before it, since they were listed
            os.kill(pid, signal.SIGKILL)


@contextmanager
def cloned(server: EmbeddedServer) -> Iterator[OwnDatabase]:
    """A copy of the prepared database. Django's default connection points to it inside the block."""
    name = f"own_{next(NUMBERS)}"
    connections.close_all()
    # Copied as files: through the log each page would be written twice.
    _as_superuser(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, DATABASE)
    django = connections["default"]
    django.settings_dict["NAME"] = name
    try:
        yield OwnDatabase(server, name)
    finally:
        connections.close_all()
        django.settings_dict["NAME"] = DATABASE
        _as_superuser(server, "DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def connected_to(server: EmbeddedServer, name: str) -> Iterator[None]:
    """Django's connections, the owner's too, lead to a database of a server inside the block."""
    before = {alias: dict(connections[alias].settings_dict) for alias in ("default", "owner")}
    connections.close_all()
    for alias in before:
        connections[alias].settings_dict |= {"HOST": str(server.socket_dir), "NAME": name}
    try:
        yield
    finally:
        connections.close_all()
        for alias, old in before.items():
            connections[alias].settings_dict |= old


def _as_superuser(server: EmbeddedServer, statement: str, *names: str) -> None:
    with psycopg.connect(server.dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))
