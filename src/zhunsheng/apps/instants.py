"""Instants that people and programs name from outside."""

from datetime import UTC, datetime


def in_utc(instant: datetime) -> datetime:
    """
    The same instant in UTC: PostgreSQL knows no zone of sixteen hours and more, and ISO 8601 does.

    :raises ValueError: in UTC it lies outside the years 1 to 9999.
    """
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("不在可以表示的年份之内。") from None
