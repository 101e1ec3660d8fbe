"""What did not come in, what could not be judged for want of a fact, and which source has fallen silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.cases.models import Source
from zhunsheng.apps.cases.selectors import QuarantineCount, quarantine_counts
from zhunsheng.apps.cases.words import page_vocabulary
from zhunsheng.apps.supervision.models import OPEN_OUTCOMES, Clock

QUESTIONS: Final = {
    "repeated_start": _("重复的起点，按较早的计算"),
    "stop_before_start": _("办结早于起点"),
    "missing_fact": _("缺少事实"),
    "no_version": _("当时没有生效的版本"),
    "no_hour": _("起点没有写明时分"),
    "no_hour_stop": _("届满当日的办结没有写明时分"),
    "until_before_start": _("文书载明的截止早于起点"),
    "beyond_calendar": _("超出已公布的节假日安排"),
    "missing_tier": _("延长没有写明档次"),
}
MOST_QUESTIONS: Final = 50


@dataclass(frozen=True)
class Heard:
    """A source and when it was last heard of."""

    id: str
    title: str
    at: datetime | None
    late_after_minutes: int | None
    is_active: bool


@dataclass(frozen=True)
class Question:
    """Something that clocks wait for, and how many do. `query` is what the list of cases filters by."""

    words: str | Promise
    fact: str
    query: str
    count: int
    hard: int


@dataclass(frozen=True)
class Quality:
    """The page. `share` of the open clocks, in percent, cannot be computed; None while there are none."""

    share: float | None
    unknown: int
    open: int
    sources: Sequence[Heard]
    refused: Sequence[QuarantineCount]
    questions: Sequence[Question]


def quality() -> Quality:
    """All of it. Row security lets through the clocks of the cases that the session may list."""
    running = Clock.objects.filter(outcome__in=OPEN_OUTCOMES)
    counted = running.aggregate(open=Count("pk"), unknown=Count("pk", filter=Q(outcome="unknown")))
    return Quality(
        share=counted["unknown"] / counted["open"] if counted["open"] else None,
        unknown=counted["unknown"],
        open=counted["open"],
        sources=sources(),
        refused=quarantine_counts(),
        questions=_questions(),
    )


def sources() -> list[Heard]:
    """Every source by its title."""
    rows = Source.objects.order_by("title")
    return [
        Heard(row.id, row.title, row.heard.at if hasattr(row, "heard") else None, row.late_after_minutes, row.is_active)
        for row in rows.select_related("heard")
    ]


def _questions() -> list[Question]:
    asked = Clock.objects.filter(outcome__in=OPEN_OUTCOMES, question__isnull=False)
    rows = asked.values_list("question", "question_fact").annotate(
        count=Count("pk"), hard=Count("pk", filter=Q(question_hard=True))
    )
    facts = page_vocabulary().facts
    return [
        Question(
            words=QUESTIONS.get(code, code),
            fact=facts[fact].title if fact in facts else "",
            query=urlencode({"ask": code, **({"fact": fact} if fact in facts else {})}),
            count=count,
            hard=hard,
        )
        for code, fact, count, hard in rows.order_by("-count", "question", "question_fact")[:MOST_QUESTIONS]
    ]
