"""The embedded server starts, dies and comes back; it touches nothing outside its folder."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from zhunsheng.launcher import EmbeddedServer, embedded_server, socket_folder
from zhunsheng.launcher_host import SUPERUSER, Identity, LauncherError, choose_identity, find_binaries

pytestmark = pytest.mark.db


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def running(data: Path) -> Iterator[EmbeddedServer]:
    server = embedded_server(data, os.environ).start()
    yield server
    server.stop()


def no_namespace(uid: int) -> bool:
    return uid < 0


def rows(server: EmbeddedServer) -> list[int]:
    with psycopg.connect(server.dsn(SUPERUSER, "postgres")) as connection:
        return [row[0] for row in connection.execute("SELECT n FROM kept ORDER BY n")]


def keep(server: EmbeddedServer, n: int) -> None:
    with psycopg.connect(server.dsn(SUPERUSER, "postgres")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [n])


def test_a_server_whose_whole_tree_is_killed_comes_back_with_what_was_committed(running: EmbeddedServer) -> None:
    keep(running, 1)
    for pid in running.processes():
        os.kill(pid, signal.SIGKILL)
    assert running.ensure()
    keep(running, 2)
    assert rows(running) == [1, 2]


def test_a_living_server_is_left_alone(running: EmbeddedServer) -> None:
    before = running._postmaster()
    assert not running.ensure()
    assert running._postmaster() == before


def test_a_stale_pid_file_that_names_a_living_stranger_does_not_stop_the_start(data: Path) -> None:
    server = embedded_server(data, os.environ).start()
    keep(server, 7)
    server.stop()
    # The number was given to another process, here to this one; PostgreSQL alone would refuse to start.
    (server.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{server.cluster}\n", encoding="ascii")
    again = embedded_server(data, os.environ).start()
    assert rows(again) == [7]
    again.stop()


def test_a_server_left_over_by_a_killed_launcher_is_taken_over(data: Path) -> None:
    first = embedded_server(data, os.environ).start()
    keep(first, 3)
    first._release_lock()  # what the death of the launcher does
    second = embedded_server(data, os.environ).start()
    assert second.process is None
    assert rows(second) == [3]
    second.stop()
    first._reap()
    assert second.processes() == []


@pytest.mark.usefixtures("running")
def test_two_launchers_cannot_own_one_folder(data: Path) -> None:
    with pytest.raises(LauncherError, match="正由另一个准绳进程使用"):
        embedded_server(data, os.environ).start()


def test_an_interrupted_first_start_is_begun_again(data: Path) -> None:
    half_made = data / "cluster.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n", encoding="ascii")
    server = embedded_server(data, os.environ).start()
    keep(server, 1)
    server.stop()


def test_a_cluster_of_another_version_is_refused_by_name(data: Path, running: EmbeddedServer) -> None:
    running.stop()
    (running.cluster / "PG_VERSION").write_text("16\n", encoding="ascii")
    with pytest.raises(LauncherError, match="由 PostgreSQL 16 建立"):
        embedded_server(data, os.environ).start()


def test_it_listens_on_a_private_socket_only_and_keeps_checksums(running: EmbeddedServer) -> None:
    with psycopg.connect(running.dsn(SUPERUSER, "postgres")) as connection:
        shown = [
            connection.execute(f"SHOW {name}").fetchone()
            for name in ("listen_addresses", "data_checksums", "fsync", "full_page_writes", "TimeZone")
        ]
    assert shown == [("",), ("on",), ("on",), ("on",), ("UTC",)]
    assert stat.S_IMODE(running.socket_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(running.cluster.stat().st_mode) == 0o700


def test_nothing_above_the_folder_is_re_permissioned(tmp_path: Path) -> None:
    above = tmp_path / "above"
    above.mkdir(mode=0o700)
    before = above.stat()
    server = embedded_server(above / "data", os.environ).start()
    server.stop()
    after = above.stat()
    assert (before.st_mode, before.st_uid, before.st_gid) == (after.st_mode, after.st_uid, after.st_gid)


def test_the_address_of_a_socket_fits_whatever_the_folder() -> None:
    """unix(7): sun_path holds 108 bytes, the last of them zero."""
    folders = [socket_folder(Path("/", "x" * length)) for length in range(60, 130)]
    assert max(len(f"{folder}/.s.PGSQL.5432") for folder in folders) <= 107


def test_a_path_too_long_for_a_socket_gets_a_short_one(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    assert len(str(socket_folder(long))) < 100
    server = embedded_server(long, os.environ).start()
    keep(server, 1)
    server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can drop to another account")
def test_root_without_namespaces_drops_to_an_idle_account(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o711)  # pytest's own folders are closed to others
    data = tmp_path / "data"
    identity = choose_identity(data, euid=0, namespace=no_namespace)
    assert identity.kind == "dropped"
    assert identity.owner != 0
    server = EmbeddedServer(data=data, binaries=find_binaries(os.environ), identity=identity).start()
    keep(server, 1)
    owners = {(Path("/proc") / str(pid)).stat().st_uid for pid in server.processes()}
    server.stop()
    assert owners == {identity.owner}


def test_root_with_no_idle_account_is_told_what_to_do(data: Path) -> None:
    with pytest.raises(LauncherError, match="请以普通用户运行"):
        choose_identity(data, euid=0, namespace=no_namespace, in_use=lambda: set(range(100_000)))


def test_an_ordinary_user_is_himself(data: Path) -> None:
    assert choose_identity(data, euid=1234, namespace=no_namespace) == Identity(
        kind="self", owner=1234, group=os.getegid()
    )


def test_a_folder_without_programs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LauncherError, match="没有可执行的 postgres"):
        find_binaries({"ZS_PG_BIN": str(tmp_path)})
