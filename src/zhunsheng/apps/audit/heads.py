"""Tree heads, and the second place that they leave to.

A head inside the database proves nothing against the one who can rewrite the database. The second place is a folder on
another file system, host or account: `heads.jsonl`, one signed head a line, and `leaves.bin`, the leaf hashes, 32 bytes
each. With the heads a verifier finds that something was changed; with the leaves it names the first changed row.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HASH_BYTES: Final = 32
LONGEST_LINE: Final = 1024
HEAD_FORMAT: Final = "zhunsheng head 1"
HEADS_FILE: Final = "heads.jsonl"
LEAVES_FILE: Final = "leaves.bin"


class LogContradicted(RuntimeError):
    """The database and the second place do not tell the same story: the log was cut, rewritten or restored."""


def _utc(at: datetime) -> str:
    # One instant, one spelling: what is signed must not depend on the zone of the session that reads it.
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Head:
    """`size` leaves of the log `log_id` have the root `root`, said at `at`."""

    log_id: str
    size: int
    root: bytes
    at: datetime
    signature: bytes = b""

    def message(self) -> bytes:
        """The bytes that are signed."""
        lines = (HEAD_FORMAT, self.log_id, str(self.size), self.root.hex(), _utc(self.at))
        return "\n".join(lines).encode()

    def signed(self, key: Ed25519PrivateKey) -> "Head":
        """The same head with its signature."""
        return Head(self.log_id, self.size, self.root, self.at, key.sign(self.message()))

    def line(self) -> str:
        """One line of JSON, as it leaves to the second place."""
        row = {
            "log_id": self.log_id,
            "size": self.size,
            "root": self.root.hex(),
            "at": _utc(self.at),
            "signature": self.signature.hex(),
        }
        return json.dumps(row)


def head_from_line(line: str) -> Head:
    """A head as `Head.line` wrote it."""
    row = json.loads(line)
    return Head(
        log_id=row["log_id"],
        size=row["size"],
        root=bytes.fromhex(row["root"]),
        at=datetime.fromisoformat(row["at"]),
        signature=bytes.fromhex(row["signature"]),
    )


@dataclass(frozen=True)
class SecondPlace:
    """A folder that heads and leaf hashes are appended to, and never changed."""

    folder: Path

    def last(self) -> Head | None:
        """The newest head here; a half-written last line of an interrupted write does not count."""
        path = self.folder / HEADS_FILE
        if not path.exists():
            return None
        with path.open("rb") as file:
            end = _end_of_whole_lines(file)
            file.seek(max(0, end - LONGEST_LINE))
            lines = file.read(end - file.tell()).splitlines()
        return head_from_line(lines[-1].decode("ascii")) if lines else None

    def heads(self) -> Iterator[Head]:
        """Every head, oldest first."""
        path = self.folder / HEADS_FILE
        if not path.exists():
            return
        with path.open(encoding="ascii") as file:
            for line in file:
                if line.endswith("\n"):
                    yield head_from_line(line)

    def append(self, head: Head, leaves: Sequence[bytes]) -> None:
        """Add the leaves since the last head, then the head, each forced to the disk.

        Raises  LogContradicted if the leaves do not follow on those that are here.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = head.size - len(leaves)
        last = self.last()
        if (last.size if last else 0) != before:
            here = last.size if last else 0
            raise LogContradicted(
                f"{self.folder} 记到第 {here} 条，而新的链头从第 {before} 条开始。请先核对再继续封存。"
            )
        with (self.folder / LEAVES_FILE).open("ab") as file:
            # An interrupted write may have left leaves without their head; they are written again.
            file.truncate(before * HASH_BYTES)
            file.write(b"".join(leaves))
            file.flush()
            os.fsync(file.fileno())
        self._append_line(head.line())

    def _append_line(self, line: str) -> None:
        with (self.folder / HEADS_FILE).open("a+b") as file:
            file.truncate(_end_of_whole_lines(file))
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _end_of_whole_lines(file: IO[bytes]) -> int:
    # Where the last complete line ends: all of the file, but for half a line of an interrupted write.
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - LONGEST_LINE)
    file.seek(start)
    return start + file.read().rfind(b"\n") + 1
