"""PostgreSQL's own programs for dump and restore, of the same major version as the server."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from zhunsheng.launcher_host import Binaries, find_binaries
from zhunsheng.web.backup.manifest import BackupRefused

VERSION_UNIT: Final = 10_000
LAST_WORDS: Final = 500


def programs_for(dsn: str, environ: Mapping[str, str]) -> Binaries:
    """The programs that fit the server behind an address.

    Raises  BackupRefused if they are of another major version; LauncherError if there are none.
    """
    binaries = find_binaries(environ)
    with psycopg.connect(dsn) as connection:
        major = connection.info.server_version // VERSION_UNIT
    if major != binaries.major:
        raise BackupRefused(
            f"服务器是 PostgreSQL {major}，现有程序是 {binaries.major}。请用 ZS_PG_BIN 指明同一大版本的程序目录。"
        )
    return binaries


def run(binaries: Binaries, program: str, dsn: str, *options: str) -> None:
    """Run one of them on a database. The password of the address goes by the environment: others see command lines.

    Raises  BackupRefused with its last words.
    """
    parts = conninfo_to_dict(dsn)
    password = parts.pop("password", None)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    if password:
        environment["PGPASSWORD"] = str(password)
    command: Sequence[str] = [binaries.program(program), f"--dbname={make_conninfo('', **parts)}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise BackupRefused(f"{program} 没有完成（退出码 {done.returncode}）：{done.stderr.strip()[-LAST_WORDS:]}")
