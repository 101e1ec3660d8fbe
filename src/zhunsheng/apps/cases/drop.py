"""The drop folder: another system puts files there, and they become events.

`<folder>/<source>/incoming/` takes the files (written under another name, then renamed: names that begin with a dot or
end in .part are still being written); `mapping.toml` beside it says how they are read. A file goes to `done/` or,
refused whole, to `refused/` with its reasons. Killed at any point, the next run takes the file up again: what is
recorded already changes nothing.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from zhunsheng.apps.access.processes import as_source
from zhunsheng.apps.cases.eventlog import Receipt, record_events
from zhunsheng.apps.cases.models import Source
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.files.mapping import MappingRefused, load_mapping
from zhunsheng.files.read import read_events
from zhunsheng.files.refusal import InputRefused

BATCH_ROWS: Final = 20_000
UNFINISHED: Final = ".part"


@dataclass(frozen=True)
class Taken:
    """What became of one file."""

    file: str
    receipt: Receipt = field(default_factory=Receipt)
    refusal: str = ""


def take_in(folder: Path, *, vocabulary: Vocabulary) -> list[Taken]:
    """Read what every active source has put down, in the order of the files' names."""
    found: list[Taken] = []
    for source in Source.objects.filter(is_active=True).order_by("id"):
        incoming = folder / source.id / "incoming"
        if incoming.is_dir():
            files = sorted(path for path in incoming.iterdir() if _is_finished(path))
            found += [_take_file(path, source, vocabulary) for path in files]
    return found


def record_in_batches(events: pl.DataFrame, *, source: Source) -> Receipt:
    """Record many events, each batch in a transaction of its own: the log grows while a large file is read."""
    total: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for batch in events.iter_slices(BATCH_ROWS):
        with as_source(source.id):
            receipt = record_events(batch, recorder=f"source:{source.id}", second_person=source.second_person)
        total.update(added=receipt.added, known=receipt.known, held=receipt.held)
        refused.update(receipt.quarantined)
    return Receipt(added=total["added"], known=total["known"], held=total["held"], quarantined=dict(refused))


def _take_file(path: Path, source: Source, vocabulary: Vocabulary) -> Taken:
    rules = path.parent.parent / "mapping.toml"
    try:
        mapping = load_mapping(rules, vocabulary) if rules.exists() else None
        frame = read_events([path], vocabulary=vocabulary, mapping=mapping).frame
    except (InputRefused, MappingRefused) as problem:
        return _refuse(path, str(problem))
    # The folder says who reports: a file cannot speak in another source's name.
    receipt = record_in_batches(frame.with_columns(source=pl.lit(source.id)), source=source)
    _move(path, "done")
    return Taken(path.name, receipt)


def _refuse(path: Path, reasons: str) -> Taken:
    target = _move(path, "refused")
    target.with_name(f"{target.name}.txt").write_text(reasons + "\n", encoding="utf-8")
    return Taken(path.name, refusal=reasons)


def _move(path: Path, folder: str) -> Path:
    target = path.parent.parent / folder / path.name
    target.parent.mkdir(exist_ok=True)
    return path.replace(target)


def _is_finished(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and not path.name.endswith(UNFINISHED)
