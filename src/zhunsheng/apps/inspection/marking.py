"""The weekly round of the risk stream: in each station the cases that most speak for being read, within its budget."""

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Final

from django.db import connection
from django.utils.timezone import get_default_timezone, localdate

from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.inspection import reading
from zhunsheng.apps.inspection.models import Pick
from zhunsheng.apps.inspection.signs import signs
from zhunsheng.apps.org.models import Unit
from zhunsheng.core.inspection.draw import mark
from zhunsheng.core.inspection.risk import budget, chosen, scores

QUARTER: Final = timedelta(weeks=13)


def mark_week(now: datetime) -> int:
    """Mark what each station's budget of the week still allows. Run again in the week, it marks nothing more."""
    return sum(_station(unit, now) for unit in Unit.objects.filter(kind=Unit.Kind.STATION, closed_on=None))


def _station(station: Unit, now: datetime) -> int:
    units = list(Unit.objects.filter(path__contains=station.code).values_list("code", flat=True))
    marked = Pick.objects.filter(stream="risk", plan=None, unit__in=units)
    left = budget(Case.objects.filter(unit__in=units).count()) - marked.filter(at__gte=_monday(now)).count()
    points = scores(signs(station.code, now=now))
    known = set(marked.filter(case__in=points).values_list("case", flat=True))
    cases = {row.number: row for row in Case.objects.filter(pk__in=points.keys() - known)}
    if left <= 0 or not cases:
        return 0
    found = chosen(
        {number: points[number] for number in cases},
        {number: row.unit_id or "" for number, row in cases.items()},
        _seldom_read(units, now),
        count=left,
        seed=seed_of(station.code, now),
    )
    for number in found:
        reading.pick_for_risk(cases[number], points=str(points[number]), at=now)
    return len(found)


def _monday(now: datetime) -> datetime:
    day = localdate(now) - timedelta(days=localdate(now).weekday())
    return datetime.combine(day, time(), get_default_timezone())


def _seldom_read(units: list[str], now: datetime) -> frozenset[str]:
    """The units of which fewest files were read in the last quarter."""
    read = Counter(Pick.objects.filter(unit__in=units, at__gte=now - QUARTER).values_list("unit", flat=True))
    fewest = min(read[unit] for unit in units)
    return frozenset(unit for unit in units if read[unit] == fewest)


def seed_of(station: str, now: datetime) -> bytes:
    """Ties fall by the newest head of the log: nobody chose it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT root FROM audit_head ORDER BY size DESC LIMIT 1")
        row = cursor.fetchone()
    return bytes.fromhex(mark(bytes(row[0]) if row else b"no head", f"{station}|{localdate(now).isoformat()}"))
