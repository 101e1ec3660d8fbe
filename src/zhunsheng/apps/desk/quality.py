"""What did not come in, what could not be judged for want of a fact, and which source has fallen silent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.cases.models import Source
from zhunsheng.apps.cases.selectors import QuarantineCount, quarantine_counts
from zhunsheng.apps.cases.words import page_vocabulary
from zhunsheng.apps.supervision.kept_counts import ASKED_PARTS, kept_counts

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
    """All of it, of the cases that the session may list."""
    asked, known, unknown = _asked()
    whole = known + sum(count for *_what, count, _hard in asked)
    return Quality(
        share=unknown / whole if whole else None,
        unknown=unknown,
        open=whole,
        sources=sources(),
        refused=quarantine_counts(),
        questions=_questions(asked),
    )


def sources() -> list[Heard]:
    """Every source by its title."""
    rows = Source.objects.order_by("title")
    return [
        Heard(row.id, row.title, row.heard.at if hasattr(row, "heard") else None, row.late_after_minutes, row.is_active)
        for row in rows.select_related("heard")
    ]


def _asked() -> tuple[list[tuple[str, str | None, int, int]], int, int]:
    """Of the clocks that run: what is asked of how many, and of how many hard; of how many nothing is asked; how many
    cannot be computed. The database keeps all of it."""
    asked: dict[tuple[str, str | None], list[int]] = {}
    known = unknown = 0
    for row in kept_counts(("open",)):
        code, fact, is_hard, is_unknown = row.about.split(ASKED_PARTS)
        unknown += row.own if is_unknown else 0
        if not code:
            known += row.own
            continue
        counts = asked.setdefault((code, fact or None), [0, 0])
        counts[0] += row.own
        counts[1] += row.own if is_hard else 0
    found = [(code, fact, count, hard) for (code, fact), (count, hard) in asked.items() if count]
    return found, known, unknown


def _questions(asked: Iterable[tuple[str, str | None, int, int]]) -> list[Question]:
    """The most frequent first."""
    facts = page_vocabulary().facts
    return [
        Question(
            words=QUESTIONS.get(code, code),
            fact=facts[fact].title if fact is not None and fact in facts else "",
            query=urlencode({"ask": code, **({"fact": fact} if fact in facts else {})}),
            count=count,
            hard=hard,
        )
        for code, fact, count, hard in sorted(asked, key=_frequent_first)[:MOST_QUESTIONS]
    ]


def _frequent_first(row: tuple[str, str | None, int, int]) -> tuple[int, str, bool, str]:
    code, fact, count, _hard = row
    return -count, code, fact is None, fact or ""
