"""A backup, more alerts that leave after it, a restore: nothing is sent twice, and the log says what is gone."""

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction

from tests.gateways import Simulated, served_here
from tests.platform.accounts import PASSWORD, account, code_now
from tests.platform.databases import OwnDatabase, cloned, connected_to
from tests.platform.delivering import Writer, handed_over, write_lines, writing
from tests.platform.logs import SealedLog
from tools import verify
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.delivery import fence
from zhunsheng.apps.alerts.delivery.gateway_record import RecordRefused, read_record
from zhunsheng.apps.alerts.delivery.loop import now
from zhunsheng.apps.audit.heads import HEADS_FILE, LEAVES_FILE, SecondPlace
from zhunsheng.apps.audit.keys import PUBLIC, create_keys, signing_key
from zhunsheng.apps.audit.models import Fence
from zhunsheng.launcher import DATABASE, EmbeddedServer, embedded_dsn, embedded_server
from zhunsheng.launcher_host import SUPERUSER
from zhunsheng.web import provision
from zhunsheng.web.backup import restoring
from zhunsheng.web.backup.manifest import BackupRefused, Manifest, digest_of, fingerprints, write_manifest
from zhunsheng.web.backup.restoring import read_backup
from zhunsheng.web.backup.sealing import BLOCK, new_key, public_key, seal, unseal
from zhunsheng.web.guards import assert_safe

SENT, WAITING, LATER, NEW = (f"delivery-{number:06}" for number in range(4))
"""Sent before the backup; queued in it; written after it; written after the restore."""


