"""What every nightly run begins with: a data folder of its own, and Django set up on it. Import it first."""

import os
import sys
import tempfile
from pathlib import Path

HOME = Path(os.environ.get("ZS_NIGHTLY_HOME") or tempfile.mkdtemp(prefix="zs-nightly-"))
os.environ |= {"ZS_NIGHTLY_HOME": str(HOME), "ZS_DATA": str(HOME), "DJANGO_SETTINGS_MODULE": "zhunsheng.web.settings"}

import django  # noqa: E402 - the settings read the environment

from zhunsheng.apps.audit.keys import create_keys  # noqa: E402

create_keys(HOME / "keys")
django.setup()


def say(line: str) -> None:
    """Print one line of the report."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
