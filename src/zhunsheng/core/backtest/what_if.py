"""A rulebook under another supposition: next year's law, another lead, another calendar."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from zhunsheng.core import check as c
from zhunsheng.core import rule as r
from zhunsheng.core.calendar import BeyondCalendar, Calendar
from zhunsheng.core.clocks import Rulebook

Dated = TypeVar("Dated", r.Version, c.CheckVersion)


class NoSuchRule(ValueError):
    """A supposition names a rule that the rulebook has not."""


def under_law_of(rulebook: Rulebook, day: date) -> Rulebook:
    """The rulebook with the versions in force on a day, as if they had always been. A rule of which none is in force by
    then is left out."""
    rules = [(rule, _in_force(rule.versions, day)) for rule in rulebook.rules]
    checks = [(check, _in_force(check.versions, day)) for check in rulebook.checks]
    return replace(
        rulebook,
        rules=tuple(replace(rule, versions=found) for rule, found in rules if found),
        checks=tuple(replace(check, versions=found) for check, found in checks if found),
    )


def _in_force(versions: tuple[Dated, ...], day: date) -> tuple[Dated, ...]:
    begun = [version for version in versions if version.in_force is None or version.in_force <= day]
    return (replace(begun[-1], in_force=None),) if begun else ()


def with_lead(rulebook: Rulebook, rule_id: str, level: str, lead: r.Lead) -> Rulebook:
    """The rulebook in which a rule warns at another instant.

    Raises  NoSuchRule; ValueError for a level that does not warn.
    """
    if level not in r.WARNING_LEVELS:
        raise ValueError(f"{level!r} does not warn. Use {', '.join(r.WARNING_LEVELS)}.")
    if rule_id not in {rule.id for rule in rulebook.rules}:
        raise NoSuchRule(f"{rule_id!r} is no limit of this rulebook. See ./zs rules list.")
    rules = [
        replace(rule, leads=_warning(rule.leads, level, lead)) if rule.id == rule_id else rule
        for rule in rulebook.rules
    ]
    return replace(rulebook, rules=tuple(rules))


def _warning(leads: r.Leads, level: str, lead: r.Lead) -> r.Leads:
    three = {name: leads.of(name) for name in r.WARNING_LEVELS} | {level: lead}
    return r.Leads(three["blue"], three["yellow"], three["red"], leads.from_start)


def with_calendar(rulebook: Rulebook, calendar: Calendar) -> Rulebook:
    """The rulebook with another calendar of working days."""
    return replace(rulebook, calendar=calendar)


def with_days(calendar: Calendar, *, rest: Iterable[date] = (), work: Iterable[date] = ()) -> Calendar:
    """The calendar with some other days of rest and of work; the rest as published.

    Raises  ValueError for a day that is both; BeyondCalendar for one that no notice covers.
    """
    free, worked = frozenset(rest), frozenset(work)
    if free & worked:
        raise ValueError(f"{min(free & worked)} is both a day of rest and of work. Remove one.")
    beyond = [day for day in free | worked if not calendar.first <= day <= calendar.last]
    if beyond:
        raise BeyondCalendar(
            f"{min(beyond)} is not in the published calendar ({calendar.first} to {calendar.last}); add its notice."
        )
    weekends = frozenset(day for day in worked if day.isoweekday() in calendar.weekend)
    return replace(calendar, rest=(calendar.rest | free) - worked, make_up=(calendar.make_up | weekends) - free)
