"""Two workers of a queue at the same instant, each in a transaction of its own: what one has taken the other leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg

from tests.platform.databases import OwnDatabase
from tests.platform.delivering import writing
from zhunsheng.apps.alerts.delivery.rows import CLAIM
from zhunsheng.apps.audit import clock

Row = tuple[object, ...]


@contextmanager
def worker(own: OwnDatabase) -> Iterator[psycopg.Connection[Row]]:
    """The connection of a delivery process, in the middle of its transaction."""
    with own.connect("zs_app") as connection, connection.transaction(force_rollback=True):
        connection.execute(
            "SELECT set_config('zs.actor', 'process:delivery', true), set_config('zs.whole', 'on', true)"
        )
        connection.execute("SET LOCAL lock_timeout = '300ms'")
        yield connection


def taken(connection: psycopg.Connection[Row], *, most: int) -> list[object]:
    """The keys of the most urgent rows that a worker gets."""
    at = clock.real_now()
    values = {"channel": "sms", "at": at, "real": at, "until": at + timedelta(seconds=10), "by": "w", "probing": False}
    return [row[0] for row in connection.execute(CLAIM, {**values, "most": most}).fetchall()]


def test_what_one_worker_is_taking_the_other_neither_takes_nor_waits_for(own: OwnDatabase) -> None:
    # Given three reds in the queue
    with writing(own) as writer:
        first, second, third = writer.write(count=3)
    # When one worker has taken the first and has not committed yet
    with worker(own) as one, worker(own) as other:
        assert taken(one, most=1) == [first]
        # Then the other gets the next ones, at once: a wait of 300 ms would be an error here
        assert taken(other, most=16) == [second, third]
