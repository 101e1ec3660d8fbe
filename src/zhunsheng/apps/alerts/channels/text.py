"""A text as short messages: one of at most 70 UCS-2 units, or several joined by a user data header.

Source  3GPP TS 23.040, 9.2.3.24.1 (concatenated short messages, 8-bit reference number): a header of five octets
        after its length, which leaves 134 of 140 octets, 67 units, for each part.
"""

import hashlib
from typing import Final

ONE_MESSAGE_UNITS: Final = 70
PART_UNITS: Final = 67
PARTS_MOST: Final = 255
UNIT_BYTES: Final = 2
RESENT: Final = "【重发】"


def units(text: str) -> int:
    """How many UCS-2 units a text has: a character beyond the basic plane counts twice."""
    return len(text.encode("utf-16-be")) // UNIT_BYTES


def parts(text: str, *, key: str) -> list[bytes]:
    """The user data of each short message. More than one: each begins with a header that phones join them by.

    The reference number follows from the key, so that a message sent again has the same one.
    Raises  ValueError for a text that is empty or beyond 255 parts.
    """
    if not text:
        raise ValueError("短信没有内容。请核对规则的文案。")
    if units(text) <= ONE_MESSAGE_UNITS:
        return [text.encode("utf-16-be")]
    bodies = _bodies(text)
    if len(bodies) > PARTS_MOST:
        raise ValueError(f"短信长 {units(text)} 字，超过 {PARTS_MOST} 条。请缩短。")
    reference = hashlib.sha256(key.encode()).digest()[0]
    return [
        bytes([0x05, 0x00, 0x03, reference, len(bodies), number]) + body for number, body in enumerate(bodies, start=1)
    ]


def joined(user_data: bytes) -> tuple[str, tuple[int, int, int] | None]:
    """The text of one short message with header, and (reference, total, number) of its header."""
    if user_data[:3] != b"\x05\x00\x03":
        raise ValueError(f"user data header {user_data[:3].hex()} is not that of a concatenated message")
    reference, total, number = user_data[3:6]
    return user_data[6:].decode("utf-16-be"), (reference, total, number)


def said_again(text: str) -> str:
    """The text as it reads when an earlier attempt may have arrived and the gateway cannot tell."""
    return text if text.startswith(RESENT) else RESENT + text


def _bodies(text: str) -> list[bytes]:
    bodies, body = [], b""
    for character in text:
        encoded = character.encode("utf-16-be")
        # A surrogate pair stays together: half of one would be no character on either side.
        if len(body) + len(encoded) > PART_UNITS * UNIT_BYTES:
            bodies.append(body)
            body = b""
        body += encoded
    return [*bodies, body]
