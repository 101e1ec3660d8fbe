"""A draft on the platform's past: what it would have said, against the rulebook in force."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.refusals import DomainError
from zhunsheng.apps.rulemaking.drafts import draft_text, keep_trial, looked, with_rule
from zhunsheng.apps.rulemaking.models import Trial
from zhunsheng.apps.supervision import rulebooks
from zhunsheng.apps.supervision.batch import allow_long_batches
from zhunsheng.apps.supervision.trying import tried
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.backtest.what_if import under_law_of, with_calendar, with_days, with_lead
from zhunsheng.core.calendar import BeyondCalendar
from zhunsheng.core.check import Check
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Lead, Rule
from zhunsheng.core.rules import parse_duration
from zhunsheng.report.backtest import back_test_data

PROCESS: Final = "backtest"
LONGEST_DAYS: Final = 400
KEPT_CHANGES: Final = 500


class NotSound(DomainError):
    """A draft with issues cannot be tried."""

    text = "规则“{rule}”的草稿还有问题，没有回测：{why}。请先改正。"


class NoPeriod(DomainError):
    """The days are none, or too many."""

    text = "回测期间应从 {first} 到不早于它的一天，最长 400 天，没有回测。请改起止日期。"


class NotUnderstood(DomainError):
    """What was asked cannot be read."""

    text = "没有回测。{why}"


class NoSupposition(DomainError):
    """What is supposed cannot be."""

    text = "假设不成立：{why}，没有回测。请改假设。"


def period_of(asked: Mapping[str, Any], zone: str) -> Days:
    """The days that were asked for. Raises NoPeriod."""
    try:
        days = Days(date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"]), zone)
    except (KeyError, ValueError) as problem:
        raise NoPeriod(first=asked.get("first") or "起始日期") from problem
    if len(days) > LONGEST_DAYS:
        raise NoPeriod(first=days.first)
    return days


def try_draft(asked: Mapping[str, Any], *, by: str) -> Trial:
    """
    Run the back-test of a rule's draft and keep the answer. `asked`: rule, first, last, and what is supposed.

    :raises NoSuchRule, NotSound, NoPeriod, NoSupposition: see there.
    """
    rule_id = str(asked["rule"])
    with as_process(PROCESS):
        allow_long_batches()
        path, text, _ = draft_text(rule_id)
        draft = looked(path, text)
        if draft.rule is None or draft.issues:
            raise NotSound(rule=rule_id, why=draft.issues[0])
        now, _ = rulebooks.current()
        then = supposed(with_rule(now, draft.rule), draft.rule, asked)
        days = period_of(asked, now.vocabulary.zone)
        answer = back_test_data(tried(then, days, against=now), most=KEPT_CHANGES)
        return keep_trial(rule_id, text, asked=asked, answer=answer, by=by, at=clock.now())


def supposed(rulebook: Rulebook, rule: Rule | Check, asked: Mapping[str, Any]) -> Rulebook:
    """
    The rulebook under what is supposed: `law_of`, a day whose law governs all; `lead` and `lead_level`, when the rule
    would warn; `rest` and `work`, days that would be of the other kind. Itself where nothing is.

    :raises NoSupposition: a lead of a check; days that are both, or that no notice covers.
    """
    if asked.get("law_of"):
        rulebook = under_law_of(rulebook, date.fromisoformat(asked["law_of"]))
    if asked.get("lead"):
        if isinstance(rule, Check):
            raise NoSupposition(why="核查规则没有提前量")
        lead = Lead("duration", parse_duration(asked["lead"]) or 0)
        rulebook = with_lead(rulebook, rule.id, asked["lead_level"], lead)
    rest, work = (_days(asked.get(name, "")) for name in ("rest", "work"))
    if not rest and not work:
        return rulebook
    try:
        return with_calendar(rulebook, with_days(rulebook.calendar, rest=rest, work=work))
    except (BeyondCalendar, ValueError) as problem:
        raise NoSupposition(why=str(problem)) from problem


def _days(text: str) -> list[date]:
    return [date.fromisoformat(day) for day in text.split()]
