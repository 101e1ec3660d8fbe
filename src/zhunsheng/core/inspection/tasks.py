"""Tasks of the risk stream: on-site checks, on-line patrols, daily tasks. They find problems and never give a rate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from zhunsheng.core.calendar import BeyondCalendar, Calendar
from zhunsheng.core.inspection.rectification import working_due
from zhunsheng.core.inspection.risk import Sign
from zhunsheng.core.inspection.sheets import Question
from zhunsheng.core.inspection.versions import newest_version
from zhunsheng.core.toml_table import Issue, Table

KINDS: Final = {"onsite": "现场执法检查", "online": "网上巡查", "daily": "日常任务"}
ORIGINS: Final = {"plan": "计划", "risk": "风险", "hand": "指定"}
EVERY: Final = {"day": "每个工作日", "week": "每周", "month": "每月"}
PROCEDURES: Final = ("criminal", "administrative")
LONGEST_DAYS: Final = 30
MOST_THINGS: Final = 60


@dataclass(frozen=True)
class Watch:
    """What a daily task looks at: events that came in, and the question of a sheet by the procedure of the case."""

    title: str
    events: tuple[str, ...]
    asks: Mapping[str, str]


@dataclass(frozen=True)
class Terms:
    """How long each kind of task may take (working days), how much it holds, and what it looks at."""

    in_force: date
    days: Mapping[str, int]
    most: Mapping[str, int]
    sheets: tuple[str, ...]
    again_weeks: int
    watches: tuple[Watch, ...]


@dataclass(frozen=True)
class Arrived:
    """An event that came in: its type, its case, the procedure of that case."""

    type: str
    case: str
    procedure: str


@dataclass(frozen=True)
class Look:
    """One thing to look at: the question, and of which case."""

    question: str
    case: str


def looks(arrived: Iterable[Arrived], terms: Terms) -> tuple[Look, ...]:
    """What a daily task looks at: each question once a case, in the order of the file and of what came in."""
    rows = list(arrived)
    found = [
        Look(question, row.case)
        for watch in terms.watches
        for row in rows
        if row.type in watch.events and (question := watch.asks.get(row.procedure))
    ]
    return tuple(dict.fromkeys(found))[: terms.most["daily"]]


def order_of(findings: Mapping[str, Sign], seen: Iterable[str]) -> tuple[str, ...]:
    """The findings that a patrol looks at, by their keys: those with most points first; what was asked before is not
    asked again."""
    left = set(findings) - set(seen)
    return tuple(sorted(left, key=lambda key: (-findings[key].points, findings[key].case, findings[key].rule, key)))


def neediest(scores: Mapping[str, Fraction], visited: Iterable[str]) -> str | None:
    """The unit with the most points that was not visited lately; None where none has any. Ties fall by code."""
    left = {unit: points for unit, points in scores.items() if points > 0 and unit not in set(visited)}
    return min(left, key=lambda unit: (-left[unit], unit)) if left else None


def due(kind: str, at: datetime, terms: Terms, calendar: Calendar) -> datetime | None:
    """The end of the last working day of a task, as the next day's 00:00; None beyond the published calendar."""
    return working_due(at, terms.days[kind], calendar)


def turn(every: str, day: date, calendar: Calendar) -> date | None:
    """The first day of the turn that a plan has on a day: the day itself, its Monday or the first of its month.

    None where the turn has not come: before the first working day of it, on a day of rest, beyond the calendar.
    """
    begin = {"day": day, "week": day - timedelta(day.weekday()), "month": day.replace(day=1)}[every]
    try:
        is_there = any(calendar.is_working(begin + timedelta(n)) for n in range((day - begin).days + 1))
    except BeyondCalendar:
        return None
    return begin if is_there else None


def since(day: date, calendar: Calendar) -> date:
    """The last working day before a day: what came in from then on is new. Beyond the calendar, the day before."""
    back = day - timedelta(1)
    try:
        while not calendar.is_working(back):
            back -= timedelta(1)
    except BeyondCalendar:
        return day - timedelta(1)
    return back


def parse_terms(text: str, questions: Mapping[str, Question], *, path: str) -> tuple[Terms | None, list[Issue]]:
    """Read the file of terms: the newest version. With an issue there are none."""
    return newest_version(text, lambda table: _version(table, questions), path=path)


def _version(table: Table, questions: Mapping[str, Question]) -> Terms:
    days, most, onsite = (table.table(name) for name in ("days", "most", "onsite"))
    known = dict.fromkeys(name[:2] for name in questions)
    terms = Terms(
        in_force=table.first_day(),
        days={kind: _count(days, kind, LONGEST_DAYS) for kind in KINDS},
        most={kind: _count(most, kind, MOST_THINGS) for kind in ("online", "daily")},
        sheets=onsite.words("sheets", known, "sheet", ...),
        again_weeks=_count(onsite, "again_weeks", 104),
        watches=tuple(_watch(one, questions) for one in table.tables("daily")),
    )
    for part in (days, most, onsite, table):
        part.close()
    return terms


def _watch(table: Table, questions: Mapping[str, Question]) -> Watch:
    watch = Watch(
        title=table.take("title", str),
        events=table.words("events", None, "event", ...),
        asks={name: table.take(name, str) for name in PROCEDURES if table.has(name)},
    )
    for name, question in watch.asks.items():
        if question not in questions:
            table.issue(name, f"{question!r} is no question. Name one of a check sheet.")
    if not watch.asks:
        table.issue("criminal", f"missing. State a question for one of {', '.join(PROCEDURES)}.")
    table.close()
    return watch


def _count(table: Table, name: str, most: int) -> int:
    value: int = table.take(name, int)
    if not 1 <= value <= most:
        table.issue(name, f"{value} is not between 1 and {most}.")
        return 1
    return value
