"""A drill: the machine dies; its database comes back as it was at an instant, from a backup and the archived log."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections

from tests.gateways import served_here
from tests.platform.databases import OwnDatabase, connected_to, kill_tree
from tests.platform.delivering import handed_over, write_lines, writing
from tests.platform.logs import SealedLog
from tests.platform.test_backup import said
from zhunsheng.apps.alerts.delivery import fence
from zhunsheng.launcher import DATABASE, EmbeddedServer, embedded_dsn, embedded_server
from zhunsheng.launcher_host import SUPERUSER, find_binaries
from zhunsheng.web.backup.making import CLUSTER, copy_cluster
from zhunsheng.web.backup.restoring import unpack

ROWS = "SELECT count(*) FROM alerts_delivery"


@dataclass
class Ruin:
    """What is left of a platform whose machine died: a backup with the cluster's files, the archive, the second place.
    One delivery was written before the backup, one between it and `at`, one after `at`."""

    folder: Path
    at: datetime
    lines: Path


@pytest.fixture(scope="module")
def ruin(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ruin]:
    folder = tmp_path_factory.mktemp("ruin")
    live = embedded_server(folder / "live", os.environ, archive=folder / "archive")
    copy_cluster(find_binaries(os.environ), server.dsn(SUPERUSER, "postgres"), folder / CLUSTER, folder)
    unpack(folder / CLUSTER, live.cluster)
    live.start()
    with pytest.MonkeyPatch.context() as patch, served_here("http_sms", folder) as gateway:
        lines = write_lines(folder / "lines.toml", gateway)
        for name, value in (("LINES", lines), ("HEADS", folder / "heads"), ("ARCHIVE", folder / "archive")):
            patch.setattr(settings, name, value)
        at_home(patch, folder / "live")
        with connected_to(live, DATABASE), writing(OwnDatabase(live, DATABASE)) as writer:
            database = OwnDatabase(live, DATABASE)
            log = SealedLog(database, folder / "heads")
            writer.write()
            log.seal()
            said("backup", str(folder / "backup"), "--base")
            writer.write()
            log.seal()
            at = now_of(database)
            writer.write()
            log.seal()
            archived(database)
        connections.close_all()
        kill_tree(live)
        assert live.process is not None
        live.process.wait(timeout=30)
        live.stop()
        yield Ruin(folder, at, lines)


def at_home(patch: pytest.MonkeyPatch, data: Path) -> None:
    """The platform of a data folder."""
    data.mkdir(exist_ok=True)
    patch.setattr(settings, "DATA", data)
    patch.setattr(settings, "MEDIA", data / "media")
    patch.setattr(settings, "DATABASE_URLS", {"zs_owner": embedded_dsn(data, "zs_owner")})


def now_of(database: OwnDatabase) -> datetime:
    with database.connect("postgres") as connection:
        (at,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
    assert isinstance(at, datetime)
    return at


def archived(database: OwnDatabase) -> None:
    """What was written until now is in the archive: as it is by itself half a minute later."""
    with database.connect("postgres") as connection:
        (segment,) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
        deadline = time.monotonic() + 30
        last = ""
        while last < segment and time.monotonic() < deadline:
            (last,) = connection.execute("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver").fetchone() or (
                "",
            )
        assert last >= segment


@pytest.mark.parametrize(("to", "rows"), [("at", 2), ("latest", 3)])
def test_it_comes_back_as_it_was_at_an_instant_and_sends_nothing(
    ruin: Ruin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, rows: int
) -> None:
    at_home(monkeypatch, tmp_path / "data")
    told = said("restore", str(ruin.folder / "backup"), "--to", ruin.at.isoformat() if to == "at" else to)
    restored = embedded_server(tmp_path / "data", os.environ).start()
    try:
        database = OwnDatabase(restored, DATABASE)
        with database.connect("postgres") as connection:
            assert connection.execute(ROWS).fetchone() == (rows,)
        with connected_to(restored, DATABASE):
            assert fence.is_up()
            assert handed_over(ruin.lines) == 0
            findings = SealedLog(database, ruin.folder / "heads").verified()
            # What came after the instant is named by the second place; of all of it nothing is missing.
            assert (findings.is_behind, bool(findings.missing)) == (to == "at", to == "at")
    finally:
        connections.close_all()
        restored.stop()
    assert "现在停发" in told


@pytest.mark.parametrize(
    ("to", "archive", "says"),
    [
        ("2026-03-02T10:30:00", "archive", "不是带时区的时刻"),
        ("2020-01-01T00:00:00+08:00", "archive", "早于备份的时刻"),
        ("later", "archive", "归档没有到"),
        ("latest", "elsewhere", "没有这份备份的归档"),
        ("latest", "", "没有归档"),
    ],
)
def test_what_cannot_be_reached_is_refused_and_nothing_is_left_to_start(
    ruin: Ruin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, archive: str, says: str
) -> None:
    at_home(monkeypatch, tmp_path / "data")
    monkeypatch.setattr(settings, "ARCHIVE", ruin.folder / archive if archive else None)
    instant = (ruin.at + timedelta(days=1)).isoformat() if to == "later" else to
    with pytest.raises(CommandError, match=says):
        said("restore", str(ruin.folder / "backup"), "--to", instant)
    assert not (tmp_path / "data" / "cluster").exists()
