"""The dead man's switch: twelve ways to fall silent, five times each, and the watcher must raise the alarm every time.

    python -m tests.platform.nightly.switch [TIMES | real] [--append]

The real delivery process, a sealer, a supervisor's heartbeat, a database of their own; the watcher is a process with
its own file. Its limits are scaled: 90 s of heartbeat become 6 s, and so on. With `real` five of them are caused once
with the limits as they are shipped, and each must be told within 120 s. The judge is the watcher's alarm file and the
file of its own gateway. Exit code 1 if one silence was not noticed, or an alarm was raised while all was well.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg

from tests.gateways import ROOT, Simulated, eventually, simulated
from tests.platform.databases import OwnDatabase, cloned, embedded
from tests.platform.delivering import Writer, end, start_delivering, write_lines, writing
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit.keys import signing_key
from zhunsheng.apps.audit.sealer import seal_once
from zhunsheng.apps.audit.tables import sealed_tables
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.cases.sources import new_key

TIMES: Final = 5
PATHS: Final = ("watch", "src/zhunsheng/apps/alerts/sql/rules.sql")
WELL_SECONDS: Final = 4.0
SCALED: Final = {
    "heartbeat": 6, "watermark": 8, "unsent_red": 8, "sealer": 8, "database": 6, "skew": 30,
    "disk_free_percent": 0, "clocks_at_least": 200, "steady": 1,
}  # fmt: skip
SHIPPED: Final = {"disk_free_percent": 0, "steady": 5}  # the rest as the watcher has it
CLOCKS: Final = 300
OPEN_CLOCKS: Final = f"""
    INSERT INTO supervision_clock (key, rule, rule_version, incident, epoch, due_at_end, outer_at_end, outcome,
        question_hard, nature, liberty, level, as_of, digest)
    SELECT n::text, 'x', 1, 'J1', n, false, false, 'running', false, 'statutory', false, '', now(), 0
    FROM generate_series(1, {CLOCKS}) n
