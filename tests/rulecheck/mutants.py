"""One rule → the rules that differ from it in one place: a number, a unit, a counting, a roll flag, an event, a tier or
a condition.

With outer = "rolled", roll = "forward" and "never" say the same of every due time (the second only says that the law
does not state it), so the roll flag is flipped by taking the roll away, by giving one, and between forward and
by_custody.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeVar

from zhunsheng.core import rule as r

UNIT: Final = {
    "hours": ("days",),
    "days": ("working_days", "hours"),
    "working_days": ("days",),
    "months": ("days",),
    "years": ("months",),
    "immediate": ("hours",),
    "by_document": ("days",),
}
COUNTING: Final = {
    "exact_minute": ("office_hours",),
    "office_hours": ("exact_minute",),
    "rolling_24h": ("day_after", "same_time"),
    "same_time": ("day_after",),
    "day_after": ("rolling_24h",),
}
OUTER: Final = {"full_hour": ("same",), "day_end": ("same",), "spc_month": ("same",)}
NEVER_RECORDED: Final = "roles.declared"
HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
Put = Callable[[Any], Any]  # gives a rule, or a check
Mutants = Iterator[tuple[str, r.Rule]]
T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """Somewhere in a rule: its name, the value that stands there, and the rule with another value in its place."""

    name: str
    value: Any
    put: Put


def mutants(rule: r.Rule, event_never_recorded: str = NEVER_RECORDED) -> Mutants:
    """Every mutant of a rule with the name of what was flipped. Versions that share a limit are flipped together."""
    yield from _limits(rule)
    yield from _leads("leads", Place("leads", rule.leads, lambda leads: replace(rule, leads=leads)))
    yield from _events(rule, event_never_recorded)
    yield from tests_of(Place("applies", rule.applies, lambda tests: replace(rule, applies=tests)))
    yield from _assume(rule)
    yield from _stop(rule)
    yield from _extensions(rule, event_never_recorded)
    yield from _pauses(rule, event_never_recorded)
    yield from _restarts(rule, event_never_recorded)
    yield from _parents(rule)
    yield from _versions(rule)


def _limits(rule: r.Rule) -> Mutants:
    if any(parent for parent in rule.parents):  # the limit of a lead-before rule only repeats `before`
        return
    for limits in dict.fromkeys(version.limits for version in rule.versions):
        first = next(n for n, version in enumerate(rule.versions) if version.limits == limits)
        for m, limit in enumerate(limits):
            place = Place(
                f"version[{first}].limit[{m}]",
                limit,
                partial(_with_limit, rule, limits, m),
            )
            yield from _limit(rule, place)


def _with_limit(rule: r.Rule, old: tuple[r.Limit, ...], m: int, new: r.Limit) -> r.Rule:
    limits = put_at(old, m, new)
    return replace(rule, versions=tuple(replace(v, limits=limits) if v.limits == old else v for v in rule.versions))


def _limit(rule: r.Rule, place: Place) -> Mutants:
    limit: r.Limit = place.value
    yield from _amount(place.name, limit, place.put)
    for unit in UNIT[limit.unit]:
        like = r.limit_like(limit, max(limit.amount, 1), unit, kind=rule.kind, custody=rule.custody)
        yield f"{place.name}.unit {unit}", place.put(replace(like, tests=limit.tests))
    for counting in COUNTING.get(limit.counting, ()):
        yield f"{place.name}.counting {counting}", place.put(replace(limit, counting=counting))
    for outer in OUTER.get(limit.outer, ()):
        yield f"{place.name}.outer {outer}", place.put(replace(limit, outer=outer))
    if limit.outer == "rolled":
        yield f"{place.name}.roll taken away", place.put(replace(limit, outer="same", roll="never"))
        other = "forward" if limit.roll == "by_custody" else "by_custody"
        yield f"{place.name}.roll {other}", place.put(replace(limit, roll=other))
    elif limit.unit in ("days", "months", "years"):
        yield f"{place.name}.roll given", place.put(replace(limit, outer="rolled", roll="forward"))
    yield from tests_of(Place(f"{place.name}.if", limit.tests, lambda tests: place.put(replace(limit, tests=tests))))


def _amount(name: str, holder: Any, put: Put) -> Mutants:
    if holder.unit not in ("immediate", "by_document"):
        yield f"{name}.amount +1", put(replace(holder, amount=holder.amount + 1))
        if holder.amount > 1:
            yield f"{name}.amount -1", put(replace(holder, amount=holder.amount - 1))


def _leads(name: str, place: Place) -> Mutants:
    leads: r.Leads = place.value
    for level in r.WARNING_LEVELS:
        lead = leads.of(level)
        step = 1 if lead.kind == "share" else DAY if lead.value and lead.value % DAY == 0 else HOUR
        for sign in (1, -1):
            if lead.value + sign * step >= 0:
                changed = replace(lead, value=lead.value + sign * step)
                yield f"{name}.{level} {'+-'[sign < 0]}", field_of(place.put, leads, level)(changed)
    yield f"{name}.from", place.put(replace(leads, from_start=not leads.from_start))


def _events(rule: r.Rule, never: str) -> Mutants:
    for start in dict.fromkeys(version.start for version in rule.versions):
        for new, what in without(start, never):
            versions = tuple(replace(v, start=new) if v.start == start else v for v in rule.versions)
            yield f"start {what}", replace(rule, versions=versions)
    for name in ("met_by", "moot_by", "excused_by"):
        for new, what in without(getattr(rule.stop, name), never):
            yield f"stop.{name} {what}", field_of(lambda stop: replace(rule, stop=stop), rule.stop, name)(new)
    for who, event in rule.stop.all_of.items():
        stop = replace(rule.stop, all_of={**rule.stop.all_of, who: never})
        yield f"stop.all_of {event}", replace(rule, stop=stop)


def without(events: Sequence[str], never: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The events, each in turn replaced by one that is never recorded."""
    for n, event in enumerate(events):
        yield put_at(tuple(events), n, never), event


