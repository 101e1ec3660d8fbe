"""The back-test on the platform's own log: every event as it was learned, judged day by day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
from psycopg import sql

from zhunsheng.apps.cases.models import Assignment
from zhunsheng.apps.supervision.frames import copied_out, selected
from zhunsheng.core import schemas
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.backtest.load import HANDLING
from zhunsheng.core.backtest.run import BackTest, back_test
from zhunsheng.core.clocks import Rulebook


def whole_log() -> pl.DataFrame:
    """Every version of every event: schemas.EVENTS. Must run in a transaction that sees every row."""
    query = sql.SQL("SELECT {} FROM cases_event e").format(selected(schemas.EVENTS, "e"))
    return copied_out(query, schemas.EVENTS)


def last_days(as_of: datetime, count: int, zone: str) -> Days:
    """So many days that have ended before an instant."""
    today = as_of.astimezone(ZoneInfo(zone)).date()
    return Days(today - timedelta(days=count), today - timedelta(days=1), zone)


def tried(rulebook: Rulebook, days: Days, *, against: Rulebook | None) -> BackTest:
    """A rulebook on the platform's history. Must run in a transaction that sees every row."""
    return back_test(whole_log(), rulebook, days, against=against, handlers=_handlers())


def _handlers() -> pl.DataFrame:
    """The officers who handle each case now: HANDLING."""
    roles = (Assignment.Role.CASE_OFFICER, Assignment.Role.CO_OFFICER)
    rows = Assignment.objects.filter(role__in=roles, until_at=None).values_list(
        "case_id", "officer__province", "officer__number"
    )
    return pl.DataFrame([(case, f"{province}-{number}") for case, province, number in rows], HANDLING, orient="row")
