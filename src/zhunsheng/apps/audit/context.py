"""Who acts: set for one transaction, so that the database can say in its log who did what."""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

ACTOR_PATTERN: Final = re.compile(r"(account|source|process):[A-Za-z0-9._-]+")
PURPOSE: Final = "zs.purpose"
SETTINGS: Final = ("zs.actor", PURPOSE, "zs.request", "zs.address")


@dataclass(frozen=True)
class Acting:
    """One act of one actor: `account:…`, `source:…` or `process:…`. `purpose` is why, in the actor's words."""

    actor: str
    purpose: str = ""
    request: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        if not ACTOR_PATTERN.fullmatch(self.actor):
            raise ValueError(f"{self.actor!r} is no actor. Use account:NAME, source:NAME or process:NAME.")

    def values(self) -> tuple[str, ...]:
        """In the order of SETTINGS."""
        return (self.actor, self.purpose, self.request or str(uuid.uuid4()), self.address)


@contextmanager
def acting(act: Acting, settings: Mapping[str, str] | None = None) -> Iterator[None]:
    """One transaction in which everything is done by this actor, with more settings if any; afterwards the session is
    nobody's again."""
    is_outermost = not connection.in_atomic_block
    values = {**dict(zip(SETTINGS, act.values(), strict=True)), **(settings or {})}
    with transaction.atomic(), session_settings(values, is_outermost=is_outermost):
        yield


@contextmanager
def session_settings(values: Mapping[str, str], *, is_outermost: bool = False) -> Iterator[None]:
    """Settings of this transaction only; those of an outer act return at the end.

    Must run inside a transaction. If the block fails, the rollback of that transaction restores them. `is_outermost`:
    the transaction ends with the block, and what is set with it; nothing need be put back.
    """
    if is_outermost:
        _apply(values)
        yield
        return
    before = _current(values)
    _apply(values)
    yield
    if not connection.needs_rollback:  # a transaction that is given up forgets its settings by itself
        _apply(before)


def _current(names: Iterable[str]) -> dict[str, str]:
    wanted = list(names)
    calls = ", ".join("coalesce(current_setting(%s, true), '')" for _ in wanted)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", wanted)
        row = cursor.fetchone() or ()
    return dict(zip(wanted, row, strict=True))


def _apply(values: Mapping[str, str]) -> None:
    calls = ", ".join("set_config(%s, %s, true)" for _ in values)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [part for pair in values.items() for part in pair])
