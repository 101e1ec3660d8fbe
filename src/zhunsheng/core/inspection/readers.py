"""Who reads a file: nobody who has a stake in it; of the others, whoever has least to do, ties by lot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Final

from zhunsheng.core.inspection.draw import Pick, draw, mark

UNIT_DAYS: Final = 365
LEADER_DAYS: Final = 730
SECOND_SHARE: Final = Fraction(10, 100)
SECOND_AT_LEAST: Final = 20
PLANTED_SHARE: Final = Fraction(5, 100)
BLOCKS: Final = {
    "no_access": "无权查看本案",
    "own_unit": "本单位",
    "own_unit_recently": "近12个月在该单位",
    "own_case": "办理过本案",
    "relation": "亲属或已申报的关系",
    "former_leader": "近24个月任该单位领导",
    "reviewed_before": "决定前审核过本案",
    "told": "知道本批里放了哪些检验卷宗",
}


@dataclass(frozen=True)
class Reader:
    """Somebody who may read. `left_units`, `left_lead`: units he served in or led, with the day he left."""

    id: str
    units: frozenset[str] = frozenset()
    left_units: Mapping[str, date] = field(default_factory=dict)
    left_lead: Mapping[str, date] = field(default_factory=dict)
    minutes: int = 0  # standard minutes of the files that he has been given
    days: int = 1  # on duty in the period


@dataclass(frozen=True)
class File:
    """A file to be read, and who has a stake in it, by reader id. `told`: who knows which files of its lot are planted.
    `informed`: who has heard of its case, by an alert or a task; another is preferred, who reads it blind."""

    id: str
    units: frozenset[str]  # the unit of the case and those above it
    minutes: int = 60
    officers: frozenset[str] = frozenset()
    related: frozenset[str] = frozenset()
    reviewers: frozenset[str] = frozenset()
    no_access: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    informed: frozenset[str] = frozenset()


def blocked(reader: Reader, file: File, *, on: date) -> str | None:
    """Why a reader may not read a file: a key of BLOCKS; None where he may."""
    checks = {
        "own_case": reader.id in file.officers,
        "reviewed_before": reader.id in file.reviewers,
        "relation": reader.id in file.related,
        "told": reader.id in file.told,
        "no_access": reader.id in file.no_access,
        "own_unit": bool(reader.units & file.units),
        "former_leader": _within(reader.left_lead, file.units, on, LEADER_DAYS),
        "own_unit_recently": _within(reader.left_units, file.units, on, UNIT_DAYS),
    }
    return next((name for name, holds in checks.items() if holds), None)


def _within(left: Mapping[str, date], units: Iterable[str], on: date, days: int) -> bool:
    return any(unit in left and on - left[unit] < timedelta(days) for unit in units)


def assigned(
    files: Sequence[File], readers: Sequence[Reader], *, seed: bytes, on: date, round_: str = "first"
) -> dict[str, str | None]:
    """The reader of each file, by the file's id; None where nobody here may: the upper level reads it.

    Files are given out in the order of the lot, each to the eligible reader with the least load (minutes given ÷ days
    on duty), ties by HMAC(seed, file|reader); to one who has heard of its case only where nobody else is left.
    """
    given = {reader.id: reader.minutes for reader in readers}
    found: dict[str, str | None] = {}
    for file in sorted(files, key=lambda one: mark(seed, f"{round_}|{one.id}")):
        able = [reader for reader in readers if reader.days > 0 and blocked(reader, file, on=on) is None]
        if not able:
            found[file.id] = None
            continue
        unaware = [reader for reader in able if reader.id not in file.informed] or able
        chosen = min(unaware, key=lambda one: (Fraction(given[one.id], one.days), mark(seed, f"{file.id}|{one.id}")))
        given[chosen.id] += file.minutes
        found[file.id] = chosen.id
    return found


def second_readings(seed: bytes, *, plan: str, ids: Sequence[str]) -> tuple[Pick, ...]:
    """The files that somebody else reads again, blind: a tenth, at least twenty, drawn as the files were."""
    count = min(len(ids), max(SECOND_AT_LEAST, ceil(SECOND_SHARE * len(ids))))
    return draw(seed, plan=plan, stratum="second", ids=ids, count=count)


def planted_count(files: int) -> int:
    """How many files with known problems go among so many."""
    return ceil(PLANTED_SHARE * files)
