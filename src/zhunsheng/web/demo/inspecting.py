"""Inspection in the demonstration: one plan that was drawn by lot from the sealed log, and some of its files read."""

import secrets
import time
from datetime import datetime, timedelta
from typing import Final

import polars as pl
from django.core.management import call_command
from django.db import transaction
from django.utils.timezone import localdate

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.models import Assignment
from zhunsheng.apps.inspection import assigning, plans, reading, selecting
from zhunsheng.apps.inspection.models import Assigned, Plan
from zhunsheng.apps.inspection.people import PLANNERS, holders
from zhunsheng.apps.inspection.refusals import PlanRefused
from zhunsheng.apps.org.models import Officer, Unit
from zhunsheng.core.inspection.draw import commitment
from zhunsheng.core.inspection.sheets import Answer
from zhunsheng.web.demo import dossiers, planted
from zhunsheng.web.demo.people import PROCESS

SOON: Final = timedelta(seconds=2)
BELOW: Final = "90"  # a claim that few files bear
SHARES: Final = (4, 2, 1)  # one file in so many is drawn, or in fewer where the strata ask for more
READ: Final = 2
NOT_ASKED: Final = "与本案无关"
FOUND: Final = "告知书没有注明送达时间"


def fill(events: pl.DataFrame, *, since: datetime, at: datetime) -> bool:
    """
    A plan of the cases that ended since an instant, unless there is one or too few ended. Says if it made one.

    Takes   events: schemas.EVENTS, those that have become known: what the dossiers of the lot hold.
    """
    with transaction.atomic(), as_process(PROCESS):
        if Plan.objects.exists():
            return False
        legal = holders(PLANNERS, on=localdate(at))
        witness = holders(("inspectorate",), on=localdate(at))[0]
        found = selecting.closed_cases(_city(), localdate(since), localdate(at))
        if len(found) <= READ:
            return False
        made_up = planted.fill(found, by=witness, told=legal[-1], since=since, at=at)
    plan = _drawn(legal[0], witness, len(found) + (made_up is not None), since=since, at=at)
    if plan is None:
        return False
    with transaction.atomic(), as_process(PROCESS):
        drawn = list(plan.picks.values_list("case", flat=True))
    dossiers.file_also(events, drawn, at=at)
    with transaction.atomic(), as_process(PROCESS):
        assigning.assign_plan(plan, at=at)
        rows = Assigned.objects.filter(pick__plan=plan, round="first", reader__isnull=False)
        for n, row in enumerate(rows.select_related("pick", "reader").order_by("pk")[:READ]):
            _read(row, at, is_faulty=n == 0)
    return True


def _city() -> str:
    return str(Unit.objects.get(parent=None).pk)


def _drawn(planner: Officer, witness: Officer, files: int, *, since: datetime, at: datetime) -> Plan | None:
    """Stated, committed to, and drawn a second later from the head that the log has then sealed."""
    nonce, hour = secrets.token_bytes(16), clock.real_now() + SOON
    plan = next((made for share in SHARES if (made := _stated(planner, files // share, hour, since, at))), None)
    if plan is None:
        return None
    with transaction.atomic(), as_process(PROCESS):
        plans.commit(plan, commitment(nonce), by=witness, at=at, real_at=clock.real_now())
    time.sleep(max(0.0, (hour - clock.real_now()).total_seconds()))
    call_command("seal", once=True)
    with transaction.atomic(), as_process(PROCESS):
        plans.publish_and_draw(plan, nonce.hex(), by=witness, at=at, real_at=clock.real_now())
    return Plan.objects.get(pk=plan.pk)


def _stated(planner: Officer, files: int, hour: datetime, since: datetime, at: datetime) -> Plan | None:
    """A plan that draws so many files; None where they are too few for its strata or its claim."""
    try:
        with transaction.atomic(), as_process(PROCESS):
            wanted = plans.Wanted("近期办结案件", _city(), localdate(since), localdate(at), BELOW, 0, files, hour)
            return plans.make(wanted, by=planner, at=at, real_at=clock.real_now())
    except PlanRefused:
        return None


def _lead(row: Assigned) -> str:
    """The number of the officer who has the case."""
    mine = Assignment.objects.filter(case=row.pick.case, role=Assignment.Role.CASE_OFFICER, until_at=None)
    return str(mine.values_list("officer__number", flat=True)[0])


def _read(row: Assigned, at: datetime, *, is_faulty: bool) -> None:
    """Every question of the file answered; of the faulty one the first is a problem, confirmed by a second person."""
    reader = row.reader
    assert reader is not None
    asked = [one for _sheet, parts in reading.asked_of(row, at=at) for _title, own in parts for one in own]
    for n, one in enumerate(asked):
        said = Answer(one.question.id, "not_applicable", note=NOT_ASKED)
        if is_faulty and n == 0:
            said = Answer(one.question.id, "problem", FOUND, "1", "", one.question.basis[0], _lead(row), 2)
        problem = reading.answer(row, said, by=reader, at=at)
        if said.answer == "problem":
            faulty = problem
    reading.submit(row, by=reader, at=at)
    if is_faulty:
        second = next(one for one in holders(PLANNERS, on=localdate(at)) if one.pk != reader.pk)
        reading.confirm(faulty, by=second, confirmed=True, reason="", care="papers", at=at)
