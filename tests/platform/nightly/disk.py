"""A disk that fills up under the database: refused clearly, nothing acknowledged lost, and well again by itself.

`python -m tests.platform.nightly.disk [--append]`, as root: the data folder lies on a small file system of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.test import Client

from tests.platform.databases import cloned, embedded
from tests.platform.environment import say
from tests.platform.nightly import append_figures
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.cases.services import register_source
from zhunsheng.apps.cases.sources import new_key

SIZE = "320m"
PATHS = ("src/zhunsheng/launcher.py", "src/zhunsheng/apps/cases", "src/zhunsheng/web")
KEY = new_key()
BATCH = 500


def post(client: Client, batch: int) -> tuple[int, str]:
    """One batch; the status, and what was said."""
    row = {"type": "person.detained", "at": "2026-03-01T14:35:00+08:00", "case": "A3502030100002026030001"}
    answer = client.post(
        "/api/v1/events",
        json.dumps({"events": [{"id": f"{batch}-{n}", **row} for n in range(BATCH)]}),
        content_type="application/json",
        headers={"authorization": f"Bearer {KEY}"},
    )
    return answer.status_code, answer.json().get("text", "")


def main(mount: Path) -> int:
    """Fill the disk, see what is said, free it, see that it goes on."""
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    with embedded(mount / "data") as server, cloned(server) as database:
        with as_process("test"):
            register_source(source="jz", title="警综平台", key=KEY)
        acknowledged = sum(BATCH for batch in range(20) if post(client, batch)[0] == 200)
        filler = mount / "filler"
        with filler.open("wb") as file:
            _fill(file.fileno())
        full = [post(client, batch) for batch in range(20, 60)]
        acknowledged += sum(BATCH for status, _ in full if status == 200)
        filler.unlink()
        server.ensure()
        after = [post(client, batch)[0] for batch in range(60, 65)]
        acknowledged += sum(BATCH for status in after if status == 200)
        with database.connect("postgres") as connection:
            (stored,) = connection.execute("SELECT count(*) FROM cases_event").fetchone() or (0,)
    refused = sorted({answer for answer in full if answer[0] != 200})
    say(f"{acknowledged} events acknowledged, {stored} stored; while full: {refused}; afterwards: {after}")
    answers = " and ".join(str(status) for status, _ in refused) or "no refusal"
    figure = f"{acknowledged:,} events acknowledged, {stored:,} stored; {answers} while full"
    append_figures({"disk.full": figure}, run="disk", paths=PATHS)
    return 0 if stored >= acknowledged and {status for status, _ in refused} == {503} and after == [200] * 5 else 1


def _fill(handle: int) -> None:
    block = bytes(1024 * 1024)
    try:
        while True:
            os.write(handle, block)
    except OSError:
        return


if __name__ == "__main__":
    small = Path(tempfile.mkdtemp(prefix="zs-small-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(small)], check=True)
    try:
        code = main(small)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)
        small.rmdir()
    sys.exit(code)