def put_at(values: tuple[T, ...], n: int, new: T) -> tuple[T, ...]:
    return (*values[:n], new, *values[n + 1 :])


def drop(values: tuple[T, ...], n: int) -> tuple[T, ...]:
    return (*values[:n], *values[n + 1 :])


def tests_of(place: Place) -> Iterator[tuple[str, Any]]:
    tests: tuple[r.FactTest, ...] = place.value
    for n, test in enumerate(tests):
        name = f"{place.name}.{test.fact}"
        yield f"{name} dropped", place.put(drop(tests, n))
        for what, flipped in _flipped(test):
            yield f"{name} {what}", place.put(put_at(tests, n, flipped))


def _flipped(test: r.FactTest) -> Iterator[tuple[str, r.FactTest]]:
    opposite = {"one_of": "not", "not": "one_of", "at_least": "at_most", "at_most": "at_least"}
    if test.op == "present":
        yield "negated", replace(test, values=(not test.values[0],))
        return
    yield "negated", replace(test, op=opposite[test.op])
    if test.op in ("at_least", "at_most"):
        yield "+1", replace(test, values=(test.values[0] + 1,))
        yield "-1", replace(test, values=(test.values[0] - 1,))
    elif len(test.values) > 1:
        for n, value in enumerate(test.values):
            yield f"without {value}", replace(test, values=drop(test.values, n))


def _assume(rule: r.Rule) -> Mutants:
    for fact, value in rule.assume.items():
        rest = {name: one for name, one in rule.assume.items() if name != fact}
        yield f"assume.{fact} dropped", replace(rule, assume=rest)
        if isinstance(value, bool):
            yield f"assume.{fact} negated", replace(rule, assume={**rest, fact: not value})


def _stop(rule: r.Rule) -> Mutants:
    for word in r.BEFORE_START:
        if word != rule.stop.before_start:
            yield f"stop.before_start {word}", replace(rule, stop=replace(rule.stop, before_start=word))
    other = "breach" if rule.stop.on_due == "lapse" else "lapse"
    yield f"stop.on_due {other}", replace(rule, stop=replace(rule.stop, on_due=other))


def _extensions(rule: r.Rule, never: str) -> Mutants:
    for extension in dict.fromkeys(e for version in rule.versions for e in version.extensions):
        put = partial(_in_versions, rule, "extensions", extension)
        name = f"extension {extension.tier}"
        yield f"{name} dropped", put(None)
        yield from _amount(name, extension, put)
        for unit in UNIT[extension.unit] if extension.unit != "by_document" else ():
            yield f"{name}.unit {unit}", put(replace(extension, unit=unit))
        if extension.mode != "by_document":
            other = "added" if extension.mode == "total" else "total"
            yield f"{name}.mode {other}", put(replace(extension, mode=other))
        if extension.event:
            yield f"{name}.event", put(replace(extension, event=never))
        if extension.states:
            yield f"{name}.states dropped", put(replace(extension, states=""))
        if extension.after:
            yield f"{name}.after dropped", put(replace(extension, after=None))
        if extension.mode == "added":
            yield f"{name}.repeat", put(replace(extension, repeat=not extension.repeat))
        for field in ("tests", "start_fact"):
            tests = getattr(extension, field)
            yield from tests_of(Place(f"{name}.{field}", tests, field_of(put, extension, field)))
        if extension.leads:
            place = Place(name, extension.leads, field_of(put, extension, "leads"))
            yield from _leads(f"{name}.leads", place)


