"""The same events in any order, told twice, in pieces, or on a server in another zone: the same rows."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.stories import fewer, histories, rules
from tests.story import at, law
from zhunsheng.city.make import write_city
from zhunsheng.core.clocks import Rulebook, fold_events
from zhunsheng.core.judge import judge
from zhunsheng.core.story import events_of
from zhunsheng.core.tables import part_clocks
from zhunsheng.files.read import read_events

AS_OF = at("2026-03-20 12:00").astimezone(UTC)
ZONES = ("Asia/Shanghai", "UTC", "America/New_York", "Pacific/Kiritimati")
CITY_CASES = 60


def digest(events: pl.DataFrame, rulebook: Rulebook, as_of: datetime = AS_OF) -> str:
    """A hash over every row of clocks, verdicts, findings and steps, in canonical order."""
    judgement = judge(events, rulebook, as_of=as_of, with_steps=True, threads=1)
    found = hashlib.sha256()
    for table in (judgement.clocks, judgement.verdicts, judgement.findings, judgement.steps):
        found.update(table.write_ndjson().encode())
    return found.hexdigest()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The events of a small synthetic city."""
    book = law()
    return write_city(tmp_path_factory.mktemp("city"), CITY_CASES, 7, book.vocabulary, book.calendar).events


@pytest.fixture(scope="module")
def city_digest(city: Path) -> str:
    return digest(read([city]), law(), middle(city))


def read(paths: list[Path]) -> pl.DataFrame:
    return read_events(paths, vocabulary=law().vocabulary).frame


def middle(city: Path) -> datetime:
    """An instant at which most of the city's clocks have run."""
    moments = pl.read_parquet(city)["at"].sort()
    moment = moments[len(moments) * 3 // 4]
    assert isinstance(moment, datetime)
    return moment


@fewer(8)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(events: pl.DataFrame, random: Random) -> None:
    order = random.sample(range(events.height), events.height)
    assert digest(events[order], rules()) == digest(events, rules())


def test_two_events_of_one_instant_count_by_their_ids_whichever_arrived_first() -> None:
    # Given the second extension granted in the same minute as the first, without which it may not be
    extended = {"type": "work.extended", "case": "A1", "person": "P1", "at": at("2026-03-05 10:00"), "source": "x"}
    begun = {**extended, "type": "work.started", "at": at("2026-03-01 09:00"), "id": "e0"}
    rows = [begun, {**extended, "id": "e1", "tier": "20d"}, {**extended, "id": "e2", "tier": "30d"}]
    rows = [{**row, "recorded_at": row["at"]} for row in rows]
    # why: of one source e1 comes before e2, so both count, also where e2 was read first.
    in_order, second_first = (
        events_of([rows[n] for n in order], rules().vocabulary) for order in ((0, 1, 2), (0, 2, 1))
    )
    assert digest(second_first, rules()) == digest(in_order, rules())


def test_a_city_shuffled(city: Path, city_digest: str, tmp_path: Path) -> None:
    for seed in (1, 2):
        shuffled = tmp_path / f"{seed}.parquet"
        pl.read_parquet(city).sample(fraction=1, shuffle=True, seed=seed).write_parquet(shuffled)
        assert digest(read([shuffled]), law(), middle(city)) == city_digest


def test_a_city_told_twice(city: Path, city_digest: str, tmp_path: Path) -> None:
    events = pl.read_parquet(city)
    twice = tmp_path / "twice.parquet"
    pl.concat([events, events.sample(fraction=0.5, seed=3)]).write_parquet(twice)
    assert digest(read([twice]), law(), middle(city)) == city_digest


def test_a_city_in_batches_some_of_which_overlap(city: Path, city_digest: str, tmp_path: Path) -> None:
    events = pl.read_parquet(city).sample(fraction=1, shuffle=True, seed=4)
    third = events.height // 3
    paths = []
    for n, first in enumerate(range(0, events.height, third)):
        paths.append(tmp_path / f"{n}.parquet")
        events[max(0, first - 50) : first + third].write_parquet(paths[-1])
    assert digest(read(paths), law(), middle(city)) == city_digest
    assert digest(read(paths[::-1]), law(), middle(city)) == city_digest


def test_a_city_in_slices_and_by_many_threads(city: Path) -> None:
    events, as_of = read([city]).sample(fraction=1, shuffle=True, seed=5), middle(city)
    whole = judge(events, law(), as_of=as_of, with_steps=True, threads=1)
    assert whole.verdicts.height > 0  # checks, too, of which some reach over cases
    for threads, slice_events in ((1, 1), (4, 100)):
        sliced = judge(events, law(), as_of=as_of, with_steps=True, threads=threads, slice_events=slice_events)
        for name in ("clocks", "verdicts", "findings", "steps"):
            assert getattr(sliced, name).equals(getattr(whole, name)), (name, slice_events)


def test_a_case_is_folded_alike_by_any_number_of_threads(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a fold that may take pieces of a hundred events
    monkeypatch.setattr("zhunsheng.core.clocks.MIN_EVENTS_PER_THREAD", 100)
    one, four = (fold_events(read([city]), law(), as_of=middle(city), threads=threads) for threads in (1, 4))
    for a, b in zip(one.parts, four.parts, strict=True):
        assert part_clocks(a).equals(part_clocks(b))


def test_four_server_zones_give_one_answer(city: Path, city_digest: str) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from tests.properties.test_order import digest, law, middle, read\n"
        "city = Path(sys.argv[1]); print(digest(read([city]), law(), middle(city)))\n"
    )
    root = Path(__file__).parents[2]
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(city)],
            env={**os.environ, "TZ": zone},
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )
        for zone in ZONES
    ]
    answers = [server.communicate(timeout=300)[0].strip() for server in servers]
    assert answers == [city_digest] * len(ZONES)
