"""A file of [[version]] tables, each with the day from which it governs: the newest is the one that is written by."""

from collections.abc import Callable
from datetime import date
from typing import Protocol, TypeVar

from zhunsheng.core.toml_table import Issue, Table, read_toml


class Dated(Protocol):
    """What governs from a day on."""

    @property
    def in_force(self) -> date:
        """The first day."""


Version = TypeVar("Version", bound=Dated)


def newest_version(text: str, read: Callable[[Table], Version], *, path: str) -> tuple[Version | None, list[Issue]]:
    """The version of a TOML text that begins last, or nothing and every issue. Raises nothing."""

    def newest(top: Table, _: list[Issue]) -> Version | None:
        versions = [read(table) for table in top.tables("version")]
        top.close()
        if not versions:
            top.issue("version", "missing. State at least one.")
        return max(versions, key=lambda one: one.in_force, default=None)

    return read_toml(text, newest, path=path)
