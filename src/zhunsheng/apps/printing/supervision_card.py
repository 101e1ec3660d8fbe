"""监督卡: one case on one sheet, for the talk between a legal officer and whoever handles the case."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.cases.selectors import CaseNotVisible
from zhunsheng.apps.desk.case_page import Whole, whole_case
from zhunsheng.apps.desk.case_track import GRAVITY, Line
from zhunsheng.apps.desk.moments import LEVEL_WORDS, told_lines
from zhunsheng.apps.printing.computation import due_lines, number_of
from zhunsheng.apps.printing.models import IssuedDocument
from zhunsheng.apps.printing.paper import Paper, due_moment, frame, moment, table

SHEET: Final = IssuedDocument.Sheet.SUPERVISION_CARD
MOST_CLOCKS: Final = 60
MOST_FOUND: Final = 40
MOST_TOLD: Final = 10
ASK: Final = "ask"


def supervision_card(viewer: Viewer, number: str, *, now: datetime) -> Paper | None:
    """The card of a case that the viewer may read; else None. Recorded before the answer."""
    try:
        whole = whole_case(viewer, number, now=now)
    except CaseNotVisible:
        return None
    content = {
        **frame(viewer, sheet=SHEET, title=whole.case.title or number, now=now),
        "number": _number(whole, now=now),
        "facts": [list(row) for row in _facts(whole)],
        "clocks": _clocks(whole),
        "found": _found(whole),
        "told": _told(whole),
        "signatures": [_("法制员"), _("主办民警"), _("所队领导")],
    }
    return Paper(SHEET, number, viewer, now, content)


def _number(whole: Whole, *, now: datetime) -> dict[str, Any]:
    if whole.next is None:
        return {"label": _("最近到期"), "value": _("没有"), "lines": []}
    found = number_of(whole.next, now=now)
    return {**found, "label": _("最近到期"), "lines": [whole.next.title, *found["lines"]]}


def _facts(whole: Whole) -> Iterator[tuple[str, str]]:
    case = whole.case
    yield _("案件编号"), whole.case.number
    yield _("类别"), f"{_(case.kind)} · {_(case.label)}"
    yield _("办案单位"), case.unit or "—"
    for officer in case.officers:
        yield _(officer.role), f"{officer.name}（{officer.number}）"
    yield _("人"), "、".join(f"{party.masked_name}（{'、'.join(_(r) for r in party.roles)}）" for party in case.persons)


def _clocks(whole: Whole) -> dict[str, Any]:
    """Running clocks first, the gravest before the others, then those that have ended."""
    lines = sorted(whole.lines, key=lambda line: (line.is_over, GRAVITY.index(line.level)))
    heads = (_("期限"), _("起"), _("届满"), _("最迟"), _("状态"))
    rows = [_clock(line, now=whole.now) for line in lines]
    return table(_("期限"), heads, rows, empty=_("这个案件还没有开始计算的期限。"), most=MOST_CLOCKS)


def _clock(line: Line, *, now: datetime) -> Sequence[str]:
    clock, due = line.clock, [*due_lines(line), ""]
    outer = due_moment(clock.outer, now=now) if due[1] else ""
    strict = due_moment(clock.due, now=now) if clock.due else due[0]
    state = " ".join(line.row.lines) if line.is_over else line.row.lines[0]
    return f"{line.title}（{line.nature}）", moment(clock.start, now=now), strict, outer, state


def _found(whole: Whole) -> dict[str, Any]:
    """What does not agree; of what lacks facts the number alone: it is asked for on the page of the case."""
    rows = [
        (each.title, str(LEVEL_WORDS.get(each.finding.level or "", "")), moment(each.finding.found_at, now=whole.now))
        for each in whole.found
        if each.finding.level != ASK
    ]
    asked = len(whole.found) - len(rows)
    note = _("另有 %(n)d 项待核实，见案件页。") % {"n": asked} if asked else ""
    heads = (_("核查"), _("级别"), _("成立"))
    return table(_("核查发现"), heads, rows, empty=_("核查没有发现。"), most=MOST_FOUND, note=note)


def _told(whole: Whole) -> dict[str, Any]:
    rows = [
        (moment(one.at, now=whole.now), " ".join(filter(None, (one.who, one.role))), one.text)
        for one in told_lines(whole.told)
    ]
    heads = (_("时间"), _("通知了谁"), _("内容"))
    return table(_("通知了谁"), heads, rows, empty=_("还没有就这个案件通知过谁。"), most=MOST_TOLD)
