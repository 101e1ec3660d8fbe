"""A release, made from the present commit, installed and run where there is no network at all.

`python -m tests.tools.offline`: makes it, holds it against its signature, unpacks it in an empty network namespace,
and lets it check the example there. Needs `unshare` and a package index for the making.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tools import release

ROOT: Final = Path(__file__).resolve().parents[2]
NO_NETWORK: Final = ("unshare", "--user", "--map-root-user", "--net")
EXAMPLE: Final = ("check", "examples/first-case/events.csv", "--as-of", "2022-11-08T09:00")
JUDGED: Final = (0, 10, 11)  # what `check` says of time limits; anything else is a fault


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Make, check, install, run."""
    folder = Path(tempfile.mkdtemp(prefix="zs-offline-"))
    try:
        return _tried(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tried(folder: Path) -> int:
    clone, out = folder / "clone", folder / "out"
    subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(clone)], check=True)
    release.new_key(folder / "ours")
    make = [sys.executable, "-m", "tools.release", str(out), "--key", str(folder / "ours.key")]
    subprocess.run(make, cwd=clone, check=True)
    say(f"{release.check(out, folder / 'ours.pub')} files as they were signed")
    (archive,) = out.glob("*.tar.gz")
    subprocess.run(["tar", "xzf", str(archive), "-C", str(folder)], check=True)
    (unpacked,) = folder.glob("zhunsheng-*")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(out / "wheels")}
    done = subprocess.run([*NO_NETWORK, "./zs", *EXAMPLE], cwd=unpacked, env=environment, check=False)
    reached = subprocess.run(
        [*NO_NETWORK, sys.executable, "-c", "import socket; socket.create_connection(('1.1.1.1', 53), 1)"],
        capture_output=True,
        check=False,
    )
    say(f"zs check: exit code {done.returncode}; a way out of the namespace: {reached.returncode == 0}")
    return 0 if done.returncode in JUDGED and reached.returncode != 0 else 1


if __name__ == "__main__":
    sys.exit(main())
