"""Restoring a backup into an empty database, which then stands behind a fence: it sends nothing until two persons lift
it (apps/alerts/delivery/fence.py)."""

import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg
from psycopg import sql

from zhunsheng.apps.audit.heads import SecondPlace
from zhunsheng.apps.audit.keys import PUBLIC
from zhunsheng.web import provision
from zhunsheng.web.backup.making import DATABASE, MEDIA, counted
from zhunsheng.web.backup.manifest import BackupRefused, Manifest, fingerprints, read_manifest
from zhunsheng.web.backup.programs import programs_for, run
from zhunsheng.web.backup.sealing import SUFFIX, unseal
from zhunsheng.web.provision import RESTORING

FENCE: Final = """
    INSERT INTO audit_fence (cluster, why, backup, raised_at, compared, first_by, second_by)
    SELECT system_identifier::text, 'restored', %s::jsonb, clock_timestamp(), '{}', '', '' FROM pg_control_system()
"""


@dataclass(frozen=True)
class Restored:
    """What came back. `head`: how many rows of the log have a head. `lost`: rows that the second place knows beyond it;
    None where no second place is at hand."""

    manifest: Manifest
    head: int
    lost: int | None


def read_backup(folder: Path, *, keys: Path) -> Manifest:
    """The manifest of a backup that can be restored here: whole, signed by these keys, and readable with them.

    Raises  BackupRefused.
    """
    if not (keys / PUBLIC).exists():
        raise BackupRefused(f"{keys} 里没有密钥。备份不含密钥：请先把密钥的备份放回 {keys}，再恢复。")
    manifest = read_manifest(folder, bytes.fromhex((keys / PUBLIC).read_text(encoding="ascii").strip()))
    here = fingerprints(keys)
    missing = sorted(name for name, digest in manifest.keys.items() if here.get(name) != digest)
    if missing:
        raise BackupRefused(f"{keys} 里的 {'、'.join(missing)} 缺少，或不是做备份时的那一把。请从密钥的备份放回。")
    return manifest


@contextmanager
def opened(folder: Path, manifest: Manifest, *, private: Path | None, work: Path) -> Iterator[Path]:
    """The folder with the plain files of a backup; of a sealed one, for the length of the block.

    Raises  BackupRefused if it is sealed and the key is not there or not the right one.
    """
    sealed = [name for name in manifest.files if name.endswith(SUFFIX)]
    if not sealed:
        yield folder
        return
    if private is None:
        raise BackupRefused("这份备份是封好的。请用 --key 给出备份私钥的文件，用完即移走。")
    with TemporaryDirectory(dir=work) as name:
        for file in sealed:
            unseal(folder / file, Path(name) / file.removesuffix(SUFFIX), private)
        yield Path(name)


def restore(
    folder: Path, manifest: Manifest, *, dsn: str, media: Path, heads: Path, environ: Mapping[str, str]
) -> Restored:
    """Fill an empty database and the media folder from the plain files of a backup.

    Takes   dsn: of the owner; the database is there and has no table, or only those of a restore that was interrupted.
    Raises  BackupRefused; LauncherError.
    """
    binaries = programs_for(dsn, environ)
    with psycopg.connect(dsn) as connection:
        if provision.is_half_restored(connection):  # nobody used it: begin again
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        elif connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone():
            raise BackupRefused("目标数据库不是空的，没有恢复。请另建一个空库，或换一个 --data 目录。")
        # Interrupted between here and the fence it would look whole: the mark keeps it from being used.
        _mark(connection, RESTORING)
    # Without grants: nobody but the owner can use the tables before the fence stands.
    options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    run(binaries, "pg_restore", dsn, *options, str(folder / DATABASE))
    unpack(folder / MEDIA, media)
    with psycopg.connect(dsn) as connection:
        _assert_whole(connection, manifest)
        raise_fence(connection, manifest)
        _mark(connection, None)
    provision.prepare(mode=manifest.mode, owner_dsn=dsn)
    return restored(manifest, int(manifest.head["size"]), heads)


def restored(manifest: Manifest, head: int, heads: Path) -> Restored:
    """What came back, held against the second place."""
    last = SecondPlace(heads).last()
    return Restored(manifest, head, last.size - head if last else None)


def raise_fence(connection: psycopg.Connection[Any], manifest: Manifest, **more: str) -> None:
    """Let nothing be sent from this database until two persons lift it."""
    about = {"made_at": manifest.made_at, "head": dict(manifest.head), **more}
    connection.execute("SELECT set_config('zs.actor', 'process:restore', true)")
    connection.execute(FENCE, [json.dumps(about)])


def _mark(connection: psycopg.Connection[Any], words: str | None) -> None:
    name = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(words)))


def _assert_whole(connection: psycopg.Connection[Any], manifest: Manifest) -> None:
    found = counted(connection, manifest.rows)
    wrong = sorted(table for table, count in manifest.rows.items() if found.get(table) != count)
    if wrong:
        raise BackupRefused(f"恢复后行数与清单不符：{'、'.join(wrong)}。请换一份备份，另建空库再恢复。")


def unpack(archive: Path, folder: Path) -> None:
    """The files of an archive, below a folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
