"""What is looked at because of what data show: weekly patrols and visits, and each working day what came in."""

from datetime import date, datetime, timedelta
from fractions import Fraction

from django.utils.timezone import localdate

from zhunsheng.apps.inspection import book as sheet_book
from zhunsheng.apps.inspection.signs import signs as signs_of
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.tasks import book, giving, things
from zhunsheng.apps.tasks.making import Wanted, make, stations
from zhunsheng.apps.tasks.models import Task
from zhunsheng.core.inspection import tasks as t
from zhunsheng.core.inspection.risk import Sign, scores


def by_need(now: datetime) -> int:
    """Make what the week and the day call for; run again, nothing more."""
    today, calendar = localdate(now), sheet_book.calendar()
    week, day = t.turn("week", today, calendar), t.turn("day", today, calendar)
    among, made = giving.staff(now), 0
    if week is not None:
        signs = {unit.code: signs_of(unit.code, now=now) for unit in stations()}
        made += sum(_patrol(unit, week, among, now) for unit in signs) + _visits(signs, week, among, now)
    if day is not None:
        made += sum(_day(unit.code, day, among, now) for unit in stations())
    return made


def _patrol(unit: str, week: date, among: giving.Staff, now: datetime) -> bool:
    wanted = Wanted(
        "online", "risk", unit, f"{week.isoformat()} 当周未处理的发现", things.of_findings(unit, now=now),
        occasion=f"risk/online/{unit}/{week.isoformat()}",
    )  # fmt: skip
    return make(wanted, by=None, at=now, among=among) is not None


def _visits(signs: dict[str, list[Sign]], week: date, among: giving.Staff, now: datetime) -> int:
    """In each branch the station with most points that was not visited for a quarter."""
    lately = now - timedelta(weeks=book.terms().again_weeks)
    visited = set(Task.objects.filter(kind="onsite", at__gte=lately).values_list("unit", flat=True))
    branches: dict[str, dict[str, Fraction]] = {}
    for row in Unit.objects.filter(pk__in=signs):
        points = sum(scores(signs[row.code]).values(), Fraction(0))
        branches.setdefault(row.parent_id or "", {})[row.code] = points
    chosen = {branch: t.neediest(points, visited) for branch, points in branches.items()}
    occasions = [
        (f"risk/onsite/{branch}/{week.isoformat()}", unit) for branch, unit in chosen.items() if unit is not None
    ]
    return sum(_visit(occasion, unit, signs[unit], among, now) for occasion, unit in occasions)


def _visit(occasion: str, unit: str, signs: list[Sign], among: giving.Staff, now: datetime) -> bool:
    sheet = _sheet_for(signs)
    points = sum(scores(signs).values(), Fraction(0))
    wanted = Wanted(
        "onsite", "risk", unit, f"风险分 {float(points):.1f}，本分局最高", things.of_sheet(sheet, on=localdate(now)),
        occasion=occasion,
    )  # fmt: skip
    return make(wanted, by=None, at=now, among=among) is not None


def _sheet_for(signs: list[Sign]) -> str:
    """The sheet for places that asks about most of what was found; the first where none asks about any."""
    rules = [sign.rule for sign in signs]
    asked = things.rules_of_sheets()
    return max(book.terms().sheets, key=lambda name: sum(rule in asked.get(name, ()) for rule in rules))


def _day(unit: str, day: date, among: giving.Staff, now: datetime) -> bool:
    wanted = Wanted(
        "daily", "risk", unit, f"{day.isoformat()} 前一工作日以来新受理、新采取措施",
        things.of_arrivals(unit, now=now), occasion=f"daily/{unit}/{day.isoformat()}",
    )  # fmt: skip
    return make(wanted, by=None, at=now, among=among) is not None
