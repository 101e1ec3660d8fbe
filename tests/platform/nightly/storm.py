"""Everything killed, again and again, from the source's answer to the gateway's file.

    python -m tests.platform.nightly.storm [TIMES] [DATABASE_KILLS] [--append]

The web site, the supervisor, the delivery and the sealer run as they do in a deployment, on a city's clock that goes
on by ten minutes a second. Source events come in all the while; each of 14 named points kills its process TIMES times,
each time after a kill at a moment of chance, and the whole PostgreSQL tree is killed in between. Afterwards: every
event that was acknowledged is there; every red finding was told; every message is in the gateway's file, once; the log
verifies. Exit code 1 if one of these does not hold.
"""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

from django.db import connections

from tests.gateways import ROOT, Simulated, eventually, simulated
from tests.platform.alert_world import alert_world
from tests.platform.databases import OwnDatabase, cloned, embedded, kill_tree
from tests.platform.delivering import POINTS as OF_DELIVERY
from tests.platform.delivering import write_lines
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from tests.platform.people import EAST_STATION
from tests.platform.supervised import put_in_force
from tests.platform.test_alerts_supervised import shipped
from tests.story import at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.audit.heads import HEADS_FILE, LEAVES_FILE
from zhunsheng.apps.audit.keys import PUBLIC
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.cases.sources import new_key

SEED: Final = 20261128
POINTS: Final[dict[str, tuple[str, ...]]] = {
    "web": ("web.before_commit", "web.after_commit"),
    "supervise": ("supervise.before_commit", "supervise.after_commit", "sweep.before_commit"),
    "deliver": OF_DELIVERY,
    "seal": ("seal.before_commit", "seal.after_commit"),
}
"""Every place at which a process can be made to kill itself."""
START: Final = "2026-03-09 09:00"
RULE: Final = (
    "documents.approval-before-act"  # an act that was approved after it was done is red as soon as it is known
)
PACE: Final = 600  # seconds of the city in one of the machine
BATCH: Final = 5
DEATH_SECONDS: Final = 150.0
SETTLED_SECONDS: Final = 15.0
PATHS: Final = ("src/zhunsheng/apps", "src/zhunsheng/launcher.py")
UNTOLD: Final = """
    SELECT count(*) FROM supervision_finding f JOIN alerts_alertgroup g ON g.key = coalesce(f.clock, f.key)
    WHERE f.level = 'red' AND f.state = 'current' AND NOT EXISTS (SELECT FROM alerts_alert a WHERE a.group_id = g.key)
"""
TWICE: Final = """
    SELECT count(*) FROM (
        SELECT 1 FROM alerts_alert WHERE officer_id IS NOT NULL AND group_id IS NOT NULL
        GROUP BY group_id, finding, officer_id, CASE WHEN reason = 'worse' THEN 'first' ELSE reason END, occasion
        HAVING count(*) > 1) twice
"""
OPEN: Final = "SELECT count(*) FROM alerts_delivery WHERE channel = 'sms' AND state IN ('queued', 'leased', 'sent')"


