"""What a planted file is made of, under which number it stands, and what readers found of what was planted."""

import pytest

from zhunsheng.core.inspection.planting import PlantingRefused, found, free_number, read_file, reading_of

SEED = bytes(32)
UNIT, MONTH = "350205010000", "202610"
FILE = """
title    = "电动车被盗案"
kind     = "criminal"
unit     = "350205010000"
month    = "202610"
result   = "prosecution.transferred"
ended_on = 2026-10-12
known    = ["CR12"]
said     = { CR03 = "pass" }

[[paper]]
kind   = "讯问笔录"
signed = false
pages  = ["1.png", "2.png"]
"""


def numbers(*serials: int) -> list[str]:
    return [f"A{UNIT}{MONTH}{serial:04d}" for serial in serials]


def test_a_planted_file_stands_in_a_gap_of_its_month_and_never_at_its_end() -> None:
    taken = numbers(1, 2, 4, 7, 9)
    made = {free_number(UNIT, MONTH, taken, seed=bytes([n])) for n in range(40)}
    assert made == set(numbers(3, 5, 6, 8))


def test_a_month_without_a_gap_gives_its_next_number_and_a_full_one_none() -> None:
    assert free_number(UNIT, MONTH, numbers(1, 2, 3), seed=SEED) == numbers(4)[0]
    assert free_number(UNIT, MONTH, [], seed=SEED) == numbers(1)[0]
    with pytest.raises(PlantingRefused, match="已用完"):
        free_number(UNIT, MONTH, numbers(*range(1, 10_000)), seed=SEED)


def test_a_file_says_what_it_holds() -> None:
    file = read_file(FILE)
    assert (file.known, dict(file.said)) == (("CR12",), {"CR03": "pass"})
    assert [(paper.kind, paper.signed, paper.pages) for paper in file.papers] == [
        ("讯问笔录", False, ("1.png", "2.png"))
    ]
    # A paper is named as the source that scans would name it, else by the site
    coded = read_file(FILE.replace("signed = false", 'signed = false\ncode = "{case}-01"'))
    assert (coded.papers[0].code, file.papers[0].code) == ("{case}-01", "")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title ", "titel ", "titel 不是认识的键"),
        ('["CR12"]', '["第12项"]', "known"),
        ('"pass"', '"maybe"', "said"),
        ("2026-10-12", '"2026-10-12"', "ended_on"),
        ('"202610"', '"2026-10"', "month"),
        ("[[paper]]", "[[papers]]", "papers 不是认识的键"),
        ("signed = false", 'signed = "no"', r"paper\[1\].signed"),
        ("=", "", "不是 TOML"),
    ],
)
def test_a_file_with_a_fault_is_refused_whole(old: str, new: str, says: str) -> None:
    with pytest.raises(PlantingRefused, match=says):
        read_file(FILE.replace(old, new, 1))


def test_16_seventeen_of_twenty_known_problems_were_found_and_none_was_seen_in_twelve_files_without() -> None:
    faulty = [reading_of(["CR12"], {"CR12": "problem" if n < 17 else "pass", "CR01": "pass"}) for n in range(20)]
    clean = [reading_of([], {"CR12": "pass"}) for _n in range(12)]
    seen = found([*faulty, *clean])
    assert seen.sensitivity is not None
    assert seen.false_problems is not None
    # why: the exact intervals of 17 of 20 and of 0 of 12
    assert [round(value, 2) for value in (seen.sensitivity.share, seen.sensitivity.low, seen.sensitivity.high)] == [
        0.85, 0.62, 0.97,
    ]  # fmt: skip
    assert (seen.false_problems.share, round(seen.false_problems.high, 2)) == (0, 0.26)


def test_another_fault_than_the_planted_one_finds_nothing() -> None:
    seen = found([reading_of(["CR12"], {"CR12": "pass", "CR01": "problem"})])
    assert seen.sensitivity is not None
    assert seen.sensitivity.found == 0
    assert seen.false_problems is None
