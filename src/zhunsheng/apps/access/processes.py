"""Who acts outside a page: our own processes, source systems, and people through a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import InterfaceError, InternalError, OperationalError

from zhunsheng.apps.access.scope import Viewer, session_scope
from zhunsheng.apps.audit.context import Acting, acting

AWAY: Final = (OperationalError, InterfaceError, InternalError)
"""Faults of the database, which end a round of a loop, and not of what it was about, which is set aside."""


@contextmanager
def as_process(name: str, *, purpose: str = "") -> Iterator[None]:
    """One transaction of a process of ours."""
    with acting(Acting(f"process:{name}", purpose=purpose), session_scope(None)):
        yield


@contextmanager
def as_source(source: str) -> Iterator[None]:
    """One transaction in the name of a source system: what it reports is held against every case."""
    with acting(Acting(f"source:{source}"), session_scope(None)):
        yield


@contextmanager
def as_viewer(viewer: Viewer, *, purpose: str = "") -> Iterator[None]:
    """One transaction of a person, outside a request: row security shows what he may list."""
    with acting(Acting(f"account:{viewer.account}", purpose=purpose), session_scope(viewer)):
        yield