"""
HEARD: Final = "INSERT INTO cases_sourceheard (source_id, at) VALUES ('jz', zs_now())"
CONFIG: Final = """
database = "{database}"
alarms = "alarms.jsonl"
every_seconds = {every}
[limits]
{limits}
[sms]
url = "http://127.0.0.1:{port}"
account = "zs"
secret = "secret"
phones = ["13900000099"]
"""


class Pulse(threading.Thread):
    """In place of the supervisor and the sealer: a heartbeat, and a seal, twice a second, until told to hold still."""

    def __init__(self, database: OwnDatabase) -> None:
        super().__init__(daemon=True)
        self.database, self.stopped = database, threading.Event()
        self.beats, self.catches_up, self.seals = True, True, True

    def run(self) -> None:
        """Go round; a database that is away is waited for."""
        while not self.stopped.wait(0.5):
            with suppress(psycopg.Error):
                self._round()

    def _round(self) -> None:
        with self.database.connect("zs_app") as connection:
            if self.beats:
                connection.execute(
                    """
                    INSERT INTO supervision_heartbeat (process, at, watermark, detail)
                    VALUES ('supervise', clock_timestamp(), zs_now(), '{}')
                    ON CONFLICT (process) DO UPDATE SET at = excluded.at,
                        watermark = CASE WHEN %s THEN excluded.watermark ELSE supervision_heartbeat.watermark END
                    """,
                    [self.catches_up],
                )
            connection.execute("SELECT set_config('zs.actor', 'process:test', false)")
            connection.execute("SELECT zs_audit('read', 'done', 'case', 'x', '{}')")
        if self.seals:
            with self.database.connect("zs_sealer") as connection:
                from_keys = signing_key(HOME / "keys")
                seal_once(connection, key=from_keys, tables=sealed_tables())


@dataclass
class Platform:
    """Everything that runs, and what can be done to it."""

    database: OwnDatabase
    writer: Writer
    gateway: Simulated
    alarms: Simulated
    pulse: Pulse
    lines: Path
    file: Path
    delivery: subprocess.Popen[str]
    undo: list[Callable[[], Any]] = field(default_factory=list)

    def alarm_count(self, fault: str) -> int:
        """How often the watcher told of a fault, by its own file."""
        if not self.file.exists():
            return 0
        lines = [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]
        return sum(line["what"] == "alarm" and line["fault"] == fault for line in lines)

    def as_superuser(self, statement: str) -> psycopg.Connection[Any]:
        """A connection that did one thing."""
        connection = self.database.connect("postgres")
        connection.execute(statement)
        return connection


def falls_due(run: Platform) -> None:
    """A red alert, by a new connection: the database may have been away."""
    run.writer.connection = run.database.connect("postgres")
    run.undo.append(run.writer.connection.close)
    run.writer.write("red")


def hang_delivery(run: Platform) -> None:
    """The process stands still."""
    run.delivery.send_signal(signal.SIGSTOP)
    run.undo.append(lambda: run.delivery.send_signal(signal.SIGCONT))


def kill_delivery(run: Platform) -> None:
    """The process is gone."""
    run.delivery.send_signal(signal.SIGKILL)
    end(run.delivery)
    run.undo.append(lambda: setattr(run, "delivery", start_delivering(run.database, run.lines)))


def stop_supervisor(run: Platform) -> None:
    """No heartbeat."""
    run.pulse.beats = False
    run.undo.append(lambda: setattr(run.pulse, "beats", True))


def fall_behind(run: Platform) -> None:
    """It beats, and does not get its work done."""
    run.pulse.catches_up = False
    run.undo.append(lambda: setattr(run.pulse, "catches_up", True))


def lock_heartbeats(run: Platform) -> None:
    """A table that nobody can write or read."""
    connection = run.database.connect("postgres")
    connection.autocommit = False
    connection.execute("LOCK TABLE supervision_heartbeat IN ACCESS EXCLUSIVE MODE")
    run.undo.append(connection.close)


def stop_database(run: Platform) -> None:
    """The server is gone."""
    run.database.server.stop()
    run.undo.append(run.database.server.start)


def refuse_writes(run: Platform) -> None:
    """The database is read-only."""
    for connection in (
        run.as_superuser(f"ALTER DATABASE {run.database.name} SET default_transaction_read_only = on"),
        run.as_superuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'zs_app'"),
    ):
        connection.close()

    def allow() -> None:
        with run.database.connect("postgres") as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER DATABASE {run.database.name} RESET default_transaction_read_only")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'zs_app'")

    run.undo.append(allow)


def lock_out_of_gateway(run: Platform) -> None:
    """The password at the gateway is no longer right, and a red falls due."""
    run.gateway.fail(wrong_password=True)
    falls_due(run)
    run.undo.append(run.gateway.fail)


def take_gateway_away(run: Platform) -> None:
    """The gateway is gone, and a red falls due."""
    run.gateway.fail(down=True)
    falls_due(run)
    run.undo.append(run.gateway.fail)


def lose_clocks(run: Platform) -> None:
    """A rulebook that lost its rules: a third of the open clocks are gone, and every loop goes round."""
    run.as_superuser(f"UPDATE supervision_clock SET outcome = 'moot' WHERE epoch <= {CLOCKS // 3}").close()
    run.undo.append(lambda: run.as_superuser("UPDATE supervision_clock SET outcome = 'running'").close())


def silence_source(run: Platform) -> None:
    """A source that has said nothing for longer than it may."""
    run.as_superuser("UPDATE cases_sourceheard SET at = zs_now() - interval '2 hours'").close()
    run.undo.append(lambda: run.as_superuser("UPDATE cases_sourceheard SET at = zs_now()").close())


def stop_sealer(run: Platform) -> None:
    """Nobody seals what is written."""
    run.pulse.seals = False
    run.undo.append(lambda: setattr(run.pulse, "seals", True))


FAULTS: Final[dict[str, tuple[Callable[[Platform], None], str]]] = {
    "the delivery hangs": (hang_delivery, "heartbeat deliver"),
    "the delivery is killed": (kill_delivery, "heartbeat deliver"),
    "the supervisor falls silent": (stop_supervisor, "heartbeat supervise"),
    "the supervisor falls behind": (fall_behind, "watermark supervise"),
    "the heartbeats are locked": (lock_heartbeats, "database"),
    "the database is stopped": (stop_database, "database"),
    "the database is read-only": (refuse_writes, "heartbeat supervise"),
    "the gateway refuses the login": (lock_out_of_gateway, "unsent_red"),
    "the gateway is away": (take_gateway_away, "unsent_red"),
    "the sealer stops": (stop_sealer, "sealer"),
    "open clocks vanish": (lose_clocks, "clocks"),
    "a source falls silent": (silence_source, "source jz"),
}

IN_REAL_TIME: Final = (
    "the delivery hangs",
    "the supervisor falls silent",
    "the database is stopped",
    "the database is read-only",
    "the sealer stops",
)


@dataclass(frozen=True)
class Sitting:
    """What is caused, how often, under which limits, and how soon it must be told, in seconds."""

    name: str
    faults: tuple[str, ...]
    times: int
    limits: Mapping[str, int]
    every: float
    within: float


def main(sitting: Sitting) -> int:
    """Every fault so many times."""
    noticed, waits, false = 0, [], 0
    with tempfile.TemporaryDirectory() as folder, platform(Path(folder), sitting) as run:
        for _ in range(sitting.times):
            for name in sitting.faults:
                cause, fault = FAULTS[name]
                false += all_is_well(run)
                took = notice(run, cause, fault, sitting.within)
                noticed += took is not None
                waits.append(took or sitting.within)
                say(f"{name}: {'not noticed' if took is None else f'alarm after {took:.1f} s'}")
        texts = len(run.alarms.said("accepted"))
    total = sitting.times * len(sitting.faults)
    say(f"{noticed} of {total} noticed, the latest after {max(waits):.1f} s; {false} false alarms")
    say(f"{texts} alarms at the watcher's own gateway")
    figure = f"{noticed} of {total} noticed, the latest after {max(waits):.1f} s, {false} false alarms"
    append_figures({f"switch.{sitting.name}": figure}, run="switch", paths=PATHS)
    return 0 if noticed == total and not false and texts >= total else 1


def all_is_well(run: Platform) -> int:
    """Wait until every fault is over; then nothing may be told for a while. Returns how many alarms there were."""
    eventually(lambda: _standing(run.file) == set(), seconds=120, every=0.2)
    before = run.file.read_text(encoding="utf-8").count('"alarm"') if run.file.exists() else 0
    time.sleep(WELL_SECONDS)  # that nothing is said is the subject here
    return (run.file.read_text(encoding="utf-8").count('"alarm"') if run.file.exists() else 0) - before


def notice(run: Platform, cause: Callable[[Platform], None], fault: str, within: float) -> float | None:
    """Seconds until the watcher raised the alarm; None where it had not by then."""
    before, began = run.alarm_count(fault), time.monotonic()
    cause(run)
    try:
        eventually(lambda: run.alarm_count(fault) > before, seconds=within, every=0.1)
        return time.monotonic() - began
    except AssertionError:
        return None
    finally:
        while run.undo:
            run.undo.pop()()


def _standing(file: Path) -> set[str]:
    standing: set[str] = set()
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        said = json.loads(line)
        if said["what"] == "alarm":
            standing.add(said["fault"])
        elif said["what"] == "over":
            standing.discard(said["fault"])
    return standing


@contextmanager
def platform(folder: Path, sitting: Sitting) -> Iterator[Platform]:
    """Everything that runs."""
    with ExitStack() as stack:
        server = stack.enter_context(embedded(HOME))
        database = stack.enter_context(cloned(server))
        writer = stack.enter_context(writing(database))
        (folder / "own").mkdir()
        gateway = stack.enter_context(simulated("http_sms", folder))
        alarms = stack.enter_context(simulated("http_sms", folder / "own"))
        lines = write_lines(folder / "lines.toml", gateway)
        with as_process("test"):
            register_source(source="jz", title="警综平台", key=new_key(), late_after_minutes=60)
        with database.connect("postgres") as connection:
            for statement in (OPEN_CLOCKS, HEARD):
                connection.execute(statement.encode())
        pulse = Pulse(database)
        pulse.start()
        stack.callback(pulse.stopped.set)
        run = Platform(
            database, writer, gateway, alarms, pulse, lines, folder / "alarms.jsonl", start_delivering(database, lines)
        )
        stack.callback(lambda: end(run.delivery))
        watcher = start_watching(folder, database, alarms, sitting)
        stack.callback(watcher.wait)
        stack.callback(watcher.kill)
        yield run


def start_watching(folder: Path, database: OwnDatabase, alarms: Simulated, sitting: Sitting) -> subprocess.Popen[bytes]:
    """The watcher, with its own file."""
    path = folder / "watch.toml"
    path.touch(mode=0o600)
    limits = "\n".join(f"{name} = {value}" for name, value in sitting.limits.items())
    dsn = database.server.dsn("zs_watch", database.name)
    words = CONFIG.format(database=dsn, limits=limits, port=alarms.port, every=sitting.every)
    path.write_text(words, encoding="utf-8")
    return subprocess.Popen([sys.executable, "-m", "watch", str(path)], cwd=ROOT, env=dict(os.environ))


if __name__ == "__main__":
    given = arguments()
    if given == ["real"]:
        sys.exit(main(Sitting("real-time", IN_REAL_TIME, 1, SHIPPED, every=5, within=120)))
    often = int(given[0]) if given else TIMES
    sys.exit(main(Sitting("scaled", tuple(FAULTS), often, SCALED, every=0.25, within=40)))
