"""The tags and filters of every page. They format; they never ask the database."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from zhunsheng.apps.display import formats, marks
from zhunsheng.apps.display.addresses import address
from zhunsheng.apps.display.listing import Choice
from zhunsheng.apps.display.options import options as drawn_options

register = template.Library()
ICONS: Final = Path(__file__).resolve().parent.parent / "icons"
DRAWING: Final = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
EMPTY_FIELD: Final = re.compile(r'<path stroke="none"[^>]*/>')


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
        return address(self.view_name.resolve(context), *(part.resolve(context) for part in self.args))


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
    return marks.shape(name, large=large)


@register.simple_tag
def level(name: str) -> SafeString:
    """The chip of a level or state: shape, word, tint."""
    return marks.chip(name)


@register.simple_tag
def level_word(name: str) -> str:
    """The word of a level beside its shape. What is no level asks for something."""
    return marks.level_word(name)


@register.simple_tag(takes_context=True)
def left(context: template.Context, clock: object, level: str = "") -> SafeString:
    """还剩 or 超期 of whatever has due and outer (an object or a mapping), in the ink of its level or state."""
    return marks.left(clock, now=context["site_now"], level=level)


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
    return marks.due(clock, now=None if full else context["site_now"], word=word)


@register.simple_tag(takes_context=True)
def when(context: template.Context, at: datetime | date | None, full: bool = False, precision: str = "") -> SafeString:
    """An instant as lists show it (今天 16:48), or in full; with precision "day" the day alone."""
    return marks.when(at, now=None if full else context["site_now"], precision=precision)


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
def parted(case: str) -> SafeString:
    """The number of a case where it may have to break."""
    return marks.parted(case)


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
