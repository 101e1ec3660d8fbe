"""The rows of the ledger and of the leads, written by code: fifty of them through a template take longer than finding
them."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhunsheng.apps.desk.leads import Lead
from zhunsheng.apps.desk.overdue import OVERDUE, Exceeded
from zhunsheng.apps.display import marks
from zhunsheng.apps.display.addresses import address


def ledger_drawn(rows: Sequence[Exceeded], *, now: datetime) -> SafeString:
    """The rows of the ledger."""
    names = [_("单位"), _("何时"), _("超期多久"), _("最早通知"), _("签收"), _("办结")]
    return mark_safe("".join(_exceeded(row, names, now) for row in rows))  # noqa: S308 - what is not ours is escaped


def leads_drawn(leads: Sequence[Lead], *, now: datetime) -> SafeString:
    """The rows of the leads."""
    names = [_("单位"), _("次数"), _("仍未办结"), _("首次"), _("最近"), _("状态")]
    return mark_safe("".join(_lead(lead, names, now) for lead in leads))  # noqa: S308 - what is not ours is escaped


def _exceeded(row: Exceeded, names: Sequence[str], now: datetime) -> str:
    is_limit = row.kind == OVERDUE
    unit, found, length, told, taken, ended = names
    clock = address("desk:clock", row.key)
    at = f'<a href="{clock}">{marks.due(row.due, now=now)}</a>' if is_limit else marks.when(row.found_at, now=now)
    span = f'<span class="zs-left zs-over">{escape(row.length.words)}</span>' if is_limit else "—"
    officers = "".join(f"{escape(name)} " for name in row.officers)
    about = f"{escape(row.case_title)} {escape(row.case)}"
    return f"""<tr data-row><td>{_what(row, clock)}<span class="muted">{about}</span></td>
<td data-name="{unit}">{escape(row.unit)}<span class="muted">{officers}</span></td>
<td data-name="{found}">{at}</td>
<td class="nw" data-name="{length}">{span}</td>
<td data-name="{told}">{marks.when(row.told.at, now=now) if row.told.at else _("没有通知")}</td>
<td data-name="{taken}">{_taken(row, now)}</td>
<td data-name="{ended}">{_ended(row, now)}</td></tr>
"""


def _what(row: Exceeded, clock: str) -> str:
    title = escape(row.title)
    if row.has_alert:
        return f'<a class="b" data-open href="{address("desk:alert", row.key)}">{title}</a>'
    return f'<a class="b" data-open href="{clock}">{title}</a>' if row.kind == OVERDUE else f"<b>{title}</b>"


def _taken(row: Exceeded, now: datetime) -> str:
    taken, urged = row.taken, row.urged
    said: str = _("没有人签收")
    if taken.at:
        said = f'{marks.when(taken.at, now=now)}<span class="muted">{escape(taken.who)}</span>'
    if urged.at:
        words = _("%(at)s %(who)s 督办") % {"at": marks.when(urged.at, now=now), "who": escape(urged.who)}
        said += f'<span class="muted">{words}</span>'
    return said


def _ended(row: Exceeded, now: datetime) -> str:
    is_limit = row.kind == OVERDUE
    if row.ended:
        return (
            f'{marks.chip("late" if is_limit else "done")}<span class="muted">{marks.when(row.ended, now=now)}</span>'
        )
    if is_limit:
        return marks.chip("over")
    return marks.chip(row.state) if row.state else "—"


def _lead(lead: Lead, names: Sequence[str], now: datetime) -> str:
    unit, times, running, first, last, state = names
    ledger = address("desk:overdue") + escape(lead.query)
    where = f'<span class="tag">{_("待核")}</span>' if lead.running else marks.chip("done")
    return f"""<tr data-row><td><a class="b" data-open href="{ledger}">{escape(lead.title)}</a>\
<span class="muted">{escape(str(lead.kind))}</span></td>
<td data-name="{unit}">{escape(lead.unit)}</td>
<td class="r" data-name="{times}"><a href="{ledger}">{lead.times}</a></td>
<td class="r" data-name="{running}"><a href="{ledger}&amp;state=open">{lead.running}</a></td>
<td data-name="{first}">{marks.when(lead.first, now=now)}</td>
<td data-name="{last}">{marks.when(lead.last, now=now)}</td>
<td data-name="{state}">{where}</td></tr>
"""
