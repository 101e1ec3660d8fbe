"""A month of points on the platform, and how long its pages take.

    python -m tests.platform.nightly.ranking [--officers 3000] [--append]

A hundred stations, each officer with 22 ended cases of two shares each: about 200,000 entries. Timed: posting them; the
board of a station for whoever asks first after something changed, and for whoever asks then; an officer's own page.
Exit code 1 if a page takes longer than its limit.
"""

import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import polars as pl
from django.db import transaction
from django.urls import reverse

from tests.platform.accounts import Person, account, signed_in
from tests.platform.databases import embedded
from tests.platform.environment import HOME, say
from tests.platform.nightly import append_figures, arguments
from tests.platform.people import EAST, JOINED
from tests.platform.points_world import PointsWorld, fact, points_world, run_at, stated
from tests.platform.supervised import it_is
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit import clock
from zhunsheng.apps.org.models import Officer, Post, Unit
from zhunsheng.apps.org.services import add_unit
from zhunsheng.apps.points import stored
from zhunsheng.core.points import tables as t
from zhunsheng.core.schemas import INSTANT

STATIONS: Final = 100
CASES: Final = 22
TIMES: Final = 20
LONGEST_PAGE: Final = 0.3  # seconds, of a page that nothing has changed since
LONGEST_RUN: Final = 10.0
PATHS: Final = ("src/zhunsheng/apps/points", "src/zhunsheng/core/points")


def main(words: list[str]) -> int:
    """Build, post, ask."""
    parser = ArgumentParser()
    parser.add_argument("--officers", type=int, default=3000)
    chosen = parser.parse_args(words)
    with (
        embedded(HOME),
        tempfile.TemporaryDirectory() as folder,
        transaction.atomic(),
        points_world(Path(folder) / "rulebook") as world,
    ):
        figures, is_met = measured(world, chosen.officers)
        transaction.set_rollback(True)
    for name, figure in figures.items():
        say(f"{name}: {figure}")
    append_figures(figures, run="ranking", paths=PATHS)
    return 0 if is_met else 1


def measured(world: PointsWorld, officers: int) -> tuple[dict[str, str], bool]:
    """The figures, and whether each is within its limit."""
    people = posted(officers)
    run_at("2026-03-30 10:00")
    rows = [row for n, officer in enumerate(people) for row in work(n, officer)]
    posting, count = timed(lambda: stated(*rows))
    head, own = world.people["county_head"], mine(people[0])
    board = f"{reverse('points:unit')}?{urlencode({'unit': station(0)})}"
    first, _ = timed(lambda: shown(head, board))
    later = sorted(timed(lambda: shown(head, board))[0] for _ in range(TIMES))[TIMES // 2]
    page = sorted(timed(lambda: shown(own, reverse("points:mine")))[0] for _ in range(TIMES))[TIMES // 2]
    of = f"{officers:,} officers, {count:,} entries"
    figures = {
        "points.posting": f"{posting:.1f} s for {of}",
        "points.board": f"{1000 * later:.0f} ms, {1000 * first:.0f} ms for whoever asks first after a change; {of}",
        "points.own_page": f"{1000 * page:.0f} ms; {of}",
    }
    return figures, max(later, page) <= LONGEST_PAGE and posting <= LONGEST_RUN


def timed(work_: Callable[[], int]) -> tuple[float, int]:
    """Seconds, and what it gives."""
    begun = time.perf_counter()
    found = work_()
    return time.perf_counter() - begun, found


def shown(person: Person, address: str) -> int:
    """The status of a page; anything but 200 ends the measurement."""
    status: int = person.get(address).status_code
    if status != 200:
        raise RuntimeError(f"{address}: {status}")
    return status


def station(n: int) -> str:
    """The code of a station."""
    return f"35020{3100000 + n:07d}"


def posted(officers: int) -> list[Officer]:
    """So many officers in a hundred stations of the eastern branch."""
    it_is("2026-03-02 09:00")
    with as_process("test"):
        for n in range(STATIONS):
            add_unit(code=station(n), name=f"第{n}派出所", short_name=f"{n}所", kind=Unit.Kind.STATION, parent=EAST)
        people = Officer.objects.bulk_create(
            Officer(province="35", number=f"{500000 + n}", name=f"警员{n}", kind="police", joined_on=JOINED)
            for n in range(officers)
        )
        Post.objects.bulk_create(
            Post(officer=person, unit_id=station(n % STATIONS), role="officer", from_on=JOINED)
            for n, person in enumerate(people)
        )
        rows = [(2026, station(n), "criminal", 544) for n in range(STATIONS)]
        weights = pl.DataFrame(rows, schema=t.WEIGHTS, orient="row")
        stored.hold()
        stored.add("points_weight", weights.with_columns(recorded_at=pl.lit(clock.now(), INSTANT)))
    return people


def work(n: int, officer: Officer) -> list[dict[str, object]]:
    """A month of one officer: each case its work and two shares."""
    code, rows = f"{officer.province}-{officer.number}", []
    for k in range(CASES):
        case, when = f"N{n}-{k}", f"2026-03-{k + 1:02d} 10:00"
        shared = {"case__type": "criminal", "unit": station(n % STATIONS)}
        rows.append(fact("work.assigned_minutes", case, code, when, role="lead", **shared))
        rows.append(fact("clock.kept", case, code, when, kept=(n + k) % 13 != 0, **shared))
        rows.append(fact("check.kept.rights_notice", case, code, when, kept=(n * k) % 17 != 5, **shared))
    return rows


def mine(officer: Officer) -> Person:
    """The session of an officer."""
    return signed_in(account("nightly", officer=officer))


if __name__ == "__main__":
    sys.exit(main(arguments()))
