"""Which files there are to draw from, which were marked because of what was found in them, what was read before."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.db import connection
from django.utils.timezone import get_default_timezone

from zhunsheng.apps.cases.models import Case
from zhunsheng.apps.inspection import planting
from zhunsheng.apps.inspection.models import Answer, FrameCase, Pick, Plan, Submission
from zhunsheng.apps.org.models import Unit
from zhunsheng.core.inspection.mining import OFTEN, Found
from zhunsheng.core.points.from_events import ENDINGS

ENDED: Final = """
    SELECT DISTINCT ON (e."case") e."case", e.type, e.at FROM cases_event e
    WHERE e."case" = ANY (%s) AND e.type = ANY (%s) AND NOT e.void
        AND NOT EXISTS (
            SELECT FROM cases_event l WHERE l.source = e.source AND l.id = e.id AND l.version > e.version
        )
    ORDER BY e."case", e.at DESC
"""
STATED: Final = """
    SELECT e.facts::jsonb ->> 'case_type', e.facts::jsonb ->> 'injured' FROM cases_event e
    WHERE e."case" = %s AND NOT e.void AND (e.facts LIKE '%%"case_type"%%' OR e.facts LIKE '%%"injured"%%')
        AND NOT EXISTS (
            SELECT FROM cases_event l WHERE l.source = e.source AND l.id = e.id AND l.version > e.version
        )
    ORDER BY e.at DESC, e.recorded_at DESC
"""
CLOSED: Final = """
    SELECT DISTINCT ON (e."case") e."case", e.type FROM cases_event e
    WHERE e."case" IS NOT NULL AND e.type = ANY (%s) AND NOT e.void AND e.at >= %s AND e.at < %s
        AND NOT EXISTS (
            SELECT FROM cases_event l WHERE l.source = e.source AND l.id = e.id AND l.version > e.version
        )
    ORDER BY e."case", e.at DESC
"""


@dataclass(frozen=True)
class Closed:
    """A case that ended in the period, and the cell that it lies in."""

    number: str
    unit: str
    kind: str
    result: str


def closed_cases(unit: str, from_on: date, until_on: date) -> list[Closed]:
    """Every case under a unit that ended in a period, by number. A case that was never registered has its unit too.
    Planted files are among them inside `planting.shown` only."""
    zone = get_default_timezone()
    span = [datetime.combine(day, time(), zone) for day in (from_on, until_on)]
    with connection.cursor() as cursor:
        cursor.execute(CLOSED, [list(ENDINGS), *span])
        results = {**dict(cursor.fetchall()), **planting.ended(unit, from_on, until_on)}
    under = Unit.objects.filter(path__contains=unit).values("code")
    rows = Case.objects.filter(pk__in=results, unit__in=under).order_by("number")
    return [Closed(row.number, row.unit_id or "", row.kind, results[row.number]) for row in rows]


def marked(found: Iterable[Closed]) -> frozenset[str]:
    """Cases that were chosen for what was found in them: they leave the frame before it is sealed, all are read."""
    numbers = [one.number for one in found]
    return frozenset(Pick.objects.filter(stream="risk", plan=None, case__in=numbers).values_list("case", flat=True))


def plan_of_same_cases(cases: Collection[str]) -> Plan | None:
    """The latest plan that drew, or is to draw, from exactly these cases."""
    wanted = set(cases)
    candidates = FrameCase.objects.filter(stream="random", case__in=wanted).values("plan")
    for plan in Plan.objects.filter(pk__in=candidates).order_by("-at", "-pk"):
        own = set(plan.cases.filter(stream="random").values_list("case", flat=True))
        if own == wanted:
            return plan
    return None


def read_before() -> dict[str, tuple[int, int]]:
    """Problems and files read of each stratum, of all plans before."""
    read: dict[str, tuple[int, int]] = {}
    rows = Submission.objects.filter(assigned__pick__stream="random", assigned__round="first")
    bad = set(
        Answer.objects.filter(answer="problem", assigned__pick__stream="random").values_list("assigned", flat=True)
    )
    for assigned, stratum in rows.values_list("assigned", "assigned__pick__stratum"):
        problems, files = read.get(stratum, (0, 0))
        read[stratum] = (problems + (assigned in bad), files + 1)
    return read


def found_by_readers(since: datetime, questions: Collection[str]) -> list[Found]:
    """Problems of some questions that were confirmed since an instant, of those confirmed often enough to propose a
    rule, each with its case; none in what was planted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM zs_confirmed_often(%s, %s, %s)", [since, list(questions), OFTEN])
        return [Found(name, case) for name, case in cursor.fetchall()]


def with_endings(found: Iterable[Found]) -> tuple[Found, ...]:
    """The same with the event by which each case ended last."""
    listed = tuple(found)
    endings = _endings_of({one.case for one in listed})
    return tuple(Found(one.question, one.case, *endings.get(one.case, ("", None))) for one in listed)


def _endings_of(cases: Collection[str]) -> dict[str, tuple[str, datetime]]:
    """By which event, and when, each of some cases ended last."""
    with connection.cursor() as cursor:
        cursor.execute(ENDED, [list(cases), list(ENDINGS)])
        return {case: (kind, at) for case, kind, at in cursor.fetchall()}


def types_of(case: str) -> frozenset[str]:
    """The type that a case was registered under, as its events state it last; and injury where they say so."""
    with connection.cursor() as cursor:
        cursor.execute(STATED, [case])
        rows = cursor.fetchall()
    kinds = [kind for kind, _injured in rows if kind is not None]
    injured = [word for _kind_of, word in rows if word is not None]
    return frozenset({*kinds[:1], *(["injury"] if injured[:1] == ["true"] else [])})
