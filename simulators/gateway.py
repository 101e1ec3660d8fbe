"""What every simulator has: a log that is only added to, faults that can be changed while it runs, and its messages.

Faults are a JSON object in a file that is read again whenever it changes:

    down                 refuses every connection
    delay_ms             answers so much later
    refuse_every         refuses each n-th message for now (a system error)
    throttle_per_second  refuses what comes beyond so many a second
    wrong_numbers        refuses these numbers for good
    dead_numbers         accepts these, and reports later that they do not exist
    silent               accepts, and never answers
    silent_every         accepts, and does not answer each n-th
    no_receipts          sends no receipts
    duplicate_receipts   sends every receipt twice
    receipt_delay_ms     sends receipts so much later
    reply_from           {number: text}: a phone answers so after its next message, once
    wrong_password       refuses every login
    redirect_to          sends whoever asks to this address (web hooks)
"""

import json
import os
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

KNOWN: Final = frozenset({
    "down", "delay_ms", "refuse_every", "throttle_per_second", "wrong_numbers", "dead_numbers", "silent",
    "silent_every", "no_receipts", "duplicate_receipts", "receipt_delay_ms", "reply_from", "wrong_password",
    "redirect_to",
})  # fmt: skip
ID_BITS: Final = 16


class Journal:
    """The file. Every line is written whole, and flushed to the system, before the gateway answers."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, what: str, **facts: Any) -> None:
        """One line: when, what, and its facts."""
        line = {"at": datetime.now(UTC).isoformat(timespec="microseconds"), "what": what, **facts}
        os.write(self._file, json.dumps(line, ensure_ascii=False).encode() + b"\n")


class Faults:
    """The faults now."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._read_at: int | None = None
        self._faults: dict[str, Any] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """One fault. An object that is written at this moment leaves the faults as they were."""
        if self._path is not None and self._path.exists():
            changed_at = self._path.stat().st_mtime_ns
            if changed_at != self._read_at:
                self._read(changed_at)
        return self._faults.get(name, default)

    def _read(self, changed_at: int) -> None:
        assert self._path is not None
        try:
            faults = json.loads(self._path.read_text(encoding="utf-8"))
        except ValueError:
            return
        unknown = set(faults) - KNOWN
        if unknown:
            raise SystemExit(
                f"simulator: no fault named {', '.join(sorted(unknown))}. They are {', '.join(sorted(KNOWN))}."
            )
        self._faults, self._read_at = faults, changed_at


@dataclass(frozen=True)
class Verdict:
    """What the gateway says to a message. `code`: accepted, known, system, throttled, wrong_number."""

    code: str
    id: str = ""
    silent: bool = False


@dataclass(frozen=True)
class Later:
    """Something that the gateway will send: a receipt (`id`, `state`) or a text from a phone."""

    due: float
    n: int
    kind: str
    number: str
    id: str = ""
    state: str = ""
    text: str = ""


@dataclass
class Gateway:
    """The part of a simulator that no protocol changes. May be used by several threads."""

    journal: Journal
    faults: Faults
    recognises_keys: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _messages: int = 0
    # A gateway that starts again does not use a number twice.
    _next_id: int = field(default_factory=lambda: int(time.time() * 1000) << ID_BITS)
    _ids: dict[str, str] = field(default_factory=dict)  # key → id
    _recent: deque[float] = field(default_factory=deque)
    _later: list[Later] = field(default_factory=list)
    _replied: set[str] = field(default_factory=set)

    def login(self, account: str, *, is_right: bool) -> bool:
        """Whether a login is let in."""
        let_in = is_right and not self.faults.get("wrong_password")
        if not let_in:
            self.journal.write("login_refused", account=account)
        return let_in

    def submit(self, *, key: str, number: str, text: str, wants_receipt: bool = True, **facts: Any) -> Verdict:
        """Judge one message and write it down. Sleeps as long as the faults say."""
        time.sleep(self.faults.get("delay_ms", 0) / 1000)
        with self._lock:
            return self._submit(key, number, text, wants_receipt, facts)

    def _submit(self, key: str, number: str, text: str, wants_receipt: bool, facts: dict[str, Any]) -> Verdict:
        self._messages += 1
        if self.recognises_keys and key in self._ids:
            self.journal.write("recognised", key=key, number=number, id=self._ids[key])
            return Verdict("known", self._ids[key])
        refusal = self._refusal(number)
        if refusal:
            self.journal.write("refused", key=key, number=number, code=refusal)
            return Verdict(refusal)
        identity = str(self._next_id)
        self._next_id += 1
        self._ids[key] = identity
        every = self.faults.get("silent_every")
        silent = bool(self.faults.get("silent")) or bool(every and self._messages % every == 0)
        self.journal.write("accepted", key=key, number=number, text=text, id=identity, silent=silent, **facts)
        if wants_receipt:
            self._plan(number, identity)
        return Verdict("accepted", identity, silent)

    def due(self, *, keep: bool = False) -> list[Later]:
        """What is to be sent by now. `keep`: it stays until `taken`."""
        now = time.monotonic()
        with self._lock:
            ready = [one for one in self._later if one.due <= now]
            if not keep:
                self._later = [one for one in self._later if one.due > now]
        return ready

    def taken(self, numbers: set[int]) -> None:
        """The client has these."""
        with self._lock:
            self._later = [one for one in self._later if one.n not in numbers]
        self.journal.write("taken", count=len(numbers))

    def put_back(self, later: Later) -> None:
        """The client did not take it: it will be sent again."""
        with self._lock:
            self._later.append(later)

    def _refusal(self, number: str) -> str:
        if number in self.faults.get("wrong_numbers", ()):
            return "wrong_number"
        every = self.faults.get("refuse_every")
        if every and self._messages % every == 0:
            return "system"
        most = self.faults.get("throttle_per_second")
        if most is None:
            return ""
        now = time.monotonic()
        while self._recent and now - self._recent[0] >= 1:
            self._recent.popleft()
        if len(self._recent) >= most:
            return "throttled"
        self._recent.append(now)
        return ""

    def _plan(self, number: str, identity: str) -> None:
        due = time.monotonic() + self.faults.get("receipt_delay_ms", 0) / 1000
        if not self.faults.get("no_receipts"):
            state = "MK:0001" if number in self.faults.get("dead_numbers", ()) else "DELIVRD"
            for _ in range(2 if self.faults.get("duplicate_receipts") else 1):
                self._later.append(Later(due, self._number(), "receipt", number, id=identity, state=state))
        answer = self.faults.get("reply_from", {}).get(number)
        if answer is not None and number not in self._replied:
            self._replied.add(number)
            self._later.append(Later(due, self._number(), "reply", number, text=answer))

    def _number(self) -> int:
        self._next_id += 1
        return self._next_id
