"""Who works the cases that a list has found. The list has asked already which cases its viewer may see."""

from collections.abc import Collection

from django.db import connection


def case_officers(numbers: Collection[str]) -> dict[str, list[str]]:
    """The names of the case officers that cases have now, by number of the case; cases without one are left out."""
    found: dict[str, list[str]] = {}
    if not numbers:
        return found
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, name FROM zs_case_officers(%s)", [list(numbers)])
        for number, name in cursor.fetchall():
            found.setdefault(number, []).append(name)
    return found
