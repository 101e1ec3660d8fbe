"""One cluster for all tests of the folder: two workers with a core each, every executor a process of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyspark
import pytest
from pyspark.sql import SparkSession

from tests.spark.world import city
from zhunsheng.scale.session import session

CLUSTER = "local-cluster[2,1,1024]"


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    started = session(CLUSTER, {"spark.executor.memory": "768m", "spark.sql.shuffle.partitions": "4"})
    written = Path(pyspark.__file__).parent / "work" / started.sparkContext.applicationId
    yield started
    started.stop()
    shutil.rmtree(written, ignore_errors=True)  # what executors of such a cluster print


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The events of a city of three hundred cases as Parquet."""
    path = tmp_path_factory.mktemp("city") / "events.parquet"
    city(300).write_parquet(path)
    return path


@pytest.fixture(scope="session")
def events(log: Path) -> pl.DataFrame:
    return pl.read_parquet(log)
