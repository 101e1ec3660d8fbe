"""The rows of units, written by code: fifty of them through a template take longer than counting them."""

from collections.abc import Sequence
from html import escape
from typing import Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhunsheng.apps.alerts.kept_counts import LEVELS
from zhunsheng.apps.desk.city import Bar, UnitLine
from zhunsheng.apps.display import formats, marks
from zhunsheng.apps.display.addresses import address

SVG: Final = '<svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
RAIL: Final = '<rect class="zs-rate__rail" x="0" y="3" width="100" height="8"/>'


def units_drawn(lines: Sequence[UnitLine]) -> SafeString:
    """The rows of the table of units; every figure leads to its list."""
    heads = [_("未结预警"), _("按级别"), _("已超期未办"), _("在办案件"), _("本月超期"), _("每百案超期")]
    return mark_safe("".join(_line(line, heads) for line in lines))  # noqa: S308 - what is not ours is escaped


def _line(line: UnitLine, heads: Sequence[str]) -> str:
    open_, levels, over, cases, month, rate = heads
    unit, counts = f"&amp;unit={escape(line.code)}", line.counts
    inbox, exceeded = address("desk:inbox"), address("desk:overdue")
    whole = f"{inbox}?view=all{unit}"
    before = _("上月同期 %(n)s") % {"n": counts["before"]}
    return f"""<tr data-row>
<th scope="row" class="zs-units__name zs-units__name--{line.depth}"><a data-open href="{whole}">{escape(line.name)}</a>\
<span class="muted small">{escape(line.kind)}</span></th>
<td class="r" data-name="{open_}"><a href="{whole}">{counts["open"]}</a></td>
<td data-name="{levels}"><span class="zs-levels">{_levels(line, f"{inbox}?view=all", unit)}</span></td>
<td class="r" data-name="{over}"><a href="{inbox}?view=over{unit}">{counts["over"]}</a></td>
<td class="r" data-name="{cases}"><a href="{address("desk:cases")}?unit={escape(line.code)}">{counts["cases"]}</a></td>
<td class="r" data-name="{month}"><a href="{exceeded}?in=month{unit}">{counts["month"]}</a>\
<a class="small muted" href="{exceeded}?in=before{unit}">{before}</a></td>
<td data-name="{rate}">{_rate(line)}</td></tr>
"""


def _levels(line: UnitLine, inbox: str, unit: str) -> str:
    found = [
        f'<a href="{inbox}&amp;level={level}{unit}">{marks.shape_and_word(level, large=False)}{line.counts[level]}</a>'
        for level in LEVELS
        if line.counts[level]
    ]
    return "".join(found) if line.counts["open"] else f"<span>{_('无')}</span>"


def _rate(line: UnitLine) -> str:
    if line.rate is None:
        return f"<span>{_('没有在办案件')}</span>"
    drawn = f'<span class="zs-rate">{bar_drawn(line.bar) if line.bar else ""}<b>{formats.number(line.rate)}</b></span>'
    if line.middle is None:
        return drawn
    middle = _("同层级中位数 %(middle)s") % {"middle": formats.number(line.middle)}
    return f'{drawn}<span class="muted small">{middle}</span>'


def bar_drawn(bar: Bar) -> str:
    """A rate as a bar, with the middle of its kind where there is one."""
    middle = f'<rect class="zs-rate__middle" x="{bar.middle}" y="0" width="1.5" height="14"/>'
    fill = f'<rect class="zs-rate__fill" x="0" y="3" width="{bar.width}" height="8"/>'
    return f"{SVG}{RAIL}{fill}{middle if bar.middle is not None else ''}</svg>"
