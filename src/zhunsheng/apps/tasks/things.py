"""What a task looks at: the questions of a sheet at a place, what stands against a unit, what came in there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final

from django.db import connection
from django.utils.timezone import get_default_timezone, localdate

from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.desk.rulebook import all_rules
from zhunsheng.apps.inspection import book as sheet_book
from zhunsheng.apps.inspection.models import Card
from zhunsheng.apps.inspection.reading import STANDING, said_by_data
from zhunsheng.apps.inspection.signs import open_findings, sign_of
from zhunsheng.apps.org.models import Unit
from zhunsheng.apps.supervision.models import Finding
from zhunsheng.apps.tasks import book
from zhunsheng.apps.tasks.models import Thing
from zhunsheng.core.check import Check
from zhunsheng.core.inspection.sheets import Question
from zhunsheng.core.inspection.tasks import Arrived, Look, looks, order_of, since
from zhunsheng.core.rule import Rule

ARRIVED: Final = """
    SELECT e.type, e."case", c.kind FROM cases_event e JOIN cases_case c ON c.number = e."case"
    WHERE e.type = ANY (%s) AND NOT e.void AND e.recorded_at >= %s AND e.recorded_at < %s AND c.unit_id = ANY (%s)
        AND NOT EXISTS (
            SELECT FROM cases_event l WHERE l.source = e.source AND l.id = e.id AND l.version > e.version
        )
    ORDER BY e.recorded_at, e.source, e.id
"""
State = AlertGroup.State
ANSWERED: Final = (State.ACKNOWLEDGED, State.CLAIMED_DONE, State.DISPUTED)
GRAVITY: Final = {"red": "red"}
UNNAMED: Final = "yellow"
LONGEST: Final = 200


@dataclass(frozen=True)
class Item:
    """One thing to look at, before it is part of a task."""

    text: str
    look_at: str
    basis: str
    severity: str
    question: str = ""
    case: str = ""
    finding: str = ""
    data_said: str = ""


def of_sheet(name: str, *, on: date) -> list[Item]:
    """The questions of a sheet in the version in force on a day."""
    versions = [one for one in sheet_book.sheets() if one.id == name and one.in_force <= on and one.status != "retired"]
    newest = max(versions, key=lambda one: one.version, default=None)
    return [_asked(question) for question in newest.questions] if newest else []


def _asked(question: Question, **more: str) -> Item:
    return Item(
        question.text, question.look_at, "、".join(question.basis)[:LONGEST], question.severity, question.id, **more
    )


def of_findings(unit: str, *, now: datetime) -> list[Item]:
    """What stands against the cases of a unit, the gravest first. What has a card or was asked before is left out."""
    rows = {row.key: row for row in open_findings(unit).filter(kind__in=(*STANDING, "unknown"))}
    signs = {key: sign for key, row in rows.items() if (sign := sign_of(row, now=now)) is not None}
    seen = {*_known(Card, rows), *_known(Thing, rows), *_answered(row.case or "" for row in rows.values())}
    ordered = order_of(signs, seen)[: book.terms().most["online"]]
    rules, questions = _rules(), _questions_of_rules()
    return [_found(rows[key], rules, questions) for key in ordered]


def _known(model: type[Card] | type[Thing], keys: Iterable[str]) -> set[str]:
    return set(model.objects.filter(finding__in=list(keys)).values_list("finding", flat=True))


def _answered(cases: Iterable[str]) -> set[str]:
    """Findings that somebody has answered through their alert: they are not asked about again."""
    groups = AlertGroup.objects.filter(case__in=set(cases), state__in=ANSWERED)
    return {key for findings in groups.values_list("findings", flat=True) for key in findings}


def _rules() -> dict[str, tuple[str, str]]:
    """The title of each rule and the article that it rests on."""
    return {rule.id: (rule.title, _article(rule)) for rule in all_rules(sheet_book.rulebook())}


def _article(rule: Rule | Check) -> str:
    basis = rule.versions[-1].basis
    return f"{basis[0].instrument}{basis[0].article}" if basis else rule.title


def _questions_of_rules() -> dict[str, Question]:
    """The question that asks about each rule: the first of the sheets."""
    by_code = sheet_book.rules_of_codes()
    found: dict[str, Question] = {}
    for _sheet, question in sheet_book.questions().values():
        for rule in (*question.rules, *(by_code[code] for code in question.checks if code in by_code)):
            found.setdefault(rule, question)
    return found


def rules_of_sheets() -> dict[str, frozenset[str]]:
    """The rules that the questions of each sheet ask about."""
    by_code = sheet_book.rules_of_codes()
    found: dict[str, set[str]] = {}
    for sheet, question in sheet_book.questions().values():
        found.setdefault(sheet.id, set()).update(question.rules, (by_code.get(code, code) for code in question.checks))
    return {name: frozenset(rules) for name, rules in found.items()}


def _found(row: Finding, rules: dict[str, tuple[str, str]], questions: dict[str, Question]) -> Item:
    question = questions.get(row.rule)
    said = "problem" if row.kind in STANDING else ""
    text, article = rules.get(row.rule, (row.rule, row.rule))
    severity = GRAVITY.get(row.level, UNNAMED)
    if question is None:
        return Item(text, "", article, severity, case=row.case or "", finding=row.key, data_said=said)
    asked = _asked(question, case=row.case or "", finding=row.key, data_said=said)
    return replace(asked, text=text, severity=severity)


def of_arrivals(unit: str, *, now: datetime) -> list[Item]:
    """What came in at a unit since its last working day, each with the question that it calls for; nothing twice."""
    terms, today = book.terms(), localdate(now)
    under = list(Unit.objects.filter(path__contains=unit).values_list("code", flat=True))
    span = [_midnight(since(today, sheet_book.calendar())), _midnight(today)]
    types = [name for watch in terms.watches for name in watch.events]
    with connection.cursor() as cursor:
        cursor.execute(ARRIVED, [types, *span, under])
        arrived = [Arrived(*row) for row in cursor.fetchall()]
    wanted = looks(arrived, terms)
    before = set(
        Thing.objects.filter(case__in={look.case for look in wanted})
        .exclude(question="")
        .values_list("question", "case")
    )
    return _looked([look for look in wanted if (look.question, look.case) not in before])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), get_default_timezone())


def _looked(wanted: Sequence[Look]) -> list[Item]:
    questions = sheet_book.questions()
    found = []
    for look in wanted:
        question = questions[look.question][1]
        said = said_by_data(look.case, [question]).get(question.id, "")
        found.append(_asked(question, case=look.case, data_said=said))
    return found
