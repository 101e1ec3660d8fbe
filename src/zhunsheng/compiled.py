"""Where the compiled fold is kept between runs.

Numba looks only at the file of the function that it caches, not at those that it calls. So the folder is named after
the text of every module that the fold is made of: a changed fold finds no old code.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parent
FOLD: Final = PACKAGE / "core" / "fold" / "run.py"
IMPORT: Final = re.compile(r"^from (zhunsheng\.[\w.]+) import ", re.MULTILINE)


def keep_compiled_code() -> None:
    """Name the folder of this fold's compiled code to Numba; it must run before Numba is imported."""
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or Path.home() / ".cache" / "zhunsheng")
    if base.name != fold_digest():
        os.environ["NUMBA_CACHE_DIR"] = str(base / fold_digest())


def fold_digest() -> str:
    """Twelve hex digits of the sources of the fold and of all that they import of ours."""
    digest = hashlib.sha256()
    for path in sorted(fold_sources()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def fold_sources() -> set[Path]:
    """The fold's module and every module of ours that it reaches."""
    found: set[Path] = set()
    waiting = [FOLD]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(_imported(path))
    return found


def _imported(path: Path) -> Iterator[Path]:
    for module in IMPORT.findall(path.read_text(encoding="utf-8")):
        stem = PACKAGE.parent.joinpath(*module.split("."))
        yield stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")
