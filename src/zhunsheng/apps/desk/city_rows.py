"""The rows of units, written by code: fifty of them through a template take longer than counting them."""

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhunsheng.apps.alerts.kept_counts import LEVELS
from zhunsheng.apps.desk.city import Bar, UnitLine
from zhunsheng.apps.display import formats, marks
from zhunsheng.apps.display.addresses import address

SVG: Final = '<svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
RAIL: Final = '<rect class="zs-rate__rail" x="0" y="3" width="100" height="8"/>'


class Said(NamedTuple):
    """What every row says alike, looked up once for a page."""

    heads: Sequence[str]
    levels: Sequence[tuple[str, str]]
    before: str
    middle: str
    nothing: str
    no_cases: str
    inbox: str
    exceeded: str
    cases: str


def units_drawn(lines: Sequence[UnitLine]) -> SafeString:
    """The rows of the table of units; every figure leads to its list."""
    said = Said(
        heads=[_("未结预警"), _("按级别"), _("已超期未办"), _("在办案件"), _("本月超期"), _("每百案超期")],
        levels=[(level, marks.shape_and_word(level, large=False)) for level in LEVELS],
        before=_("上月同期 %(n)s"),
        middle=_("同层级中位数 %(middle)s"),
        nothing=_("无"),
        no_cases=_("没有在办案件"),
        inbox=address("desk:inbox"),
        exceeded=address("desk:overdue"),
        cases=address("desk:cases"),
    )
    return mark_safe("".join(_line(line, said) for line in lines))  # noqa: S308 - what is not ours is escaped


def _line(line: UnitLine, said: Said) -> str:
    open_, levels, over, cases, month, rate = said.heads
    code = escape(line.code)
    unit, counts = f"&amp;unit={code}", line.counts
    whole = f"{said.inbox}?view=all{unit}"
    return f"""<tr data-row>
<th scope="row" class="zs-units__name zs-units__name--{line.depth}"><a data-open href="{whole}">{escape(line.name)}</a>\
<span class="muted small">{escape(line.kind)}</span></th>
<td class="r" data-name="{open_}"><a href="{whole}">{counts["open"]}</a></td>
<td data-name="{levels}"><span class="zs-levels">{_levels(line, unit, said)}</span></td>
<td class="r" data-name="{over}"><a href="{said.inbox}?view=over{unit}">{counts["over"]}</a></td>
<td class="r" data-name="{cases}"><a href="{said.cases}?unit={code}">{counts["cases"]}</a></td>
<td class="r" data-name="{month}"><a href="{said.exceeded}?in=month{unit}">{counts["month"]}</a>\
<a class="small muted" href="{said.exceeded}?in=before{unit}">{said.before % {"n": counts["before"]}}</a></td>
<td data-name="{rate}">{_rate(line, said)}</td></tr>
"""


def _levels(line: UnitLine, unit: str, said: Said) -> str:
    if not line.counts["open"]:
        return f"<span>{said.nothing}</span>"
    return "".join(
        f'<a href="{said.inbox}?view=all&amp;level={level}{unit}">{mark}{line.counts[level]}</a>'
        for level, mark in said.levels
        if line.counts[level]
    )


def _rate(line: UnitLine, said: Said) -> str:
    if line.rate is None:
        return f"<span>{said.no_cases}</span>"
    drawn = f'<span class="zs-rate">{bar_drawn(line.bar) if line.bar else ""}<b>{formats.number(line.rate)}</b></span>'
    if line.middle is None:
        return drawn
    return f'{drawn}<span class="muted small">{said.middle % {"middle": formats.number(line.middle)}}</span>'


def bar_drawn(bar: Bar) -> str:
    """A rate as a bar, with the middle of its kind where there is one."""
    middle = f'<rect class="zs-rate__middle" x="{bar.middle}" y="0" width="1.5" height="14"/>'
    fill = f'<rect class="zs-rate__fill" x="0" y="3" width="{bar.width}" height="8"/>'
    return f"{SVG}{RAIL}{fill}{middle if bar.middle is not None else ''}</svg>"
