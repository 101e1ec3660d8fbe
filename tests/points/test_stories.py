"""The acceptance stories of points, by their numbers in docs/points-format.md."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from tests.points.book import facts
from tests.points.ledger_story import (
    Book,
    act,
    at,
    balanced,
    bound,
    exposure,
    fact,
    points,
    shipped,
    work,
)
from tests.story import RULEBOOK
from zhunsheng.book import load_calendar
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.bands import critical, shrunk, standings
from zhunsheng.core.points.board import board, corrected, publish
from zhunsheng.core.points.ledger import new_rows
from zhunsheng.core.points.scores import scores
from zhunsheng.core.points.states import counted, granted_by_silence, with_states

TEAM = "lead:P1 assist:P2"


def test_story_1_a_theft_of_544_minutes_is_shared_by_lead_and_assist() -> None:
    # 544 min at 1.00 for 60: 9.0666… → 9.07; 0.60 and 0.40 of it: 5.442 and 3.628 → 5.44 and 3.63
    book = Book([balanced()], facts=work("C1", "2027-03-05 10:00", team=TEAM))
    assert points(book.ledger()) == ["2027-03 P1 earn +5.44", "2027-03 P2 earn +3.63"]


def test_story_2_the_same_import_twice_posts_nothing_and_shuffled_facts_post_the_same() -> None:
    rows = [
        *work("C1", "2027-03-05 10:00", team=TEAM),
        *work("C2", "2027-03-06 10:00", team="lead:P2 assist:P1"),
        fact("defect.red_overdue", "F1", "P1", "2027-03-09 10:00", finding__statutory="true"),
    ]
    book = Book([shipped()], facts=rows)
    posted = book.ledger()
    assert len(posted) == 5
    assert new_rows(posted, book.ledger(facts_in=[*rows, *rows])).is_empty()
    assert book.ledger(facts_in=rows[::-1]).equals(posted)


def test_story_3_an_annulled_case_is_taken_back_in_the_open_period() -> None:
    # Given March closed on 3 April with a case of 9.07, which is annulled with fault in May
    book = Book([balanced()], facts=work("C1", "2027-03-05 10:00", team=TEAM))
    book.close("2027-03", "2027-04-03 18:00")
    book.close("2027-04", "2027-05-06 18:00")
    march = points(book.ledger())
    annulled = fact("defect.decision_annulled", "R1", "P1", "2027-05-20 10:00", group="C1")
    book.facts.append(annulled)
    # Then March stands as it was printed, and May holds two reversing rows: −5.44 and −3.63 = −9.07
    rows = book.ledger()
    assert points(rows.filter(pl.col("period") == date(2027, 3, 1))) == march
    assert points(rows.filter(pl.col("period") == date(2027, 5, 1))) == [
        "2027-05 P1 reverse -5.44",
        "2027-05 P2 reverse -3.63",
    ]
    reversing = rows.filter(pl.col("kind") == "reverse")
    assert set(reversing["target"]) == set(rows.filter(pl.col("kind") == "earn")["key"])  # each names the old row
    assert reversing["cites"].to_list() == [["defect.decision_annulled|R1"]] * 2
    # And 更正后 of March, in points of the ledger, is −9.07
    before = rows.filter(pl.col("kind") == "earn").group_by("holder", "period").agg(total=pl.col("amount").sum())
    named = rows.with_columns(period=pl.lit(date(2027, 3, 1)))
    now = named.group_by("holder", "period").agg(total=pl.col("amount").sum())
    assert corrected(before, now)["difference"].sum() == -907


def overdue_book() -> tuple[Book, str]:
    overdue = fact("defect.red_overdue", "F1", "P1", "2026-03-02 10:00", finding__statutory="true")
    policy = balanced()
    early = replace(policy, in_force=date(2026, 1, 1))
    book = Book([early], facts=[overdue])
    return book, book.ledger()["key"][0]


def test_story_4_an_appealed_deduction_is_frozen_and_granted_or_granted_by_silence() -> None:
    # Given a red overdue of −3.00, appealed on Friday 6 March
    book, key = overdue_book()
    book.acts = [act("appeal", key, "2026-03-06 10:00")]
    assert points(book.counted("2026-03-05 10:00")) == ["2026-03 P1 deduct -3.00"]
    assert points(book.counted("2026-03-06 10:01")) == []  # frozen: counts on no board, up or down
    acts = pl.DataFrame(book.acts, schema=t.POINT_ACTS)
    states = with_states(book.ledger(), acts, as_of=at("2026-03-06 10:01"))
    assert states["state"].to_list() == ["frozen"]
    # When it is granted on the fourth working day, +3.00 stands beside it
    granted = [*book.acts, act("appeal_granted", key, "2026-03-12 10:00")]
    told = Book(book.policies, facts=book.facts, acts=granted)
    assert points(told.counted("2026-03-12 10:01")) == ["2026-03 P1 deduct -3.00", "2026-03 P1 reverse +3.00"]
    # When nobody answers, it is granted at the end of the fifth working day: Friday 13 March, 24:00
    calendar = load_calendar(RULEBOOK)
    early, late = at("2026-03-13 23:59"), at("2026-03-14 00:00")
    assert granted_by_silence(acts, calendar, answer_days=5, as_of=early).is_empty()
    silent = granted_by_silence(acts, calendar, answer_days=5, as_of=late)
    assert silent.select("act", "author", "recorded_at").row(0) == ("appeal_granted", "silence", late)
    said = Book(book.policies, facts=book.facts, acts=[*book.acts, *silent.to_dicts()])
    assert points(said.counted("2026-03-14 00:00")) == ["2026-03 P1 deduct -3.00", "2026-03 P1 reverse +3.00"]


def test_story_5_volume_is_what_one_does_a_day_beside_the_median_of_ones_peers() -> None:
    # 8.28 h in 12 days are 0.69 a day; peers at 0.75: 0.92 of them; 20 · 0.92 / 1.30 = 14.1538… → 14.15
    days = {"P1": 12, "P2": 8, "P3": 12, "P4": 20}
    minutes = {"P1": 497, "P2": 360, "P3": 540, "P4": 900}  # 8.28, 6.00, 9.00, 15.00 h
    book = Book([balanced()], weights=minutes)
    for name in days:
        book.facts += work(f"C{name}", "2027-03-05 10:00", team=f"lead:{name}", case__type=name)
    found = book.scores("2027-04-01 00:00", exposure("2027-03", dict(days)), bound("2027-03", 0.10))
    row = found.filter(pl.col("holder") == "P1").row(0, named=True)
    assert (row["hours"], row["half_days"], row["peer_rate"]) == (828, 24, 75.0)
    assert (round(row["ratio"], 4), row["volume"]) == (0.92, 1415)


def test_story_6_volume_is_held_while_the_bound_is_above_the_gate_and_released_when_it_opens() -> None:
    book = Book([balanced()], facts=[*work("C1", "2027-03-05 10:00"), *work("C2", "2027-03-05 10:00", team="lead:P2")])
    days = exposure("2027-03", {"P1": 20, "P2": 20})
    held = book.scores("2027-04-01 00:00", days, bound("2027-03", 0.21))
    assert held.select("volume_state", "volume", "hours").rows() == [("held", 0, 907)] * 2
    later = pl.concat([bound("2027-03", 0.21), bound("2027-04", 0.18)])
    released = book.scores("2027-05-01 00:00", days, later)
    # both do the same: 20 · 1/1.3 = 15.38
    assert released.select("volume_state", "volume").rows() == [("released", 1538)] * 2
    never = pl.concat([bound("2027-03", 0.21), bound("2027-04", 0.22), bound("2027-05", 0.23)])
    assert book.scores("2027-06-01 00:00", days, never)["volume_state"].to_list() == ["lapsed"] * 2
    few = book.scores("2027-04-01 00:00", days, bound("2027-03", 0.10, files=19))
    assert few["volume_state"].to_list() == ["held"] * 2  # nobody has looked


VALUES = [96.1, 94.0, 93.2, 90.5, 88.7, 84.0]
SPREADS = [0.8, 1.1, 1.9, 0.9, 1.5, 1.2]


def test_story_20_six_units_stand_in_three_bands_and_no_place_is_printed_inside_one() -> None:
    found = standings(VALUES, SPREADS, list("abcdef"))
    assert critical(6) == pytest.approx(2.9352, abs=1e-4)
    assert [(one.first, one.last) for one in found] == [(1, 3), (1, 5), (1, 5), (2, 5), (2, 6), (5, 6)]
    assert [one.band for one in found] == [1, 1, 1, 2, 2, 3]
    assert [round(value, 2) for value in shrunk(VALUES, SPREADS)] == [95.94, 93.83, 92.87, 90.52, 88.95, 84.49]
    scored = pl.DataFrame(
        {
            **{name: [None] * 6 for name in t.SCORES if name not in ("holder", "period", "peers")},
            "holder": list("abcdef"),
            "period": [date(2027, 3, 1)] * 6,
            "peers": ["station"] * 6,
        },
        schema=t.SCORES,
    ).with_columns(
        total=pl.Series([round(100 * value) for value in VALUES]),
        spread=pl.Series([100 * s for s in SPREADS]),
        cases=pl.lit(40, pl.Int64),
        is_ranked=pl.lit(value=True),
    )
    shown = board(scored, pl.DataFrame(schema=t.LEDGER), shipped("station_unit"))
    assert shown["band"].to_list() == [1, 1, 1, 2, 2, 3]
    assert shown["place"].to_list() == [None] * 6


def test_story_22_a_published_board_recomputed_at_its_watermark_has_the_same_bytes() -> None:
    book = Book([shipped()])
    for n in range(40):
        who = f"P{n % 3 + 1}"
        book.facts += work(f"C{n}", f"2027-03-{n % 28 + 1:02} 10:00", team=f"lead:{who}")
        kept = n % 7 != 0
        book.facts.append(fact("clock.kept", f"C{n}", who, f"2027-03-{n % 28 + 1:02} 11:00", kept=kept))
    days, good = exposure("2027-03", {"P1": 20, "P2": 21, "P3": 18}), bound("2027-03", 0.1)
    watermark = "2027-04-03 18:00"

    def printed(facts_in: list[dict[str, Any]]) -> str:
        rows = counted(book.ledger(facts_in=facts_in), pl.DataFrame(schema=t.POINT_ACTS), as_of=at(watermark))
        found = scores(rows, shipped(), facts(), exposure=days, bounds=good)
        shown = board(found, rows, shipped())
        return publish(shown, shipped(), period=date(2027, 3, 1), watermark=datetime(2027, 4, 3, 10, tzinfo=UTC)).text

    first = printed(book.facts)
    late = work("C99", "2027-03-30 10:00", recorded="2027-04-20 10:00")
    assert printed([*late, *book.facts[::-1]]) == first
    assert first.splitlines()[4].split("\t")[:3] == ["period", "peers", "holder"]
    assert len(first.splitlines()) == 8
