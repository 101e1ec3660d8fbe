"""The delivery process itself, against a simulator: for what is about processes, kills and the wire."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg import Connection

from tests.gateways import ROOT, Simulated, eventually
from tests.platform.databases import OwnDatabase
from tests.platform.environment import HOME
from tests.platform.people import EAST_STATION, city, noon, officer
from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.alerts.delivery.lines import load_lines
from zhunsheng.apps.alerts.delivery.loop import lanes_of
from zhunsheng.apps.alerts.models import AlertGroup
from zhunsheng.apps.alerts.outgoing import priority
from zhunsheng.apps.org.models import Officer

PHONE = "13900000001"
POINTS = (
    "delivery.after_lease",
    "delivery.before_send",
    "delivery.mid_batch",
    "delivery.after_send",
    "delivery.after_record",
    "delivery.before_take",
    "delivery.after_take",
)
"""Every place at which the delivery process can be made to kill itself."""


def write_lines(path: Path, gateway: Simulated, *, kind: str = "http_sms", extra: str = "") -> Path:
    """The file of lines for a simulator."""
    here = f'host = "127.0.0.1"\nport = {gateway.port}\nsource = "10690000"\n'
    lines = {
        "http_sms": f'url = "http://127.0.0.1:{gateway.port}"\naccount = "zs"\nsecret = "secret"\n',
        "smpp": f'{here}system_id = "zs"\npassword = "secret"\n',
        "cmpp": f'{here}account = "zs"\nsecret = "secret"\nservice = "ZSYJ"\n',
    }
    path.touch(mode=0o600)
    path.write_text(f'{extra}\n[lines.sms]\nkind = "{kind}"\n{lines[kind]}', encoding="utf-8")
    return path


@contextmanager
def delivering(
    database: OwnDatabase, lines: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A delivery process; it is told to end at the end of the block."""
    process = start_delivering(database, lines, environment)
    try:
        yield process
    finally:
        end(process)


def start_delivering(
    database: OwnDatabase, lines: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start one, and wait until its workers go round."""
    process = subprocess.Popen(
        [sys.executable, "-m", "zhunsheng.web", "deliver", "--skip-checks"],
        cwd=ROOT,
        env={
            **os.environ,
            "ZS_HOME": str(HOME),
            "DATABASE_URL": database.server.dsn("zs_app", database.name),
            "ZS_LINES": str(lines),
            "PYTHONWARNINGS": "ignore",
            **(environment or {}),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline(), "it ended before it began"
    return process


def handed_over(lines: Path) -> int:
    """One worker of the line sms goes round in this process until nothing is left. Returns how many it handed over."""
    lane = lanes_of(load_lines(lines).by_name["sms"])[0]
    count = 0
    while turn := lane.turn():
        count += turn
    lane.close()
    return count


def end(process: subprocess.Popen[str]) -> None:
    """Tell a process to end, and wait for it."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


@dataclass
class Writer:
    """Writes alerts and their deliveries as the supervisor does: in one transaction, committed."""

    database: OwnDatabase
    officer: int
    connection: Connection[tuple[object, ...]]
    written: int = 0

    def write(
        self,
        level: str = "red",
        *,
        count: int = 1,
        phones: Sequence[str] = (PHONE,),
        group: str | None = None,
        at: datetime | None = None,
    ) -> list[str]:
        """So many alerts, to these phones in turn, at an instant or now. Returns the keys of their deliveries."""
        rows = [
            (f"alert-{number:06}", f"delivery-{number:06}", phones[number % len(phones)])
            for number in range(self.written, self.written + count)
        ]
        self.written += count
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('zs.actor', 'process:test', true), set_config('zs.whole', 'yes', true)")
            cursor.executemany(
                """
                INSERT INTO alerts_alert (key, "group_id", finding, role, officer_id, account, reason, occasion, level,
                    kind, liberty, text, explanation, created_at, lead, covers, incident)
                VALUES (%s, %s, '', 'case_officer', %s, '', 'first', '', %s, '', false, %s, '{}',
                    coalesce(%s, zs_now()), '', '[]', 'J1')
                """,
                [(alert, group, self.officer, level, f"【准绳】{alert}", at) for alert, _, _ in rows],
            )
            cursor.executemany(
                """
                INSERT INTO alerts_delivery (key, alert_id, channel, target, state, priority, not_before, created_at,
                    queued_at, leased_by, attempts, gateway_id, error, in_doubt, followed)
                VALUES (%s, %s, 'sms', %s, 'queued', %s, coalesce(%s, zs_now()), coalesce(%s, zs_now()),
                    coalesce(%s, now()), '', 0, '', '', false, false)
                """,
                [
                    (delivery, alert, phone, priority(level, liberty=False), at, at, at)
                    for alert, delivery, phone in rows
                ],
            )
        return [delivery for _, delivery, _ in rows]

    def states(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        found = self.connection.execute("SELECT state, count(*) FROM alerts_delivery WHERE channel = 'sms' GROUP BY 1")
        return {str(state): int(str(count)) for state, count in found.fetchall()}

    def all_are(self, state: str, *, seconds: float = 60.0) -> None:
        """Wait until everything written is in a state."""
        eventually(lambda: self.states() == {state: self.written}, seconds=seconds, every=0.2)


@contextmanager
def writing(database: OwnDatabase, at: datetime | None = None) -> Iterator[Writer]:
    """A writer with an officer whose phone it writes to."""
    city()
    person = officer("035001", ("officer", EAST_STATION))
    with as_process("test"):
        Officer.objects.filter(pk=person.pk).update(mobile=PHONE)
        AlertGroup.objects.create(
            key="group",
            incident="J1",
            rule="arrest_request",
            unit=EAST_STATION,
            nature="statutory",
            liberty=False,
            level="red",
            kind="approaching",
            clock={},
            findings={},
            explanation={},
            opened_at=at or noon("2026-03-02"),
        )
    with database.connect("postgres") as connection:
        yield Writer(database, person.pk, connection)
