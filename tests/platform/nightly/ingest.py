"""A million events, shuffled, a fifth of them twice, in random batches of three sources, by ingesters that are killed.

`python -m tests.platform.nightly.ingest [EVENTS] [KILLS]`. The tables must equal, by canonical hash, those of one
ordered run. Then the speed: events from a frame to committed rows, by two ingesters, against bare COPY of the same rows
from the same frame into a table without index or constraint. Exit code 1 if the tables differ or the speed is below
30 % of the faster of the two copies before and after.
"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import psycopg
from django.db import connections

from tests.platform.databases import OwnDatabase, cloned, embedded
from tests.platform.environment import HOME, say
from zhunsheng.apps.access.processes import as_source
from zhunsheng.apps.cases.eventlog import COLUMNS, copy_text, record_events
from zhunsheng.core import schemas
from zhunsheng.launcher import EmbeddedServer

SOURCES = ("jz", "zfba", "jq")
INGESTERS = 2
LARGEST_BATCH = 40_000
SHARE_WANTED = 0.30
COPIED = ", ".join(f'"{name}"' for name in COLUMNS)
TABLES = {
    "cases_event": (f"{COPIED}, recorded_by", "source, id, version"),
    "cases_case": ("number, title, kind, label, unit_id, registered_unit, first_at", "number"),
    "cases_incident": ("number, unit_id, first_at", "number"),
    "cases_quarantine": ("source, id, version, reason", "source, id, version, reason"),
}


def make_events(count: int) -> pl.DataFrame:
    """Invented events: a tenth as many cases, corrections and withdrawals among them, dates and facts on some."""
    n = pl.int_range(count, eager=True)
    start = pl.datetime(2026, 1, 1, time_zone="UTC")
    case = (n * 7919) % max(1, count // 10)
    frame = pl.DataFrame({"n": n, "case_n": case}).select(
        source=pl.lit(pl.Series(SOURCES)).gather(pl.col("n") % 3),
        id="E" + (pl.col("n") // 20 * 20 + pl.col("n") % 20 % 19).cast(pl.String).str.zfill(9),
        version=(pl.col("n") % 20 // 19 + 1).cast(pl.Int64),
        void=pl.col("n") % 200 == 199,
        type=pl.lit(pl.Series(["person.detained", "person.released", "case.filed"])).gather(pl.col("n") % 3),
        at=(start + pl.duration(minutes=pl.col("n") % 250_000)).cast(schemas.INSTANT),
        at_precision=pl.lit("minute"),
        case="A350203010000202601" + pl.col("case_n").cast(pl.String).str.zfill(8),
        incident=pl.when(pl.col("n") % 50 == 0).then("JQ" + pl.col("case_n").cast(pl.String)),
        person="P" + pl.col("case_n").cast(pl.String),
        unit=pl.lit(pl.Series(["350203010000", "350205010000"])).gather(pl.col("n") % 2),
        officers=pl.concat_list("035" + (pl.col("n") % 900).cast(pl.String).str.zfill(3)),
        facts=pl.when(pl.col("n") % 4 == 0).then(pl.lit('{"days":7,"tier":"7d"}')),
    )
    # The source of a corrected event is that of the first version.
    frame = frame.with_columns(source=pl.col("source").first().over("id"))
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schemas.EVENTS.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in schemas.EVENTS.items())


def delivered(events: pl.DataFrame, chance: random.Random) -> list[tuple[str, pl.DataFrame]]:
    """What three sources deliver: everything, a fifth of it twice, in no order, in batches of any size."""
    again = events.sample(fraction=0.2, seed=1)
    batches: list[tuple[str, pl.DataFrame]] = []
    for source in SOURCES:
        rows = pl.concat([events, again]).filter(pl.col("source") == source).sample(fraction=1, shuffle=True, seed=2)
        at = 0
        while at < rows.height:
            size = chance.randint(1, LARGEST_BATCH)
            batches.append((source, rows.slice(at, size)))
            at += size
    chance.shuffle(batches)
    return batches


def ingest(database: str, folder: str, number: str, of: str) -> None:
    """One ingester: its share of the batches, each acknowledged in a file after its commit."""
    connections["default"].settings_dict["NAME"] = database
    with as_source(SOURCES[0]):  # connected and compiled before the gate opens, where there is one
        pass
    _wait_at_the_gate(Path(folder), number)
    for path in sorted(Path(folder).glob("*.arrow"))[int(number) :: int(of)]:
        done = path.with_suffix(".done")
        if not done.exists():
            source = path.stem.split("-")[1]
            with as_source(source):
                record_events(pl.read_ipc(path), recorder=f"source:{source}")
            done.touch()


def _wait_at_the_gate(folder: Path, number: str) -> None:
    if (folder / "gate").exists():
        (folder / f"ready-{number}").touch()
        while not (folder / "open").exists():
            time.sleep(0.005)


def timed_ingest(database: OwnDatabase, folder: Path) -> float:
    """Seconds from when all ingesters stand ready until all have committed their last batch."""
    (folder / "gate").touch()
    workers = [_start(database, folder, number) for number in range(INGESTERS)]
    while len(list(folder.glob("ready-*"))) < INGESTERS:
        time.sleep(0.01)
    started = time.perf_counter()
    (folder / "open").touch()
    codes = [worker.wait() for worker in workers]
    if any(codes):
        raise SystemExit(f"an ingester failed: {codes}")
    return time.perf_counter() - started


def run_ingesters(database: OwnDatabase, folder: Path, *, kills: int, chance: random.Random) -> tuple[int, float]:
    """Start the ingesters, kill them so many times, until all batches are acknowledged. Kills done, seconds."""
    started, killed = time.perf_counter(), 0
    while True:
        workers = [_start(database, folder, number) for number in range(INGESTERS)]
        if killed < kills:
            time.sleep(chance.uniform(1.0, 2.5))  # the moment of the kill is the subject here
            for worker in workers:
                if worker.poll() is None:
                    os.kill(worker.pid, signal.SIGKILL)
            killed += 1
        codes = [worker.wait() for worker in workers]
        if codes == [0] * INGESTERS:
            return killed, time.perf_counter() - started
        if killed >= kills and any(code not in (0, -signal.SIGKILL) for code in codes):
            raise SystemExit(f"an ingester failed: {codes}")


def _start(database: OwnDatabase, folder: Path, number: int) -> subprocess.Popen[bytes]:
    module = "tests.platform.nightly.ingest"
    command = [sys.executable, "-m", module, "ingest", database.name, str(folder), str(number), str(INGESTERS)]
    return subprocess.Popen(command)


def write_batches(batches: Sequence[tuple[str, pl.DataFrame]], folder: Path) -> Path:
    """Batches as files, so that ingesters can be processes."""
    folder.mkdir()
    for number, (source, rows) in enumerate(batches):
        rows.write_ipc(folder / f"{number:05d}-{source}.arrow")
    return folder


def fingerprint(database: OwnDatabase) -> dict[str, str]:
    """A hash of each table's rows in the order of their keys, without the times that every run sets anew."""
    found = {}
    with psycopg.connect(database.dsn("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for table, (columns, order) in TABLES.items():
            digest = hashlib.sha256()
            with cursor.copy(f"COPY (SELECT {columns} FROM {table} ORDER BY {order}) TO STDOUT") as rows:
                for block in rows:
                    digest.update(block)
            found[table] = digest.hexdigest()
    return found


def bare_copy_rate(database: OwnDatabase, events: pl.DataFrame) -> float:
    """Rows a second of COPY into a table of the same columns without index or constraint, from the same frame."""
    with database.connect("postgres") as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare AS SELECT {COPIED} FROM cases_event WHERE false")
        cursor.execute("CHECKPOINT")
        started = time.perf_counter()
        for batch in events.iter_slices(20_000):
            with cursor.copy(f"COPY bare ({COPIED}) FROM STDIN (FORMAT csv)") as rows:
                rows.write(copy_text(batch))
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE bare")
    return events.height / seconds


def speed(server: EmbeddedServer, events: pl.DataFrame) -> tuple[float, float, float]:
    """Rows a second of bare COPY, of the ingesters, and of bare COPY again, in this order in one database."""
    with cloned(server) as database:
        bare = bare_copy_rate(database, events)
        # The ingesters get the same rows in random order, of one source, so that both write the same bytes.
        mixed = events.sample(fraction=1, shuffle=True, seed=3).with_columns(source=pl.lit(SOURCES[0]))
        batches = [(SOURCES[0], part) for part in mixed.iter_slices(20_000)]
        seconds = timed_ingest(database, write_batches(batches, HOME / "speed"))
        again = bare_copy_rate(database, events)
    return bare, events.height / seconds, again


def main(count: int, kills: int) -> int:
    """The whole run."""
    chance = random.Random(20261125)
    events = make_events(count)
    with embedded(HOME) as server:
        with cloned(server) as database:
            batches = delivered(events, chance)
            folder = write_batches(batches, HOME / "delivered")
            killed, seconds = run_ingesters(database, folder, kills=kills, chance=chance)
            rows = sum(batch.height for _, batch in batches)
            say(f"{count} events as {rows} rows in {len(batches)} batches, {killed} kills: {seconds:.0f} s")
            shuffled = fingerprint(database)
        with cloned(server) as database:
            ordered = [(str(key[0]), part) for key, part in events.sort("source", "id", "version").group_by("source")]
            run_ingesters(database, write_batches(ordered, HOME / "ordered"), kills=0, chance=chance)
            expected = fingerprint(database)
        bare, rate, again = speed(server, events)
    same = shuffled == expected
    share = rate / max(bare, again)
    say(f"tables equal to the ordered run: {same} { ({} if same else {'got': shuffled, 'wanted': expected}) }")
    say(f"bulk ingest {rate:,.0f} rows/s, bare COPY {bare:,.0f} and {again:,.0f} rows/s: {share:.0%} of the faster")
    return 0 if same and share >= SHARE_WANTED else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["speed"]:
        with embedded(HOME) as alone:
            say(str([f"{rate:,.0f}" for rate in speed(alone, make_events(int(sys.argv[2])))]))
        sys.exit(0)
    if sys.argv[1:2] == ["ingest"]:
        ingest(*sys.argv[2:])
        sys.exit(0)
    sizes = [int(text) for text in sys.argv[1:]]
    sys.exit(main(sizes[0] if sizes else 1_000_000, sizes[1] if len(sizes) > 1 else 10))
