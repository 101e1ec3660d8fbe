"""How many alerts are open in each unit, kept by the database's own triggers (sql/rules.sql)."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db import connection, models

LEVELS: Final = ("red", "yellow", "blue", "ask")
STATES: Final = ("waiting", "acknowledged", "snoozed", "claimed_done", "disputed")
COUNTED: Final = ("open", *LEVELS, *STATES, "over", "today")


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
        indexes = (models.Index(fields=["id"], name="alerts_kept_single", condition=models.Q(is_sum=False)),)
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "seen_unit", "label", "day"],
                condition=models.Q(is_sum=True),
                name="alerts_kept_sum_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.unit} {self.open:+d}"


def kept_counts(until: date, *, without: Sequence[str]) -> dict[str, dict[str, int]]:
    """
    Unit → name of COUNTED → how many alerts are open, as the session's scope has it, as of the beginning of a day.

    Takes   without: numbers of cases whose alerts do not count here, because the viewer stands to them in a way of his
            own.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM zs_open_alerts(%s, %s)", [until, list(without)])
        return {unit: dict(zip(COUNTED, counts, strict=True)) for unit, *counts in cursor.fetchall()}
