"""A session of Spark: UTC, no page of its own, and on one machine nothing but the loopback address."""

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from typing import Final

from pyspark.sql import SparkSession

ON_THIS_MACHINE: Final = re.compile(r"local(\[|-cluster\[|$)|spark://(127\.0\.0\.1|localhost):")
LOOPBACK: Final = "127.0.0.1"
ALWAYS: Final[Mapping[str, str]] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
}
"""One core a task: Spark decides how many run side by side."""


def session(master: str, settings: Mapping[str, str]) -> SparkSession:
    """Start a session, which ends with its `with`. `settings` are Spark's own and outweigh those that are made here."""
    here = is_on_this_machine(master)
    if here:
        os.environ |= {"SPARK_LOCAL_IP": LOOPBACK, "SPARK_LOCAL_HOSTNAME": "localhost"}
        os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(master).appName("zhunsheng")
    for name, value in {**ALWAYS, **(_on_this_machine() if here else {}), **settings}.items():
        builder = builder.config(name, value)
    started = builder.getOrCreate()
    started.sparkContext.setLogLevel("ERROR")
    return started


def is_on_this_machine(master: str) -> bool:
    """Whether driver and executors run here: then no port is opened to others."""
    return ON_THIS_MACHINE.match(master) is not None


def _on_this_machine() -> dict[str, str]:
    return {
        "spark.driver.host": LOOPBACK,
        "spark.driver.bindAddress": LOOPBACK,
        "spark.local.dir": tempfile.gettempdir(),
        "spark.executorEnv.PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "spark.executorEnv.NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR", ""),
    }
