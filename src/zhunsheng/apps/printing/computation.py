"""计算说明: how one due time was reached, on paper: the steps of its page, the articles, who was told."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.keys import PUBLIC
from zhunsheng.apps.audit.selectors import log_id
from zhunsheng.apps.desk.case_track import Line
from zhunsheng.apps.desk.clock_page import ClockPage, clock_page
from zhunsheng.apps.desk.explanations import Explanation, Part
from zhunsheng.apps.desk.moments import told_lines
from zhunsheng.apps.display import formats
from zhunsheng.apps.printing.models import IssuedDocument
from zhunsheng.apps.printing.paper import Paper, frame, moment, table
from zhunsheng.apps.supervision import rulebooks

SHEET: Final = IssuedDocument.Sheet.COMPUTATION
MOST_TOLD: Final = 60


def computation(viewer: Viewer, key: str, *, now: datetime) -> Paper | None:
    """The document of a clock, where the viewer may read its case; else None. Recorded before the answer."""
    page = clock_page(viewer, key, now=now)
    if page is None:
        return None
    line = page.how.line
    content = {
        **frame(viewer, sheet=SHEET, title=line.title, now=now),
        "number": number_of(line, now=now),
        "facts": [list(row) for row in _facts(page.how)],
        "steps_title": _("这个到期时间是怎么算出来的"),
        "parts": [_part(part, page) for part in page.how.parts],
        "gist": _("要旨："),
        "told": _told(page, now=now),
        "seal": _seal(),
    }
    return Paper(SHEET, key, viewer, now, content)


def number_of(line: Line, *, now: datetime) -> dict[str, Any]:
    """The one number: how much is left; beneath it both due times."""
    clock = line.clock
    left = formats.remaining(
        clock.due, clock.outer, now=now, due_at_end=clock.due_at_end, outer_at_end=clock.outer_at_end
    )
    words = line.row.lines[0] if line.is_over else left.words
    return {"label": str(line.nature), "value": words, "lines": list(due_lines(line))}


def due_lines(line: Line) -> Iterator[str]:
    """届满 …, and 最迟 … where the outer reading differs."""
    clock = line.clock
    if clock.due is None:
        yield _("届满待定")
        return
    yield _("届满 %(at)s") % {"at": formats.due_moment(clock.due)}
    if clock.outer is not None and clock.outer != clock.due:
        yield _("最迟 %(at)s") % {"at": formats.due_moment(clock.outer)}


def _facts(how: Explanation) -> Iterator[tuple[str, str]]:
    clock = how.line.clock
    yield (_("案件编号"), clock.case) if clock.case else (_("警情编号"), clock.incident or "")
    yield _("状态"), _("，").join(words for words in how.line.row.lines if words)
    yield _("规则"), _("%(rule)s 第%(version)s版") % {"rule": clock.rule, "version": clock.rule_version}
    if how.in_force:
        yield _("施行日期"), formats.full_day(how.in_force)
    yield _("规则库"), rulebooks.current()[1]


def _part(part: Part, page: ClockPage) -> dict[str, Any]:
    """One numbered step; a step of which there is nothing says so."""
    nothing = _("届满待定") if part.name == "due" else _("%(step)s：无") % {"step": part.title}
    laws = page.how.laws if part.name == "limit" else ()
    return {
        "sentences": list(part.sentences) or [nothing],
        "note": _origin(page) if part.name == "start" else "",
        "laws": [{"name": f"{law.instrument} {law.article}", "gist": law.gist} for law in laws],
    }


def _origin(page: ClockPage) -> str:
    """Where the start is recorded: document, source, when it became known."""
    start = page.how.start
    if start is None:
        return ""
    words = [_("取自 %(no)s") % {"no": start.document_no}] if start.document_no else []
    words += [page.source] if page.source else []
    words += [_("%(at)s 登记") % {"at": formats.moment(start.recorded_at)}] if start.recorded_at else []
    return " · ".join(words)


def _told(page: ClockPage, *, now: datetime) -> dict[str, Any]:
    rows = [
        (moment(one.at, now=now), " ".join(filter(None, (one.who, one.role))), one.text, "；".join(one.sent))
        for one in told_lines(page.told)
    ]
    heads = (_("时间"), _("通知了谁"), _("内容"), _("送达"))
    return table(_("通知了谁"), heads, rows, empty=_("还没有就这个期限通知过谁。"), most=MOST_TOLD)


def _seal() -> str:
    """How whoever holds the file can have it verified."""
    key = (settings.KEYS / PUBLIC).read_text(encoding="ascii").strip()
    return _(
        "要旨为本系统用语，不是法条原文。本件的文件摘要已记入封存日志，由日志密钥签名；"
        "任何改动都使它不再相符。核验：./zs prove --document 文件，再用 tools/verify.py bundle。"
        "日志 %(log)s，公钥 %(key)s"
    ) % {"log": log_id(), "key": key}
