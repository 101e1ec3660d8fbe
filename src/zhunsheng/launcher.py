"""An embedded PostgreSQL: our own small launcher over plain server binaries.

One data directory is one cluster: `cluster/` the files of PostgreSQL, `run/` its socket, `log/` what it says, `lock`
the lock of the launcher that owns it. The server listens on a unix socket only, inside a directory that nobody else may
enter. Nothing outside the data directory is created, owned or re-permissioned, but for a socket directory under the
system's temporary one where the path would be too long for a socket.

What it runs as, and which programs, is launcher_host's.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import psycopg

from zhunsheng.launcher_archive import archive_settings, cluster_identity
from zhunsheng.launcher_host import (
    SUPERUSER,
    Binaries,
    Identity,
    LauncherError,
    choose_identity,
    find_binaries,
    namespace_allowed,
)

DATABASE: Final = "zhunsheng"
SOCKET_PATH_BYTES: Final = 93  # sun_path holds 107 and a zero; "/.s.PGSQL.5432" follows the folder
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.05
SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_sync_retry": "off",
    "wal_level": "replica",
    "max_wal_size": "2GB",
    "wal_buffers": "32MB",  # large appends side by side would wait for each other to write it out
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "256MB",
    "max_connections": "120",
    "log_statement": "none",  # statements carry personal data; they stay out of the log
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",  # the DETAIL of a broken constraint quotes the row
}


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """Where the data of this user lives unless told otherwise."""
    base = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "zhunsheng"


def socket_folder(data: Path) -> Path:
    """Where the socket of a data directory is: inside it, unless that path is too long for a socket."""
    inside = data / "run"
    if len(os.fsencode(inside)) <= SOCKET_PATH_BYTES:
        return inside
    return Path(tempfile.gettempdir()) / f"zs-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"


def embedded_dsn(data: Path, role: str, database: str = DATABASE) -> str:
    """How to connect to the embedded server of a data directory as a role, whether or not it runs."""
    return f"postgresql://{role}@/{database}?host={socket_folder(data.expanduser().absolute())}"


@dataclass
class EmbeddedServer:
    """One cluster and, while it runs, the process that serves it.

    Use `start`, then `dsn(role)`; `ensure` again whenever it may have died; `stop` at the end.
    """

    data: Path
    binaries: Binaries
    identity: Identity
    settings: Mapping[str, str] = field(default_factory=dict)
    archive: Path | None = None
    start_seconds: float = START_SECONDS
    process: subprocess.Popen[bytes] | None = None
    _lock: IO[bytes] | None = None

    @property
    def cluster(self) -> Path:
        """The files of PostgreSQL."""
        return self.data / "cluster"

    @property
    def socket_dir(self) -> Path:
        """Where its socket is."""
        return socket_folder(self.data)

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """How to connect as a role."""
        return embedded_dsn(self.data, role, database)

    def start(self) -> "EmbeddedServer":
        """Create the cluster if there is none, and serve it.

        A server left over by a launcher that was killed is taken over; its stale files are cleared away.

        Raises  LauncherError if another launcher owns the directory, or the server does not come up.
        """
        self._prepare_folders()
        self._take_lock()
        try:
            if not (self.cluster / "PG_VERSION").exists():
                self._initialise()
            self._check_version()
            if self._postmaster() is None:
                self._clear_leftovers()
                self._launch()
            self._wait_until_ready()
        except BaseException:
            self._release_lock()
            raise
        return self

    def ensure(self) -> bool:
        """Serve again if the server has died. True if it had to be started."""
        if self._postmaster() is not None and self._answers():
            return False
        self._clear_leftovers()
        self._launch()
        self._wait_until_ready()
        return True

    def stop(self) -> None:
        """Shut the server down, writing everything out, and give the directory back."""
        pid = self._postmaster()
        if pid is not None:
            os.kill(pid, signal.SIGINT)
            self._wait_until_gone(pid)
        self._reap()
        if self.socket_dir.parent != self.data:  # of no use to anybody else, and outside the data
            with suppress(OSError):
                self.socket_dir.rmdir()
        self._release_lock()

    def processes(self) -> list[int]:
        """Every process that works in the cluster: the server and its children, also orphans of a killed one."""
        return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _works_in(entry, self.cluster)]

    def _prepare_folders(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        for folder in (self.data / "log", self.socket_dir):
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.stat().st_uid not in (os.geteuid(), self.identity.owner):
                raise LauncherError(f"{folder} 属于别的用户，不能使用。请换一个 --data 目录。")
        if self.identity.kind == "dropped":
            for folder in (self.data, self.socket_dir):
                os.chown(folder, self.identity.owner, self.identity.group)
            self._assert_reachable()

    def _assert_reachable(self) -> None:
        for folder, remedy in (
            (self.data, "请用 --data 指定别的目录，例如 /var/lib/zhunsheng。"),
            (self.binaries.folder, "请用 ZS_PG_BIN 指明它可读的 PostgreSQL 程序目录。"),
        ):
            reach = subprocess.run(
                [shutil.which("test") or "/usr/bin/test", "-x", str(folder)],
                check=False,
                user=self.identity.user_to_become,
                group=self.identity.group_to_become,
                extra_groups=self.identity.groups_to_keep,
            )
            if reach.returncode != 0:
                name = pwd.getpwuid(self.identity.owner).pw_name
                raise LauncherError(f"数据库以账户 {name} 运行，而它进不了 {folder}。{remedy}")

    def _take_lock(self) -> None:
        handle = (self.data / "lock").open("ab")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            raise LauncherError(f"{self.data} 正由另一个准绳进程使用。请先停止它，或换一个 --data 目录。") from None
        self._lock = handle

    def _release_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _initialise(self) -> None:
        # A half-made cluster of an interrupted first start holds no data: the version file is written last of all.
        half_made = self.data / "cluster.new"
        shutil.rmtree(half_made, ignore_errors=True)
        half_made.mkdir(mode=0o700)
        if self.identity.kind == "dropped":
            os.chown(half_made, self.identity.owner, self.identity.group)
        options = ["--username", SUPERUSER, "--encoding=UTF8", "--locale=C", "--data-checksums", "--auth=trust"]
        done = self._run([self.binaries.program("initdb"), "-D", str(half_made), *options])
        if done.returncode != 0:
            raise LauncherError(f"不能建立数据库目录 {self.cluster}：{done.stderr.strip()[-500:]}")
        half_made.rename(self.cluster)

    def _check_version(self) -> None:
        major = int((self.cluster / "PG_VERSION").read_text().strip())
        if major != self.binaries.major:
            raise LauncherError(
                f"{self.cluster} 由 PostgreSQL {major} 建立，现有程序是 {self.binaries.major}。"
                "请用 ZS_PG_BIN 指明同一大版本的程序，或先用 pg_upgrade 升级。"
            )

    def _postmaster(self) -> int | None:
        """The process that serves the cluster now, judged by where it works and not only by the number in its file."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if _works_in(Path("/proc") / str(pid), self.cluster) else None

    def _clear_leftovers(self) -> None:
        # Children of a killed server must be gone before its lock file is: two servers on one cluster destroy it.
        deadline = time.monotonic() + STOP_SECONDS
        while orphans := self.processes():
            if time.monotonic() > deadline:
                raise LauncherError(f"旧的数据库进程 {orphans} 没有退出。请结束它们后再启动。")
            for pid in orphans:
                _kill_if_there(pid)
            time.sleep(POLL_SECONDS)
        if self.process is not None:
            self.process.wait(STOP_SECONDS)  # a dying process leaves its folder a moment before it is gone
            self.process = None
        for stale in (self.cluster / "postmaster.pid", *self.socket_dir.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _launch(self) -> None:
        options = {**SETTINGS, "unix_socket_directories": str(self.socket_dir), **self._archiving(), **self.settings}
        command = [self.binaries.program("postgres"), "-D", str(self.cluster)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.data / "log" / "postgresql.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.identity.wrap, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C stops the launcher, which then stops the server in order
                env=_clean_environment(),
                user=self.identity.user_to_become,
                group=self.identity.group_to_become,
                extra_groups=self.identity.groups_to_keep,
            )

    def _archiving(self) -> dict[str, str]:
        if self.archive is None:
            return {}
        folder = self.archive / cluster_identity(self.binaries, self.cluster)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.identity.kind == "dropped":
            os.chown(folder, self.identity.owner, self.identity.group)
        return archive_settings(folder)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.start_seconds
        while not self._answers():
            if self.process is not None and self.process.poll() is not None:
                raise LauncherError(f"数据库没有启动（退出码 {self.process.returncode}）：{self._last_words()}")
            if time.monotonic() > deadline:
                raise LauncherError(f"数据库在 {self.start_seconds:.0f} 秒内没有就绪：{self._last_words()}")
            time.sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn(SUPERUSER, "postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _wait_until_gone(self, pid: int) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        while _works_in(Path("/proc") / str(pid), self.cluster):
            self._reap()
            if time.monotonic() > deadline:
                raise LauncherError(f"数据库进程 {pid} 在 {STOP_SECONDS:.0f} 秒内没有停止。请检查后再结束它。")
            time.sleep(POLL_SECONDS)
        self._reap()

    def _reap(self) -> None:
        if self.process is not None and self.process.poll() is not None:
            self.process = None

    def _last_words(self) -> str:
        log = self.data / "log" / "postgresql.log"
        return " / ".join(log.read_text(errors="replace").strip().splitlines()[-3:]) if log.exists() else ""

    def _run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.identity.wrap, *command],
            capture_output=True,
            text=True,
            check=False,
            env=_clean_environment(),
            user=self.identity.user_to_become,
            group=self.identity.group_to_become,
            extra_groups=self.identity.groups_to_keep,
        )


