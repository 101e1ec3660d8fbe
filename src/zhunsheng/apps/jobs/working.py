"""The process that does tasks: one at a time, in the name of whoever gave it, with the rights that he has now."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from django.db import connection, transaction
from django.utils import translation
from django.utils.timezone import localdate

from zhunsheng.apps.access.models import Account
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.access.scope import Viewer, viewer_of
from zhunsheng.apps.audit import clock
from zhunsheng.apps.jobs import services
from zhunsheng.apps.jobs.models import Job
from zhunsheng.apps.jobs.services import Ending, State
from zhunsheng.apps.refusals import DomainError

BEAT_SECONDS: Final = 1.0
IDLE_SECONDS: Final = 2.0
LOG: Final = logging.getLogger(__name__)


class Cancelled(Exception):
    """The owner no longer wants it."""


@dataclass
class Teller:
    """Says how far a task is, once a second, over a connection of its own: the task may be within a transaction."""

    job: Job
    done: int = 0
    total: int | None = None
    _is_wanted: bool = True
    _stop: threading.Event = field(default_factory=threading.Event)

    def __call__(self, done: int, total: int | None = None) -> None:
        """How many are done, of how many.

        Raises  Cancelled if the task is no longer to be done.
        """
        self.done, self.total = done, total if total is not None else self.total
        if not self._is_wanted:
            raise Cancelled

    @contextmanager
    def telling(self) -> Iterator["Teller"]:
        """Tell while the block runs; what it raised comes first, then what telling raised."""
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="beat") as pool:
            beating: Future[None] = pool.submit(self._beat)
            try:
                yield self
            finally:
                self._stop.set()
        beating.result()

    def _beat(self) -> None:
        try:
            while self._is_wanted:
                self._is_wanted = services.beat(self.job.pk, done=self.done, total=self.total, real_at=clock.real_now())
                if self._stop.wait(BEAT_SECONDS):
                    break
            if self._is_wanted:
                services.beat(self.job.pk, done=self.done, total=self.total, real_at=clock.real_now())
        finally:
            connection.close()


Work = Callable[[Job, Viewer, Teller], Ending]
"""Does one task; raises DomainError for what its owner can mend, Cancelled where `Teller` says so."""


def work_once(works: dict[str, Work]) -> bool:
    """Do the next task. False: there is none."""
    job = services.claim(real_at=clock.real_now())
    if job is None:
        return False
    if job.state == State.RUNNING:
        with translation.override(job.language):
            _do(job, works[job.kind])
    return True


def _do(job: Job, work: Work) -> None:
    try:
        viewer = _viewer(job.account)
        with Teller(job).telling() as tell:
            ending = work(job, viewer, tell)
    except Cancelled:
        return
    except DomainError as problem:
        ending = Ending(State.REFUSED, refusals=tuple(str(problem).splitlines()))
    except Exception as problem:  # noqa: BLE001 - the loop's edge: a task that fails must not end the process
        LOG.warning("job %s failed: %s", job.pk, type(problem).__name__)
        ending = Ending(State.FAILED)
    with transaction.atomic(), as_process(services.PROCESS):
        services.end(job.pk, ending, real_at=clock.real_now())


class AccountGone(DomainError):
    """Whoever gave the task may not work here any more."""

    text = "账号已停用，任务没有办理。"


def _viewer(username: str) -> Viewer:
    """Who gave the task, with the rights of this moment.

    Raises  AccountGone.
    """
    with as_process(services.PROCESS):
        account = Account.objects.select_related("officer").filter(username=username, is_active=True).first()
        if account is None:
            raise AccountGone
        on = localdate(clock.now())
        return viewer_of(account=username, officer=account.officer_id, admin_role=account.admin_role, on=on)


def run(works: dict[str, Work], *, stop: threading.Event, between: Callable[[], None] = lambda: None) -> None:
    """Do tasks until told to stop; what has ended a week ago is deleted. `between` is done before each look."""
    while not stop.is_set():
        between()
        if not work_once(works) and not services.forget_old(real_at=clock.real_now()):
            stop.wait(IDLE_SECONDS)
