"""One look at the database and at the disk."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from watch.judging import Signs

ANSWER_SECONDS = 3
COUNTED_EVERY = 12  # looks: a minute, as shipped
OPTIONS = f"-c statement_timeout={ANSWER_SECONDS}s -c lock_timeout={ANSWER_SECONDS}s -c timezone=UTC"


@dataclass(frozen=True)
class Day:
    """What the daily message says of the platform."""

    alerts: int
    head: str


class Lookout:
    """Keeps one connection, and knows since when it had no answer."""

    def __init__(self, database: str, disk: Path | None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database, self._disk, self._monotonic = database, disk, monotonic
        self._connection: psycopg.Connection[Any] | None = None
        self._answered_at = monotonic()
        self._looks = 0

    def look(self) -> Signs:
        """What is to be seen now. A database that does not answer is a sign too."""
        free = self._free_percent()
        try:
            said = self._ask("SELECT zs_vital_signs()")
        except psycopg.Error:
            self._drop()
            return Signs(away=max(0.001, self._monotonic() - self._answered_at), disk_free_percent=free)
        self._answered_at = self._monotonic()
        at = datetime.fromisoformat(said["at"])
        return Signs(
            loops={name: (loop["beat"], loop["behind"]) for name, loop in said["loops"].items()},
            unsent_red=said["unsent_red"],
            unsealed=said["unsealed"],
            unarchived=said["unarchived"],
            late_sources=said["late_sources"],
            untold=said["untold"],
            unhandled=said["unhandled"],
            skew=(at - datetime.now(UTC)).total_seconds(),
            disk_free_percent=free,
            open_clocks=self._open_clocks(),
        )

    def _open_clocks(self) -> int | None:
        """How many clocks are open: now and then, for it takes a while to count them. That they could not be counted
        in time is no sign."""
        self._looks += 1
        if self._looks % COUNTED_EVERY != 1:
            return None
        try:
            return int(self._ask("SELECT zs_vital_clocks()")["open"])
        except psycopg.Error:
            self._drop()
            return None

    def day(self) -> Day | None:
        """The numbers of the daily message, if the database answers."""
        try:
            said = self._ask("SELECT zs_vital_day()")
        except psycopg.Error:
            self._drop()
            return None
        return Day(alerts=said["alerts"], head=said["head"])

    def _ask(self, question: str) -> dict[str, Any]:
        if self._connection is None:
            self._connection = psycopg.connect(
                self._database, autocommit=True, connect_timeout=ANSWER_SECONDS, options=OPTIONS
            )
        row = self._connection.execute(question).fetchone()
        said = row[0] if row else {}
        return said if isinstance(said, dict) else dict(json.loads(said))

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _free_percent(self) -> float:
        if self._disk is None:
            return 100.0
        usage = shutil.disk_usage(self._disk)
        return 100.0 * usage.free / usage.total
