"""In whatever order, repetition or parts facts come, the ledger is the same; sums are what is shown."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from tests.points.book import facts
from tests.points.ledger_story import Book, act, at, bound, exposure, fact, shipped, work
from zhunsheng.core.points import tables as t
from zhunsheng.core.points.ledger import new_rows
from zhunsheng.core.points.scores import scores
from zhunsheng.core.points.states import with_states
from zhunsheng.core.points.why import BlockWhy, why_score

OFFICERS = [f"P{n}" for n in range(1, 7)]


def busy_months(seed: int) -> Book:
    """Three months of a station: joint work, shares, faults, withdrawals, appeals, rulings, hands, closings."""
    rng = random.Random(seed)
    book = Book([shipped()])
    for n in range(120):
        first, second = rng.sample(OFFICERS, 2)
        when = f"2027-{rng.randint(1, 3):02}-{rng.randint(1, 28):02} 10:00"
        late: dict[str, Any] = {}
        if rng.random() < 0.1:
            late = {"recorded": f"2027-04-{rng.randint(1, 28):02} 09:00"}
        book.facts += work(f"C{n}", when, team=f"lead:{first} assist:{second}", **late)
        for name in ("clock.kept", "clock.kept.custody", "check.kept.rights_notice"):
            book.facts.append(fact(name, f"C{n}", first, when, kept=rng.random() < 0.9, **late))
        if rng.random() < 0.2:
            book.facts.append(
                fact("defect.red_overdue", f"F{n}", first, when, group=f"C{n}", finding__statutory="true")
            )
        if rng.random() < 0.1:
            book.facts.append(fact("defect.decision_annulled", f"R{n}", first, "2027-05-02 10:00", group=f"C{n}"))
        if rng.random() < 0.2:
            book.facts.append(fact("learning.course_hours", f"T{n}", first, when, amount=rng.randint(1, 4)))
    for month in (1, 2, 3):
        book.close(f"2027-{month:02}", f"2027-{month + 1:02}-04 18:00")
    rows = book.ledger()
    for key in rng.sample(rows.filter(pl.col("kind") == "deduct")["key"].sort().to_list(), 8):
        book.acts.append(act("appeal", key, "2027-04-08 10:00"))
        if rng.random() < 0.7:
            book.acts.append(act(rng.choice(("appeal_granted", "appeal_refused")), key, "2027-04-12 10:00"))
    for n in rng.sample(range(120), 6):
        book.acts.append(act("withdraw", f"clock.kept|C{n}", "2027-04-20 10:00"))
        book.acts.append(act("dispute", f"clock.kept.custody|C{n}", "2027-04-21 10:00"))
    proposal = act(
        "manual_proposed", "", "2027-02-10 10:00", id="M1", policy="station_case_team", officer="P1", unit="S1"
    )
    book.acts.append({**proposal, "amount": 150, "reason": "rescue"})
    book.acts.append(act("manual_confirmed", "M1", "2027-02-11 10:00", author="R2"))
    return book


def test_any_order_any_repetition_and_any_parts_give_the_same_ledger() -> None:
    book = busy_months(seed=1)
    whole = book.ledger()
    rng = random.Random(2)
    assert len(whole) > 600
    for _ in range(5):
        rows = [*book.facts, *rng.sample(book.facts, 60)]
        rng.shuffle(rows)
        acts = list(book.acts)
        rng.shuffle(acts)
        assert Book(book.policies, rows, acts, book.closings).ledger().equals(whole)


def test_posting_bit_by_bit_gives_what_recomputing_from_nothing_gives() -> None:
    # fault 3: a run that is killed and started again posts each row once
    book = busy_months(seed=3)
    posted = pl.DataFrame(schema=t.LEDGER)
    for day in range(0, 150, 15):
        as_of = (at("2027-01-01 00:00") + timedelta(day)).strftime("%Y-%m-%d %H:%M")
        posted = pl.concat([posted, new_rows(posted, book.ledger(as_of=as_of))])
    assert posted["key"].is_unique().all()
    assert posted.sort(t.LEDGER_ORDER).equals(book.ledger())


def test_every_figure_shown_is_the_sum_of_its_entries_at_a_hundred_instants() -> None:
    book = busy_months(seed=4)
    rng = random.Random(5)
    days = pl.concat([exposure(f"2027-{month:02}", dict.fromkeys(OFFICERS, 20)) for month in range(1, 6)])
    good = pl.concat([bound(f"2027-{month:02}", 0.1) for month in range(1, 6)])
    acts = pl.DataFrame(book.acts, schema=t.POINT_ACTS)
    ledger, seen = book.ledger(), 0
    for _ in range(100):
        when = at("2027-01-05 00:00") + timedelta(minutes=rng.randint(0, 130 * 24 * 60))
        text = when.strftime("%Y-%m-%d %H:%M")
        states = with_states(ledger, acts, as_of=at(text))
        rows = states.filter(pl.col("state") != "frozen").drop("state")
        scored = scores(rows, shipped(), facts(), exposure=days, bounds=good)
        row = scored.sample(1, seed=rng.randrange(9999)).row(0, named=True)
        why = why_score(states, scored, shipped(), holder=row["holder"], period=row["period"])
        seen += _agrees(why.blocks, row)
    assert seen > 300


def _agrees(blocks: Sequence[BlockWhy], row: dict[str, Any]) -> int:
    """What is shown of entries and blocks is what their rows add up to; how many rows were looked at."""
    seen = 0
    for block in blocks:
        for entry in block.entries:
            counting = [one for one in entry.rows if one["state"] != "frozen"]
            assert entry.amount == sum(one["amount"] for one in counting)
            assert (entry.kept, entry.judged) == tuple(sum(one[n] for one in counting) for n in ("kept", "judged"))
            assert all(one["cites"] for one in entry.rows)
            seen += len(counting)
    assert row["hours"] == sum(entry.amount for entry in blocks[0].entries)
    assert _by_hand(blocks[2]) == row["timeliness"]
    return seen


def _by_hand(block: BlockWhy) -> int | None:
    """Timeliness of the shipped policy, worked out again: 20.00 · share less 3.00 a fault, from 0 to 20.00.

    What is undone of an earlier period can leave less than nothing judged, and gives back no more than the block holds.
    """
    share, faults = block.entries
    if share.judged <= 0:
        return None
    part = min(1.0, max(0.0, share.kept / share.judged))
    return min(2000, max(0, round(2000 * part + faults.amount)))


def test_a_new_version_of_the_policy_does_not_rewrite_what_was_earned_under_the_old() -> None:
    # Given February under 1.00 an hour, and from March a version that pays 2.00
    old = shipped()
    work_entry = old.entries[0]
    new = _with(old, in_force=date(2027, 3, 1), entries=(_with(work_entry, points=200), *old.entries[1:]))
    rows = [*work("C1", "2027-02-10 10:00"), *work("C2", "2027-03-10 10:00")]
    before = Book([old], rows).ledger()
    after = Book([old, new], rows).ledger()
    february = pl.col("period") == date(2027, 2, 1)
    assert after.filter(february).equals(before.filter(february))
    assert after.filter(~february).select("version", "amount").rows() == [(date(2027, 3, 1), 1813)]  # 2 · 544/60


def _with(value: Any, **changes: Any) -> Any:
    return type(value)(**{**value.__dict__, **changes})
