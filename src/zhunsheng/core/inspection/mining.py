"""Defects that are found again and again by people and by no rule: each offers a draft (rulecheck/drafting.py)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zhunsheng.core.inspection.sheets import Question

OFTEN: Final = 5
"""So many problems in a quarter, and none of them found by a rule."""


@dataclass(frozen=True)
class Found:
    """A confirmed problem: the question, the case it was found in, and by which event that ended, if it has."""

    question: str
    case: str
    ending: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Repeated:
    """A question that failed again and again, with the findings by case."""

    question: Question
    found: tuple[Found, ...]

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases, one for each finding."""
        return tuple(one.case for one in self.found)


def repeated(found: Iterable[Found], questions: Mapping[str, Question]) -> tuple[Repeated, ...]:
    """Questions that failed at least five times and that no rule asks, the most frequent first."""
    every: dict[str, list[Found]] = {}
    for one in found:
        known = questions.get(one.question)
        if known is not None and not (known.rules or known.checks):
            every.setdefault(one.question, []).append(one)
    often = {name: sorted(own, key=lambda one: one.case) for name, own in every.items() if len(own) >= OFTEN}
    ordered = sorted(often, key=lambda name: (-len(often[name]), name))
    return tuple(Repeated(questions[name], tuple(often[name])) for name in ordered)
