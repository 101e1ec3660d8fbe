"""The lot: the design's example byte for byte, an outsider's ten lines, chances that are equal, and a coin that is not.

Faults 6 to 10 of the design that concern the arithmetic; those of the platform stand in tests/platform.
"""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.inspection.months import chi_square_p, coin_with_a_cap, drawn_quarters
from zhunsheng.core.inspection.draw import DrawRefused, commitment, draw, frame_hash, seed
from zhunsheng.core.inspection.published import Drawn, Lot, RecordRefused, differences, drawn, record

HEAD = "03bf4b1764446c232ebefdc563aeb797e495248975bd0016660f35b7bd8999d8"
NONCE = bytes(range(16))
IDS = tuple(f"A3502030000002026110{n:03d}" for n in range(1, 13))
LOT = Lot("IP-2026-12", "sha256", "2026-12-01T09:00:00+08:00", HEAD, "", commitment(NONCE), NONCE.hex())
OUTSIDER = """
import hashlib, hmac, json, sys
r = json.load(open(sys.argv[1], encoding="utf-8"))
seed = hashlib.sha256(bytes.fromhex(r["head"]["root"]) + bytes.fromhex(r["nonce"])).digest()
assert hashlib.sha256(bytes.fromhex(r["nonce"])).hexdigest() == r["commitment"]
for s in r["strata"]:
    key = lambda i: hmac.new(seed, f"{r['plan']}|{s['name']}|{i}".encode(), "sha256").hexdigest()
    print(*sorted(s["ids"], key=key)[: s["draw"]])
"""


def example() -> str:
    return record(LOT, drawn(LOT, {"S1": IDS}, {"S1": 4}))


def test_the_example_of_the_design_is_drawn_byte_for_byte() -> None:
    made = seed(bytes.fromhex(HEAD), NONCE, commitment(NONCE))
    assert commitment(NONCE).startswith("be45cb26")
    assert commitment(NONCE).endswith("8991")
    assert made.hex() == "64e81372536857b8944da9475f558cc3d7a5773e1837af9686cf8b3520a09b82"
    assert frame_hash(IDS).startswith("dc64bcf8")
    assert frame_hash(IDS).endswith("0a38")
    picks = draw(made, plan="IP-2026-12", stratum="S1", ids=IDS, count=4)
    assert [(pick.id[-3:], pick.digest[:8]) for pick in picks] == [
        ("003", "094696c7"),
        ("012", "237daf47"),
        ("010", "4b0ffc49"),
        ("002", "67023f99"),
    ]
    assert {pick.inclusion for pick in picks} == {Fraction(4, 12)}


def test_12_an_outsider_repeats_the_draw_with_ten_lines_and_no_access(tmp_path: Path) -> None:
    published = tmp_path / "draw.json"
    published.write_text(example(), "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-c", OUTSIDER, str(published)], capture_output=True, text=True, check=True
    )
    assert [one[-3:] for one in done.stdout.split()] == ["003", "012", "010", "002"]
    assert len(OUTSIDER.strip().splitlines()) <= 10


def test_the_same_draw_is_the_same_record_whatever_the_order_of_the_frame() -> None:
    shuffled = tuple(random.Random(3).sample(IDS, len(IDS)))
    assert record(LOT, drawn(LOT, {"S1": shuffled}, {"S1": 4})) == example()
    assert frame_hash(shuffled) == frame_hash(IDS)  # also where somebody else made the frame
    assert differences(example()) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r["strata"][0]["ids"].append("A9"), "抽样框摘要不同"),
        (lambda r: r["strata"][0]["ids"].pop(), "抽样框摘要不同"),
        (lambda r: r.update(nonce="ff" * 16), "与事先登记的承诺不一致"),
        (lambda r: r.update(seed="00" * 32), "种子不同"),
        (lambda r: r["strata"][0]["picks"].pop(), "应抽中而没有列出"),
        (lambda r: r["strata"][0]["picks"][0].update(id=IDS[5]), "不应抽中"),
        (lambda r: r["strata"][0]["picks"][0].update(inclusion="1/2"), "入选概率应为 1/3"),
        (lambda r: r["head"].update(root="ab" * 32), "种子不同"),
    ],
)
def test_fault_6_and_7_what_was_changed_after_sealing_is_named(change: Callable[[Any], object], says: str) -> None:
    told = json.loads(example())
    change(told)
    assert any(says in line for line in differences(json.dumps(told)))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "zhunsheng draw 1"}', "1"])
def test_what_is_no_record_is_refused_whole(text: str) -> None:
    with pytest.raises(RecordRefused):
        differences(text)


def test_fault_6_an_id_twice_in_the_frame_is_refused() -> None:
    with pytest.raises(DrawRefused, match="重复"):
        frame_hash(["A1", "A1"])


def test_fault_8_whoever_chooses_the_head_without_the_nonce_chooses_nothing() -> None:
    # Of 1,000 heads the one is taken under which file 1 would be drawn if the nonce were zero; it is not
    guessed, true = bytes(16), bytes(range(16))
    chosen = 0
    for trial in range(1000):
        heads = (random.Random(trial * 40 + n).randbytes(32) for n in range(40))
        best = min(heads, key=lambda head: _place(head, guessed))
        chosen += _place(best, true) < 4
    # why: 4 of 12 would be drawn by chance: 333 ± 4 standard deviations of 14.9
    assert abs(chosen - 333) < 60


