"""Where the extra `[spark]` is: installed beside us, or in a folder of its own made from requirements-spark.lock.

The extra is large (half a gigabyte of Java archives) and is never installed by default. It imports no pyspark.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).resolve().parents[3] / "requirements-spark.lock"
READY: Final = "ready"
INSTALL: Final = (
    "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--require-hashes",
    "--no-build-isolation", "--no-compile", "--only-binary=:all:", "--no-binary=pyspark",
)  # fmt: skip
"""pyspark comes as source alone: Java archives and Python, nothing is compiled. The locked setuptools packs it."""


class NoSpark(RuntimeError):
    """Spark cannot run here; the message says what is missing and how to get it."""


def environment(say: Callable[[str], None]) -> dict[str, str]:
    """The environment in which `python -m zhunsheng.scale` finds pyspark, which is installed first where it must be.

    `say` is told what takes long. Raises  NoSpark without Java, without the extra, or where it cannot be installed.
    """
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise NoSpark("Java is missing. Install it: apt-get install -y default-jre-headless")
    if find_spec("pyspark") is not None:
        return dict(os.environ)
    path = os.pathsep.join([str(_folder(say)), *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {"PYTHONPATH": path}


def _folder(say: Callable[[str], None]) -> Path:
    if not LOCK.is_file():
        raise NoSpark("pyspark is not installed: pip install 'zhunsheng[spark]'")
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = Path.home() / ".cache" / "zhunsheng" / f"spark-{digest}"
    if not (folder / READY).is_file():
        say(f"installing {LOCK.name} in {folder}")
        shutil.rmtree(folder, ignore_errors=True)
        done = subprocess.run([sys.executable, *INSTALL, "--target", str(folder), "-r", str(LOCK)], check=False)
        if done.returncode:
            raise NoSpark(f"{LOCK.name} could not be installed; pip says why above.")
        (folder / READY).touch()
    return folder
