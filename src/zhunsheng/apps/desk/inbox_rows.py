"""The rows of the inbox, written by code: fifty of them through a template take longer than finding them."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhunsheng.apps.alerts.selectors import InboxRow
from zhunsheng.apps.desk.inbox import ENDED_VIEWS, Line
from zhunsheng.apps.display import marks
from zhunsheng.apps.display.addresses import address

ENDED = frozenset(ENDED_VIEWS.values())


def drawn(lines: Sequence[Line], *, now: datetime, may_act: bool) -> SafeString:
    """The rows of some alerts. `may_act`: with what their reader may do to them."""
    rows = (_row(line, now, may_act=may_act) for line in lines)
    return mark_safe("".join(rows))  # noqa: S308 - what is not our own word is escaped


def _row(line: Line, now: datetime, *, may_act: bool) -> str:
    row = line.row
    key, title, about = escape(row.key), escape(row.title), escape(row.case_title)
    box = _box(key, title, about, may_take=line.may_take) if may_act else ""
    take = _take(key, title, about) if may_act and line.may_take else ""
    owner = f'<span class="zs-alert__who">{escape(row.owner)}</span>' if row.owner else ""
    page, what = address("desk:alert", row.key), f"{title} · {about}" if about else title
    return f"""<li data-row class="zs-alert{" zs-alert--new" if row.state == "waiting" else ""}">{box}
<span class="zs-alert__shape">{marks.shape_and_word(line.level)}</span>
<div class="zs-alert__what"><a data-open data-preview href="{page}" hx-get="{page}" hx-target="#preview"\
 hx-indicator="#preview-loading">{what}</a>
<span class="zs-alert__who">{_who(line)}</span></div>
<div class="zs-alert__when">{_when(row, line.level, now)}</div>
<div class="zs-alert__state">{marks.chip(row.state)}{owner}{take}</div></li>
"""


def _box(key: str, title: str, about: str, *, may_take: bool) -> str:
    words = _("选择 %(title)s %(about)s") % {"title": title, "about": about}
    return (
        f'<label class="zs-alert__box"><input type="checkbox" name="key" value="{key}" data-key="x"'
        f'{"" if may_take else " disabled"}><span class="visually-hidden">{words}</span></label>'
    )


def _take(key: str, title: str, about: str) -> str:
    return (
        f'<button class="btn btn-line zs-alert__take noprint" type="submit" name="one" value="{key}" data-key="e">'
        f'<span>{_("签收")}</span><span class="visually-hidden"> {title} {about}</span></button>'
    )


def _who(line: Line) -> str:
    row = line.row
    said = escape(" ".join((row.unit, *line.officers)))
    if row.inhibits:
        said += " · " + _("另有 %(n)s 件由它引起") % {"n": row.inhibits}
    return f'{said} <span class="tag">{_("规则待复核")}</span>' if row.is_doubtful else said


def _when(row: InboxRow, level: str, now: datetime) -> str:
    if row.state in ENDED:
        left = '<span class="muted">—</span>'
    else:
        left = f'<span data-left="{escape(row.key)}">{marks.left(row, now=now, level=level)}</span>'
    return left + (f'<span class="zs-alert__due">{marks.due(row, now=now, word=True)}</span>' if row.due else "")
