"""What was known when: for two knowledge times, whatever changed names what was recorded between them."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.stories import fewer, histories, rules
from tests.story import at, history
from zhunsheng.core.changes import CHANGES, finding_changes
from zhunsheng.core.encoding import EVENT_KEY
from zhunsheng.core.judge import judge

AS_OF = at("2026-03-20 12:00").astimezone(UTC)
FIRST = at("2026-02-10").astimezone(UTC)
KNOWN = st.integers(0, 60 * 24 * 55).map(lambda minutes: FIRST + timedelta(minutes=minutes))


@fewer(5)
@given(histories(min_size=3), KNOWN, st.integers(1, 60 * 24 * 30))
def test_each_change_names_what_was_recorded_in_between(events: pl.DataFrame, known: datetime, minutes: int) -> None:
    # Given what was known at two times
    later = known + timedelta(minutes=minutes)
    before, after = (judge(events, rules(), as_of=AS_OF, known_at=t, threads=1).findings for t in (known, later))
    # When the findings are compared
    changes = finding_changes(before, after, events, known_from=known, known_to=later)
    # Then each that appeared, vanished or moved names an event, and each of these was recorded in between
    recorded = events.filter(pl.col("recorded_at").is_between(known, later, closed="right")).select(EVENT_KEY)
    named = changes["events"].explode(keep_nulls=True, empty_as_null=True)
    assert named.null_count() == 0
    assert set(named) <= set(recorded.to_series())
    assert changes.is_empty() == before.equals(after)


@fewer(8)
@given(histories(min_size=3), KNOWN, st.integers(1, 60 * 24 * 30))
def test_what_it_names_is_enough(events: pl.DataFrame, known: datetime, minutes: int) -> None:
    # Given a change
    later = known + timedelta(minutes=minutes)
    before, after = (judge(events, rules(), as_of=AS_OF, known_at=t, threads=1).findings for t in (known, later))
    changes = finding_changes(before, after, events, known_from=known, known_to=later)
    for change in changes.unique("case").iter_rows(named=True):
        # When only what it names is recorded on top of what was known
        told = pl.col("recorded_at").is_between(known, later, closed="right") & EVENT_KEY.is_in(change["events"])
        enough = events.filter((pl.col("recorded_at") <= known) | told)
        found = judge(enough, rules(), as_of=AS_OF, threads=1).findings
        # Then the case stands as it does with everything
        of_case = pl.col("case").eq_missing(pl.lit(change["case"], pl.String))
        if change["case"] is not None:
            assert found.filter(of_case).equals(after.filter(of_case))


@fewer(8)
@given(histories(), KNOWN)
def test_an_earlier_day_can_be_run_again_as_it_was_known(events: pl.DataFrame, known: datetime) -> None:
    # Given what was known at a time, and everything that was recorded later
    so_far = events.filter(pl.col("recorded_at") <= known)
    again = judge(events, rules(), as_of=AS_OF, known_at=known, threads=1)
    # Then today's log gives that day's answer
    assert again.clocks.equals(judge(so_far, rules(), as_of=AS_OF, threads=1).clocks)


STORY = """
    2026-03-02 12:00 P1 work.started id=a
    2026-03-04 12:00 P1 work.started id=a version=2 recorded_at=2026-03-10T12:00
    2026-03-02 12:00 P2 work.started id=b recorded_at=2026-03-11T12:00
    2026-03-03 12:00    note.written id=c recorded_at=2026-03-11T13:00
"""


def changes_between(known_from: str, known_to: str, as_of: str = "2026-03-14 12:00") -> list[str]:
    events = history(STORY, rules())
    times = [at(text).astimezone(UTC) for text in (known_from, known_to)]
    before, after = (
        judge(events, rules(), as_of=at(as_of).astimezone(UTC), known_at=t, threads=1).findings for t in times
    )
    found = finding_changes(before, after, events, known_from=times[0], known_to=times[1])
    assert found.schema == CHANGES
    chosen = found.filter(rule="person")
    return [
        f"{row['change']} {row['subject']} {row['kind']} {row['level']}: {' '.join(row['events'])}"
        for row in chosen.iter_rows(named=True)
    ]


def test_a_correction_moves_what_it_corrects() -> None:
    assert changes_between("2026-03-09 12:00", "2026-03-10 12:00") == [
        "moved P1 approaching blue: story/a",
        "moved P1 approaching red: story/a",
        "moved P1 approaching yellow: story/a",
        "vanished P1 overdue red: story/a",
    ]


def test_a_late_entry_makes_findings_appear_and_what_concerns_the_person_stands_first() -> None:
    assert changes_between("2026-03-10 12:00", "2026-03-12 12:00") == [
        "appeared P2 approaching blue: story/b story/c",
        "appeared P2 approaching red: story/b story/c",
        "appeared P2 approaching yellow: story/b story/c",
        "appeared P2 overdue red: story/b story/c",
    ]


def test_where_nothing_was_recorded_nothing_changed() -> None:
    assert changes_between("2026-03-05 12:00", "2026-03-09 12:00") == []


def test_the_times_must_be_in_order() -> None:
    events = history(STORY, rules())
    findings = judge(events, rules(), as_of=AS_OF, threads=1).findings
    with pytest.raises(ValueError, match="is not later than"):
        finding_changes(findings, findings, events, known_from=AS_OF, known_to=AS_OF)
