"""The rows of the inbox, written by code: fifty of them through a template take longer than finding them."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhunsheng.apps.alerts.selectors import InboxRow
from zhunsheng.apps.desk.inbox import ENDED_VIEWS, Line
from zhunsheng.apps.display import marks
from zhunsheng.apps.display.addresses import address

ENDED = frozenset(ENDED_VIEWS.values())


class Said(NamedTuple):
    """What every row says alike, looked up once for a list."""

    choose: str
    take: str
    caused: str
    doubtful: str


def drawn(lines: Sequence[Line], *, now: datetime, may_act: bool) -> SafeString:
    """The rows of some alerts. `may_act`: with what their reader may do to them."""
    said = Said(_("选择 %(title)s %(about)s"), _("签收"), _("另有 %(n)s 件由它引起"), _("规则待复核"))
    rows = (_row(line, now, said, may_act=may_act) for line in lines)
    return mark_safe("".join(rows))  # noqa: S308 - what is not our own word is escaped


def _row(line: Line, now: datetime, said: Said, *, may_act: bool) -> str:
    row = line.row
    key, title, about = escape(row.key), escape(row.title), escape(row.case_title)
    box = _box(key, said.choose % {"title": title, "about": about}, may_take=line.may_take) if may_act else ""
    take = _take(key, title, about, said) if may_act and line.may_take else ""
    owner = f'<span class="zs-alert__who">{escape(row.owner)}</span>' if row.owner else ""
    page, what = address("desk:alert", row.key), f"{title} · {about}" if about else title
    return f"""<li data-row class="zs-alert{" zs-alert--new" if row.state == "waiting" else ""}">{box}
<span class="zs-alert__shape">{marks.shape_and_word(line.level)}</span>
<div class="zs-alert__what"><a data-open data-preview href="{page}" hx-get="{page}" hx-target="#preview"\
 hx-indicator="#preview-loading">{what}</a>
<span class="zs-alert__who">{_who(line, said)}</span></div>
<div class="zs-alert__when">{_when(row, line.level, now)}</div>
<div class="zs-alert__state">{marks.chip(row.state)}{owner}{take}</div></li>
"""


def _box(key: str, words: str, *, may_take: bool) -> str:
    return (
        f'<label class="zs-alert__box"><input type="checkbox" name="key" value="{key}" data-key="x"'
        f'{"" if may_take else " disabled"}><span class="visually-hidden">{words}</span></label>'
    )


def _take(key: str, title: str, about: str, said: Said) -> str:
    return (
        f'<button class="btn btn-line zs-alert__take noprint" type="submit" name="one" value="{key}" data-key="e">'
        f'<span>{said.take}</span><span class="visually-hidden"> {title} {about}</span></button>'
    )


def _who(line: Line, said: Said) -> str:
    row = line.row
    who = escape(" ".join((row.unit, *line.officers)))
    if row.inhibits:
        who += " · " + said.caused % {"n": row.inhibits}
    return f'{who} <span class="tag">{said.doubtful}</span>' if row.is_doubtful else who


def _when(row: InboxRow, level: str, now: datetime) -> str:
    if row.state in ENDED:
        left = '<span class="muted">—</span>'
    else:
        left = f'<span data-left="{escape(row.key)}">{marks.left(row, now=now, level=level)}</span>'
    return left + (f'<span class="zs-alert__due">{marks.due(row, now=now, word=True)}</span>' if row.due else "")
