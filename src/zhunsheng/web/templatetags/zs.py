"""The tags and filters of every page. They format; they never ask the database."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Choice
from zhunsheng.apps.display.options import options as drawn_options
from zhunsheng.web.templatetags.shapes import drawn

register = template.Library()
ICONS: Final = Path(__file__).resolve().parent.parent / "icons"
DRAWING: Final = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
EMPTY_FIELD: Final = re.compile(r'<path stroke="none"[^>]*/>')

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


class PlainWords(template.Node):
    """{% translate "…" %} of a text in the template itself: looked up once for each language, not once for each row."""

    def __init__(self, node: TranslateNode) -> None:
        self.node = node
        self.said: dict[str | None, str] = {}

    def render(self, context: template.Context) -> str:
        """The words in the language of the page."""
        language = get_language()
        if language not in self.said:
            self.said[language] = self.node.render(context)
        return self.said[language]


@register.tag
def translate(parser: Parser, token: Token) -> template.Node:
    """Django's tag; a plain text, which is the same whatever the page, is remembered."""
    node = do_translate(parser, token)
    said = node.filter_expression
    is_plain = said.var.literal is not None and not said.filters
    return node if node.asvar or node.message_context or not is_plain else PlainWords(node)


class KnownAddress(URLNode):
    """{% url … %} without names and `as`: the address of a view and its arguments is the same whoever asks."""

    def render(self, context: template.Context) -> str:
        """The address."""
        if self.kwargs or self.asvar or not context.autoescape:
            return str(super().render(context))
        return _address(self.view_name.resolve(context), *(part.resolve(context) for part in self.args))


