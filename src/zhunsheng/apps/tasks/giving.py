"""Who does a task: nobody with a stake in it; of the others whoever has least to do. A change says why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.cases.models import Assignment
from zhunsheng.apps.cases.selectors import visible_cases
from zhunsheng.apps.inspection.assigning import reader_of
from zhunsheng.apps.inspection.marking import seed_of
from zhunsheng.apps.inspection.people import PLANNERS, READERS, code_of, holders, roles_of, team_units
from zhunsheng.apps.inspection.plans import whole
from zhunsheng.apps.inspection.telling import tell_of_plan
from zhunsheng.apps.org.models import Officer
from zhunsheng.apps.tasks.models import Given, Task
from zhunsheng.apps.tasks.refusals import TaskRefused
from zhunsheng.core.inspection.readers import BLOCKS, File, Reader, assigned, blocked

MINUTES: Final = {"onsite": 120, "online": 60, "daily": 30}
"""Standard minutes of a task, as those of a file that is read: what somebody has to do is counted over both."""
NAMED: Final = 'SELECT DISTINCT unnest(officers) FROM cases_event WHERE "case" = ANY (%s) AND source <> %s'


def current() -> QuerySet[Given]:
    """Who has each task now: the latest row of each."""
    later = Given.objects.filter(task=OuterRef("task"), pk__gt=OuterRef("pk"))
    return Given.objects.filter(~Exists(later))


def doer_of(task: Task) -> Officer | None:
    """Who has a task now; None where the upper level is to give it."""
    row = current().filter(task=task).select_related("officer").first()
    return row.officer if row else None


@dataclass
class Staff:
    """Whoever may do tasks on a day: what each may read, and what he has to do; the latter grows as tasks are given."""

    people: Sequence[Officer]
    viewers: Mapping[int, Viewer]
    readers: dict[str, Reader]


def staff(at: datetime) -> Staff:
    """The staff of now. Whoever asks must see every row: conflicts are not judged by halves."""
    return _staff(holders(READERS, on=localdate(at)), at)


def _staff(people: Sequence[Officer], at: datetime) -> Staff:
    on = localdate(at)
    viewers = {one.pk: viewer_of(account="", officer=one.pk, admin_role="", on=on) for one in people}
    readers = [_with_tasks(reader_of(one, on=on, at=at)) for one in people]
    return Staff(people, viewers, {reader.id: reader for reader in readers})


def give(task: Task, among: Staff, *, at: datetime) -> Given:
    """Give a task that was just made to whoever has least to do of those without a stake in it."""
    readers = list(among.readers.values())
    seed, on = seed_of(task.number, at), localdate(at)
    chosen = assigned([_file(task, among)], readers, seed=seed, on=on, round_="task")[task.number]
    if chosen is not None:
        reader = among.readers[chosen]
        among.readers[chosen] = replace(reader, minutes=reader.minutes + MINUTES[task.kind])
    row = Given.objects.create(task=task, officer_id=int(chosen) if chosen else None, at=at)
    return _told("inspection.task_given", row)


@transaction.atomic
def give_to(task: Task, number: str, *, reason: str, by: Officer, at: datetime) -> Given:
    """
    Give a task to somebody else.

    :raises TaskRefused: not the legal department, no reason, done already, nobody of that number, or he has a stake.
    """
    on = localdate(at)
    if not PLANNERS & set(roles_of(by, on=on)):
        raise TaskRefused("只有法制支队可以改派任务。")
    if not reason.strip():
        raise TaskRefused("请写明改派的原因。")
    if task.reports.exists():
        raise TaskRefused("这个任务已经报回，不能改派。")
    to = next((one for one in holders(READERS, on=on) if one.number == number.strip()), None)
    if to is None:
        raise TaskRefused(f"没有警号为 {number.strip()[:20]} 的在岗法制员。请核对警号。")
    with whole():
        among = _staff([to], at)
        why = blocked(among.readers[str(to.pk)], _file(task, among), on=on)
    if why is not None:
        raise TaskRefused(f"不能交给这个人：{BLOCKS[why]}。请选择别人。")
    row = Given.objects.create(task=task, officer=to, reason=reason.strip()[:200], by=by, at=at)
    return _told("inspection.task_regiven", row)


def _told(kind: str, row: Given) -> Given:
    tell_of_plan(kind, plan=row.task_id, key=f"given/{row.pk}", at=row.at, by=row.officer)
    return row


def _with_tasks(reader: Reader) -> Reader:
    rows = current().filter(officer=int(reader.id), task__reports=None).values_list("task__kind", flat=True)
    return replace(reader, minutes=reader.minutes + sum(MINUTES[kind] for kind in rows))


def _file(task: Task, among: Staff) -> File:
    cases = set(task.things.exclude(case="").values_list("case", flat=True))
    return File(
        id=task.number,
        units=team_units(task.unit),
        minutes=MINUTES[task.kind],
        officers=frozenset(_of_cases(cases, among.people)),
        no_access=frozenset(str(pk) for pk, viewer in among.viewers.items() if not _may_read(viewer, cases)),
    )


def _of_cases(cases: Collection[str], people: Collection[Officer]) -> set[str]:
    """Whoever has, or had, anything to do with one of the cases."""
    with connection.cursor() as cursor:
        cursor.execute(NAMED, [list(cases), "inspection"])
        codes = {str(row[0]) for row in cursor.fetchall()}
    on_case = Assignment.objects.filter(case__in=cases).values_list("officer", flat=True)
    return {str(one.pk) for one in people if code_of(one) in codes} | {str(one) for one in on_case}


def _may_read(viewer: Viewer, cases: Collection[str]) -> bool:
    return not cases or visible_cases(viewer, Action.CASE_READ).filter(pk__in=cases).count() == len(cases)
