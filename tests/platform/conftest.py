"""One embedded server for the session, one prepared database as template, and for each test either a transaction that
is rolled back (`db`) or a database of its own (`own`)."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.platform.databases import OwnDatabase, cloned, embedded
from tests.platform.environment import HOME
from zhunsheng.launcher import EmbeddedServer


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "db: needs PostgreSQL")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"server", "db", "own"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.db)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """The embedded server, with a prepared demonstration database."""
    with embedded(HOME) as running:
        yield running


@pytest.fixture
def db(server: EmbeddedServer) -> Iterator[None]:
    """The prepared database inside one transaction that is rolled back."""
    del server
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def undone(world: object) -> Iterator[None]:
    """What a test writes is taken back; the `world` that its module made inside a transaction stays."""
    del world
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def own(server: EmbeddedServer) -> Iterator[OwnDatabase]:
    """A database of its own, for what commits, uses several connections, or damages it."""
    with cloned(server) as database:
        yield database
