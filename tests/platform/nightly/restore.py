"""Backup and restore of a large log, the restore killed at random moments: how long they take, and that nothing is
missing.

`python -m tests.platform.nightly.restore [ROWS] [KILLS] [--append]`; exit code 1 if a row is missing, the log disagrees
with its second place, or the restored database would send.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.platform.databases import OwnDatabase, cloned, embedded
from tests.platform.environment import HOME, say
from tests.platform.logs import SealedLog
from tests.platform.nightly import append_figures, arguments
from zhunsheng.apps.audit import clock
from zhunsheng.launcher import DATABASE, embedded_server
from zhunsheng.web.backup.making import Origin, back_up

PATHS = ("src/zhunsheng/web/backup", "src/zhunsheng/apps/audit", "src/zhunsheng/launcher.py")
SEED = 7
MEGABYTE = 1_000_000
FILL = """
    INSERT INTO audit_entry (at, actor, action, result, object_kind, object_id, purpose, request, address, detail)
    SELECT now(), 'account:a' || n %% 997, 'read', 'done', 'case', 'A' || n, '', md5(n::text), '10.0.0.1',
        jsonb_build_object('persons', jsonb_build_array('P' || n, 'P' || n + 1))
    FROM generate_series(1, %s) n
"""


def main(rows: int, kills: int) -> int:
    """Fill, back up, restore."""
    folder = HOME.with_name(f"{HOME.name}-restore")
    folder.mkdir()
    try:
        return _tried(folder, rows, kills)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tried(folder: Path, rows: int, kills: int) -> int:
    backup, data = folder / "backup", folder / "data"
    data.mkdir()
    with embedded(HOME) as server, cloned(server) as database:
        log = SealedLog(database, folder / "heads")
        with database.connect("postgres") as connection:
            connection.execute("SELECT set_config('statement_timeout', '0', false)")
            connection.execute(FILL, [rows])
            (size,) = connection.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
        log.seal()
        began = time.perf_counter()
        origin = Origin(database.dsn("zs_owner"), HOME / "keys", HOME / "media", HOME)
        manifest = back_up(backup, origin, environ=os.environ, at=clock.real_now())
        making = time.perf_counter() - began
    chance, killed = random.Random(SEED), 0
    for _ in range(kills):
        process = _restoring(backup, data, log)
        try:
            process.wait(timeout=chance.uniform(0.5, max(1.0, making / 2)))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
            continue
        break
    began = time.perf_counter()
    code = 0 if killed < kills else _restoring(backup, data, log).wait()
    bringing = time.perf_counter() - began
    running = embedded_server(data, os.environ).start()
    try:
        restored = OwnDatabase(running, DATABASE)
        with restored.connect("postgres") as connection:
            (entries,) = connection.execute("SELECT count(*) FROM audit_entry").fetchone() or (0,)
            (may_send,) = connection.execute("SELECT zs_may_send()").fetchone() or (True,)
        problems = SealedLog(restored, log.folder).verified().problems
    finally:
        running.stop()
    whole = entries >= manifest.rows["audit_entry"] >= rows
    say(
        f"{rows} rows, {size / MEGABYTE:.0f} MB: backup {making:.1f} s, restore {bringing:.1f} s after {killed} kills; "
        f"{entries} rows back, may send: {may_send}, disagreements: {len(problems)}"
    )
    figures = {
        "restore.backup": f"{size / MEGABYTE:.0f} MB in {making:.1f} s",
        "restore.restore": f"{size / MEGABYTE:.0f} MB in {bringing:.1f} s",
    }
    append_figures(figures, run="restore", paths=PATHS)
    return 0 if code == 0 and whole and not may_send and not problems else 1


def _restoring(backup: Path, data: Path, log: SealedLog) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "ZS_HOME": str(data), "ZS_KEYS": str(HOME / "keys"), "ZS_HEADS": str(log.folder)}
    command = [sys.executable, "-P", "-m", "zhunsheng.web", "restore", str(backup)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)


if __name__ == "__main__":
    GIVEN = [int(argument) for argument in arguments()]
    sys.exit(main(*GIVEN, *(1_000_000, 3)[len(GIVEN) :]))
