"""How many alerts are open in each unit, kept by the database's own triggers (sql/rules.sql)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import connection, models

from zhunsheng.apps.access.among import as_text

LEVELS: Final = ("red", "yellow", "blue", "ask")
STATES: Final = ("waiting", "acknowledged", "snoozed", "claimed_done", "disputed")
COUNTED: Final = ("open", *LEVELS, *STATES, "over", "today")
KEPT: Final = "SELECT * FROM zs_open_alerts(%s, string_to_array(%s, %s))"
SUMS: Final = ", ".join(f'coalesce(sum(k."{name}"), 0)::bigint' for name in COUNTED)
KEPT_IN_ALL: Final = f"SELECT {SUMS} FROM zs_open_alerts(%s, string_to_array(%s, %s)) k"  # noqa: S608 - our own names
PASSED: Final = "SELECT unit, over, today FROM zs_alerts_passed(%s, %s, %s, string_to_array(%s, %s))"
OF_CASES: Final = "SELECT * FROM zs_alerts_of_cases(string_to_array(%s, %s), string_to_array(%s, %s), %s, %s, %s)"


class KeptCount(models.Model):
    """So many alerts more, or fewer, at a place from a day on: rows are added, and the sum of those up to a day counts.

    A place is the unit of the alert with unit and label of its case. `open`: all, then those of each level and state,
    from the beginning of time; `over`: from the day after that on which the outer time passes; `today`: from the day on
    which the strict time ends until the outer passes. `is_sum`: put together from several.
    """

    unit = models.TextField("单位代码")
    seen_unit = models.CharField("案件单位", max_length=12)
    label = models.CharField("密级", max_length=10)
    day = models.DateField("日期")
    open = models.IntegerField("未结")
    red = models.IntegerField("红色")
    yellow = models.IntegerField("黄色")
    blue = models.IntegerField("蓝色")
    ask = models.IntegerField("待核实")
    waiting = models.IntegerField("待签收")
    acknowledged = models.IntegerField("已签收")
    snoozed = models.IntegerField("稍后提醒")
    claimed_done = models.IntegerField("已办结待核")
    disputed = models.IntegerField("误报待裁")
    over = models.IntegerField("已超期")
    today = models.IntegerField("今天到期")
    is_sum = models.BooleanField("合计", db_default=False)

    class Meta:
        indexes = (
            models.Index(fields=["id"], name="alerts_kept_single", condition=models.Q(is_sum=False)),
            # Most rows are of days to come: what counts until today is found without them, and without their table.
            models.Index(fields=["day"], include=["unit", "seen_unit", "label", *COUNTED], name="alerts_kept_day"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "seen_unit", "label", "day"],
                condition=models.Q(is_sum=True),
                name="alerts_kept_sum_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.unit} {self.open:+d}"


def kept_counts(until: date, *, without: Collection[str]) -> dict[str, dict[str, int]]:
    """
    Unit → name of COUNTED → how many alerts are open, as the session's scope has it, as of the beginning of a day.

    Takes   without: numbers of cases whose alerts do not count here, because the viewer stands to them in a way of his
            own.
    """
    return _by_unit(KEPT, [until, *as_text(without)])


def kept_in_all(until: date, *, without: Collection[str]) -> dict[str, int]:
    """The same of all units together."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT_IN_ALL, [until, *as_text(without)])
        return dict(zip(COUNTED, cursor.fetchone() or (), strict=True))


def counts_of_cases(
    cases: Collection[str], *, reading: Collection[str], officer: int, now: datetime, tomorrow: datetime
) -> dict[str, dict[str, int]]:
    """Unit → name of COUNTED → how many alerts of some cases are open, each counted. Row security applies; of cases
    under reading what concerns the officer himself counts alone."""
    return _by_unit(OF_CASES, [*as_text(cases), *as_text(reading), officer, now, tomorrow])


def passed_by_unit(
    *, today: datetime, now: datetime, tomorrow: datetime, without: Collection[str]
) -> list[tuple[str, int, int]]:
    """Of each unit the open alerts whose outer time has passed since the beginning of today, and how many of them end
    before tomorrow; without those of some cases. (What passed with the end of yesterday is kept.) Row security
    applies."""
    with connection.cursor() as cursor:
        cursor.execute(PASSED, [today, now, tomorrow, *as_text(without)])
        return list(cursor.fetchall())


def _by_unit(question: str, values: Sequence[Any]) -> dict[str, dict[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return {unit: dict(zip(COUNTED, counts, strict=True)) for unit, *counts in cursor.fetchall()}
