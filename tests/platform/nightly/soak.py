"""The platform at a steady pace for a while: does anything grow that should not?

    python -m tests.platform.nightly.soak [MINUTES] [--append]
    python -m tests.platform.nightly.soak leaks [MINUTES] [--append]

Web site, supervisor, delivery, sealer and the worker run as they do in a deployment, with the watcher beside them, on
a city's clock that goes on by an hour a second. A source reports cases, whose limits open, warn and end, and whose
faults are put right; people open pages and streams. Every two seconds each process is looked at (memory of its own,
open files, threads), and the database (connections, queues, sizes of tables). The first third is left out, the last
third is held against the second: BOUNDS says how much it may be above. Nothing may end or be left behind, and the
watcher has nothing to tell.

With `leaks` the same is run over copies of the source with a leak planted in the delivery, one after the other: each
must be found. Exit code 1 if something grew, or a leak was not found.
"""

import http.client
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connections

from tests.gateways import ROOT, eventually, simulated
from tests.platform.alert_world import alert_world
from tests.platform.databases import cloned, embedded
from tests.platform.delivering import write_lines
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from tests.platform.nightly.pages import users
from tests.platform.nightly.storm import Platform, free_port
from tests.platform.nightly.switch import Sitting, start_watching
from tests.platform.people import EAST_STATION
from tests.platform.supervised import put_in_force
from tests.platform.test_alerts_supervised import shipped
from tests.story import at
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.cases.sources import new_key

MINUTES: Final = 8.0
LEAK_MINUTES: Final = 2.0
START: Final = "2026-03-09 09:00"
PACE: Final = 3600  # seconds of the city in one of the machine
RULES: Final = ("criminal.intake.filing-decision", "criminal.filing.overdue-explain", "documents.approval-before-act")
PROCESSES: Final = ("web", "supervise", "deliver", "seal", "work")
CASES_A_BATCH: Final = 2
SECONDS_A_BATCH: Final = 0.5
DECIDED_AFTER: Final = timedelta(days=2)  # of the three days that there are: a clock that is met in time
PAGES: Final = ("/cases/", "/inbox/", "/overdue/", "/cases/{number}/", "/help/")
STREAM: Final = "/live/"
SECONDS_A_PAGE: Final = 0.25
EVERY: Final = 2.0
QUIET: Final = {"disk_free_percent": 0, "clocks_fall_percent": 100}  # the rest as the watcher has it
PATHS: Final = ("src/zhunsheng/apps", "src/zhunsheng/web", "watch")
SEED: Final = 20261128
QUEUES: Final = """
    SELECT 'touched', (SELECT count(*) FROM supervision_touched)
    UNION ALL SELECT 'unsent', (SELECT count(*) FROM alerts_delivery
        WHERE state IN ('queued', 'leased') AND not_before <= zs_now())
    UNION ALL SELECT 'unsealed', (SELECT count(*) FROM audit_entry
        WHERE xid >= coalesce((SELECT horizon FROM audit_progress), 0))
    UNION ALL SELECT 'connections', (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())
"""
EMPTIED: Final = (
    "supervision_touched", "supervision_touchedunit", "supervision_heartbeat", "audit_progress", "alerts_pending",
    "alerts_concern",
)  # fmt: skip
"""Tables whose rows are written over or go: their size follows what is open, not what ever was."""
SIZES: Final = """
    SELECT relname, pg_total_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class Bound:
    """How much of something there may be in the last third: so many times what there was in the second, and a little
    more, because whole things are counted."""

    times: float
    more: float = 0.0

    def is_passed(self, before: float, after: float) -> bool:
        """Whether it grew too much."""
        return after > before * self.times + self.more


BOUNDS: Final[Mapping[str, Bound]] = {
    "memory": Bound(1.05, 2e6),  # bytes
    "files": Bound(1.0, 8),
    "threads": Bound(1.0, 4),
    "connections": Bound(1.0, 4),
    "touched": Bound(1.5, 200),
    "unsent": Bound(1.5, 100),
    "unsealed": Bound(1.5, 500),
    "emptied tables": Bound(1.5, 2e6),  # bytes
    "bytes an event": Bound(1.1),
}


@dataclass(frozen=True)
class Look:
    """What was seen at one moment, by what it is of: `memory deliver`, `touched`, `emptied tables` …"""

    at: float
    amounts: Mapping[str, float]


def grown(looks: Sequence[Look], bounds: Mapping[str, Bound] = BOUNDS) -> list[str]:
    """What there is more of in the last third than the bounds allow against the second; one line each.

    Medians are held against each other: one look that fell into a burst says nothing. What has no bound is not judged.
    """
    third = len(looks) // 3
    second, last = looks[third : 2 * third], looks[2 * third :]
    found = []
    for name in sorted({name for look in last for name in look.amounts}):
        kind = next((kind for kind in bounds if name == kind or name.startswith(f"{kind} ")), None)
        before, after = (_median(part, name) for part in (second, last))
        if kind is not None and bounds[kind].is_passed(before, after):
            found.append(f"{name}: {before:,.0f} → {after:,.0f}")
    return found


def _median(looks: Sequence[Look], name: str) -> float:
    return statistics.median(look.amounts.get(name, 0.0) for look in looks)


def of_process(name: str, pid: int) -> dict[str, float]:
    """What a process holds: memory of its own, open files, threads."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines())
    return {
        f"memory {name}": 1024.0 * int(status["RssAnon"].split()[0]),
        f"threads {name}": float(status["Threads"]),
        f"files {name}": float(sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())),
    }


