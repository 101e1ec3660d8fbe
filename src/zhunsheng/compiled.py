"""Where the compiled fold is kept between runs.

Numba looks only at the file of the function that it caches, not at those that it calls. So the folder is named after
the text of the whole core:
a changed core finds no old code.
"""

import hashlib
import os
from pathlib import Path
from typing import Final

CORE: Final = Path(__file__).parent / "core"


def keep_compiled_code() -> None:
    """Name the folder of this core's compiled code to Numba; it must run before Numba is imported."""
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or Path.home() / ".cache" / "zhunsheng")
    if base.name != core_digest():
        os.environ["NUMBA_CACHE_DIR"] = str(base / core_digest())


def core_digest() -> str:
    """Twelve hex digits of the core's sources."""
    digest = hashlib.sha256()
    for path in sorted(CORE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