def field_of(put: Put, holder: Any, name: str) -> Put:
    """Puts a value into a field of a part of the rule."""
    return lambda value: put(replace(holder, **{name: value}))


def _in_row(rule: Any, name: str, n: int, new: Any) -> r.Rule:
    """The rule with the nth restart or parent replaced."""
    changed: r.Rule = replace(rule, **{name: put_at(getattr(rule, name), n, new)})
    return changed


def _in_versions(rule: r.Rule, name: str, old: Any, new: Any) -> r.Rule:
    """The rule with an extension or pause replaced, or dropped for None, in every version that has it."""
    versions: list[Any] = list(rule.versions)
    for n, version in enumerate(versions):
        kept = (new if one == old else one for one in getattr(version, name))
        versions[n] = replace(version, **{name: tuple(one for one in kept if one is not None)})
    return replace(rule, versions=tuple(versions))


def _pauses(rule: r.Rule, never: str) -> Mutants:
    for pause in dict.fromkeys(p for version in rule.versions for p in version.pauses):
        put = partial(_in_versions, rule, "pauses", pause)
        name = f"pause {pause.id}"
        yield f"{name}.from", put(replace(pause, begins=never))
        for new, what in without(pause.ends, never):
            yield f"{name}.to {what}", put(replace(pause, ends=new))
        yield from tests_of(Place(f"{name}.if", pause.tests, field_of(put, pause, "tests")))
        if pause.cap_days is not None:
            for step in (1, -1):
                yield f"{name}.cap_days {step:+}", put(replace(pause, cap_days=pause.cap_days + step))
        if pause.then is not None:
            yield f"{name}.then dropped", put(replace(pause, then=None))
        if isinstance(pause.then, r.Limit):
            yield from _amount(f"{name}.then", pause.then, field_of(put, pause, "then"))


def _restarts(rule: r.Rule, never: str) -> Mutants:
    for n, restart in enumerate(rule.restarts):
        put = partial(_in_row, rule, "restarts", n)
        name = f"restart {restart.event}"
        yield f"{name} dropped", replace(rule, restarts=drop(rule.restarts, n))
        yield f"{name}.event", put(replace(restart, event=never))
        yield f"{name}.opens", put(replace(restart, opens=not restart.opens))
        if restart.limit:
            yield f"{name}.limit dropped", put(replace(restart, limit=None))
            yield from _amount(f"{name}.limit", restart.limit, field_of(put, restart, "limit"))
        if restart.waits_from:
            yield f"{name}.waits_from", put(replace(restart, waits_from=never))
        for new, what in without(restart.waits_end, never):
            yield f"{name}.waits_end {what}", put(replace(restart, waits_end=new))
        yield from tests_of(Place(f"{name}.waits_if", restart.waits_if, field_of(put, restart, "waits_if")))


def _parents(rule: r.Rule) -> Mutants:
    for n, parent in enumerate(rule.parents):
        put = partial(_in_row, rule, "parents", n)
        yield from _amount(f"parent[{n}].before", parent, put)
        other = "hours" if parent.unit == "days" else "days"
        yield f"parent[{n}].before.unit {other}", put(replace(parent, unit=other))
        if parent.tier:
            yield f"parent[{n}].tier dropped", put(replace(parent, tier=None))


def _versions(rule: r.Rule) -> Mutants:
    for n, version in enumerate(rule.versions):
        if version.in_force is not None:
            for step in (1, -1):
                moved = replace(version, in_force=version.in_force + timedelta(days=step))
                yield f"version[{n}].in_force {step:+}", replace(rule, versions=put_at(rule.versions, n, moved))
        for m, extension in enumerate(version.extensions):
            if len(rule.versions) > 1:
                without = replace(version, extensions=drop(version.extensions, m))
                yield (
                    f"version[{n}] without tier {extension.tier}",
                    replace(rule, versions=put_at(rule.versions, n, without)),
                )
