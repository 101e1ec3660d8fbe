"""The one "now" of the platform, read at the edge and handed down as an argument.

It is the database's: every process agrees on it. A demonstration database may have a city clock that runs from an
instant of its own at a pace of its own; the database itself refuses one to a production database.
"""

from datetime import datetime

from django.db import IntegrityError, connection
from django.utils import timezone


class CityClockRefused(RuntimeError):
    """Only a demonstration may have a clock of its own."""


def now() -> datetime:
    """The present instant, with zone: the start of the transaction, or the city's time in a demonstration."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT zs_now()")
        (instant,) = cursor.fetchone()
    if not isinstance(instant, datetime):
        raise TypeError(f"zs_now() gave {instant!r}, which is no instant. Prepare the database again.")
    return instant


def real_now() -> datetime:
    """The real present instant, for sessions, codes and locks: these do not run faster in a demonstration."""
    return timezone.now()


def set_city_clock(at: datetime, *, seconds_per_second: float) -> None:
    """Let the city's clock show `at` and run so many seconds a second.

    Raises  CityClockRefused in a production database; ValueError if the instant has no zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no zone. State one.")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT zs_set_city_clock(%s, %s)", [at, seconds_per_second])
    except IntegrityError as problem:
        raise CityClockRefused("这是正式库，不能设置演示时钟。请用 zs run 建立演示库。") from problem


def has_city_clock() -> bool:
    """Whether the time shown is a demonstration's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT city_from IS NOT NULL FROM audit_deployment")
        row = cursor.fetchone()
    return bool(row and row[0])


def city_pace() -> float:
    """How many seconds of the platform's clock pass in one of the machine's: 1, but in a demonstration that runs faster
    or stands still."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(city_seconds_per_second, 1) FROM audit_deployment")
        row = cursor.fetchone()
    return float(row[0]) if row else 1.0
