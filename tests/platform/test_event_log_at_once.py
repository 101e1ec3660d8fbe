"""Two deliveries at the same time: the second waits for the first and finds what it left."""

import threading

import psycopg
from django.db import connection, connections

from tests.platform.databases import OwnDatabase
from tests.platform.people import EAST_STATION, WEST_STATION, noon
from zhunsheng.apps.access.processes import as_source
from zhunsheng.apps.cases.eventlog import Receipt, record_events
from zhunsheng.apps.cases.incoming import event_frame

CASE = "A3502030100002026030001"


def deliver(*rows: tuple[str, str, str]) -> Receipt:
    """Events of one case: number, day, unit."""
    events = [
        {"source": "jz", "id": number, "type": "person.detained", "at": noon(day), "case": CASE, "unit": unit}
        for number, day, unit in rows
    ]
    return record_events(event_frame(events), recorder="source:jz")


def until_somebody_waits(watch: psycopg.Connection[tuple[int]]) -> None:
    while watch.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() == (0,):
        pass


class Second(threading.Thread):
    """Another process of the same source."""

    def __init__(self, *rows: tuple[str, str, str]) -> None:
        super().__init__()
        self.rows = rows
        self.receipt: Receipt | None = None

    def run(self) -> None:
        with as_source("jz"):
            self.receipt = deliver(*self.rows)
        connections.close_all()


def test_what_another_records_meanwhile_is_known_and_the_rest_is_added(own: OwnDatabase) -> None:
    second = Second(("E1", "2026-03-01", EAST_STATION), ("E2", "2026-03-01", EAST_STATION))
    with own.connect("postgres") as watch:
        with as_source("jz"):
            deliver(("E2", "2026-03-01", EAST_STATION))
            second.start()
            until_somebody_waits(watch)  # it has written E1 and cannot tell yet whether E2 is in the log
        second.join()
        assert second.receipt == Receipt(added=1, known=1)
        assert watch.execute("SELECT id FROM cases_event ORDER BY id").fetchall() == [("E1",), ("E2",)]


def test_the_earlier_unit_counts_although_both_saw_no_case(own: OwnDatabase) -> None:
    second = Second(("E2", "2026-02-01", WEST_STATION))
    with own.connect("postgres") as watch:
        with as_source("jz"):
            deliver(("E1", "2026-03-01", EAST_STATION))
            second.start()
            until_somebody_waits(watch)  # for the case that the first has made
        second.join()
    with as_source("jz"), connection.cursor() as cursor:
        cursor.execute("SELECT unit_id FROM cases_case")
        assert cursor.fetchall() == [(WEST_STATION,)]
