"""The keys of a deployment: files outside the database, readable by their owner only."""

import hmac
import os
import secrets
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
CIPHERTEXT_VERSION: Final = b"\x01"
BLIND_INDEX_BYTES: Final = 16


class KeysRefused(RuntimeError):
    """The keys cannot be used: which file, why, and what to do."""


class CiphertextRefused(ValueError):
    """A protected field cannot be read: it was changed, moved to another place, or written under another key."""


@dataclass(frozen=True)
class FieldCipher:
    """Encrypts single fields (AES-256-GCM). `place` binds a value to table, column and row: it cannot be moved."""

    key: bytes
    index_key: bytes

    def encrypt(self, text: str, *, place: str) -> bytes:
        """Version, nonce, ciphertext and tag."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return CIPHERTEXT_VERSION + nonce + AESGCM(self.key).encrypt(nonce, text.encode(), place.encode())

    def decrypt(self, stored: bytes, *, place: str) -> str:
        """The text.

        Raises  CiphertextRefused, which never quotes what was stored.
        """
        if stored[:1] != CIPHERTEXT_VERSION:
            raise CiphertextRefused(f"{place}：密文版本 {stored[:1].hex()} 无法识别。请用写入它的版本读取。")
        nonce, sealed = stored[1 : 1 + NONCE_BYTES], stored[1 + NONCE_BYTES :]
        try:
            return AESGCM(self.key).decrypt(nonce, sealed, place.encode()).decode()
        except InvalidTag as problem:
            raise CiphertextRefused(f"{place}：密文不完整，或不是用现在的密钥写入的。请核对密钥和备份。") from problem

    def blind_index(self, text: str, *, kind: str) -> bytes:
        """The same text of the same kind gives the same bytes: searchable, but only by a holder of the key."""
        return hmac.digest(self.index_key, f"{kind}\x1f{text}".encode(), "sha256")[:BLIND_INDEX_BYTES]


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
    """The cipher of protected fields."""
    return FieldCipher(key=read_key(folder / FIELDS), index_key=read_key(folder / INDEX))


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
