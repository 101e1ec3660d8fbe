"""A rule's computation as a track of text: what starts it, how long it runs, what moves it, what ends it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from zhunsheng.core import rule as r
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.core.wording import limit_words, span_words

COUNTED: Final = {
    "exact_minute": "按分钟计",
    "rolling_24h": "满二十四小时为一日",
    "same_time": "至同一时刻",
    "day_after": "当日不计",
    "next_workday": "自下一工作日计",
    "same_day_of_month": "至对应日",
    "office_hours": "只计办公时间",
    "at_once": "立即",
    "before_parent": "自另一期限倒推",
    "by_document": "依文书",
}
READINGS: Final = {
    "same": "最晚读法相同",
    "full_hour": "最晚：起始小时不计",
    "day_end": "最晚：末日 24:00",
    "spc_month": "最晚：月末至月末",
    "rolled": "最晚：遇休息日顺延",
}
ROLLED: Final = {"by_custody": "（有人在押不顺延）"}
SIGNS: Final = {"one_of": "=", "not": "≠", "at_least": "≥", "at_most": "≤"}
WORDS: Final = {True: "是", False: "否"}


def track(rule: r.Rule, vocabulary: Vocabulary) -> list[str]:
    """The lines of the track of a rule, in the order in which time passes."""
    version = rule.versions[-1]
    lines = [f"┌ 起算  {_events(version.start, vocabulary)}"] if version.start else []
    lines += [
        f"┌ 倒推  {parent.rule or parent.fact} 前 {limit_words(parent.amount, parent.unit)}" for parent in rule.parents
    ]
    if rule.applies:
        lines.append(f"│ 条件  {tests_words(rule.applies, vocabulary)}")
    lines += [f"│ 期限  {_limit(limit, vocabulary)}" for limit in version.limits]
    for one in version.extensions:
        how = {"total": "共", "added": "再加", "by_document": ""}[one.mode]
        by = vocabulary.event_types[one.event].title if one.event else tests_words(one.start_fact, vocabulary)
        when = f"（{one.when}）" if one.when else ""
        lines.append(f"│ 延长  {by}：{how}{limit_words(one.amount, one.unit)}{when}")
    lines += [f"│ 不计  {_events([p.begins], vocabulary)} → {_events(p.ends, vocabulary)}" for p in version.pauses]
    lines += [
        f"│ 重算  {_events([one.event], vocabulary)}{f'（{one.when}）' if one.when else ''}" for one in rule.restarts
    ]
    lines.append(f"├ 完成  {_events(rule.stop.satisfying, vocabulary)}")
    if rule.stop.moot_by:
        lines.append(f"├ 终止  {_events(rule.stop.moot_by, vocabulary)}")
    if rule.stop.excused_by:
        lines.append(f"├ 免责  {_events(rule.stop.excused_by, vocabulary)}")
    lines.append(f"└ 届满  {'权利或措施终止' if rule.stop.on_due == 'lapse' else '逾期'}")
    return lines


def _limit(limit: r.Limit, vocabulary: Vocabulary) -> str:
    condition = f"（{tests_words(limit.tests, vocabulary)}）" if limit.tests else ""
    reading = READINGS[limit.outer] + ROLLED.get(limit.roll, "")
    return f"{limit_words(limit.amount, limit.unit)}{condition}，{COUNTED[limit.counting]}；{reading}"


def _events(names: Iterable[str], vocabulary: Vocabulary) -> str:
    return "、".join(vocabulary.event_types[name].title for name in names)


def tests_words(tests: Sequence[r.FactTest], vocabulary: Vocabulary) -> str:
    """Tests on facts in words."""
    return "，".join(_test(test, vocabulary.facts[test.fact].title) for test in tests)


def _test(test: r.FactTest, title: str) -> str:
    if test.op == "present":
        return f"{title}{'已' if test.values[0] else '未'}载明"
    return f"{title}{SIGNS[test.op]}{'或'.join(map(_value, test.values))}"


def _value(value: Any) -> str:
    return WORDS[value] if isinstance(value, bool) else str(value)


def lead_words(leads: r.Leads, level: str) -> str:
    """When a level falls due: 届满前2天, 起算后1小时, 期限过50%."""
    lead = leads.of(level)
    if lead.kind == "share":
        return f"期限过 {lead.value}%"
    span = span_words(timedelta(microseconds=lead.value))
    if not leads.from_start:
        return f"届满前 {span}"
    return f"起算后 {span}" if lead.value else "起算时"