@dataclass
class Source:
    """Reports cases and, two days of the city later, what was decided about them, and that an approval came in time."""

    run: Platform
    officer: str
    open: list[tuple[datetime, str]] = field(default_factory=list)
    made: int = 0
    events: int = 0

    def report(self) -> None:
        """One batch: new cases, and the decisions that are due."""
        now = city_now()
        rows = [row for _ in range(CASES_A_BATCH) for row in self._accepted(now)]
        while self.open and self.open[0][0] + DECIDED_AFTER <= now:
            began, number = self.open.pop(0)
            rows.append(self._event(number, "case.filed", now, document_no=f"立字〔2026〕{number[-6:]}号"))
            rows.append(self._detained(number, began, approved=began - timedelta(minutes=30), version=2))
        self.run.send(rows)
        self.events += len(rows)

    def _accepted(self, now: datetime) -> Iterator[dict[str, Any]]:
        self.made += 1
        number = f"A{EAST_STATION}202603{self.made:04}" if self.made < 10_000 else f"A{EAST_STATION}{self.made:010}"
        self.open.append((now, number))
        yield self._event(number, "case.accepted", now, facts={"case_kind": "criminal", "economic": False})
        yield self._detained(number, now, approved=now + timedelta(minutes=30))

    def _detained(self, case: str, at: datetime, *, approved: datetime, version: int = 1) -> dict[str, Any]:
        facts = {"approved_at": approved.isoformat()}
        return self._event(case, "person.detained", at, person=f"P-{case}", facts=facts, version=version)

    def _event(self, case: str, kind: str, instant: datetime, **columns: Any) -> dict[str, Any]:
        row = {"id": f"{case}-{kind}", "case": case, "type": kind, "at": instant.isoformat(), "unit": EAST_STATION}
        return {**row, "officers": [self.officer], **columns}


def city_now() -> datetime:
    """The city's hour, to the minute."""
    return clock.now().replace(second=0, microsecond=0)


class Steady(threading.Thread):
    """Does one thing again and again at its own pace, on time also where one took long; a fault ends it and is said."""

    def __init__(self, name: str, seconds: float, work: Callable[[], Any]) -> None:
        super().__init__(name=name, daemon=True)
        self.seconds, self.work, self.stopped = seconds, work, threading.Event()
        self.done, self.fault = 0, ""

    def run(self) -> None:
        """Until stopped."""
        due = time.monotonic()
        while not self.stopped.wait(max(0.0, due - time.monotonic())):
            due += self.seconds
            try:
                self.work()
            except Exception as problem:  # noqa: BLE001 (said at the end, with what came of the rest)
                self.fault = f"{self.name}: {type(problem).__name__}: {problem}"
                break
            self.done += 1
        connections.close_all()


