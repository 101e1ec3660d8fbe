"""What a backup says of itself: its files with their hashes, where its log ended, and whose keys it needs.

The manifest is signed with the log's key, so that a backup that somebody changed on its way is refused.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT: Final = "zhunsheng backup 1"
FILE: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
BLOCK: Final = 1 << 20
FINGERPRINT: Final = 16  # hex digits


class BackupRefused(RuntimeError):
    """A backup cannot be made or used: what, in which state, and what to do next."""


@dataclass(frozen=True)
class Manifest:
    """`head`: size, root and instant of the last head of the log in it. `rows`: how many each table has. `keys`: the
    first digits of the hash of each private key that the data were written under; the keys themselves are not here.
    `cluster`: its identity, where the files of the cluster are in it."""

    made_at: str
    version: str
    postgres: int
    mode: str
    log_id: str
    head: Mapping[str, str | int]
    rows: Mapping[str, int]
    keys: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""
    format: str = FORMAT

    def text(self) -> str:
        """As it is written and signed."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_manifest(folder: Path, manifest: Manifest, key: Ed25519PrivateKey) -> None:
    """Last of all: a folder without a manifest is no backup."""
    text = manifest.text()
    (folder / SIGNATURE).write_text(key.sign(text.encode()).hex() + "\n", encoding="ascii")
    (folder / FILE).write_text(text, encoding="utf-8")


def read_manifest(folder: Path, public_key: bytes) -> Manifest:
    """The manifest of a backup whose files all are as it says.

    Raises  BackupRefused, naming the first thing that is not.
    """
    if not (folder / FILE).exists():
        raise BackupRefused(f"{folder} 里没有 {FILE}：不是备份，或备份没有做完。请换一份备份。")
    text = (folder / FILE).read_text(encoding="utf-8")
    try:
        signature = bytes.fromhex((folder / SIGNATURE).read_text(encoding="ascii").strip())
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text.encode())
    except (InvalidSignature, ValueError, OSError) as problem:
        raise BackupRefused(f"{FILE} 不是用本部署的密钥签的，或被改过。请核对备份和 keys/。") from problem
    manifest = Manifest(**json.loads(text))
    if manifest.format != FORMAT:
        raise BackupRefused(f"备份的格式是 {manifest.format}，本版本读 {FORMAT}。请用做备份的版本恢复，再升级。")
    for name, digest in manifest.files.items():
        if not (folder / name).is_file():
            raise BackupRefused(f"备份里缺少 {name}。请换一份备份。")
        if digest_of(folder / name) != digest:
            raise BackupRefused(f"备份里的 {name} 与清单的摘要不符：损坏或被改过。请换一份备份。")
    return manifest


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprints(keys: Path) -> dict[str, str]:
    """The private keys of a folder by name: enough to tell one from another, and nothing of the key."""
    found = sorted(keys.glob("*.key"))
    return {path.name: hashlib.sha256(path.read_bytes().strip()).hexdigest()[:FINGERPRINT] for path in found}
