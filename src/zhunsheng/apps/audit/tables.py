"""What may happen to each table, declared beside its models and enforced by the database.

Every table has exactly one rule; a table without one stops the preparation of the database. From the rules follow the
grants of the application's role, the triggers that refuse change, the triggers that write the audit log, and the list
of tables whose rows are sealed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.apps import apps

CHANGES: Final = ("append", "audited", "function", "plain")


@dataclass(frozen=True)
class TableRule:
    """How one table may be used.

    `change`: append: rows are added and never changed; audited: every change writes an audit entry in the same
    transaction; function: only the database's own functions write it; plain: holds nothing worth an entry (sessions).
    `app_may`: what the role of the web application is granted. `key`: the columns that name a row in the audit log.
    `hidden`: columns whose values never reach the audit log. `sealed`: its rows become leaves of the sealed log.
    """

    table: str
    app_may: tuple[str, ...]
    key: tuple[str, ...]
    change: str
    hidden: tuple[str, ...] = ()
    sealed: bool = False

    def __post_init__(self) -> None:
        if self.change not in CHANGES:
            raise ValueError(f"{self.table}: {self.change!r} is no kind of change. Use {', '.join(CHANGES)}.")
        if self.change == "append" and set(self.app_may) - {"select", "insert"}:
            raise ValueError(f"{self.table}: rows of an append-only table may only be selected and inserted.")
        if self.sealed and self.change != "append":
            raise ValueError(f"{self.table}: only an append-only table can be sealed.")


def table_rules() -> Iterator[TableRule]:
    """The rules of every installed application, in the order of installation."""
    for config in apps.get_app_configs():
        yield from getattr(config, "table_rules", ())


def sealed_tables() -> list[TableRule]:
    """The tables whose rows are leaves of the sealed log, by name."""
    return sorted((rule for rule in table_rules() if rule.sealed), key=lambda rule: rule.table)
