"""What does not belong together does not touch: cases, persons, rules."""

from dataclasses import replace
from datetime import UTC, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.stories import PER_PERSON, fewer, histories, rules
from tests.story import at, history
from zhunsheng.core.judge import Judgement, judge

AS_OF = at("2026-03-20 12:00").astimezone(UTC)
CLOCK = ["rule", "case", "incident", "subject", "epoch"]


def judged(events: pl.DataFrame) -> Judgement:
    return judge(events, rules(), as_of=AS_OF, with_steps=True, threads=1)


@fewer(8)
@given(histories(), histories())
def test_cutting_the_log_by_case_changes_nothing(one: pl.DataFrame, other: pl.DataFrame) -> None:
    # Given two files of cases that share no number
    apart = [pl.col(name) + "b" for name in ("case", "incident", "id")]
    other = other.with_columns(apart)
    # When they are judged together and one by one
    together, first, second = judged(pl.concat([one, other])), judged(one), judged(other)
    # Then the rows are the same
    for table in ("clocks", "findings", "steps"):
        whole = getattr(together, table)
        pieces = pl.concat([getattr(first, table), getattr(second, table)])
        assert whole.height == pieces.height
        assert whole.sort(pl.all()).equals(pieces.sort(pl.all()))


@fewer(8)
@given(histories(min_size=3), st.sampled_from(["P1", "P2"]))
def test_one_persons_events_never_move_anothers_clock(events: pl.DataFrame, whose: str) -> None:
    # Given cases, and the same without the events that name somebody else
    everybody = events.filter(pl.col("case").is_not_null())
    alone = everybody.filter((pl.col("person") == whose) | pl.col("person").is_null())
    # When both are judged, then his clocks are the same
    his = (pl.col("subject") == whose) & pl.col("rule").is_in(PER_PERSON)
    with_others, by_himself = judged(everybody).clocks.filter(his), judged(alone).clocks.filter(his)
    assert with_others.equals(by_himself)


@fewer(8)
@given(histories())
@pytest.mark.parametrize("rule", ["person", "hours", "case", "item", "incident"])
def test_one_rule_never_moves_anothers_clock(rule: str, events: pl.DataFrame) -> None:
    alone = replace(rules(), rules=tuple(r for r in rules().rules if r.id == rule))
    apart = judge(events, alone, as_of=AS_OF, threads=1)
    together = judge(events, rules(), as_of=AS_OF, threads=1)
    assert apart.clocks.equals(together.clocks.filter(rule=rule))
    assert apart.findings.equals(together.findings.filter(rule=rule))


@fewer(8)
@given(histories())
def test_a_second_run_changes_nothing(events: pl.DataFrame) -> None:
    first, second = judged(events), judged(events)
    assert first.clocks.equals(second.clocks)
    assert first.findings.equals(second.findings)
    assert first.steps.equals(second.steps)


@fewer(8)
@given(histories())
def test_the_outer_reading_is_never_earlier_than_the_strict_one(events: pl.DataFrame) -> None:
    clocks = judged(events).clocks.filter(pl.col("due").is_not_null() & pl.col("outer").is_not_null())
    assert clocks.filter(pl.col("outer") < pl.col("due")).is_empty()


@fewer(8)
@given(histories())
def test_the_steps_end_with_the_due_times_of_their_clock(events: pl.DataFrame) -> None:
    judgement = judged(events)
    for kind, column in (("due_strict", "due"), ("due", "outer")):
        said = judgement.steps.filter(kind=kind).select(*CLOCK, "after")
        shown = judgement.clocks.filter(pl.col(column).is_not_null()).select(*CLOCK, column)
        assert said.height == shown.height
        assert said.sort(pl.all()).rows() == shown.sort(pl.all()).rows()


@fewer(8)
@given(histories(), st.integers(0, 40), st.integers(0, 40))
def test_what_was_found_stays_found_while_nothing_happens(events: pl.DataFrame, days: int, more: int) -> None:
    # Given all that happened, and two instants after it
    first = at("2026-03-20").astimezone(UTC) + timedelta(days)
    before, later = (judge(events, rules(), as_of=t, threads=1) for t in (first, first + timedelta(more)))
    # Then what the first sees the second sees, where no clock stands still and none depends on who is held now
    still = before.clocks.filter(pl.col("outcome").is_in(("paused", "waiting"))).select(CLOCK)
    runs = before.findings.join(still, on=CLOCK, how="anti", nulls_equal=True).filter(pl.col("rule") != "case")
    # (a clock in doubt may stand still, too: what is asked of it stays, while the due times beside it move on)
    doubt = before.clocks.filter(outcome="unknown").select(CLOCK)
    columns = before.findings.columns
    asked = [name for name in columns if not name.startswith(("due", "outer"))]
    sure = runs.join(doubt, on=CLOCK, how="anti", nulls_equal=True)
    assert sure.join(later.findings, on=columns, how="anti", nulls_equal=True).is_empty()
    assert runs.join(later.findings, on=asked, how="anti", nulls_equal=True).is_empty()


@fewer(8)
@given(st.integers(0, 60 * 24 * 30), st.integers(0, 60 * 24 * 30), st.sampled_from([*PER_PERSON, "item"]))
def test_a_later_end_never_yields_fewer_findings(first: int, more: int, rule: str) -> None:
    found = []
    for minutes in (first, first + more):
        ended = at("2026-02-20 12:00") + timedelta(minutes=minutes)
        story = f"2026-02-20 12:00 P1 I1 work.started\n{ended:%Y-%m-%d %H:%M} P1 I1 work.done"
        rows = judge(history(story, rules()), rules(), as_of=at("2026-06-01").astimezone(UTC), threads=1).findings
        found.append(set(rows.filter(rule=rule).select("kind", "level").iter_rows()))
    assert found[0] <= found[1]
