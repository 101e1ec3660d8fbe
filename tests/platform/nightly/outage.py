"""Three hours without the SMS gateway, on a clock that the run moves.

    python -m tests.platform.nightly.outage [--append]

500 red, 3,000 yellow and 10,000 blue alerts wait, and one more red falls due every minute. Red leaves by the second
channel in time; the gateway, when it is back, gets what waited strictly by level; a blue that a red of the same matter
has overtaken is not sent at all. What was sent is what the files of the two simulators say. Exit code 1 if a promise is
broken.
"""

import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.gateways import Simulated, simulated
from tests.platform.databases import OwnDatabase, cloned, embedded
from tests.platform.delivering import Writer, writing
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures
from tests.platform.post import no_reply_comes
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.delivery.follow_up import open_second_channels
from zhunsheng.apps.alerts.delivery.lane import Lane
from zhunsheng.apps.alerts.delivery.lines import Lines, parse_lines
from zhunsheng.apps.alerts.delivery.moment import Moment
from zhunsheng.apps.alerts.models import AlertGroup, Delivery, DeliveryOutcome

BACKLOG = {"blue": 10_000, "yellow": 3_000, "red": 500}
OVERTAKEN = 200  # of the blue: a red of the same matter is among the 500
OUTAGE = timedelta(hours=3)
STEP = timedelta(seconds=30)
WORKERS = 4
ORDER = ("red", "yellow", "blue")
PATHS = ("src/zhunsheng/apps/alerts/delivery", "src/zhunsheng/apps/alerts/channels")
PHONES = tuple(f"139000000{number:02}" for number in range(20))
LINES = """
[lines.sms]
kind = "http_sms"
url = "http://127.0.0.1:{sms}"
account = "zs"
secret = "secret"
second = "mail"

[lines.mail]
kind = "mail"
host = "127.0.0.1"
port = {mail}
sender = "zs@police.example"
address = "{{number}}@police.example"
account = "zs"
password = "secret"
encryption = "none"
"""


@dataclass
class City:
    """A clock that the run moves, the lanes that go by it, and what falls due."""

    writer: Writer
    gateway: Simulated
    post: Simulated
    lines: Lines
    at: datetime
    lanes: list[Lane] = field(default_factory=list)
    keys: dict[str, list[str]] = field(default_factory=dict)

    def now(self) -> Moment:
        """Both times are the city's: an outage of three hours need not last them."""
        return Moment(self.at, self.at)

    def falls_due(self, level: str, count: int, group: str | None = None) -> None:
        """More alerts."""
        self.keys.setdefault(level, [])
        self.keys[level] += self.writer.write(level, count=count, phones=PHONES, group=group, at=self.at)

    def deliver(self) -> None:
        """What the process does in a round: second channels, then every lane while it has something to do."""
        while open_second_channels(self.lines, self.now()):
            pass
        while sum(lane.turn() for lane in self.lanes):
            pass


@contextmanager
def city(database: OwnDatabase, folder: Path) -> Iterator[City]:
    """A city with two gateways."""
    with (
        writing(database) as writer,
        simulated("http_sms", folder) as gateway,
        simulated("mail", folder) as post,
    ):
        lines = parse_lines(LINES.format(sms=gateway.port, mail=post.port), "lines.toml")
        made = City(writer, gateway, post, lines, at=datetime.now(UTC))
        made.lanes = [lane(made, "mail", 0), *(lane(made, "sms", number) for number in range(WORKERS))]
        yield made
        for one in made.lanes:
            one.close()


def lane(made: City, name: str, number: int) -> Lane:
    """A worker by the city's clock; the gateway's own signature needs the machine's."""
    return Lane(
        line=made.lines.by_name[name],
        channel=made.lines.by_name[name].channel(lambda: datetime.now(UTC)),
        name=f"{name}:{number}",
        now=made.now,
        on_reply=no_reply_comes,
        listens=False,
    )


def main() -> int:
    """The whole run."""
    with (
        embedded(HOME) as server,
        cloned(server) as database,
        tempfile.TemporaryDirectory() as folder,
        city(database, Path(folder)) as run,
    ):
        began = time.perf_counter()
        kept = [wait_out(run), come_back(run)]
        say(f"the run took {time.perf_counter() - began:.0f} s")
    return 0 if all(kept) else 1