def _place(head: bytes, nonce: bytes) -> int:
    made = seed(head, nonce, commitment(nonce))
    order = [pick.id for pick in draw(made, plan="P", stratum="S", ids=IDS, count=12)]
    return order.index(IDS[0])


def test_13_every_file_of_the_month_has_the_same_chance() -> None:
    # 133 of 1,500, by quarter of the month; nightly over 10,000 months (tests/inspection/months.py)
    counts = drawn_quarters(months=150, files=1500, drawn=133)
    assert chi_square_p(counts, share=133 / 1500) > 0.01
    for count in counts:
        assert abs(count / (150 * 375) - 133 / 1500) < 0.02


def test_13_each_file_of_each_stratum_is_drawn_as_often_as_its_inclusion_probability_says() -> None:
    # 12 of 40 and 5 of 8 are drawn a thousand times; each file is counted, and each pick says its probability
    strata = {"large": ([f"A{n:02d}" for n in range(40)], 12), "small": ([f"B{n}" for n in range(8)], 5)}
    for name, (ids, drawn_) in strata.items():
        counts = dict.fromkeys(ids, 0)
        for month in range(1000):
            picks = draw(random.Random(month).randbytes(32), plan="P", stratum=name, ids=ids, count=drawn_)
            assert {pick.inclusion for pick in picks} == {Fraction(drawn_, len(ids))}
            for pick in picks:
                counts[pick.id] += 1
        assert chi_square_p(list(counts.values()), share=drawn_ / len(ids)) > 0.01


@pytest.mark.parametrize(
    ("favoured", "found_out"), [(0.0, False), (0.1, True)], ids=["a fair lot", "a lot with a thumb on it"]
)
def test_13_a_lot_that_favours_the_first_days_of_the_month_is_found_out(favoured: float, *, found_out: bool) -> None:
    # The same count of months as above, by a lot that drops a tenth of the picks of the last quarter for the first
    lot, counts = random.Random(4), [0] * 4
    for _month in range(150):
        for pick in lot.sample(range(1500), 133):
            quarter = pick * 4 // 1500
            counts[0 if quarter == 3 and lot.random() < favoured else quarter] += 1
    assert (chi_square_p(counts, share=133 / 1500) <= 0.01) is found_out


def test_a_coin_with_a_monthly_cap_reads_the_beginning_and_never_the_end() -> None:
    shares = coin_with_a_cap(months=400, files=1500, chance=0.188, cap=133)
    # why: 0.188 of 375 are 70.5, so the cap of 133 is reached near file 707, before the third quarter ends
    assert shares[0] == pytest.approx(0.188, abs=0.01)
    assert shares[1] == pytest.approx(0.163, abs=0.01)
    assert shares[2] == pytest.approx(0.004, abs=0.004)
    assert shares[3] == 0
    counts = [round(share * 400 * 375) for share in shares]
    assert chi_square_p(counts) < 1e-12


def test_sm3_may_take_the_place_of_sha_256_for_a_whole_plan() -> None:
    lot = Lot("P", "sm3", "", HEAD, "", commitment(NONCE, "sm3"), NONCE.hex())
    text = record(lot, drawn(lot, {"S1": IDS}, {"S1": 4}))
    assert differences(text) == []
    assert len(json.loads(text)["strata"][0]["picks"]) == 4


def test_a_draw_of_more_than_there_is_is_refused() -> None:
    with pytest.raises(DrawRefused, match="不能抽 13 件"):
        drawn(LOT, {"S1": IDS}, {"S1": 13})
    assert isinstance(drawn(LOT, {"S1": IDS}, {"S1": 12})[0], Drawn)


def test_fault_21_a_record_holds_no_float_and_its_bytes_follow_from_hashes_of_bytes_alone() -> None:
    # What differs between machines is how floats are printed, how texts are sorted and how hex is written: none is used
    def parts(value: Any) -> list[Any]:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [value, *(each for one in inner for each in parts(one))]

    ids = (*IDS, "密-00ff", "密-00FF", "a", "Z", "é")
    text = record(LOT, drawn(LOT, {"S1": ids}, {"S1": 9}))
    assert not [one for one in parts(json.loads(text)) if isinstance(one, float)]
    assert json.loads(text)["strata"][0]["ids"] == sorted(ids, key=lambda one: one.encode("utf-8"))
    command, seeded = [sys.executable, "-I", "-c", HASHED, text], {"PYTHONHASHSEED": "7"}
    again = subprocess.run(command, capture_output=True, text=True, check=True, env=seeded)
    assert again.stdout.split() == [pick["mark"] for pick in json.loads(text)["strata"][0]["picks"]]


HASHED = """
import hashlib, json, sys
r = json.loads(sys.argv[1])
key = bytes.fromhex(r["seed"]).ljust(64, b"\\0")
pads = [bytes(b ^ p for b in key) for p in (0x36, 0x5C)]
s = r["strata"][0]
marks = []
for one in s["ids"]:
    inner = hashlib.sha256(pads[0] + (r["plan"] + "|" + s["name"] + "|" + one).encode()).digest()
    marks.append(hashlib.sha256(pads[1] + inner).hexdigest())
print(*sorted(marks)[: s["draw"]])
"""
"""HMAC written out by hand (RFC 2104), in a process of its own."""
