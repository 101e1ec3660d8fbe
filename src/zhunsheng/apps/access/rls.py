"""Row security: the net under the querysets. It knows the same reach, from the same policy table, through the session.

The web application's role sees only rows that the session's viewer may list. Roles that read whole tables (the sealer,
the verifier) are named; every other role sees nothing.
"""

from collections.abc import Iterator

from django.apps import apps

WHOLE_TABLE_READERS = "zs_sealer, zs_verifier"
WITHHELD = "(SELECT zs_withheld())::text[]"
"""The numbers of the cases that are not there, whoever asks: asked once for a query."""


def row_policies() -> list[str]:
    """The statements that turn row security on, for each table whose application says which rows are visible."""
    return [statement for table, condition in row_conditions().items() for statement in _policy(table, condition)]


def row_conditions() -> dict[str, str]:
    """For each protected table, the condition under which the session's viewer sees a row."""
    found: dict[str, str] = {}
    for config in apps.get_app_configs():
        found |= getattr(config, "row_conditions", {})
    return found


def rows_withheld() -> dict[str, str]:
    """Of each table that holds rows for few eyes the condition under which a row is not there, whoever asks, also for a
    process that sees everything else."""
    found: dict[str, str] = {}
    for config in apps.get_app_configs():
        found |= getattr(config, "rows_withheld", {})
    return found


def rows_of_probes() -> dict[str, str]:
    """Of each table that holds what a probe leaves, the condition under which a row is one's: only the processes of its
    way see it."""
    found: dict[str, str] = {}
    for config in apps.get_app_configs():
        found |= getattr(config, "rows_of_probes", {})
    return found


def _policy(table: str, condition: str) -> Iterator[str]:
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    for name in ("seen", "whole", "added", "changed", "removed"):
        yield f"DROP POLICY IF EXISTS {name} ON {table}"
    condition = f"(SELECT zs_whole()) OR ({condition})"
    if withheld := rows_withheld().get(table):
        condition = f"({condition}) AND ({withheld}) IS NOT TRUE"
    if mark := rows_of_probes().get(table):
        condition = f"({condition}) AND ((SELECT zs_sees_probes()) OR ({mark}) IS NOT TRUE)"
    yield f"CREATE POLICY seen ON {table} FOR SELECT TO zs_app USING ({condition})"
    yield f"CREATE POLICY whole ON {table} FOR SELECT TO {WHOLE_TABLE_READERS} USING (true)"
    yield f"CREATE POLICY added ON {table} FOR INSERT TO zs_app WITH CHECK (true)"
    yield f"CREATE POLICY changed ON {table} FOR UPDATE TO zs_app USING ({condition}) WITH CHECK (true)"
    yield f"CREATE POLICY removed ON {table} FOR DELETE TO zs_app USING ({condition})"
