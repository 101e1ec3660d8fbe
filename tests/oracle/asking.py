"""Asks the oracle about a case file told as text, by the rules of the fixtures."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tests.oracle.book import Rule, read_vocabulary, rule_of
from tests.oracle.days import read_calendar
from tests.oracle.judge import Judgement, Verdict, judge
from tests.oracle.story import ZONE, at, history

ROOT: Final = Path(__file__).parents[2]
CALENDAR: Final = read_calendar(ROOT / "rulebook" / "calendar")
VOCABULARY: Final = read_vocabulary(ROOT / "rulebook" / "vocabulary.toml")
FIXTURES: Final = Path(__file__).parent / "fixtures"


def _read(name: str) -> dict[str, Rule]:
    return {data["id"]: rule_of(data) for data in tomllib.loads((FIXTURES / name).read_text(encoding="utf-8"))["rule"]}


RULES: Final = {**_read("core.toml"), **_read("shapes.toml")}
FILING: Final = "criminal.intake.filing-decision"
REQUEST: Final = "criminal.detention.request-arrest"
CUSTODY: Final = "criminal.custody.investigation"
FAMILY: Final = "criminal.detention.notify-family"
HOUSE: Final = "criminal.detention.transfer-to-detention-house"
SUMMONS: Final = "criminal.summons.duration"
ORDER: Final = "admin.case.public-security"
HANDOVER: Final = "property.handover"
SUPPLEMENT: Final = "criminal.conclusion.supplementary-investigation"
BAIL: Final = "criminal.bail.term"


def judged(rule: str, text: str, as_of: str = "", known_at: str = "", **facts: Any) -> Judgement:
    """What becomes of the clocks of a rule; as of the last event unless another instant is given."""
    rows = history(text, **facts)
    moment = at(as_of) if as_of else max(row["at"] for row in rows)
    wanted = [RULES[rule], *(RULES[p.rule] for p in RULES[rule].parents if p.rule)]
    judgement = judge(wanted, VOCABULARY, CALENDAR, rows, moment, at(known_at) if known_at else None)
    return replace(judgement, verdicts=tuple(v for v in judgement.verdicts if v.rule == rule))


def clocks(rule: str, text: str, as_of: str = "", **facts: Any) -> tuple[Verdict, ...]:
    """Every clock of a rule."""
    return judged(rule, text, as_of, **facts).verdicts


def clock(rule: str, text: str, as_of: str = "", **facts: Any) -> Verdict:
    """The only clock of a rule."""
    (found,) = clocks(rule, text, as_of, **facts)
    return found


def findings(verdict: Verdict) -> list[str]:
    """Each finding with the local time at which it became true."""
    return [f"{f.found_at.astimezone(ZONE):%m-%d %H:%M} {f.kind} {f.level}" for f in verdict.findings]


def asked(verdict: Verdict) -> tuple[str | None, str | None, str | None, bool | None]:
    """The question, its event, its fact, and whether the outcome hangs on it."""
    return verdict.question, verdict.question_event, verdict.question_fact, verdict.question_hard
