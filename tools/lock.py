"""Write requirements.lock, -dev.lock and -spark.lock: versions and hashes for x86-64 and aarch64, no host.

    .venv/bin/python -m tools.lock

The wheels are those that pip would install on Debian 12 with Python 3.11; pip resolves them and reports their hashes.
pyspark is no wheel: it comes as source, which is Java archives and Python.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MACHINES = ("x86_64", "aarch64")
NEWEST_GLIBC = 36  # Debian 12
OLDEST_GLIBC = 5
HEAD = (
    "# Written by tools/lock.py: Python 3.11, Linux, x86-64 and aarch64. Where packages come from is pip's setting.\n"
)

SOURCE_ONLY = "pyspark"

Lock = dict[str, tuple[str, set[str]]]
"""Package → version and the hashes of its wheels."""


def main() -> None:
    """Resolve all sets together, so that the locks agree, and write them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    build = project["build-system"]["requires"]  # ./zs installs the package itself without build isolation
    runtime = [*project["project"]["dependencies"], *build]
    everything = resolve([*runtime, *project["project"]["optional-dependencies"]["dev"]])
    pins = [f"{name}=={version}" for name, (version, _) in everything.items()]
    needed = resolve(runtime, constraints=pins)
    write(ROOT / "requirements.lock", needed)
    write(ROOT / "requirements-dev.lock", {name: pin for name, pin in everything.items() if name not in needed})
    spark = with_source(project["project"]["optional-dependencies"]["spark"], constraints=pins)
    write(ROOT / "requirements-spark.lock", {name: pin for name, pin in spark.items() if name not in needed})


def resolve(requirements: Iterable[str], *, constraints: Iterable[str] = ()) -> Lock:
    """Let pip choose versions for each machine; both must come to the same ones."""
    lock: Lock = {}
    for machine in MACHINES:
        for entry in pip_report(requirements, constraints, machine)["install"]:
            name = entry["metadata"]["name"].lower().replace("_", "-").replace(".", "-")
            version = entry["metadata"]["version"]
            known, hashes = lock.setdefault(name, (version, set()))
            if known != version:
                raise SystemExit(
                    f"{name}: {known} on {MACHINES[0]}, {version} on {machine}. Bound it in pyproject.toml."
                )
            hashes.add(entry["download_info"]["archive_info"]["hashes"]["sha256"])
    return lock


def with_source(requirements: Iterable[str], *, constraints: Iterable[str]) -> Lock:
    """Resolve requirements of which one is source alone: that one first, then the others with what it requires."""
    wanted = list(requirements)
    source = [requirement for requirement in wanted if requirement.startswith(SOURCE_ONLY)]
    (entry,) = report(["--no-deps", f"--no-binary={SOURCE_ONLY}"], source, ())["install"]
    required = [text for text in entry["metadata"].get("requires_dist", ()) if ";" not in text]
    others = [requirement for requirement in wanted if requirement not in source]
    lock = resolve([*others, *required], constraints=constraints)
    digest = entry["download_info"]["archive_info"]["hashes"]["sha256"]
    return {**lock, SOURCE_ONLY: (entry["metadata"]["version"], {digest})}


def pip_report(requirements: Iterable[str], constraints: Iterable[str], machine: str) -> dict[str, Any]:
    """What pip would install on a machine, with the hash of each wheel."""
    options = ["--only-binary=:all:", "--implementation=cp", "--python-version=3.11", "--target=none"]
    return report([*options, *(f"--platform={tag}" for tag in platform_tags(machine))], requirements, constraints)


def report(options: Iterable[str], requirements: Iterable[str], constraints: Iterable[str]) -> dict[str, Any]:
    """What pip would install, as it reports it; nothing is installed."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, bounds, said = (Path(folder, name) for name in ("wanted.txt", "bounds.txt", "report.json"))
        wanted.write_text("\n".join(requirements), "utf-8")
        bounds.write_text("\n".join(constraints), "utf-8")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", *options]
        command += ["--report", str(said), "-c", str(bounds), "-r", str(wanted)]
        subprocess.run(command, check=True)
        answer: dict[str, Any] = json.loads(said.read_text("utf-8"))
        return answer


def platform_tags(machine: str) -> list[str]:
    """The wheel tags that Debian 12 accepts, newest first."""
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)]
    return [*tags, f"manylinux2014_{machine}", f"linux_{machine}"]


def write(path: Path, lock: Lock) -> None:
    """One package a line, hashes beneath it."""
    lines = [HEAD]
    for name, (version, hashes) in sorted(lock.items()):
        lines.append(
            f"{name}=={version}" + "".join(f" \\\n    --hash=sha256:{digest}" for digest in sorted(hashes)) + "\n"
        )
    path.write_text("".join(lines), "utf-8")
    print(f"{path.name}: {len(lock)} packages")


if __name__ == "__main__":
    main()
