"""A long backlog is judged by two threads, as by two copies of the supervisor: while the database reads and writes for
one, the other judges."""

import logging
import threading
from typing import Final

from django.db import connections

from zhunsheng.apps.supervision.batch import BatchFailed, Done, judge_due
from zhunsheng.apps.supervision.changes import Route
from zhunsheng.apps.supervision.queue import AWAY

LOG: Final = logging.getLogger(__name__)
NAME: Final = "second-hand"
WORTH: Final = 1000  # keys of a full batch from which on a second thread is worth its start


class SecondHand:
    """A thread with a connection of its own. It takes batches while they are full, and meets no fault: whatever stops
    it, the keys are due again, and the loop that comes to them deals with it."""

    def __init__(self, route: Route, limit: int) -> None:
        self.route, self.limit = route, limit
        self.thread: threading.Thread | None = None
        self.ending = threading.Event()

    def help_beside(self, keys: int) -> None:
        """Begin, where the first has taken so many keys and more are due."""
        if keys >= WORTH and not (self.thread and self.thread.is_alive()):
            self.ending.clear()
            self.thread = threading.Thread(target=self._judge, name=NAME, daemon=True)
            self.thread.start()

    def close(self) -> None:
        """End after the batch that it is at."""
        self.ending.set()
        if self.thread:
            self.thread.join()

    def _judge(self) -> None:
        try:
            while not self.ending.is_set() and _is_long(judge_due(route=self.route, limit=self.limit), self.limit):
                pass
        except BatchFailed as problem:
            LOG.warning("supervise: the second thread leaves %d keys to the first: %s", len(problem.keys), problem.why)
        except AWAY as problem:
            LOG.warning("supervise: the second thread has lost the database: %s", type(problem).__name__)
        finally:
            connections.close_all()


def _is_long(done: Done, limit: int) -> bool:
    return not done.is_all and done.keys >= max(limit, WORTH)
