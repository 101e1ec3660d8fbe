"""The rows of officers, written by code: thirty of them through a template take longer than counting their alerts."""

from collections.abc import Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhunsheng.apps.desk.city import Bar
from zhunsheng.apps.desk.city_rows import bar_drawn
from zhunsheng.apps.desk.inbox import NOBODY
from zhunsheng.apps.desk.today import Share
from zhunsheng.apps.display.addresses import address


def shares_drawn(shares: Sequence[Share]) -> SafeString:
    """The rows of the table of officers; every figure leads to its list."""
    whole = _("未结")
    levels = {"over": _("已超期"), "red": _("红色"), "yellow": _("黄色"), "blue": _("蓝色"), "ask": _("待核实")}
    inbox = f"{address('desk:inbox')}?view=all"
    return mark_safe("".join(_row(share, whole, levels, inbox) for share in shares))  # noqa: S308 - all is escaped


def _row(share: Share, whole: str, levels: dict[str, str], inbox: str) -> str:
    counts, officer = share.counts, f"&amp;officer={escape(share.number or NOBODY)}"
    cells = "".join(
        f'<td class="r" data-name="{title}"><a href="{inbox}&amp;level={level}{officer}">{counts[level]}</a></td>'
        for level, title in levels.items()
    )
    return f"""<tr><th scope="row">{escape(share.name)}</th>
<td data-name="{whole}"><span class="zs-rate">{bar_drawn(Bar(share.bar, None))}\
<a href="{inbox}{officer}">{counts["open"]}</a></span></td>
{cells}</tr>
"""
