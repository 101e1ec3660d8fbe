"""A million events, shuffled, a fifth of them twice, in random batches of three sources, by ingesters that are killed.

`python -m tests.platform.nightly.ingest [EVENTS] [KILLS]`. The tables must equal, by canonical hash, those of one
ordered run. Then the speed: events from a frame to committed rows, by three ingesters, against bare COPY of the same
rows in the same order into a table without index or constraint, in turns (`… ingest speed EVENTS` for this alone); once
as a source delivers its history, and once with every batch drawn from the whole of it.
Exit code 1 if the tables differ or the speed is below 30 % of bare COPY.
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
from typing import Any

import polars as pl
import psycopg
from django.db import connections

from tests.platform.databases import OwnDatabase, cloned, embedded
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from zhunsheng.apps.access.processes import as_source
from zhunsheng.apps.cases.eventlog import COLUMNS, copy_text, record_events
from zhunsheng.core import schemas
from zhunsheng.launcher import EmbeddedServer

SOURCES = ("jz", "zfba", "jq")
INGESTERS = len(SOURCES)
LARGEST_BATCH = 40_000
SHARE_WANTED = 0.30
PATHS = ("src/zhunsheng/apps/cases/eventlog.py", "src/zhunsheng/apps/cases/sql", "src/zhunsheng/apps/supervision/sql")
ROUNDS = 4  # long enough that waiting for the last ingester of a round weighs little
BATCH = 40_000
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
    for path in sorted(Path(folder).glob("*.arrow"))[int(number) :: int(of)]:
        done = path.with_suffix(".done")
        if not done.exists():
            source = path.stem.split("-")[1]
            with as_source(source):
                record_events(pl.read_ipc(path), recorder=f"source:{source}")
            done.touch()


def ingest_in_rounds(database: str, folder: str, number: str) -> None:
    """One ingester that stands ready, takes its batches of a round when told to, and says when they are committed."""
    connections["default"].settings_dict["NAME"] = database
    with as_source(SOURCES[0]):  # connected, with all that it needs, before it is ready
        record_events(pl.DataFrame(schema=schemas.EVENTS), recorder=f"source:{SOURCES[0]}")
    for line in sys.stdin:
        for path in sorted(Path(folder).glob(f"{int(line):05d}-*.arrow"))[int(number) :: INGESTERS]:
            with as_source(SOURCES[0]):
                record_events(pl.read_ipc(path), recorder=f"source:{SOURCES[0]}")
        say(line.strip())


def run_ingesters(database: OwnDatabase, folder: Path, *, kills: int, chance: random.Random) -> tuple[int, float]:
    """Start the ingesters, kill them so many times, until all batches are acknowledged. Kills done, seconds."""
    started, killed = time.perf_counter(), 0
    while True:
        workers = [_start(database, folder, "ingest", number) for number in range(INGESTERS)]
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


def _start(database: OwnDatabase, folder: Path, what: str, number: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.platform.nightly.ingest", what, database.name, str(folder), str(number)]
    if what == "rounds":
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    return subprocess.Popen([*command, str(INGESTERS)])


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


def speed(server: EmbeddedServer, events: pl.DataFrame, folder: Path) -> tuple[float, float]:
    """Rows a second of bare COPY and of the ingesters, in one database, for events in the order in which they stand.

    In turns, so that what else the machine does meets both: each round copies a part and takes in another as large.
    """
    events = events.with_columns(source=pl.lit(SOURCES[0]))
    folder.mkdir()
    size = events.height // ROUNDS
    seconds = {"bare": 0.0, "ingest": 0.0}
    with cloned(server) as database, database.connect("postgres") as copier:
        copier.execute("SET statement_timeout = 0")
        copier.execute(f"CREATE TABLE bare AS SELECT {COPIED} FROM cases_event WHERE false")
        workers = [_start(database, folder, "rounds", number) for number in range(INGESTERS)]
        _take_in(workers, 0, None, folder)  # nothing yet: all stand ready
        for turn in range(ROUNDS):
            rows = events.slice(turn * size, size)
            seconds["bare"] += _copy(copier, rows)
            seconds["ingest"] += _take_in(workers, turn + 1, rows, folder)
        for worker in workers:
            worker.communicate()
        if any(worker.returncode for worker in workers):
            raise SystemExit(f"an ingester failed: {[worker.returncode for worker in workers]}")
        (taken,) = copier.execute("SELECT count(*) FROM cases_event").fetchone() or (0,)
    if taken != size * ROUNDS:
        raise SystemExit(f"{taken} of {size * ROUNDS} events are in the log")
    return size * ROUNDS / seconds["bare"], size * ROUNDS / seconds["ingest"]


def _copy(copier: psycopg.Connection[Any], rows: pl.DataFrame) -> float:
    """Seconds of COPY into a table of the same columns without index or constraint, from the same kind of frame."""
    started = time.perf_counter()
    for batch in rows.iter_slices(BATCH):
        with copier.cursor() as cursor, cursor.copy(f"COPY bare ({COPIED}) FROM STDIN (FORMAT csv)") as lines:
            lines.write(copy_text(batch))
    return time.perf_counter() - started


def _take_in(workers: list[subprocess.Popen[bytes]], turn: int, rows: pl.DataFrame | None, folder: Path) -> float:
    """Seconds until all ingesters have committed a round's batches; these are not longer than BATCH."""
    if rows is not None:
        parts = INGESTERS * -(-rows.height // (INGESTERS * BATCH))
        for number, batch in enumerate(rows.iter_slices(-(-rows.height // parts))):
            batch.write_ipc(folder / f"{turn:05d}-{number:03d}.arrow")
    started = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(f"{turn}\n".encode())
        worker.stdin.flush()
    for worker in workers:
        assert worker.stdout is not None
        if worker.stdout.readline().strip() != str(turn).encode():
            raise SystemExit("an ingester failed")
    return time.perf_counter() - started


def shares(server: EmbeddedServer, events: pl.DataFrame) -> tuple[dict[str, str], bool]:
    """The speed in both orders as figures, said on the way; whether the first is as wanted."""
    orders = {"": events, "_shuffled": events.sample(fraction=1, shuffle=True, seed=3)}
    figures: dict[str, str] = {}
    found = []
    for name, rows in orders.items():
        bare, rate = speed(server, rows, HOME / f"speed{name}")
        found.append(rate / bare)
        figures |= {f"ingest.share{name}": f"{rate / bare:.0%}", f"ingest.rate{name}": f"{rate:,.0f} rows/s"}
        say(f"bulk ingest{name} {rate:,.0f} rows/s, bare COPY {bare:,.0f} rows/s: {rate / bare:.1%}")
    return figures, found[0] >= SHARE_WANTED


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
        speeds, is_fast = shares(server, events)
    same = shuffled == expected
    say(f"tables equal to the ordered run: {same} { ({} if same else {'got': shuffled, 'wanted': expected}) }")
    equal = f"{count:,} events as {rows:,} rows, {killed} kills: tables {'equal' if same else 'differ'}"
    append_figures({"ingest.tables": equal, **speeds}, run="ingest", paths=PATHS)
    return 0 if same and is_fast else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["speed"]:
        with embedded(HOME) as alone:
            _, enough = shares(alone, make_events(int(sys.argv[2])))
        sys.exit(0 if enough else 1)
    if sys.argv[1:2] == ["ingest"]:
        ingest(*sys.argv[2:])
        sys.exit(0)
    if sys.argv[1:2] == ["rounds"]:
        ingest_in_rounds(*sys.argv[2:])
        sys.exit(0)
    sizes = [int(text) for text in arguments()]
    sys.exit(main(sizes[0] if sizes else 1_000_000, sizes[1] if len(sizes) > 1 else 10))
