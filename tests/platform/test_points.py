"""Points on the platform: what becomes known is recorded once, nothing recorded is changed, and figures are sums."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.platform.points_world import PointsWorld, points_world, run_at, said, whole_ledger, worked
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.points.recording import recompute
from zhunsheng.launcher import EmbeddedServer


@pytest.fixture(scope="module")
def world(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PointsWorld]:
    del server
    with transaction.atomic(), points_world(tmp_path_factory.mktemp("rulebook")) as made:
        yield made
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone(world: PointsWorld) -> Iterator[None]:
    del world
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_story_1_a_case_that_ends_is_shared_and_posted_with_its_facts(world: PointsWorld) -> None:
    # 544 min at 1.00 for 60: 9.07 → 0.60 and 0.40 of it: 5.44 and 3.63
    lead, second = world.code("lead"), world.code("second")
    worked("C1", lead, second, filed="2026-03-02 10:00", ended="2026-03-05 10:00")
    done = run_at("2026-03-05 11:00")
    assert done.facts > 2
    assert said(whole_ledger().filter(pl.col("block") == "volume")) == [
        f"2026-03 {lead} earn +5.44",
        f"2026-03 {second} earn +3.63",
    ]


def test_story_2_a_second_run_adds_nothing(world: PointsWorld) -> None:
    worked("C1", world.code("lead"), filed="2026-03-02 10:00", ended="2026-03-05 10:00")
    run_at("2026-03-05 11:00")
    before = whole_ledger()
    again = run_at("2026-03-05 12:00")
    assert (again.facts, again.rows) == (0, 0)
    assert whole_ledger().equals(before)
    with as_process("test"):
        assert recompute().equals(before)