@dataclass
class Reader:
    """People who open pages, one after the other, and now and then the stream of news."""

    port: int
    source: Source
    draw: random.Random = field(default_factory=lambda: random.Random(SEED))
    who: list[str] = field(default_factory=lambda: [user.cookie for user in users(8)])

    def open_page(self) -> None:
        """One page, or a stream that is left again."""
        path = self.draw.choice((*PAGES, STREAM))
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
            number = self.draw.choice(self.source.open)[1] if self.source.open else ""
            cookie = f"{settings.SESSION_COOKIE_NAME}={self.draw.choice(self.who)}"
            wanted = {"Accept": "text/event-stream"} if path == STREAM else {}
            line.request("GET", path.format(number=number), headers={"Cookie": cookie, **wanted})
            answer = line.getresponse()
            if answer.status >= 500:
                raise RuntimeError(f"{path}: {answer.status}")
            if path != STREAM:
                answer.read()


def main(minutes: float, build: Path | None = None) -> tuple[list[str], str]:
    """The whole run; what grew or went wrong, and the figure. `build`: source with which the delivery runs instead."""
    with ExitStack() as stack:
        server = stack.enter_context(embedded(HOME))
        database = stack.enter_context(cloned(server))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "own").mkdir()
        gateway = stack.enter_context(simulated("http_sms", folder))
        alarms = stack.enter_context(simulated("http_sms", folder / "own"))
        key, officer = prepared()
        run = Platform(database, folder, gateway, key, free_port())
        if build is not None:
            run.environments["deliver"] = {"PYTHONPATH": str(build / "src")}
        write_lines(folder / "lines.toml", gateway)
        stack.callback(run.end)
        for name in PROCESSES:
            run.start(name)
        eventually(lambda: answers(run.port), seconds=120, every=0.5)
        source = Source(run, officer)
        sitting = Sitting("quiet", (), 0, QUIET, every=5, within=0)
        eventually(lambda: beating(run), seconds=120, every=0.5)
        run.running["watch"] = start_watching(folder, database, alarms, sitting)
        reader = Reader(run.port, source)
        work = [
            Steady("source", SECONDS_A_BATCH, source.report),
            Steady("reader", SECONDS_A_PAGE, reader.open_page),
        ]
        for one in work:
            one.start()
        looks = list(watched(run, source, minutes))
        for one in work:
            one.stopped.set()
            one.join()
        return judged(run, looks, work, folder)


def prepared() -> tuple[str, str]:
    """People with phones, rules, and a clock that goes on. Returns the source's key, and who handles its cases."""
    clock.set_city_clock(at(START), seconds_per_second=PACE)
    handles = alert_world().people["case_officer"]
    put_in_force(shipped(*RULES))
    key = new_key()
    with as_process("test"):
        register_source(source="jz", title="警综平台", key=key)
    return key, f"{handles.province}-{handles.number}"


def answers(port: int) -> bool:
    """Whether the site is there."""
    with suppress(OSError, http.client.HTTPException), closing(http.client.HTTPConnection("127.0.0.1", port)) as line:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    return False


def beating(run: Platform) -> bool:
    """Whether both loops have said that they go round."""
    return run.count("SELECT count(*) FROM supervision_heartbeat WHERE process IN ('supervise', 'deliver')") == 2


def watched(run: Platform, source: Source, minutes: float) -> Iterator[Look]:
    """A look every two seconds, for so many minutes."""
    began = time.monotonic()
    due = began
    while (now := time.monotonic()) - began < minutes * 60:
        yield looked(run, source, now - began)
        due += EVERY
        time.sleep(max(0.0, due - time.monotonic()))  # that time goes by is the subject here


def looked(run: Platform, source: Source, moment: float) -> Look:
    """What there is now."""
    amounts: dict[str, float] = {}
    for name, process in run.running.items():
        with suppress(OSError):  # one that has ended is told of at the end
            amounts |= of_process(name, process.pid)
    with run.database.connect("postgres") as asked:
        amounts |= {str(name): float(count) for name, count in asked.execute(QUEUES).fetchall()}
        sizes = dict(asked.execute(SIZES).fetchall())
    amounts["emptied tables"] = float(sum(sizes[name] for name in EMPTIED))
    kept = sum(size for name, size in sizes.items() if name not in EMPTIED)
    amounts["bytes an event"] = kept / max(1, source.events)
    return Look(moment, amounts)


