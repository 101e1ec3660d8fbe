"""What the city's officers did this month in cases that the demonstration does not tell, because they began before its
history. That they ended, and how, stands on the boards."""

from datetime import UTC, datetime, time

import polars as pl
from django.db import transaction
from django.utils.timezone import localdate

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.points import stored
from zhunsheng.apps.points.recording import add_facts, facts_of
from zhunsheng.apps.points.roster import period_of
from zhunsheng.apps.supervision.selectors import rulebook_in_force
from zhunsheng.core.points.from_events import ENDINGS
from zhunsheng.core.standing import standing
from zhunsheng.web.demo.people import PROCESS
from zhunsheng.web.demo.playing import BEIJING


def state(events: pl.DataFrame, told: pl.DataFrame, *, at: datetime) -> int:
    """Record the facts of cases that ended in the month of an instant and before it, but for those that are told.
    Returns how many rows of the ledger follow.

    Takes   events, told: schemas.EVENTS of the whole city, and of what is told of it.
    """
    begins = datetime.combine(period_of(localdate(at), "month"), time(), BEIJING).astimezone(UTC)
    others = events.filter(~pl.col("case").is_in(told["case"].drop_nulls().unique().implode()))
    own = of_ended_cases(others, begins=begins, ends=at)
    with transaction.atomic(), as_process(PROCESS):
        rulebook, _digest = rulebook_in_force()
        found = standing(own, rulebook, as_of=at, threads=1).findings
        facts = facts_of(own, found, begins=begins, ends=at, as_of=at)
        stored.hold()
        return add_facts(facts, at)


def of_ended_cases(events: pl.DataFrame, *, begins: datetime, ends: datetime) -> pl.DataFrame:
    """What was known by the end of a span of the cases whose work ended in it."""
    is_ending = pl.col("type").is_in(ENDINGS) & (pl.col("at") >= begins) & (pl.col("at") < ends)
    known = events.filter(pl.col("recorded_at") <= ends)
    cases = known.filter(is_ending)["case"].drop_nulls().unique()
    return known.filter(pl.col("case").is_in(cases.implode()))
