"""Restoring the embedded database to an instant: the files of a backup, then its archived write-ahead log.

It is made in a folder of its own and stands behind a fence before that folder gets its name: interrupted at any moment
there is no database to start, and never one that would send.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg

from zhunsheng.launcher import EmbeddedServer, embedded_server
from zhunsheng.launcher_archive import cluster_identity, recovery_settings
from zhunsheng.launcher_host import LauncherError
from zhunsheng.web.backup.making import CLUSTER, MEDIA
from zhunsheng.web.backup.manifest import BackupRefused, Manifest
from zhunsheng.web.backup.restoring import Restored, raise_fence, restored, unpack

LATEST: Final = "latest"
UNFINISHED: Final = "restoring"
TOO_SHORT: Final = "recovery ended before configured recovery target was reached"
LONGEST_SECONDS: Final = 6 * 3600.0


@dataclass(frozen=True)
class Place:
    """Where it is restored: a data folder without a cluster, the media, the second place of the log, the archive."""

    data: Path
    media: Path
    heads: Path
    archive: Path | None


def instant(text: str) -> datetime | None:
    """An instant with its zone; None for `latest`, the end of the archive.

    Raises  BackupRefused.
    """
    if text == LATEST:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BackupRefused(f"{text} 不是带时区的时刻。请写成 2026-03-02T10:30:00+08:00，或 {LATEST}。")
    return at


def restore_to(
    plain: Path, manifest: Manifest, place: Place, *, to: datetime | None, environ: Mapping[str, str]
) -> Restored:
    """
    Make the cluster of a data folder from the plain files of a backup and the archive.

    :raises BackupRefused, LauncherError: nothing is left that could be started.
    """
    archive = _assert_possible(plain, manifest, place, to)
    folder = place.data / UNFINISHED
    shutil.rmtree(folder, ignore_errors=True)
    settings = recovery_settings(archive, to=to.isoformat(sep=" ") if to else "")
    server = embedded_server(folder, environ, settings=settings, start_seconds=LONGEST_SECONDS)
    unpack(plain / CLUSTER, server.cluster)
    if cluster_identity(server.binaries, server.cluster) != archive.name:
        raise BackupRefused(f"{archive} 不是这份备份的归档。请用 ZS_ARCHIVE 指明做备份时的归档目录。")
    (server.cluster / "recovery.signal").touch(mode=0o600)
    _give_to_owner(server)
    _replay(server, to)
    try:
        with psycopg.connect(server.dsn("zs_owner")) as connection:
            raise_fence(connection, manifest, to=to.isoformat() if to else LATEST)
            (head,) = connection.execute("SELECT coalesce(max(size), 0) FROM audit_head").fetchone() or (0,)
    finally:
        server.stop()
    unpack(plain / MEDIA, place.media)
    server.cluster.rename(place.data / server.cluster.name)
    shutil.rmtree(folder)
    return restored(manifest, int(head), place.heads)


def _assert_possible(plain: Path, manifest: Manifest, place: Place, to: datetime | None) -> Path:
    """The folder of the archive."""
    if place.archive is None:
        raise BackupRefused("没有归档，不能恢复到某一时刻。请用 ZS_ARCHIVE 指明归档目录。")
    if not (plain / CLUSTER).exists():
        raise BackupRefused(
            "这份备份没有数据库的文件，只能恢复到做备份的时刻。要恢复到别的时刻，请用 backup --base 做的备份。"
        )
    if (place.data / "cluster").exists():
        raise BackupRefused(f"{place.data} 里已有数据库，没有恢复。请换一个 --data 目录。")
    if to is not None and to < datetime.fromisoformat(manifest.made_at):
        raise BackupRefused(f"{to.isoformat()} 早于备份的时刻 {manifest.made_at}。请用更早的备份。")
    folder = place.archive / manifest.cluster
    if not folder.is_dir():
        raise BackupRefused(f"{place.archive} 里没有这份备份的归档。请用 ZS_ARCHIVE 指明做备份时的归档目录。")
    return folder


def _replay(server: EmbeddedServer, to: datetime | None) -> None:
    try:
        server.start()
    except LauncherError as problem:
        log = server.data / "log" / "postgresql.log"
        if to is not None and TOO_SHORT in log.read_text(errors="replace"):
            raise BackupRefused(f"归档没有到 {to.isoformat()}。请用更早的时刻，或 --to {LATEST}。") from problem
        raise


def _give_to_owner(server: EmbeddedServer) -> None:
    if server.identity.kind == "dropped":
        for path in (server.cluster, *server.cluster.rglob("*")):
            os.chown(path, server.identity.owner, server.identity.group)
