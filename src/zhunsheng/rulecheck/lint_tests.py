"""Lint: the tests of a rule file say why, keep and break the limit, stand on its edge, and differ from one another."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from zhunsheng.core import rule as r
from zhunsheng.core.story import COLUMNS
from zhunsheng.core.vocabulary import Vocabulary

AT_LEAST: Final = 3
BREAKING: Final = ("late", "lapsed", "unknown")
BREACHES: Final = ("overdue", "late", "lapsed", "unknown", "missed", "extension_out_of_order", "broken")
EDGE: Final = timedelta(minutes=1)
EXPECTED: Final = ("outcome", "due", "outer", "stopped", "question", "findings", "clocks")


def tests(rule: r.Rule, vocabulary: Vocabulary, _rules: Mapping[str, r.Rule]) -> Iterator[tuple[str, str]]:
    """What is wrong with the tests of a rule; (key, text) each."""
    zone = ZoneInfo(vocabulary.zone)
    if not rule.tests:
        yield "test", "missing. Write [[test]] with given events, why, and what to expect."
        return
    yield from _enough(rule, zone)
    seen: dict[str, str] = {}
    for n, test in enumerate(rule.tests):
        yield from _one(n, test, vocabulary)
        shape = repr(_shape(test, zone))
        if shape in seen:
            yield f"test[{n}].name", f"same shape as {seen[shape]!r}: only the dates differ. Remove one of the two."
        seen.setdefault(shape, test.name)
    for name in {test.name for test in rule.tests}:
        places = [n for n, test in enumerate(rule.tests) if test.name == name]
        if len(places) > 1:
            yield f"test[{places[-1]}].name", f"{name!r} is used twice. Every test has its own sentence."


def _one(n: int, test: r.RuleTest, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    if not test.why.strip():
        yield f"test[{n}].why", "missing. Work the expected value out in words; it is never pasted from a run."
    for expect in test.expect:
        if not expect:
            yield f"test[{n}].expect", f"expects nothing. Use {', '.join(EXPECTED)}."
        for key in expect:
            if key not in EXPECTED:
                yield f"test[{n}].expect", f"{key!r} is no key. Use {', '.join(EXPECTED)}."
    for event in test.given:
        for name in event.keys() - COLUMNS:
            if name not in vocabulary.facts:
                yield f"test[{n}].given", f"{name!r} is neither a column nor a fact. Use one of the vocabulary."


def _enough(rule: r.Rule, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    kept = sum(any(_is_kept(expect) for expect in test.expect) for test in rule.tests)
    broken = sum(any(_is_broken(expect) for expect in test.expect) for test in rule.tests)
    if kept < AT_LEAST:
        yield "test", f"{kept} tests keep the limit; at least {AT_LEAST} must. Add what is done in time."
    if broken < AT_LEAST:
        yield "test", f"{broken} tests break the limit or leave it unknown; at least {AT_LEAST} must. Add what is late."
    if rule.versions[-1].limits[-1].unit != "by_document" and not any(_on_edge(test, zone) for test in rule.tests):
        yield "test", "none stands on the edge. Add the minute that is in time and the one that is not."


def _is_broken(expect: Mapping[str, Any]) -> bool:
    levels = [str(finding).split()[0] for finding in expect.get("findings", ())]
    return expect.get("outcome") in BREAKING or any(kind.startswith(breach) for kind in levels for breach in BREACHES)


def _is_kept(expect: Mapping[str, Any]) -> bool:
    return "outcome" in expect and not _is_broken(expect)


def _on_edge(test: r.RuleTest, zone: ZoneInfo) -> bool:
    """Whether an event or the judgement stands at, or a minute from, a due time that the test states; or a breach and
    its neighbour stand a minute apart."""
    moments = [_instant(event["at"], zone) for event in test.given]
    moments += [_instant(test.as_of, zone)] if test.as_of else []
    stated = [
        _instant(expect[key], zone) for expect in test.expect for key in ("due", "outer") if _is_moment(expect.get(key))
    ]
    if any(abs(moment - due) <= EDGE for moment in moments for due in stated):
        return True
    if not any(_is_broken(expect) for expect in test.expect):
        return False
    return any(timedelta(0) < later - earlier <= EDGE for earlier, later in pairwise(sorted(moments)))


def _is_moment(value: Any) -> bool:
    return isinstance(value, date)


def _instant(moment: date | datetime, zone: ZoneInfo) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), zone)


def _shape(test: r.RuleTest, zone: ZoneInfo) -> Any:
    """A test with every moment counted from its first event: what is left when the calendar is taken away."""
    first = min(_instant(event["at"], zone) for event in test.given)
    parts = (test.given, test.expect, test.case, test.as_of, test.known_at)
    return [_relative(part, first, zone) for part in parts]


def _relative(value: Any, first: datetime, zone: ZoneInfo) -> Any:
    if isinstance(value, date):
        return type(value).__name__, str(_instant(value, zone) - first)
    if isinstance(value, Mapping):
        return sorted((key, _relative(one, first, zone)) for key, one in value.items())
    if isinstance(value, list | tuple):
        return [_relative(one, first, zone) for one in value]
    return value
