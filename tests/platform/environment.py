"""A data folder of its own for this run, and Django set up on it; importing this module does it."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

import django
from django.contrib.auth.hashers import Argon2PasswordHasher

from zhunsheng.apps.audit.keys import create_keys

GIVEN: Final = os.environ.get("ZS_TEST_HOME")
HOME = Path(GIVEN or tempfile.mkdtemp(prefix="zs-test-"))
if not GIVEN:  # whoever made it takes it away, also where no test asked for a server
    atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ.pop("DATABASE_URL", None)
# ZS_TEST_HOME: processes that a run starts work in the same folder.
os.environ |= {"ZS_TEST_HOME": str(HOME), "ZS_HOME": str(HOME), "DJANGO_SETTINGS_MODULE": "zhunsheng.web.settings"}
create_keys(HOME / "keys")
django.setup()
FULL_COST: Final = (Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism)
# Passwords of invented people cost one pass over 64 KiB here.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 64, 1


def say(line: str) -> None:
    """Print one line of a report."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
