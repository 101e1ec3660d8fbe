"""The rows of the case-handling area, written by code: fifty stays with their limits take longer through a template
than finding them."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhunsheng.apps.desk.premises import Limit, Stay
from zhunsheng.apps.display import formats, marks
from zhunsheng.apps.display.addresses import address


def drawn(stays: Sequence[Stay], *, now: datetime) -> SafeString:
    """The rows of some stays."""
    names = [_("进入时间"), _("已用时"), _("届满"), _("房间"), _("办案单位"), _("民警")]
    return mark_safe("".join(_row(stay, names, now) for stay in stays))  # noqa: S308 - what is not ours is escaped


def _row(stay: Stay, names: Sequence[str], now: datetime) -> str:
    entered, length, due, place, unit, officers = names
    limits = "".join(_limit(limit, now, may_open=stay.may_open) for limit in stay.limits)
    return f"""<tr data-row><td><b>{escape(stay.name or stay.person or stay.visit)}</b>{_case(stay)}</td>
<td data-name="{entered}">{marks.when(stay.entered, now=now)}</td>
<td class="nw" data-name="{length}">{"—" if stay.length is None else formats.span(stay.length)}</td>
<td data-name="{due}"><ul class="zs-stays">{limits}</ul></td>
<td data-name="{place}">{escape(stay.place or "—")}</td>
<td data-name="{unit}">{escape(stay.unit)}</td>
<td data-name="{officers}">{"".join(f"{escape(name)} " for name in stay.officers) or "—"}</td></tr>
"""


def _case(stay: Stay) -> str:
    if not stay.case:
        return ""
    number = escape(stay.case)
    link = f'<a data-open href="{address("desk:case", stay.case)}">{number}</a>' if stay.may_open else number
    return f'<span class="muted">{link}</span>'


def _limit(limit: Limit, now: datetime, *, may_open: bool) -> str:
    level, title = "", escape(limit.title)
    if limit.level == "unknown":
        level = marks.chip("ask")
    elif limit.level:
        level = marks.shape_and_word(limit.level, large=False)
    why = f'<a href="{address("desk:clock", limit.clock.key)}">{title}</a>' if may_open else title
    left = marks.left(limit.clock, now=now, level=limit.level)
    return f'<li>{level} {left} <span>{marks.due(limit.clock, now=now)}</span> <span class="muted">{why}</span></li>'
