"""Strata: cells of station, kind and result, merged until each is worth drawing from, and how many to draw of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import isqrt
from typing import Final

LEAST_FILES: Final = 8
LEAST_DRAWN: Final = 2
SCALE: Final = 10**18
PRIOR: Final = 10
"""So many files of the city's rate are added to a cell's own when its rate of last year is shrunk."""


class AllocationRefused(ValueError):
    """So few files cannot be shared among the strata."""


@dataclass(frozen=True)
class FrameFile:
    """One file that may be drawn, and the cell that it lies in."""

    id: str
    station: str
    kind: str
    result: str


@dataclass(frozen=True)
class Stratum:
    """Files of one station, of one or more neighbouring cells. `ids` are sorted."""

    name: str
    ids: tuple[str, ...]


def strata(files: Iterable[FrameFile]) -> tuple[Stratum, ...]:
    """The cells by station, kind and result; one with fewer than eight files joins the next of its station.

    The last of a station, if too small, joins the one before it; a station of fewer files is one stratum.
    """
    ordered = sorted(files, key=lambda one: (one.station, one.kind, one.result, one.id))
    found: list[Stratum] = []
    for station, of_station in groupby(ordered, key=lambda one: one.station):
        cells = [
            (f"{kind}+{result}" if result else kind, [one.id for one in cell])
            for (kind, result), cell in groupby(of_station, key=lambda one: (one.kind, one.result))
        ]
        found += [Stratum(f"{station}|{name}", tuple(sorted(ids))) for name, ids in _merged(cells)]
    return tuple(found)


def _merged(cells: Sequence[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    merged: list[tuple[str, list[str]]] = []
    names: list[str] = []
    ids: list[str] = []
    for name, members in cells:
        names, ids = [*names, name], [*ids, *members]
        if len(ids) >= LEAST_FILES:
            merged.append(("、".join(names), ids))
            names, ids = [], []
    if ids and merged:
        last, members = merged.pop()
        return [*merged, ("、".join([last, *names]), [*members, *ids])]
    return [*merged, ("、".join(names), ids)] if ids else merged


def shrunk_rate(problems: int, read: int, city: Fraction) -> Fraction:
    """Last year's rate of a cell, drawn towards the city's by ten files."""
    return (problems + PRIOR * city) / (read + PRIOR)


def allocate(
    sizes: Mapping[str, int], rates: Mapping[str, Fraction], drawn: int, *, uncounted: Mapping[str, int] | None = None
) -> dict[str, int]:
    """How many to draw of each stratum: two each, the rest by N·√(q(1−q)), largest remainder, never above its size.

    Takes   sizes: files of each stratum; rates: its expected rate, between 0 and 1. Whole numbers throughout, so that
            every machine shares alike; ties by name. uncounted: planted files of a stratum; were all of them drawn, two
            that count are left.
    Raises  AllocationRefused where two each are already too many, or a rate leaves nothing to expect.
    """
    names = sorted(sizes)
    share = {name: min(LEAST_DRAWN + (uncounted or {}).get(name, 0), sizes[name]) for name in names}
    left = drawn - sum(share.values())
    if left < 0:
        raise AllocationRefused(f"分成 {len(names)} 层，每层至少抽两件，抽 {drawn} 件不够。请多抽几件，或缩小范围。")
    if drawn > sum(sizes.values()):
        raise AllocationRefused(f"期次内共 {sum(sizes.values())} 件，不能抽 {drawn} 件。请减少件数。")
    bad = next((name for name in names if not 0 < rates[name] < 1), None)
    if bad is not None:
        raise AllocationRefused(f"{bad} 的预计问题率是 {rates[bad]}，应在 0 和 1 之间。请用收缩后的去年问题率。")
    while left:
        open_ = [name for name in names if share[name] < sizes[name]]
        given = _largest_remainder({name: _weight(sizes[name], rates[name]) for name in open_}, left)
        for name, amount in given.items():
            share[name] += min(amount, sizes[name] - share[name])
        left = drawn - sum(share.values())
    return share


def _weight(size: int, rate: Fraction) -> int:
    spread = rate * (1 - rate)
    return max(1, isqrt(size * size * SCALE * spread.numerator // spread.denominator))


def _largest_remainder(weights: Mapping[str, int], amount: int) -> dict[str, int]:
    total = sum(weights.values())
    given = {name: amount * weight // total for name, weight in weights.items()}
    rest = sorted(weights, key=lambda name: (-(amount * weights[name] % total), name))
    for name in rest[: amount - sum(given.values())]:
        given[name] += 1
    return given
