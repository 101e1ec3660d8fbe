"""The Python interface: read events, load a rulebook, judge. For notebooks and other programs; docs/python.md.

from zhunsheng.api import judge, load_rulebook, read_events
"""

from datetime import datetime
from pathlib import Path

import polars as pl

from zhunsheng import book
from zhunsheng.core import judge as core
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.counted import AsOf
from zhunsheng.core.judge import Judgement
from zhunsheng.files import read
from zhunsheng.files.mapping import load_mapping

__all__ = ["Judgement", "Rulebook", "judge", "load_rulebook", "read_events"]


def load_rulebook(folder: Path | str) -> Rulebook:
    """The rules, the vocabulary and the calendar of a folder.

    Raises  RulebookRefused with every issue of every file.
    """
    return book.load_rulebook(Path(folder))


def read_events(*files: Path | str, rulebook: Rulebook, mapping: Path | str | None = None) -> pl.DataFrame:
    """The events of files of any kind that docs/files.md describes, as schemas.EVENTS.

    Takes   files: paths; mapping: a mapping file where the columns are not the event table's own.
    Raises  InputRefused naming file, row, column and remedy; MappingRefused. Nothing of a faulty file is returned.
    """
    chosen = load_mapping(Path(mapping), rulebook.vocabulary) if mapping is not None else None
    return read.read_events([Path(file) for file in files], vocabulary=rulebook.vocabulary, mapping=chosen).frame


def judge(
    events: pl.DataFrame, rulebook: Rulebook, *, as_of: AsOf, known_at: datetime | None = None, steps: bool = True
) -> Judgement:
    """What the rules say of events at an instant.

    Takes   events: schemas.EVENTS in any order; as_of: an instant with zone, or one for each case; known_at: leaves
            out what was recorded later; steps: false saves the time and memory of the computation's log.
    Returns clocks, verdicts of checks, findings over both, steps: schemas.CLOCKS, VERDICTS, FINDINGS, STEPS, in
            canonical order.
    Raises  SchemaMismatch; ValueError for an instant without zone.
    """
    return core.judge(events, rulebook, as_of=as_of, known_at=known_at, with_steps=steps)
