"""Questions to supervision, for pages, alerts and the command line."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl
from django.db import connection, transaction
from django.db.models import Count, Q

from zhunsheng.apps.access.among import as_text
from zhunsheng.apps.access.scope import session_scope
from zhunsheng.apps.audit import clock as clock_of_platform
from zhunsheng.apps.audit.context import session_settings
from zhunsheng.apps.org.selectors import units_below
from zhunsheng.apps.supervision.changes import keyed_clocks
from zhunsheng.apps.supervision.explaining import explained
from zhunsheng.apps.supervision.models import OF_CASE, OF_INCIDENT, OPEN_OUTCOMES, Clock, Finding
from zhunsheng.apps.supervision.queue import name_batch
from zhunsheng.apps.supervision.rulebooks import current
from zhunsheng.apps.supervision.stored import events_of_batch
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.standing import standing as stand

LEVEL_ORDER = ("red", "yellow", "blue", "")
EXCEEDED: Final = """
    SELECT unit, in_month, before
    FROM zs_exceeded_by_unit(
        string_to_array(%s, %s), %s, %s, %s, %s, string_to_array(%s, %s), string_to_array(%s, %s)
    )
"""


@dataclass(frozen=True)
class UnitStanding:
    """How the clocks of a unit and the units below it stand: open ones by the level that they have crossed."""

    open: int
    blue: int
    yellow: int
    red: int
    overdue: int
    liberty: int
    liberty_red: int


def clocks_of_case(number: str) -> list[Clock]:
    """The clocks of a case, open before stopped, liberty first, then by level and due time. Row security applies."""
    return sorted_clocks(Clock.objects.filter(case=number))


def exceeded_by_unit(
    rules: Collection[str],
    *,
    since: datetime,
    cut: datetime,
    month: datetime,
    until: datetime,
    places: Collection[str],
    without: Collection[str],
) -> list[tuple[str, int, int]]:
    """
    Unit ("" is none) → how many limits of some rules were exceeded from `month` until `until`, and from `since` until
    `cut`. Row security applies.

    Takes   places: units whose incidents count; without: cases that do not.
    """
    values: list[Any] = [*as_text(rules), since, cut, month, until, *as_text(places), *as_text(without)]
    with connection.cursor() as cursor:
        cursor.execute(EXCEEDED, values)
        return list(cursor.fetchall())


def sorted_clocks(clocks: Iterable[Clock]) -> list[Clock]:
    """Clocks as people should read them: open before stopped, liberty first, then by level and due time."""
    never = datetime.max.replace(tzinfo=UTC)
    return sorted(
        clocks,
        key=lambda row: (
            row.outcome not in OPEN_OUTCOMES,
            not row.liberty,
            LEVEL_ORDER.index(row.level),
            row.due or never,
            row.rule,
            row.subject or "",
            row.epoch,
        ),
    )


def findings_of_case(number: str) -> list[Finding]:
    """What is found in a case now, newest first. Row security applies."""
    current_ones = Finding.objects.filter(case=number, state=Finding.State.CURRENT)
    return list(current_ones.order_by("-found_at", "rule", "key"))


@transaction.atomic
def explanation(clock_key: str, *, as_of: datetime | None = None) -> dict[str, Any]:
    """How the due times of a clock were reached, as of now or another instant; see explaining.explained.

    Whoever asks must be allowed to see the clock; its case is then judged whole, with the incidents that it names.

    Raises  Clock.DoesNotExist if there is none that the session may see, or there was none at that instant.
    """
    row = Clock.objects.get(pk=clock_key)
    kind, number = (OF_CASE, row.case) if row.case is not None else (OF_INCIDENT, row.incident)
    instant = as_of or clock_of_platform.now()
    with session_settings(session_scope(None)):
        name_batch([(kind, str(number))])
        events = events_of_batch()
        rulebook, _ = current()
    clocks = keyed_clocks(stand(events, rulebook, as_of=instant, threads=1).clocks, rulebook)
    found = explained([clock_key], clocks, events, rulebook, as_of=instant)
    if clock_key not in found:
        raise Clock.DoesNotExist(f"{row} 在 {instant.isoformat()} 还没有开始计算。")
    return found[clock_key]


def standing(unit: str, *, as_of: datetime) -> UnitStanding:
    """How the open clocks of a unit and those below it stand. `as_of` says which of them are overdue."""
    units = {unit, *units_below([unit]).get(unit, frozenset())}
    past = Q(outcome="running") & (Q(outer_at_end=True, outer__lte=as_of) | Q(outer_at_end=False, outer__lt=as_of))
    counted = Clock.objects.filter(unit__in=units, outcome__in=OPEN_OUTCOMES).aggregate(
        open=Count("pk"),
        blue=Count("pk", filter=Q(level="blue")),
        yellow=Count("pk", filter=Q(level="yellow")),
        red=Count("pk", filter=Q(level="red")),
        overdue=Count("pk", filter=past),
        liberty=Count("pk", filter=Q(liberty=True)),
        liberty_red=Count("pk", filter=Q(liberty=True, level="red")),
    )
    return UnitStanding(**counted)


def rulebook_in_force() -> tuple[Rulebook, str]:
    """The rulebook by which is judged now, and its digest. Raises rulebooks.NothingReleased."""
    return current()


def open_clocks(cases: pl.Series) -> pl.DataFrame:
    """Key, rule, case and level of the open clocks of some cases."""
    rows = Clock.objects.filter(case__in=cases.to_list(), outcome__in=OPEN_OUTCOMES)
    schema = {"key": pl.String(), "rule": pl.String(), "case": pl.String(), "level": pl.String()}
    return pl.DataFrame(list(rows.values_list(*schema)), schema=schema, orient="row")
