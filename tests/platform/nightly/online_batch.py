"""Online = batch: a city that moves, two supervisors that are killed, corrections and a released rulebook; then speed.

    python -m tests.platform.nightly.online_batch [CASES] [OPEN_CLOCKS] [--append]
    python -m tests.platform.nightly.online_batch speed [OPEN_CLOCKS] [--append]     the last part alone

At 20 random instants the tables are kept; at the end the whole log is judged in one batch as of each of these instants,
as far as it was known then, and must give the same clocks and findings row for row. The log is replayed into an empty
database, by one supervisor that nobody kills, and must give the same alerts with the same keys. Exit code 1 if a row or
an alert differs, or one of two ratios is beyond its bound:

Judged anew. So many open clocks, all of them due: once as they are, once after a release that withdraws a rule, every
seventh clock and finding with it. One supervisor, with the two threads that it takes to a long backlog, reads events
and what is kept, judges, and writes what differs. It is held against what `./zs check FILE --out` does with the same
events and as many threads, without its start: read them from Parquet, judge them, write clocks, verdicts and findings
as Parquet; after the release both read the rule files first. That every row is written, as when the clocks are judged
for the first time, is measured and has no bound.

A tick: a look at what is due, where nothing is, against an empty indexed query.
"""

import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import polars as pl
from django.db import connection, connections, transaction

from tests.platform.databases import OwnDatabase, cloned, embedded
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from tests.platform.supervised import (
    TABLES,
    differing,
    judge_all_again,
    log,
    put_in_force,
    receive,
    standing_tables,
    supervise,
)
from tests.story import RULEBOOK, at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.models import Alert
from zhunsheng.apps.alerts.services import route, sweep_due
from zhunsheng.apps.audit import clock
from zhunsheng.apps.supervision import releases, rulebooks
from zhunsheng.apps.supervision.loop import Supervisor
from zhunsheng.apps.supervision.queue import seconds_until_due
from zhunsheng.city.make import City, generate
from zhunsheng.commands.check import write_tables
from zhunsheng.core import schemas
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge
from zhunsheng.core.standing import supervised
from zhunsheng.web.demo.people import settle

SEED: Final = 20261128
PATHS: Final = ("src/zhunsheng/core", "src/zhunsheng/apps/supervision", "src/zhunsheng/apps/alerts")
Alerted = tuple[str | None, ...]
INSTANTS: Final = 20
STEPS: Final = 3  # deliveries between two instants
KILLS: Final = 12
COPIES: Final = ("supervise", "supervise-2")
MODULE: Final = "tests.platform.nightly.online_batch"
REJUDGE_BOUND, TICK_BOUND = 5.0, 3.0
TICKS: Final = 2000
EMPTY: Final = "SELECT 1 FROM supervision_duekey WHERE next_at <= timestamptz '1900-01-01 00:00:00+00' LIMIT 1"
REPAIRED: Final = "deadlines/criminal-detention/criminal.detention.request-arrest.toml"
MANY_TYPES: Final = ("case.filed", "person.detained")
MANY_OPEN: Final = 7  # clocks that these two events open in a case


@dataclass(frozen=True)
class Step:
    """An instant at which events came in and everything due was judged."""

    until: datetime
    is_after_release: bool


@dataclass(frozen=True)
class Run:
    """What the moving city left: its log, how it was told, and how many rows differ from the batch."""

    log: pl.DataFrame
    steps: tuple[Step, ...]
    alerts: set[Alerted]
    differing: int
    killed: int


@dataclass(frozen=True)
class Written:
    """The tables at one instant, and the rulebook that they were judged by."""

    at: datetime
    release: str
    tables: tuple[pl.DataFrame, pl.DataFrame]


def main(cases: int, open_clocks: int) -> int:
    """The whole run."""
    with embedded(HOME) as server:
        files = rulebooks.files_of(RULEBOOK)
        book = supervised(rulebooks.loaded(files))
        city = generate(cases, SEED, book.vocabulary, book.calendar)
        with cloned(server) as database:
            run = moving_city(database, city, files, random.Random(SEED))
        with cloned(server):
            again = replayed(run, city, files)
        differ = len(run.alerts ^ again)
        say(f"{len(run.alerts)} alerts; replayed into an empty database {len(again)}; {differ} differ")
        for key in sorted(run.alerts ^ again)[:10]:
            say(str(key))
        same = f"{run.differing} rows differ at {INSTANTS} instants, {run.killed} kills, 1 release"
        told = f"{differ} of {len(run.alerts):,} alerts differ after a replay"
        append_figures({"online.rows": same, "online.alerts": told}, run="online_batch", paths=PATHS)
        with cloned(server) as database:
            slow = speed(database, open_clocks)
    return 1 if run.differing or differ or slow else 0


