"""Giving a task, taking one, ending one. Each is on record; only how far a task is, is not."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.jobs.models import Job
from zhunsheng.apps.refusals import DomainError

PROCESS: Final = "work"
MOST_OPEN: Final = 5
LOST_AFTER: Final = timedelta(minutes=1)
KEPT: Final = timedelta(days=7)
MOST_ATTEMPTS: Final = 2
LARGEST_TABLE_BYTES: Final = 20 * 1024 * 1024
BLOCK_BYTES: Final = 64 * 1024
FORGOTTEN_AT_ONCE: Final = 50
State = Job.State
OPEN: Final = (State.WAITING, State.RUNNING)


class TooManyJobs(DomainError):
    """The queue is for everybody."""

    text = "您已有 {most} 项任务没有结束。请等其中一项结束，或取消一项，再提交。"


class TableTooLarge(DomainError):
    """No organisation needs so large a table."""

    text = "文件超过 20 MB，没有收下。请分成几个文件，分几次导入。"


class JobNotThere(DomainError):
    """Not there, another's, or its result is gone."""

    text = "没有这项任务，或它的结果已过保存期。请重新提交。"


class JobOver(DomainError):
    """What has ended cannot be cancelled."""

    text = "这项任务已经结束，不能取消。"


@dataclass(frozen=True)
class Ending:
    """How a task ended: `result` is the name of its file, `refusals` what it did not do and why, one line each."""

    state: str
    result: str = ""
    refusals: tuple[str, ...] = ()


def folder_of(job: Job) -> Path:
    """Where the files of a task lie."""
    media: Path = settings.MEDIA
    return media / "jobs" / str(job.pk)


@transaction.atomic
def give(
    viewer: Viewer, *, kind: str, asked: Mapping[str, Any], language: str, at: datetime, table: IO[bytes] | None = None
) -> Job:
    """
    Give a task to the process that does them.

    :raises TooManyJobs: five of his are not over yet.
    :raises TableTooLarge: see there.
    """
    with connection.cursor() as cursor:  # two presses at once are counted one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('jobs'), hashtext(%s))", [viewer.account])
    if Job.objects.filter(account=viewer.account, state__in=OPEN).count() >= MOST_OPEN:
        raise TooManyJobs(most=MOST_OPEN)
    job = Job(account=viewer.account, kind=kind, asked=dict(asked), language=language, at=at)
    if table is not None:
        _keep(table, folder_of(job) / str(asked["file"]))
    job.save(force_insert=True)
    record(action="give", kind="job", key=str(job.pk), detail={"job": kind})
    return job


def _keep(table: IO[bytes], path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True)
    size = 0
    with path.open("xb") as file:
        while block := table.read(BLOCK_BYTES):
            size += len(block)
            if size > LARGEST_TABLE_BYTES:
                shutil.rmtree(path.parent)
                raise TableTooLarge
            file.write(block)


def jobs_of(viewer: Viewer) -> QuerySet[Job]:
    """The tasks of a viewer."""
    return Job.objects.filter(account=viewer.account)


def look_at(jobs: Iterable[Job]) -> None:
    """Those of some tasks that have ended are seen from now on."""
    ended = [job.pk for job in jobs if not job.is_open and not job.seen]
    if ended:
        Job.objects.filter(pk__in=ended).update(seen=True)


def unfinished(viewer: Viewer) -> int:
    """How many of his tasks are not over yet."""
    return jobs_of(viewer).filter(state__in=OPEN).count()


def unseen(viewer: Viewer) -> int:
    """How many of his tasks have ended since he looked."""
    question = "SELECT count(*) FROM jobs_job WHERE account = %s AND NOT seen AND NOT state = ANY (%s)"
    with connection.cursor() as cursor:
        cursor.execute(question, [viewer.account, list(OPEN)])
        return int(cursor.fetchone()[0])  # a count has a row


@transaction.atomic
def cancel(viewer: Viewer, *, job: UUID, real_at: datetime) -> None:
    """
    End a task before its end: what runs stops at its next step, and keeps nothing.

    :raises JobNotThere, JobOver: see there.
    """
    found = Job.objects.select_for_update().filter(pk=job, account=viewer.account).first()
    if found is None:
        raise JobNotThere
    if not found.is_open:
        raise JobOver
    found.state, found.ended_at, found.seen = State.CANCELLED, real_at, True
    found.save(update_fields=["state", "ended_at", "seen"])
    record(action="cancel", kind="job", key=str(job))


def result_of(viewer: Viewer, *, job: UUID) -> tuple[Job, bytes]:
    """
    The file that a task made, checked against its hash; recorded before the answer.

    :raises JobNotThere: see there.
    """
    found = Job.objects.filter(pk=job, account=viewer.account, state=State.DONE).exclude(result="").first()
    path = folder_of(found) / found.result if found else None
    if found is None or path is None or not path.is_file():
        raise JobNotThere
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != found.result_sha256:
        raise JobNotThere
    record(action="read", kind="job_result", key=str(job), detail={"job": found.kind, "persons": []})
    return found, content


def claim(*, real_at: datetime) -> Job | None:
    """The next task, now the caller's for a minute at a time; one whose process was lost is taken up once more."""
    with as_process(PROCESS):
        lost = Q(state=State.RUNNING, beat_at__lt=real_at - LOST_AFTER)
        waiting = Job.objects.select_for_update(skip_locked=True).filter(Q(state=State.WAITING) | lost)
        job = waiting.order_by("at", "pk").first()
        if job is None:
            return None
        job.state, job.beat_at, job.attempts = State.RUNNING, real_at, job.attempts + 1
        if job.attempts > MOST_ATTEMPTS:
            job.state, job.ended_at = State.FAILED, real_at
        job.save(update_fields=["state", "beat_at", "attempts", "ended_at"])
        return job


def beat(job: UUID, *, done: int, total: int | None, real_at: datetime) -> bool:
    """Say how far a task is. False: it is no longer to be done."""
    with as_process(PROCESS):
        running = Job.objects.filter(pk=job, state=State.RUNNING)
        return bool(running.update(done=done, total=total, beat_at=real_at))


def end(job: UUID, ending: Ending, *, real_at: datetime) -> None:
    """Say how a task ended, in the caller's transaction; one that was cancelled meanwhile stays so."""
    found = Job.objects.select_for_update().get(pk=job)
    if found.state != State.RUNNING:
        return
    digest = ""
    if ending.result:
        digest = hashlib.sha256((folder_of(found) / ending.result).read_bytes()).hexdigest()
    found.state, found.refusals, found.ended_at = ending.state, list(ending.refusals), real_at
    found.result, found.result_sha256 = ending.result, digest
    found.save(update_fields=["state", "refusals", "ended_at", "result", "result_sha256"])
    record(action="end", kind="job", key=str(job), detail={"state": ending.state, "refused": len(ending.refusals)})


def forget_old(*, real_at: datetime) -> int:
    """Delete tasks that ended a week ago, with their files. Returns how many."""
    with as_process(PROCESS):
        old = list(Job.objects.filter(ended_at__lt=real_at - KEPT)[:FORGOTTEN_AT_ONCE])
        for job in old:
            shutil.rmtree(folder_of(job), ignore_errors=True)
            job.delete()
        return len(old)
