"""Alert × message → text: a closed list of names, formats as people write them, and a length that fits one Chinese
SMS."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

SMS_LENGTH: Final = 70
PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")
PLACEHOLDERS: Final = ("case", "start", "due", "outer", "limit", "left", "late")
UNIT_WORDS: Final = {"hours": "小时", "days": "天", "working_days": "个工作日", "months": "个月", "years": "年"}
LONG_WORDS: Final = timedelta(days=10)
MASKED_TITLE: Final = re.compile(r"某")


@dataclass(frozen=True)
class Deployment:
    """What a deployment allows in a text. A masked case title needs a recorded decision of two persons; by default
    the last four digits stand."""

    masked_case_title: bool = False


def message_text(
    template: str,
    clock: Mapping[str, Any],
    *,
    as_of: datetime,
    zone: str,
    title: str | None = None,
    deployment: Deployment = Deployment(),
) -> str:
    """Fill a message of a rule file from a clock (a row of schemas.CLOCKS). `title` is the masked case title, if the
    case states one.

    Raises  UnknownPlaceholder naming the word that is not of the closed list.
    """
    values = {
        "case": case_words(clock["case"], title if deployment.masked_case_title else None),
        "start": f"{clock['start'].astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}",
        "due": due_words(clock["due"], zone),
        "outer": due_words(clock["outer"], zone),
        "limit": limit_words(clock["amount"], clock["limit_unit"]),
        "left": left_words(clock["due"], as_of),
        "late": late_words(clock["outer"], clock["stopped"] or as_of),
    }
    return PLACEHOLDER.sub(lambda match: _value(match[1], values), template)


CHECK_PLACEHOLDERS: Final = ("case", "at")


def check_message_text(
    template: str,
    verdict: Mapping[str, Any],
    *,
    zone: str,
    title: str | None = None,
    deployment: Deployment = Deployment(),
) -> str:
    """Fill a message of a check file from a verdict or finding of it: the case, and when it came to be.

    Raises  UnknownPlaceholder naming the word that is not of the closed list.
    """
    values = {
        "case": case_words(verdict["case"], title if deployment.masked_case_title else None),
        "at": moment_words(verdict["found_at"], zone, at_end=False),
    }
    return PLACEHOLDER.sub(lambda match: _value(match[1], values), template)


class UnknownPlaceholder(ValueError):
    """A message names a word that nothing fills."""


def _value(name: str, values: Mapping[str, str]) -> str:
    if name not in values:
        raise UnknownPlaceholder(f"{{{name}}} is not filled by anything. Use {', '.join(values)}.")
    return values[name]


def placeholders(template: str) -> list[str]:
    """The names that a template uses, in order."""
    return PLACEHOLDER.findall(template)


def case_words(case: str | None, title: str | None) -> str:
    """A case in a text: its masked title where allowed and indeed masked, else its last four digits."""
    if title and MASKED_TITLE.search(title):
        return title
    return f"案件（尾号{case[-4:]}）" if case else "案件"


def moment_words(moment: datetime | None, zone: str, *, at_end: bool) -> str:
    """11月9日24:00, 3月4日14:35; 待定 for none."""
    if moment is None:
        return "待定"
    local = moment.astimezone(ZoneInfo(zone))
    if at_end:
        day = local - timedelta(minutes=1)
        return f"{day.month}月{day.day}日24:00"
    return f"{local.month}月{local.day}日{local:%H:%M}"


def due_words(due: datetime | None, zone: str) -> str:
    """A due time: a midnight is told as 24:00 of the day before, whichever way of counting gave it."""
    return moment_words(due, zone, at_end=ends_a_day(due, zone))


def ends_a_day(moment: datetime | None, zone: str) -> bool:
    """Whether an instant is a midnight of a zone."""
    return moment is not None and moment.astimezone(ZoneInfo(zone)).time() == time()


def limit_words(amount: int, unit: str) -> str:
    """7天, 24小时, 2个月; 立即 for an act that is due at once."""
    return f"{amount}{UNIT_WORDS[unit]}" if unit in UNIT_WORDS else "立即" if unit == "immediate" else "文书载明期限"


def span_words(span: timedelta) -> str:
    """7小时12分, 1天1小时, 14天, 52分: no zero padding, days alone from ten days on."""
    minutes = int(span.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if span >= LONG_WORDS:
        return f"{days}天"
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    if hours:
        return f"{hours}小时{rest}分" if rest else f"{hours}小时"
    return f"{rest}分"


def left_words(due: datetime | None, as_of: datetime) -> str:
    """还剩 and the span; 已过从严时点 between the two readings; 待定 where no due time is known."""
    if due is None:
        return "届满时间待定"
    return f"还剩{span_words(due - as_of)}" if as_of < due else "已过从严时点"


def late_words(outer: datetime | None, at: datetime) -> str:
    """How far beyond the outer due time."""
    return span_words(at - outer) if outer is not None and at > outer else "0分"


def moment_in_english(moment: datetime | None, zone: str, *, at_end: bool) -> str:
    """9 Nov 24:00, 4 Mar 14:35; open for none."""
    if moment is None:
        return "open"
    local = moment.astimezone(ZoneInfo(zone)) - (timedelta(minutes=1) if at_end else timedelta())
    return f"{local.day} {local:%b} {'24:00' if at_end else f'{local:%H:%M}'}"


def due_in_english(due: datetime | None, zone: str) -> str:
    """A due time in English: 9 Nov 24:00."""
    return moment_in_english(due, zone, at_end=ends_a_day(due, zone))


def span_in_english(span: timedelta) -> str:
    """7 h 12 min, 1 d 1 h, 14 d: the same steps as in Chinese."""
    words = span_words(span)
    for chinese, english in (("天", " d "), ("小时", " h "), ("分", " min ")):
        words = words.replace(chinese, english)
    return words.strip()