def moving_city(database: OwnDatabase, city: City, files: dict[str, str], chance: random.Random) -> "Run":
    """Play a city, kill its supervisors, release a repaired rulebook in the middle."""
    events = city.events.sort("recorded_at")
    first, known = events["recorded_at"][0], events["recorded_at"].unique()
    # Of events, not of time: a city begins with years in which little is on record.
    instants = sorted(known.sample(INSTANTS, seed=chance.randrange(2**32)))
    begin(city, files, first)
    copies = Copies(database)
    kills = set(chance.sample(range(INSTANTS * STEPS), KILLS))
    written, steps, done = [], list[Step](), first - timedelta(minutes=1)
    for number, instant in enumerate(instants):
        if number == INSTANTS // 2:
            release(repaired(files))
        for step in range(1, STEPS + 1):
            until = done + (instant - done) * step / STEPS
            with transaction.atomic():  # nobody judges at this hour what is not recorded yet
                clock.set_city_clock(until, seconds_per_second=0)
                receive(events.filter((pl.col("recorded_at") > done) & (pl.col("recorded_at") <= until)))
            copies.settle(killed=chance if number * STEPS + step - 1 in kills else None)
            steps.append(Step(until, is_after_release=number >= INSTANTS // 2))
            done = until
        written.append(Written(instant, rulebooks.in_force().sha256, standing_tables()))
    copies.stop()
    whole = log()
    say(f"{whole.height} versions of events, {INSTANTS} instants, {copies.killed} kills, 1 release")
    differing_rows = sum(differences(one, whole) for one in written)
    return Run(whole, tuple(steps), told_alerts(), differing_rows, copies.killed)


def begin(city: City, files: dict[str, str], first: datetime) -> None:
    """An empty platform with the city's people, its clock, and a rulebook in force."""
    clock.set_city_clock(first, seconds_per_second=0)
    settle(city)
    put_in_force(files)


def replayed(run: "Run", city: City, files: dict[str, str]) -> set[Alerted]:
    """The alerts of the same log in an empty database: one supervisor, nobody killed, the same instants."""
    begin(city, files, run.steps[0].until)
    is_released = False
    for step in run.steps:
        clock.set_city_clock(step.until, seconds_per_second=0)
        if step.is_after_release and not is_released:
            release(repaired(files))
            is_released = True
        receive(run.log.filter(pl.col("recorded_at") == step.until))
        supervise(route)
    return told_alerts()


def told_alerts() -> set[Alerted]:
    """What was told: key, and what the key is made of."""
    with as_process("test"):
        return set(Alert.objects.values_list("key", "group__rule", "finding", "role", "reason", "level", "occasion"))


def differences(written: Written, whole: pl.DataFrame) -> int:
    """Rows of the tables that the batch has not, and the other way round."""
    told = judge(whole, supervised(rulebooks.of_release(written.release)), as_of=written.at, known_at=written.at)
    found = differing(written.tables, (told.clocks, told.findings))
    rows = {name: rows.height for name, rows in zip(TABLES, written.tables, strict=True)}
    say(f"{written.at:%Y-%m-%d %H:%M} {rows}: {found.height} rows differ")
    if found.height:
        say(str(found.head(10).to_dicts()))
    return found.height


def repaired(files: dict[str, str]) -> dict[str, str]:
    """One rule with longer warnings, one withdrawn."""
    changed = dict(files)
    deadlines = sorted(name for name in files if name.startswith("deadlines/"))
    first = REPAIRED if REPAIRED in files else deadlines[0]
    changed[first] = files[first].replace('blue   = "P', 'blue   = "P1', 1).replace('blue = "P', 'blue = "P1', 1)
    withdrawn = next(name for name in deadlines if name != first and 'status   = "stable"' in files[name])
    changed[withdrawn] = files[withdrawn].replace('status   = "stable"', 'status   = "retired"')
    return changed


def release(files: dict[str, str]) -> None:
    """By two people."""
    with as_process("test"):
        shown = releases.preview(rulebooks.loaded(files), as_of=clock.now())
        releases.propose(files, by="wang", shown=shown)
        releases.decide(second="li", confirmed=True)
    say(f"release: {shown.by_rule.group_by('change').agg(pl.col('findings').sum()).rows()}")


class Copies:
    """Two supervisors in processes of their own."""

    def __init__(self, database: OwnDatabase) -> None:
        self.database, self.killed = database, 0
        self.running = [self._start(name) for name in COPIES]

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", MODULE, "supervise", self.database.name, name])

    def settle(self, *, killed: random.Random | None) -> None:
        """Wait until nothing is due; on the way kill one of them with SIGKILL and start it again."""
        if killed is not None:
            time.sleep(killed.uniform(0.05, 0.6))  # the moment of the kill is the subject here
            number = killed.randrange(len(COPIES))
            os.kill(self.running[number].pid, signal.SIGKILL)
            self.running[number].wait()
            self.running[number] = self._start(COPIES[number])
            self.killed += 1
        while seconds_until_due() == 0:
            time.sleep(0.05)

    def stop(self) -> None:
        """End both."""
        for process in self.running:
            process.terminate()
            process.wait()


def run_copy(database: str, name: str) -> None:
    """One supervisor, until it is told to stop or killed."""
    connections["default"].settings_dict["NAME"] = database
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopping.append(number))
    Supervisor(route=route, process=name, limit=200).run(stopped=lambda: bool(stopping))


def many_open(cases: int) -> pl.DataFrame:
    """Cases that were filed, each with a person detained: schemas.EVENTS."""
    n = pl.int_range(cases, eager=True)
    start = at("2026-03-02 08:00")
    parts = [
        pl.DataFrame({"n": n}).select(
            id=pl.format("{}-{}", pl.lit(kind), pl.col("n")),
            type=pl.lit(kind),
            at=pl.lit(start).dt.convert_time_zone("UTC") + pl.duration(minutes=pl.col("n") % 600),
            case="A350203010000202601" + pl.col("n").cast(pl.String).str.zfill(8),
            person=pl.format("P{}", pl.col("n")),
        )
        for kind in MANY_TYPES
    ]
    plain = {"source": "jz", "version": 1, "void": False, "at_precision": "minute", "unit": "350203010000"}
    frame = pl.concat(parts).with_columns(pl.lit(value).alias(name) for name, value in plain.items())
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schemas.EVENTS.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in schemas.EVENTS.items())


