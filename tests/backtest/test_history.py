"""What would have been said on each day of a period, of the history as it was known that day."""

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from tests.backtest.equal import differences
from tests.core.small import book, rule_text
from tests.story import at, history
from zhunsheng.core.backtest.compare import history_changes
from zhunsheng.core.backtest.days import Days
from zhunsheng.core.backtest.history import said_history
from zhunsheng.core.backtest.load import HANDLING, load_of, told_messages
from zhunsheng.core.clocks import Rulebook

MARCH = Days(date(2026, 3, 1), date(2026, 3, 31), "Asia/Shanghai")
TEN_DAYS = book(rule_text())


def said(events: pl.DataFrame, rulebook: Rulebook = TEN_DAYS) -> list[str]:
    """kind level, and the days of March on which it stands."""
    rows = said_history(events, rulebook, MARCH)
    return [f"{kind} {level} {first + 1}-{last + 1}" for kind, level, first, last in rows.select(
        "kind", "level", "from_day", "to_day").iter_rows()]  # fmt: skip


def recorded(events: pl.DataFrame, **when: str) -> pl.DataFrame:
    """The same events, some of them learned of later: by id, a local time."""
    late = pl.col("id").replace_strict(
        list(when),
        [at(text).astimezone(UTC) for text in when.values()],
        default=None,
        return_dtype=pl.Datetime("us", "UTC"),
    )
    return events.with_columns(recorded_at=pl.coalesce(late, "recorded_at", "at"))


def test_a_warning_stands_from_the_day_on_which_its_lead_passes() -> None:
    """Ten days from 2 March end with the 12th: the limit is 24:00 of the 12th. Three days before is the end of the 9th,
    two of the 10th, one of the 11th; overdue at the end of the 12th. Done on the 15th, it is late from then on, and
    what was said stays said."""
    events = recorded(history("2026-03-02 12:00 work.started\n2026-03-15 12:00 work.done", TEN_DAYS))
    assert said(events) == [
        "approaching blue 9-31",
        "approaching yellow 10-31",
        "approaching red 11-31",
        "overdue red 12-31",
        "late red 15-31",
    ]


def test_what_is_learned_late_was_not_known_before() -> None:
    """Done on the 8th, recorded on the 14th: until the 13th everything says that it is not done. On the 14th nothing of
    it was ever true."""
    events = recorded(
        history("2026-03-02 12:00 work.started\n2026-03-08 12:00 work.done", TEN_DAYS), e02="2026-03-14 09:00"
    )
    assert said(events) == [
        "approaching blue 9-13",
        "approaching yellow 10-13",
        "approaching red 11-13",
        "overdue red 12-13",
    ]


def test_a_correction_takes_back_what_rested_on_the_earlier_version() -> None:
    """Started on the 2nd as was thought: blue on the 9th. On the 10th it is corrected to the 6th, so that the limit is
    the end of the 16th: blue again from the 13th, yellow from the 14th, red from the 15th, overdue from the 16th."""
    events = recorded(history("2026-03-02 12:00 work.started", TEN_DAYS))
    corrected = events.with_columns(
        version=pl.lit(2, dtype=pl.Int64),
        at=pl.lit(datetime(2026, 3, 6, 4, tzinfo=UTC)).cast(pl.Datetime("us", "UTC")),
        recorded_at=pl.lit(datetime(2026, 3, 10, 4, tzinfo=UTC)).cast(pl.Datetime("us", "UTC")),
    )
    assert said(pl.concat([events, corrected])) == [
        "approaching blue 9-9",
        "approaching blue 13-31",
        "approaching yellow 14-31",
        "approaching red 15-31",
        "overdue red 16-31",
    ]


def test_what_another_rulebook_says_is_new_gone_or_moved() -> None:
    """P1 starts on the 2nd and is done on the 9th; P2 starts on the 20th and is not done. Under five days the limit of
    P1 is the end of the 7th and that of P2 the end of the 25th; under ten the end of the 12th and of the 30th. Under
    ten days nothing is said of P1: blue would come at the end of the 9th, when it is done. So all four of P1 are new,
    and so is that it was late; of P2 four move."""
    events = recorded(
        history(
            "2026-03-02 12:00 P1 work.started case=A1\n2026-03-09 12:00 P1 work.done case=A1\n"
            "2026-03-20 12:00 P2 work.started case=A2",
            TEN_DAYS,
        )
    )
    five = book(
        rule_text('[limit]\namount = 5\nunit = "days"\ncounting = "day_after"\nouter = "same"\nroll = "never"\n')
    )
    changes = history_changes(said_history(events, TEN_DAYS, MARCH), said_history(events, five, MARCH))
    assert sorted(changes.select("case", "kind", "level", "change").iter_rows()) == [
        ("A1", "approaching", "blue", "new"),
        ("A1", "approaching", "red", "new"),
        ("A1", "approaching", "yellow", "new"),
        ("A1", "late", "red", "new"),
        ("A1", "overdue", "red", "new"),
        ("A2", "approaching", "blue", "moved"),
        ("A2", "approaching", "red", "moved"),
        ("A2", "approaching", "yellow", "moved"),
        ("A2", "overdue", "red", "moved"),
    ]


def test_who_handles_a_case_that_names_nobody_is_told_of_it() -> None:
    """Blue, yellow, red, overdue: four messages in a month to the one officer whom the house has assigned; without him
    there is nobody to tell."""
    told_to = dict.fromkeys(("blue", "yellow", "red"), ("case_officer",))
    everybody = replace(TEN_DAYS, rules=(replace(TEN_DAYS.rules[0], recipients=told_to),))
    events = recorded(history("2026-03-02 12:00 work.started", TEN_DAYS))
    assigned = pl.DataFrame({"number": ["A1"], "officer": ["35-035001"]}, schema=HANDLING)
    found = said_history(events, everybody, MARCH)
    told = told_messages(found, events, everybody, MARCH, assigned)
    assert told["officer"].to_list() == ["35-035001"] * 4
    assert load_of(told, events, MARCH, assigned).officers == 1
    assert told_messages(found, events, everybody, MARCH).is_empty()


def test_a_city_day_by_day_says_the_same() -> None:
    """Late and corrected records among them; the nightly run holds a thousand cases of a year against each other."""
    total, apart = differences(40, 15, seed=7)
    assert total > 100
    assert apart.is_empty(), apart.head(5)


def test_of_nothing_and_of_what_is_learned_after_the_period_nothing_is_said() -> None:
    assert said(history("", TEN_DAYS)) == []
    assert said(recorded(history("2026-03-02 12:00 work.started", TEN_DAYS), e01="2026-04-02 12:00")) == []


def test_a_period_ends_no_earlier_than_it_begins() -> None:
    with pytest.raises(ValueError, match="give the earlier day first"):
        Days(date(2026, 3, 2), date(2026, 3, 1), "Asia/Shanghai")
