"""The list of cases as rows of a workbook."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from zhunsheng.apps.desk.case_lists import Line
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.sheets import Cell


def heads() -> list[str]:
    """The heads of the columns."""
    found = [_("案件编号"), _("案件名称"), _("类别"), _("标签"), _("办案单位"), _("主办")]
    return [*found, _("最近到期的期限"), _("级别"), _("届满"), _("最迟")]


def cells(line: Line) -> Iterator[Cell]:
    """One case."""
    yield from (line.number, line.title, line.kind, line.label, line.unit, "、".join(line.officers))
    if line.running is None:
        return
    clock = line.running.clock
    yield from (line.running.rule, line.running.level)
    yield formats.due_moment(clock.due)
    yield formats.due_moment(clock.outer)
