"""How times, spans, money, rates and names are written, in one place (the design's sections 19 and 20).

Every function returns words of the language that is active. 24:00 of a day is stored as the next midnight, exclusive:
whoever passes such an instant says so with `at_end`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, wraps
from typing import Final, TypeVar, TypeVarTuple
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhunsheng.core.wording import span_in_english, span_words

Asked = TypeVarTuple("Asked")
Words = TypeVar("Words", bound=str)
ZONE: Final = ZoneInfo("Asia/Shanghai")
FEN: Final = 100
WAN_FEN: Final = 10_000 * FEN
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TAIL: Final = 4
KEPT_DAY: Final = re.compile(r"(?<![\d-])(?:(\d{4})-)?(0[1-9]|1[0-2])-([0-3]\d)(?![\d-])(?(1)|(?= [^\d\s]))")
"""A day in a sentence that was kept: with its year, or without one before the kind of day that it is."""


def remembered(*, most: int = 2048) -> Callable[[Callable[[*Asked], Words]], Callable[[*Asked], Words]]:
    """Words that follow from what is asked and the language of the page alone, said once: a list says the same again
    and again. `most`: how many are kept."""

    def remembering(say: Callable[[*Asked], Words]) -> Callable[[*Asked], Words]:
        @lru_cache(maxsize=most)
        def said(_language: str | None, *args: *Asked) -> Words:
            return say(*args)

        @wraps(say)
        def in_language(*args: *Asked) -> Words:
            return said(get_language(), *args)

        return in_language

    return remembering


def is_english() -> bool:
    """Whether the page is in English; otherwise it is in Chinese."""
    return (get_language() or "").startswith("en")


def page_language() -> str:
    """en or zh, as the words of rules and explanations name it."""
    return "en" if is_english() else "zh"


def local(at: datetime, *, at_end: bool = False) -> tuple[date, str]:
    """The day and the wall clock in Shanghai: 16:48, or 24:00 of the day that ends.

    Raises  ValueError if the instant has no zone, or if `at_end` is said of what is no midnight.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no zone. State one.")
    here = at.astimezone(ZONE)
    if not at_end:
        return here.date(), f"{here:%H:%M}"
    if (here.hour, here.minute) != (0, 0):
        raise ValueError(f"{here.isoformat()} is no end of a day. Leave out at_end.")
    return here.date() - timedelta(days=1), "24:00"


def day_start(at: datetime) -> datetime:
    """The midnight in Shanghai with which the day of an instant begins. What lists write of it depends on no more."""
    return at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


def moment(at: datetime | None, *, at_end: bool = False) -> str:
    """2026年11月23日 16:48; a dash where there is none."""
    if at is None:
        return "—"
    day, clock = local(at, at_end=at_end)
    return f"{full_day(day)} {clock}"


def moment_in_list(at: datetime | None, *, now: datetime, at_end: bool = False) -> str:
    """今天 16:48, 昨天 16:48, in the same year 11月23日 16:48, else with the year."""
    if at is None:
        return "—"
    day, clock = local(at, at_end=at_end)
    return f"{day_in_list(day, now=now)} {clock}"


def ends_a_day(at: datetime | None) -> bool:
    """Whether an instant is a midnight in Shanghai. A due time that is one is written as 24:00 of the day before,
    whichever way of counting gave it."""
    return at is not None and local(at)[1] == "00:00"


def due_moment(at: datetime | None, *, now: datetime | None = None) -> str:
    """A due time in full, or with `now` as lists show it: 11月23日 24:00, never 11月24日 00:00."""
    at_end = ends_a_day(at)
    return moment(at, at_end=at_end) if now is None else moment_in_list(at, now=now, at_end=at_end)


def day_in_list(day: date, *, now: datetime) -> str:
    """今天, 昨天, 11月23日, or with the year where it is another."""
    today, _clock = local(now)
    if day == today:
        return _("今天")
    if day == today - timedelta(days=1):
        return _("昨天")
    return short_day(day) if day.year == today.year else full_day(day)


@remembered()
def full_day(day: date) -> str:
    """2026年11月23日."""
    return _("%(year)d年%(month)d月%(day)d日") % _parts(day)


@remembered()
def short_day(day: date) -> str:
    """11月23日."""
    return _("%(month)d月%(day)d日") % _parts(day)


def as_pages_write(kept: str) -> str:
    """A sentence that was kept in words, its days as pages write them: 2026年4月24日 04:03 of 2026-04-24 04:03, and
    4月25日 休息日 of 04-25 休息日."""
    return KEPT_DAY.sub(lambda match: _kept_day(*match.groups()), kept)


