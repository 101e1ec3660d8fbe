"""Faults and abuse, by their numbers in the design of points; those that need the database are the platform's."""

import hashlib
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from tests.points.book import facts
from tests.points.ledger_story import Book, act, at, balanced, bound, exposure, fact, points, shipped, work
from tests.points.test_ledger_properties import OFFICERS, busy_months
from tests.story import RULEBOOK
from zhunsheng.book import load_calendar
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.board import board, publish
from zhunsheng.core.points.scores import scores
from zhunsheng.core.points.states import answer_by, counted, granted_by_silence

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_fault_2_an_entry_is_reversed_once_whoever_asks_and_however_often() -> None:
    book = Book([balanced()], facts=work("C1", "2027-03-05 10:00"))
    key = book.ledger()["key"][0]
    book.facts += [
        fact("defect.decision_annulled", name, "P1", "2027-04-01 10:00", group="C1") for name in ("R1", "R2")
    ]
    book.acts = [
        act("withdraw", "work.assigned_minutes|C1", "2027-04-02 10:00"),
        act("appeal_granted", key, "2027-04-03 10:00"),
        act("appeal_granted", "balanced|work|no such row", "2027-04-03 10:00"),
    ]
    assert points(book.ledger()) == ["2027-03 P1 earn +9.07", "2027-03 P1 reverse -9.07"]
    assert book.ledger().filter(pl.col("kind") == "reverse")["cites"].to_list() == [["defect.decision_annulled|R1"]]


def test_a_reversal_is_restored_for_one_person_and_once() -> None:
    book = Book([balanced()], facts=work("C1", "2027-03-05 10:00", team="lead:P1 assist:P2"))
    book.facts.append(fact("defect.record_falsified", "R1", "P2", "2027-03-20 10:00", group="C1"))
    mine = book.ledger().filter((pl.col("kind") == "reverse") & (pl.col("holder") == "P1"))["key"][0]
    book.acts = [act("restore", mine, f"2027-03-2{n} 10:00") for n in (4, 5)]
    assert points(book.ledger())[2:] == [
        "2027-03 P1 reverse -5.44",
        "2027-03 P2 reverse -3.63",
        "2027-03 P1 restore +5.44",
    ]


def test_points_by_hand_need_two_other_persons_and_a_kind_of_the_list() -> None:
    proposed = {"policy": "station_case_team", "officer": "P1", "unit": "S1", "amount": 150, "reason": "rescue"}
    book = Book([shipped()])
    book.acts = [
        act("manual_proposed", "", "2027-03-01 10:00", id="good", **proposed),
        act("manual_confirmed", "good", "2027-03-02 10:00", author="R2"),
        act("manual_proposed", "", "2027-03-01 10:00", id="alone", **proposed),
        act("manual_confirmed", "alone", "2027-03-02 10:00", author="R1"),
        act("manual_proposed", "", "2027-03-01 10:00", id="own", **{**proposed, "officer": "R2"}),
        act("manual_confirmed", "own", "2027-03-02 10:00", author="R2"),
        act("manual_proposed", "", "2027-03-01 10:00", id="favour", **{**proposed, "reason": "favour"}),
        act("manual_confirmed", "favour", "2027-03-02 10:00", author="R2"),
        act("manual_proposed", "", "2027-03-01 10:00", id="open", **proposed),
    ]
    assert points(book.ledger()) == ["2027-03 P1 manual +1.50"]


def test_fault_15_a_policy_swapped_after_approval_has_another_hash() -> None:
    path = RULEBOOK / "points" / "policies" / "station_case_team.toml"
    approved = hashlib.sha256(path.read_bytes()).hexdigest()
    swapped = path.read_text("utf-8").replace('points      = "1.00"', 'points      = "1.01"')
    assert hashlib.sha256(swapped.encode()).hexdigest() != approved


def test_fault_16_what_is_unknown_earns_nothing_and_costs_nothing() -> None:
    # A feed silent for a week: nobody knows whether the clocks were kept
    known = [fact("clock.kept", f"C{n}", "P1", "2027-03-05 10:00", kept=n > 0) for n in range(4)]
    silent = [fact("clock.kept", f"D{n}", "P1", "2027-03-12 10:00", kept=None) for n in range(50)]
    days = exposure("2027-03", {"P1": 20})
    without = Book([shipped()], known).scores("2027-04-01 00:00", days)
    assert without["timeliness"].to_list() == [1500]  # 3 of 4
    assert Book([shipped()], [*known, *silent]).scores("2027-04-01 00:00", days).equals(without)
    # and where nothing at all is known the block is neutral: the total rests on the others
    dark = Book([shipped()], silent).scores("2027-04-01 00:00", days)
    assert dark["timeliness"].to_list() == [None]