@register.tag
def url(parser: Parser, token: Token) -> template.Node:
    """Django's tag; addresses are remembered: a list asks for two in each row."""
    node = django_url(parser, token)
    return KnownAddress(node.view_name, node.args, node.kwargs, node.asvar)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A Tabler icon, drawn into the page. Silent: its word stands beside it, or in a visually hidden text."""
    return _icon(name)


@register.simple_tag
def shape(name: str, large: bool = False) -> SafeString:
    """The shape of a level or state without its word: only where the word is said otherwise."""
    return _shape(name, large=large)


@register.simple_tag
@formats.remembered()
def level(name: str) -> SafeString:
    """The chip of a level or state: shape, word, tint."""
    css, picture = LOOKS.get(name, (name, name))
    return format_html('<span class="lv {}">{}{}</span>', css, mark_safe(drawn(picture)), WORDS[name])  # noqa: S308


@register.simple_tag
def level_word(name: str) -> str:
    """The word of a level beside its shape. What is no level asks for something."""
    return str(WORDS[name] if name in ("over", "red", "yellow", "blue") else WORDS["ask"])


@register.simple_tag(takes_context=True)
def left(context: template.Context, clock: object, level: str = "") -> SafeString:
    """还剩 or 超期 of whatever has due and outer (an object or a mapping), in the ink of its level or state."""
    state = formats.remaining(
        _part(clock, "due"),
        _part(clock, "outer"),
        now=context["site_now"],
        due_at_end=bool(_part(clock, "due_at_end")),
        outer_at_end=bool(_part(clock, "outer_at_end")),
    )
    css = {"overdue": "zs-over", "past": "zs-past"}.get(state.state, level)
    return mark_safe(f'<span class="zs-left {conditional_escape(css)}">{state.words}</span>')  # noqa: S308 - our own words


@register.simple_tag
def large_span(length: timedelta) -> SafeString:
    """The one number of a page, where it is a span: large numbers, small units."""
    parts = (format_html("{}<small>{}</small>", *part) for part in formats.span_parts(length))
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped


@register.simple_tag(takes_context=True)
def due(context: template.Context, clock: object, full: bool = False, word: bool = False) -> SafeString:
    """The strict time, with `word` followed by 届满, and in a second line 最迟 where the outer time differs.

    Takes what has due and outer.
    """
    at, outer = _part(clock, "due"), _part(clock, "outer")
    if at is None:
        return format_html('<span class="muted">{}</span>', _("届满待定"))
    now = None if full else context["site_now"]
    first = _due_time(at, now=now)
    if word:
        first = format_html(_("{} 届满"), first)
    if outer is None or outer == at:
        return first
    second = _due_time(outer, now=now)
    return mark_safe(f'{first}<span class="zs-outer">{_("最迟")} {second}</span>')  # noqa: S308 - our own words


@register.simple_tag(takes_context=True)
def when(context: template.Context, at: datetime | date | None, full: bool = False, precision: str = "") -> SafeString:
    """An instant as lists show it (今天 16:48), or in full; with precision "day" the day alone."""
    if at is None:
        return mark_safe("—")
    now = context["site_now"]
    if not isinstance(at, datetime):
        return format_html('<time datetime="{}">{}</time>', at.isoformat(), _day(at, now=now, full=full))
    if precision == "day":
        day, _clock = formats.local(at)
        return format_html('<time datetime="{}">{}</time>', day.isoformat(), _day(day, now=now, full=full))
    return _time(at, now=None if full else now)


@register.inclusion_tag("zs/law.html")
def law(instrument: str, article: str, gist: str) -> dict[str, str]:
    """The block of the law: our gist, headed 要旨, with instrument and article."""
    return {"instrument": instrument, "article": article, "gist": gist}


@register.simple_tag
def options(choices: tuple[Choice, ...], value: str) -> SafeString:
    """The options of a field with many choices, one of them chosen."""
    return drawn_options(choices, value)


@register.filter
def money(fen: int) -> str:
    """18,640.00 元."""
    return formats.money(fen)


@register.filter
def percent(share: float) -> str:
    """78% of 0.78."""
    return formats.percent(share)


@register.filter
def rate(value: float) -> str:
    """0.9 of 0.9231: how often for each hundred cases."""
    return formats.number(value)


@register.filter
def unlocalized(value: float) -> str:
    """A coordinate of a drawing: a point, whatever the language writes."""
    return f"{value:g}"


@register.filter
def tail(case: str) -> str:
    """The last four digits of a case number."""
    return formats.tail(case)


@register.filter
def actor(name: str) -> str:
    """Who acted, in words."""
    return formats.actor(name)


@register.filter
def listed(parts: Iterable[object]) -> str:
    """Several things in a row: 甲、乙, A, B."""
    return formats.listed(parts)


@register.filter
def span(length: timedelta) -> str:
    """7小时12分."""
    return formats.span(length)


@register.filter
def with_seconds(at: datetime) -> str:
    """For the audit log."""
    return formats.seconds(at)


@register.filter
def weekday(day: date) -> str:
    """周一."""
    return formats.weekday(day)


def _day(day: date, *, now: datetime, full: bool) -> str:
    return formats.full_day(day) if full else formats.day_in_list(day, now=now)


def _time(at: datetime, *, now: datetime | None) -> SafeString:
    return _marked(at, formats.moment(at) if now is None else formats.moment_in_list(at, now=now))


def _due_time(at: datetime, *, now: datetime | None) -> SafeString:
    return _marked(at, formats.due_moment(at, now=now))


def _marked(at: datetime, words: str) -> SafeString:
    # Both are written by us: there is nothing to escape, and lists have hundreds.
    return mark_safe(f'<time datetime="{at.astimezone(formats.ZONE).isoformat()}">{words}</time>')  # noqa: S308


def _part(clock: object, name: str) -> Any:
    return clock.get(name) if isinstance(clock, Mapping) else getattr(clock, name, None)


@lru_cache(maxsize=8192)
def _address(view: str, *parts: str | int) -> SafeString:
    return conditional_escape(reverse(view, args=parts))


@cache
def _shape(name: str, *, large: bool) -> SafeString:
    return mark_safe(drawn(name, large=large))  # noqa: S308 - drawn from our own constants


@cache
def _icon(name: str) -> SafeString:
    drawing = DRAWING.search((ICONS / f"{name}.svg").read_text("utf-8"))
    if drawing is None:
        raise ValueError(f"{name}.svg is no drawing. Take it from npm again.")
    inner = " ".join(EMPTY_FIELD.sub("", drawing[1]).split())
    return format_html(
        '<svg class="i" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(inner),  # noqa: S308 - a file of ours
    )
