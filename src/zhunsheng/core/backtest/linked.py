"""Which events must be judged together: those of a case, of the cases and incidents that name each other, and of the
places from which a correction took an event away."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def linked_groups(events: pl.DataFrame, *, by_person: bool) -> Ints:
    """The number of the group of each event (schemas.EVENTS, every version), from 0 and without gaps.

    `by_person`: persons hold their cases together, too.
    """
    columns = ("case", "incident", "person") if by_person else ("case", "incident")
    codes, base = [], 0
    for name in columns:
        own = _codes(events[name])
        codes.append(np.where(own >= 0, own + base, -1))
        base += int(own.max(initial=-1)) + 1
    corrected = (events["version"] != 1).any()
    if corrected:
        own = _codes(events.select(pl.concat_str("source", pl.lit("/"), "id", ignore_nulls=True))["source"])
        codes.append(own + base)
        base += int(own.max(initial=-1)) + 1
    return _joined(codes, base)


def in_fold_order(events: pl.DataFrame, groups: Ints) -> tuple[pl.DataFrame, Ints]:
    """Events and their groups in the order in which the fold takes them, so that copies of them need not be sorted:
    group by group, in order of time. Groups of several cases come last, because there the fold goes case by case."""
    about = events.select("case", "at", "source", "id").with_columns(group=pl.Series(groups)).with_row_index("row")
    several = about.group_by("group").agg(several=pl.col("case").drop_nulls().n_unique() > 1)
    order = about.join(several, on="group", how="left").sort("several", "group", "at", "source", "id")
    numbers = order["group"].rle_id().cast(pl.Int64).to_numpy()
    return events[order["row"]], numbers


def _joined(codes: list[Ints], count: int) -> Ints:
    """Events that share any code share the smallest label of all."""
    label = np.arange(count, dtype=np.int64)
    own = np.full(len(codes[0]), count, dtype=np.int64)
    while True:
        before = own
        own = own.copy()
        for code in codes:
            own = np.minimum(own, np.where(code >= 0, label[code], count))
        if np.array_equal(before, own):
            return np.unique(own, return_inverse=True)[1].astype(np.int64)
        for code in codes:
            named = code >= 0
            np.minimum.at(label, code[named], own[named])


def _codes(texts: pl.Series) -> Ints:
    if texts.null_count() == len(texts):
        return np.full(len(texts), -1, dtype=np.int64)
    return texts.cast(pl.Categorical()).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
