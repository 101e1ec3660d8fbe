"""Runs the tests of this folder where pyspark is: python -m tests.spark [ARGUMENTS OF PYTEST]

python -m tests.spark nightly [--cases N] runs tests.spark.nightly instead.
"""

import os
import subprocess
import sys
from pathlib import Path

from zhunsheng.scale.extra import environment

ROOT = Path(__file__).resolve().parents[2]
NIGHTLY = "nightly"
SOCKETS = "ignore:unclosed <socket:ResourceWarning"
"""pyspark leaves closing its sockets to the collector."""


def main(arguments: list[str]) -> int:
    """Run them; the extra is installed first where it must be."""
    own = environment(lambda text: print(text, flush=True))  # noqa: T201 (a command says what takes long)
    own["PYTHONPATH"] = os.pathsep.join([str(ROOT), own.get("PYTHONPATH", "")])  # executors read tests.spark, too
    if arguments[:1] == [NIGHTLY]:
        command = [sys.executable, "-m", "tests.spark.nightly", *arguments[1:]]
    else:
        command = [sys.executable, "-m", "pytest", "--quiet", "-W", SOCKETS, str(Path(__file__).parent), *arguments]
    return subprocess.run(command, env=own, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