def wait_out(run: City) -> bool:
    """Three hours without the gateway."""
    run.gateway.fail(down=True)
    with as_process("test"):
        AlertGroup.objects.filter(key="group").update(level="red")
    run.falls_due("blue", OVERTAKEN, group="group")
    run.falls_due("blue", BACKLOG["blue"] - OVERTAKEN)
    run.falls_due("yellow", BACKLOG["yellow"])
    run.at += STEP
    run.falls_due("red", 1, group="group")
    run.falls_due("red", BACKLOG["red"] - 1)
    began, started = run.at, time.perf_counter()
    while run.at - began < OUTAGE:
        if (run.at - began) % timedelta(minutes=1) == timedelta(0) and run.at > began:
            run.falls_due("red", 1)
        run.deliver()
        if (run.at - began) % timedelta(minutes=30) == timedelta(0):
            say(f"away for {run.at - began}, {time.perf_counter() - started:.0f} s of the machine")
        run.at += STEP
    return judge_second_channel(run)


def judge_second_channel(run: City) -> bool:
    """Red that fell due in time for it left by mail, in five minutes and a step, by the file of the mail server."""
    by_mail = [line["text"] for line in run.post.said("accepted")]
    with as_process("test"):
        outcomes = DeliveryOutcome.objects.filter(channel="mail", what="accepted").select_related("alert")
        waits = [outcome.at - outcome.alert.created_at for outcome in outcomes]
        due = Delivery.objects.filter(channel="sms", priority__lte=1, created_at__lte=run.at - timedelta(minutes=6))
        expected = due.count()
    longest = max(waits)
    say(f"{expected} red were due for the second channel; {len(set(by_mail))} left by mail, {len(by_mail)} letters")
    say(f"by mail within {longest.total_seconds():.0f} s at the latest")
    figure = f"{len(set(by_mail))} of {expected} red by the second channel within {longest.total_seconds():.0f} s"
    append_figures({"outage.second-channel": figure}, run="outage", paths=PATHS)
    return len(set(by_mail)) == len(by_mail) >= expected and longest <= timedelta(minutes=5) + STEP


def come_back(run: City) -> bool:
    """The gateway is back: everything leaves, strictly by level."""
    run.gateway.fail()
    run.at += timedelta(seconds=10)
    began = time.perf_counter()
    half = drain_half(run)
    run.falls_due("red", 1)
    newest = run.keys["red"][-1]
    run.deliver()
    seconds = time.perf_counter() - began
    accepted = [line["key"] for line in run.gateway.said("accepted")]
    level_of = {key: level for level, keys in run.keys.items() for key in keys}
    levels = [level_of[key] for key in accepted if key != newest]
    inversions = sum(ORDER.index(a) > ORDER.index(b) for a, b in itertools.pairwise(levels))
    behind = accepted.index(newest) - half
    lost = set(level_of) - set(accepted) - superseded()
    say(f"{len(accepted)} texts in {seconds:.0f} s ({len(accepted) / seconds:.0f} a second); {inversions} inversions")
    say(f"{len(superseded())} blue overtaken by a red of the same matter and not sent; {len(lost)} lost")
    say(f"a red that fell due during the backlog left after {behind} others")
    figure = f"{len(accepted):,} texts, {inversions} out of order, {len(lost)} lost, in {seconds:.0f} s"
    append_figures({"outage.backlog": figure}, run="outage", paths=PATHS)
    return inversions == 0 and not lost and len(accepted) == len(set(accepted)) and behind <= 16 * WORKERS


def drain_half(run: City) -> int:
    """Go on until half of the yellow left. Returns how many texts were accepted by then."""
    wanted = len(run.keys["red"]) + len(run.keys["yellow"]) // 2
    while len(run.gateway.said("accepted")) < wanted:
        for one in run.lanes[1:]:
            one.turn()
    return len(run.gateway.said("accepted"))


def superseded() -> set[str]:
    """Keys of what was not needed any more."""
    with as_process("test"):
        return set(Delivery.objects.filter(state="superseded").values_list("key", flat=True))


if __name__ == "__main__":
    sys.exit(main())
