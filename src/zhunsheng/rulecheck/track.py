"""A rule's computation in words: what starts it, how long it runs, what moves it, what ends it; in Chinese also as a
track of text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from zhunsheng.core import rule as r
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.core.wording import limit_words, span_in_english, span_words
from zhunsheng.explanation import COUNTING_WORDS, UNIT_WORDS
from zhunsheng.value_words import value_word

COUNTED: Final = {
    "zh": {
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
    },
    "en": COUNTING_WORDS["en"],
}
READINGS: Final = {
    "zh": {
        "same": "最晚读法相同",
        "full_hour": "最晚：起始小时不计",
        "day_end": "最晚：末日 24:00",
        "spc_month": "最晚：月末至月末",
        "rolled": "最晚：遇休息日顺延",
    },
    "en": {
        "same": "the latest reading is the same",
        "full_hour": "at the latest: the first hour is not counted",
        "day_end": "at the latest: 24:00 of the last day",
        "spc_month": "at the latest: from end of month to end of month",
        "rolled": "at the latest: moved over rest days",
    },
}
LABELS: Final = {
    "zh": {
        "start": "起算", "parent": "倒推", "applies": "条件", "limit": "期限", "extension": "延长", "pause": "不计",
        "restart": "重算", "met": "完成", "moot": "终止", "excused": "免责", "due": "届满",
    },
    "en": {
        "start": "Starts", "parent": "Counted back", "applies": "Applies if", "limit": "Limit", "extension": "Extended",
        "pause": "Not counted", "restart": "Counted anew", "met": "Met by", "moot": "Ended by", "excused": "Excused by",
        "due": "At the end",
    },
}  # fmt: skip
FRAME: Final = {"start": "┌", "parent": "┌", "met": "├", "moot": "├", "excused": "├", "due": "└"}
TEMPLATES: Final = {
    "zh": {
        "back": "{parent} 前 {limit}", "total": "共", "added": "再加", "by_document": "", "lapse": "权利或措施终止",
        "breach": "逾期", "limit": "{limit}{condition}，{counting}；{reading}", "by_custody": "（有人在押不顺延）",
        "extended": "{by}：{how}{limit}{when}", "aside": "（{text}）", "list": "、", "and": "，", "or": "或",
        "true": "是", "false": "否", "stated": "{fact}已载明", "unstated": "{fact}未载明", "share": "期限过 {n}%",
        "before": "届满前 {span}", "after": "起算后 {span}", "at_start": "起算时",
    },
    "en": {
        "back": "{limit} before {parent}", "total": "in all ", "added": "further ", "by_document": "",
        "lapse": "the right or measure lapses", "breach": "overdue",
        "limit": "{limit}{condition}: {counting}; {reading}",
        "by_custody": " (not where somebody is in custody)", "extended": "{by}: {how}{limit}{when}",
        "aside": " ({text})", "list": ", ", "and": ", ", "or": " or ", "true": "yes", "false": "no",
        "stated": "{fact} stated", "unstated": "{fact} not stated", "share": "{n}% of the limit",
        "before": "{span} before the end", "after": "{span} after the start", "at_start": "at the start",
    },
}  # fmt: skip
SIGNS: Final = {"one_of": "=", "not": "≠", "at_least": "≥", "at_most": "≤"}


@dataclass(frozen=True)
class Step:
    """One line of a computation. `part`: a key of LABELS."""

    part: str
    label: str
    text: str


def steps(rule: r.Rule, vocabulary: Vocabulary, *, language: str = "zh") -> list[Step]:
    """The computation of a rule, in the order in which time passes. `vocabulary`: with the titles of the language."""
    say = _Words(vocabulary, language)
    return [Step(part, LABELS[language][part], text) for part, text in say.parts(rule)]


def track(rule: r.Rule, vocabulary: Vocabulary) -> list[str]:
    """The same in Chinese, as lines of a track of text."""
    return [f"{FRAME.get(step.part, '│')} {step.label}  {step.text}" for step in steps(rule, vocabulary)]


def lead_words(leads: r.Leads, level: str, *, language: str = "zh") -> str:
    """When a level falls due: 届满前2天, 起算后1小时, 期限过50%."""
    lead, words = leads.of(level), TEMPLATES[language]
    if lead.kind == "share":
        return words["share"].format(n=lead.value)
    length = timedelta(microseconds=lead.value)
    span = span_words(length) if language == "zh" else span_in_english(length)
    if not leads.from_start:
        return words["before"].format(span=span)
    return words["after"].format(span=span) if lead.value else words["at_start"]


def amount_words(amount: int, unit: str, *, language: str) -> str:
    """3天, 3 days."""
    return limit_words(amount, unit) if language == "zh" else UNIT_WORDS["en"][unit].format(n=amount)


class _Words:
    """The sentences of one language, with the titles of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, language: str) -> None:
        self.vocabulary, self.language, self.words = vocabulary, language, TEMPLATES[language]

    def parts(self, rule: r.Rule) -> Iterator[tuple[str, str]]:
        version = rule.versions[-1]
        if version.start:
            yield "start", self.events(version.start)
        for parent in rule.parents:
            amount = self.amount(parent.amount, parent.unit)
            yield "parent", self.words["back"].format(parent=parent.rule or parent.fact, limit=amount)
        if rule.applies:
            yield "applies", self.tests(rule.applies)
        for limit in version.limits:
            yield "limit", self.limit(limit)
        for one in version.extensions:
            yield "extension", self.extension(one)
        for pause in version.pauses:
            yield "pause", f"{self.events([pause.begins])} → {self.events(pause.ends)}"
        for again in rule.restarts:
            yield "restart", self.events([again.event]) + self.aside(again.when)
        yield "met", self.events(rule.stop.satisfying)
        for part, names in (("moot", rule.stop.moot_by), ("excused", rule.stop.excused_by)):
            if names:
                yield part, self.events(names)
        yield "due", self.words["lapse" if rule.stop.on_due == "lapse" else "breach"]

    def limit(self, limit: r.Limit) -> str:
        reading = READINGS[self.language][limit.outer] + (
            self.words["by_custody"] if limit.roll == "by_custody" else ""
        )
        return self.words["limit"].format(
            limit=self.amount(limit.amount, limit.unit),
            condition=self.aside(self.tests(limit.tests)),
            counting=COUNTED[self.language][limit.counting],
            reading=reading,
        )

    def extension(self, one: r.Extension) -> str:
        return self.words["extended"].format(
            by=self.events([one.event]) if one.event else self.tests(one.start_fact),
            how=self.words[one.mode],
            limit=self.amount(one.amount, one.unit),
            when=self.aside(one.when),
        )

    def amount(self, amount: int, unit: str) -> str:
        return amount_words(amount, unit, language=self.language)

    def aside(self, text: str | None) -> str:
        return self.words["aside"].format(text=text) if text else ""

    def events(self, names: Iterable[str]) -> str:
        return self.words["list"].join(self.vocabulary.event_types[name].title for name in names)

    def tests(self, tests: Sequence[r.FactTest]) -> str:
        return self.words["and"].join(self.test(test, self.vocabulary.facts[test.fact].title) for test in tests)

    def test(self, test: r.FactTest, title: str) -> str:
        if test.op == "present":
            return self.words["stated" if test.values[0] else "unstated"].format(fact=title)
        values = [self.value(test.fact, value) for value in test.values]
        return f"{title}{SIGNS[test.op]}{self.words['or'].join(values)}"

    def value(self, fact: str, value: Any) -> str:
        is_truth = isinstance(value, bool)
        return self.words[str(value).lower()] if is_truth else value_word(fact, value, self.vocabulary)
