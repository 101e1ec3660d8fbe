"""The keys of a deployment: files outside the database, readable by their owner only."""

import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SIGNING: Final = "signing.key"
PUBLIC: Final = "signing.pub"
FIELDS: Final = "fields.key"
INDEX: Final = "index.key"
SITE: Final = "site.key"
PRIVATE: Final = (SIGNING, FIELDS, INDEX, SITE)
FIRST_KEY: Final = 1
LAST_KEY: Final = 255  # a ciphertext begins with the number of its key, in one byte
BLIND_INDEX_BYTES: Final = 16


class KeysRefused(RuntimeError):
    """The keys cannot be used: which file, why, and what to do."""


class CiphertextRefused(ValueError):
    """A protected field cannot be read: it was changed, moved to another place, or written under another key."""


@dataclass(frozen=True)
class FieldCipher:
    """Encrypts single fields (AES-256-GCM). `place` binds a value to table, column and row: it cannot be moved.

    Keys by their number: the highest one writes, the older ones still read what was written under them.
    """

    keys: Mapping[int, bytes]
    index_keys: Mapping[int, bytes]

    @property
    def current(self) -> int:
        """The number of the key that writes."""
        return max(self.keys)

    def encrypt(self, text: str, *, place: str) -> bytes:
        """Number of the key, nonce, ciphertext and tag."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, text.encode(), place.encode())
        return bytes([self.current]) + nonce + sealed

    def decrypt(self, stored: bytes, *, place: str) -> str:
        """The text.

        Raises  CiphertextRefused, which never quotes what was stored.
        """
        key = self.keys.get(key_number(stored))
        if key is None:
            raise CiphertextRefused(
                f"{place}：密文用第 {key_number(stored)} 号密钥写入，这里没有这把密钥。请从密钥备份恢复它。"
            )
        nonce, sealed = stored[1 : 1 + NONCE_BYTES], stored[1 + NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, sealed, place.encode()).decode()
        except InvalidTag as problem:
            raise CiphertextRefused(f"{place}：密文不完整，或不是用现在的密钥写入的。请核对密钥和备份。") from problem

    def is_current(self, stored: bytes) -> bool:
        """Whether a ciphertext was written under the newest key."""
        return key_number(stored) == self.current

    def blind_index(self, text: str, *, kind: str) -> bytes:
        """The same text of the same kind gives the same bytes: searchable, but only by a holder of the key."""
        return _blind_index(self.index_keys[max(self.index_keys)], text, kind)

    def blind_indexes(self, text: str, *, kind: str) -> list[bytes]:
        """What the index of a text may be, under each of the keys: rows are re-written one by one in a rotation."""
        return [_blind_index(key, text, kind) for key in self.index_keys.values()]


def key_number(stored: bytes) -> int:
    """The number of the key that a ciphertext was written under."""
    return stored[0] if stored else 0


def _blind_index(key: bytes, text: str, kind: str) -> bytes:
    return hmac.digest(key, f"{kind}\x1f{text}".encode(), "sha256")[:BLIND_INDEX_BYTES]


def create_keys(folder: Path) -> None:
    """Make the keys that are not there yet; those that are stay."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in PRIVATE:
        _write_once(folder / name, secrets.token_bytes(KEY_BYTES).hex(), mode=0o600)
    _write_once(folder / PUBLIC, signing_key(folder).public_key().public_bytes_raw().hex(), mode=0o644)


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The key that signs tree heads. Only the sealer needs it."""
    return Ed25519PrivateKey.from_private_bytes(read_key(folder / SIGNING))


def field_cipher(folder: Path) -> FieldCipher:
    """The cipher of protected fields, with every key that is there."""
    return FieldCipher(keys=_numbered_keys(folder, FIELDS), index_keys=_numbered_keys(folder, INDEX))


def add_field_keys(folder: Path) -> int:
    """Make the next keys for protected fields and their index; from now on they write. Returns their number.

    Raises  KeysRefused if there can be no more.
    """
    number = max(field_cipher(folder).current, *_numbered_keys(folder, INDEX)) + 1
    if number > LAST_KEY:
        raise KeysRefused(f"密钥编号已到 {LAST_KEY}，不能再加。请联系开发方。")
    for name in (INDEX, FIELDS):
        _write_once(folder / numbered(name, number), secrets.token_bytes(KEY_BYTES).hex(), mode=0o600)
    return number


def numbered(name: str, number: int) -> str:
    """The file of the key with a number: fields.key is the first, then fields.2.key."""
    stem, _, suffix = name.rpartition(".")
    return name if number == FIRST_KEY else f"{stem}.{number}.{suffix}"


def _numbered_keys(folder: Path, name: str) -> dict[int, bytes]:
    stem, _, suffix = name.rpartition(".")
    pattern = re.compile(rf"{re.escape(stem)}\.([2-9]|[1-9]\d+)\.{suffix}")
    later = [int(found[1]) for path in folder.glob(f"{stem}.*.{suffix}") if (found := pattern.fullmatch(path.name))]
    return {number: read_key(folder / numbered(name, number)) for number in (FIRST_KEY, *sorted(later))}


def read_key(path: Path) -> bytes:
    """One private key.

    Raises  KeysRefused if it is missing, damaged, or readable by others.
    """
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise KeysRefused(f"缺少密钥文件 {path}。请先运行数据库准备命令，或从密钥备份恢复。") from None
    if mode & 0o077:
        raise KeysRefused(f"密钥文件 {path} 其他用户可读。请改为只有本用户可读 (chmod 600)。")
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeysRefused(f"密钥文件 {path} 应为 {KEY_BYTES * 2} 个十六进制字符。请从密钥备份恢复。")
    return key


def _write_once(path: Path, text: str, *, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
