"""The alarms of oversight as a list: by indicator, unit, month and how far their 核查单 are; the newest month first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.desk import units
from zhunsheng.apps.display import formats
from zhunsheng.apps.display.listing import Asked, Choice, Column, Filter, Listing, Page, choices, titled
from zhunsheng.apps.display.sheets import Cell
from zhunsheng.apps.inspection.counting import COUNTED
from zhunsheng.apps.inspection.models import Alarm, CheckStep
from zhunsheng.apps.inspection.people import HEADS, INSPECTORS

TITLES: Final = {
    "silences": gettext_noop("静默与稍后提醒"),
    "false_granted": gettext_noop("裁定误报成立"),
    "exceptions": gettext_noop("引用例外结案"),
    "withdrawn": gettext_noop("因补录更正撤回的发现"),
    "late_entry": gettext_noop("补录超过24小时"),
    "back_dated": gettext_noop("红色之后倒签"),
    "record_changed": gettext_noop("改动记录"),
    "case_lowered": gettext_noop("案件降类或并案"),
    "draws_voided": gettext_noop("抽取作废"),
    "reassigned": gettext_noop("更换阅卷人"),
    "cards_eased": gettext_noop("退回未升红或当日销号"),
    "points_by_hand": gettext_noop("手工积分、恢复与工作日变更"),
    "looks": gettext_noop("被拒绝的查阅与导出"),
    "rules_off": gettext_noop("停用规则或静默规则"),
    "quiet": gettext_noop("安静得不正常"),
}
STEP_TITLES: Final = {
    "opened": gettext_noop("发出核查单"),
    "answered": gettext_noop("已答复"),
    "judged": gettext_noop("已核实"),
}
STATE_TITLES: Final = {
    "waiting": gettext_noop("待核实"),
    "none": gettext_noop("待发核查单"),
    **STEP_TITLES,
}


@dataclass(frozen=True)
class AlarmRow:
    """One alarm in a list. `state`: the last step of its 核查单, empty before the first."""

    id: int
    indicator: str
    unit_code: str
    is_listed: bool
    title: str
    unit: str
    month: date
    found: int
    expected: float
    limit: int
    at: datetime
    state: str
    state_title: str


def alarm_listing(viewer: Viewer) -> Listing:
    """Columns and filters of the alarms."""
    columns = (
        Column("indicator", _("指标")),
        Column("unit", _("单位"), sort=("unit", "pk")),
        Column("month", _("月份"), sort=("month", "at", "pk")),
        Column("found", _("次数"), sort=("found", "pk"), css="r"),
        Column("expected", _("应有"), css="r"),
        Column("limit", _("报警线"), css="r"),
        Column("state", _("状态")),
    )
    months = visible_alarms(viewer).dates("month", "month", "DESC")
    filters = (
        Filter("state", _("状态"), _in_state, titled(STATE_TITLES)),
        Filter("indicator", _("指标"), lambda value: Q(indicator=value), titled(TITLES)),
        Filter("unit", _("单位"), units.within, choices(units.choices(viewer))),
        Filter("month", _("月份"), lambda value: Q(month=f"{value}-01"), _named(months)),
    )
    return Listing(columns, filters, default_sort="-month")


def _named(months: Iterable[date]) -> tuple[Choice, ...]:
    return choices((f"{day:%Y-%m}", formats.full_month(day)) for day in months)


def _in_state(name: str) -> Q:
    if name == "none":
        return ~_has("opened")
    if name == "opened":
        return _has("opened") & ~_has("answered")
    if name == "answered":
        return _has("answered") & ~_has("judged")
    return _has("judged") if name == "judged" else ~_has("judged")


def _has(act: str) -> Q:
    return Q(Exists(CheckStep.objects.filter(alarm=OuterRef("pk"), act=act)))


def visible_alarms(viewer: Viewer) -> QuerySet[Alarm]:
    """The alarms that a viewer sees. A unit learns of one when it is asked about it."""
    if viewer.roles() & INSPECTORS:
        return Alarm.objects.all()
    led = {standing.unit for standing in viewer.standings if standing.role in HEADS}
    return Alarm.objects.filter(_has("opened"), unit__in=led.union(*(viewer.below(unit) for unit in led)))


def alarm_page(viewer: Viewer, asked: Asked, names: Mapping[str, str]) -> tuple[Page[Alarm], list[AlarmRow], int]:
    """A page of alarms, its rows, and how many of all are not judged yet."""
    found = visible_alarms(viewer)
    page = asked.page(found.prefetch_related("steps"))
    return page, [alarm_row(row, names) for row in page.rows], found.filter(_in_state("waiting")).count()


def alarm_row(row: Alarm, names: Mapping[str, str]) -> AlarmRow:
    """An alarm as lists show it."""
    steps = sorted(row.steps.all(), key=lambda step: step.pk)
    state = steps[-1].act if steps else ""
    return AlarmRow(
        id=row.pk,
        indicator=row.indicator,
        unit_code=row.unit,
        is_listed=row.indicator in COUNTED,
        title=_(TITLES[row.indicator]),
        unit=names.get(row.unit, row.unit),
        month=row.month,
        found=row.found,
        expected=row.expected,
        limit=row.limit,
        at=row.at,
        state=state,
        state_title=_(STATE_TITLES[state or "none"]),
    )


def alarm_cells(row: AlarmRow) -> Iterator[Cell]:
    """One alarm as it is taken away."""
    yield from (row.title, row.unit, f"{row.month:%Y-%m}", row.found, round(row.expected, 2), row.limit)
    yield from (row.at, row.state_title)