def judged(run: Platform, looks: Sequence[Look], work: Sequence[Steady], folder: Path) -> tuple[list[str], str]:
    """What grew, ended, failed or was told of, and the figure."""
    faults, third = grown(looks), len(looks) // 3
    faults += [f"{name} ended by itself" for name, process in run.running.items() if process.poll() is not None]
    faults += [one.fault for one in work if one.fault]
    alarms = folder / "alarms.jsonl"
    faults += [line for line in alarms.read_text("utf-8").splitlines() if '"alarm"' in line] if alarms.exists() else []
    thirds = looks[:third], looks[third : 2 * third], looks[2 * third :]
    for name in sorted(looks[-1].amounts):
        first, second, last = (_median(part, name) for part in thirds)
        say(f"{name:<24} {first:14,.0f} {second:14,.0f} {last:14,.0f}")
    days = looks[-1].at * PACE / 86_400
    sent = len(run.gateway.said("accepted"))
    kept = [name for name in looks[-1].amounts if name.startswith("memory ")]
    ratio = max(_median(thirds[2], name) / _median(thirds[1], name) for name in kept)
    figure = (
        f"{days:.1f} days of a city in {looks[-1].at / 60:.1f} min: {work[0].done:,} batches, {work[1].done:,} pages, "
        f"{sent:,} messages; memory {100 * (ratio - 1):+.1f} % at most, {len(faults)} grew, failed or were alarmed of"
    )
    say(figure)
    for fault in faults:
        say(f"  {fault}")
    return faults, figure


LEAKING: Final = Path("src/zhunsheng/apps/alerts/delivery/loop.py")
SOUND: Final = "            sent = self._turn()\n"
LEAKS: Final[Mapping[str, str]] = {
    "memory": 'vars(self).setdefault("held", []).append(bytes(range(256)) * 512)',
    "files": 'vars(self).setdefault("held", []).append(open("/dev/null"))',
    # At every turn there would soon be none left to be given, and nothing would grow any more.
    "connections": (
        'if time.monotonic() > vars(self).get("kept_at", 0.0) + 12: vars(self)["kept_at"] = time.monotonic(); '
        'vars(self).setdefault("held", []).append(psycopg.connect(str(os.environ["DATABASE_URL"])))'
    ),
}
"""What each worker of the delivery keeps of its turns in a build that leaks."""


@contextmanager
def leaking(line: str) -> Iterator[Path]:
    """A copy of the source in which the delivery keeps something at every turn."""
    with tempfile.TemporaryDirectory(prefix="zs-leak-") as name:
        build = Path(name)
        shutil.copytree(ROOT / "src", build / "src", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "rulebook", build / "rulebook")
        text = (build / LEAKING).read_text("utf-8")
        if text.count(SOUND) != 1:
            raise ValueError(f"{LEAKING}: {SOUND.strip()!r} stands {text.count(SOUND)} times; it must be once.")
        (build / LEAKING).write_text(text.replace(SOUND, f"{SOUND}            {line}\n"), "utf-8")
        yield build


def all_leaks(minutes: float) -> int:
    """Each leak planted: the run must name what it is of."""
    found = []
    for name, line in LEAKS.items():
        with leaking(line) as build:
            faults, _ = main(minutes, build)
        if any(fault.startswith(name) for fault in faults):
            found.append(name)
        say(f"a leak of {name}: {'found' if name in found else 'NOT FOUND'}")
    append_figures({"soak.leaks": f"{len(found)} of {len(LEAKS)} planted leaks found"}, run="soak leaks", paths=PATHS)
    return 0 if len(found) == len(LEAKS) else 1


if __name__ == "__main__":
    GIVEN = arguments()
    if GIVEN[:1] == ["leaks"]:
        sys.exit(all_leaks(float(GIVEN[1]) if GIVEN[1:] else LEAK_MINUTES))
    FAULTS, FIGURE = main(float(GIVEN[0]) if GIVEN else MINUTES)
    append_figures({"soak.growth": FIGURE}, run="soak", paths=PATHS)
    sys.exit(1 if FAULTS else 0)
