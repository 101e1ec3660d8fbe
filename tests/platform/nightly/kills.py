"""The whole PostgreSQL tree killed under load, again and again: what was acknowledged is there afterwards.

`python -m tests.platform.nightly.kills [KILLS]`. Two web processes' worth of clients post batches to the API and write
down each answer; the server is killed with SIGKILL and started again by the launcher. Exit code 1 if one event that was
acknowledged is missing.
"""

import json
import logging
import random
import statistics
import sys
import threading
import time

from django.db import connections
from django.test import Client

from tests.platform.databases import cloned, embedded, kill_tree
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.cases.sources import new_key
from zhunsheng.launcher import EmbeddedServer

PATHS = ("src/zhunsheng/launcher.py", "src/zhunsheng/apps/cases/eventlog.py", "src/zhunsheng/apps/cases/sql")
CLIENTS = 4
BATCH = 20
KEY = new_key()


class Poster(threading.Thread):
    """A source system: posts batches, and goes on after every failure with the same batch."""

    def __init__(self, number: int, stop: threading.Event) -> None:
        super().__init__()
        self.number, self.stop = number, stop
        self.acknowledged: list[str] = []
        self.refused: list[int] = []

    def run(self) -> None:
        """Post until told to stop."""
        client = Client(raise_request_exception=False, SERVER_NAME="localhost")
        batch = 0
        while not self.stop.is_set():
            ids = [f"{self.number}-{batch}-{n}" for n in range(BATCH)]
            row = {"type": "person.detained", "at": "2026-03-01T14:35:00+08:00", "case": "A3502030100002026030001"}
            answer = client.post(
                "/api/v1/events",
                json.dumps({"events": [{"id": number, **row} for number in ids]}),
                content_type="application/json",
                headers={"authorization": f"Bearer {KEY}"},
            )
            if answer.status_code == 200:
                self.acknowledged += ids
                batch += 1
            else:
                self.refused.append(answer.status_code)
                time.sleep(0.02)  # a client that is refused does not hammer
        connections.close_all()


def main(kills: int) -> int:
    """The whole run."""
    chance = random.Random(20261125)
    with embedded(HOME) as server, cloned(server) as database:
        with as_process("test"):
            register_source(source="jz", title="警综平台", key=KEY)
        stop = threading.Event()
        posters = [Poster(number, stop) for number in range(CLIENTS)]
        for poster in posters:
            poster.start()
        down = [kill(server, chance) for _ in range(kills)]
        time.sleep(1)
        stop.set()
        for poster in posters:
            poster.join()
        with database.connect("postgres") as connection:
            stored = {row[0] for row in connection.execute("SELECT id FROM cases_event")}
    acknowledged = {number for poster in posters for number in poster.acknowledged}
    statuses = sorted({status for poster in posters for status in poster.refused})
    lost = len(acknowledged - stored)
    say(f"{kills} kills of the whole tree; {len(acknowledged)} events acknowledged, {lost} lost")
    say(f"{len(stored - acknowledged)} stored without an answer; answers while down: {statuses}")
    say(f"back after {statistics.median(down):.2f} s (median), {max(down):.2f} s (longest)")
    figure = f"{kills} kills, {len(acknowledged):,} events acknowledged, {lost} lost"
    append_figures({"kills.lost": figure}, run="kills", paths=PATHS)
    return 1 if lost or statuses not in ([503], []) else 0


def kill(server: EmbeddedServer, chance: random.Random) -> float:
    """Let it work for a moment, kill every process of it, start it again. Seconds until it answers."""
    time.sleep(chance.uniform(0.5, 1.5))  # the moment of the kill is the subject here
    kill_tree(server)
    started = time.perf_counter()
    server.ensure()
    return time.perf_counter() - started


if __name__ == "__main__":
    logging.disable(logging.ERROR)  # every refusal while it is down would be a line
    sizes = [int(text) for text in arguments()]
    sys.exit(main(sizes[0] if sizes else 10))