def test_fault_17_a_late_batch_of_ten_thousand_goes_to_the_open_period() -> None:
    rows = [row for n in range(10_000) for row in work(f"C{n}", "2027-03-05 10:00", recorded="2027-04-20 10:00")]
    book = Book([balanced()], facts=rows)
    book.close("2027-03", "2027-04-03 18:00")
    posted = book.ledger()
    assert (len(posted), posted["period"].unique().to_list()) == (10_000, [date(2027, 4, 1)])


def test_fault_19_of_five_hundred_appeals_in_a_day_none_is_lost() -> None:
    rows = [fact("defect.check_broken", f"F{n}", f"P{n % 30}", "2027-03-02 10:00") for n in range(500)]
    book = Book([shipped()], facts=rows)
    keys = book.ledger()["key"].to_list()
    book.acts = [act("appeal", key, "2026-03-06 10:00") for key in keys]
    assert book.counted("2027-03-06 10:01").is_empty()
    acts = pl.DataFrame(book.acts, schema=t.POINT_ACTS)
    late = granted_by_silence(acts, load_calendar(RULEBOOK), answer_days=5, as_of=at("2026-03-14 00:00"))
    assert sorted(late["target"]) == sorted(keys)


def test_fault_21_no_order_of_rows_moves_a_byte_of_a_board() -> None:
    # Sums of floats differ in their last place by the order in which they are taken: other machines take another
    book = busy_months(seed=6)
    rows = counted(book.ledger(), pl.DataFrame(book.acts, schema=t.POINT_ACTS), as_of=at("2027-04-25 10:00"))
    days, good = exposure("2027-03", dict.fromkeys(OFFICERS, 20)), bound("2027-03", 0.1)
    texts = set()
    for seed in range(4):
        mixed = rows.sample(fraction=1.0, shuffle=True, seed=seed)
        found = scores(
            mixed, shipped(), facts(), exposure=days.sample(fraction=1.0, shuffle=True, seed=seed), bounds=good
        )
        shown = board(found, mixed, shipped())
        texts.add(publish(shown, shipped(), period=date(2027, 3, 1), watermark=at("2027-04-25 10:00")).text)
    assert len(texts) == 1
    assert len(texts.pop().splitlines()) == 5 + len(OFFICERS)


def test_fault_22_working_days_of_appeals_pass_year_ends_holidays_and_make_up_days() -> None:
    calendar = load_calendar(RULEBOOK)
    by_day = {
        # five working days after it, by the notices for 2024 to 2026
        "2025-12-29": "2026-01-07",  # 30, 31 Dec; New Year 1 to 3; 4 Jan (Sunday, made up), 5, 6 → end of 6 Jan
        "2024-02-26": "2024-03-05",  # 27, 28, 29 Feb of a leap year, 1 and 4 March
        "2026-09-29": "2026-10-11",  # 30 Sep; National Day 1 to 7; 8, 9, and 10 Oct (Saturday, made up) …
    }
    found = {
        day: answer_by(datetime.fromisoformat(f"{day} 10:00").replace(tzinfo=SHANGHAI), calendar, 5).date().isoformat()
        for day in by_day
    }
    counted_by_hand = {day: _count(day, calendar) for day in by_day}
    assert found == counted_by_hand


def _count(day: str, calendar: object) -> str:
    """The fifth worked day after a day, and the day after that, from the list of worked days."""
    worked = [one for one in _days(day) if calendar.is_working(one)]  # type: ignore[attr-defined]
    return date.fromordinal(worked[4].toordinal() + 1).isoformat()


def _days(day: str) -> list[date]:
    first = date.fromisoformat(day).toordinal() + 1
    return [date.fromordinal(n) for n in range(first, first + 30)]


def test_a_seconded_officer_keeps_his_points_and_the_host_counts_the_days_spent_there() -> None:
    # Three weeks at home in S1, one week at S2: two rows of exposure under one name would count him twice,
    # so the host's days are the host's, and the points follow the officer
    book = Book([balanced()], facts=[*work("C1", "2027-03-05 10:00"), *work("C2", "2027-03-26 10:00", unit="S2")])
    book.weights = {"盗窃": 544}
    rows = book.ledger()
    assert points(rows) == ["2027-03 P1 earn +9.07"]  # S2 has no measured weight of its own yet: shown by lacking
    days = exposure("2027-03", {"P1": 15})
    assert book.scores("2027-04-01 00:00", days, bound("2027-03", 0.1))["half_days"].to_list() == [30]
