"""The inbox as rows of a workbook."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from zhunsheng.apps.desk.inbox import Line
from zhunsheng.apps.display import formats, marks
from zhunsheng.apps.display.sheets import Cell


def heads() -> list[str]:
    """The heads of the columns."""
    found = [_("预警"), _("级别"), _("案件编号"), _("案件名称"), _("办案单位"), _("主办")]
    return [*found, _("届满"), _("最迟"), _("还剩"), _("状态"), _("签收人")]


def cells(line: Line, *, now: datetime) -> Iterator[Cell]:
    """One alert."""
    row = line.row
    left = formats.remaining(row.due, row.outer, now=now, due_at_end=row.due_at_end, outer_at_end=row.outer_at_end)
    yield from (row.title, marks.level_word(line.level), row.case or "", row.case_title, row.unit)
    yield "、".join(line.officers)
    yield formats.due_moment(row.due)
    yield formats.due_moment(row.outer)
    yield from (left.words, str(marks.WORDS[row.state]), row.owner)
