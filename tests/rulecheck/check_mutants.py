"""One check → the checks that differ from it in one place: a number, a length, an event, a column, a condition, a side,
the level.

A length in months is flipped by a month, any other by a minute: the tests stand on the minute of the limit and beside
it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from tests.rulecheck.mutants import NEVER_RECORDED, Place, Put, drop, field_of, put_at, tests_of, without
from zhunsheng.core import check as c

MINUTE: Final = 60_000_000
DAY_MINUTES: Final = 24 * 60
OTHER_LEVEL: Final = {"red": "yellow", "yellow": "blue", "blue": "yellow", "ask": "red"}
EVENTS: Final = ("after", "since", "must", "from_", "ends", "others")
COLUMNS: Final = ("ends_by", "differ", "agree", "of_findings")
LENGTHS: Final = ("since_at_least", "within", "before", "at_most", "at_least", "longest")
FLAGS: Final = ("every", "is_open_lasting", "looks_back", "is_until", "asks_without")
Mutants = Iterator[tuple[str, c.Check]]


def check_mutants(check: c.Check, never: str = NEVER_RECORDED) -> Mutants:
    """Every mutant of a check with the name of what was flipped. Versions that say the same are flipped together."""
    yield "level", replace(check, level=OTHER_LEVEL[check.level])
    for new, what in without(check.events, never):
        yield f"act {what}", replace(check, events=new)
    if check.events:
        yield "first", replace(check, first=not check.first)
    if check.kind != "fact":
        yield from _same(check)
    yield from _state(check, never)
    yield from _conditions(check)
    yield from _assume(check)
    if check.body is not None:
        yield from _body(Place(check.kind, check.body, lambda new: replace(check, body=new)), check, never)
    yield from _versions(check)


def _same(check: c.Check) -> Mutants:
    """Records of other cases looked at, or no longer."""
    if check.key not in ("case", "item", "visit", "order", "document", "dossier"):  # these share the case in any event
        same = tuple(name for name in check.same if name != "case")
        yield "same case", replace(check, same=same if "case" in check.same else (*same, "case"))


def _state(check: c.Check, never: str) -> Mutants:
    if check.state is None:
        return
    yield "while dropped", replace(check, state=None)
    yield "while.holds", replace(check, state=replace(check.state, holds=not check.state.holds))
    for name in ("begins", "ends"):
        for new, what in without(getattr(check.state, name), never):
            changed: dict[str, Any] = {name: new}
            yield f"while.{name} {what}", replace(check, state=replace(check.state, **changed))


def _conditions(check: c.Check) -> Mutants:
    yield from _alternatives(Place("unless", check.unless, lambda new: replace(check, unless=new)))
    for name in ("applies", "require"):
        for wanted in dict.fromkeys(getattr(version, name) for version in check.versions):
            first = next(n for n, version in enumerate(check.versions) if getattr(version, name) == wanted)
            yield from _alternatives(Place(f"version[{first}].{name}", wanted, partial(_with, check, name, wanted)))


def _with(check: c.Check, name: str, old: c.Alternatives, new: c.Alternatives) -> c.Check:
    """The check with the alternatives replaced in every version that has them."""
    changed: dict[str, Any] = {name: new}
    versions = (replace(v, **changed) if getattr(v, name) == old else v for v in check.versions)
    return replace(check, versions=tuple(versions))


def _alternatives(place: Place) -> Mutants:
    lists: c.Alternatives = place.value
    for n, tests in enumerate(lists):
        name = f"{place.name}[{n}]"
        yield f"{name} dropped", place.put(drop(lists, n))
        own = Place(name, tests, partial(_in_list, place, n))
        yield from ((what, mutant) for what, mutant in tests_of(own) if len(tests) > 1 or not what.endswith(" dropped"))


def _in_list(place: Place, n: int, new: c.Tests) -> Any:
    return place.put(put_at(place.value, n, new))


def _assume(check: c.Check) -> Mutants:
    for fact, value in check.assume.items():
        rest = {name: one for name, one in check.assume.items() if name != fact}
        yield f"assume.{fact} dropped", replace(check, assume=rest)
        if isinstance(value, bool):
            yield f"assume.{fact} negated", replace(check, assume={**rest, fact: not value})


def _body(place: Place, check: c.Check, never: str) -> Mutants:
    body = place.value
    for name in EVENTS:
        for new, what in without(getattr(body, name, ()), never):
            yield f"{place.name}.{name.rstrip('_')} {what}", field_of(place.put, body, name)(new)
    for name in COLUMNS:
        for n, column in enumerate(values := getattr(body, name, ())):
            yield f"{place.name}.{name} {column} dropped", field_of(place.put, body, name)(drop(values, n))
    for name in LENGTHS:
        if name == "longest" and not _asks_for_ends(body):
            continue
        yield from _length(f"{place.name}.{name}", getattr(body, name, None), field_of(place.put, body, name))
    for name in FLAGS:
        if hasattr(body, name) and _matters(body, name):
            yield f"{place.name}.{name}", field_of(place.put, body, name)(not getattr(body, name))
    if hasattr(body, "tests"):
        yield from tests_of(Place(f"{place.name}.if", body.tests, field_of(place.put, body, "tests")))
    yield from _of_kind(place, check, never)


def _asks_for_ends(body: Any) -> bool:
    """Whether how long an act without end may last is read at all."""
    return body.outside is not None if isinstance(body, c.Span) else not getattr(body, "is_open_lasting", False)


def _matters(body: Any, name: str) -> bool:
    """Whether a flag changes anything: `every` of one type is that type."""
    return name != "every" or len(getattr(body, "after", ()) or getattr(body, "must", ())) > 1


def _length(name: str, value: Any, put: Put) -> Mutants:
    if isinstance(value, int) and value:
        yield f"{name} +1", put(value + 1)
        yield f"{name} -1", put(value - 1)
    elif isinstance(value, c.Length) and value.months:
        for step in (1, -1):
            yield f"{name} {step:+} month", put(replace(value, months=value.months + step))
    elif isinstance(value, c.Length):
        for step in (1, -1):
            if value.us + step * MINUTE >= 0:
                yield f"{name} {step:+} minute", put(replace(value, us=value.us + step * MINUTE))


def _of_kind(place: Place, check: c.Check, never: str) -> Mutants:
    body = place.value
    if isinstance(body, c.Span):
        yield from _span(place, body, never)
    if isinstance(body, c.Match):
        for side, other in (("agree", "differ"), ("differ", "agree")):
            for n, name in enumerate(values := getattr(body, side)):
                moved: dict[str, Any] = {side: drop(values, n), other: (*getattr(body, other), name)}
                yield f"match.{side} {name} to {other}", replace(check, body=replace(body, **moved))
    if isinstance(body, c.Span) and body.to == "event":
        yield "span.to", replace(check, body=replace(body, to="until"))


def _span(place: Place, body: c.Span, never: str) -> Mutants:
    if body.outside is not None:
        for n, word in enumerate(("from", "to")):
            for step in (1, -1):
                moved: Any = put_at(body.outside, n, (body.outside[n] + step) % DAY_MINUTES)
                yield f"span.outside {word} {step:+} minute", place.put(replace(body, outside=moved))
    for n, longer in enumerate(body.longer):
        name = f"span.longer {longer.event}"
        put = _in_longer(place, body, n)
        yield f"{name} dropped", place.put(replace(body, longer=drop(body.longer, n)))
        yield f"{name}.event", put(replace(longer, event=never))
        yield from _length(f"{name}.at_most", longer.at_most, field_of(put, longer, "at_most"))
        yield from tests_of(Place(f"{name}.if", longer.tests, field_of(put, longer, "tests")))


def _in_longer(place: Place, body: c.Span, n: int) -> Put:
    return lambda new: place.put(replace(body, longer=put_at(body.longer, n, new)))


def _versions(check: c.Check) -> Mutants:
    versions: Sequence[c.CheckVersion] = check.versions
    for n, version in enumerate(versions):
        if version.in_force is not None:
            for step in (1, -1):
                moved = replace(version, in_force=version.in_force + timedelta(days=step))
                yield f"version[{n}].in_force {step:+}", replace(check, versions=put_at(check.versions, n, moved))
        if len(versions) > 1:
            yield f"version[{n}] dropped", replace(check, versions=drop(check.versions, n))
