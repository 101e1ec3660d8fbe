"""Rules that inspection proposes: what readers confirmed again and again and no rule asks, with a draft of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from zhunsheng.apps.inspection import book, selecting
from zhunsheng.apps.inspection.marking import QUARTER
from zhunsheng.apps.inspection.plans import whole
from zhunsheng.core.inspection.mining import Repeated, repeated
from zhunsheng.core.points.from_events import ENDINGS
from zhunsheng.rulecheck.articles import read_instruments
from zhunsheng.rulecheck.drafting import draft_check, draft_id, draft_path, free_code


@dataclass(frozen=True)
class Proposed:
    """The file of a rule that inspection proposes: its id, its place in a rulebook, its text."""

    id: str
    path: str
    text: str


def repeated_now(now: datetime) -> tuple[Repeated, ...]:
    """What readers found again and again in the last quarter, and no rule asks; the same whoever asks."""
    questions = {name: question for name, (_sheet, question) in book.questions().items()}
    unasked = [name for name, question in questions.items() if not (question.rules or question.checks)]
    return repeated(selecting.found_by_readers(now - QUARTER, unasked), questions)


def proposed(question: str, *, now: datetime) -> Proposed | None:
    """The draft for one question; None where it was not found often enough."""
    one = next((one for one in repeated_now(now) if one.question.id == question), None)
    if one is None:
        return None
    with whole():
        one = replace(one, found=selecting.with_endings(one.found))
    rulebook = book.rulebook()
    text = draft_check(
        one,
        code=free_code({check.code for check in rulebook.checks}),
        instruments={row.short: row.name for row in read_instruments(settings.RULEBOOK)},
        endings={found.ending for found in one.found if found.ending} or set(ENDINGS),
        zone=rulebook.vocabulary.zone,
    )
    return Proposed(draft_id(one), draft_path(one), text)
