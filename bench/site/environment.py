"""Django set up on the platform of ZS_HOME; whoever imports this module may then import models."""

import os
import sys
from pathlib import Path

import django

from zhunsheng.apps.audit.keys import create_keys

if not os.environ.get("ZS_HOME"):
    sys.exit("ZS_HOME is not set. `./zs bench pages` sets it to a folder of its own.")
HOME = Path(os.environ["ZS_HOME"])
os.environ.pop("DATABASE_URL", None)
os.environ["DJANGO_SETTINGS_MODULE"] = "zhunsheng.web.settings"
HOME.mkdir(parents=True, exist_ok=True)
create_keys(HOME / "keys")
django.setup()
