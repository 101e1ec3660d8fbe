"""Helpers of the tests about the sealed log: fill it, seal it, export it, verify it."""

import io
import itertools
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from tests.platform.databases import OwnDatabase
from tests.platform.environment import HOME
from tools import verify
from zhunsheng.apps.audit.export import export_log, write_log
from zhunsheng.apps.audit.heads import HEADS_FILE, LEAVES_FILE, Head, SecondPlace
from zhunsheng.apps.audit.keys import PUBLIC, signing_key
from zhunsheng.apps.audit.sealer import publish, seal_once
from zhunsheng.apps.audit.tables import sealed_tables

NUMBERS = itertools.count(1)


@dataclass
class SealedLog:
    """One database's log with a second place of its own."""

    database: OwnDatabase
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="heads-", dir=HOME)))

    @property
    def place(self) -> SecondPlace:
        return SecondPlace(self.folder)

    def write(self, count: int) -> None:
        """Entries of an invented actor."""
        with psycopg.connect(self.database.dsn("zs_app")) as connection:
            connection.execute("SELECT set_config('zs.actor', 'account:alice', true)")
            for _ in range(count):
                n = next(NUMBERS)
                connection.execute(
                    "SELECT zs_audit('read', 'done', 'case', %s, %s::jsonb)", [f"case-{n}", f'{{"persons": ["p{n}"]}}']
                )

    def seal(self) -> Head | None:
        """Seal and publish what is finished."""
        with self.database.connect("zs_sealer") as connection:
            head = seal_once(connection, key=signing_key(settings.KEYS), tables=sealed_tables())
            publish(connection, self.place)
        return head

    def export(self) -> bytes:
        out = io.BytesIO()
        with self.database.connect("zs_verifier") as connection:
            export_log(connection, tables=sealed_tables(), out=out)
        return out.getvalue()

    def evidence(self) -> verify.Evidence:
        heads = verify.heads_in(self.folder / HEADS_FILE)
        return verify.Evidence(
            public_key=bytes.fromhex((settings.KEYS / PUBLIC).read_text(encoding="ascii").strip()),
            log_id=heads[0].log_id,
            heads={head.size: head for head in heads},
            leaves=(self.folder / LEAVES_FILE).read_bytes(),
        )

    def verified(self) -> verify.Findings:
        """What the stand-alone verifier says about the database as it is now."""
        path = self.folder / "export.tsv"
        path.write_bytes(self.export())
        return verify.verify_export(path, self.evidence())[1]

    @staticmethod
    def keys() -> Path:
        folder: Path = settings.KEYS
        return folder

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        return signing_key(settings.KEYS)

    def judge(self, cursor: psycopg.Cursor[Any]) -> verify.Findings:
        """What the verifier says about what a running transaction sees."""
        out = io.BytesIO()
        cursor.execute("SET LOCAL timezone = 'UTC'")
        write_log(cursor, tables=sealed_tables(), out=out)
        path = self.folder / "export.tsv"
        path.write_bytes(out.getvalue())
        return verify.verify_export(path, self.evidence())[1]
