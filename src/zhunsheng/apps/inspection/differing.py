"""What readers answered otherwise than data had: a report against the rule behind the question, 误报 or 漏报."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from zhunsheng.apps.inspection import book
from zhunsheng.core.inspection.sheets import Question, contradiction


@dataclass(frozen=True)
class Differing:
    """One question with the rules behind it: how often they found what a reader did not, and missed what he found."""

    question: Question
    rules: tuple[str, ...]
    false_alarms: int
    missed: int


def differing(since: datetime) -> list[Differing]:
    """By question, the most reports first. Of lots that are read whole, without planted files."""
    found: Counter[tuple[str, str | None]] = Counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM zs_said_beside_data(%s)", [since])
        for name, answer, data, times in cursor.fetchall():
            found[name, contradiction(answer, data)] += times
    known = book.questions()
    listed = [
        Differing(known[name][1], _rules(known[name][1]), found[name, "false_alarm"], found[name, "missed"])
        for name in sorted({name for name, report in found if report is not None} & known.keys())
    ]
    return sorted(listed, key=lambda one: -(one.false_alarms + one.missed))


def _rules(question: Question) -> tuple[str, ...]:
    by_code = book.rules_of_codes()
    return tuple(dict.fromkeys((*question.rules, *(by_code[code] for code in question.checks if code in by_code))))
