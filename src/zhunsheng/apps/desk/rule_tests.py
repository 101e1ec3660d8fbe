"""The own tests of a rule's file as pages show them: what is given and what must come of it, without a code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhunsheng.apps.display import formats
from zhunsheng.core.rule import RuleTest
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.explanation import CHECK_QUESTIONS, QUESTION_WORDS, fact_title
from zhunsheng.report.words import Wording
from zhunsheng.value_words import value_word

Words = str | Promise
Given = list[tuple[str, str, str]]
"""When, what, and what else is stated of it."""
COLUMNS: Final[Mapping[str, Words]] = {
    "case": _("案件"), "incident": _("警情"), "person": _("人员"), "visit": _("到场"), "item": _("物品"),
    "order": _("委托"), "document": _("文书"), "dossier": _("卷宗"), "unit": _("单位"), "place": _("场所"),
    "officers": _("民警"), "document_no": _("文号"), "until": _("截止时间"), "recorded_at": _("登记时间"),
    "id": _("编号"), "version": _("版本"), "void": _("作废"), "clocks": _("期限个数"), "outcome": _("状态"),
    "due": _("届满"), "outer": _("最迟"), "stopped": _("办结"), "question": _("待核实"), "reason": _("原因"),
    "finding": _("认定"), "findings": _("认定"), "found_at": _("认定时间"), "closed_at": _("补正时间"),
    "subject": _("对象"), "event": _("依据事件"), "events": _("依据事件"), "cases": _("涉及案件"),
}  # fmt: skip
"""What the columns of events, clocks and findings are called."""
KINDS: Final[Mapping[str, Words]] = {
    "overdue": _("超期"), "late": _("超期办结"), "broken": _("不符合"), "unknown": _("待核实"),
    "late_extension": _("延长已过期限"), "late_pause": _("暂停已过期限"), "late_known": _("得知时已超期"),
    "extension_out_of_order": _("延长次序不对"),
}  # fmt: skip
LEVELS: Final[Mapping[str, Words]] = {"blue": _("蓝色提示"), "yellow": _("黄色预警"), "red": _("红色预警")}
APPROACHING: Final = "approaching"
DUE: Final = ("due", "outer")
FINDINGS: Final = ("finding", "findings")
QUESTIONS: Final = ("question", "reason")
WHEN_AND_WHAT: Final = ("at", "type")
NOT_KNOWN: Final[Mapping[str, Words]] = {"unknown": _("待定"), "none": _("没有")}


@dataclass(frozen=True)
class ShownTest:
    """One test of a rule: what is given, what must come of it, and why, which files say in English alone."""

    name: str
    why: str
    given: Given
    expect: list[str]


def shown_test(test: RuleTest, vocabulary: Vocabulary) -> ShownTest:
    """A test in the words of a vocabulary."""
    why = test.why if formats.is_english() else ""
    return ShownTest(test_name(test, vocabulary), why, given_words(test, vocabulary), expected_words(test, vocabulary))


def test_name(test: RuleTest, vocabulary: Vocabulary) -> str:
    """What a test is called on a page: files name their tests in English; in Chinese it is what must come of it."""
    return test.name if formats.is_english() else expected_words(test, vocabulary)[0]


def expected_words(test: RuleTest, vocabulary: Vocabulary) -> list[str]:
    """What must come of a test."""
    return [_expected(one, vocabulary) for one in test.expect] or [gettext("没有要提示的")]


def given_words(test: RuleTest, vocabulary: Vocabulary) -> Given:
    """The events of a test."""
    given = []
    for event in test.given:
        kind = vocabulary.event_types.get(str(event.get("type")))
        stated = (_stated(name, value, vocabulary) for name, value in event.items() if name not in WHEN_AND_WHAT)
        title = kind.title if kind else str(event.get("type", ""))
        given.append((_instant(event.get("at")), title, gettext("，").join(stated)))
    return given


def _expected(one: Mapping[str, Any] | str, vocabulary: Vocabulary) -> str:
    if isinstance(one, str):  # a check says no more than what it finds: "broken red"
        return _finding(one)
    return gettext("；").join(_said(name, _value(name, value, vocabulary)) for name, value in one.items())


def _stated(name: str, value: Any, vocabulary: Vocabulary) -> str:
    """延长档次：7日. What an event states: a fact, or one of its columns."""
    title = vocabulary.facts[name].title if name in vocabulary.facts else str(COLUMNS.get(name, name))
    return gettext("%(name)s：%(value)s") % {"name": title, "value": _plain(name, value, vocabulary)}


def _said(name: str, value: str) -> str:
    return gettext("%(name)s：%(value)s") % {"name": str(COLUMNS.get(name, name)), "value": value}


def _plain(name: str, value: Any, vocabulary: Vocabulary) -> str:
    if isinstance(value, list | tuple):
        parts = [_plain(name, each, vocabulary) for each in value]
        return formats.listed(parts) if parts else gettext("没有")
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    return _instant(value) if isinstance(value, date) else value_word(name, value, vocabulary)


def _value(name: str, value: Any, vocabulary: Vocabulary) -> str:
    """What a clock or a finding must be, in one of its columns."""
    if isinstance(value, list | tuple):
        parts = [_value(name, each, vocabulary) for each in value]
        return formats.listed(parts) if parts else gettext("没有")
    if isinstance(value, date):
        return formats.due_moment(value) if name in DUE and isinstance(value, datetime) else _instant(value)
    if name == "outcome":
        return _outcome(str(value))
    if name in FINDINGS:
        return _finding(str(value))
    if name in QUESTIONS:
        return _question(str(value), vocabulary)
    return str(NOT_KNOWN[str(value)]) if name in (*DUE, "closed_at") else str(value)


def _instant(value: Any) -> str:
    if isinstance(value, datetime):
        return formats.moment(value)
    return formats.full_day(value) if isinstance(value, date) else ""


def _outcome(outcome: str) -> str:
    words = Wording(formats.page_language(), formats.ZONE.key)
    return words["unknown_line" if outcome == "unknown" else outcome]


def _finding(text: str) -> str:
    """超期 红色预警 of "overdue red"; of what approaches the level alone."""
    kind, _space, level = text.partition(" ")
    words = ("" if kind == APPROACHING else str(KINDS.get(kind, kind)), str(LEVELS.get(level, "")))
    return " ".join(word for word in words if word)


def _question(text: str, vocabulary: Vocabulary) -> str:
    """缺少事实（性别） of "missing_fact: sex"."""
    question, _colon, fact = text.partition(": ")
    language = formats.page_language()
    known = CHECK_QUESTIONS[language] | QUESTION_WORDS[language]
    if not fact:
        return known.get(question, question)
    named = str(COLUMNS[fact]) if fact in COLUMNS else fact_title(fact, vocabulary)
    return gettext("%(question)s（%(fact)s）") % {"question": known.get(question, question), "fact": named}
