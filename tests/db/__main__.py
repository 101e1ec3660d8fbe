"""Runs tests of the platform whose subject the database itself keeps, on the oldest release that is supported.

The same files as in tests/platform: the embedded server starts what ZS_PG_BIN names instead of the wheel's programs.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

BINARIES: Final = "/usr/lib/postgresql/15/bin"
PLATFORM: Final = Path(__file__).resolve().parent.parent / "platform"
FILES: Final = (
    "test_guards.py",  # settings, roles, triggers, row policies; and that the server is the one named
    "test_event_log.py",
    "test_event_log_at_once.py",
    "test_ingest.py",
    "test_supervision_appended.py",
    "test_sealed_log.py",
    "test_audit.py",
    "test_attacks.py",
    "test_org.py",
)


def main(arguments: list[str]) -> int:
    """Run the files; further arguments go to pytest."""
    command = [sys.executable, "-m", "pytest", "--quiet", *(str(PLATFORM / name) for name in FILES), *arguments]
    return subprocess.run(command, env={**os.environ, "ZS_PG_BIN": BINARIES}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
