"""Lint: a message fits one Chinese SMS, uses the closed list of names, and names no person, number or charge."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from zhunsheng.core import rule as r
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.core.wording import PLACEHOLDERS, SMS_LENGTH, limit_words, placeholders, span_words

LONGEST_MOMENT: Final = "12月31日24:00"
LONGEST_SPAN: Final = span_words(timedelta(days=9, hours=23))
NUMBER: Final = re.compile(r"[0-9０-９]{6,}")
SURNAMES: Final = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹苏潘葛林徐郭黄刘马胡高梁宋罗曾彭萧蔡田董袁于余叶程"
)
PERSON: Final = re.compile(f"[{SURNAMES}][某Xx×*]")
OFFENCES: Final = "盗窃|诈骗|抢劫|强奸|赌博|吸毒|贩毒|故意伤害|交通肇事"
CHARGE: Final = re.compile(rf"[一-龥]{{2,8}}罪(?![嫌犯行名])|涉嫌(?!人)[一-龥]|(?:{OFFENCES})案")
KINDS: Final = ("approaching", "overdue", "late", "lapsed", "unknown", "excused", "paused")


def messages(rule: r.Rule, _vocabulary: Vocabulary, _rules: Mapping[str, r.Rule]) -> Iterator[tuple[str, str]]:
    """What is wrong with the messages of a rule; (key, text) each."""
    wanted = ("approaching", "lapsed") if rule.stop.on_due == "lapse" else ("approaching", "overdue", "late")
    for kind in wanted:
        if kind not in rule.messages:
            yield f"message.{kind}", "missing. Write what the officer reads."
    for kind, text in rule.messages.items():
        key = f"message.{kind}"
        if kind not in KINDS:
            yield key, f"is no kind of message. Use {', '.join(KINDS)}."
        for name in placeholders(text):
            if name not in PLACEHOLDERS:
                yield key, f"{{{name}}} is not filled by anything. Use {', '.join(PLACEHOLDERS)}."
        if (length := len(filled(text, rule))) > SMS_LENGTH:
            yield key, f"has {length} characters with the longest values, more than {SMS_LENGTH}. Shorten it."
        if "{outer}届满" in text:
            yield key, "says 届满 of {outer}: a limit ends at {due}. Write 已过最迟时点{outer}."
        yield from private_words(key, text)


def private_words(key: str, text: str) -> Iterator[tuple[str, str]]:
    """What a message names that may not leave the building; (key, text) each."""
    for pattern, what in ((NUMBER, "a number of a person or case"), (PERSON, "a person"), (CHARGE, "a charge")):
        if match := pattern.search(text):
            yield key, f"{match[0]!r} names {what}. A message leaves the building; write {{case}} instead."


def filled(text: str, rule: r.Rule) -> str:
    """A message with the longest values that are usual: nine days and 23 hours, the last of December."""
    limits = [(limit.amount, limit.unit) for version in rule.versions for limit in version.limits]
    limits += [(e.amount, e.unit) for version in rule.versions for e in version.extensions]
    articles = [basis.article for version in rule.versions for basis in version.basis]
    values = {
        "case": "案件（尾号0000）",
        "start": f"{datetime(2026, 12, 31, tzinfo=UTC):%Y-%m-%d %H:%M:%S}",
        "due": LONGEST_MOMENT,
        "outer": LONGEST_MOMENT,
        "limit": max((limit_words(*limit) for limit in limits), key=len),
        "left": f"还剩{LONGEST_SPAN}",
        "late": LONGEST_SPAN,
        "article": max(articles, key=len, default=""),
    }
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
