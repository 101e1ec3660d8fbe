"""What a check asks, as sentences in Chinese or English: for the rule reference and for the page that edits a check."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from zhunsheng.core import check as c
from zhunsheng.core.rule import FactTest
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.value_words import value_word

KEYS: Final = {
    "zh": {
        "case": "案件", "person": "人员", "officer": "民警", "item": "物品", "place": "场所", "unit": "单位",
        "visit": "到场", "order": "委托", "document": "文书", "dossier": "案卷", "incident": "警情",
    },
    "en": {
        "case": "case", "person": "person", "officer": "officer", "item": "item", "place": "place", "unit": "unit",
        "visit": "visit", "order": "order", "document": "document", "dossier": "dossier", "incident": "incident",
    },
}  # fmt: skip
COLUMNS: Final = {
    "zh": {"officers": "民警人数", "document_no": "文号", "until": "截止时间"} | KEYS["zh"],
    "en": {"officers": "number of officers", "document_no": "document number", "until": "end"} | KEYS["en"],
}
TEMPLATES: Final = {
    "zh": {
        "checked": "检查：{events}", "first": "{checked}（每个对象的第一次）", "since": "（{day} 起）",
        "during": "仅在{begins}至{ends}期间", "beyond": "仅在{begins}至{ends}以外", "after": "仅在{begins}之后",
        "applies": "适用{since}：{tests}", "require": "要求{since}：{tests}", "unless": "除外：{tests}",
        "absent": "{start}{within}应有：{events}", "start": "自{events}起", "within": "{length}内",
        "stated_end": "在写明的截止前", "overlap": "不得同时进行", "overlap_of": "不得同时进行；只比较{names}不同的",
        "count": "{within}不超过 {times} 次", "match": "与{events}核对：{what}", "agree": "{names}一致",
        "differ": "{names}不同", "by_its_end": "不超过其截止", "order": "{long}{since}此前应有：{what}",
        "order_since": "自{events}起、", "long": "满{length}的，", "at_most": "到{end}不超过{length}",
        "longer": "{event}的，不超过{length}", "at_least": "到{end}不少于{length}",
        "outside": "{begins}—{over} 不得进行",
        "until": "写明的结束", "recorded_at": "录入系统", "list": "、", "and": "并且", "or": "或", "tests": "，",
        "alternatives": "；或者", "present": "写明{fact}", "missing": "没有写明{fact}", "is": "{fact}为{values}",
        "not": "{fact}不是{values}", "fact_at_least": "{fact}不少于{values}", "fact_at_most": "{fact}不多于{values}",
        "true": "是", "false": "否", "years": "{n}年", "months": "{n}个月", "days": "{n}天", "hours": "{n}小时",
        "minutes": "{n}分钟",
    },
    "en": {
        "checked": "Checked: {events}", "first": "{checked} (the first of each)", "since": " (from {day})",
        "during": "Only from {begins} until {ends}", "beyond": "Only outside the time from {begins} until {ends}",
        "after": "Only after {begins}", "applies": "Applies{since}: {tests}", "require": "Required{since}: {tests}",
        "unless": "Except: {tests}", "absent": "Must follow {within}{start}: {events}", "start": " from {events}",
        "within": "within {length}", "stated_end": "before the stated end", "overlap": "Not two at the same time",
        "overlap_of": "Not two at the same time that differ in {names}",
        "count": "Not more than {times} times {within}",
        "match": "Held against {events}: {what}", "agree": "same {names}", "differ": "different {names}",
        "by_its_end": "not beyond its end", "order": "Must come before{since}{long}: {what}",
        "order_since": ", since {events}", "long": ", where {length} have passed",
        "at_most": "Until {end}: at most {length}", "longer": "{event}: at most {length}",
        "at_least": "Until {end}: at least {length}", "outside": "Not between: {begins} and {over}",
        "until": "the stated end", "recorded_at": "its record", "list": ", ", "and": " and ", "or": " or ",
        "tests": ", ", "alternatives": "; or ", "present": "{fact} stated", "missing": "{fact} not stated",
        "is": "{fact} is {values}", "not": "{fact} is not {values}", "fact_at_least": "{fact} at least {values}",
        "fact_at_most": "{fact} at most {values}", "true": "yes", "false": "no", "years": "{n} years",
        "months": "{n} months", "days": "{n} days", "hours": "{n} hours", "minutes": "{n} minutes",
    },
}  # fmt: skip
OPS: Final = {"not": "not", "at_least": "fact_at_least", "at_most": "fact_at_most"}
COLONS: Final = {"zh": "：", "en": ": "}
MINUTE_US: Final = 60_000_000
DAY_MINUTES: Final = 1440


def says(check: c.Check, vocabulary: Vocabulary, language: str = "zh") -> list[str]:
    """What a check asks, a sentence a line, in the words of a vocabulary of the same language."""
    return [line[0].upper() + line[1:] for line in _Words(vocabulary, language).lines(check)]


def length_words(length: c.Length | None, language: str = "zh") -> str:
    """24小时, 3天, 6个月; 24 hours, 3 days, 6 months."""
    if length is None:
        return ""
    said = TEMPLATES[language]
    if length.months:
        is_years = length.months % 12 == 0
        return said["years" if is_years else "months"].format(n=length.months // 12 if is_years else length.months)
    minutes = length.us // MINUTE_US
    if minutes and minutes % DAY_MINUTES == 0 and minutes > DAY_MINUTES:
        return said["days"].format(n=minutes // DAY_MINUTES)
    is_hours = bool(minutes) and minutes % 60 == 0
    return said["hours" if is_hours else "minutes"].format(n=minutes // 60 if is_hours else minutes)


class _Words:
    """The sentences of one language in the words of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, language: str) -> None:
        self.vocabulary, self.language = vocabulary, language
        self.titles: Mapping[str, str] = {name: kind.title for name, kind in vocabulary.event_types.items()}

    def said(self, name: str, **words: Any) -> str:
        return TEMPLATES[self.language][name].format(**words)

    def lines(self, check: c.Check) -> Iterator[str]:
        if check.events:
            checked = self.said("checked", events=self.events(check.events))
            yield self.said("first", checked=checked) if check.first else checked
        if check.state:
            begins, ends = self.events(check.state.begins), self.events(check.state.ends or ())
            name = "after" if not ends else "during" if check.state.holds else "beyond"
            yield self.said(name, begins=begins, ends=ends)
        for version in check.versions:
            since = self.said("since", day=version.in_force) if version.in_force and len(check.versions) > 1 else ""
            if version.applies:
                yield self.said("applies", since=since, tests=self.alternatives(version.applies))
            if version.require:
                yield self.said("require", since=since, tests=self.alternatives(version.require))
        if check.unless:
            yield self.said("unless", tests=self.alternatives(check.unless))
        yield from self.body(check.body)

    def body(self, body: c.Body) -> Iterator[str]:
        if isinstance(body, c.Order):
            yield self.order(body)
        elif isinstance(body, c.Absent):
            start = self.said("start", events=self.events(body.from_)) if body.from_ else ""
            within = self.said("within", length=self.length(body.within)) if body.within else self.said("stated_end")
            events = self.events(body.must, "and" if body.every else "or")
            yield self.said("absent", start=start, within=within, events=events)
        elif isinstance(body, c.Overlap):
            names = self.names(body.differ)
            yield self.said("overlap_of", names=names) if names else self.said("overlap")
        elif isinstance(body, c.Span):
            yield from self.span(body)
        elif isinstance(body, c.Count):
            within = self.said("within", length=self.length(body.within)) if body.within else ""
            yield self.said("count", within=within, times=body.at_most).strip()
        elif isinstance(body, c.Match):
            yield self.said("match", events=self.events(body.others), what=self.matched(body))

    def matched(self, body: c.Match) -> str:
        agree, differ = self.names(body.agree), self.names(body.differ)
        what = [self.said("agree", names=agree)] * bool(agree) + [self.said("differ", names=differ)] * bool(differ)
        return self.said("tests").join([*what, *[self.said("by_its_end")] * body.is_until])

    def order(self, body: c.Order) -> str:
        if body.fact:
            return self.said("order", long="", since="", what=self.name(body.fact))
        since = self.said("order_since", events=self.events(body.since)) if body.since else ""
        long = self.said("long", length=self.length(body.since_at_least)) if body.since_at_least else ""
        return self.said("order", long=long, since=since, what=self.events(body.after, "and" if body.every else "or"))

    def span(self, body: c.Span) -> Iterator[str]:
        end = self.said(body.to) if body.to in ("until", "recorded_at") else self.events(body.ends)
        if body.at_most:
            yield self.said("at_most", end=end, length=self.length(body.at_most))
        for one in body.longer:
            yield self.said("longer", event=self.titles[one.event], length=self.length(one.at_most))
        if body.at_least:
            yield self.said("at_least", end=end, length=self.length(body.at_least))
        if body.outside:
            begins, over = (f"{minute // 60:02}:{minute % 60:02}" for minute in body.outside)
            yield self.said("outside", begins=begins, over=over)

    def alternatives(self, wanted: c.Alternatives) -> str:
        between, beside = self.said("tests"), self.said("alternatives")
        return beside.join(between.join(self.test(test) for test in tests) for tests in wanted)

    def test(self, test: FactTest) -> str:
        name = self.name(test.fact)
        if test.op == "present":
            return self.said("present" if test.values[0] else "missing", fact=name)
        values = "/".join(self.value(test.fact, value) for value in test.values)
        return self.said(OPS.get(test.op, "is"), fact=name, values=values)

    def value(self, fact: str, value: Any) -> str:
        if isinstance(value, bool):
            return self.said("true" if value else "false")
        return value_word(fact, value, self.vocabulary)

    def length(self, length: c.Length | None) -> str:
        return length_words(length, self.language)

    def events(self, names: Iterable[str], joined: str = "list") -> str:
        return self.said(joined).join(self.titles[name] for name in names)

    def names(self, names: Iterable[str]) -> str:
        return self.said("list").join(self.name(name) for name in names)

    def name(self, name: str) -> str:
        facts = self.vocabulary.facts
        return facts[name].title if name in facts else COLUMNS[self.language].get(name, name)