def speed(database: OwnDatabase, open_clocks: int) -> bool:
    """Whether one of the two ratios is beyond its bound."""
    files = rulebooks.files_of(RULEBOOK)
    now = at("2026-03-03 12:00")
    clock.set_city_clock(now, seconds_per_second=0)
    put_in_force(files)
    events = many_open(-(-open_clocks // MANY_OPEN))
    for part in events.iter_slices(20_000):
        receive(part)
    path = HOME / "many.parquet"
    log().write_parquet(path)
    opened = timed(supervise)
    batch = timed(lambda: check(path, supervised(rulebooks.loaded(files)), now))
    known = supervised(rulebooks.loaded(files))
    batch_known = statistics.median(timed(lambda: check(path, known, now)) for _ in range(3))
    judge_all_again()
    same = timed(supervise)
    release(repaired(files))
    anew = timed(supervise)
    changed = repaired(files)
    batch_repaired = statistics.median(
        timed(lambda: check(path, supervised(rulebooks.loaded(changed)), now)) for _ in range(3)
    )
    with database.connect("postgres") as superuser:  # what the server does by itself a minute later
        superuser.execute("VACUUM (ANALYZE) supervision_duekey, supervision_touched, supervision_appended")
    tick, empty = ticks()
    rows = [table.height for table in standing_tables()]
    whole_round = statistics.median(timed(Supervisor(route=route, sweep=sweep_due).round) for _ in range(20))
    worst = max(same / batch_known, anew / batch_repaired)
    say(f"{rows[0]} clocks, {rows[1]} findings; first judged in {opened:.1f} s, the batch {batch:.2f} s")
    say(f"anew unchanged {same:.2f} s, the batch {batch_known:.2f} s: {same / batch_known:.2f}")
    say(f"after a release {anew:.2f} s, the batch {batch_repaired:.2f} s: {anew / batch_repaired:.2f}")
    say(f"anew / batch {worst:.2f} (at most {REJUDGE_BOUND})")
    say(
        f"tick {tick * 1e6:.0f} us, empty indexed query {empty * 1e6:.0f} us: {tick / empty:.2f} (at most {TICK_BOUND})"
    )
    say(f"a whole round of the supervisor with nothing due: {whole_round * 1e3:.1f} ms")
    figures = {
        "million.rejudged": f"{worst:.2f} × the batch, {rows[0]:,} clocks",
        "million.first": f"{opened / batch:.1f} × the batch",
        "million.tick": f"{tick / empty:.2f} × an empty indexed query, {rows[0]:,} clocks",
    }
    append_figures(figures, run="online_batch speed", paths=PATHS)
    return worst > REJUDGE_BOUND or tick / empty > TICK_BOUND


def check(path: Path, book: Rulebook, now: datetime) -> None:
    """What `./zs check FILE --out` does."""
    with tempfile.TemporaryDirectory() as folder:
        write_tables(judge(pl.read_parquet(path), book, as_of=now), Path(folder), with_steps=False)


def ticks() -> tuple[float, float]:
    """Seconds of a look at what is due, where nothing is, and of an empty indexed query, medians taken in turns."""

    def empty() -> None:
        with connection.cursor() as cursor:
            cursor.execute(EMPTY)
            cursor.fetchall()

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {EMPTY}")
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "Index" in plan, f"the query to compare with reads a table: {plan}"
    looks, queries = [], []
    for _ in range(TICKS):
        looks.append(timed(seconds_until_due))
        queries.append(timed(empty))
    return statistics.median(looks), statistics.median(queries)


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    if sys.argv[1:2] == ["supervise"]:
        run_copy(*sys.argv[2:4])
        sys.exit(0)
    given = arguments()
    if given[:1] == ["speed"]:
        with embedded(HOME) as alone, cloned(alone) as own:
            sys.exit(speed(own, int(given[1]) if given[1:] else 1_000_000))
    sizes = [int(text) for text in given]
    sys.exit(main(sizes[0] if sizes else 3_000, sizes[1] if len(sizes) > 1 else 1_000_000))