def embedded_server(
    data: Path,
    environ: Mapping[str, str],
    *,
    settings: Mapping[str, str] | None = None,
    archive: Path | None = None,
    start_seconds: float = START_SECONDS,
) -> EmbeddedServer:
    """The server of a data directory, not yet started. `archive`: where its write-ahead log is copied to.

    Raises  LauncherError if there are no binaries or no identity to run them as.
    """
    data = data.expanduser().absolute()
    identity = choose_identity(data, euid=os.geteuid(), namespace=namespace_allowed)
    return EmbeddedServer(
        data=data,
        binaries=find_binaries(environ),
        identity=identity,
        settings=settings or {},
        archive=archive,
        start_seconds=start_seconds,
    )


def keep_running(server: EmbeddedServer, *, should_stop: Callable[[], bool], every_seconds: float = 0.5) -> None:
    """Serve until told to stop, starting the server again whenever it dies."""
    while not should_stop():
        if server.ensure():
            sys.stderr.write("数据库曾停止，已重新启动。\n")
        time.sleep(every_seconds)


def _works_in(entry: Path, folder: Path) -> bool:
    # A server and all its children have the cluster as working directory; a stranger with a reused number does not.
    try:
        return (entry / "cwd").samefile(folder)
    except OSError:
        return False


def _kill_if_there(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _clean_environment() -> dict[str, str]:
    # PG… variables of the caller must not reach the server; nothing else of the environment concerns it.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
