"""Releases of changed rulebooks: what is shown before is what happens, and the way back leads exactly back.

    python -m tests.platform.nightly.releases [TIMES] [SEED] [--append]

A station with forty cases whose limits run, warn and are exceeded. So many times the rule file is changed at random
(its limit, its warnings, its counting, or it is retired), shown, proposed, put in force by a second person, judged
anew and told; then the old one is put in force again. Every tenth file is broken on purpose. Of each: the findings that
appeared, vanished and moved are as many as were shown; afterwards clocks and findings are those of before, row for row;
nobody is told of a finding twice; a broken file is refused and changes nothing. Exit code 1 if one does not hold.
"""

import random
import re
import sys
import time
from collections import Counter
from datetime import timedelta
from typing import Final

import polars as pl
from django.db import connection, transaction

from tests.platform.alert_world import FILING, alert_world
from tests.platform.databases import cloned, embedded
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from tests.platform.nightly.storm import TWICE
from tests.platform.people import EAST_STATION
from tests.platform.supervised import it_is, put_in_force, recorded, standing_tables, supervise
from tests.platform.test_alerts_supervised import shipped
from tests.story import at, shown
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.services import route
from zhunsheng.apps.supervision import releases, rulebooks
from zhunsheng.book import RulebookRefused
from zhunsheng.core.changes import matched_findings

TIMES: Final = 50
SEED: Final = 20_261_128
CASES: Final = 40
NOW: Final = "2026-03-13 12:00"
EVERY_BROKEN: Final = 10
CHANGES: Final = ("appeared", "vanished", "moved")
PATHS: Final = ("src/zhunsheng/apps/supervision", "src/zhunsheng/apps/alerts", "src/zhunsheng/core")
Files = dict[str, str]


def main(times: int, seed: int) -> int:
    """The whole run."""
    outcomes, faults, began = Counter[str](), [], time.perf_counter()
    with embedded(HOME) as server, cloned(server):
        for number in range(times):
            draw = random.Random(f"{seed}/{number}")
            with transaction.atomic():
                old = settled(draw)
                tried = broken if number % EVERY_BROKEN == EVERY_BROKEN - 1 else there_and_back
                outcome, found = tried(old, draw)
                transaction.set_rollback(True)
            outcomes[outcome] += 1
            faults += [f"{number} ({outcome}): {fault}" for fault in found]
    for outcome, count in sorted(outcomes.items()):
        say(f"{outcome}: {count}")
    for fault in faults:
        say(f"  {fault}")
    say(f"{time.perf_counter() - began:.0f} s")
    figure = f"{times} changed rulebooks, {len(faults)} not as shown, not taken back exactly, or told twice"
    append_figures({"releases.faults": figure}, run="releases", paths=PATHS)
    return 1 if faults else 0


def settled(draw: random.Random) -> Files:
    """The station, its cases, and what the shipped rule says of them. Returns the rulebook in force."""
    alert_world()
    old = shipped(FILING, "criminal.filing.overdue-explain")
    it_is(NOW)
    put_in_force(old)
    starts = [at(NOW) - timedelta(minutes=draw.randrange(60, 14 * 24 * 60)) for _ in range(CASES)]
    said = f"unit={EAST_STATION} case_kind=criminal economic=false"
    lines = [f"{shown(start)} case.accepted id=e{n} case=A350203{n:016} {said}" for n, start in enumerate(starts)]
    recorded("\n".join(lines))
    supervise(route)
    return old


def changed(old: Files, draw: random.Random) -> tuple[str, Files]:
    """The rulebook with another rule file: what was changed, and the files."""
    (name,) = (name for name in old if name.endswith(f"{FILING}.toml"))
    ways = {
        "limit": (r"(?m)^amount   = 3$", f"amount   = {draw.choice((1, 2, *range(4, 15)))}"),
        "warnings": (r'(?m)^blue   = "P2D"$', f'blue   = "PT{draw.randint(25, 120)}H"'),
        "counting": (r'(?m)^roll     = "forward"$', 'roll     = "never"'),
        "retired": (r'(?m)^status   = "stable"', 'status   = "retired"'),
    }
    way = draw.choice(tuple(ways))
    pattern, put = ways[way]
    text, count = re.subn(pattern, put, old[name], count=1)
    if not count:
        raise ValueError(f"{name} has nothing that {pattern} finds.")
    return way, {**old, name: text}


def there_and_back(old: Files, draw: random.Random) -> tuple[str, list[str]]:
    """A release, and the way back from it."""
    way, new = changed(old, draw)
    before, faults = standing_tables(), []
    expected = put_through(new)
    real = counted(before[1], standing_tables()[1])
    if real != expected:
        faults.append(f"shown {expected}, became {real}")
    put_through(old)
    after = standing_tables()
    names = ("clocks", "findings")
    pairs = zip(names, before, after, strict=True)
    faults += [f"{name} are not those of before" for name, then, now in pairs if not then.equals(now)]
    with connection.cursor() as cursor:
        cursor.execute(TWICE)
        (twice,) = cursor.fetchone()
    if twice:
        faults.append(f"{twice} were told twice")
    return way, faults


def put_through(files: Files) -> dict[str, int]:
    """Shown, proposed, confirmed by another, judged and told. Returns what was shown."""
    with as_process("test"):
        preview = releases.preview(rulebooks.loaded(files), as_of=at(NOW))
        releases.propose(files, by="wang", shown=preview)
        releases.decide(second="li", confirmed=True)
    supervise(route)
    return {change: preview.count(change) for change in CHANGES}


def counted(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, int]:
    """How many findings appeared, vanished and moved between two tables."""
    rows = matched_findings(before, after)
    return {change: rows.filter(pl.col("change") == change).height for change in CHANGES}


def broken(old: Files, draw: random.Random) -> tuple[str, list[str]]:
    """A file that is none: refused, and nothing is another."""
    (name,) = (name for name in old if name.endswith(f"{FILING}.toml"))
    text = old[name].splitlines(keepends=True)
    places = [number for number, line in enumerate(text) if line.startswith(("unit", "counting", "kind"))]
    text[draw.choice(places)] = "nonsense = [1\n"
    before = standing_tables()
    try:
        put_through({**old, name: "".join(text)})
    except RulebookRefused:
        after = standing_tables()
        same = all(a.equals(b) for a, b in zip(before, after, strict=True))
        return "broken", [] if same else ["a refused file changed something"]
    return "broken", ["a broken file was put in force"]


if __name__ == "__main__":
    GIVEN = [int(argument) for argument in arguments()]
    sys.exit(main(*GIVEN, *(TIMES, SEED)[len(GIVEN) :]))
