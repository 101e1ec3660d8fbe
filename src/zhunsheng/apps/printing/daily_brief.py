"""今日简报: a leader's day on one page: how many red alerts stand, what ends today or is over, who has how much."""

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.desk.inbox import Line
from zhunsheng.apps.desk.today import Today, today_page
from zhunsheng.apps.display import formats
from zhunsheng.apps.printing.models import IssuedDocument
from zhunsheng.apps.printing.paper import Paper, frame, table

SHEET: Final = IssuedDocument.Sheet.DAILY_BRIEF
MOST_PRESSING: Final = 10
MOST_OFFICERS: Final = 12
LONGEST_TITLE: Final = 44
LONGEST_NAME: Final = 24
"""Signs in a row: two lines of its column at the most, so that the page stays one."""


def daily_brief(viewer: Viewer, *, now: datetime) -> Paper:
    """The brief of the units whose cases the viewer may list. Recorded before the answer."""
    today = today_page(viewer, now=now)
    record_read(kind="alert_inbox", key="today", detail={"count": len(today.pressing)})
    counts, day = today.counts, formats.local(now)[0]
    content = {
        **frame(viewer, sheet=SHEET, title=f"{formats.full_day(day)} {formats.weekday(day)}", now=now),
        "number": {"label": _("未办结红色预警"), "value": _("%(n)d 件") % {"n": counts["red"]}, "lines": []},
        "counts": [
            [_("未结预警"), str(counts["open"])],
            [_("今天到期"), str(counts["today"])],
            [_("已超期未办"), str(counts["over"])],
            [_("没有人签收"), str(counts["waiting"])],
        ],
        "pressing": _pressing(today, now=now),
        "shares": _shares(today),
    }
    return Paper(SHEET, "", viewer, now, content)


def _pressing(today: Today, *, now: datetime) -> dict[str, Any]:
    heads = (_("预警"), _("办案"), _("届满"), _("还剩"))
    rows = [_row(line, now=now) for line in today.pressing]
    empty = _("没有未办结的红色预警。")
    beyond = today.counts["red"] > len(rows)
    note = _("只列最紧的 %(n)d 条，全部见预警收件箱。") % {"n": len(rows)} if beyond else ""
    return table(_("未办结红色预警"), heads, rows, empty=empty, most=MOST_PRESSING, note=note)


def _row(line: Line, *, now: datetime) -> tuple[str, ...]:
    row = line.row
    left = formats.remaining(row.due, row.outer, now=now, due_at_end=row.due_at_end, outer_at_end=row.outer_at_end)
    title = " · ".join(filter(None, (row.title, row.case_title)))
    due = formats.due_moment(row.due, now=now)
    return (
        shortened(title, LONGEST_TITLE),
        shortened(" ".join((row.unit, *line.officers)), LONGEST_NAME),
        due,
        left.words,
    )


def _shares(today: Today) -> dict[str, Any]:
    heads = (_("姓名"), _("未结"), _("已超期"), _("红色"), _("黄色"), _("蓝色"), _("待核实"))
    names = ("open", "over", "red", "yellow", "blue", "ask")
    rows = [
        (shortened(share.name, LONGEST_NAME), *(str(share.counts[name]) for name in names)) for share in today.shares
    ]
    most = MOST_OFFICERS
    found = table(
        _("民警"), heads, rows, empty=_("没有未结的预警。"), most=most, note=_("超期多的在前；红色包括已超期的。")
    )
    others = today.others + max(0, len(rows) - most)
    return {**found, "note": _("另有 %(n)d 人没有列出。") % {"n": others}} if others else found


def shortened(text: str, most: int) -> str:
    """A text that is too long for its row ends in dots."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