def said(name: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


@dataclass
class Drill:
    """The gateway, its lines, and the database that was restored."""

    gateway: Simulated
    lines: Path
    database: OwnDatabase
    told: str  # what the restore said
    lost: int  # rows of the log that came after the backup
    log: SealedLog

    def send(self) -> int:
        """One worker of the line goes round until nothing is left. Returns how many it handed over."""
        return handed_over(self.lines)

    def taken(self) -> list[str]:
        """Every message that the gateway ever took, in order."""
        return [line["key"] for line in self.gateway.said("accepted")]


@pytest.fixture(scope="module")
def drill(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """One drill for every test of this file, which go through it in their order."""
    folder = tmp_path_factory.mktemp("drill")
    with pytest.MonkeyPatch.context() as patch, served_here("http_sms", folder) as gateway:
        lines = write_lines(folder / "lines.toml", gateway)
        patch.setattr(settings, "LINES", lines)
        with cloned(server) as own, writing(own) as writer:
            log = SealedLog(own, folder / "heads")
            writer.write()
            assert handed_over(lines) == 1
            log.seal()
            writer.write()
            patch.setattr(settings, "DATABASE_URLS", {"zs_owner": own.dsn("zs_owner")})
            said("backup", str(folder / "backup"))
            before = _size(log)
            writer.write()
            assert handed_over(lines) == 2
            log.seal()
            lost = _size(log) - before
        data = folder / "data"
        data.mkdir()
        patch.setattr(settings, "DATA", data)
        patch.setattr(settings, "MEDIA", data / "media")
        patch.setattr(settings, "HEADS", log.folder)
        patch.setattr(settings, "DATABASE_URLS", {"zs_owner": embedded_dsn(data, "zs_owner")})
        running = embedded_server(data, os.environ)
        with connected_to(running, DATABASE):
            told = said("restore", str(folder / "backup"))
            running.start()
            try:
                database = OwnDatabase(running, DATABASE)
                yield Drill(gateway, lines, database, told, lost, SealedLog(database, log.folder))
            finally:
                connections.close_all()
                running.stop()


def _size(log: SealedLog) -> int:
    last = SecondPlace(log.folder).last()
    assert last is not None
    return last.size


def test_the_restored_log_is_behind_and_not_tampered_with(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    findings, folder = drill.log.verified(), drill.log.folder
    assert findings.is_behind
    assert findings.missing == drill.lost
    outside = ["--heads", str(folder / HEADS_FILE), "--leaves", str(folder / LEAVES_FILE)]
    arguments = ["log", str(folder / "export.tsv"), "--public-key", str(settings.KEYS / PUBLIC), *outside]
    assert verify.main(arguments) == 3
    assert capsys.readouterr().out == (
        f"BEHIND: the first {findings.first_row} rows agree; the {drill.lost} after them are missing here\n"
    )
    assert f"第二处的链头还多 {drill.lost} 条" in drill.told


def test_in_a_new_second_place_the_log_goes_on_with_what_no_head_covered_yet(drill: Drill) -> None:
    # Its rows bear transaction numbers of the old cluster, which are higher than any here.
    log = SealedLog(drill.database)
    head = log.seal()
    assert head is not None
    with drill.database.connect("postgres") as connection:
        (entries,) = connection.execute("SELECT count(*) FROM audit_entry").fetchone() or (0,)
        (covered,) = connection.execute("SELECT count(*) FROM audit_leaf WHERE source = 'audit_entry'").fetchone() or (
            1,
        )
        (unsealed,) = connection.execute("SELECT zs_vital_signs() -> 'unsealed'").fetchone() or ("",)
    assert covered == entries
    assert unsealed is None
    assert log.verified().problems == []


def test_a_restored_database_sends_nothing(drill: Drill) -> None:
    assert drill.send() == 0
    assert drill.taken() == [SENT, WAITING, LATER]
    with pytest.raises(fence.NotCompared, match="sms"), as_process("test"):
        fence.lift(by="system-admin", channels=["inbox", "sms"], moment=now())


def test_two_administrators_compare_and_lift_and_nothing_is_sent_twice(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in ("system_admin", "security_admin"):
        account(role.replace("_", "-"), admin_role=role)

    def asked(name: str, *words: str, step: int) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n{code_now(step)}\n"))
        return said("fence", *words, "--account", name)

    shown = asked("system-admin", "compare", "sms", str(drill.gateway.log), step=0)
    # Sent before the backup: both know it. Sent after it: it waits here. Written after it: only the gateway knows.
    assert f"{WAITING}  队列里待发，记为已发" in shown
    assert f"{LATER}  本库没有，不会再发" in shown
    assert "网关记录 3 条；本库也记为已发 1 条，待发改记已发 1 条，本库没有 1 条" in shown
    assert "请另一位管理员" in asked("system-admin", "lift", step=1)
    assert drill.send() == 0
    with pytest.raises(fence.SamePerson), as_process("test"):
        fence.lift(by="system-admin", channels=["sms"], moment=now())
    assert "已解除" in asked("security-admin", "lift", step=0)
    with drill.database.connect("postgres") as connection:
        # The sources deliver again what was lost: the same alert is found, under the same key; and a new one.
        (person,) = connection.execute("SELECT min(id) FROM org_officer").fetchone() or (0,)
        Writer(drill.database, int(person), connection, written=2).write(count=2)
    assert drill.send() == 1
    assert drill.taken() == [SENT, WAITING, LATER, NEW]
    assert drill.gateway.said("recognised") == []
    with as_process("test"), pytest.raises(IntegrityError, match="two_persons_lift_a_fence"), transaction.atomic():
        Fence.objects.filter(why="restored").update(second_by="system-admin")


def test_a_fence_can_be_put_up_where_files_were_restored_by_other_means(drill: Drill) -> None:
    assert not fence.is_up()
    with as_process("test"), transaction.atomic():
        fence.put_up(moment=now())
        assert fence.is_up()
        assert drill.send() == 0
        transaction.set_rollback(True)


def test_a_database_that_is_not_empty_is_not_restored_into(drill: Drill) -> None:
    drill.database.server.stop()
    try:
        with pytest.raises(CommandError, match="目标数据库不是空的"):
            said("restore", str(drill.gateway.folder / "backup"))
    finally:
        drill.database.server.start()


@pytest.mark.usefixtures("db")
def test_a_database_that_others_restored_on_another_cluster_sends_nothing_either() -> None:
    with as_process("test"):
        assert not fence.is_up()
        Fence.objects.update(cluster="7000000000000000000")  # as its rows say after pg_restore into a new server
        assert fence.is_up()
        fence.without_record("sms", reason="网关没有导出功能", by="system-admin", moment=now())
        fence.lift(by="system-admin", channels=["inbox", "sms"], moment=now())
        assert fence.is_up()
        fence.lift(by="audit-admin", channels=["inbox", "sms"], moment=now())
        assert not fence.is_up()
        with pytest.raises(fence.NoFence):
            fence.lift(by="system-admin", channels=[], moment=now())


def given_an_empty_database(server: EmbeddedServer, name: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of one's own, as DATABASE_URL names it, with an empty database of the owner."""
    with psycopg.connect(server.dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER zs_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
    monkeypatch.setenv("DATABASE_URL", server.dsn("zs_app", name))
    monkeypatch.setattr(settings, "DATABASE_URLS", {"zs_owner": server.dsn("zs_owner", name)})
    monkeypatch.setattr(settings, "DATA", data)
    monkeypatch.setattr(settings, "MEDIA", data / "media")


class PowerCut(BaseException):
    """What ends the process between the data and the fence."""


def test_on_a_real_server_a_restore_that_was_interrupted_cannot_be_used_and_is_begun_again(
    drill: Drill, server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same cluster as before, so that its identity says nothing: the restore itself puts the fence up.
    given_an_empty_database(server, "brought_back", tmp_path, monkeypatch)

    def cut(*_: object) -> None:
        raise PowerCut

    with connected_to(server, "brought_back"):
        with monkeypatch.context() as patch:
            patch.setattr(restoring, "raise_fence", cut)
            with pytest.raises(PowerCut):
                said("restore", str(drill.gateway.folder / "backup"))
        with pytest.raises(provision.NotPrepared, match="恢复没有做完"):
            provision.prepare(mode="demo", owner_dsn=server.dsn("zs_owner", "brought_back"))
        assert "现在停发" in said("restore", str(drill.gateway.folder / "backup"))
        with OwnDatabase(server, "brought_back").connect("zs_app") as app:
            assert_safe(app)
        assert fence.is_up()
        assert drill.send() == 0


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A backup of one file, signed with keys of its own."""
    create_keys(tmp_path / "keys")
    folder = tmp_path / "backup"
    folder.mkdir()
    (folder / "database.dump").write_bytes(b"rows")
    files = {"database.dump": digest_of(folder / "database.dump")}
    head: dict[str, str | int] = {"size": 0, "root": "", "at": ""}
    keys = fingerprints(tmp_path / "keys")
    manifest = Manifest("2026-03-01T12:00:00+08:00", "0.1.0", 18, "demo", "log", head, {}, keys, files)
    write_manifest(folder, manifest, signing_key(tmp_path / "keys"))
    return folder


def test_a_backup_that_was_changed_cut_or_signed_by_others_is_refused(small: Path) -> None:
    keys = small.parent / "keys"
    assert read_backup(small, keys=keys).mode == "demo"
    manifest = (small / "manifest.json").read_text("utf-8")
    (small / "manifest.json").write_text(manifest.replace('"demo"', '"production"'), "utf-8")
    with pytest.raises(BackupRefused, match="不是用本部署的密钥签的"):
        read_backup(small, keys=keys)
    (small / "manifest.json").write_text(manifest, "utf-8")
    (small / "database.dump").write_bytes(b"other")
    with pytest.raises(BackupRefused, match=r"database\.dump 与清单的摘要不符"):
        read_backup(small, keys=keys)
    (small / "database.dump").unlink()
    with pytest.raises(BackupRefused, match="缺少"):
        read_backup(small, keys=keys)
    (small / "manifest.json").unlink()
    with pytest.raises(BackupRefused, match="备份没有做完"):
        read_backup(small, keys=keys)


def test_a_backup_holds_no_key_and_needs_those_it_was_made_under(small: Path) -> None:
    keys = small.parent / "keys"
    secret = (keys / "fields.key").read_text("ascii").strip()
    assert secret not in (small / "manifest.json").read_text("utf-8")
    (keys / "fields.key").write_text("00" * 32, "ascii")
    with pytest.raises(BackupRefused, match=r"fields\.key 缺少，或不是做备份时的那一把"):
        read_backup(small, keys=keys)
    with pytest.raises(BackupRefused, match="备份不含密钥"):
        read_backup(small, keys=small / "nothing")


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK])
def test_a_sealed_file_opens_with_its_key_alone_and_only_whole(tmp_path: Path, size: int) -> None:
    plain, sealed, opened = (tmp_path / name for name in ("plain", "sealed", "opened"))
    plain.write_bytes(bytes(range(256)) * (size // 256) + bytes(size % 256))
    for name in ("a", "b"):
        new_key(tmp_path / f"{name}.key", tmp_path / f"{name}.pub")
    seal(plain, sealed, public_key(tmp_path / "a.pub"))
    unseal(sealed, opened, tmp_path / "a.key")
    assert opened.read_bytes() == plain.read_bytes()
    whole = sealed.read_bytes()
    cuts = {len(whole) - 1, len(whole) - 16 - (size - 1) % BLOCK - 1 if size else len(whole) - 1}
    for damaged in (*(whole[:cut] for cut in cuts), whole[:-1] + bytes([whole[-1] ^ 1])):
        sealed.write_bytes(damaged)
        with pytest.raises(BackupRefused, match="打不开"):
            unseal(sealed, opened, tmp_path / "a.key")
    sealed.write_bytes(whole)
    with pytest.raises(BackupRefused, match="打不开"):
        unseal(sealed, opened, tmp_path / "b.key")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.jsonl", '{"what":"accepted","key":"abcdef0123","id":"7"}\n{"what":"taken","count":1}\n', ["abcdef0123"]),
        ("a.csv", "id,key,text\n7,abcdef01,…\n8,abcdef01,…\n", ["abcdef01"]),  # eight digits of the hash, twice
    ],
)
def test_a_gateway_record_is_read_as_lines_or_as_a_table(
    tmp_path: Path, name: str, text: str, expected: list[str]
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert [taken.reference for taken in read_record(tmp_path / name)] == expected


@pytest.mark.parametrize(
    ("name", "text", "line"), [("a.jsonl", "{}\n", 1), ("a.jsonl", "x", 1), ("a.csv", "id\n7\n", 2)]
)
def test_a_gateway_record_without_keys_is_refused_with_its_line(
    tmp_path: Path, name: str, text: str, line: int
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(RecordRefused, match=f"第 {line} 行"):
        read_record(tmp_path / name)
