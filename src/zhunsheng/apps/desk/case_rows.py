"""The rows of the list of cases, written by code: fifty of them through a template take longer than finding them."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhunsheng.apps.desk.case_lists import Line, Running
from zhunsheng.apps.display import formats, marks
from zhunsheng.apps.display.addresses import address


def drawn(lines: Sequence[Line], *, now: datetime) -> SafeString:
    """The rows of some cases."""
    names = {"kind": _("类别"), "unit": _("办案单位"), "officers": _("主办"), "due": _("最近到期")}
    nothing = f'<span class="muted">{_("没有在走的期限")}</span>'
    rows = (_row(line, names, nothing, now) for line in lines)
    return mark_safe("".join(rows))  # noqa: S308 - what is not our own word is escaped


def _row(line: Line, names: dict[str, str], nothing: str, now: datetime) -> str:
    run = line.running
    due = _due(run, now, may_open=line.may_open) if run else nothing
    left = marks.left(run.clock, now=now, level=run.level) if run else ""
    return f"""<tr data-row><td>{_what(line)}</td>
<td class="nw" data-name="{names["kind"]}">{escape(line.kind)} <span class="tag">{escape(line.label)}</span></td>
<td data-name="{names["unit"]}">{escape(line.unit or "—")}</td>
<td data-name="{names["officers"]}">{escape(formats.listed(line.officers) or "—")}</td>
<td data-name="{names["due"]}">{due}</td><td class="nw">{left}</td></tr>
"""


def _what(line: Line) -> str:
    title, number = escape(line.title or line.number), escape(line.number)
    link = f'<a data-open href="{address("desk:case", line.number)}">{title}</a>'
    return (link if line.may_open else f"<span>{title}</span>") + (
        line.title and f'<span class="muted">{number}</span>'
    )


def _due(run: Running, now: datetime, *, may_open: bool) -> str:
    rule = f'<span class="zs-due__rule">{escape(run.rule)}</span>{marks.chip(run.level) if run.level else ""}'
    due = marks.due(run.clock, now=now, word=True)
    if not may_open:
        return f'{rule}<span class="zs-due">{due}</span>'
    return f'{rule}<a class="zs-due" href="{address("desk:clock", run.clock.key)}">{due}</a>'
