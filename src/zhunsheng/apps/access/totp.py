"""One-time passwords by time (RFC 6238): SHA-1, six digits, thirty seconds."""

import base64
import hmac
import secrets
import struct
import urllib.parse
from datetime import datetime
from typing import Final

STEP_SECONDS: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20
DRIFT_STEPS: Final = 1  # a clock half a minute off on either side is normal


def new_secret() -> bytes:
    """A fresh secret."""
    return secrets.token_bytes(SECRET_BYTES)


def step_of(at: datetime) -> int:
    """The ordinal of the step that an instant falls into."""
    return int(at.timestamp()) // STEP_SECONDS


def code_of(secret: bytes, step: int) -> str:
    """The code of a step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: bytes, code: str, *, at: datetime, after: int) -> int | None:
    """The step that a code belongs to, or None.

    Only steps later than `after`, the last one used, count: an overheard code cannot be played again.
    """
    now = step_of(at)
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if step > after and hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
            return step
    return None


def enrolment_address(secret: bytes, *, username: str) -> str:
    """What an authenticator program reads."""
    label = urllib.parse.quote(f"准绳:{username}")
    query = urllib.parse.urlencode({"secret": spelled(secret), "issuer": "准绳", "digits": DIGITS})
    return f"otpauth://totp/{label}?{query}"


def spelled(secret: bytes) -> str:
    """The secret as people type it."""
    return base64.b32encode(secret).decode().rstrip("=")
