"""Units, officers and persons that do not exist: no real division, masked names, numbers that fail their checksum."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

PROVINCE: Final = "35"
CITY: Final = "3599"  # no division of GB/T 2260
CITY_NAME: Final = "晴川市公安局"
STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
SURNAMES: Final = tuple("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜徐")
SQUADS: Final = (("command_room", "综合指挥室"), ("case_squad", "案件办理队"), ("community_squad", "社区警务队"))
CASES_PER_BRANCH: Final = 12_000
STATIONS_PER_BRANCH: Final = 8
OFFICERS_PER_SQUAD: Final = 6
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS: Final = "10X98765432"

UNITS: Final = pl.Schema({"code": pl.String(), "name": pl.String(), "kind": pl.String(), "parent": pl.String()})
OFFICERS: Final = pl.Schema(
    {
        "id": pl.String(),  # province and police number: the number alone repeats between provinces
        "province": pl.String(),
        "number": pl.String(),
        "name": pl.String(),
        "unit": pl.String(),
        "kind": pl.String(),  # police or auxiliary
    }
)
PERSONS: Final = pl.Schema(
    {
        "id": pl.String(),
        "case": pl.String(),
        "name": pl.String(),
        "id_number": pl.String(),  # never a valid one
        "sex": pl.String(),
        "birth_date": pl.Date(),
    }
)


@dataclass(frozen=True)
class Squad:
    """A squad that handles cases, and who serves in it."""

    code: str
    station: str
    branch_name: str
    officers: tuple[str, ...]


def make_units(cases: int) -> pl.DataFrame:
    """The city, its branches, their stations and the squads of each. Returns UNITS."""
    rows: list[tuple[str, str, str, str | None]] = [(f"{CITY}00000000", CITY_NAME, "city", None)]
    for b in range(1, min(9, cases // CASES_PER_BRANCH + 2) + 1):
        branch = f"{CITY}{b:02}000000"
        name = f"{STEMS[b - 1]}区分局"
        rows.append((branch, name, "branch", f"{CITY}00000000"))
        for s in range(1, STATIONS_PER_BRANCH + 1):
            station = f"{CITY}{b:02}{50 + s:02}0000"
            rows.append((station, f"{name}第{s}派出所", "station", branch))
            for q, (kind, title) in enumerate(SQUADS, start=1):
                rows.append((f"{CITY}{b:02}{50 + s:02}{q:02}00", f"{name}第{s}派出所{title}", kind, station))
    return pl.DataFrame(rows, schema=UNITS, orient="row")


def make_officers(units: pl.DataFrame, rng: np.random.Generator, per_squad: int = OFFICERS_PER_SQUAD) -> pl.DataFrame:
    """So many to a squad, the last of each an auxiliary. Returns OFFICERS."""
    squads = units.filter(pl.col("kind").str.contains("squad|command_room"))["code"].to_list()
    total = len(squads) * per_squad
    numbers = 100_000 + rng.permutation(total)
    surnames = rng.integers(0, len(SURNAMES), total)
    rows = [
        (
            f"{PROVINCE}-{numbers[n]}",
            PROVINCE,
            str(numbers[n]),
            f"{SURNAMES[surnames[n]]}某",
            squads[n // per_squad],
            "auxiliary" if n % per_squad == per_squad - 1 else "police",
        )
        for n in range(total)
    ]
    return pl.DataFrame(rows, schema=OFFICERS, orient="row")


def squads_that_handle_cases(units: pl.DataFrame, officers: pl.DataFrame) -> list[Squad]:
    """The case squads with their police officers."""
    names = dict(zip(units["code"], units["name"], strict=True))
    police: dict[str, list[str]] = {}
    for officer in officers.filter(kind="police").iter_rows(named=True):
        police.setdefault(officer["unit"], []).append(officer["id"])
    return [
        Squad(code, station, names[f"{station[:6]}000000"], tuple(police[code]))
        for code, station in units.filter(kind="case_squad").select("code", "parent").iter_rows()
    ]


def false_id_number(division: str, birth: str, serial: int) -> str:
    """An identity number of the right shape whose last character is not the one of GB 11643."""
    body = f"{division}{birth}{serial:03}"
    right = check_character(body)
    return body + CHECKS[(CHECKS.index(right) + 1 + serial % 9) % len(CHECKS)]


def check_character(body: str) -> str:
    """The check character that GB 11643 gives seventeen digits."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % len(CHECKS)]
