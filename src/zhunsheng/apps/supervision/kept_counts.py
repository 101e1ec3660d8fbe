"""Counts that pages would else walk through years for, kept by the database's own triggers (sql/rules.sql)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection, models

from zhunsheng.apps.access.among import as_text

ASKED_PARTS: Final = "|"


class KeptCount(models.Model):
    """So much more, or less, of something at a place: rows are added, and their sum counts.

    A place is a unit with a label of its cases; the label '' is what has an incident and no case, the unit '*' the
    whole city. `what`: ran: cases in which a limit ran at the ends of months, each step up or down under the first day
    after that end; now: cases in hand; exceeded: limits exceeded by day, those of the city by month; open: limits that
    run. `about`: the rule that was exceeded; what is asked of a limit that runs. `is_sum`: put together from several.
    """

    what = models.CharField("什么", max_length=8)
    day = models.DateField("日期")
    unit = models.CharField("单位代码", max_length=12)
    label = models.CharField("密级", max_length=10)
    about = models.TextField("规则或问题")
    n = models.IntegerField("增减")
    is_sum = models.BooleanField("合计", db_default=False)

    class Meta:
        indexes = (
            models.Index(fields=["unit", "label", "what", "day"], include=["about", "n"], name="kept_count_place"),
            models.Index(fields=["what", "day"], name="kept_count_day", condition=models.Q(what="exceeded")),
            models.Index(
                fields=["unit"], include=["label", "n"], name="kept_count_now", condition=models.Q(what="now")
            ),
            models.Index(fields=["id"], name="kept_count_single", condition=models.Q(is_sum=False)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["unit", "label", "what", "day", "about"],
                condition=models.Q(is_sum=True),
                name="kept_sum_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.what} {self.day} {self.unit} {self.n:+d}"


@dataclass(frozen=True)
class Kept:
    """One kept count: of what the session's viewer may list, and of the whole city. `day`: the first of a month, or the
    day after its end."""

    what: str
    day: date
    about: str
    own: int
    city: int


def kept_counts(
    whats: Collection[str],
    *,
    rules: Collection[str] = (),
    places: Collection[str] | None = None,
    since: date = date.max,
    begin: date = date.max,
    cut: datetime | None = None,
    reading: Collection[str] = (),
) -> list[Kept]:
    """
    The counts of some kinds, as the session's scope has it.

    Takes   rules, since: of what was exceeded, the rules and the first month; places: units whose incidents count,
            None: by row security; begin, cut: from which day until when limits exceeded are counted as `before`;
            reading: cases that do not count because the viewer reads them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM zs_kept_counts(%s, %s, %s, %s, %s, %s, %s)",
            [list(whats), list(rules), None if places is None else list(places), since, begin, cut, list(reading)],
        )
        return [Kept(*row) for row in cursor.fetchall()]


def in_hand_by_unit(reading: Collection[str] = ()) -> dict[str, int]:
    """Cases in hand by the unit of the case ("" is none), as the session's scope has it, without those that the viewer
    reads."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM zs_in_hand_by_unit(string_to_array(%s, %s))", as_text(reading))
        return {unit: count for unit, count in cursor.fetchall() if count}
