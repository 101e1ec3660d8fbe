"""Lint: does the rule make sense? Events in two roles, units that cannot be counted so, rules that never fire."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from zhunsheng.core import rule as r
from zhunsheng.core.vocabulary import Vocabulary

COUNTINGS_OF: Final = {
    "hours": ("exact_minute", "office_hours", "before_parent"),
    "days": ("day_after", "rolling_24h", "same_time", "before_parent"),
    "working_days": ("next_workday",),
    "months": ("same_day_of_month",),
    "years": ("same_day_of_month",),
    "immediate": ("at_once",),
    "by_document": ("by_document",),
}
MAY_MEET: Final = (
    {"restarts", "ends a wait"},  # two roles that one event may have at once
    {"ends a pause", "ends a wait"},
    {"ends a pause", "restarts"},
)


def sense(rule: r.Rule, vocabulary: Vocabulary, rules: Mapping[str, r.Rule]) -> Iterator[tuple[str, str]]:
    """Roles, countings, and what can never happen; (key, text) each."""
    yield from _roles(rule)
    yield from _countings(rule)
    yield from _limits(rule)
    yield from _tiers(rule)
    yield from _parents(rule, rules)
    yield from _applies(rule, vocabulary)


def _roles(rule: r.Rule) -> Iterator[tuple[str, str]]:
    for n, version in enumerate(rule.versions):
        roles = _roles_of(rule, version)
        for event, found in roles.items():
            for one, other in combinations(found, 2):
                if {one, other} not in MAY_MEET:
                    yield (
                        found[other],
                        f"{event} {one} and {other} (version {n + 1}). An event does one of the two.",
                    )


def _roles_of(rule: r.Rule, version: r.Version) -> dict[str, dict[str, str]]:
    """Event type → what it does → the key that says so."""
    roles: dict[str, dict[str, str]] = defaultdict(dict)
    for event in version.start:
        roles[event]["starts"] = "start.events"
    for events, does, key in (
        (rule.stop.satisfying, "meets", "stop.met_by"),
        (rule.stop.moot_by, "ends", "stop.moot_by"),
        (rule.stop.excused_by, "excuses", "stop.excused_by"),
    ):
        for event in events:
            roles[event][does] = key
    for n, extension in enumerate(version.extensions):
        if extension.event:
            roles[extension.event]["extends"] = f"extension[{n}].event"
    for n, pause in enumerate(version.pauses):
        roles[pause.begins]["begins a pause"] = f"pause[{n}].from"
        for event in pause.ends:
            roles[event]["ends a pause"] = f"pause[{n}].to"
    for n, restart in enumerate(rule.restarts):
        roles[restart.event]["restarts"] = f"restart[{n}].event"
        if restart.waits_from:
            roles[restart.waits_from]["begins a wait"] = f"restart[{n}].waits_from"
        for event in restart.waits_end:
            roles[event]["ends a wait"] = f"restart[{n}].waits_end"
    return roles


def _countings(rule: r.Rule) -> Iterator[tuple[str, str]]:
    for key, limit in base_limits(rule):
        if limit.counting not in COUNTINGS_OF[limit.unit]:
            allowed = ", ".join(COUNTINGS_OF[limit.unit])
            yield f"{key}.counting", f"{limit.counting} does not count {limit.unit}. Use {allowed}."
        if limit.roll == "forward" and limit.outer != "rolled":
            yield f"{key}.outer", f'{limit.outer}, though the limit rolls forward. Write outer = "rolled".'
        if limit.amount <= 0 and limit.unit not in ("immediate", "by_document"):
            yield f"{key}.amount", f"{limit.amount} is no length of time. State how many {limit.unit}."


def base_limits(rule: r.Rule) -> list[tuple[str, r.Limit]]:
    """The limits that the file states at its top and in its versions, each with its key."""
    found: list[tuple[str, r.Limit]] = []
    for n, version in enumerate(rule.versions):
        restated = version.limits != rule.versions[0].limits
        for m, limit in enumerate(version.limits):
            place = f"limit[{m}]" if len(version.limits) > 1 else "limit"
            key = f"version[{n}].{place}" if restated else place
            if (key, limit) not in found:
                found.append((key, limit))
    return found


def _limits(rule: r.Rule) -> Iterator[tuple[str, str]]:
    for n, version in enumerate(rule.versions):
        seen: list[tuple[r.FactTest, ...]] = []
        for m, limit in enumerate(version.limits[:-1]):
            if limit.tests in seen:
                yield (
                    f"limit[{m}].if",
                    f"never holds (version {n + 1}): an earlier limit has that test. Remove one.",
                )
            seen.append(limit.tests)
            if text := _contradiction(limit.tests):
                yield f"limit[{m}].if", f"never holds: {text} Remove one of the tests."


def _tiers(rule: r.Rule) -> Iterator[tuple[str, str]]:
    for version in rule.versions:
        tiers = [extension.tier for extension in version.extensions]
        for n, extension in enumerate(version.extensions):
            if extension.after is not None and extension.after not in tiers:
                yield f"extension[{n}].after", f"{extension.after!r} is no tier of this version. Name one of {tiers}."
            if extension.tier in tiers[:n]:
                yield f"extension[{n}].tier", f"{extension.tier!r} is used twice. Every tier has its own id."


def _parents(rule: r.Rule, rules: Mapping[str, r.Rule]) -> Iterator[tuple[str, str]]:
    for n, parent in enumerate(rule.parents):
        other = rules.get(parent.rule or "")
        tiers = {e.tier for version in other.versions for e in version.extensions} if other else set()
        if other and parent.tier and parent.tier not in tiers:
            yield f"parent[{n}].tier", f"never fires: {parent.tier!r} is no tier of {parent.rule}. Name one of it."


def _applies(rule: r.Rule, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    if text := _contradiction(rule.applies):
        yield "applies", f"never fires: {text} Remove one of the tests."
        return
    for version in rule.versions:
        for test in rule.applies:
            if version.start and not any(_can_hold(test, event, rule, vocabulary) for event in version.start):
                yield (
                    f"applies.{test.fact}",
                    f"never fires: no start event ({', '.join(version.start)}) can state it so. "
                    "Declare the fact for the event in the vocabulary, or assume it.",
                )


def _can_hold(test: r.FactTest, event: str, rule: r.Rule, vocabulary: Vocabulary) -> bool:
    """Whether a start of this type can pass the test: by what the type states, may state, or is assumed."""
    kind, fact = vocabulary.event_types[event], vocabulary.facts[test.fact]
    if test.fact in kind.states:
        return _passes(test, kind.states[test.fact])
    if fact.of != "event" or test.fact in kind.facts:
        return True
    if test.fact in rule.assume:
        return _passes(test, rule.assume[test.fact])
    return test.op == "not" or (test.op == "present" and not test.values[0])


def _passes(test: r.FactTest, value: Any) -> bool:
    held = value if isinstance(value, list | tuple) else [value]
    if test.op == "one_of":
        return any(one in test.values for one in held)
    if test.op == "not":
        return not any(one in test.values for one in held)
    if test.op == "present":
        return bool(test.values[0])
    return bool(value >= test.values[0] if test.op == "at_least" else value <= test.values[0])


def _contradiction(tests: Sequence[r.FactTest]) -> str:
    """Why tests on one fact cannot hold together; empty where they can."""
    by_fact: dict[str, list[r.FactTest]] = defaultdict(list)
    for test in tests:
        by_fact[test.fact].append(test)
    for fact, found in by_fact.items():
        values = {test.op: test.values for test in found}
        if "at_least" in values and "at_most" in values and values["at_least"][0] > values["at_most"][0]:
            return f"{fact} cannot be at least {values['at_least'][0]} and at most {values['at_most'][0]}."
        if "one_of" in values and set(values["one_of"]) <= set(values.get("not", ())):
            return f"{fact} cannot be and not be {', '.join(map(str, values['one_of']))}."
        if "one_of" in values and not values["one_of"]:
            return f"{fact} is one of nothing. List what it may be."
        if values.get("present") == (False,) and len(found) > 1:
            return f"{fact} cannot be absent and have a value."
    return ""
