"""./zs lint: every check that needs no test to run. All steps run; the exit code is 1 if any found something."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tools import asvs, features, figures, licences, messages, tree, trust, vendored

ROOT: Final = Path(__file__).resolve().parent.parent
BIN: Final = Path(sys.executable).parent
LOCKS: Final = ("requirements.lock", "requirements-dev.lock")


def main(arguments: list[str]) -> int:
    """Run the named steps, or all of them."""
    unknown = [name for name in arguments if name not in STEPS]
    if unknown:
        print(f"lint: no step named {', '.join(unknown)}. The steps are {', '.join(STEPS)}.", file=sys.stderr)
        return 2
    failed = []
    for name in arguments or STEPS:
        began = time.monotonic()
        passed = STEPS[name]()
        print(f"lint: {name:<10} {'ok' if passed else 'FAILED':<7} {time.monotonic() - began:5.1f} s", flush=True)
        if not passed:
            failed.append(name)
    if failed:
        print(f"lint: failed: {', '.join(failed)}")
    return 1 if failed else 0


def ruff() -> bool:
    """Style and likely bugs."""
    return passes(str(BIN / "ruff"), "check", "--quiet", ".")


def formatting() -> bool:
    """One layout for everybody."""
    return passes(str(BIN / "ruff"), "format", "--quiet", "--check", "--diff", ".")


def types() -> bool:
    """Strict, in the sources, the tests and the tools."""
    return passes(str(BIN / "mypy"), "--no-error-summary")


def imports() -> bool:
    """Imports point down."""
    return passes(str(BIN / "lint-imports"), "--no-cache", quiet=True)


def rules() -> bool:
    """Every rule file that ships."""
    return passes(sys.executable, "-P", "-m", "zhunsheng.cli", "rules", "lint", quiet=True)


def packages() -> bool:
    """Licences of the locked packages."""
    return report(licences.issues(ROOT / name for name in LOCKS))


def files() -> bool:
    """Hosts, machine paths, sizes and names in the tracked files."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return report(tree.issues(ROOT, listed.stdout.split("\0")[:-1]))


def others() -> bool:
    """Browser files of others, against their hashes."""
    return report(vendored.issues(ROOT))


def words() -> bool:
    """Texts of the interface that stand outside the catalogues or lack English."""
    return report(messages.issues(ROOT))


def quoted() -> bool:
    """Figures in the documents that are older than the code they measure."""
    return report(figures.issues(ROOT))


def listed() -> bool:
    """The list of features: its tests and places are there."""
    print(f"      {features.counts(ROOT)}")
    return report(features.issues(ROOT))


def standard() -> bool:
    """The sheet of the security standard: what it cites is there, and little of it is waived."""
    print(f"      {asvs.head(ROOT).removesuffix(asvs.HEAD)}")
    return report(asvs.issues(ROOT))


def defended() -> bool:
    """Threats and requirements: each cites a test or says plainly that there is none."""
    print(f"      {trust.counts(ROOT)}")
    return report(trust.issues(ROOT))


STEPS: Final[dict[str, Callable[[], bool]]] = {
    "ruff": ruff, "format": formatting, "types": types, "imports": imports, "rules": rules, "licences": packages,
    "tree": files, "figures": quoted, "vendored": others, "messages": words,
    "features": listed, "asvs": standard, "trust": defended,
}  # fmt: skip


def passes(*command: str, quiet: bool = False) -> bool:
    """Run a command in the tree; what it says is shown, or only where it fails."""
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=quiet, text=True)
    if quiet and done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode == 0


def report(issues: list[str]) -> bool:
    """Print issues, one a line; none is a pass."""
    for issue in issues:
        print(issue)
    return not issues


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
