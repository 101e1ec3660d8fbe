"""The delivery process under load and under kills.

    python -m tests.platform.nightly.deliver [rate] [sweep] [kills] [--append]

rate     50 alerts a second for a minute: from the commit to the gateway's file, p50, p99, longest
sweep    25 to 800 alerts a second, each for 20 seconds, until red waits longer than three: where the knee is
kills    the process killed at each of its named points and at random moments: nothing lost, nothing said twice

What was sent is what the simulator's file says, and nothing else. Exit code 1 if a promise is broken.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tests.gateways import Simulated, simulated
from tests.platform.databases import OwnDatabase, cloned, embedded
from tests.platform.delivering import (
    POINTS,
    Writer,
    delivering,
    end,
    start_delivering,
    write_lines,
    writing,
)
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments

PER_SECOND = 50
SECONDS = 60
SWEEP = (25, 50, 100, 200, 400, 800)
SWEEP_SECONDS = 20
AT_ONCE = 10  # alerts of one transaction, as a batch of the supervisor commits them
LEVELS = ("red", "yellow", "blue")
WARM_UP_SECONDS = 3.0
RANDOM_KILLS = int(os.environ.get("ZS_KILLS", "40"))
ALERTS_BETWEEN_KILLS = 40
PATHS = ("src/zhunsheng/apps/alerts/delivery", "src/zhunsheng/apps/alerts/channels")
LONGEST_P99 = 3.0  # seconds
PHONES = tuple(f"139000000{number:02}" for number in range(20))


def main(words: list[str]) -> int:
    """Run the parts that are named, or all."""
    parts: dict[str, Callable[[OwnDatabase, Path], bool]] = {"rate": rate, "sweep": sweep, "kills": kills}
    chosen = words or list(parts)
    kept = True
    with embedded(HOME) as server:
        for name in chosen:
            with cloned(server) as database, tempfile.TemporaryDirectory() as folder:
                say(f"── {name}")
                kept &= parts[name](database, Path(folder))
    return 0 if kept else 1


def rate(database: OwnDatabase, folder: Path) -> bool:
    """An open loop: alerts are committed on time, however the delivery does."""
    with (
        writing(database) as writer,
        simulated("http_sms", folder) as gateway,
        delivering(database, write_lines(folder / "lines.toml", gateway)),
    ):
        waits, per_second = waits_at(writer, gateway, PER_SECOND, SECONDS)
    for level in LEVELS:
        tell_waits(level, waits[level])
    p99 = tell_waits("all", [wait for level in LEVELS for wait in waits[level]])
    append_figures({"deliver.p99": f"{p99:.2f} s at {per_second:.0f} alerts a second"}, run="deliver", paths=PATHS)
    return p99 <= LONGEST_P99


def sweep(database: OwnDatabase, folder: Path) -> bool:
    """Faster and faster, until red waits too long. No rate is a promise."""
    found: list[tuple[float, float]] = []
    with (
        writing(database) as writer,
        simulated("http_sms", folder) as gateway,
        delivering(database, write_lines(folder / "lines.toml", gateway)),
    ):
        for wanted in SWEEP:
            waits, per_second = waits_at(writer, gateway, wanted, SWEEP_SECONDS)
            found.append((per_second, tell_waits(f"red at {per_second:.0f} a second", waits["red"])))
            if found[-1][1] > LONGEST_P99:
                break
    in_time = [per_second for per_second, p99 in found if p99 <= LONGEST_P99]
    rates = ", ".join(f"{p99:.2f} s at {per_second:.0f}" for per_second, p99 in found)
    figure = f"red p99 {rates} a second; in time up to {max(in_time, default=0):.0f} a second"
    append_figures({"deliver.sweep": figure}, run="deliver", paths=PATHS)
    return bool(in_time)


def waits_at(writer: Writer, gateway: Simulated, wanted: int, seconds: int) -> tuple[dict[str, list[float]], float]:
    """Alerts committed at a rate: how long each waited for the gateway, by level, and the rate that came about."""
    committed: dict[str, float] = {}
    level_of: dict[str, str] = {}
    start = time.time() + WARM_UP_SECONDS
    for number in range(0, wanted * seconds, AT_ONCE):
        time.sleep(max(0.0, start + number / wanted - time.time()))
        level = LEVELS[number // AT_ONCE % len(LEVELS)]
        keys = writer.write(level, count=AT_ONCE, phones=PHONES)
        level_of |= dict.fromkeys(keys, level)
        committed |= dict.fromkeys(keys, time.time())
    took = time.time() - start
    writer.all_are("confirmed", seconds=180)
    accepted = accepted_at(gateway)
    say(f"{len(committed)} alerts committed in {took:.1f} s ({len(committed) / took:.1f} a second)")
    waits = {level: [accepted[key] - at for key, at in committed.items() if level_of[key] == level] for level in LEVELS}
    return waits, len(committed) / took


def tell_waits(name: str, waits: list[float]) -> float:
    """Say how long they waited; returns the 99th percentile."""
    waits = sorted(waits)
    p99 = waits[int(len(waits) * 0.99)]
    say(f"commit → gateway, {name}: p50 {waits[len(waits) // 2]:.3f} s, p99 {p99:.3f} s, longest {waits[-1]:.3f} s")
    return p99


def accepted_at(gateway: Simulated) -> dict[str, float]:
    """When the gateway took each key, in Unix seconds."""
    return {line["key"]: datetime.fromisoformat(line["at"]).timestamp() for line in gateway.said("accepted")}


def kills(database: OwnDatabase, folder: Path) -> bool:
    """Two processes share the queue; one dies again and again. Alerts go on falling due."""
    chance = random.Random(20261128)
    say("seed 20261128")
    done = 0
    with writing(database) as writer, simulated("http_sms", folder) as gateway:
        lines = write_lines(folder / "lines.toml", gateway)
        gateway.fail(delay_ms=2, duplicate_receipts=True)
        keys: list[str] = []
        for point in POINTS:
            process = start_delivering(database, lines, {"ZS_CRASH_AT": point})
            keys += write_mixed(writer, chance)
            done += wait_for_death(process)
            say(f"killed at {point}")
        process = start_delivering(database, lines)
        for _ in range(RANDOM_KILLS):
            keys += write_mixed(writer, chance)
            time.sleep(chance.uniform(0.0, 0.6))  # the moment of the kill is the subject here
            process.send_signal(signal.SIGKILL)
            end(process)
            done += 1
            process = start_delivering(database, lines)
        restarted = time.monotonic()
        writer.all_are("confirmed", seconds=120)
        stuck = time.monotonic() - restarted
        end(process)
        return judge_kills(gateway, keys, done, stuck)


def write_mixed(writer: Writer, chance: random.Random) -> list[str]:
    """Alerts of every level."""
    return [
        key
        for _ in range(ALERTS_BETWEEN_KILLS // 10)
        for key in writer.write(chance.choice(["red", "yellow", "blue"]), count=10, phones=PHONES)
    ]


def wait_for_death(process: subprocess.Popen[str]) -> int:
    """1 once the process killed itself at its point."""
    process.wait(timeout=60)
    if process.stdout is not None:
        process.stdout.close()
    if process.returncode != -signal.SIGKILL:
        raise AssertionError(f"ended with {process.returncode} before its point")
    return 1


def judge_kills(gateway: Simulated, keys: list[str], done: int, stuck: float) -> bool:
    """By the gateway's file."""
    accepted = Counter(line["key"] for line in gateway.said("accepted"))
    lost = len(set(keys) - set(accepted))
    twice = sum(count > 1 for count in accepted.values())
    recognised = len(gateway.said("recognised"))
    say(f"{done} kills of the delivery process, {len(POINTS)} of them at named points; {len(keys)} alerts")
    say(f"{lost} lost, {twice} said twice; {recognised} sent again and recognised by their key")
    say(f"after the last restart everything was confirmed within {stuck:.1f} s")
    figure = f"{done} kills, {len(keys):,} alerts, {lost} lost, {twice} twice, settled {stuck:.1f} s after the last"
    append_figures({"deliver.kills": figure}, run="deliver", paths=PATHS)
    return lost == 0 and twice == 0 and stuck <= 15.0


if __name__ == "__main__":
    sys.exit(main(arguments()))
