"""One (source, id, version) is one event: the same row twice is one row, two contents under one name are refused."""

from typing import Final

import polars as pl

from zhunsheng.core.schemas import EVENTS
from zhunsheng.files.refusal import ROW, InputRefused, Issue, masked

FILE: Final = "#file"
"""Column with the name of the file that a row came from."""
NUMBER: Final = "#n"
KEY: Final = ("source", "id", "version")
MOST: Final = 20


def collapse(events: pl.DataFrame) -> pl.DataFrame:
    """Drop identical repetitions, keeping the first.

    Takes   schemas.EVENTS with #row and #file.
    Raises  InputRefused naming both places of each (source, id, version) that has two contents.
    """
    # A hash of the key decides in one pass that nothing repeats; two keys with one hash only cost the closer look.
    hashes = events.select(pl.struct(KEY).hash()).to_series()
    if hashes.n_unique() == events.height:
        return events
    numbered = events.with_row_index(NUMBER)
    suspects = numbered.filter(hashes.is_duplicated())
    distinct = suspects.unique(EVENTS.names(), keep="first", maintain_order=True)
    clashes = distinct.filter(pl.struct(KEY).is_duplicated())
    if clashes.height:
        raise InputRefused(_issues(clashes))
    again = suspects.join(distinct, on=NUMBER, how="anti")
    return numbered.join(again, on=NUMBER, how="anti", maintain_order="left").drop(NUMBER)


def _issues(clashes: pl.DataFrame) -> list[Issue]:
    issues = []
    for _, group in clashes.group_by(KEY, maintain_order=True):
        (file, row, identity), (other_file, other_row, _) = group.head(2).select(FILE, ROW, "id").rows()
        place = f"row {other_row}" if other_file == file else f"row {other_row} of {other_file}"
        text = f"this id has another content in {place}."
        issues.append(Issue(file, text, "Give a correction a higher version.", None, row, "id", masked(identity, "id")))
    return issues[:MOST]
