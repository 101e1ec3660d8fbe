"""Twenty thousand mutated files: none may crash the reader, hang it or take more memory than it may.

    ./zs test --nightly fuzz
    .venv/bin/python -m tests.files.fuzz [FILES] [SEED]

A mutant that is still sound may be read; every other one must be refused with an issue. The seed and the number of a
mutant give its bytes again.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.files import tables
from tests.files.damage import DAMAGE
from tests.files.tables import WRITERS, Row
from tests.files.words import VOCABULARY
from zhunsheng.files.isolation import FileReader
from zhunsheng.files.mapping import Mapping
from zhunsheng.files.refusal import InputRefused

FILES: Final = 20_000
SEED: Final = 20_261_125
PROCESSES: Final = 2
LONGEST_S: Final = 20.0
MEMORY: Final = 512 << 20
LARGEST_SEED: Final = 200_000  # bytes: mutants of larger files say nothing more
EVENTS: Final = 40
TOKENS: Final = (
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b",", b"\n", b"\r", b"<", b">", b"&", b"&#0;", b"]]>", b"<!--"),
    *(b"<!DOCTYPE x>", b"{", b"}", b"[", b"\\u0000", b"1e999", b"-1", b"4294967295", b"9" * 400, b"2026-13-45"),
    *(b"PAR1", b"PK\x03\x04", b"\x1f\x8b\x08", "案".encode(), "案".encode("gb18030")),
)


@dataclass
class Tally:
    """What became of the mutants."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    largest_bytes: int = 0

    def add(self, other: "Tally") -> None:
        """Take in the tally of another process."""
        self.outcomes += other.outcomes
        self.faults += other.faults
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.largest_bytes = max(self.largest_bytes, other.largest_bytes)


def seeds() -> dict[str, list[bytes]]:
    """Format → files to start from: a sound one, and the small broken ones."""
    rows: list[Row] = [
        {
            **tables.FILED,
            "id": str(n),
            "person": f"P{n % 5}",
            "until": "2026-04-01",
            "facts": '{"minor":true}',
            "officers": "1;2",
        }
        for n in range(EVENTS)
    ]
    found = {form: [writer(rows)] for form, writer in WRITERS.items()}
    for form, damages in DAMAGE.items():
        broken = [damage.bytes() for name, damage in damages.items() if "bomb" not in name and "parts" not in name]
        found[form] += [content for content in broken if 0 < len(content) < LARGEST_SEED]
    return found


def mutant(content: bytes, draw: random.Random) -> bytes:
    """A few changes: bits, bytes, tokens, runs cut, doubled, swapped or repeated."""
    data = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 3, 5, 8))):
        start, end = sorted((draw.randrange(len(data) + 1), draw.randrange(len(data) + 1)))
        end = min(end, start + draw.choice((1, 4, 16, 256, 4096)))
        match draw.randrange(7):
            case 0 if data:
                data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
            case 1 if data:
                data[draw.randrange(len(data))] = draw.randrange(256)
            case 2:
                data[start:start] = draw.choice(TOKENS)
            case 3:
                del data[start:end]
            case 4:
                data[start:end] = data[start:end] * draw.choice((2, 2, 2, 50))
            case 5:
                data[start:end] = draw.choice(TOKENS)
            case _:
                data = data[:start] + data[end:] + data[start:end]
    return bytes(data)


def run(first: int, count: int, step: int, seed: int) -> Tally:
    """Read mutants first, first + step, … below count."""
    tally, start_from = Tally(), seeds()
    forms = sorted(start_from)
    gb18030 = Mapping(encoding="gb18030")
    with (
        tempfile.TemporaryDirectory(prefix="zs-fuzz-") as folder,
        FileReader(VOCABULARY) as plain,
        FileReader(VOCABULARY, gb18030) as encoded,
    ):
        for number in range(first, count, step):
            draw = random.Random(f"{seed}/{number}")
            form = forms[number % len(forms)]
            path = Path(folder) / f"mutant.{form}"
            origin = draw.choice((start_from[form][0], draw.choice(start_from[form])))  # half from the sound file
            path.write_bytes(mutant(origin, draw))
            read(encoded if form.startswith("gb18030") else plain, path, f"{form} {number}", tally)
    return tally


def read(reader: FileReader, path: Path, name: str, tally: Tally) -> None:
    """Read one mutant and judge how its reader ended."""
    try:
        reader.read(path)
        outcome = "read"
    except InputRefused:
        outcome = "refused"
    ending = reader.last
    assert ending is not None  # it was just asked
    if ending.timed_out or ending.seconds > LONGEST_S:
        outcome = "hang"
    elif ending.memory_bytes > MEMORY:
        outcome = "memory"
    elif ending.status != 0:
        outcome = f"crash {ending.status}"
    if outcome not in ("read", "refused"):
        tally.faults.append(f"{outcome}: {name}: {ending.seconds:.1f} s, {ending.memory_bytes >> 20} MB")
    tally.outcomes[outcome] += 1
    tally.slowest_s = max(tally.slowest_s, ending.seconds)
    tally.largest_bytes = max(tally.largest_bytes, ending.memory_bytes)


def main(arguments: list[str]) -> int:
    """Run all mutants in two processes. 1 if any crashed, hung or took too much."""
    count = int(arguments[0]) if arguments else FILES
    seed = int(arguments[1]) if len(arguments) > 1 else SEED
    began = time.monotonic()
    total = Tally()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for tally in pool.map(run, range(PROCESSES), repeat(count), repeat(PROCESSES), repeat(seed)):
            total.add(tally)
    for fault in total.faults:
        print(fault)
    print(f"{count} mutants of seed {seed} in {time.monotonic() - began:.0f} s: {dict(total.outcomes)}")
    print(f"slowest {total.slowest_s:.1f} s, largest {total.largest_bytes >> 20} MB, {len(total.faults)} faults")
    return 1 if total.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
