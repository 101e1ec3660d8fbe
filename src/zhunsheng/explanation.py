"""Steps → sentences: the explanation is the log of the fold, put into words. Nothing here computes a date."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from zhunsheng.core.calendar import Calendar
from zhunsheng.core.rule import Rule
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.value_words import value_word

MAX_LISTED_DAYS: Final = 10
LANGUAGES: Final = ("zh", "en")
TIER: Final = "tier"
"""The fact by which a document says which extension it grants."""

KIND_WORDS: Final = {
    "zh": {
        "start": "起点：{at} {event}",
        "version": "适用第{detail}版：{article}",
        "limit": "期限：{limit}",
        "count": "计算：{counting}，至 {after}{days}",
        "extend": "延长：{at} {event}，档次 {detail}，改为 {limit_amount}，至 {after}",
        "late_extension": "延长无效：{at} 作出时期限已过，届满时间不变",
        "extension_out_of_order": "延长无效：{at} 缺少应当先批准的档次",
        "pause": "暂停：{at} {event}，不计入期限",
        "late_pause": "暂停无效：{at} 期限已过，不因此恢复",
        "resume": "恢复：{at}，顺延后至 {after}",
        "until": "文书载明截止：{after}",
        "restart": "重新计算：{at} {event}",
        "wait": "待起算：{at}，等待“{waited}”",
        "satisfied": "办结：{at} {event}",
        "terminated": "终止：{at} {event}",
        "excused": "有据免责：{at} {event}",
        "lapsed": "期满失效：{at}",
        "due_strict": "届满：{after}",
        "roll": "末日为休息日，顺延：{before} → {after}",
        "due": "最迟：{after}",
        "question": "待核实：{question}",
    },
    "en": {
        "start": "Start: {at} {event}",
        "version": "Version {detail}: {article}",
        "limit": "Limit: {limit}",
        "count": "Count: {counting}, to {after}{days}",
        "extend": "Extended: {at} {event}, tier {detail}, now {limit_amount}, to {after}",
        "late_extension": "Extension without effect: at {at} the limit had passed; nothing moves",
        "extension_out_of_order": "Extension without effect: {at}, the tier that must come first was not granted",
        "pause": "Paused: {at} {event}; this time does not count",
        "late_pause": "Pause without effect: at {at} the limit had passed",
        "resume": "Resumed: {at}, now to {after}",
        "until": "A document states the end: {after}",
        "restart": "Counted anew: {at} {event}",
        "wait": "Waiting since {at} for {waited}",
        "satisfied": "Met: {at} {event}",
        "terminated": "Ended: {at} {event}",
        "excused": "Excused: {at} {event}",
        "lapsed": "Lapsed: {at}",
        "due_strict": "Due: {after}",
        "roll": "The last day is a rest day, moved: {before} → {after}",
        "due": "At the latest: {after}",
        "question": "To be answered: {question}",
    },
}
COUNTED_BACK: Final = {
    "zh": "计算：从另一期限届满（{before}）倒推，至 {after}",
    "en": "Count: back from another due time ({before}), to {after}",
}
"""A count without a counting of its own: of a clock that follows another one."""
COUNTING_WORDS: Final = {
    "zh": {
        "exact_minute": "从起点的分钟起连续计算",
        "rolling_24h": "每满二十四小时为一日",
        "same_time": "若干日后的同一时刻",
        "day_after": "开始之日不计，末日24时届满",
        "next_workday": "只计工作日，开始之日不计",
        "same_day_of_month": "到期月份的对应日24时届满",
        "office_hours": "只计办公时间",
        "at_once": "立即",
        "before_parent": "从另一期限届满倒推",
        "by_document": "以文书载明为准",
    },
    "en": {
        "exact_minute": "elapsed time to the minute",
        "rolling_24h": "each full 24 hours are a day",
        "same_time": "the same time of day",
        "day_after": "the first day is not counted, the last ends at 24:00",
        "next_workday": "working days only, the first day is not counted",
        "same_day_of_month": "the same-numbered day, 24:00",
        "office_hours": "inside opening hours only",
        "at_once": "at once",
        "before_parent": "counted back from another due time",
        "by_document": "as the document states",
    },
}
UNIT_WORDS: Final = {
    "zh": {
        "hours": "{n}小时",
        "days": "{n}日",
        "working_days": "{n}个工作日",
        "months": "{n}个月",
        "years": "{n}年",
        "immediate": "立即",
        "by_document": "文书载明",
    },
    "en": {
        "hours": "{n} hours",
        "days": "{n} days",
        "working_days": "{n} working days",
        "months": "{n} months",
        "years": "{n} years",
        "immediate": "at once",
        "by_document": "as the document states",
    },
}
QUESTION_WORDS: Final = {
    "zh": {
        "repeated_start": "重复的起点，按较早的计算",
        "stop_before_start": "办结早于起点",
        "missing_fact": "缺少事实",
        "no_version": "当时没有生效的版本",
        "no_hour": "起点没有写明时分，按小时计算的期限无法计算",
        "no_hour_stop": "届满当日的办结没有写明时分",
        "until_before_start": "文书载明的截止早于起点",
        "beyond_calendar": "超出已公布的节假日安排",
        "missing_tier": "延长没有写明档次",
        "missing_key": "没有写明所涉的人、物或单位",
        "no_start": "没有记录起点",
        "no_end": "没有记录结束时间",
        "no_partner": "没有可以核对的另一条记录",
        "inferred": "据记录推断，请核实",
    },
    "en": {
        "repeated_start": "started twice; the earlier counts",
        "stop_before_start": "ended before it started",
        "missing_fact": "a fact is missing",
        "no_version": "no version was in force",
        "no_hour": "the start has no hour, and hours are counted",
        "no_hour_stop": "the end has no hour on the very day",
        "until_before_start": "the document's end lies before the start",
        "beyond_calendar": "beyond the published calendar",
        "missing_tier": "the extension names no tier",
        "missing_key": "whom or what it is about is not named",
        "no_start": "no beginning is recorded",
        "no_end": "no end is recorded",
        "no_partner": "no other record to compare with",
        "inferred": "inferred from the records; please confirm",
    },
}
DAY_KINDS: Final = {"zh": ("工作日", "休息日"), "en": ("working day", "rest day")}


def question_words(question: str, fact: str, vocabulary: Vocabulary, language: str) -> str:
    """What is asked, and on which fact."""
    words = QUESTION_WORDS[language].get(question, question)
    if not fact:
        return words
    if language == "en":
        return f"{words} ({fact})"
    return f"{words}（{fact_title(fact, vocabulary)}）"


COLUMN_TITLES: Final = {"officers": "民警", "until": "截止时间", "document_no": "文号", "recorded_at": "登记时间"}
CHECK_QUESTIONS: Final = {
    "zh": {"no_hour": "只写明日期，先后无法判断"},
    "en": {"no_hour": "known to the day only; which came first is not known"},
}


def fact_title(fact: str, vocabulary: Vocabulary) -> str:
    """The Chinese name of a fact, or of a column that checks read like one."""
    return vocabulary.facts[fact].title if fact in vocabulary.facts else COLUMN_TITLES.get(fact, fact)


def check_question_words(reason: str, vocabulary: Vocabulary, language: str) -> str:
    """What a check asks, from the reason of its finding."""
    question, _, fact = reason.partition(": ")
    own = CHECK_QUESTIONS[language].get(question)
    return own if own is not None else question_words(question, fact, vocabulary, language)


class Explainer:
    """Puts the steps of a rule's clocks into words of one language."""

    def __init__(self, rule: Rule, vocabulary: Vocabulary, calendar: Calendar, *, language: str = "zh") -> None:
        self.rule, self.vocabulary, self.calendar, self.language = rule, vocabulary, calendar, language
        self.zone = ZoneInfo(vocabulary.zone)

    def sentences(self, steps: Iterable[Mapping[str, Any]], types: Mapping[str, str]) -> list[str]:
        """One sentence a step (rows of schemas.STEPS of one clock). `types` gives the type of each event by its
        source/id."""
        return [self._sentence(step, types) for step in steps]

    def _sentence(self, step: Mapping[str, Any], types: Mapping[str, str]) -> str:
        detail = step["detail"] or ""
        question, _, fact = detail.partition(": ")
        amount, _, unit = detail.partition(" ")
        follows = step["kind"] == "count" and not detail
        template = COUNTED_BACK[self.language] if follows else KIND_WORDS[self.language][step["kind"]]
        return template.format(
            at=self.moment(step["at"]),
            event=self.title(types.get(step["event"] or "")),
            detail=self.tier(detail) if step["kind"] == "extend" else detail,
            article=self.articles(step["article"]),
            limit=self._amount(int(amount), unit.partition(" ")[0]) if step["kind"] == "limit" else "",
            limit_amount=self._tier_amount(detail, step["amount"]) if step["kind"] == "extend" else "",
            counting=COUNTING_WORDS[self.language].get(detail, detail),
            before=self.moment(step["before"], at_end=self._is_midnight(step["before"])),
            after=self.moment(step["after"], at_end=self._is_midnight(step["after"])),
            days=self._days(step),
            waited=self.title(detail),
            question=self.question(question, fact) if step["kind"] == "question" else "",
        )

    def moment(self, instant: datetime | None, *, at_end: bool = False) -> str:
        """An instant on the rulebook's wall clock; a midnight that ends a day as that day 24:00."""
        if instant is None:
            return "未知" if self.language == "zh" else "unknown"
        local = instant.astimezone(self.zone)
        if at_end:
            return f"{(local - timedelta(minutes=1)):%Y-%m-%d} 24:00"
        return f"{local:%Y-%m-%d %H:%M}"

    def day(self, day: date) -> str:
        """A day of a count: 11-21."""
        return f"{day:%m-%d}"

    def _is_midnight(self, instant: datetime | None) -> bool:
        return instant is not None and f"{instant.astimezone(self.zone):%H:%M:%S}" == "00:00:00"

    def title(self, event_type: str | None) -> str:
        """What an event type is called; nothing where there is no event."""
        if event_type is None:
            return ""
        known = self.vocabulary.event_types.get(event_type)
        return known.title if known and self.language == "zh" else event_type

    def articles(self, articles: str | None) -> str:
        """Several articles in a row, with the mark between them of the language."""
        return (articles or "").replace("; ", "；") if self.language == "zh" else articles or ""

    def tier(self, tier: str) -> str:
        """What the tier of an extension is called."""
        return value_word(TIER, tier, self.vocabulary) if self.language == "zh" else tier

    def _amount(self, amount: int, unit: str) -> str:
        return UNIT_WORDS[self.language].get(unit, "{n} " + unit).format(n=amount)

    def _tier_amount(self, tier: str, amount: int) -> str:
        found = [e for version in self.rule.versions for e in version.extensions if e.tier == tier]
        return self._amount(amount, found[0].unit) if found else str(amount)

    def question(self, question: str, fact: str) -> str:
        """What is asked, and on which fact."""
        return question_words(question, fact, self.vocabulary, self.language)

    def _days(self, step: Mapping[str, Any]) -> str:
        """Up to ten days one by one, each a working day, a rest day or a named holiday."""
        if step["kind"] != "count" or step["detail"] not in ("day_after", "next_workday") or step["after"] is None:
            return ""
        first = step["before"].astimezone(self.zone).date()
        last = (step["after"].astimezone(self.zone) - timedelta(minutes=1)).date()
        if (last - first).days > MAX_LISTED_DAYS:
            return ""
        days = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
        texts = [f"{self.day(day)} {self._kind_of(day)}" for day in days]
        return f"（{'，'.join(texts)}）" if self.language == "zh" else f" ({', '.join(texts)})"

    def _kind_of(self, day: date) -> str:
        if not self.calendar.first <= day <= self.calendar.last:
            return "?"
        works, rests = DAY_KINDS[self.language]
        if self.calendar.is_working(day):
            return works
        return self.calendar.names.get(day) or rests
