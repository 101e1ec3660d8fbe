"""Levels, times and the time left as pages draw them: for the tags of templates, and for long lists, whose rows are
written by code."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from html import escape
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhunsheng.apps.display import formats
from zhunsheng.apps.display.shapes import drawn

PARTS: Final = re.compile(r"([A-Z]\d{12})(\d{6,})")
WORDS: Final = {
    "blue": gettext_lazy("蓝色提示"),
    "yellow": gettext_lazy("黄色预警"),
    "red": gettext_lazy("红色预警"),
    "over": gettext_lazy("已超期"),
    "late": gettext_lazy("超期办结"),
    "done": gettext_lazy("已办结"),
    "ask": gettext_lazy("待核实"),
    "acknowledged": gettext_lazy("已签收"),
    "waiting": gettext_lazy("待签收"),
    "snoozed": gettext_lazy("稍后提醒"),
    "disputed": gettext_lazy("误报待裁"),
    "withdrawn": gettext_lazy("已撤回"),
    "claimed_done": gettext_lazy("已办结待核"),
}
"""The fixed words of levels and states."""

LOOKS: Final = {
    "acknowledged": ("ok", "done"),
    "done": ("ok", "done"),
    "late": ("late", "late"),
    "ask": ("gray", "ask"),
    "waiting": ("gray", "todo"),
    "snoozed": ("gray", "snoozed"),
    "disputed": ("gray", "ask"),
    "withdrawn": ("gray", "gray"),
    "claimed_done": ("gray", "done"),
}
"""State → style of its chip and its shape; a level has its own name in both."""


@formats.remembered()
def parted(number: str) -> SafeString:
    """The number of a case, which may break after the code of its unit: a digit alone on a line is misread."""
    parts = PARTS.fullmatch(number)
    return format_html("{}<wbr>{}", *parts.groups()) if parts else format_html("{}", number)


def chip(name: str) -> SafeString:
    """The chip of a level or state: shape, word, tint."""
    css, picture = LOOKS.get(name, (name, name))
    return format_html('<span class="lv {}">{}{}</span>', css, mark_safe(drawn(picture)), WORDS[name])  # noqa: S308


@cache
def shape(name: str, *, large: bool = False) -> SafeString:
    """The shape of a level or state without its word."""
    return mark_safe(drawn(name, large=large))  # noqa: S308 - drawn from our own constants


@formats.remembered()
def level_word(name: str) -> str:
    """The word of a level beside its shape. What is no level asks for something."""
    return str(WORDS[name] if name in ("over", "red", "yellow", "blue") else WORDS["ask"])


def shape_and_word(name: str, *, large: bool = True) -> SafeString:
    """The shape of a level, and its word for whoever does not see it."""
    return _shape_and_word(name, large)


@formats.remembered()
def _shape_and_word(name: str, large: bool) -> SafeString:
    return mark_safe(f'{shape(name, large=large)}<span class="visually-hidden">{level_word(name)}</span>')  # noqa: S308


def left(clock: object, *, now: datetime, level: str = "") -> SafeString:
    """还剩 or 超期 of whatever has due and outer (an object or a mapping), in the ink of its level or state."""
    state = formats.remaining(
        _part(clock, "due"),
        _part(clock, "outer"),
        now=now,
        due_at_end=bool(_part(clock, "due_at_end")),
        outer_at_end=bool(_part(clock, "outer_at_end")),
    )
    css = {"overdue": "zs-over", "past": "zs-past"}.get(state.state, level)
    # What a check found has no end that could still be settled: it is so.
    is_found = _part(clock, "due") is None and _part(clock, "kind") == "broken"
    words = _("不符合") if is_found else state.words
    return mark_safe(f'<span class="zs-left {escape(css)}">{words}</span>')  # noqa: S308 - our own words


def due(clock: object, *, now: datetime | None, word: bool = False) -> SafeString:
    """The strict time, with `word` followed by 届满, and in a second line 最迟 where the outer time differs.

    Takes what has due and outer. `now`: of the page, for the short form of lists; None: in full, with the year.
    """
    at, outer = _part(clock, "due"), _part(clock, "outer")
    if at is None:
        return format_html('<span class="muted">{}</span>', _("届满待定"))
    return _due(at, None if outer == at else outer, now and formats.day_start(now), word)


def when(at: datetime | date | None, *, now: datetime | None, precision: str = "") -> SafeString:
    """An instant as lists show it (今天 16:48); with no `now` in full; with precision "day" the day alone."""
    if at is None:
        return mark_safe("—")
    if not isinstance(at, datetime):
        return format_html('<time datetime="{}">{}</time>', at.isoformat(), _day(at, now=now))
    if precision == "day":
        day, _clock = formats.local(at)
        return format_html('<time datetime="{}">{}</time>', day.isoformat(), _day(day, now=now))
    return _time(at, now and formats.day_start(now))


@formats.remembered(most=8192)
def _due(at: datetime, outer: datetime | None, today: datetime | None, word: bool) -> SafeString:
    """The same of a day: lists say it of the same limits again and again."""
    first: str = _marked(at, formats.due_moment(at, now=today))
    if word:
        first = _("{} 届满").format(first)
    if outer is not None:
        first += f'<span class="zs-outer">{_("最迟")} {_marked(outer, formats.due_moment(outer, now=today))}</span>'
    return mark_safe(first)  # noqa: S308 - our own words


@formats.remembered(most=8192)
def _time(at: datetime, today: datetime | None) -> SafeString:
    return _marked(at, formats.moment(at) if today is None else formats.moment_in_list(at, now=today))


def _day(day: date, *, now: datetime | None) -> str:
    return formats.full_day(day) if now is None else formats.day_in_list(day, now=now)


def _marked(at: datetime, words: str) -> SafeString:
    # Both are written by us: there is nothing to escape, and lists have hundreds.
    return mark_safe(f'<time datetime="{at.astimezone(formats.ZONE).isoformat()}">{words}</time>')  # noqa: S308


def _part(clock: object, name: str) -> Any:
    return clock.get(name) if isinstance(clock, Mapping) else getattr(clock, name, None)
