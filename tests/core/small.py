"""A vocabulary of plain words and rules made for one effect each: what is tested is the clock, not a law.

The calendar is the published one.
"""

from functools import cache
from typing import Final

from tests.story import RULEBOOK, clocks_of, history, judged
from zhunsheng.book import load_calendar
from zhunsheng.core.calendar import Calendar
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rules import parse_rule
from zhunsheng.core.vocabulary import Vocabulary, parse_vocabulary

VOCABULARY: Final = """
zone = "Asia/Shanghai"

[custody]
fact  = "in_custody"
takes = ["person.held"]
ends  = ["person.freed"]

[roles.officer]
title = "办案人"

[facts.tier]
type   = "enum"
values = ["12h", "3d", "15d", "20d", "30d", "40d", "3m", "paper", "more"]
[facts.days]
type = "integer"
[facts.complex]
type = "bool"
[facts.urgent]
type = "bool"
[facts.nameless]
type = "bool"
[facts.amount]
type = "integer"
[facts.reason]
type   = "enum"
values = ["illness", "other"]
[facts.parties]
type   = "set"
values = ["suspect", "victim"]
[facts.hearing_at]
type = "instant"
[facts.kind]
type   = "enum"
values = ["criminal", "administrative"]
of     = "case"
dated  = true
[facts.large]
type = "bool"
of   = "case"
[facts.minor]
type = "bool"
of   = "person"
[facts.in_custody]
type    = "bool"
of      = "person"
derived = true

[events."work.started"]
facts = ["complex", "urgent", "nameless", "amount", "parties", "hearing_at", "days"]
[events."work.done"]
[events."work.dropped"]
[events."work.excused"]
[events."work.extended"]
facts = ["tier", "days", "urgent"]
[events."work.paused"]
facts = ["reason"]
[events."work.resumed"]
[events."work.restarted"]
[events."paper.awaited"]
[events."paper.arrived"]
[events."paper.withdrawn"]
[events."name.known"]
[events."suspect.told"]
[events."victim.told"]
[events."other.started"]
[events."other.done"]
[events."case.converted"]
states = { kind = "criminal" }
[events."note.written"]
[events."person.held"]
[events."person.freed"]
"""

HEAD: Final = """
id       = "{id}"
title    = "小规则"
title_en = "small rule"
element  = "matter"
subject  = "{subject}"
kind     = "{kind}"
nature   = "statutory"
source   = "full"
status   = "stable"
custody  = {custody}

[start]
events = ["{start}"]

[recipients]
blue   = ["officer"]
yellow = ["officer"]
red    = ["officer"]
"""
STOP: Final = """
[stop]
met_by     = ["work.done"]
moot_by    = ["work.dropped"]
excused_by = ["work.excused"]
"""
LEADS: Final = """
[leads]
blue   = "P3D"
yellow = "P2D"
red    = "P1D"
"""
VERSION: Final = """
[[version]]
in_force = "always"
basis    = [ { instrument = "试行规则", article = "第一条", gist = "十日内办结" } ]
"""
RULE: Final = "small"


def limit(amount: int, unit: str, counting: str, outer: str = "same", roll: str = "never") -> str:
    """A [limit] table."""
    lines = (f'unit = "{unit}"', f'counting = "{counting}"', f'outer = "{outer}"', f'roll = "{roll}"')
    return "\n".join(("[limit]", f"amount = {amount}", *lines, ""))


TEN_DAYS: Final = limit(10, "days", "day_after")


def rule_text(
    *parts: str,
    rule: str = RULE,
    subject: str = "person",
    kind: str = "period",
    custody: bool = False,
    start: str = "work.started",
) -> str:
    """The text of a rule file: a head, the given tables, and for each of limit, stop, leads and version that they do
    not state, the plain one."""
    body = "\n".join(parts)
    head = HEAD.format(id=rule, subject=subject, kind=kind, custody=str(custody).lower(), start=start)
    plain = {"limit": TEN_DAYS, "stop": STOP, "leads": LEADS, "version": VERSION}
    missing = [text for name, text in plain.items() if f"[{name}]" not in body]
    return "\n".join((head, body, *missing))


@cache
def vocabulary() -> Vocabulary:
    """The plain words."""
    return parse_vocabulary(VOCABULARY)


@cache
def published() -> Calendar:
    """The calendar of the shipped rulebook, 2018 to 2026."""
    return load_calendar(RULEBOOK)


@cache
def book(*texts: str) -> Rulebook:
    """A rulebook of rule texts. Raises AssertionError with the issues of a text that is none."""
    rules = []
    for text in texts:
        rule, issues = parse_rule(text, vocabulary())
        assert rule is not None, "\n".join(str(issue) for issue in issues)
        rules.append(rule)
    return Rulebook(tuple(rules), vocabulary(), published())


def clocks(text: str, rulebook: Rulebook, as_of: str | None = None, *, rule: str = RULE) -> list[str]:
    """The clocks of a story, a line each."""
    return clocks_of(judged(history(text, rulebook), rulebook, as_of=as_of), rulebook, rule=rule)