def full_month(day: date) -> str:
    """2026年11月."""
    return _("%(year)d年%(month)d月") % _parts(day)


def short_month(day: date) -> str:
    """11月."""
    return _("%(month)d月") % _parts(day)


@remembered()
def weekday(day: date) -> str:
    """周一."""
    return (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))[day.weekday()]


def seconds(at: datetime) -> str:
    """With seconds: in the audit log, and nowhere else."""
    here = at.astimezone(ZONE)
    return f"{full_day(here.date())} {here:%H:%M:%S}"


def span(length: timedelta) -> str:
    """7小时12分, 1天1小时, 14天 from ten days on, 52分."""
    return span_in_english(length) if is_english() else span_words(length)


def span_parts(length: timedelta) -> Iterator[tuple[str, str]]:
    """The same as numbers and units, for the one large number of a page."""
    number, unit = "", ""
    for letter in span(length):
        if letter.isdigit():
            if unit:
                yield number, unit.strip()
                number, unit = "", ""
            number += letter
        else:
            unit += letter
    yield number, unit.strip()


@dataclass(frozen=True)
class Remaining:
    """How a due time stands. `state`: left, past (between the two readings), overdue, open (no due time is known)."""

    state: str
    length: timedelta = timedelta()

    @property
    def words(self) -> str:
        """还剩 7小时12分; 已过从严时点; 超期 1小时20分; 届满待定."""
        if self.state == "left":
            return _("还剩 %(span)s") % {"span": span(self.length)}
        if self.state == "overdue":
            return _("超期 %(span)s") % {"span": span(self.length)}
        return _("已过从严时点") if self.state == "past" else _("届满待定")


def remaining(
    due: datetime | None,
    outer: datetime | None,
    *,
    now: datetime,
    due_at_end: bool = False,
    outer_at_end: bool = False,
) -> Remaining:
    """How much is left of the strict time; 超期 counts from the outer one, and only after it.

    An end at 24:00 is exclusive: that instant is too late. A time to the minute is still in time itself.
    """
    if due is None:
        return Remaining("open")
    if _is_before(now, due, at_end=due_at_end):
        return Remaining("left", due - now)
    last, last_at_end = (outer, outer_at_end) if outer is not None else (due, due_at_end)
    return Remaining("past") if _is_before(now, last, at_end=last_at_end) else Remaining("overdue", now - last)


def _is_before(now: datetime, end: datetime, *, at_end: bool) -> bool:
    return now < end or (now == end and not at_end)


def money(fen: int) -> str:
    """18,640.00 元."""
    sign, amount = ("-", -fen) if fen < 0 else ("", fen)
    return _("%(amount)s 元") % {"amount": f"{sign}{amount // FEN:,}.{amount % FEN:02d}"}


def money_in_chart(fen: int) -> str:
    """1.86万元 from ten thousand on, below it in full."""
    if abs(fen) < WAN_FEN:
        return money(fen)
    hundredths = round(fen * FEN / WAN_FEN)
    return _("%(amount)s万元") % {"amount": f"{hundredths / FEN:.2f}".rstrip("0").rstrip(".")}


def number(value: float, *, decimals: int = 1) -> str:
    """0.9, 91.5, 12: no decimals that say nothing."""
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """78% of 0.78."""
    return f"{number(share * 100, decimals=0)}%"


def tail(case: str) -> str:
    """The last four digits of a case number, for messages and labels."""
    return case[-TAIL:]


def listed(parts: Iterable[object]) -> str:
    """Several things in a row, with the mark between them of the language: 甲、乙."""
    return _("、").join(map(str, parts))


def actor(name: str) -> str:
    """Who acted, as the record names him: an account by its name, a program, a source of data."""
    kind, _colon, rest = name.partition(":")
    if kind == "process" and rest:
        return _("程序 {name}").format(name=rest)
    if kind == "source" and rest:
        return _("来源 {name}").format(name=rest)
    if name == "deployment":
        return _("部署时自带")
    return rest if kind == "account" else name


def _kept_day(year: str | None, month: str, day: str) -> str:
    parts = {"year": int(year or 0), "month": int(month), "day": int(day), "mon": MONTHS[int(month) - 1]}
    return (_("%(year)d年%(month)d月%(day)d日") if year else _("%(month)d月%(day)d日")) % parts


def _parts(day: date) -> dict[str, object]:
    return {"year": day.year, "month": day.month, "day": day.day, "mon": MONTHS[day.month - 1]}
