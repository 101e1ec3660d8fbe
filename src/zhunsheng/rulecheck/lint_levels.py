"""Lint: the three levels come before the limit, apart and in order, on every limit that the rule can take."""

from collections.abc import Iterator, Mapping
from typing import Final

from zhunsheng.core import rule as r
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.rulecheck.lint_sense import base_limits

MINUTE_US: Final = 60_000_000
DAY_US: Final = 1440 * MINUTE_US
SHORTEST: Final = {"hours": DAY_US // 24, "days": DAY_US, "working_days": DAY_US, "years": 365 * DAY_US}
MONTH_DAYS: Final = (28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334, 365)  # the shortest run of so many months
WHY_NOT: Final = "级别"


def levels(rule: r.Rule, _vocabulary: Vocabulary, _rules: Mapping[str, r.Rule]) -> Iterator[tuple[str, str]]:
    """Levels that do not come before the limit, or not apart and in order; (key, text) each."""
    if WHY_NOT in rule.note:  # the file says why its levels coincide
        return
    found: dict[str, str] = {}
    for key, leads, limit in _cases(rule):
        length = shortest(limit)
        if leads.from_start:
            issues = _from_start(key, leads)
        elif length is not None:
            issues = _before_due(key, leads, limit, length)
        else:
            continue
        for place, text in issues:
            found.setdefault(place, text)  # one limit is enough to show what is wrong
    yield from found.items()


def _cases(rule: r.Rule) -> Iterator[tuple[str, r.Leads, r.Limit]]:
    """Every limit that the rule can take, with the leads that hold for it and their key."""
    for _, limit in base_limits(rule):
        if limit.amount > 0:
            yield "leads", rule.leads, limit
    for version in rule.versions:
        base = version.limits[-1]
        for n, extension in enumerate(version.extensions):
            key = f"extension[{n}].leads" if extension.leads else "leads"
            amount = extension.amount + (
                base.amount if extension.mode == "added" and extension.unit == base.unit else 0
            )
            if extension.states == "days" and extension.mode == "total":
                amount = base.amount + 1  # the document may state a single day
            limit = r.limit_like(base, amount, extension.unit, kind=rule.kind, custody=rule.custody)
            yield key, extension.leads or rule.leads, limit
        for pause in version.pauses:
            if isinstance(pause.then, r.Limit):
                yield "leads", rule.leads, pause.then
    for restart in rule.restarts:
        if restart.limit:
            yield "leads", rule.leads, restart.limit


def shortest(limit: r.Limit) -> int | None:
    """The shortest time a limit can be, in microseconds; None where levels are not counted back from its end."""
    if limit.unit in ("immediate", "by_document") or limit.counting == "before_parent":
        return None
    if limit.unit == "months":
        years, months = divmod(limit.amount, 12)
        return (years * 365 + (MONTH_DAYS[months - 1] if months else 0)) * DAY_US
    return limit.amount * SHORTEST[limit.unit]


def _before_due(key: str, leads: r.Leads, limit: r.Limit, length: int) -> Iterator[tuple[str, str]]:
    at = {level: _elapsed(leads.of(level), length) for level in r.WARNING_LEVELS}
    words = f"on the limit of {limit.amount} {limit.unit}"
    for level in r.WARNING_LEVELS:
        if at[level] >= length:
            yield f"{key}.{level}", f"falls not before the limit {words}. Give it a longer lead."
    for one, other in (("blue", "yellow"), ("yellow", "red")):
        if at[one] >= at[other] and at[other] < length:
            yield (
                f"{key}.{other}",
                f"falls not after {one} {words}. Give it a shorter lead, or that limit its own leads.",
            )


def _elapsed(lead: r.Lead, length: int) -> int:
    """How long after the start the level falls due; never before the start."""
    return length * lead.value // 100 if lead.kind == "share" else max(0, length - lead.value)


def _from_start(key: str, leads: r.Leads) -> Iterator[tuple[str, str]]:
    for one, other in (("blue", "yellow"), ("yellow", "red")):
        if leads.of(one).value >= leads.of(other).value:
            yield f"{key}.{other}", f"falls not after {one}. Counted from the start, levels come one after the other."
