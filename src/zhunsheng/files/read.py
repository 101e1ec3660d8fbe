"""Files → the event table. Each is parsed in a child process and checked whole; nothing of a faulty one gets in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from zhunsheng.core.schemas import EVENTS
from zhunsheng.core.vocabulary import Vocabulary
from zhunsheng.files.duplicates import FILE, collapse
from zhunsheng.files.events import without_rows
from zhunsheng.files.isolation import FileReader
from zhunsheng.files.load import Loaded
from zhunsheng.files.mapping import Mapping
from zhunsheng.files.refusal import InputRefused, Issue


@dataclass(frozen=True)
class FileRead:
    """Control totals of one file: every row in is accepted (or the whole file would have been refused)."""

    file: str
    rows_in: int
    rows_without_event: int  # rows that no [[event]] of the mapping wanted
    events: int


@dataclass(frozen=True)
class EventsRead:
    """The events of all files in one frame (schemas.EVENTS), and the totals."""

    frame: pl.DataFrame
    files: tuple[FileRead, ...]
    repeated: int  # identical repetitions of one (source, id, version), read once

    @property
    def rows_in(self) -> int:
        """Rows of all files."""
        return sum(file.rows_in for file in self.files)


def read_events(paths: Sequence[Path], *, vocabulary: Vocabulary, mapping: Mapping | None = None) -> EventsRead:
    """Read files into schemas.EVENTS, in the order given.

    Raises  InputRefused with the issues of every faulty file at once.
    """
    loaded: list[Loaded] = []
    issues: list[Issue] = []
    with FileReader(vocabulary, mapping) as reader:
        for path in paths:
            try:
                loaded.append(reader.read(path))
            except InputRefused as refused:
                issues += refused.issues
    if issues:
        raise InputRefused(issues)
    files = tuple(
        FileRead(path.name, one.rows_in, one.rows_without_event, one.events.height)
        for path, one in zip(paths, loaded, strict=True)
    )
    if not loaded:
        return EventsRead(pl.DataFrame(schema=EVENTS), (), 0)
    repeated = sum(one.repeated for one in loaded)
    if len(loaded) == 1:
        return EventsRead(without_rows(loaded[0].events), files, repeated)
    parts = [one.events.with_columns(pl.lit(file.file).alias(FILE)) for one, file in zip(loaded, files, strict=True)]
    events = pl.concat(parts)
    kept = collapse(events)
    return EventsRead(without_rows(kept), files, repeated + events.height - kept.height)
