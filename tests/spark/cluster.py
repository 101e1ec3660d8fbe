"""A standalone cluster of Spark on the loopback address: a master and two workers, each a process of its own."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyspark

SPARK = Path(pyspark.__file__).parent
HOST = "127.0.0.1"
WORKERS = 2
NO_REST = "-Dspark.master.rest.enabled=false"  # its port is a fixed one


@contextmanager
def standalone(folder: Path) -> Iterator[str]:
    """The address of the master. Workers and clients ask it again until it answers, so that nobody waits here."""
    own = os.environ | {"SPARK_LOCAL_IP": HOST, "SPARK_HOME": str(SPARK), "SPARK_MASTER_OPTS": NO_REST}
    port = free_port()
    address = f"spark://{HOST}:{port}"
    started = [
        _start("master.Master", ["--host", HOST, "--port", str(port), "--webui-port", "0"], folder / "master", own)
    ]
    try:
        for n in range(WORKERS):
            options = ["--host", HOST, "--webui-port", "0", "--cores", "1", "--memory", "3g"]
            options += ["--work-dir", str(folder / f"work-{n}"), address]
            started.append(_start("worker.Worker", options, folder / f"worker-{n}", own))
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as asked:
        asked.bind((HOST, 0))
        return int(asked.getsockname()[1])


def _start(name: str, options: list[str], log: Path, own: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    command = [str(SPARK / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *options]
    with log.open("wb") as said:
        return subprocess.Popen(command, env=own, stdout=said, stderr=subprocess.STDOUT)