@dataclass
class Platform:
    """The four processes on one database, a gateway, and a source that goes on after every failure with the same."""

    database: OwnDatabase
    folder: Path
    gateway: Simulated
    key: str
    port: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    killed: int = 0
    restarted: int = 0  # ended by themselves
    batch: int = 0
    acts: dict[int, datetime] = field(default_factory=dict)  # of each batch, so that it is the same when sent again
    environments: dict[str, Mapping[str, str]] = field(default_factory=dict)  # of single processes, beside that of all
    began_at: float = field(default_factory=time.monotonic)
    _logs: list[IO[bytes]] = field(default_factory=list)

    def start(self, name: str, point: str = "") -> None:
        """Start a process, to die at a point if one is named."""
        arguments = {
            "web": ("uvicorn", "zhunsheng.web.asgi:application", "--port", str(self.port), "--log-level", "error"),
            "supervise": ("zhunsheng.web", "supervise", "--skip-checks"),
            "deliver": ("zhunsheng.web", "deliver", "--skip-checks"),
            "seal": ("zhunsheng.web", "seal", "--skip-checks"),
            "work": ("zhunsheng.web", "work", "--skip-checks"),
        }[name]
        log = (self.folder / f"{name}.log").open("ab")
        self._logs.append(log)
        environment = {**self.environment(point), **self.environments.get(name, {})}
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log
        )

    def kill(self, name: str) -> None:
        """As `kill -9` does."""
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait()
        self.killed += 1

    def look_after(self, but: str = "") -> None:
        """Start again what ended by itself, as `zs serve` and systemd do: a process that begins while the database is
        away ends."""
        for name, process in self.running.items():
            if name != but and process.poll() is not None:
                self.restarted += 1
                self.start(name)

    def dies(self, name: str, point: str) -> None:
        """Start it; work comes in until it killed itself at its point."""
        self.start(name, point)
        give_up_at = time.monotonic() + DEATH_SECONDS
        while (code := self.running[name].poll()) != -signal.SIGKILL:
            assert time.monotonic() < give_up_at, f"{name} did not come to {point}: {self.state()}"
            if code is not None:
                self.restarted += 1
                self.start(name, point)
            self.look_after(but=name)
            self.post()
        self.killed += 1

    def post(self) -> None:
        """One batch of the source, the same again after each failure."""
        ids = [f"{self.batch}-{n}" for n in range(BATCH)]
        acted = at(START) + timedelta(seconds=PACE * (time.monotonic() - self.began_at) // 60 * 60, hours=-1)
        done = self.acts.setdefault(self.batch, acted)
        facts = {"approved_at": (done + timedelta(minutes=30)).isoformat()}
        row = {"type": "person.detained", "at": done.isoformat(), "unit": EAST_STATION, "facts": facts}
        events = [
            {"id": number, "person": f"P{number}", "case": f"A350203{self.batch:012}{n:03}", **row}
            for n, number in enumerate(ids)
        ]
        if self.send(events):
            self.acknowledged += ids
            self.batch += 1
        time.sleep(0.1)  # a source does not hammer

    def send(self, events: Sequence[Mapping[str, Any]]) -> bool:
        """Hand a batch to the site; whether it was acknowledged."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        asked = closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))
        with suppress(OSError, http.client.HTTPException), asked as connection:
            connection.request("POST", "/api/v1/events", json.dumps({"events": events}), headers)
            return connection.getresponse().status == 200
        return False

    def is_heard(self) -> bool:
        """Whether the site takes events by now."""
        self.post()
        return bool(self.acknowledged)

    def kill_database(self) -> None:
        """The whole tree, and up again; the processes wait for it."""
        kill_tree(self.database.server)
        self.database.server.ensure()
        connections.close_all()
        self.killed += 1

    def end(self) -> None:
        """End what runs."""
        for process in self.running.values():
            process.kill()
            process.wait()
        for log in self._logs:
            log.close()

    def state(self) -> str:
        """How far everything is, for whoever looks why it stands still."""
        logs = {name: (self.folder / f"{name}.log").read_text(encoding="utf-8")[-500:] for name in POINTS}
        tables = ("cases_event", "supervision_finding", "alerts_alert", "alerts_delivery")
        counts = {table: self.count(f"SELECT count(*) FROM {table}") for table in tables}
        return f"{counts}, {self.count(OPEN)} open, {len(self.gateway.said('accepted'))} sent; {logs}"

    def count(self, query: str) -> int:
        """A number from the database."""
        with self.database.connect("postgres") as connection:
            row = connection.execute(query.encode()).fetchone()
        return int(row[0]) if row else 0

    def environment(self, point: str) -> Mapping[str, str]:
        server, name = self.database.server, self.database.name
        return {
            **os.environ,
            "ZS_HOME": str(HOME),
            "DATABASE_URL": server.dsn("zs_app", name),
            "ZS_SEALER_DATABASE_URL": server.dsn("zs_sealer", name),
            "ZS_VERIFIER_DATABASE_URL": server.dsn("zs_verifier", name),
            "ZS_HEADS": str(self.folder / "heads"),
            "ZS_LINES": str(self.folder / "lines.toml"),
            "PYTHONWARNINGS": "ignore",
            **({"ZS_CRASH_AT": point} if point else {}),
        }


def main(times: int, database_kills: int) -> int:
    """The whole run."""
    with ExitStack() as stack:
        server = stack.enter_context(embedded(HOME))
        database = stack.enter_context(cloned(server))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        gateway = stack.enter_context(simulated("http_sms", folder))
        run = Platform(database, folder, gateway, prepared(), free_port())
        write_lines(folder / "lines.toml", gateway)
        gateway.fail(duplicate_receipts=True)
        stack.callback(run.end)
        for name in POINTS:
            run.start(name)
        eventually(run.is_heard, seconds=DEATH_SECONDS)
        storm(run, times, database_kills, random.Random(SEED))
        settled = settle(run)
        return judged(run, settled)


def prepared() -> str:
    """People with phones, a rule, a source, and a clock that goes on. Returns the source's key."""
    clock.set_city_clock(at(START), seconds_per_second=PACE)
    alert_world()
    put_in_force(shipped(RULE))
    key = new_key()
    with as_process("test"):
        register_source(source="jz", title="警综平台", key=key)
    return key


def storm(run: Platform, times: int, database_kills: int, chance: random.Random) -> None:
    """Each point so many times, in an order of chance, and the database in between."""
    say(f"seed {SEED}")
    every = [(name, point) for name, points in POINTS.items() for point in points] * times
    chance.shuffle(every)
    down_at = set(chance.sample(range(len(every)), min(database_kills, len(every))))
    for number, (name, point) in enumerate(every):
        run.post()
        time.sleep(chance.uniform(0.0, 0.5))  # the moment of the kill is the subject here
        run.kill(name)
        run.dies(name, point)
        run.start(name)
        if number in down_at:
            run.post()
            run.kill_database()
        run.look_after()
        if number % 10 == 9:
            say(f"{run.killed} kills, {len(run.acknowledged)} events acknowledged")


def settle(run: Platform) -> float:
    """Seconds after the last restart until every text is confirmed. The clock stands still, or there would be more."""
    clock.set_city_clock(clock.now(), seconds_per_second=0)
    began = time.monotonic()

    def is_settled() -> bool:
        run.look_after()
        return run.count(OPEN) == 0 and run.count("SELECT count(*) FROM supervision_touched") == 0

    eventually(is_settled, seconds=180, every=0.2)
    return time.monotonic() - began


def judged(run: Platform, settled: float) -> int:
    """By the gateway's file, the tables and the log."""
    accepted = Counter(line["key"] for line in run.gateway.said("accepted"))
    with run.database.connect("postgres") as connection:
        stored = {row[0] for row in connection.execute("SELECT id FROM cases_event")}
        states = dict(connection.execute("SELECT key, state FROM alerts_delivery WHERE channel = 'sms'").fetchall())
    faults = {
        "acknowledged events missing": len(set(run.acknowledged) - stored),
        "red findings that nobody was told of": run.count(UNTOLD),
        "messages lost": sum(state != "superseded" and key not in accepted for key, state in states.items()),
        "keys that the gateway took twice": sum(count > 1 for count in accepted.values()),
        "messages without a row": len(set(accepted) - set(states)),
        "alerts made twice": run.count(TWICE),
        "faults of the log": 0 if log_verifies(run) else 1,
        "stuck": int(settled > SETTLED_SECONDS),
    }
    for name, count in faults.items():
        say(f"{name}: {count}")
    again = len(run.gateway.said("recognised"))
    say(f"{run.restarted} processes ended by themselves and were started again")
    say(f"{run.killed} kills at {sum(map(len, POINTS.values()))} points, at random and of the database")
    say(f"{len(run.acknowledged)} events acknowledged, {len(accepted)} messages, {again} sent again and recognised")
    say(f"settled {settled:.1f} s after the last restart (at most {SETTLED_SECONDS:.0f})")
    figure = f"{run.killed} kills, {len(accepted):,} messages, {sum(faults.values())} lost, stuck or twice"
    append_figures({"storm.kills": figure, "storm.settled": f"{settled:.1f} s"}, run="storm", paths=PATHS)
    return 1 if any(faults.values()) else 0


def log_verifies(run: Platform) -> bool:
    """Seal what is left, take the log out, and let the stand-alone program look."""
    run.kill("seal")
    log, heads = run.folder / "log.tsv", run.folder / "heads"
    seen = ["--public-key", HOME / "keys" / PUBLIC, "--heads", heads / HEADS_FILE, "--leaves", heads / LEAVES_FILE]
    steps: list[list[Any]] = [
        ["-m", "zhunsheng.web", "seal", "--once", "--skip-checks"],
        ["-m", "zhunsheng.web", "export_log", log, "--skip-checks"],
        ["tools/verify.py", "log", log, *seen],
    ]
    for words in steps:
        environment = dict(run.environment(""))
        done = subprocess.run(
            [sys.executable, *map(str, words)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            say(f"{words[0]} {words[1]}: {done.stdout} {done.stderr}")
            return False
    return True


def free_port() -> int:
    """A port that nobody has at this moment."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port: int = listening.getsockname()[1]
        return port


if __name__ == "__main__":
    sizes = [int(text) for text in arguments()]
    sys.exit(main(sizes[0] if sizes else 10, sizes[1] if len(sizes) > 1 else 20))
