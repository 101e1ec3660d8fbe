"""Backups that only the holder of a key that is not on this machine can open.

X25519 with a key pair made for this one file, HKDF-SHA-256, then AES-256-GCM in blocks of one MiB, each with its number
and whether it is the last: blocks cannot be changed, exchanged or cut off. (The construction is STREAM, Hoang et al.
2015.)
"""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zhunsheng.apps.audit.keys import read_key
from zhunsheng.web.backup.manifest import BackupRefused

MAGIC: Final = b"zhunsheng sealed 1\n"
BLOCK: Final = 1 << 20
TAG: Final = 16
KEY: Final = 32
SUFFIX: Final = ".sealed"


def new_key(private: Path, public: Path) -> None:
    """Make the pair: the private one leaves this machine, the public one stays.

    Raises  BackupRefused if one of the files is there already.
    """
    if private.exists() or public.exists():
        raise BackupRefused(f"{private} 或 {public} 已存在，没有覆盖。请换一个名字。")
    key = secrets.token_bytes(KEY)
    private.touch(mode=0o600)
    private.write_text(key.hex() + "\n", encoding="ascii")
    shared = X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
    public.write_text(shared.hex() + "\n", encoding="ascii")


def public_key(path: Path) -> bytes:
    """A public key as `new_key` wrote it.

    Raises  BackupRefused.
    """
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY:
        raise BackupRefused(f"{path} 不是备份用的公钥。请用 backup_key 生成的 .pub 文件。")
    return key


def seal(source: Path, target: Path, to: bytes) -> None:
    """Encrypt a file to the holder of a key."""
    once = X25519PrivateKey.generate()
    sender = once.public_key().public_bytes_raw()
    cipher = _cipher(once.exchange(X25519PublicKey.from_public_bytes(to)), sender + to)
    target.touch(mode=0o600)
    with source.open("rb") as plain, target.open("wb") as sealed:
        sealed.write(MAGIC + sender)
        for nonce, block in _numbered(plain, BLOCK):
            sealed.write(cipher.encrypt(nonce, block, None))


def unseal(source: Path, target: Path, private: Path) -> None:
    """Open a sealed file.

    Raises  BackupRefused if the key is another, or the file was changed or cut; KeysRefused.
    """
    key = X25519PrivateKey.from_private_bytes(read_key(private))
    target.touch(mode=0o600)
    with source.open("rb") as sealed, target.open("wb") as plain:
        if sealed.read(len(MAGIC)) != MAGIC:
            raise BackupRefused(f"{source.name} 不是封好的备份文件。请换一份备份。")
        sender = sealed.read(KEY)
        to = key.public_key().public_bytes_raw()
        cipher = _cipher(key.exchange(X25519PublicKey.from_public_bytes(sender)), sender + to)
        try:
            for nonce, block in _numbered(sealed, BLOCK + TAG):
                plain.write(cipher.decrypt(nonce, block, None))
        except InvalidTag as problem:
            raise BackupRefused(f"{source.name} 打不开：不是这把私钥，或文件被改过、截断。") from problem


def _cipher(shared: bytes, about: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=KEY, salt=None, info=MAGIC + about).derive(shared))


def _numbered(file: IO[bytes], size: int) -> Iterator[tuple[bytes, bytes]]:
    """Blocks with their nonce: eleven bytes of number, one that says whether it is the last. There is always a last."""
    number, block = 0, file.read(size)
    while True:
        following = file.read(size)
        yield number.to_bytes(11, "big") + bytes([not following]), block
        if not following:
            return
        number, block = number + 1, following
