"""Defects that are found again and again by people and by no rule: each offers the skeleton of a rule."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from zhunsheng.core.inspection.sheets import Question

OFTEN: Final = 5
"""So many problems in a quarter, and none of them found by a rule."""


@dataclass(frozen=True)
class Found:
    """A confirmed problem: the question, and the case it was found in."""

    question: str
    case: str


@dataclass(frozen=True)
class Repeated:
    """A question that failed again and again, with the cases."""

    question: Question
    cases: tuple[str, ...]


def repeated(found: Iterable[Found], questions: Mapping[str, Question]) -> tuple[Repeated, ...]:
    """Questions that failed at least five times and that no rule asks, the most frequent first."""
    cases: dict[str, list[str]] = {}
    for one in found:
        known = questions.get(one.question)
        if known is not None and not (known.rules or known.checks):
            cases.setdefault(one.question, []).append(one.case)
    counts = Counter({name: len(members) for name, members in cases.items() if len(members) >= OFTEN})
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(Repeated(questions[name], tuple(sorted(cases[name]))) for name in ordered)


def skeleton(one: Repeated) -> str:
    """A check as TOML that somebody completes: what it asks, on which basis, and a test from each cited case.

    It does not load as it stands: what only a person can know is left to be written, and lint names each such place.
    """
    name = one.question.id.lower()
    lines = [
        f"# {one.question.text}",
        f"# {one.question.look_at}. Found by readers in {len(one.cases)} cases; no rule asks it yet.",
        f'id       = "draft.{name}"',
        f'title    = "{one.question.text}"',
        'status   = "draft"',
        f'source   = "{one.question.confidence}"',
        "",
        "[[version]]",
        f"# {'、'.join(one.question.basis)}",
        'law      = ""',
        'article  = ""',
        'gist     = ""',
    ]
    for n, case in enumerate(one.cases, 1):
        lines += [
            "",
            "[[test]]",
            f'name   = "case {n} of the readers"',
            f"# {case}",
            "given  = []",
            'expect = ["broken"]',
        ]
    return "\n".join(lines) + "\n"
