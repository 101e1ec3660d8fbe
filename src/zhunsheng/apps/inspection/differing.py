"""What readers answered otherwise than data had: a report against the rule behind the question, 误报 or 漏报."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from zhunsheng.apps.inspection import book, planting
from zhunsheng.apps.inspection.models import Answer
from zhunsheng.apps.inspection.outcomes import open_lots
from zhunsheng.apps.inspection.plans import whole
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
    with planting.shown():
        open_ = open_lots()
    with whole():
        rows = Answer.objects.exclude(data_said="").exclude(assigned__pick__plan__in=open_)
        rows = rows.filter(assigned__submission__isnull=False, at__gte=since).order_by("version")
        said = rows.values_list("assigned", "question", "answer", "data_said")
        newest = {(assigned, name): (answer, data) for assigned, name, answer, data in said}
    found = Counter((name, contradiction(answer, data)) for (_row, name), (answer, data) in newest.items())
    known = book.questions()
    listed = [
        Differing(known[name][1], _rules(known[name][1]), found[name, "false_alarm"], found[name, "missed"])
        for name in sorted({name for name, report in found if report is not None} & known.keys())
    ]
    return sorted(listed, key=lambda one: -(one.false_alarms + one.missed))


def _rules(question: Question) -> tuple[str, ...]:
    by_code = book.rules_of_codes()
    return tuple(dict.fromkeys((*question.rules, *(by_code[code] for code in question.checks if code in by_code))))
