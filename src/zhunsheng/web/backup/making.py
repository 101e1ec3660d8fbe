"""Making a backup: the database as of one instant, the media, and a manifest. Keys and lines are left out. With the
files of the cluster beside it the archive of its write-ahead log leads on from there to any later instant.

What is left out has secrets in it and is to be kept apart: without the keys nobody reads the protected fields of a
stolen backup. What lies in drop folders has not been taken in; it is the sources' to keep.
"""

import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg
from psycopg import sql

from zhunsheng.apps.audit.keys import signing_key
from zhunsheng.apps.audit.tables import table_rules
from zhunsheng.launcher_host import Binaries
from zhunsheng.web.backup.manifest import BackupRefused, Manifest, digest_of, fingerprints, write_manifest
from zhunsheng.web.backup.programs import VERSION_UNIT, programs_for, run
from zhunsheng.web.backup.sealing import SUFFIX, seal

DATABASE: Final = "database.dump"
MEDIA: Final = "media.tar"
CLUSTER: Final = "cluster.tar"


@dataclass(frozen=True)
class Origin:
    """What is backed up: the database by its owner's address, the media; whose keys sign; a folder to work in; the
    address of the superuser where the files of the cluster are wanted too."""

    dsn: str
    keys: Path
    media: Path
    work: Path
    superuser: str | None = None


def back_up(
    folder: Path, origin: Origin, *, environ: Mapping[str, str], at: datetime, seal_to: bytes | None = None
) -> Manifest:
    """Write a backup into a new folder; `seal_to`: encrypted to the holder of that key. `at` is the machine's time.

    Raises  BackupRefused; LauncherError, KeysRefused.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupRefused(f"{folder} 不是空的。请给出一个新目录：旧备份不覆盖。")
    key, binaries = signing_key(origin.keys), programs_for(origin.dsn, environ)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with psycopg.connect(origin.dsn) as connection, TemporaryDirectory(dir=origin.work) as name:
        # One snapshot for everything: what the manifest says of the database is what is in the dump.
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        connection.execute("SET statement_timeout = 0")
        connection.commit()
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        (snapshot,) = _one(connection, "SELECT pg_export_snapshot()")
        made = Path(name) if seal_to else folder
        (made / DATABASE).touch(mode=0o600)
        options = ("--format=custom", f"--snapshot={snapshot}", f"--file={made / DATABASE}")
        run(binaries, "pg_dump", origin.dsn, *options)
        _pack(origin.media, made / MEDIA)
        made_files = [DATABASE, MEDIA]
        if origin.superuser:
            copy_cluster(binaries, origin.superuser, made / CLUSTER, origin.work)
            made_files.append(CLUSTER)
        if seal_to:
            for file in made_files:
                seal(made / file, folder / f"{file}{SUFFIX}", seal_to)
        files = {path.name: digest_of(path) for path in sorted(folder.iterdir())}
        manifest = _described(connection, at=at, keys=origin.keys, files=files)
        if origin.superuser:
            (cluster,) = _one(connection, "SELECT zs_cluster()")
            manifest = replace(manifest, cluster=cluster)
    write_manifest(folder, manifest, key)
    return manifest


def _described(connection: psycopg.Connection[Any], *, at: datetime, keys: Path, files: Mapping[str, str]) -> Manifest:
    mode, log_id = _one(connection, "SELECT mode, log_id::text FROM audit_deployment")
    head = connection.execute(
        "SELECT size, encode(root, 'hex'), at::text FROM audit_head ORDER BY size DESC LIMIT 1"
    ).fetchone() or (0, "", "")
    return Manifest(
        made_at=at.isoformat(timespec="seconds"),
        version=version("zhunsheng"),
        postgres=connection.info.server_version // VERSION_UNIT,
        mode=mode,
        log_id=log_id,
        head=dict(zip(("size", "root", "at"), head, strict=True)),
        rows=counted(connection, [rule.table for rule in table_rules()]),
        keys=fingerprints(keys),
        files=files,
    )


def counted(connection: psycopg.Connection[Any], tables: Iterable[str]) -> dict[str, int]:
    """How many rows each of these tables has."""
    return {
        table: int(_one(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))[0])
        for table in tables
    }


def _pack(media: Path, archive: Path) -> None:
    archive.touch(mode=0o600)
    with tarfile.open(archive, "w") as packed:
        for path in sorted(media.rglob("*")) if media.exists() else ():
            if path.is_file() and not path.is_symlink():
                packed.add(path, arcname=str(path.relative_to(media)), recursive=False)


def copy_cluster(binaries: Binaries, dsn: str, target: Path, work: Path) -> None:
    """The files of the cluster with as much of its write-ahead log as makes them whole."""
    target.touch(mode=0o600)
    with TemporaryDirectory(dir=work) as name:
        options = (f"--pgdata={name}", "--format=tar", "--wal-method=fetch", "--checkpoint=fast")
        run(binaries, "pg_basebackup", dsn, *options)
        (Path(name) / "base.tar").replace(target)


def _one(connection: psycopg.Connection[Any], query: Any) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    if row is None:
        raise BackupRefused("数据库没有部署记录 (audit_deployment)。请先用 zs serve 准备它。")
    return row
