"""The write-ahead log of the embedded server, copied elsewhere as it is finished: what a restore to an instant reads.

One folder a cluster, named by the identity that PostgreSQL gave it: clusters number their segments alike.
"""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Final

from zhunsheng.launcher_host import Binaries, LauncherError

TIMEOUT_SECONDS: Final = 30
"""A segment leaves at the latest after so long, full or not: what is lost with the machine is no more than this."""
IDENTITY: Final = re.compile(r"Database system identifier:\s+(\d+)")


def cluster_identity(binaries: Binaries, cluster: Path) -> str:
    """What PostgreSQL called a cluster when it was made.

    Raises  LauncherError if the folder holds none.
    """
    command = [binaries.program("pg_controldata"), "-D", str(cluster)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C"})
    found = IDENTITY.search(done.stdout)
    if found is None:
        raise LauncherError(f"读不出 {cluster} 的标识：{done.stderr.strip()[-300:]}。请检查它是不是完整的数据库目录。")
    return found[1]


def archive_settings(folder: Path) -> dict[str, str]:
    """Settings of a server whose segments go into a folder, compressed, each whole or not at all. One that is there
    already is taken as done only where it is the same: PostgreSQL asks again after a crash.

    Raises  LauncherError for a folder whose name PostgreSQL would read otherwise.
    """
    _assert_plain(folder)
    part, whole = (f"{shlex.quote(str(folder))}/%f.gz{suffix}" for suffix in (".part", ""))
    steps = (
        f"gzip -n -1 -c %p > {part}",
        f"sync {part}",
        f"( test ! -f {whole} || cmp -s {part} {whole} )",
        f"mv -f {part} {whole}",
        f"sync {shlex.quote(str(folder))}",
    )
    return {
        "archive_mode": "on",
        "archive_command": " && ".join(steps),
        "archive_timeout": f"{TIMEOUT_SECONDS}s",
    }


def recovery_settings(folder: Path, *, to: str) -> dict[str, str]:
    """Settings of a server that reads the segments of a folder up to an instant (empty: all of them), then begins a
    history of its own. Nobody can ask it anything before. It archives nothing."""
    _assert_plain(folder)
    target = {"recovery_target_time": to, "recovery_target_action": "promote"} if to else {}
    return {
        "restore_command": f"gunzip -c {shlex.quote(str(folder))}/%f.gz > %p",
        "recovery_target_timeline": "latest",
        "hot_standby": "off",
        "archive_mode": "off",
        **target,
    }


def _assert_plain(folder: Path) -> None:
    if "%" in str(folder):
        raise LauncherError(f"归档目录 {folder} 的名字里不能有 %。请换一个目录。")
