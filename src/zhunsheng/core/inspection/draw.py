"""The lot: which files are read follows from a seed that nobody chose, and anybody can draw them again.

seed = H(head ‖ nonce), where head is the first log head sealed at or after the preset hour, and H(nonce) was on record
before it. In each stratum ids are sorted by HMAC(seed, "plan|stratum|id") in hex; the first n are drawn.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

HASHES: Final = ("sha256", "sm3")
NONCE_BYTES: Final = 16
HEAD_BYTES: Final = 32


class DrawRefused(ValueError):
    """A draw cannot be made of this; the message says what differs."""


@dataclass(frozen=True)
class Pick:
    """A file that the lot drew, the number that drew it, and with what probability it could be."""

    id: str
    digest: str
    inclusion: Fraction


def commitment(nonce: bytes, hash_name: str = "sha256") -> str:
    """What the witness puts on record before the hour."""
    if len(nonce) != NONCE_BYTES:
        raise DrawRefused(f"随机数是 {len(nonce)} 字节，应为 {NONCE_BYTES} 字节。")
    return hashlib.new(hash_name, nonce).hexdigest()


def frame_hash(ids: Iterable[str], hash_name: str = "sha256") -> str:
    """The hash of a frame: its ids, sorted, one a line. An id twice is refused."""
    ordered = sorted(ids)
    if len(set(ordered)) != len(ordered):
        raise DrawRefused("抽样框里有重复的编号。请核对后重新封存。")
    return hashlib.new(hash_name, "\n".join(ordered).encode()).hexdigest()


def seed(head: bytes, nonce: bytes, committed: str, hash_name: str = "sha256") -> bytes:
    """The seed of a draw.

    Raises  DrawRefused where the nonce is not the one that was committed to: the draw is void.
    """
    if not hmac.compare_digest(commitment(nonce, hash_name), committed):
        raise DrawRefused("公布的随机数与事先登记的承诺不一致，本次抽取作废。")
    if len(head) != HEAD_BYTES:
        raise DrawRefused(f"链头是 {len(head)} 字节，应为 {HEAD_BYTES} 字节。")
    return hashlib.new(hash_name, head + nonce).digest()


def mark(seed_bytes: bytes, text: str, hash_name: str = "sha256") -> str:
    """HMAC(seed, text) in hex: what orders files, and breaks ties elsewhere."""
    return hmac.new(seed_bytes, text.encode(), hash_name).hexdigest()


def draw(
    seed_bytes: bytes, *, plan: str, stratum: str, ids: Sequence[str], count: int, hash_name: str = "sha256"
) -> tuple[Pick, ...]:
    """The first `count` of a stratum in the order of the lot."""
    if not 0 <= count <= len(ids):
        raise DrawRefused(f"{stratum} 有 {len(ids)} 件，不能抽 {count} 件。")
    marked = sorted((mark(seed_bytes, f"{plan}|{stratum}|{one}", hash_name), one) for one in ids)
    return tuple(Pick(one, digest, Fraction(count, len(ids))) for digest, one in marked[:count])
