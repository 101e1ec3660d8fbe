"""The rulebook in force: the last one released, kept whole in the database, so that every copy judges by the same."""

import hashlib
import tempfile
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from zhunsheng import book
from zhunsheng.apps.supervision.models import Release
from zhunsheng.apps.supervision.queue import index_acts
from zhunsheng.core.clocks import Rulebook

PROCESS: Final = "process:supervise"
DEPLOYMENT: Final = "deployment"
IN_FORCE: Final = "SELECT sha256 FROM supervision_release WHERE state = %s ORDER BY decided_at DESC, id DESC LIMIT 1"
"""As `_released` finds it; most pages ask."""
NOTHING: Final = "还没有发布过规则库。请先运行 zs supervise，它以部署时的规则库开始。"


class NothingReleased(RuntimeError):
    """No rulebook is in force yet."""


def files_of(folder: Path) -> dict[str, str]:
    """Every rule file of a folder by its path inside it.

    Raises  RulebookRefused if it is no rulebook.
    """
    book.load_rulebook(folder)
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.toml"))}


def digest_of(files: Mapping[str, str]) -> str:
    """SHA-256 over the files' names and contents."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\x1f{len(files[name])}\x1f{files[name]}\x1e".encode())
    return whole.hexdigest()


def release_of(folder: Path) -> str:
    """The digest that a folder's rulebook would be released under. Raises RulebookRefused."""
    return digest_of(files_of(folder))


def loaded(files: Mapping[str, str]) -> Rulebook:
    """The values of rule files. Raises RulebookRefused."""
    with tempfile.TemporaryDirectory(prefix="zs-rulebook-") as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return book.load_rulebook(Path(folder))


def in_force() -> Release:
    """The release by which is judged now, without its files.

    Raises  NothingReleased.
    """
    found = _released().defer("files").first()
    if found is None:
        raise NothingReleased(NOTHING)
    return found


def current() -> tuple[Rulebook, str]:
    """The rulebook in force and its digest. Raises NothingReleased."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, [Release.State.RELEASED])
        found = cursor.fetchone()
    if found is None:
        raise NothingReleased(NOTHING)
    return of_release(found[0]), found[0]


def _released() -> QuerySet[Release]:
    return Release.objects.filter(state=Release.State.RELEASED).order_by("-decided_at", "-id")


@lru_cache(maxsize=4)
def of_release(sha256: str) -> Rulebook:
    """The rulebook of a release, also of a past one: what was judged then can be judged again."""
    released = Release.objects.filter(sha256=sha256).first()
    if released is None:
        raise NothingReleased(f"没有摘要为 {sha256} 的规则库。请核对摘要。")
    return loaded(released.files)


def ensure_released(folder: Path, *, at: datetime) -> Release:
    """The release in force; where none is, the deployment's own rulebook becomes the first. Every later one needs two
    people."""
    try:
        return in_force()
    except NothingReleased:
        files = files_of(folder)
        release = Release.objects.create(
            sha256=digest_of(files),
            state=Release.State.RELEASED,
            by=PROCESS,
            at=at,
            second=DEPLOYMENT,
            decided_at=at,
            files=files,
        )
        index_acts(of_release(release.sha256))
        return release
