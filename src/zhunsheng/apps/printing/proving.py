"""The proof of an issued document: its sealed row with the path to the signed head of the log."""

import hashlib
from typing import Any

import psycopg
from django.conf import settings

from zhunsheng.apps.access.processes import as_process
from zhunsheng.apps.audit.bundle import bundle
from zhunsheng.apps.audit.keys import PUBLIC
from zhunsheng.apps.audit.services import record
from zhunsheng.apps.audit.tables import sealed_tables
from zhunsheng.apps.printing.models import IssuedDocument


class NotIssued(ValueError):
    """The log knows no document with these bytes."""


def prove_document(content: bytes) -> dict[str, Any]:
    """The bundle of a document, for tools/verify.py.

    Takes   content: the file, byte for byte.
    Raises  NotIssued; audit.bundle.NotSealed if its row is not under a head yet.
    """
    digest = hashlib.sha256(content).hexdigest()
    with as_process("prove", purpose="出具文书证明"):
        found = list(IssuedDocument.objects.filter(file=digest).order_by("pk"))
        if not found:
            raise NotIssued("封存日志里没有这份文件：它不是本平台出具的，或出具后被改动过。请用原始文件再试。")
        record(action="prove", kind="document", key=digest)
    with psycopg.connect(settings.DATABASE_URLS["zs_verifier"], autocommit=True) as verifier:
        rows = [("printing_issueddocument", str(one.pk)) for one in found]
        proved = bundle(verifier, tables=sealed_tables(), rows=rows)
    public_key = (settings.KEYS / PUBLIC).read_text(encoding="ascii").strip()
    return {**proved, "public_key": public_key, "document": digest}
