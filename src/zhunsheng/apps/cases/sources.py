"""Source systems prove themselves with a key."""

import hashlib
import secrets
from typing import Final

from zhunsheng.apps.cases.models import Source

KEY_BYTES: Final = 32
SCHEME: Final = "Bearer "


def new_key() -> str:
    """A key to hand to a source, once."""
    return secrets.token_urlsafe(KEY_BYTES)


def key_digest(key: str) -> bytes:
    """What is kept of a key. The key is random and long: a plain hash cannot be searched backwards."""
    return hashlib.sha256(key.encode()).digest()


def source_behind(authorization: str) -> Source | None:
    """The active source whose key a request carries, or None."""
    if not authorization.startswith(SCHEME):
        return None
    return Source.objects.filter(key_digest=key_digest(authorization.removeprefix(SCHEME)), is_active=True).first()
