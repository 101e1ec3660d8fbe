"""Rows that a viewer may list, gathered by a statement of our own around the one that lists them."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Part = tuple[str, tuple[Any, ...]]
"""A statement, and its values."""


def listed(rows: QuerySet[Any], columns: Sequence[str]) -> Part | None:
    """The statement that lists some columns of rows; None where their viewer may list nothing at all."""
    try:
        found: Part = rows.values(*columns).query.sql_with_params()
    except EmptyResultSet:
        return None
    return found


def answered(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
