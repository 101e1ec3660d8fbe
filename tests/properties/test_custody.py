"""A limit on liberty is never later than its statute allows, on any day of 2018 to 2026, whatever the holidays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.stories import fewer
from tests.story import law
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.judge import judge
from zhunsheng.core.story import events_of

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2018, 1, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
TIMES = (time(0, 0), time(9, 30), time(23, 59))


class Statute(NamedTuple):
    """What an article allows: from the start, the latest instant."""

    event: str
    latest: Callable[[datetime], datetime]
    article: str
    facts: dict[str, object] = {}  # noqa: RUF012 (a default that nobody changes)


def days(count: int) -> Callable[[datetime], datetime]:
    """The day of the start is not counted: 24:00 of the last day (刑事诉讼法 105)."""
    return lambda start: datetime.combine(start.date() + timedelta(count + 1), time(), ZONE)


def hours(count: int) -> Callable[[datetime], datetime]:
    """Elapsed time, to the minute: a stay."""
    return lambda start: start + timedelta(hours=count)


def hours_after_the_first(count: int) -> Callable[[datetime], datetime]:
    """The hour of the start is not counted (刑事诉讼法 105)."""
    return lambda start: start.replace(minute=0) + timedelta(hours=count + 1)


def months(count: int) -> Callable[[datetime], datetime]:
    """The same-numbered day, or from a last day to a last day (最高法刑诉法解释 202), 24:00."""

    def latest(start: datetime) -> datetime:
        total = start.year * 12 + start.month - 1 + count
        first_of_next = date((total + 1) // 12, (total + 1) % 12 + 1, 1)
        last = first_of_next - timedelta(1)
        is_last = (start.date() + timedelta(1)).day == 1
        day = last.day if is_last else min(start.day, last.day)
        return datetime.combine(date(last.year, last.month, day) + timedelta(1), time(), ZONE)

    return latest


STATUTES = {
    "criminal.detention.request-arrest": Statute("person.detained", days(3), "刑事诉讼法第九十一条：三日"),
    "criminal.detention.custody-ceiling": Statute("person.detained", days(10), "刑事诉讼法第九十一条：三日与七日"),
    "criminal.detention.notify-family": Statute("person.detained", hours_after_the_first(24), "刑事诉讼法第八十五条"),
    "criminal.detention.first-interrogation": Statute(
        "person.detained", hours_after_the_first(24), "刑事诉讼法第八十六条"
    ),
    "criminal.arrest.procuratorate-review": Statute(
        "arrest.requested", days(7), "刑事诉讼法第九十一条：七日", {"in_custody": True}
    ),
    "criminal.custody.investigation": Statute(
        "arrest.executed", months(2), "刑事诉讼法第一百五十六条：二个月", {"identity_unknown": False}
    ),
    "criminal.summons.duration": Statute(
        "person.arrived", hours(12), "刑事诉讼法第一百一十九条：十二小时", {"case_kind": "criminal"}
    ),
    "admin.continued-questioning": Statute(
        "person.brought_in", hours(12), "人民警察法第九条与继续盘问规定：十二小时", {"vulnerable": False}
    ),
    "admin.continued-questioning.vulnerable": Statute(
        "person.brought_in", hours(4), "继续盘问规定第十条：四小时", {"vulnerable": True}
    ),
    "admin.foreign.detention-review": Statute(
        "detention_review.started", days(30), "出境入境管理法第六十条：三十日", {"identity_unknown": False}
    ),
    "place.stay-ceiling": Statute("person.entered_area", hours(24), "办案区使用规定：二十四小时"),
}


def alone(rule: str) -> Rulebook:
    """The rulebook with one rule in force."""
    (found,) = (r for r in law().rules if r.id == rule)
    return replace(law(), rules=(replace(found, enabled=True, status="stable"),))


def outer_dues(rule: str, starts: list[datetime]) -> pl.DataFrame:
    """A case for each start: its outer due time."""
    statute = STATUTES[rule]
    rows = [
        {"case": f"A{n:05}", "person": "P1", "visit": "V1", "at": start, "type": statute.event, **statute.facts}
        for n, start in enumerate(starts)
    ]
    events = events_of(rows, law().vocabulary)
    as_of = datetime(2027, 12, 31, tzinfo=UTC)
    return judge(events, alone(rule), as_of=as_of).clocks.sort("case")


@pytest.mark.parametrize("rule", STATUTES)
def test_never_later_than_the_statute_on_any_day(rule: str) -> None:
    # Given somebody held on each day of nine years, at its first minute, in the morning, and at its last
    starts = [datetime.combine(day, moment, ZONE) for day in DAYS for moment in TIMES]
    clocks = outer_dues(rule, starts)
    # Then each is let go, or the act done, no later than the article says
    assert clocks.height == len(starts)
    assert clocks["outer"].null_count() == 0
    too_late = [
        (start, outer)
        for start, outer in zip(starts, clocks["outer"], strict=True)
        if outer > STATUTES[rule].latest(start)
    ]
    assert too_late == [], STATUTES[rule].article


@fewer(8)
@given(
    st.datetimes(datetime.combine(FIRST, time()), datetime.combine(LAST, time(23, 59))), st.sampled_from(list(STATUTES))
)
def test_never_later_at_any_minute(moment: datetime, rule: str) -> None:
    start = moment.replace(second=0, microsecond=0, tzinfo=ZONE)
    assert outer_dues(rule, [start])["outer"].item() <= STATUTES[rule].latest(start)


def test_no_rule_on_liberty_rolls() -> None:
    held = [rule for rule in law().rules if rule.custody]
    assert len(held) >= len(STATUTES)
    limits = [limit for rule in held for version in rule.versions for limit in version.limits]
    assert {limit.roll for limit in limits} == {"never"}
    assert "rolled" not in {limit.outer for limit in limits}


def test_a_holiday_moves_nothing() -> None:
    # Given a detention before each of three holidays: the third day stands in the middle of it
    starts = [
        datetime(2026, 2, 14, 10, tzinfo=ZONE),
        datetime(2025, 9, 30, 10, tzinfo=ZONE),
        datetime(2026, 4, 3, 10, tzinfo=ZONE),
    ]
    found = outer_dues("criminal.detention.request-arrest", starts)["outer"].dt.convert_time_zone("Asia/Shanghai")
    assert found.dt.strftime("%Y-%m-%d %H:%M").to_list() == ["2026-02-18 00:00", "2025-10-04 00:00", "2026-04-07 00:00"]
